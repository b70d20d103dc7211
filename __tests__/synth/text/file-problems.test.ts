// Names of files: two systems never share one (F23), and what the inventory cannot list is a finding (F22).
import { ApiObject, App, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { check } from '../../../lib/checks';
import { Platform, System, type SystemClass } from '../../../lib/constructs';
import { local, type Target } from '../../../lib/model';
import { synthesize } from '../../../lib/synth/synthesize';
import { shop } from '../../support/synthesis';

const LAPTOP = local({ kubernetes: '1.36', groups: { a: 'a' } });

/** A system with nothing but its namespace. */
function named(name: string) {
  return class extends System<object> {
    constructor(scope: Construct, target: Target<object>) {
      super(scope, name, target);
      new ApiObject(this, 'config', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'config' }, data: {} });
    }
  };
}

function platform(environments: readonly string[]) {
  const promises = Object.fromEntries(environments.map((name) => [name, { survives: { zones: 0, regions: 0 } }]));
  return new Platform({ home: 'laptop', clusters: { laptop: LAPTOP }, environments: promises });
}

const place = (to: ReturnType<typeof platform>, system: SystemClass<object>, environment: string, namespace: string) =>
  to.place(system, { [environment]: { on: 'laptop', namespace, settings: {} } });

const found = (app: App) => synthesize(app, check).findings.filter(({ rule }) => rule === 'file-name');

test('a-b in c and a in b-c are refused, both named, once', () => {
  const all = platform(['c', 'b-c']);
  place(all, named('a-b'), 'c', 'one');
  place(all, named('a'), 'b-c', 'two');
  const app = all.app();
  const [finding, ...more] = found(app);
  expect(more).toEqual([]);
  expect(finding?.message).toMatch(
    /^(a-b in c and a in b-c|a in b-c and a-b in c) have the same file, (05|10)-a-b-c.yaml$/,
  );
  expect(synthesize(app, check).files.size).toBe(0);
});

test('a chart of its own and a system with the same file', () => {
  const all = platform(['b']);
  place(all, named('a'), 'b', 'one');
  const app = all.app();
  new ApiObject(new Chart(app, 'a-b'), 'config', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'x', namespace: 'one' },
  });
  expect(found(app).map(({ message }) => message)).toEqual(['a in b and a-b have the same file, 10-a-b.yaml']);
});

test('systems whose files differ share the file of the cluster, and that is fine', () => {
  const all = platform(['c', 'd']);
  place(all, named('a'), 'c', 'one');
  place(all, named('a'), 'd', 'two');
  expect(found(all.app())).toEqual([]);
  expect(found(new App())).toEqual([]);
});

test.each(['../../x', 'a\nb', 'x/../y', 'a\0'])('a system called %j is a finding, and no exception', (name) => {
  const all = platform(['c']);
  place(all, named(name), 'c', 'ok');
  const { files, findings } = synthesize(all.app(), check);
  expect(files.size).toBe(0);
  expect(findings.some(({ rule, value }) => rule === 'file-name' && value === name)).toBe(true);
});

test.each(['a\nb', 'a\r  b'])('an object called %j is a finding, and no exception', (name) => {
  const { findings } = shop((system) => {
    new ApiObject(system, 'config', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
  });
  expect(findings.some(({ severity }) => severity === 'error')).toBe(true);
});
