// RBAC as the API server's authorizer reads it: which subject may do what, by which binding.
import { groupBy } from '../../model/manifest/group-by';
import { defined } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { memoizePerObjects, objectIndex, placeOf } from '../objects/object-index';
import { dig, places, text } from '../objects/read-json';
import { type PolicyRule, rulesOfBinding } from './roles';

const GROUP = 'rbac.authorization.k8s.io';

/** A subject of a binding. */
export interface Who {
  readonly kind: string;
  readonly name: string;
  /** Of a ServiceAccount. */
  readonly namespace?: string;
}

/** What one binding gives to one subject. */
export interface Grant {
  readonly cluster: string;
  readonly who: Who;
  /** Absent where it holds in the whole cluster. */
  readonly namespace?: string;
  readonly rules: readonly PolicyRule[];
  /** Whether the app or Kubernetes defines the role. What other roles allow is unknown. */
  readonly known: boolean;
  /** Whether ClusterRoles that the app does not write may add rules. */
  readonly open: boolean;
  readonly role: string;
  readonly binding: ApiEntry;
  /** Where the binding names the subject, as a JSON pointer (RFC 6901). */
  readonly pointer: string;
}

/** An action to authorize. */
export interface Act {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** Absent for the whole cluster. */
  readonly namespace?: string;
  /** Absent for all objects. */
  readonly name?: string;
}

/** The grants of all bindings, over all clusters. */
export const grants = memoizePerObjects((entries): readonly Grant[] =>
  objectIndex(entries)
    .of(`${GROUP}/RoleBinding`, `${GROUP}/ClusterRoleBinding`)
    .flatMap((binding) => {
      const role = rulesOfBinding(entries, binding);
      const namespace = placeOfBinding(binding);
      return subjects(binding).map(({ who, pointer }) => ({
        cluster: binding.cluster,
        who,
        ...defined({ namespace }),
        rules: role?.rules ?? [],
        known: role !== undefined,
        open: role?.open === true,
        role: text(dig(binding.manifest, 'roleRef')?.name) ?? '',
        binding,
        pointer,
      }));
    }),
);

/** A ClusterRoleBinding holds in the whole cluster; a RoleBinding without a namespace is applied to `default`. */
const placeOfBinding = ({ identity }: ApiEntry): string | undefined =>
  identity.kind === 'ClusterRoleBinding' ? undefined : (identity.namespace ?? 'default');

/** The subjects of a binding, with their pointers. A ServiceAccount without a namespace is one of the RoleBinding's. */
function subjects(binding: ApiEntry): { readonly who: Who; readonly pointer: string }[] {
  return places(binding.manifest, 'subjects', '').map(({ value, pointer }) => {
    const [kind = '', name = ''] = [text(value.kind), text(value.name)];
    const own = text(value.namespace) || undefined;
    const namespace = kind === 'ServiceAccount' ? (own ?? placeOfBinding(binding)) : own;
    return { who: { kind, name, ...defined({ namespace }) }, pointer };
  });
}

/** The role that a binding names, where the app writes it. */
export function roleOf(entries: readonly ApiEntry[], { cluster, identity, manifest }: ApiEntry): ApiEntry | undefined {
  const ref = dig(manifest, 'roleRef');
  const name = text(ref?.name) ?? '';
  return ref?.kind === 'ClusterRole'
    ? objectIndex(entries).find(`${GROUP}/ClusterRole`, cluster, undefined, name)
    : objectIndex(entries).find(`${GROUP}/Role`, cluster, identity.namespace, name);
}

/** Whether a rule allows an act, wherever it holds. Source: kubernetes.io, "Using RBAC Authorization"; `VerbMatches` and its like. */
export function allows({ groups, resources, verbs, names }: PolicyRule, { verb, group, resource, name }: Act): boolean {
  const subresource = resource.includes('/') ? `*/${resource.slice(resource.indexOf('/') + 1)}` : undefined;
  return (
    has(verbs, verb) &&
    has(groups, group) &&
    (has(resources, resource) || (subresource !== undefined && resources.includes(subresource))) &&
    (names.length === 0 || names.includes(name ?? ''))
  );
}

/** Whether a rule allows a request for a path outside of resources. */
export const allowsUrl = ({ verbs, urls }: PolicyRule, verb: string, path: string): boolean =>
  has(verbs, verb) &&
  urls.some((url) => url === path || (url.endsWith('*') && path.startsWith(url.replace(/\*+$/, ''))));

const has = (allowed: readonly string[], wanted: string): boolean => allowed.includes('*') || allowed.includes(wanted);

/** Whether the subject may do it, by any binding that names it or one of its built-in groups. */
export function mayDo(entries: readonly ApiEntry[], cluster: string, who: Who, act: Act): boolean {
  return (
    isMaster(who) ||
    grantsIn(entries, cluster, who, act.namespace).some(({ rules }) => rules.some((rule) => allows(rule, act)))
  );
}

/** Whether the API server asks no authorizer about the subject. Source: kubernetes.io, "Using RBAC Authorization". */
export const isMaster = ({ kind, name }: Who): boolean => kind === 'Group' && name === 'system:masters';

/** What a subject is given, under all names that the API server has for it, in a namespace; in the whole cluster, where there is none. */
export function grantsIn(
  entries: readonly ApiEntry[],
  cluster: string,
  who: Who,
  place: string | undefined,
): readonly Grant[] {
  const given = inPlace(entries);
  return aliases(who).flatMap((alias) => {
    const key = keyOf(cluster, alias);
    return [
      ...(given.get(placeOf(key, undefined)) ?? []),
      ...(place === undefined ? [] : (given.get(placeOf(key, place)) ?? [])),
    ];
  });
}

/** By subject and namespace. */
const inPlace = memoizePerObjects((entries) =>
  groupBy(grants(entries), ({ cluster, who, namespace }) => placeOf(keyOf(cluster, who), namespace)),
);

const keyOf = (cluster: string, { kind, name, namespace }: Who): string =>
  placeOf(cluster, `${kind}\n${kind === 'ServiceAccount' ? (namespace ?? '') : ''}\n${name}`);

/** Those to ServiceAccounts, by cluster and namespace. */
export const grantsToAccounts = memoizePerObjects((entries) =>
  groupBy(
    grants(entries).filter(({ who }) => who.kind === 'ServiceAccount'),
    ({ cluster, who }) => placeOf(cluster, who.namespace),
  ),
);

const group = (name: string): Who => ({ kind: 'Group', name });
const ACCOUNT_USER = /^system:serviceaccount:([^:]+):(.+)$/;
const ACCOUNT_GROUP = /^system:serviceaccounts(:.+)?$/;

/** All who a subject is. Source: kubernetes.io, "Authenticating", ServiceAccount tokens, anonymous requests. */
function aliases(who: Who): Who[] {
  const [, space, account] = who.kind === 'User' ? (ACCOUNT_USER.exec(who.name) ?? []) : [];
  if (who.kind === 'ServiceAccount' || (space !== undefined && account !== undefined)) {
    const { namespace = '', name } = account === undefined ? who : { namespace: space, name: account };
    return [
      { kind: 'ServiceAccount', name, namespace },
      { kind: 'User', name: `system:serviceaccount:${namespace}:${name}` },
      ...groupsOf(`system:serviceaccounts:${namespace}`),
    ];
  }
  if (who.kind === 'Group') return groupsOf(who.name);
  return who.name === 'system:anonymous'
    ? [who, group('system:unauthenticated')]
    : [who, group('system:authenticated')];
}

/** The groups that members of one have. */
function groupsOf(name: string): Who[] {
  if (name === 'system:authenticated' || name === 'system:unauthenticated') return [group(name)];
  const accounts = ACCOUNT_GROUP.test(name) && name !== 'system:serviceaccounts' ? ['system:serviceaccounts'] : [];
  return [name, ...accounts, 'system:authenticated'].map(group);
}
