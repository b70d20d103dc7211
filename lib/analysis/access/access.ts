// Access: who may do what in which namespace, and which Secrets that opens through pods.

import { defined } from '../../model/manifest/json';
import { POD_CREATING_KINDS, POD_ENTRY_RESOURCES } from '../../model/manifest/kind-lookup';
import type { ApiEntry } from '../../model/manifest/object';
import { compareKeys } from '../../model/manifest/text';
import { memoizePerObjects } from '../objects/object-index';
import { allows, type Grant, grants, type PolicyRule, type Who } from './rbac';

/** What a subject may do to one resource. */
export interface Access {
  readonly cluster: string;
  readonly subject: Who;
  /** Absent where it holds in the whole cluster. */
  readonly namespace?: string;
  /** API group; the empty string is the core group, `*` any. */
  readonly group: string;
  /** Plural, with the subresource behind a slash; `*` any. */
  readonly resource: string;
  readonly verbs: readonly string[];
  /** The objects that it is restricted to. */
  readonly names?: readonly string[];
}

/** Secrets that a subject can read without a right to them. */
export interface ViaPods {
  readonly cluster: string;
  readonly subject: Who;
  /** Absent where it holds in every namespace. */
  readonly namespace?: string;
  /** `any`: all of the namespace, by a new pod that mounts them; `mounted`: those of pods that the subject can enter. */
  readonly secrets: 'any' | 'mounted';
  /** The resources that it may create or enter, as `group/resource`. */
  readonly by: readonly string[];
}

const placeKey = ({
  cluster,
  subject,
  namespace,
}: Pick<Access, 'cluster' | 'subject'> & Pick<Grant, 'namespace'>): string =>
  [cluster, subject.kind, subject.namespace ?? '', subject.name, namespace ?? ''].join('\n');

/** Who may do what, one entry for each subject, namespace and resource. Roles that the app does not write are left out. */
export const access = memoizePerObjects((entries): readonly Access[] => {
  const found = new Map<string, Access>();
  for (const grant of grants(entries)) {
    for (const rule of grant.rules) for (const one of spread(grant, rule)) add(found, one);
  }
  return [...found].sort(compareKeys).map(([, one]) => one);
});

function spread({ cluster, who, namespace }: Grant, { groups, resources, verbs, names }: PolicyRule): Access[] {
  return groups.flatMap((group) =>
    resources.map((resource) => ({
      cluster,
      subject: who,
      ...defined({ namespace }),
      group,
      resource,
      verbs,
      ...(names.length === 0 ? {} : { names: [...names].sort() }),
    })),
  );
}

function add(found: Map<string, Access>, one: Access): void {
  const key = [placeKey(one), one.group, one.resource, ...(one.names ?? [])].join('\n');
  const verbs = new Set([...(found.get(key)?.verbs ?? []), ...one.verbs]);
  found.set(key, { ...one, verbs: [...verbs].sort() });
}

/** Who can read Secrets through pods: a subject that writes workloads in a namespace chooses what they mount. */
export const viaPods = memoizePerObjects((entries): readonly ViaPods[] => {
  const byPlace = new Map<string, Grant[]>();
  for (const grant of grants(entries)) {
    const key = placeKey({ ...grant, subject: grant.who });
    byPlace.set(key, [...(byPlace.get(key) ?? []), grant]);
  }
  return [...byPlace].sort(compareKeys).flatMap(([, given]) => throughPods(given));
});

/** From all grants to one subject in one namespace. */
function throughPods(given: readonly Grant[]): ViaPods[] {
  const [first] = given;
  const creatable = POD_CREATING_KINDS.filter((resource) => given.some((grant) => writes(grant, resource)));
  const enterable = POD_ENTRY_RESOURCES.filter((resource) => given.some((grant) => enters(grant, resource)));
  const by = creatable.length > 0 ? creatable : enterable;
  if (first === undefined || by.length === 0) return [];
  const { cluster, who, namespace } = first;
  const place = { cluster, subject: who, ...defined({ namespace }) };
  return [{ ...place, secrets: creatable.length > 0 ? 'any' : 'mounted', by: by.sort() }];
}

/** Whether the grant lets its subject choose the content of a pod. */
function writes({ rules }: Grant, resource: string): boolean {
  return permits(rules, resource, ['create', 'patch', 'update']);
}

function enters({ rules }: Grant, resource: string): boolean {
  return permits(rules, resource, ['create', 'get']);
}

/** Ignores restrictions by name: one Deployment is enough. */
function permits(rules: readonly PolicyRule[], key: string, verbs: readonly string[]): boolean {
  const [group = '', ...rest] = key.split('/');
  const resource = rest.join('/');
  return rules.some((rule) => verbs.some((verb) => allows({ ...rule, names: [] }, { verb, group, resource })));
}

/** The subjects that choose what runs in a namespace, without those that do so in the whole cluster. */
export function workloadWriters(entries: readonly ApiEntry[], cluster: string, namespace: string): readonly Who[] {
  return viaPods(entries)
    .filter((one) => one.cluster === cluster && one.namespace === namespace && one.secrets === 'any')
    .map(({ subject }) => subject);
}
