// Order: dependencies first, the rest by kind and name; a circle is named.
import { ApiObject, App, Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { check } from '../../../lib/checks';
import { synthesize } from '../../../lib/synth/synthesize';
import { Clock } from '../../../lib/synth/tree/clock';
import { collect } from '../../../lib/synth/tree/collect';
import { order } from '../../../lib/synth/tree/order';
import { seeded } from '../../support/random';

function object(scope: Construct, name: string, kind = 'ConfigMap'): ApiObject {
  return new ApiObject(scope, `${kind}-${name}`, { apiVersion: 'v1', kind, metadata: { name } });
}

function ordered(app: App) {
  return order(app, collect(app, new Clock()));
}

function names(app: App): string[] {
  return ordered(app).objects.map(({ construct }) => construct.name);
}

test('kinds in the order of application, then names, in any order of creation', () => {
  const app = new App();
  const chart = new Chart(app, 'c');
  for (const kind of [
    'Deployment',
    'HorizontalPodAutoscaler',
    'Service',
    'ServiceAccount',
    'Ingress',
    'PodDisruptionBudget',
    'ConfigMap',
    'Widget',
    'Namespace',
  ]) {
    object(chart, 'b', kind);
    object(chart, 'a', kind);
  }
  const kinds = ordered(app).objects.map(({ construct }) => `${construct.kind} ${construct.name}`);
  const expected = [
    'Namespace',
    'ServiceAccount',
    'ConfigMap',
    'Service',
    'Ingress',
    'PodDisruptionBudget',
    'Deployment',
    'Widget',
    'HorizontalPodAutoscaler',
  ];
  expect(kinds).toEqual(expected.flatMap((kind) => [`${kind} a`, `${kind} b`]));
});

test('dependencies come first, even against the order of kinds', () => {
  const app = new App();
  const chart = new Chart(app, 'c');
  const account = object(chart, 'account', 'ServiceAccount');
  const job = object(chart, 'job', 'Job');
  account.addDependency(job);
  expect(names(app)).toEqual(['job', 'account']);
});

test('a dependency between subtrees holds for all of their objects', () => {
  const app = new App();
  const chart = new Chart(app, 'c');
  const first = new Construct(chart, 'first');
  const second = new Construct(chart, 'second');
  object(first, 'z1');
  object(new Construct(first, 'deep'), 'z2');
  object(second, 'a1');
  object(second, 'a2');
  second.node.addDependency(first);
  expect(names(app)).toEqual(['z1', 'z2', 'a1', 'a2']);
});

test('a construct may depend on a part of itself, and a part on the whole', () => {
  const app = new App();
  const whole = new Chart(app, 'whole');
  const part = new Construct(whole, 'part');
  object(part, 'z');
  object(whole, 'a');
  whole.node.addDependency(part);
  expect(names(app)).toEqual(['z', 'a']);

  const other = new App();
  const around = new Chart(other, 'around');
  const inner = new Construct(around, 'inner');
  object(inner, 'a');
  object(around, 'z');
  inner.node.addDependency(around);
  expect(names(other)).toEqual(['z', 'a']);
});

test('a circle is an error that names its constructs and nothing else', () => {
  const app = new App();
  const chart = new Chart(app, 'c');
  const [a, b, d, outside] = ['a', 'b', 'd', 'outside'].map((name) => object(chart, name));
  if (!a || !b || !d || !outside) throw new Error('four objects');
  a.addDependency(b);
  b.addDependency(d);
  d.addDependency(a);
  outside.addDependency(a);
  const { findings } = ordered(app);
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({ rule: 'dependency-cycle', severity: 'error' });
  const path = (findings[0]?.message ?? '').split(': ')[1]?.split(' → ') ?? [];
  expect(path).toEqual(['c/ConfigMap-a', 'c/ConfigMap-b', 'c/ConfigMap-d', 'c/ConfigMap-a']);
});

test('a chain of charts with ten objects each, where cdk8s needs minutes', () => {
  const app = new App();
  const charts = Array.from({ length: 100 }, (_, index) => new Chart(app, `chart-${100 - index}`));
  for (const [index, chart] of charts.entries()) {
    for (let n = 0; n < 10; n++) object(chart, `o-${index}-${n}`);
    const before = charts[index - 1];
    if (before !== undefined) chart.addDependency(before);
  }
  const positions = names(app).map((name) => Number(name.split('-')[1]));
  expect(positions).toEqual([...positions].sort((a, b) => a - b));
  expect(positions).toHaveLength(1000);
});

test('every dependency of a random graph holds, and creation order changes nothing', () => {
  const random = seeded(7);
  for (let round = 0; round < 50; round++) {
    const edges = Array.from({ length: 30 }, () => {
      const low = Math.floor(random() * 19);
      return [low, low + 1 + Math.floor(random() * (19 - low))] as const;
    });
    const build = (sequence: readonly number[]) => {
      const app = new App();
      const chart = new Chart(app, 'c');
      const objects = new Map(sequence.map((index) => [index, object(chart, `n${(index * 7) % 20}`)]));
      for (const [low, high] of edges) {
        const target = objects.get(low);
        if (target !== undefined) objects.get(high)?.addDependency(target);
      }
      return names(app);
    };
    const forward = Array.from({ length: 20 }, (_, index) => index);
    const result = build(forward);
    expect(build([...forward].reverse())).toEqual(result);
    for (const [low, high] of edges) {
      expect(result.indexOf(`n${(low * 7) % 20}`)).toBeLessThan(result.indexOf(`n${(high * 7) % 20}`));
    }
  }
});

test('a dependency on a file that is applied later is a warning', () => {
  const build = (source: string, target: string) => {
    const app = new App();
    const [from, to] = [new Chart(app, source, { namespace: 'n' }), new Chart(app, target, { namespace: 'n' })];
    object(from, 'from');
    object(to, 'to');
    from.addDependency(to);
    return synthesize(app, check).findings;
  };
  expect(build('b', 'a')).toEqual([]);
  expect(build('a', 'b')).toMatchObject([
    {
      rule: 'dependency-across-files',
      severity: 'warning',
      message: 'depends on b, but 10-a.yaml is applied before 10-b.yaml',
    },
  ]);
});
