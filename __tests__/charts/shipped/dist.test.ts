// The committed dist holds the shipped systems: __tests__/dist.test.ts has something to look at.
import { shipped } from '../../support/shipped';

test('roles, bindings and objects of many kinds', () => {
  const kinds = shipped.objects.map(({ entry }) => entry.identity.kind);
  const count = (...names: readonly string[]) => kinds.filter((kind) => names.includes(kind)).length;
  expect(count('Role', 'ClusterRole')).toBeGreaterThanOrEqual(4);
  expect(count('RoleBinding', 'ClusterRoleBinding')).toBeGreaterThanOrEqual(8);
  expect(new Set(kinds).size).toBeGreaterThan(15);
});
