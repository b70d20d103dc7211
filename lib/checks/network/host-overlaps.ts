// Claims of different namespaces that overlap: some request belongs to both, and which of them gets it depends on the controller.

import { placeOf } from '../../analysis/objects/object-index';
import { type Claim, type Path, RECORD, ROUTE } from './host-claims';

/** A claim, and one of another namespace to some of the same requests. */
export interface Overlap {
  readonly claim: Claim;
  readonly other: Claim;
}

const namespaceOf = ({ entry }: Claim): string => entry.identity.namespace ?? '';

/** Whether `path` matches `text` and all below or behind it. */
function reaches({ match, text }: Path, other: Path): boolean {
  if (match === 'exact') return other.match === 'exact' && other.text === text;
  if (match === 'text' || text === '/') return other.text.startsWith(text);
  return other.text === text || other.text.startsWith(`${text}/`);
}

const pathsMeet = (a: Path, b: Path): boolean => reaches(a, b) || reaches(b, a);

/** Whether two listeners are the same, or one stands for all of a Gateway. */
function listenersMeet(a: string, b: string): boolean {
  const [one, other] = [a.split('/'), b.split('/')];
  const meets = (index: number) => one[index] === other[index] || one[index] === '' || other[index] === '';
  return one[0] === other[0] && one[1] === other[1] && meets(2) && meets(3);
}

/** Claims without listeners hold on all of them. */
const sameListener = ({ listeners: a }: Claim, { listeners: b }: Claim): boolean =>
  a.length === 0 || b.length === 0 || a.some((one) => b.some((other) => listenersMeet(one, other)));

const meet = (a: Claim, b: Claim): boolean => pathsMeet(a.path, b.path) && sameListener(a, b);

/** The wildcards that match a host: `*.b.c` for `a.b.c`; in the Gateway API also `*.c`. */
function wildcardsOf(host: string, reader: string): string[] {
  const labels = host.replace(/^\*\./, '').split('.');
  const first = host.startsWith('*.') ? 0 : 1;
  const wildcards = labels.map((_, index) => `*.${labels.slice(index).join('.')}`).slice(first);
  return (reader === ROUTE ? wildcards : wildcards.slice(0, 1)).filter((wildcard) => wildcard !== host);
}

/** Claims by a key, then by namespace. */
class Claimed {
  private readonly found = new Map<string, Map<string, Claim[]>>();

  add(key: string, claim: Claim): void {
    const namespaces = this.found.get(key) ?? new Map<string, Claim[]>();
    this.found.set(key, namespaces);
    const known = namespaces.get(namespaceOf(claim));
    if (known === undefined) namespaces.set(namespaceOf(claim), [claim]);
    else known.push(claim);
  }

  /** The first claim of another namespace under the key that overlaps. */
  against(key: string, claim: Claim): Claim | undefined {
    for (const [namespace, others] of this.found.get(key) ?? []) {
      if (namespace === namespaceOf(claim)) continue;
      const other = others.find((one) => meet(one, claim));
      if (other !== undefined) return other;
    }
    return undefined;
  }
}

/**
 * Each claim at most once, with the first other one that it overlaps. Of two claims to one host it is the later; otherwise that of the
 * wildcard or of every host, since it takes what the other names.
 */
export function findOverlaps(claims: readonly Claim[]): Overlap[] {
  const byHost = new Claimed();
  const byReader = new Claimed();
  const byWildcard = new Claimed();
  const found = new Map<Claim, Claim>();
  for (const claim of claims) {
    const { entry, host, reader } = claim;
    const other = host === '' ? undefined : byHost.against(placeOf(entry.cluster, host), claim);
    if (other !== undefined) found.set(claim, other);
    byHost.add(placeOf(entry.cluster, host), claim);
    if (reader === RECORD) continue;
    byReader.add(placeOf(entry.cluster, reader), claim);
    for (const wildcard of wildcardsOf(host, reader))
      byWildcard.add(placeOf(entry.cluster, `${reader} ${wildcard}`), claim);
  }
  for (const claim of claims) {
    const { entry, host, reader } = claim;
    if (reader === RECORD || found.has(claim) || !(host === '' || host.startsWith('*.'))) continue;
    const narrower =
      host === ''
        ? byReader.against(placeOf(entry.cluster, reader), claim)
        : byWildcard.against(placeOf(entry.cluster, `${reader} ${host}`), claim);
    if (narrower !== undefined && !(host === '' && found.get(narrower) === claim)) found.set(claim, narrower);
  }
  return [...found].map(([claim, other]) => ({ claim, other }));
}
