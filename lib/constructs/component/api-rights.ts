// What the pods of a component may do at the Kubernetes API: a Role or a ClusterRole, and its binding to their ServiceAccount.

import type { Construct } from 'constructs';
import type { Problem } from '../../model/finding/problem';
import { checked, fields, findSchemaProblems, flag, list, optional, text } from '../../model/finding/schema';
import { isJsonObject } from '../../model/manifest/json';
import { createObject, type PolicyRule } from '../tree/kinds';
import { selectorLabels } from '../tree/labels';

/** Rights in the namespace of the component, or in all. */
export interface ApiRights {
  /** Plurals of kinds, as RBAC names them: `['leases']`. */
  readonly resources: readonly string[];
  /** API group of the resources. @default the core group */
  readonly group?: string;
  /** What it may do: `['get', 'list', 'watch']`. */
  readonly verbs: readonly string[];
  /** Names of the only objects that it may touch. @default all of the namespace */
  readonly names?: readonly string[];
  /** Whether they hold in every namespace, and for kinds that have none. @default false */
  readonly everywhere?: boolean;
  /** Why it needs a token of the API. Kept as an annotation. */
  readonly because: string;
}

/** Rights at paths of the API server that are not objects. */
export interface UrlRights {
  /** Absolute paths: `['/metrics']`. */
  readonly urls: readonly string[];
  /** What it may do, as methods of HTTP in lower case: `['get']`. */
  readonly verbs: readonly string[];
  /** Why it needs a token of the API. Kept as an annotation. */
  readonly because: string;
}

const some = (example: string) =>
  checked<readonly string[]>(list(text(), example), (words) =>
    words.length > 0 ? [] : [{ message: 'the list is empty', expected: example }],
  );

const REASON = text('a reason, as a sentence');

/** What rights may say. */
const OBJECT_RIGHTS = fields<ApiRights>({
  resources: some("['leases']"),
  group: optional(text('an API group: coordination.k8s.io')),
  verbs: some("['get', 'list', 'watch']"),
  names: optional(some("['leader']")),
  everywhere: optional(flag()),
  because: REASON,
});

const URL_RIGHTS = fields<UrlRights>({
  urls: checked<readonly string[]>(
    list(
      text('an absolute path', (url) => url.startsWith('/')),
      "['/metrics']",
    ),
    (urls) => (urls.length > 0 ? [] : [{ message: 'the list is empty', expected: "['/metrics']" }]),
  ),
  verbs: some("['get']"),
  because: REASON,
});

/** What is wrong with rights. */
export const findRightsProblems = (rights: ApiRights | UrlRights): Problem[] =>
  findSchemaProblems(isJsonObject(rights) && 'urls' in rights ? URL_RIGHTS : OBJECT_RIGHTS, rights, 'mayCall');

/** Whether they hold in every namespace. */
export const holdEverywhere = (rights: ApiRights | UrlRights): boolean =>
  'urls' in rights || rights.everywhere === true;

/**
 * Creates what gives `rights` to the ServiceAccount `name`: the Role `name` in its namespace, or the ClusterRole `<namespace>-<name>`,
 * with its binding.
 */
export function createApiRights(
  scope: Construct,
  account: { readonly name: string; readonly namespace: string },
  everywhere: boolean,
  rights: () => readonly (ApiRights | UrlRights)[],
): void {
  const { name: component, namespace } = account;
  const [name, kind] = everywhere
    ? ([`${namespace}-${component}`, 'ClusterRole'] as const)
    : ([component, 'Role'] as const);
  const binding = `${kind}Binding` as const;
  const id = everywhere ? 'cluster-role' : 'role';
  const metadata = { name, labels: selectorLabels(component) };
  createObject(scope, id, kind, metadata, { rules: () => rights().map(ruleOf) });
  createObject(scope, `${id}-binding`, binding, metadata, {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  });
}

function ruleOf(rights: ApiRights | UrlRights): PolicyRule {
  if ('urls' in rights) return { nonResourceURLs: rights.urls, verbs: rights.verbs };
  const { resources, group = '', verbs, names } = rights;
  return { apiGroups: [group], resources, verbs, ...(names === undefined ? {} : { resourceNames: names }) };
}
