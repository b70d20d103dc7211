// Network policies as a dataplane reads them: which pods they isolate, and which peers and ports their rules allow.
import { groupBy } from '../../model/manifest/group-by';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { NAMESPACE_NAME } from '../../model/manifest/well-known';
import { memoizePerObjects, objectIndex, placeOf } from '../objects/object-index';
import { dig, list, places, record, text } from '../objects/read-json';
import { matches } from '../objects/selectors';
import type { Workload } from '../objects/workloads';

export type Direction = 'Ingress' | 'Egress';

/** `maybe` where it depends on what the manifests do not say. */
export type Certainty = 'yes' | 'maybe' | 'no';

/** With what certainty a selected side is meant. */
export type Selects = Exclude<Certainty, 'no'>;

/** A rule of a policy: peers and ports, each absent where it allows all. */
export interface Rule {
  readonly peers: readonly JsonObject[] | undefined;
  readonly ports: readonly JsonObject[] | undefined;
  /** Whether its policy selects the pods in any case: `maybe` where it selects some, or by labels that are set later. */
  readonly selects: Selects;
}

/** What isolates the pods of a workload in one direction. */
export interface Isolation {
  readonly isolated: Certainty;
  readonly rules: readonly Rule[];
}

/** A workload with its isolation. */
export interface Side {
  readonly workload: Workload;
  readonly namespace: string;
  /** `<namespace>/<workload>` */
  readonly name: string;
  /** On the network of its node, where policies may not hold. */
  readonly hostNetwork: boolean;
  readonly Ingress: Isolation;
  readonly Egress: Isolation;
}

/** Where objects without a namespace are applied. */
const spaceOf = ({ identity }: ApiEntry): string => identity.namespace ?? 'default';

/**
 * The policies by cluster and namespace, and by a label without which a pod is certainly not selected, the one that fewest require: a
 * pod is asked about few of them. Those that require no such label have the key of their namespace alone.
 */
const policies = memoizePerObjects((entries) => {
  const requiring = new Map<string, number>();
  const keyed = objectIndex(entries)
    .of('networking.k8s.io/NetworkPolicy')
    .map((entry) => {
      const place = placeOf(entry.cluster, spaceOf(entry));
      const labels = dig(entry.manifest, 'spec', 'podSelector', 'matchLabels') ?? {};
      const required = Object.entries(labels).filter(([key]) => !isAdded(key));
      const keys = required.length === 0 ? [keyOf(place, undefined)] : required.map((label) => keyOf(place, label));
      for (const key of keys) requiring.set(key, (requiring.get(key) ?? 0) + 1);
      return { entry, keys };
    });
  const requirersOf = (key: string) => requiring.get(key) ?? 0;
  return groupBy(keyed.entries(), ([, { keys }]) =>
    keys.reduce((rarest, key) => (requirersOf(key) < requirersOf(rarest) ? key : rarest)),
  );
});

const keyOf = (place: string, label: readonly [key: string, value: Json | undefined] | undefined): string =>
  JSON.stringify([place, ...(label ?? [])]);

/** The policies that select pods of a workload, in the order of the objects. */
function findSelecting(workload: Workload, entries: readonly ApiEntry[]): Selecting[] {
  const { entry, labels } = workload;
  const place = placeOf(entry.cluster, spaceOf(entry));
  const byLabel = policies(entries);
  return [undefined, ...Object.entries(labels)]
    .flatMap((label) => byLabel.get(keyOf(place, label)) ?? [])
    .sort(([a], [b]) => a - b)
    .flatMap(([, { entry: policy }]): Selecting[] => {
      const spec = dig(policy.manifest, 'spec') ?? {};
      const selects = selectsPods(dig(spec, 'podSelector') ?? {}, workload);
      return selects === 'no' ? [] : [{ policy, spec, selects }];
    });
}

/** The policies that select, or may select, pods of a workload. */
export const policiesOf = (workload: Workload, entries: readonly ApiEntry[]): ApiEntry[] =>
  findSelecting(workload, entries).map(({ policy }) => policy);

export function sideOf(workload: Workload, entries: readonly ApiEntry[]): Side {
  const { entry, pod } = workload;
  const namespace = spaceOf(entry);
  const hostNetwork = pod.value.hostNetwork === true;
  const selecting = findSelecting(workload, entries);
  return {
    workload,
    namespace,
    name: `${namespace}/${entry.identity.name}`,
    hostNetwork,
    Ingress: isolationOf(selecting, 'Ingress', hostNetwork),
    Egress: isolationOf(selecting, 'Egress', hostNetwork),
  };
}

/** A policy that selects pods of a workload. */
interface Selecting {
  readonly policy: ApiEntry;
  readonly spec: JsonObject;
  readonly selects: Selects;
}

const FIELDS = {
  Ingress: { rules: 'ingress', peers: 'from' },
  Egress: { rules: 'egress', peers: 'to' },
} as const;

function isolationOf(selecting: readonly Selecting[], direction: Direction, hostNetwork: boolean): Isolation {
  const { rules, peers } = FIELDS[direction];
  const isolating = selecting.filter(({ spec }) => applies(spec, direction));
  const sure = isolating.some(({ selects }) => selects === 'yes') && !hostNetwork;
  return {
    isolated: isolating.length === 0 ? 'no' : sure ? 'yes' : 'maybe',
    rules: isolating.flatMap(({ spec, selects }) =>
      places(spec, rules, '').map(({ value }) => ({
        peers: objects(value[peers]),
        ports: objects(value.ports),
        selects,
      })),
    ),
  };
}

/** Without types, a policy applies to ingress, and to egress if it has egress rules. Source: `SetDefaults_NetworkPolicy`. */
function applies(spec: JsonObject, direction: Direction): boolean {
  const types = list(spec.policyTypes);
  return types.length === 0 ? direction === 'Ingress' || list(spec.egress).length > 0 : types.includes(direction);
}

/** The objects of a list; `undefined` where it is absent or empty, which allows all. */
function objects(value: Json | undefined): readonly JsonObject[] | undefined {
  const found = list(value)
    .map(record)
    .filter((item) => item !== undefined);
  return found.length === 0 ? undefined : found;
}

/** Addresses of a host for itself, of a link and of groups: no pod has one of these. Source: RFC 6890. */
export const holdsNoPods = (cidr: string): boolean =>
  /^(127\.|169\.254\.|2(2[4-9]|3\d)\.|fe80:|ff[0-9a-f]{2}:|::1\/128)/i.test(cidr);

/** Whether a selector selects a namespace. Labels of one that the app does not write are unknown, but for its name. */
export function selectsNamespace(
  selector: JsonObject,
  cluster: string,
  namespace: string,
  entries: readonly ApiEntry[],
): Certainty {
  const written = objectIndex(entries).find('/Namespace', cluster, undefined, namespace);
  const labels: JsonObject = { ...dig(written?.manifest, 'metadata', 'labels'), [NAMESPACE_NAME]: namespace };
  return meets(selector, labels, (key) => written === undefined && key !== NAMESPACE_NAME);
}

/** Labels that controllers add, each with a value of its own. Source: kubernetes.io, "Well-Known Labels". */
const ADDED: ReadonlySet<string> = new Set([
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-completion-index',
  'batch.kubernetes.io/job-name',
  'controller-revision-hash',
  'controller-uid',
  'job-name',
  'pod-template-generation',
  'pod-template-hash',
  'statefulset.kubernetes.io/pod-name',
]);

/** Whether controllers add a label. */
export const isAdded = (key: string): boolean => ADDED.has(key);

/** Whether a selector selects the pods of a workload. */
export const selectsPods = (selector: JsonObject, { labels, kind }: Workload): Certainty =>
  meets(selector, labels, (key) => kind !== '/Pod' && isAdded(key));

/** Whether labels match a selector, where those with an open key may have any value. */
function meets(selector: JsonObject, labels: JsonObject, isOpen: (key: string) => boolean): Certainty {
  let means: Certainty = 'yes';
  const parts: (readonly [key: string, part: JsonObject])[] = [
    ...Object.entries(record(selector.matchLabels) ?? {}).map(
      ([key, value]) => [key, { matchLabels: { [key]: value } }] as const,
    ),
    ...places(selector, 'matchExpressions', '').map(
      ({ value }) => [text(value.key) ?? '', { matchExpressions: [value] }] as const,
    ),
  ];
  for (const [key, part] of parts) {
    if (!Object.hasOwn(labels, key) && isOpen(key)) means = 'maybe';
    else if (!matches(part, labels)) return 'no';
  }
  return means;
}

/** A peer that is not one of the workloads: address blocks, pods that the app does not write. */
export function describePeer(
  peer: JsonObject,
  owner: Side,
  isWritten: (pods: JsonObject, namespace: string) => boolean,
): string[] {
  const block = dig(peer, 'ipBlock');
  if (block !== undefined) {
    const except = list(block.except).flatMap((cidr) => text(cidr) ?? []);
    const cidr = text(block.cidr) ?? 'no address';
    return [except.length === 0 ? cidr : `${cidr} except ${except.join(', ')}`];
  }
  const pods = record(peer.podSelector);
  const namespaces = record(peer.namespaceSelector);
  if (namespaces === undefined && pods === undefined) return [];
  const named = namespaces === undefined ? owner.namespace : namedBy(namespaces);
  if (pods !== undefined && named !== undefined && isWritten(pods, named)) return [];
  const space = describeSelector(namespaces ?? { matchLabels: { [NAMESPACE_NAME]: owner.namespace } });
  return [`namespaces ${space}${pods === undefined ? '' : `, pods ${describeSelector(pods)}`}`];
}

/** The one namespace that a selector means by its name. */
function namedBy({ matchLabels, matchExpressions }: JsonObject): string | undefined {
  const labels = record(matchLabels) ?? {};
  const isName = list(matchExpressions).length === 0 && Object.keys(labels).length === 1;
  return isName ? text(labels[NAMESPACE_NAME]) : undefined;
}

/** As `kubectl get -l` takes it. */
function describeSelector(selector: JsonObject): string {
  const pairs = Object.entries(record(selector.matchLabels) ?? {}).map(([key, value]) => `${key}=${String(value)}`);
  const expressions = places(selector, 'matchExpressions', '').map(({ value }) => {
    const key = text(value.key) ?? '';
    const values = list(value.values).map(String).join(',');
    if (value.operator === 'Exists') return key;
    if (value.operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${String(value.operator).toLowerCase()} (${values})`;
  });
  const all = [...pairs, ...expressions];
  return all.length === 0 ? '(all)' : all.join(',');
}
