// The committed dist holds the shipped systems: __tests__/dist.test.ts has something to look at.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shipped } from '../../support/shipped';

test('roles, bindings and objects of many kinds', () => {
  const kinds = shipped.objects.map(({ entry }) => entry.identity.kind);
  const count = (...names: readonly string[]) => kinds.filter((kind) => names.includes(kind)).length;
  expect(count('Role', 'ClusterRole')).toBeGreaterThanOrEqual(4);
  expect(count('RoleBinding', 'ClusterRoleBinding')).toBeGreaterThanOrEqual(8);
  expect(new Set(kinds).size).toBeGreaterThan(15);
});

describe('what the README says of kubectl apply', () => {
  const README = readFileSync(join(__dirname, '../../../README.md'), 'utf8').replace(/\s+/g, ' ');
  const filesOf = (isInRoot: boolean) => shipped.objects.filter(({ file }) => !file.includes('/') === isInRoot);

  test('-f dist reads the files of the home cluster, and only those', () => {
    expect(README).toContain('`kubectl apply -f dist` applies the *home* cluster');
    const clusters = new Set(filesOf(true).map(({ entry }) => entry.cluster));
    expect(clusters.size).toBe(1);
    for (const { entry } of filesOf(false)) expect(clusters).not.toContain(entry.cluster);
  });

  test('-R would apply one object of several clusters again and again, and the classes of several providers', () => {
    expect(README).toContain('**Never with `-R`.**');
    const identities = shipped.objects.map(({ entry: { identity } }) => JSON.stringify(identity));
    expect(new Set(identities).size).toBeLessThan(identities.length);
    const classes = shipped.entries.flatMap(({ identity, manifest }) =>
      identity.kind === 'Ingress' ? [JSON.stringify(Object(manifest.spec).ingressClassName)] : [],
    );
    expect(new Set(classes).size).toBeGreaterThan(1);
  });
});
