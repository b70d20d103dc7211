// Look-ups in the tables of served and of custom kinds, in constant time.

import { CUSTOM_KINDS } from './custom-kinds';
import { SERVED } from './served-kinds';

/** From which minor (0: the oldest supported or before) to which one serves a kind, and whether it does by default. */
export interface Life {
  readonly from: number;
  readonly to: number;
  readonly byDefault: boolean;
}

/** A custom kind that is well known. */
export interface CustomKind {
  readonly scope: 'cluster' | 'namespace';
  readonly plural: string;
}

const LIVES = new Map<string, Life[]>();
const KINDS_OF = new Map<string, Set<string>>();
const VERSIONS_OF = new Map<string, Set<string>>();
const GROUPS = new Set<string>();

function add<Value>(to: Map<string, Set<Value>>, key: string, value: Value): void {
  const known = to.get(key);
  if (known === undefined) to.set(key, new Set([value]));
  else known.add(value);
}

for (const [apiVersion, from, to, state, kinds] of SERVED) {
  GROUPS.add(apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/'))));
  for (const kind of kinds.split(' ')) {
    const key = `${apiVersion} ${kind}`;
    const lives = LIVES.get(key) ?? [];
    LIVES.set(key, lives);
    lives.push({ from, to, byDefault: state === 'on' });
    add(KINDS_OF, apiVersion, kind);
    add(VERSIONS_OF, kind, apiVersion);
  }
}

const CUSTOM: ReadonlyMap<string, CustomKind> = new Map(
  CUSTOM_KINDS.flatMap(([group, scope, kinds]) =>
    kinds.split(' ').map((name) => {
      const [kind, plural = ''] = name.split('/');
      return [`${group}/${kind}`, { scope, plural }] as const;
    }),
  ),
);

/** When Kubernetes has served the kind, oldest first; empty if it never has. */
export const livesOf = (apiVersion: string, kind: string): readonly Life[] => LIVES.get(`${apiVersion} ${kind}`) ?? [];

/** Whether a minor serves it, or any supported one where the minor is unknown. */
export const serves = ({ from, to }: Life, minor: number | undefined, oldest: number): boolean =>
  minor === undefined ? to >= oldest : from <= minor && minor <= to;

/** Whether the group belongs to Kubernetes itself, now or in the past. */
export const isKubernetesGroup = (group: string): boolean => GROUPS.has(group);

/** All groups of Kubernetes itself. */
export const KUBERNETES_GROUPS: readonly string[] = [...GROUPS];

/** Kinds that Kubernetes has served in an API version. */
export const kindsIn = (apiVersion: string): readonly string[] => [...(KINDS_OF.get(apiVersion) ?? [])];

/** API versions in which Kubernetes has served a kind of this name. */
export const apiVersionsWith = (kind: string): readonly string[] => [...(VERSIONS_OF.get(kind) ?? [])];

/** All names of kinds that Kubernetes has served. */
export const KUBERNETES_KINDS: readonly string[] = [...VERSIONS_OF.keys()];

/** What is known of a custom kind. */
export const customKind = (group: string, kind: string): CustomKind | undefined => CUSTOM.get(`${group}/${kind}`);

/** Well-known custom kinds of a group. */
export const customKindsOf = (group: string): readonly string[] =>
  CUSTOM_KINDS.filter(([known]) => known === group).flatMap(([, , kinds]) =>
    kinds.split(' ').map((name) => name.slice(0, name.indexOf('/'))),
  );
