// Ways to Secrets: what a subject reads of them by a right, through pods, or as someone else.

import { defined } from '../../model/manifest/json';
import { POD_CREATING_KINDS, POD_ENTRY_RESOURCES } from '../../model/manifest/kind-lookup';
import type { ApiEntry } from '../../model/manifest/object';
import { compareKeys, compareText } from '../../model/manifest/text';
import { memoizePerObjects, placeOf } from '../objects/object-index';
import { allows, type Grant, grants, grantsIn, grantsToAccounts, isMaster, roleOf, type Who } from './rbac';
import type { PolicyRule } from './roles';

/** What a subject can read of Secrets in one place where it is given a role. */
export interface SecretWays {
  readonly cluster: string;
  readonly subject: Who;
  /** Absent where it holds in the whole cluster. */
  readonly namespace?: string;
  /** Those that a right shows: all, or the ones of these names. */
  readonly read: 'all' | readonly string[];
  /** Those that pods show: any of the namespace, those that running pods mount, none. */
  readonly pods: 'any' | 'mounted' | 'none';
  /** ServiceAccounts that it can run or act as and that read Secrets elsewhere. */
  readonly as: readonly string[];
  /** Rights that lead to other identities or to more rights. What these read is unknown. */
  readonly leads: readonly string[];
  /** Roles with rules that are unknown here. */
  readonly unknown: readonly string[];
}

/**
 * Verbs whose answer holds the object. A dry run of a delete with finalizers shows it, and one of a collection shows them all.
 * Source: k8s.io/apiserver, `Store.Delete`, `Store.DeleteCollection`.
 */
const SHOWING = ['get', 'list', 'watch', 'patch', 'update', 'delete', 'deletecollection'];

/** Requests for a collection have no name, but for those whose field selector gives one. Source: k8s.io/apiserver, `requestinfo.go`. */
const NAMELESS = ['deletecollection'];

/** What lets a subject choose the content of a pod. */
const WRITE = ['create', 'patch', 'update'];
const ENTER = ['create', 'get'];
/** Enters every pod of a node by its kubelet. */
const NODE_ENTRY = '/nodes/proxy';

interface Lead {
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: (verb: string) => boolean;
  readonly name: string;
  /** Whether it is a right to what has no namespace: a RoleBinding cannot give it. */
  readonly clusterWide?: true;
}

const oneOf = (...verbs: readonly string[]): Lead['verbs'] => {
  const all = new Set(verbs);
  return (verb) => all.has(verb);
};
/** From 1.35 on, `impersonate:user-info` and its like. Source: KEP-5284. */
const impersonates = (verb: string): boolean => /^impersonate(:|$)/.test(verb);

const RBAC = 'rbac.authorization.k8s.io';
const AUTHENTICATION = 'authentication.k8s.io';
const CERTIFICATES = 'certificates.k8s.io';
const ROLES = ['roles', 'clusterroles'];

/** Source: kubernetes.io, "RBAC Good Practices", privilege escalation risks. */
const LEADS: readonly Lead[] = [
  { group: '', resources: ['serviceaccounts/token'], verbs: oneOf('create'), name: 'serviceaccounts/token' },
  { group: '', resources: ['serviceaccounts'], verbs: impersonates, name: 'impersonate' },
  { group: '', resources: ['users', 'groups'], verbs: impersonates, name: 'impersonate', clusterWide: true },
  { group: AUTHENTICATION, resources: ['serviceaccounts'], verbs: impersonates, name: 'impersonate' },
  {
    group: AUTHENTICATION,
    resources: ['users', 'groups', 'uids', 'nodes'],
    verbs: impersonates,
    name: 'impersonate',
    clusterWide: true,
  },
  { group: RBAC, resources: ROLES, verbs: oneOf('escalate'), name: 'escalate' },
  { group: RBAC, resources: ROLES, verbs: oneOf('bind'), name: 'bind' },
  {
    group: CERTIFICATES,
    resources: ['certificatesigningrequests/approval'],
    verbs: oneOf('patch', 'update'),
    name: 'certificatesigningrequests/approval',
    clusterWide: true,
  },
  { group: CERTIFICATES, resources: ['signers'], verbs: oneOf('approve', 'sign'), name: 'signers', clusterWide: true },
  {
    group: 'admissionregistration.k8s.io',
    resources: ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
    verbs: oneOf(...WRITE),
    name: 'webhooks',
    clusterWide: true,
  },
  {
    group: 'apiregistration.k8s.io',
    resources: ['apiservices'],
    verbs: oneOf(...WRITE),
    name: 'apiservices',
    clusterWide: true,
  },
  { group: '', resources: ['persistentvolumes'], verbs: oneOf('create'), name: 'persistentvolumes', clusterWide: true },
];

const keyOf = (cluster: string, { kind, namespace, name }: Who, place: string | undefined): string =>
  [cluster, kind, namespace ?? '', name, place ?? ''].join('\n');

const all = memoizePerObjects((entries): ReadonlyMap<string, SecretWays> => {
  const found = new Map<string, SecretWays>();
  for (const { cluster, who, namespace } of grants(entries)) {
    const key = keyOf(cluster, who, namespace);
    if (!found.has(key)) found.set(key, waysOf(entries, cluster, who, namespace));
  }
  return new Map([...found].sort(compareKeys));
});

/** One entry for each subject and place where it is given a role. */
export const secretWays = (entries: readonly ApiEntry[]): readonly SecretWays[] => [...all(entries).values()];

/** The ways that a grant's subject has in the grant's place, by all that it is given. */
export const secretWaysOf = (
  entries: readonly ApiEntry[],
  { cluster, who, namespace }: Pick<Grant, 'cluster' | 'who' | 'namespace'>,
): SecretWays | undefined => all(entries).get(keyOf(cluster, who, namespace));

function waysOf(
  entries: readonly ApiEntry[],
  cluster: string,
  subject: Who,
  namespace: string | undefined,
): SecretWays {
  const given = grantsIn(entries, cluster, subject, namespace);
  const rules = given.flatMap((grant) => grant.rules);
  const wide = namespace === undefined ? rules : given.flatMap((one) => (one.namespace === undefined ? one.rules : []));
  const writes = podWriting(rules).length > 0;
  const pods = writes ? 'any' : podEntering(rules, wide).length > 0 ? 'mounted' : 'none';
  const accounts = accountsOf(entries, cluster, namespace, rules, writes);
  const elsewhere = accounts.filter((grant) => (namespace === undefined ? !writes : grant.namespace !== namespace));
  return {
    cluster,
    subject,
    ...defined({ namespace }),
    read: isMaster(subject) ? 'all' : readBy(rules),
    pods,
    as: distinct(elsewhere.filter((grant) => readBy(grant.rules).length > 0).map(({ who }) => accountName(who))),
    leads: distinct(LEADS.filter((lead) => leads(lead, lead.clusterWide ? wide : rules)).map(({ name }) => name)),
    unknown: distinct([
      ...[...given, ...accounts].filter((grant) => isUnknown(entries, grant)).map(({ role }) => role),
      ...(isNode(subject) ? ['the authorizer of nodes'] : []),
    ]),
  };
}

const distinct = (names: readonly string[]): string[] => [...new Set(names)].sort(compareText);
const accountName = ({ namespace, name }: Who): string => `${namespace}/${name}`;

/** An authorizer of their own gives nodes the Secrets of their pods. Source: kubernetes.io, "Using Node Authorization". */
const isNode = ({ kind, name }: Who): boolean =>
  (kind === 'Group' && name === 'system:nodes') || (kind === 'User' && name.startsWith('system:node:'));

/** Operators may extend `view`, `edit` and `admin`, which by convention opens no Secrets: these are taken as they are. */
function isUnknown(entries: readonly ApiEntry[], { known, open, binding }: Grant): boolean {
  return !known || (open && roleOf(entries, binding) !== undefined);
}

function readBy(rules: readonly PolicyRule[]): SecretWays['read'] {
  const names = new Set<string>();
  for (const rule of rules) {
    for (const verb of SHOWING) {
      if (!allows({ ...rule, names: [] }, { verb, group: '', resource: 'secrets' })) continue;
      if (rule.names.length === 0 || rule.names.includes('')) return 'all';
      if (!NAMELESS.includes(verb)) for (const name of rule.names) names.add(name);
    }
  }
  return distinct([...names]);
}

/** The kinds by which rules let their subject choose the content of a pod. */
export const podWriting = (rules: readonly PolicyRule[]): string[] =>
  POD_CREATING_KINDS.filter((key) => permits(rules, key, WRITE));

/** The resources by which rules let their subject into running pods; `wide` are those that hold in the whole cluster. */
export const podEntering = (rules: readonly PolicyRule[], wide: readonly PolicyRule[]): string[] => [
  ...POD_ENTRY_RESOURCES.filter((key) => permits(rules, key, ENTER)),
  ...(permits(wide, NODE_ENTRY, ENTER) ? [NODE_ENTRY] : []),
];

/** Whether rules allow one of the verbs for any object of `group/resource`: one Deployment is enough. */
function permits(rules: readonly PolicyRule[], key: string, verbs: readonly string[]): boolean {
  const [group = '', ...rest] = key.split('/');
  const resource = rest.join('/');
  return rules.some((rule) => verbs.some((verb) => allows({ ...rule, names: [] }, { verb, group, resource })));
}

function leads({ group, resources, verbs }: Lead, rules: readonly PolicyRule[]): boolean {
  return rules.some((rule) => {
    const has = (given: string) => given === '*' || verbs(given);
    return (
      rule.verbs.some(has) &&
      resources.some((resource) => allows({ ...rule, verbs: ['*'], names: [] }, { verb: '*', group, resource }))
    );
  });
}

/** What is given to the ServiceAccounts that the rules let their subject run pods as, get a token of, or impersonate. */
function accountsOf(
  entries: readonly ApiEntry[],
  cluster: string,
  namespace: string | undefined,
  rules: readonly PolicyRule[],
  any: boolean,
): readonly Grant[] {
  if (grantsToAccounts(entries).size === 0) return [];
  const may = ({ name }: Who) =>
    any ||
    rules.some(
      (rule) =>
        allows(rule, { verb: 'create', group: '', resource: 'serviceaccounts/token', name }) ||
        allows(rule, { verb: 'impersonate', group: '', resource: 'serviceaccounts', name }),
    );
  const given =
    namespace === undefined
      ? [...grantsToAccounts(entries).values()].flat().filter((grant) => grant.cluster === cluster)
      : (grantsToAccounts(entries).get(placeOf(cluster, namespace)) ?? []);
  return given.filter(({ who }) => may(who));
}
