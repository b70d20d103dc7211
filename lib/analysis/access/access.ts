// Access: who may do what in which namespace, and which Secrets that opens through pods.

import { defined } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { compareKeys } from '../../model/manifest/text';
import { memoizePerObjects } from '../objects/object-index';
import { type Grant, grants, type Who } from './rbac';
import type { PolicyRule } from './roles';
import { podEntering, podWriting } from './ways';

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

/** Paths outside of resources and that a subject may request; only a ClusterRoleBinding gives them. */
export interface UrlAccess {
  readonly cluster: string;
  readonly subject: Who;
  /** A `*` at the end stands for any rest. */
  readonly urls: readonly string[];
  readonly verbs: readonly string[];
}

/** A role whose rules the app does not write: what it allows cannot be known here. */
export interface UnknownAccess {
  readonly cluster: string;
  readonly subject: Who;
  /** Absent where it holds in the whole cluster. */
  readonly namespace?: string;
  readonly role: string;
  /** `?`: all of it is unknown; `more?`: other ClusterRoles may add to what is listed. */
  readonly rights: '?' | 'more?';
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

/** Who may do what, one entry for each subject, namespace and resource. `unknownAccess` lists the roles that are missing. */
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
  if (first === undefined) return [];
  const { cluster, who, namespace } = first;
  const rules = given.flatMap((grant) => grant.rules);
  const creatable = podWriting(rules);
  const by = creatable.length > 0 ? creatable : podEntering(rules, namespace === undefined ? rules : []);
  if (by.length === 0) return [];
  const place = { cluster, subject: who, ...defined({ namespace }) };
  return [{ ...place, secrets: creatable.length > 0 ? 'any' : 'mounted', by: by.sort() }];
}

/** Who may request which paths outside of resources. */
export const urlAccess = memoizePerObjects((entries): readonly UrlAccess[] =>
  grants(entries)
    .filter(({ namespace }) => namespace === undefined)
    .flatMap(({ cluster, who, rules }) =>
      rules
        .filter(({ urls }) => urls.length > 0)
        .map(({ urls, verbs }) => ({ cluster, subject: who, urls: [...urls].sort(), verbs: [...verbs].sort() })),
    ),
);

/** The grants whose roles are unknown here, wholly or in part. */
export const unknownAccess = memoizePerObjects((entries): readonly UnknownAccess[] =>
  grants(entries)
    .filter(({ known, open }) => !known || open)
    .map(({ cluster, who, namespace, role, known }) => ({
      cluster,
      subject: who,
      ...defined({ namespace }),
      role,
      rights: known ? 'more?' : '?',
    })),
);

/** The subjects that choose what runs in a namespace, without those that do so in the whole cluster. */
export function workloadWriters(entries: readonly ApiEntry[], cluster: string, namespace: string): readonly Who[] {
  return viaPods(entries)
    .filter((one) => one.cluster === cluster && one.namespace === namespace && one.secrets === 'any')
    .map(({ subject }) => subject);
}
