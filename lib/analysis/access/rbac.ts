// RBAC as the API server's authorizer reads it: which subject may do what, by which binding.
import { defined, type Json, type JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { memoizePerObjects, objectIndex, placeOf } from '../objects/object-index';
import { dig, list, places, text } from '../objects/read-json';
import { matches } from '../objects/selectors';

const GROUP = 'rbac.authorization.k8s.io';

/** A subject of a binding. */
export interface Who {
  readonly kind: string;
  readonly name: string;
  /** Of a ServiceAccount. */
  readonly namespace?: string;
}

/** One rule of a Role or ClusterRole. */
export interface PolicyRule {
  readonly groups: readonly string[];
  /** Plurals, with the subresource behind a slash. */
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Empty where it holds for all. */
  readonly names: readonly string[];
}

/** What one binding gives to one subject. */
export interface Grant {
  readonly cluster: string;
  readonly who: Who;
  /** Absent where it holds in the whole cluster. */
  readonly namespace?: string;
  readonly rules: readonly PolicyRule[];
  /** Whether the app defines the role. What other roles allow is unknown. */
  readonly known: boolean;
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

/** Rules of the built-in role `cluster-admin`. kubernetes.io, "Using RBAC Authorization". */
const EVERYTHING: readonly PolicyRule[] = [{ groups: ['*'], resources: ['*'], verbs: ['*'], names: [] }];

/** The grants of all bindings, over all clusters. */
export const grants = memoizePerObjects((entries): readonly Grant[] =>
  objectIndex(entries)
    .of(`${GROUP}/RoleBinding`, `${GROUP}/ClusterRoleBinding`)
    .flatMap((binding) => {
      const rules = rulesOf(entries, binding);
      const { namespace } = binding.identity;
      return subjects(binding).map(({ who, pointer }) => ({
        cluster: binding.cluster,
        who,
        ...defined({ namespace }),
        rules: rules ?? [],
        known: rules !== undefined,
        role: text(dig(binding.manifest, 'roleRef')?.name) ?? '',
        binding,
        pointer,
      }));
    }),
);

/** The subjects of a binding, with their pointers. A ServiceAccount without a namespace is in the binding's: `appliesToUser`. */
function subjects({ identity, manifest }: ApiEntry): { readonly who: Who; readonly pointer: string }[] {
  return places(manifest, 'subjects', '').map(({ value, pointer }) => {
    const [kind = '', name = ''] = [text(value.kind), text(value.name)];
    const namespace = text(value.namespace) || (kind === 'ServiceAccount' ? identity.namespace : undefined);
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

function rulesOf(entries: readonly ApiEntry[], binding: ApiEntry): readonly PolicyRule[] | undefined {
  const role = roleOf(entries, binding);
  if (role !== undefined) return (aggregated(entries, role) ?? [role]).flatMap(policyRules);
  const ref = dig(binding.manifest, 'roleRef');
  return ref?.kind === 'ClusterRole' && ref.name === 'cluster-admin' ? EVERYTHING : undefined;
}

/** ClusterRoles whose rules a controller writes into this one, in place of its own. */
function aggregated(entries: readonly ApiEntry[], role: ApiEntry): ApiEntry[] | undefined {
  const selectors = places(dig(role.manifest, 'aggregationRule'), 'clusterRoleSelectors', '');
  if (selectors.length === 0) return undefined;
  return objectIndex(entries)
    .of(`${GROUP}/ClusterRole`)
    .filter((other) => other.cluster === role.cluster && other !== role)
    .filter(({ manifest }) => {
      const labels: JsonObject = dig(manifest, 'metadata', 'labels') ?? {};
      return selectors.some(({ value }) => matches(value, labels));
    });
}

/** The rules of a Role or ClusterRole about resources. */
export function policyRules({ manifest }: ApiEntry): PolicyRule[] {
  const texts = (value: Json | undefined) => list(value).flatMap((item) => text(item) ?? []);
  return places(manifest, 'rules', '').map(({ value }) => ({
    groups: texts(value.apiGroups),
    resources: texts(value.resources),
    verbs: texts(value.verbs),
    names: texts(value.resourceNames),
  }));
}

/** Whether a rule allows an act, wherever it holds. Source: kubernetes.io, "Using RBAC Authorization"; `VerbMatches` and its like. */
export function allows({ groups, resources, verbs, names }: PolicyRule, { verb, group, resource, name }: Act): boolean {
  const subresource = resource.includes('/') ? `*/${resource.slice(resource.indexOf('/') + 1)}` : undefined;
  return (
    has(verbs, verb) &&
    has(groups, group) &&
    (has(resources, resource) || (subresource !== undefined && resources.includes(subresource))) &&
    (names.length === 0 || (name !== undefined && names.includes(name)))
  );
}

const has = (allowed: readonly string[], wanted: string): boolean => allowed.includes('*') || allowed.includes(wanted);

/** Whether the subject may do it, by any binding that names it or one of its built-in groups. */
export function mayDo(entries: readonly ApiEntry[], cluster: string, who: Who, act: Act): boolean {
  return grantsOf(entries, cluster, who).some(
    ({ namespace, rules }) =>
      (namespace === undefined || namespace === act.namespace) && rules.some((rule) => allows(rule, act)),
  );
}

const bySubject = memoizePerObjects((entries): ReadonlyMap<string, readonly Grant[]> => {
  const found = new Map<string, Grant[]>();
  for (const grant of grants(entries)) {
    const key = keyOf(grant.cluster, grant.who);
    const known = found.get(key);
    if (known === undefined) found.set(key, [grant]);
    else known.push(grant);
  }
  return found;
});

const keyOf = (cluster: string, { kind, name, namespace }: Who): string =>
  placeOf(cluster, `${kind}\n${kind === 'ServiceAccount' ? (namespace ?? '') : ''}\n${name}`);

/** The grants of a subject, under all names that the API server has for it. */
function grantsOf(entries: readonly ApiEntry[], cluster: string, who: Who): readonly Grant[] {
  return aliases(who).flatMap((alias) => bySubject(entries).get(keyOf(cluster, alias)) ?? []);
}

/** Source: kubernetes.io, "Authenticating", ServiceAccount tokens. */
function aliases(who: Who): Who[] {
  const group = (name: string): Who => ({ kind: 'Group', name });
  const authenticated = group('system:authenticated');
  if (who.kind !== 'ServiceAccount') return who.name === authenticated.name ? [who] : [who, authenticated];
  const { namespace = '', name } = who;
  return [
    who,
    { kind: 'User', name: `system:serviceaccount:${namespace}:${name}` },
    group(`system:serviceaccounts:${namespace}`),
    group('system:serviceaccounts'),
    authenticated,
  ];
}
