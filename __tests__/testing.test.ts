// synthesizeForTest: what users' tests look at, and that no finding is swallowed.
import type { Construct } from 'constructs';
import { eks, override, System, synthesizeForTest, type Target, WebService } from '../lib';
import { SUBNETS, WEB } from './support/synthesis';

interface ShopSettings {
  readonly host: string;
  readonly replicas?: number;
}

class Shop extends System<ShopSettings> {
  constructor(scope: Construct, target: Target<ShopSettings>) {
    super(scope, 'shop', target);
    const { host } = this.settings;
    const replicas = 'replicas' in this.settings ? (this.settings.replicas ?? 0) : 3;
    new WebService(this, 'web', { ...WEB, image: this.image('web'), size: { replicas } }).exposeAt(host);
  }
}

const settings: ShopSettings = { host: 'shop.example' };

test('the manifests in one text, each file with its path, without the inventory', () => {
  const { yaml } = synthesizeForTest(Shop, { settings });
  expect(yaml.match(/^# .*$/gm)).toEqual(['# 00-cluster.yaml', '# 05-shop-test.yaml', '# 10-shop-test.yaml']);
  expect(yaml).toContain('\nkind: Namespace\n');
  expect(yaml).toContain('image: registry.example/shop/web:1\n');
  expect(yaml).toContain('minDomains');
});

test('twice the same', () => {
  expect(synthesizeForTest(Shop, { settings })).toMatchObject({ yaml: synthesizeForTest(Shop, { settings }).yaml });
});

test('one object by kind and name', () => {
  const shop = synthesizeForTest(Shop, { settings });
  expect(shop.object('Deployment', 'web')).toMatchObject({ kind: 'Deployment', spec: { replicas: 3 } });
  expect(shop.object('Ingress', 'web')).toHaveProperty('spec.rules.0.host', 'shop.example');
});

test('an object that is not there: what is there', () => {
  const shop = synthesizeForTest(Shop, { settings });
  expect(() => shop.object('Deployment', 'wbe')).toThrow("Shop has no Deployment 'wbe': it has web");
  expect(() => shop.object('Deploiment', 'web')).toThrow(/^Shop has no Deploiment 'web': it has .*Deployment/);
});

test("the user's own cluster and environment", () => {
  const shop = synthesizeForTest(Shop, {
    settings,
    cluster: eks({ region: 'ap-south-1', zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.36', ...SUBNETS }),
    environment: { survives: { zones: 1, regions: 0 }, registry: { external: 'ghcr.io/acme' } },
  });
  expect(shop.object('Ingress', 'web')).toHaveProperty('spec.ingressClassName', 'alb');
});

describe('errors', () => {
  test('are thrown as synth prints them, all at once, with the line of the chart', () => {
    class Wrong extends System {
      constructor(scope: Construct, target: Target<object>) {
        super(scope, 'wrong', target);
        new WebService(this, 'web', { ...WEB, port: 99_999 });
        new WebService(this, 'api', { ...WEB, size: { replicas: 1 } });
      }
    }
    const synthesis = () => synthesizeForTest(Wrong, { settings: {} });
    expect(synthesis).toThrow(/^__tests__\/testing\.test\.ts:\d+:\d+ error input\n {2}port cannot be 99999\n/m);
    expect(synthesis).toThrow(/^__tests__\/testing\.test\.ts:\d+:\d+ error availability\n/m);
  });

  test('a promise that the manifests do not keep', () => {
    expect(() => synthesizeForTest(Shop, { settings: { ...settings, replicas: 1 } })).toThrow(/error availability/);
  });

  test("the stack begins at the test's own line", () => {
    try {
      synthesizeForTest(Shop, { settings: { host: 'https://shop.example' } });
      throw new Error('not refused');
    } catch (error) {
      const [frame = ''] = (error instanceof Error ? (error.stack ?? '') : '').match(/^ {4}at .*$/m) ?? [];
      expect(frame).toContain('testing.test.ts');
    }
  });

  test('unknown properties, with the one that was meant', () => {
    const props = { settings, enviroment: { survives: { zones: 0, regions: 0 } } };
    expect(() => synthesizeForTest(Shop, props)).toThrow(
      /unknown property 'enviroment' \(did you mean environment\?\)/,
    );
  });
});

test('warnings and notes are there to assert', () => {
  class Noted extends System {
    constructor(scope: Construct, target: Target<object>) {
      super(scope, 'noted', target);
      const web = new WebService(this, 'web', WEB);
      override(web.deployment).set('spec.template.spec.sharedProcesses', true);
    }
  }
  expect(synthesizeForTest(Shop, { settings }).findings).toEqual([]);
  expect(synthesizeForTest(Noted, { settings: {} }).findings).toMatchObject([
    { rule: 'unchecked-field', severity: 'note' },
  ]);
});
