// What the pods of a component may do at the Kubernetes API: a Role and its binding to their ServiceAccount.

import type { Construct } from 'constructs';
import { checked, fields, list, optional, text } from '../../model/finding/schema';
import { createObject } from '../tree/kinds';
import { selectorLabels } from '../tree/labels';

/** Rights in the namespace of the component. */
export interface ApiRights {
  /** Plurals of kinds, as RBAC names them: `['leases']`. */
  readonly resources: readonly string[];
  /** API group of the resources. @default the core group */
  readonly group?: string;
  /** What it may do: `['get', 'list', 'watch']`. */
  readonly verbs: readonly string[];
  /** Names of the only objects that it may touch. @default all of the namespace */
  readonly names?: readonly string[];
  /** Why it needs a token of the API. Kept as an annotation. */
  readonly because: string;
}

const some = (example: string) =>
  checked<readonly string[]>(list(text(), example), (words) =>
    words.length > 0 ? [] : [{ message: 'the list is empty', expected: example }],
  );

/** What rights may say. */
export const API_RIGHTS = fields<ApiRights>({
  resources: some("['leases']"),
  group: optional(text('an API group: coordination.k8s.io')),
  verbs: some("['get', 'list', 'watch']"),
  names: optional(some("['leader']")),
  because: text('a reason, as a sentence'),
});

/** Creates the Role `name` with these rights, and binds it to the ServiceAccount `name`. */
export function createApiRights(
  scope: Construct,
  name: string,
  namespace: string,
  all: () => readonly ApiRights[],
): void {
  const metadata = { name, labels: selectorLabels(name) };
  createObject(scope, 'role', 'Role', metadata, {
    rules: () =>
      all().map(({ resources, group = '', verbs, names }) => ({
        apiGroups: [group],
        resources,
        verbs,
        ...(names === undefined ? {} : { resourceNames: names }),
      })),
  });
  createObject(scope, 'role-binding', 'RoleBinding', metadata, {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
}
