// From a construct tree to files: collect → order → render → override and derive → files. Nothing is written here, and nothing on an error.
import type { IConstruct } from 'constructs';
import { type Finding, type SourceLine, sortFindings } from '../model/finding/finding';
import { isJsonObject, type JsonObject } from '../model/manifest/json';
import { type ApiEntry, describeIdentity, groupOf, type Identity } from '../model/manifest/object';
import { ENTRY, type Placement } from '../model/platform/entries';
import { Clock } from './clock';
import { placeAll } from './object/derive';
import { applyOverrides } from './object/override';
import { type Rendered, render } from './object/render';
import { unknownFields } from './object/unchecked';
import { verify } from './object/verify';
import type { Files } from './output/inventory';
import { fileOf, layOut, type Placed } from './text/layout';
import { type Collected, collect } from './tree/collect';
import { findCrossings } from './tree/crossing';
import { order } from './tree/order';

/** What came out. */
export interface Synthesis {
  /** All files; empty when a finding is an error. */
  readonly files: Files;
  readonly findings: readonly Finding[];
  /** Every object, also when there are errors, for whoever asks further questions. */
  readonly objects: readonly Placed[];
  /** The same as everybody else looks at them: one list, for which nothing need be worked out twice. */
  readonly entries: readonly ApiEntry[];
  /** Where the time went, by chart. */
  readonly clock: Clock;
}

/** Looks at every object and reports what is wrong. */
export type Check = (entries: readonly ApiEntry[]) => readonly Finding[];

/** What is asked. */
export interface Asked {
  /** Whether charts judge what they became: not so in a build that is only compared with another. @default true */
  readonly verifications?: boolean;
}

/**
 * Synthesizes the tree below `root`, in time linear in its size (n log n for the order).
 * Problems are findings: nothing is thrown for what a user wrote.
 */
export function synthesize(root: IConstruct, check: Check, { verifications = true }: Asked = {}): Synthesis {
  const clock = new Clock();
  const later: Finding[] = [];
  const collection = collect(root, clock);
  const ordered = order(root, collection);
  const rendered = render(root, ordered.objects, clock, (object, error) => later.push(unrenderable(object, error)));
  const home = homeCluster(collection.objects);
  const objects = placeAll(rendered, (object) => place(object, home, later), later);
  const layout = layOut(objects, clock);
  const entries = objects.map(({ entry }) => entry);
  const found = [
    ...collection.findings,
    ...ordered.findings,
    ...later,
    ...check(entries),
    ...findCrossings(collection.dependencies, objects),
    ...layout.findings,
  ];
  const verified = verifications ? verify(collection.verified, entries, found) : [];
  const findings = sortFindings([...found, ...verified]);
  const failed = findings.some(({ severity }) => severity === 'error');
  return { files: failed ? new Map() : layout.files, findings, objects, entries, clock };
}

/** Applies the overrides, and names the object by what it then is. */
function place(object: Rendered, home: string, findings: Finding[]): Placed {
  const { manifest, findings: refused, added } = applyOverrides(object);
  const { construct, placement, origin, clusterScoped } = object;
  const entry: ApiEntry = { identity: identityOf(manifest), manifest, origin, cluster: placement.cluster || home };
  findings.push(...refused);
  for (const { pointer, source } of added) {
    for (const field of unknownFields(manifest, pointer)) findings.push(unchecked(entry, field, source));
  }
  const platformOwned = construct.node.metadata.some(({ type }) => type === ENTRY.platformOwned);
  const file = fileOf(entry.identity, placement, clusterScoped, platformOwned);
  return { entry, placement, clusterScoped, construct, file };
}

function identityOf({ apiVersion, kind, metadata }: JsonObject): Identity {
  const { name, namespace } = isJsonObject(metadata) ? metadata : {};
  const identity = { group: groupOf(apiVersion), kind: text(kind), name: text(name) };
  return namespace === undefined ? identity : { ...identity, namespace: text(namespace) };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The cluster whose files lie in the root: charts without a placement go there as well. */
function homeCluster(objects: readonly Collected[]): string {
  const atHome = ({ home, cluster }: Placement) => home && cluster !== '';
  return objects.find(({ placement }) => atHome(placement))?.placement.cluster ?? 'home';
}

function unrenderable({ construct, origin }: Collected, error: unknown): Finding {
  const source = origin.source();
  return {
    rule: 'unrenderable',
    severity: 'error',
    construct: origin.construct,
    object: `${construct.kind} ${construct.name}`,
    message: error instanceof Error ? error.message : String(error),
    expected: 'values that are JSON',
    ...(source === undefined ? {} : { source }),
  };
}

function unchecked({ identity, origin }: ApiEntry, field: string, source: SourceLine | undefined): Finding {
  return {
    rule: 'unchecked-field',
    severity: 'note',
    construct: origin.construct,
    object: describeIdentity(identity),
    field,
    message: 'an override added a field that the types do not know, so nothing has checked it',
    expected: 'a field that the API server of the cluster knows',
    ...(source === undefined ? {} : { source }),
  };
}
