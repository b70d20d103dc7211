// What environments share: identities of the provider and hosts outside, in charts and in raw objects.
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { check } from '../../../lib/checks';
import { Database, ExternalService, Platform, System, WebService } from '../../../lib/constructs';
import { type ClusterDescription, type EnvironmentProps, eks, type JsonObject, type Target } from '../../../lib/model';
import { synthesize } from '../../../lib/synth/synthesize';
import { SUBNETS, WEB } from '../../support/synthesis';

type Settings = { readonly lake: string; readonly build?: (system: System<Settings>) => void };

class Shop extends System<Settings> {
  constructor(scope: Construct, target: Target<Settings>) {
    super(scope, 'shop', target);
    const lake = new ExternalService(this, 'lake', { host: this.settings.lake, port: 443, tls: true });
    new WebService(this, 'web', { ...WEB, image: this.image('web') }).connectTo(lake);
    if ('build' in this.settings) this.settings.build?.(this);
  }
}

const REGISTRY = '123456789012.dkr.ecr.ap-south-1.amazonaws.com';
const ROLE = 'arn:aws:iam::123456789012:role/';

const cluster = (identities: Readonly<Record<string, string>> = {}): ClusterDescription =>
  eks({ region: 'ap-south-1', zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.36', identities, ...SUBNETS });

const environment = (registry: string): EnvironmentProps => ({ survives: { zones: 0, regions: 0 }, registry });

interface Difference {
  readonly settings?: Readonly<Record<'dev' | 'qa' | 'prod', Settings>>;
  readonly identities?: Readonly<Record<string, string>>;
  /** Of production, on the second cluster. */
  readonly others?: Readonly<Record<string, string>>;
}

const LAKES = { dev: { lake: 'dev.lake.example' }, qa: { lake: 'qa.lake.example' }, prod: { lake: 'lake.example' } };

/** Findings of a shop in dev and qa, which share a registry, and in prod, on two clusters. */
function findings({ settings = LAKES, identities, others }: Difference) {
  const app = new Platform({
    home: 'mumbai',
    images: { shop: { dev: '1', qa: '1', prod: '1' } },
    clusters: { mumbai: cluster(identities), pune: cluster(others) },
    environments: {
      dev: environment(`${REGISTRY}/dev`),
      qa: environment(`${REGISTRY}/dev`),
      prod: environment(`${REGISTRY}/prod`),
    },
  })
    .place(Shop, {
      dev: { on: 'mumbai', settings: settings.dev },
      qa: { on: 'mumbai', settings: settings.qa },
      prod: { on: ['mumbai', 'pune'], settings: settings.prod },
    })
    .app();
  const found = synthesize(app, check).findings;
  return found.filter(({ rule }) => rule.startsWith('shared-') || rule === 'unused-reason');
}

const shown = (difference: Difference) =>
  findings(difference).map(({ rule, severity, construct, field, message }) => [
    rule,
    severity,
    construct,
    field,
    message,
  ]);

test('environments with identities and hosts of their own share nothing; two clusters of one environment may', () => {
  const identities = { 'shop-dev/web': `${ROLE}dev`, 'shop-qa/web': `${ROLE}qa`, 'shop-prod/web': `${ROLE}prod` };
  expect(findings({ identities, others: { 'shop-prod/web': `${ROLE}prod` } })).toEqual([]);
});

describe('F2g: one identity in two environments', () => {
  const FIELD = '/metadata/annotations/eks.amazonaws.com~1role-arn';

  test('is refused once, with both', () => {
    const identities = { 'shop-dev/web': `${ROLE}prod`, 'shop-qa/web': `${ROLE}qa`, 'shop-prod/web': `${ROLE}prod` };
    const [first, ...others] = findings({ identities });
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      rule: 'shared-identity',
      severity: 'error',
      field: FIELD,
      value: `${ROLE}prod`,
      message: 'dev, prod act as the same identity',
      source: { file: '__tests__/checks/relations/environments.test.ts' },
    });
    expect(first?.expected).toContain('an identity of its own for each environment');
  });

  test('also on two clusters, and where environments share a registry', () => {
    const identities = { 'shop-dev/web': `${ROLE}a`, 'shop-qa/web': `${ROLE}a` };
    expect(shown({ identities })).toEqual([
      ['shared-identity', 'error', expect.stringContaining('shop-qa'), FIELD, 'dev, qa act as the same identity'],
    ]);
    expect(shown({ identities: { 'shop-dev/web': `${ROLE}a` }, others: { 'shop-prod/web': `${ROLE}a` } })).toEqual([
      [
        'shared-identity',
        'error',
        expect.stringContaining('pune/shop-prod'),
        FIELD,
        'dev, prod act as the same identity',
      ],
    ]);
  });

  const account = (annotations: Readonly<Record<string, string>>) => (system: System<Settings>) => {
    new ApiObject(system, 'raw', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'raw', annotations },
    });
  };

  test('also of a raw ServiceAccount, unless each says why', () => {
    const role = { 'eks.amazonaws.com/role-arn': `${ROLE}reports` };
    const why = { ...role, 'evenkeel.dev/shared-identity-reason': 'reads public reports' };
    const settings = (dev: Readonly<Record<string, string>>, prod: Readonly<Record<string, string>>) => ({
      ...LAKES,
      dev: { ...LAKES.dev, build: account(dev) },
      prod: { ...LAKES.prod, build: account(prod) },
    });
    expect(shown({ settings: settings(role, role) }).map(([rule]) => rule)).toEqual(['shared-identity']);
    expect(shown({ settings: settings(why, role) })).toEqual([]);
    expect(shown({ settings: settings(why, why) })).toEqual([]);
  });
});

describe('F2d: one host in environments of different registries', () => {
  test('is doubted once, whatever its spelling', () => {
    const settings = { dev: { lake: 'LAKE.example.' }, qa: { lake: 'lake.example' }, prod: { lake: 'lake.example' } };
    const [first, ...others] = findings({ settings });
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      rule: 'shared-host',
      severity: 'warning',
      construct: 'mumbai/shop-prod/lake/service',
      field: '/spec/externalName',
      value: 'lake.example',
      message: 'dev, prod, qa reach the same host, with images of different registries',
    });
  });

  test('environments of one registry may share it', () => {
    expect(findings({ settings: { ...LAKES, qa: LAKES.dev } })).toEqual([]);
  });

  test('a service with an account may be shared', () => {
    const build = (system: System<Settings>) => {
      const limits = { maxConnections: 100, superuserReserved: 0 };
      const database = new Database(system, 'database', { host: 'db.example', port: 5432, limits });
      new WebService(system, 'api', { ...WEB, image: system.image('web') }).connectTo(database, { poolSize: 2 });
    };
    const settings = { ...LAKES, dev: { ...LAKES.dev, build }, prod: { ...LAKES.prod, build } };
    expect(findings({ settings })).toEqual([]);
  });

  test('also of a raw Service; a DNS record is none, and a Service in the cluster neither', () => {
    const raw = (spec: JsonObject, annotations: Readonly<Record<string, string>> = {}) => {
      const build = (system: System<Settings>) => {
        new ApiObject(system, 'raw', {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'raw', annotations },
          spec,
        });
      };
      return { ...LAKES, dev: { ...LAKES.dev, build }, prod: { ...LAKES.prod, build } };
    };
    const spec = { type: 'ExternalName', externalName: 'store.example' };
    expect(shown({ settings: raw(spec) }).map(([rule]) => rule)).toEqual(['shared-host']);
    expect(shown({ settings: raw(spec, { 'evenkeel.dev/shared-host-reason': 'a public API' }) })).toEqual([]);
    expect(shown({ settings: raw(spec, { 'external-dns.kubernetes.io/hostname': 'www.example' }) })).toEqual([]);
    expect(shown({ settings: raw({ ports: [{ port: 80 }] }) })).toEqual([]);
  });
});
