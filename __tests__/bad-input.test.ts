// Bad input: exit code 1, all problems at once with path, line, field, value and expectation, and dist is unchanged.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { check } from '../lib/checks';
import {
  ExternalService,
  healthz,
  override,
  Platform,
  QueueConsumer,
  System,
  WebService,
  type WebServiceProps,
} from '../lib/constructs';
import { type Access, type ClusterDescription, gke, local, type NodePool, type Target } from '../lib/model';
import { synthesize } from '../lib/synth/synthesize';
import { cli } from './support/cli';
import { type Line, nextLine } from './support/next-line';
import { PRODUCTION, type Surroundings, shopApp, TWO_ZONES, WEB } from './support/synthesis';
import { unchecked } from './support/unchecked';

let outdir = '';

beforeEach(() => {
  outdir = mkdtempSync(join(tmpdir(), 'evenkeel-bad-'));
  writeFileSync(join(outdir, 'before.yaml'), 'as it was\n');
});

afterEach(() => rmSync(outdir, { recursive: true }));

async function refuse(load: () => unknown): Promise<string> {
  const { code, out, err } = await cli(['synth', '--outdir', outdir], load);
  expect(code).toBe(1);
  expect(out).toBe('');
  expect(readdirSync(outdir)).toEqual(['before.yaml']);
  expect(readFileSync(join(outdir, 'before.yaml'), 'utf8')).toBe('as it was\n');
  return err;
}

function refuseShop(build: (system: System) => void, surroundings: Surroundings = {}): Promise<string> {
  return refuse(() => ({ app: shopApp(build, surroundings) }));
}

/** What every report contains: the rule, a line of this file, the construct, the field, the value, the expectation. */
interface Reported {
  readonly rule: string;
  readonly at?: string;
  readonly field?: string;
  readonly value?: string;
  readonly expected: RegExp;
  /** Whether the line is the platform's, which `shopApp` writes. */
  readonly plain?: true;
}

function expectReport(err: string, { rule, at, field, value, expected, plain }: Reported): void {
  const blocks = err.split(/\n(?! )/).filter((text) => text.split('\n')[0]?.endsWith(`error ${rule}`));
  const block = blocks.find((text) => field === undefined || text.includes(`\n  field    ${field}\n`)) ?? blocks[0];
  if (block === undefined) throw new Error(`no ${rule} in:\n${err}`);
  const line = plain
    ? /^__tests__\/support\/synthesis\.ts:\d+:\d+ error /
    : /^__tests__\/bad-input\.test\.ts:\d+:\d+ error /;
  expect(block).toMatch(line);
  if (at !== undefined) expect(block).toContain(`\n  at       ${at}`);
  if (field !== undefined) expect(block).toContain(`\n  field    ${field}`);
  if (value !== undefined) expect(block).toContain(`\n  value    ${value}`);
  expect(block.split('\n').find((line) => line.startsWith('  expected')) ?? '').toMatch(expected);
}

const WEB_AT = 'mumbai/shop-production/web';
const CONTAINER = '/spec/template/spec/containers/0';

function web(change: Partial<WebServiceProps>, then: (service: WebService) => void = () => {}) {
  return (system: System) => then(new WebService(system, 'web', { ...WEB, ...change }));
}

/** The same with one mistake beside it that does not concern it, where the rest must be accepted. */
const beside = (build: (system: System) => void) => (system: System) => {
  build(system);
  configMap(system, {}, { tier: 'a b' });
};

/** `error <rule>` of each report. */
const rulesIn = (err: string): readonly string[] => err.match(/error \S+$/gm) ?? [];

const ONLY_BESIDE = ['error label-value'];

function configMap(system: System, data: Record<string, string>, labels: Record<string, string> = {}): void {
  new ApiObject(system, 'map', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'map', labels }, data });
}

describe('values that the API server would refuse', () => {
  test.each<[string, (system: System) => void, Reported]>([
    [
      'an invalid name',
      (system) => {
        new ApiObject(system, 'map', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'Bad_Name' } });
      },
      { rule: 'object-name', field: '/metadata/name', value: '"Bad_Name"', expected: /lower-case/ },
    ],
    [
      'an invalid name of a component',
      web({ name: 'Bad_Name' }),
      { rule: 'input', at: WEB_AT, field: 'name', value: '"Bad_Name"', expected: /lower-case/ },
    ],
    [
      'an invalid label',
      (system) => configMap(system, {}, { tier: 'a b' }),
      { rule: 'label-value', field: '/metadata/labels/tier', value: '"a b"', expected: /63/ },
    ],
    [
      'an invalid label key',
      (system) => configMap(system, {}, { 'a b': 'c' }),
      { rule: 'label-key', field: '/metadata/labels/a b', expected: /63/ },
    ],
    [
      'an invalid namespace',
      (system) => {
        new ApiObject(system, 'map', {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'map', namespace: 'No.Such' },
        });
      },
      {
        rule: 'namespace-name',
        field: '/metadata/namespace',
        value: '"No.Such"',
        expected: /63 lower-case/,
      },
    ],
    [
      'port 0',
      web({ port: 0 }),
      { rule: 'input', at: WEB_AT, field: 'port', value: '0', expected: /at least 1 and at most 65535/ },
    ],
    [
      'port 99999',
      web({ port: 99999 }),
      { rule: 'input', at: WEB_AT, field: 'port', value: '99999', expected: /at least 1 and at most 65535/ },
    ],
    [
      'port 99999 by an override',
      web({}, ({ deployment }) =>
        override(deployment).replace('spec.template.spec.containers[web].ports[8080].containerPort', 99999),
      ),
      { rule: 'port-range', field: `${CONTAINER}/ports/0/containerPort`, value: '99999', expected: /1 to 65535/ },
    ],
    [
      'a port name of more than 15 characters',
      web({}, ({ deployment }) =>
        override(deployment).replace('spec.template.spec.containers[web].ports[8080].name', 'a-very-long-name'),
      ),
      { rule: 'port-name', field: `${CONTAINER}/ports/0/name`, value: '"a-very-long-name"', expected: /15/ },
    ],
    [
      'a bad quantity',
      web({ resources: { cpu: '100m', memory: '1,5Gi' } }),
      { rule: 'input', at: WEB_AT, field: 'resources.memory', value: '"1,5Gi"', expected: /256Mi/ },
    ],
    [
      'a bad quantity by an override',
      web({}, ({ deployment }) =>
        override(deployment).replace('spec.template.spec.containers[web].resources.limits.memory', '1,5Gi'),
      ),
      { rule: 'quantity', field: `${CONTAINER}/resources/limits/memory`, value: '"1,5Gi"', expected: /Ki Mi Gi/ },
    ],
    [
      'an empty image',
      web({ image: '' }),
      { rule: 'input', at: WEB_AT, field: 'image', value: '""', expected: /build number or a digest/ },
    ],
    [
      'an empty image by an override',
      web({}, ({ deployment }) => override(deployment).replace('spec.template.spec.containers[web].image', '')),
      { rule: 'image-reference', field: `${CONTAINER}/image`, value: '""', expected: /./ },
    ],
    [
      'an image without a tag',
      web({ image: 'registry.example/web' }),
      { rule: 'image-reference', field: `${CONTAINER}/image`, expected: /tag|digest/ },
    ],
    [
      'the tag latest',
      web({ image: 'registry.example/web:latest' }),
      { rule: 'image-reference', field: `${CONTAINER}/image`, expected: /build number|digest/ },
    ],
    [
      'a bad cron expression',
      (system) => {
        new ApiObject(system, 'job', {
          apiVersion: 'batch/v1',
          kind: 'CronJob',
          metadata: { name: 'job' },
          spec: {
            schedule: '61 * * * *',
            jobTemplate: {
              spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a:1' }] } } },
            },
          },
        });
      },
      { rule: 'cron-schedule', field: '/spec/schedule', value: '"61 * * * *"', expected: /minute, hour/ },
    ],
  ])('%s', async (_, build, reported) => {
    expectReport(await refuseShop(build), reported);
  });
});

describe('problems', () => {
  const { size: _, ...scaled } = WEB;
  const scale = (min: number, max: number, cpu: number) => (system: System) => {
    new WebService(system, 'web', { ...scaled, size: { cpu, min, max } });
  };

  test.each<[string, (system: System) => void, Reported]>([
    ['min > max', scale(6, 3, 0.5), { rule: 'autoscaling-bounds', field: '/spec', expected: /./ }],
    [
      'a target utilisation of 0',
      scale(3, 6, 0),
      { rule: 'input', at: WEB_AT, field: 'size.cpu', value: '0', expected: /more than 0 and at most 1/ },
    ],
    [
      'liveness = readiness',
      web({ probes: { ...WEB.probes, liveness: { path: '/ready' } } }),
      { rule: 'probe-identical', field: CONTAINER, expected: /./ },
    ],
    [
      'a budget that blocks',
      web({ availability: { disruption: { minAvailable: 3 } } }),
      { rule: 'availability', at: WEB_AT, field: 'disruption', value: '3', expected: /maxUnavailable: 1/ },
    ],
    [
      'a grace too short',
      web({ availability: { terminationGracePeriodSeconds: 30 } }),
      {
        rule: 'availability',
        at: WEB_AT,
        field: 'terminationGracePeriodSeconds',
        value: '30',
        expected: /more than 50/,
      },
    ],
    [
      'a spread too strict',
      web({ availability: { minDomains: 2 } }),
      { rule: 'availability', at: WEB_AT, field: 'minDomains', value: '2', expected: /at most 1/ },
    ],
  ])('%s', async (_name, build, reported) => {
    expectReport(await refuseShop(build), reported);
  });

  test('a dependency cycle', async () => {
    const err = await refuseShop((system) => {
      const first = new Construct(system, 'first');
      const second = new Construct(system, 'second');
      for (const scope of [first, second])
        new ApiObject(scope, 'map', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: scope.node.id } });
      first.node.addDependency(second);
      second.node.addDependency(first);
    });
    expectReport(err, {
      rule: 'dependency-cycle',
      at: 'mumbai/shop-production/first',
      expected: /without a circle/,
    });
    const circle = ['first', 'second', 'first'].map((name) => `mumbai/shop-production/${name} \\(\\S+:\\d+\\)`);
    expect(err).toMatch(new RegExp(circle.join(' → ')));
  });

  test('a duplicate names both constructs with their lines', async () => {
    const err = await refuseShop((system) => {
      new WebService(system, 'web', WEB);
      new WebService(system, 'other', { ...WEB, name: 'web' });
    });
    expect(err).toMatch(
      /error duplicate-identity\n[^\n]*mumbai\/shop-production\/(web|other)\S* \(__tests__\/bad-input\.test\.ts:\d+/,
    );
  });

  test('a host clash between two exposures names both', async () => {
    const err = await refuseShop((system) => {
      new WebService(system, 'web', WEB).exposeAt('shop.example');
      new WebService(system, 'api', WEB).exposeAt('shop.example');
    });
    expect(err).toMatch(
      /error host-clash\n[^\n]*mumbai\/shop-production\/(web|api)\S* \(__tests__\/bad-input\.test\.ts:\d+/,
    );
  });

  test('an override of a path that does not exist', async () => {
    const build = web({}, ({ deployment }) =>
      override(deployment).replace('spec.template.spec.containers[wep].image', 'x:1'),
    );
    expectReport(await refuseShop(build), {
      rule: 'override',
      at: `${WEB_AT}/deployment`,
      field: 'spec.template.spec.containers[wep].image',
      expected: /is a list of \[web\]/,
    });
  });
});

describe('plain-text secrets, whose value is never repeated', () => {
  const SECRET = 'hunter2hunter2';

  test.each<[string, (system: System) => void]>([
    [
      'data of a Secret',
      (system) => {
        new ApiObject(system, 's', {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 's' },
          data: { a: Buffer.from(SECRET).toString('base64') },
        });
      },
    ],
    [
      'stringData of a Secret',
      (system) => {
        new ApiObject(system, 's', {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 's' },
          stringData: { a: SECRET },
        });
      },
    ],
    ['a credential in a ConfigMap', web({ env: { DATABASE_PASSWORD: SECRET } })],
    [
      'a credential in an environment variable',
      web({}, ({ deployment }) =>
        override(deployment).set('spec.template.spec.containers[web].env', [{ name: 'API_KEY', value: SECRET }]),
      ),
    ],
    ['a PEM key', web({ env: { TLS: `-----BEGIN PRIVATE KEY-----\n${SECRET}\n-----END PRIVATE KEY-----\n` } })],
    ['a URL with user and password', web({ env: { DATABASE: `mysql://shop:${SECRET}@db.example/shop` } })],
  ])('%s', async (_, build) => {
    const err = await refuseShop(build);
    const plain = /^__tests__\/support/.test(err);
    expectReport(err, { rule: 'plain-secret', expected: /./, ...(plain ? { plain } : {}) });
    expect(err).not.toContain(SECRET);
    expect(err).not.toContain(Buffer.from(SECRET).toString('base64'));
  });
});

describe('the platform', () => {
  interface Settings {
    readonly host: string;
    readonly databaseHost: string;
  }

  class Blog extends System<Settings> {
    constructor(scope: Construct, target: Target<Settings>) {
      super(scope, 'blog', target);
      new ExternalService(this, 'database', { host: this.settings.databaseHost, port: 3306 });
      new WebService(this, 'web', WEB).exposeAt(this.settings.host);
    }
  }

  // What JavaScript, or a runner that strips types, lets through.
  const platform = () =>
    new Platform({ home: 'mumbai', clusters: { mumbai: TWO_ZONES }, environments: { production: PRODUCTION } });
  const settings: Settings = { host: 'blog.example', databaseHost: 'db.example' };

  test('an unknown environment', async () => {
    const app = () =>
      platform()
        .place(Blog, unchecked({ staging: { on: 'mumbai', settings } }))
        .app();
    expectReport(await refuse(() => ({ app: app() })), {
      rule: 'unknown-environment',
      value: '"staging"',
      expected: /one of production/,
    });
  });

  test('an unknown cluster', async () => {
    const app = () =>
      platform()
        .place(Blog, unchecked({ production: { on: 'delhi', settings } }))
        .app();
    expectReport(await refuse(() => ({ app: app() })), {
      rule: 'unknown-cluster',
      field: 'on',
      value: '"delhi"',
      expected: /one of mumbai/,
    });
  });

  test('missing settings, all of them', async () => {
    const app = () =>
      platform()
        .place(Blog, unchecked({ production: { on: 'mumbai', settings: {} } }))
        .app();
    const err = await refuse(() => ({ app: app() }));
    expectReport(err, {
      rule: 'missing-setting',
      field: 'settings.databaseHost',
      expected: /in the placement of Blog/,
    });
    expect(err).toContain('settings.host');
    expect(err).toContain('2 errors, nothing written');
  });

  test('an exception in one chart: its own line, and the problems of other charts', async () => {
    let thrower: Line | undefined;
    class Broken extends System {
      constructor(scope: Construct, target: Target<object>) {
        super(scope, 'broken', target);
        thrower = nextLine();
        throw new TypeError('the chart is broken');
      }
    }
    const app = () =>
      platform()
        .place(Broken, { production: { on: 'mumbai', settings: {} } })
        .place(Blog, { production: { on: 'mumbai', settings: { ...settings, host: 'Not a host' } } })
        .app();
    const err = await refuse(() => ({ app: app() }));
    expectReport(err, { rule: 'exception', at: 'mumbai/broken-production', expected: /./ });
    expect(err).toContain(`${thrower?.file}:${thrower?.line}:`);
    expect(err).toContain('TypeError: the chart is broken');
    expectReport(err, {
      rule: 'input',
      field: 'exposeAt.hosts',
      value: '"Not a host"',
      expected: /shop\.example\.com/,
    });
  });

  test('consequences of a missing setting or an exception are not reported', async () => {
    class Listing extends System<{ readonly hosts: readonly string[] }> {
      constructor(scope: Construct, target: Target<{ readonly hosts: readonly string[] }>) {
        super(scope, 'listing', target);
        new WebService(this, 'web', WEB).exposeAt(this.settings.hosts.map((host) => `www.${host}`));
      }
    }
    class Half extends System {
      constructor(scope: Construct, target: Target<object>) {
        super(scope, 'half', target);
        const spec = { selector: { app: 'comes-later' }, ports: [{ port: 80 }] };
        new ApiObject(this, 'service', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec });
        throw new Error('half way');
      }
    }
    const placement = { production: { on: 'mumbai', settings: {} } } as const;
    const app = () => platform().place(Listing, unchecked(placement)).place(Half, placement).app();
    const err = await refuse(() => ({ app: app() }));
    expect(rulesIn(err)).toEqual(['error exception', 'error missing-setting']);
  });

  test('a minor that is too old, and a duplicate zone', async () => {
    const cluster = { ...TWO_ZONES, kubernetes: '1.26', zones: ['a', 'a', 'b'] } as const;
    const err = await refuseShop(web({}), { cluster });
    const field = (key: string) => `clusters.mumbai.${key}`;
    expectReport(err, { rule: 'input', field: field('kubernetes'), value: '"1.26"', expected: /1\.27/, plain: true });
    expectReport(err, { rule: 'input', field: field('zones'), value: '["a","a","b"]', expected: /once/, plain: true });
    expect(err).toContain('2 errors, nothing written');
  });

  test('a capability that we do not know', async () => {
    const capabilities = unchecked<ClusterDescription['capabilities']>(['external-dns', 'teleport']);
    expectReport(await refuseShop(web({}), { cluster: { ...TWO_ZONES, capabilities } }), {
      rule: 'input',
      field: 'clusters.mumbai.capabilities[1]',
      value: '"teleport"',
      expected: /one of external-dns, cert-manager, external-secrets, metrics-server, keda/,
      plain: true,
    });
  });

  test.each<[string, Partial<NodePool>, string, string]>([
    ['no CPU', { cpu: '0' }, 'cpu', '"0"'],
    ['memory that is not a quantity', { memory: '14 GB' }, 'memory', '"14 GB"'],
    ['no pods', { pods: 0 }, 'pods', '0'],
    ['a minimum above the maximum', { nodesPerZone: { min: 3, max: 2 } }, 'nodesPerZone.min', '3'],
    [
      'a zone of its own',
      { labels: { 'topology.kubernetes.io/zone': 'z' } },
      'labels',
      '"topology.kubernetes.io/zone"',
    ],
    ['labels that are not a map', JSON.parse('{"labels":"pool=web"}'), 'labels', '"pool=web"'],
    ['taints that are not a list', JSON.parse('{"taints":"web"}'), 'taints', '"web"'],
    [
      'a taint that forbids nothing',
      JSON.parse('{"taints":[{"key":"a","effect":"PreferNoSchedule"}]}'),
      'taints[0].effect',
      '"PreferNoSchedule"',
    ],
    ['a fraction of a node', { nodesPerZone: { min: 0.5, max: 2 } }, 'nodesPerZone.min', '0.5'],
  ])('a pool of nodes with %s', async (_, change, field, value) => {
    const nodesPerZone = { min: 1, max: 3 };
    const pool: NodePool = { name: 'default', cpu: '3920m', memory: '14Gi', pods: 110, nodesPerZone };
    const refuse = (nodePools: readonly NodePool[]) =>
      refuseShop(beside(web({})), { cluster: { ...TWO_ZONES, nodePools } });
    expect(rulesIn(await refuse([pool]))).toEqual(ONLY_BESIDE);
    expectReport(await refuse([{ ...pool, ...change }]), {
      rule: 'input',
      field: `clusters.mumbai.nodePools[default].${field}`,
      value,
      expected: /./,
      plain: true,
    });
  });

  test('a key set by hand that the profile sets too, unless by an override', async () => {
    const key = 'alb.ingress.kubernetes.io/scheme';
    const exposed = (then: (ingress: ApiObject) => void) =>
      web({}, (service) => {
        const ingress = service.exposeAt('shop.example').node.findAll().find(isIngress);
        if (ingress !== undefined) then(ingress);
      });
    const isIngress = (node: unknown): node is ApiObject => node instanceof ApiObject && node.kind === 'Ingress';
    expectReport(await refuseShop(exposed((ingress) => ingress.metadata.addAnnotation(key, 'internal'))), {
      rule: 'provider-key',
      at: `${WEB_AT}/exposure`,
      field: `metadata.annotations["${key}"]`,
      value: '"internal"',
      expected: /internet-facing; or override/,
    });
    const path = `metadata.annotations["${key}"]`;
    const err = await refuseShop(beside(exposed((ingress) => override(ingress).replace(path, 'internal'))));
    expect(rulesIn(err)).toEqual(ONLY_BESIDE);
  });

  test.each([
    ['CPU', { cpu: '3921m', memory: '1Gi' }],
    ['memory', { cpu: '1', memory: '15032385537' }],
  ])('a pod that needs more %s than any node has', async (_, resources) => {
    const pool = { cpu: '3920m', memory: '14Gi', pods: 110, nodesPerZone: { min: 1, max: 3 } };
    const nodePools = [
      { ...pool, name: 'small', cpu: '1930m' },
      { ...pool, name: 'large' },
    ];
    const refuse = (wanted: typeof resources) =>
      refuseShop(beside(web({ resources: wanted })), { cluster: { ...TWO_ZONES, nodePools } });
    expectReport(await refuse(resources), {
      rule: 'node-fit',
      at: WEB_AT,
      field: 'resources',
      value: JSON.stringify(resources),
      expected: /small \(1930m CPU, 14Gi\), large \(3920m CPU, 14Gi\)/,
    });
    expect(rulesIn(await refuse({ cpu: '3.92', memory: '14Gi' }))).toEqual(ONLY_BESIDE);
  });

  test("a registry that is not the provider's, unless declared external", async () => {
    const registry = 'shop.azurecr.io';
    const err = await refuseShop(web({}), { environment: { ...PRODUCTION, registry } });
    expectReport(err, {
      rule: 'registry-host',
      field: 'registry',
      value: '"shop.azurecr.io"',
      expected: /registry: \{ external: 'shop\.azurecr\.io' \}/,
      plain: true,
    });
    const environment = { ...PRODUCTION, registry: { external: registry } };
    expect(rulesIn(await refuseShop(beside(web({})), { environment }))).toEqual(ONLY_BESIDE);
  });

  describe('groups', () => {
    const refuseGroups = (access: Access, known: Readonly<Record<string, string>>) =>
      refuseShop(beside(web({})), {
        cluster: { ...TWO_ZONES, groups: known },
        environment: { ...PRODUCTION, access },
      });

    test('that the cluster knows are accepted', async () => {
      const err = await refuseGroups({ developers: 'viewer' }, { developers: 'shop-developers' });
      expect(rulesIn(err)).toEqual(ONLY_BESIDE);
    });

    test('an unknown group', async () => {
      expectReport(await refuseGroups({ develpers: 'viewer' }, { developers: 'shop-developers' }), {
        rule: 'unknown-group',
        field: 'environments.production.access',
        value: '"develpers"',
        expected: /one of developers/,
        plain: true,
      });
    });

    test('a group that another cluster knows, but that has no subject on this one', async () => {
      class Empty extends System {
        constructor(scope: Construct, target: Target<object>) {
          super(scope, 'empty', target);
        }
      }
      const app = () =>
        new Platform({
          home: 'mumbai',
          clusters: { mumbai: TWO_ZONES, laptop: local({ kubernetes: '1.36', groups: { developers: 'developers' } }) },
          environments: { production: { ...PRODUCTION, access: { developers: 'viewer' } } },
        })
          .place(Empty, { production: { on: ['mumbai', 'laptop'], settings: {} } })
          .app();
      const err = await refuse(() => ({ app: app() }));
      expectReport(err, { rule: 'group-subject', value: '"developers"', expected: /groups: \{ developers: … \}/ });
      expect(err).toContain('on mumbai, group developers has no subject');
      expect(err).not.toContain('unknown-group');
    });

    test('a built-in group of Kubernetes on EKS, whose API rejects it', async () => {
      expectReport(await refuseGroups({ sysadmin: 'operator' }, { sysadmin: 'system:masters' }), {
        rule: 'group-subject',
        field: 'access',
        value: '"sysadmin"',
        expected: /access entry, which may not begin with system:/,
        plain: true,
      });
    });
  });

  test('a namespace of more than 63 characters', async () => {
    const name = 'a'.repeat(40);
    class Long extends System {
      constructor(scope: Construct, target: Target<object>) {
        super(scope, 'a-system-with-a-long-name', target);
        new WebService(this, 'web', WEB);
      }
    }
    const app = () =>
      new Platform({ home: 'mumbai', clusters: { mumbai: TWO_ZONES }, environments: { [name]: PRODUCTION } })
        .place(Long, { [name]: { on: 'mumbai', settings: {} } })
        .app();
    const err = await refuse(() => ({ app: app() }));
    expect(err).toContain(`a-system-with-a-long-name-${name}`);
    expect(err).toMatch(/expected .*63/);
  });

  test('one host in two environments of a cluster', async () => {
    const environments = { production: PRODUCTION, staging: PRODUCTION };
    const placed = { on: 'mumbai', settings } as const;
    const app = () =>
      new Platform({ home: 'mumbai', clusters: { mumbai: TWO_ZONES }, environments })
        .place(Blog, { production: placed, staging: placed })
        .app();
    const err = await refuse(() => ({ app: app() }));
    expectReport(err, { rule: 'host-clash', value: '"blog.example/"', expected: /of its own/ });
    expect(err).toMatch(/blog\.example\/ is claimed here and by mumbai\/blog-(production|staging)\//);
  });

  test('an app that cannot be loaded', async () => {
    const err = await refuse(() => {
      throw new ReferenceError('platfrom is not defined');
    });
    expectReport(err, { rule: 'app', expected: /a program that comes to its end/ });
    expect(await refuse(() => ({ application: 1 }))).toContain('the file exports no app');
  });
});

test('properties missing at run time do not hide other problems', async () => {
  const { probes: _, ...rest } = WEB;
  const props: WebServiceProps = JSON.parse(JSON.stringify(rest));
  const err = await refuseShop((system) => {
    new WebService(system, 'web', props);
    new WebService(system, 'api', { ...WEB, port: 0 });
  });
  expectReport(err, { rule: 'input', at: WEB_AT, field: 'probes', expected: /healthz\(\{ bootSeconds: 30 \}\)/ });
  expectReport(err, { rule: 'input', at: 'mumbai/shop-production/api', field: 'port', expected: /65535/ });
  expect(err).toContain('2 errors, nothing written');
});

test('nor on a cluster whose nodes are planned', async () => {
  const { probes: _, ...rest } = WEB;
  const props: WebServiceProps = JSON.parse(JSON.stringify(rest));
  const pool = { name: 'default', cpu: '4', memory: '16Gi', pods: 110, nodesPerZone: { min: 1, max: 10 } };
  const cluster = gke({
    region: 'europe-west1',
    zones: ['europe-west1-b', 'europe-west1-c'],
    kubernetes: '1.36',
    nodePools: [pool],
  });
  const err = await refuseShop((system) => new WebService(system, 'web', props), { cluster });
  expectReport(err, { rule: 'input', at: WEB_AT, field: 'probes', expected: /healthz/ });
  expect(err).toContain('1 error, nothing written');
});

test('one line that causes several problems is reported once, with all places', async () => {
  const err = await refuseShop((system) => {
    for (const id of ['web', 'api']) new WebService(system, id, { ...WEB, port: 0 });
  });
  const places = 'mumbai/shop-production/api, mumbai/shop-production/web';
  expectReport(err, { rule: 'input', at: places, field: 'port', expected: /65535/ });
  expect(err).toContain('1 error, nothing written');
});

test('all problems at once', async () => {
  const err = await refuseShop((system) => {
    new WebService(system, 'web', { ...WEB, port: 0, image: '' });
    new WebService(system, 'api', { ...WEB, resources: { cpu: 'much', memory: '1,5Gi' } }).exposeAt('Not a host');
  });
  const fields = [...err.matchAll(/^ {2}field {4}(\S+)$/gm)].map(([, field]) => field);
  expect(fields).toEqual(['exposeAt.hosts', 'resources.cpu', 'resources.memory', 'image', 'port']);
});

describe('slips that only the compiler sees, which synth does not run: one finding, with the key, at its line', () => {
  const GKE = { region: 'europe-west1', kubernetes: '1.36' } as const;
  const zones = ['europe-west1-b', 'europe-west1-c'];
  const nodePools = [{ name: 'default', cpu: '4', memory: '16Gi', pods: 110, nodesPerZone: { min: 1, max: 10 } }];
  const { probes, ...unprobed } = WEB;
  const PROBES = { bootSeconds: 30, startup: { path: '/started' }, readiness: { path: '/ready' } };
  const SOURCE = readFileSync(__filename, 'utf8').split('\n');

  /** One report with this field and nothing else, at the line of this file that has `slip`. */
  async function expectSlip(app: () => unknown, slip: string, field: string, rule: string): Promise<void> {
    const err = await refuse(() => ({ app: app() }));
    const [, line, found] = /^__tests__\/bad-input\.test\.ts:(\d+):\d+ error (\S+)$/m.exec(err) ?? [];
    const [, named] = /^ {2}field {4}(.+)$/m.exec(err) ?? [];
    expect({ found, named, reports: err.match(/^\S.*$/gm) }).toEqual({
      found: rule,
      named: field,
      reports: [expect.any(String), '1 error, nothing written'],
    });
    expect(SOURCE[Number(line) - 1]).toContain(slip);
  }

  test.each<[slip: string, field: string, cluster: () => ClusterDescription]>([
    ['zone: zones', 'zone', () => gke(unchecked({ ...GKE, zone: zones }))],
    ['zone: zones, nodePools', 'zone', () => gke(unchecked({ ...GKE, zone: zones, nodePools }))],
    ['capabilites', 'capabilites', () => gke(unchecked({ ...GKE, zones, capabilites: ['keda'] }))],
    ["kubernetes: '1.99'", 'kubernetes', () => gke({ ...GKE, zones, kubernetes: '1.99' })],
    ['kubernetes: 1.36', 'kubernetes', () => gke(unchecked({ ...GKE, zones, kubernetes: 1.36 }))],
    ['zones: null', 'zones', () => gke(unchecked({ ...GKE, zones: null }))],
  ])('of a cluster: %s', (slip, field, cluster) =>
    expectSlip(() => shopApp(web({}), { cluster: cluster() }), slip, `clusters.mumbai.${field}`, 'input'),
  );

  test.each<[slip: string, field: string, build: (system: System) => void]>([
    [
      'cpuLimits',
      'resources.cpuLimits',
      (shop) => {
        new WebService(shop, 'web', unchecked({ ...WEB, resources: { cpu: '1', memory: '1Gi', cpuLimits: '2' } }));
      },
    ],
    [
      "{ cpu: '1' }",
      'resources.memory',
      (shop) => {
        new WebService(shop, 'web', unchecked({ ...WEB, resources: { cpu: '1' } }));
      },
    ],
    [
      'scrach',
      'scrach',
      (shop) => {
        new WebService(shop, 'web', unchecked({ ...WEB, scrach: [{ path: '/data', size: '1Gi' }] }));
      },
    ],
    [
      'avaliability',
      'avaliability',
      (shop) => {
        new WebService(shop, 'web', unchecked({ ...WEB, avaliability: { longestRequestSeconds: 60 } }));
      },
    ],
    [
      'longestRequestSecond:',
      'availability.longestRequestSecond',
      (shop) => {
        new WebService(shop, 'web', unchecked({ ...WEB, availability: { longestRequestSecond: 60 } }));
      },
    ],
    [
      'grpc:',
      'probes.grpc',
      (shop) => {
        new WebService(shop, 'web', unchecked({ ...WEB, probes: { grpc: { port: 3550 } } }));
      },
    ],
    [
      'common:',
      'exposeAt.common',
      (shop) => {
        const service = new WebService(shop, 'web', WEB);
        service.exposeAt('shop.example', { common: ['https://www.shop.example'] });
      },
    ],
    [
      'unprobed',
      'probes',
      (shop) => {
        new WebService(shop, 'web', unchecked(unprobed));
      },
    ],
    [
      'bootSecond:',
      'probes.bootSecond',
      (shop) => {
        new WebService(shop, 'web', { ...WEB, probes: healthz(unchecked({ bootSecond: 30 })) });
      },
    ],
    [
      "bootSeconds: 'sixty'",
      'probes.bootSeconds',
      (shop) => {
        new WebService(shop, 'web', { ...WEB, probes: unchecked({ ...probes, bootSeconds: 'sixty' }) });
      },
    ],
    [
      'budgetSecond',
      'probes.startup.budgetSecond',
      (shop) => {
        const startup = { path: '/started', budgetSecond: 20 };
        new WebService(shop, 'web', unchecked({ ...WEB, probes: { ...PROBES, startup } })); // budgetSecond
      },
    ],
    [
      'readines:',
      'probes.readines',
      (shop) => {
        new WebService(shop, 'web', unchecked({ ...WEB, probes: { bootSeconds: 30, readines: { path: '/ready' } } }));
      },
    ],
    [
      'pth',
      'probes.liveness.pth',
      (shop) => {
        new WebService(shop, 'web', unchecked({ ...WEB, probes: { ...PROBES, liveness: { pth: '/live' } } }));
      },
    ],
    [
      "port: '8080'",
      'port',
      (shop) => {
        new WebService(shop, 'web', unchecked({ ...WEB, port: '8080' }));
      },
    ],
    [
      'port: null',
      'port',
      (shop) => {
        new WebService(shop, 'web', unchecked({ ...WEB, port: null }));
      },
    ],
    [
      'Number.NaN',
      'port',
      (shop) => {
        new WebService(shop, 'web', { ...WEB, port: Number.NaN });
      },
    ],
    [
      'LEVEL: 3',
      'env.LEVEL',
      (shop) => {
        new WebService(shop, 'web', unchecked({ ...WEB, env: { LEVEL: 3 } }));
      },
    ],
    [
      "replicas: '3'",
      'size.replicas',
      (shop) => {
        new WebService(shop, 'web', unchecked({ ...WEB, size: { replicas: '3' } }));
      },
    ],
    [
      'replica:',
      'size.replica',
      (shop) => {
        new WebService(shop, 'web', unchecked({ ...WEB, size: { replica: 3 } }));
      },
    ],
    [
      'tlsSecrt',
      'exposeAt.tlsSecrt',
      (shop) => {
        const service = new WebService(shop, 'web', WEB);
        service.exposeAt('shop.example', unchecked({ tlsSecrt: 'shop' }));
      },
    ],
    [
      '[redis]',
      'connectTo',
      (shop) => {
        const service = new WebService(shop, 'web', WEB);
        const redis = new ApiObject(shop, 'redis', {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'redis' },
        });
        Reflect.apply(service.connectTo, service, [redis]);
      },
    ],
    [
      '[undefined]',
      'connectTo',
      (shop) => {
        const service = new WebService(shop, 'web', WEB);
        Reflect.apply(service.connectTo, service, [undefined]);
      },
    ],
    [
      'Reflect.construct(QueueConsumer',
      'queue',
      (shop) => {
        const cpu = { target: 0.5, atFullWork: 1 };
        const rates = {
          messagesPerSecondPerPod: 10,
          drainSeconds: 600,
          peakMessagesPerSecond: 10,
          largestBacklog: 100,
        };
        const size = { ...rates, utilisation: 0.5, min: 1, cpu };
        Reflect.construct(QueueConsumer, [shop, 'web', { ...WEB, size, connectionsPerPod: 1 }]);
      },
    ],
  ])('of a component: %s', (slip, field, build) =>
    // with pools the nodes are planned too, from numbers that are refused here
    expectSlip(() => shopApp(build, { cluster: gke({ ...GKE, zones, nodePools }) }), slip, field, 'input'),
  );

  interface Settings {
    readonly host: string;
    readonly database: { readonly host: string };
  }

  class Blog extends System<Settings> {
    constructor(scope: Construct, target: Target<Settings>) {
      super(scope, 'blog', target);
      const { database, host } = this.settings;
      const { image: _, ...own } = WEB;
      const service = new WebService(this, 'web', own).exposeAt(host);
      service.connectTo(new ExternalService(this, 'database', { host: database.host, port: 3306 }));
    }
  }

  const settings: Settings = { host: 'blog.example', database: { host: 'db.example' } };
  const environments = { production: PRODUCTION };
  const described = { home: 'mumbai', clusters: { mumbai: TWO_ZONES }, images: { blog: { production: '1' } } } as const;
  const blog = () => new Platform({ ...described, environments });
  const placed = (platform: Platform<'mumbai', 'production'>) =>
    platform.place(Blog, { production: { on: 'mumbai', settings } }).app();
  const { host } = settings;

  test('without a slip there is none', () => {
    expect(synthesize(placed(blog()), check).findings).toEqual([]);
  });

  test.each<[slip: string, field: string, rule: string, app: () => unknown]>([
    [
      'survive:',
      'environments.production.survive',
      'input',
      () => {
        const production = { survive: PRODUCTION.survives, registry: PRODUCTION.registry };
        return placed(new Platform({ ...described, environments: unchecked({ production }) })); // survive:
      },
    ],
    [
      'registy:',
      'environments.production.registy',
      'input',
      () => {
        const production = { survives: PRODUCTION.survives, registy: PRODUCTION.registry };
        return placed(new Platform({ ...described, environments: unchecked({ production }) })); // registy:
      },
    ],
    [
      'environment:',
      'environment',
      'input',
      () => placed(Reflect.construct(Platform, [{ ...described, environment: environments }])), // environment:
    ],
    [
      'cluster:',
      'cluster',
      'input',
      () => placed(Reflect.construct(Platform, [{ ...described, clusters: undefined, environments, cluster: {} }])),
    ],
    [
      'mumbai: 5',
      'clusters.mumbai',
      'input',
      () => placed(new Platform({ ...described, environments, clusters: unchecked({ mumbai: 5 }) })),
    ],
    [
      'blogg:',
      'images.blogg',
      'image-tag',
      () => placed(new Platform({ ...described, environments, images: { blogg: { production: '1' } } })),
    ],
    [
      'prodction:',
      'images.blog.prodction',
      'image-tag',
      () => placed(new Platform({ ...described, environments, images: { blog: { prodction: '1' } } })),
    ],
    [
      'wbe:',
      'images.blog.production.wbe',
      'image-tag',
      () => placed(new Platform({ ...described, environments, images: { blog: { production: { wbe: '1' } } } })),
    ],
    [
      'production: 1 ',
      'images.blog.production',
      'input',
      () => placed(new Platform({ ...described, environments, images: { blog: unchecked({ production: 1 }) } })),
    ],
    [
      'undefined,',
      'system',
      'input',
      () => {
        const platform = blog();
        return Reflect.apply(platform.place, platform, [undefined, { production: { on: 'mumbai', settings } }]).app();
      },
    ],
    [
      'tag:',
      'production.tag',
      'input',
      () => {
        const platform = blog();
        return platform.place(Blog, unchecked({ production: { on: 'mumbai', tag: '1', settings } })).app();
      },
    ],
    [
      'setings:',
      'production.setings',
      'input',
      () => {
        const platform = blog();
        return platform.place(Blog, unchecked({ production: { on: 'mumbai', setings: settings } })).app();
      },
    ],
    [
      'hots:',
      'settings.hots',
      'unread-setting',
      () => {
        const platform = blog();
        const misspelt = { hots: host, database: settings.database };
        return platform.place(Blog, unchecked({ production: { on: 'mumbai', settings: misspelt } })).app(); // hots:
      },
    ],
    [
      'hots:',
      'settings.database.hots',
      'unread-setting',
      () => {
        const platform = blog();
        const misspelt = { host, database: { hots: 'db.example' } };
        return platform.place(Blog, unchecked({ production: { on: 'mumbai', settings: misspelt } })).app(); // hots:
      },
    ],
    [
      'colour:',
      'settings.colour',
      'unread-setting',
      () => {
        const platform = blog();
        const more = { ...settings, colour: 'red' };
        return platform.place(Blog, unchecked({ production: { on: 'mumbai', settings: more } })).app(); // colour:
      },
    ],
  ])('of the platform: %s', (slip, field, rule, app) => expectSlip(app, slip, field, rule));

  const fieldsIn = (err: string) => [...err.matchAll(/^ {2}field {4}(\S+)$/gm)].map(([, field]) => field);

  test('a misspelt setting does not hide what else is wrong, nor is it taken for one that is read', async () => {
    class Shop extends System<{ readonly host: string; readonly hosts: string }> {
      constructor(scope: Construct, target: Target<{ readonly host: string; readonly hosts: string }>) {
        super(scope, 'shop', target);
        const { host, hosts } = this.settings;
        new WebService(this, 'web', { ...WEB, port: 0 }).exposeAt([host, hosts]);
      }
    }
    const place = (given: object) => () => ({
      app: blog()
        .place(Shop, unchecked({ production: { on: 'mumbai', settings: given } }))
        .app(),
    });
    expect(fieldsIn(await refuse(place({ hots: 'a.example', hosts: 'b.example' })))).toEqual(['settings.hots', 'port']);
    expect(fieldsIn(await refuse(place({ hosts: 'b.example' })))).toEqual(['settings.host', 'port']);
  });

  test('the entry of another system in images is not a misspelt one', async () => {
    class Blogs extends System {
      constructor(scope: Construct, target: Target<object>) {
        super(scope, 'blogs', target);
        this.image('web');
      }
    }
    const platform = blog().place(Blogs, { production: { on: 'mumbai', settings: {} } });
    expect(fieldsIn(await refuse(() => ({ app: placed(platform) })))).toEqual(['images.blogs.production']);
  });
});
