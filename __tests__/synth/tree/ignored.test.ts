// S35, F30: what cdk8s lets an app set is followed, or it is said that it has no effect.
import { ApiObject, App, Chart, Lazy, type ResolutionContext, YamlOutputType } from 'cdk8s';
import { check } from '../../../lib/checks';
import { synthesize } from '../../../lib/synth/synthesize';

const MAP = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'map' }, data: { a: 'b' } };

function withMap<Kind extends Chart>(chart: Kind): Kind {
  new ApiObject(chart, 'map', MAP);
  return chart;
}

const said = (app: App) =>
  synthesize(app, check).findings.map(({ rule, severity, construct, field }) => [rule, severity, construct, field]);

test('each option of the App that has no effect is a warning; the files are written as always', () => {
  const app = new App({
    outdir: 'manifests',
    outputFileExtension: '.yml',
    yamlOutputType: YamlOutputType.FILE_PER_RESOURCE,
    recordConstructMetadata: true,
  });
  withMap(new Chart(app, 'a'));
  expect(said(app)).toEqual([
    ['ignored-option', 'warning', '', 'outdir'],
    ['ignored-option', 'warning', '', 'outputFileExtension'],
    ['ignored-option', 'warning', '', 'recordConstructMetadata'],
    ['ignored-option', 'warning', '', 'yamlOutputType'],
  ]);
  expect([...synthesize(app, check).files.keys()]).toContain('10-a.yaml');
});

test('the first of the output types, which is 0, is said too', () => {
  const app = new App({ yamlOutputType: YamlOutputType.FILE_PER_APP });
  expect(said(app)).toEqual([['ignored-option', 'warning', '', 'yamlOutputType']]);
});

test('an App as cdk8s makes it is silent, also with the directory of the cdk8s CLI', () => {
  withMap(new Chart(new App(), 'a'));
  expect(said(new App({ yamlOutputType: YamlOutputType.FILE_PER_CHART }))).toEqual([]);
  process.env['CDK8S_OUTDIR'] = 'other';
  try {
    expect(said(new App())).toEqual([]);
  } finally {
    delete process.env['CDK8S_OUTDIR'];
  }
});

test("a chart's own toJson() is refused: what it adds would be lost", () => {
  class Stamped extends Chart {
    override toJson(): unknown[] {
      return super.toJson().map((object) => ({ ...object, stamped: true }));
    }
  }
  class Derived extends Stamped {}
  const app = new App();
  withMap(new Stamped(app, 'a', { namespace: 'a' }));
  withMap(new Derived(app, 'b', { namespace: 'b' }));
  withMap(Object.assign(new Chart(app, 'c', { namespace: 'c' }), { toJson: () => [] }));
  withMap(new Chart(app, 'd', { namespace: 'd' }));
  expect(said(app)).toEqual(['a', 'b', 'c'].map((name) => ['ignored-option', 'error', name, 'toJson']));
});

test('what is followed is silent: resolvers, labels, names, a toJson() of an object, validations, Lazy', () => {
  class Own extends ApiObject {
    override toJson(): unknown {
      return { ...super.toJson(), data: { own: 'x' } };
    }
  }
  class Named extends Chart {
    override generateObjectName(object: ApiObject): string {
      return `named-${object.node.id}`;
    }
  }
  const resolve = (context: ResolutionContext) => void (context.value === 'old' && context.replaceValue('new'));
  const app = new App({ resolvers: [{ resolve }] });
  const chart = new Named(app, 'a', { labels: { team: 'old' } });
  new Own(chart, 'own', MAP);
  const { metadata: _, ...unnamed } = MAP;
  new ApiObject(chart, 'late', { ...unnamed, data: { a: Lazy.any({ produce: () => 'old' }) } });
  const { objects, findings } = synthesize(app, check);
  expect(findings).toEqual([]);
  expect(objects.map(({ entry }) => entry.manifest)).toEqual([
    { ...unnamed, metadata: { labels: { team: 'new' }, name: 'map' }, data: { own: 'x' } },
    { ...unnamed, metadata: { labels: { team: 'new' }, name: 'named-late' }, data: { a: 'new' } },
  ]);
});
