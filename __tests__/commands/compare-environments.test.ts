// `evenkeel compare environments`: environments of a system differ only in what an environment decides; an `if` in a chart is refused.
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { ExternalService, Job, override, Platform, System, WebService } from '../../lib/constructs';
import { eks, local, type Target } from '../../lib/model';
import { cli } from '../support/cli';
import { PRODUCTION, SUBNETS, TWO_ZONES, WEB } from '../support/synthesis';
import { twoSystems } from '../support/two-systems';

interface Settings {
  readonly hosts: readonly string[];
  readonly replicas: number;
  readonly secret: string;
  readonly logLevel: string;
}

const production: Settings = { hosts: ['shop.example'], replicas: 4, secret: 'production-db', logLevel: 'info' };

type Build = (system: System<Settings>, isProduction: boolean) => void;

/** The system `shop` in production on EKS and in test on a laptop. */
function shop(
  build: Build,
  test: Partial<Settings> = {},
  tags = { production: '1', test: '1' },
  first: Partial<Settings> = {},
) {
  class Shop extends System<Settings> {
    constructor(scope: Construct, target: Target<Settings>) {
      super(scope, 'shop', target);
      Object.values(this.settings); // those that `build` leaves out would be reported
      build(this, target.environment.name === 'production');
    }
  }
  const app = () =>
    new Platform({
      home: 'mumbai',
      images: { shop: tags },
      clusters: { mumbai: TWO_ZONES, laptop: local({ kubernetes: '1.29' }) },
      environments: { production: PRODUCTION, test: { survives: { zones: 0, regions: 0 } } },
    })
      .place(Shop, {
        production: { on: 'mumbai', settings: { ...production, ...first } },
        test: { on: 'laptop', settings: { ...production, hosts: ['shop.localhost'], ...test } },
      })
      .app();
  return () => ({ app: app() });
}

interface Difference {
  readonly construct: string;
  readonly kind: string;
  readonly pointer: string;
  readonly aspect?: string;
}

/** `aspect kind pointer` of every difference but those of the namespace, with the exit code. */
async function compareEnvironments(load: () => unknown): Promise<{ code: number; found: string[] }> {
  const { code, out } = await cli(['compare', 'environments', '--json'], load);
  const [{ differences }]: [{ differences: Difference[] }] = JSON.parse(out);
  const lines = differences
    .filter(({ pointer, kind }) => pointer !== '/metadata/namespace' && kind !== 'Namespace')
    .map(({ aspect = 'NOTHING', kind, pointer }) => `${aspect} ${kind} ${pointer}`);
  return { code, found: [...new Set(lines)].sort() };
}

const web: Build = (system) =>
  void new WebService(system, 'web', { ...WEB, image: system.image('web') }).exposeAt(system.settings.hosts);

const IMAGES = ['/image', '/imagePullPolicy'].map(
  (field) => `images Deployment /spec/template/spec/containers/0${field}`,
);
const ONE_HOST = ['hosts Ingress /spec/rules/0/host', 'hosts Ingress /spec/tls/0/hosts/0'];
const USUAL = [...ONE_HOST, ...IMAGES].sort();

describe('a platform of several systems', () => {
  test('differ in what an environment decides', async () => {
    const { code, out, err } = await cli(['compare', 'environments'], () => ({ app: twoSystems.app() }));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(
      'shop/production and shop/local, both on eks, Kubernetes 1.36, 2 zones, surviving 1 of them\n',
    );
    expect(out).toContain('blog/production and blog/local, both on eks');
    const aspects = out.match(/^(?:name|size|hosts|images|secrets|groups|content|NOTHING)\b/gm);
    expect(aspects).toEqual(expect.arrayContaining(['content', 'groups', 'hosts', 'images', 'name', 'size']));
    expect(aspects).not.toContain('NOTHING');
    expect(out).toMatch(/^size +\/data\/POSTS +20 +5 +ConfigMap web-config-/m);
  });

  test('values are shortened for a terminal only', async () => {
    const load = () => ({ app: twoSystems.app() });
    const [piped, watched] = [
      await cli(['compare', 'environments', 'shop/local', 'shop/production'], load),
      await cli(['compare', 'environments', 'shop/local', 'shop/production'], load, { interactive: true }),
    ];
    expect(piped.out).not.toContain('…');
    expect(watched.out).toContain('…');
    expect(watched.out.replace(/ +|…/g, '').length).toBeLessThan(piped.out.replace(/ +/g, '').length);
  });

  test('two that are named', async () => {
    const { code, out } = await cli(['compare', 'environments', 'shop/local', 'shop/production'], () => ({
      app: twoSystems.app(),
    }));
    expect(code).toBe(0);
    expect(out).toContain('shop/local and shop/production, both on local, Kubernetes 1.35, 0 zones');
    expect(out).not.toContain('blog');
  });
});

describe('what an environment decides', () => {
  test('name, hosts and images; provider, minor, zones and promises are held equal', async () => {
    expect(await compareEnvironments(shop(web))).toEqual({ code: 0, found: USUAL });
  });

  test('the build number', async () => {
    const found = [...USUAL, 'images Deployment /spec/template/metadata/labels/app.kubernetes.io~1version'].sort();
    expect(await compareEnvironments(shop(web, {}, { production: '1', test: '2' }))).toEqual({ code: 0, found });
  });

  test('addresses of a service outside that are settings; not those that an `if` of the chart decides', async () => {
    const bank =
      (addressOf: (hosts: readonly string[], isProduction: boolean) => string | undefined): Build =>
      (system, isProduction) => {
        const cidrs = [addressOf(system.settings.hosts, isProduction) ?? ''];
        const outside = new ExternalService(system, 'bank', { host: 'bank.example', port: 443, cidrs });
        new WebService(system, 'web', { ...WEB, image: system.image('web') }).connectTo(outside);
      };
    const [here, there] = ['10.1.0.0/28', '10.1.0.16/28'];
    const address = 'NetworkPolicy /spec/egress/1/to/0/ipBlock/cidr';
    const given = await compareEnvironments(
      shop(
        bank(([cidr]) => cidr),
        { hosts: [there] },
        undefined,
        { hosts: [here] },
      ),
    );
    expect(given).toEqual({ code: 0, found: [`hosts ${address}`, ...IMAGES].sort() });
    const chosen = await compareEnvironments(shop(bank((_, isProduction) => (isProduction ? here : there))));
    expect(chosen).toEqual({ code: 1, found: [`NOTHING ${address}`, ...IMAGES].sort() });
  });

  test('more hosts', async () => {
    const { code, found } = await compareEnvironments(shop(web, { hosts: ['shop.localhost', 'www.localhost'] }));
    expect(code).toBe(0);
    expect(found).toEqual(['hosts Ingress /spec/rules', 'hosts Ingress /spec/tls/0/hosts', ...IMAGES].sort());
  });

  const QUOTA = ['pods', 'requests.cpu', 'requests.memory'].map((key) => `size ResourceQuota /spec/hard/${key}`);
  const sized: Build = (system) =>
    void new WebService(system, 'web', {
      ...WEB,
      image: system.image('web'),
      size: { replicas: system.settings.replicas },
    });

  test('a size that is too small for the promise of the first: both are compared without it', async () => {
    const load = shop(sized, { replicas: 1 });
    const { code, out, err } = await cli(['compare', 'environments'], load);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('2 zones, surviving 0 of them\n');
    expect(out).toMatch(/^size +\/spec\/replicas +4 +1 +Deployment web$/m);
    const byIf: Build = (system, isProduction) =>
      void new WebService(system, 'web', { ...WEB, size: { replicas: isProduction ? 3 : 1 } });
    expect((await compareEnvironments(shop(byIf))).found).toContain('NOTHING Deployment /spec/replicas');
  });

  test('a size that is read from the settings, and what follows from it', async () => {
    expect(await compareEnvironments(shop(sized, { replicas: 2 }))).toEqual({
      code: 0,
      found: [...IMAGES, 'size Deployment /spec/replicas', ...QUOTA],
    });
    const survivesNothing = { ...PRODUCTION, survives: { zones: 0, regions: 0 } };
    class Shop extends System<Settings> {
      constructor(scope: Construct, target: Target<Settings>) {
        super(scope, 'shop', target);
        Object.values(this.settings); // as above
        sized(this, false);
      }
    }
    const app = new Platform({
      home: 'mumbai',
      images: { shop: { production: '1', test: '1' } },
      clusters: { mumbai: TWO_ZONES },
      environments: { production: survivesNothing, test: survivesNothing },
    })
      .place(Shop, {
        production: { on: 'mumbai', settings: production },
        test: { on: 'mumbai', settings: { ...production, replicas: 1 } },
      })
      .app();
    expect(await compareEnvironments(() => ({ app }))).toEqual({
      code: 0,
      found: [
        'size Deployment /spec/progressDeadlineSeconds',
        'size Deployment /spec/replicas',
        'size PodDisruptionBudget ',
        ...QUOTA,
      ],
    });
  });

  test('a deployer who has no disruption budget to write, because each component is a single pod', async () => {
    const deployed = { ...PRODUCTION, survives: { zones: 0, regions: 0 }, access: { pipeline: 'deployer' } } as const;
    const described = (build: Build) => {
      class Shop extends System<Settings> {
        constructor(scope: Construct, target: Target<Settings>) {
          super(scope, 'shop', target);
          Object.values(this.settings); // as above
          sized(this, false);
          build(this, target.environment.name === 'production');
        }
      }
      const groups = { pipeline: 'pipeline' };
      const app = new Platform({
        home: 'mumbai',
        images: { shop: { production: '1', test: '1' } },
        clusters: {
          mumbai: eks({
            region: 'ap-south-1',
            zones: ['ap-south-1a', 'ap-south-1b'],
            kubernetes: '1.36',
            groups,
            ...SUBNETS,
          }),
        },
        environments: { production: deployed, test: deployed },
      })
        .place(Shop, {
          production: { on: 'mumbai', settings: production },
          test: { on: 'mumbai', settings: { ...production, replicas: 1 } },
        })
        .app();
      return () => ({ app });
    };
    expect((await compareEnvironments(described(() => {}))).found).toContain('size Role /rules');
    // more than the budget is missing
    const more: Build = (system, isProduction) => {
      if (isProduction) new ApiObject(system, 'lease', { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' });
    };
    expect((await compareEnvironments(described(more))).found).toContain('NOTHING Role /rules');
  });

  test('the name of a Secret', async () => {
    const { code, found } = await compareEnvironments(
      shop(
        (system) => {
          const { secret } = system.settings;
          const database = new ExternalService(system, 'db', {
            host: 'db.example',
            port: 1,
            credentials: { secret, keys: ['password'] },
          });
          new WebService(system, 'web', { ...WEB, image: system.image('web') }).connectTo(database);
        },
        { secret: 'test-db' },
      ),
    );
    expect(code).toBe(0);
    expect(found).toContain('secrets Deployment /spec/template/spec/volumes/1/secret/secretName');
  });

  const ends = { resources: WEB.resources, deadlineSeconds: 60 };

  test('the hash in the name of a Job, which follows from its image and its files', async () => {
    const { code, found } = await compareEnvironments(
      shop((system) => {
        const files = { '/etc/name': system.target.environment.name };
        new Job(system, 'import', { ...ends, image: system.image('import'), files });
      }),
    );
    expect(code).toBe(0);
    expect(found).toEqual(expect.arrayContaining(['content Job /metadata/name', 'content ConfigMap /metadata/name']));
  });

  test('and not what a Job does', async () => {
    const { code, found } = await compareEnvironments(
      shop((system, isProduction) => {
        new Job(system, 'import', { ...ends, image: system.image('import'), args: [String(isProduction)] });
      }),
    );
    expect(code).toBe(1);
    expect(found).toContain('NOTHING Job /spec/template/spec/containers/0/args/0');
  });

  test('its own name in the configuration', async () => {
    const { code, found } = await compareEnvironments(
      shop((system) => {
        const env = { ENVIRONMENT: system.target.environment.name, URL: `http://web.${system.namespace}.svc` };
        new WebService(system, 'web', { ...WEB, image: system.image('web'), env });
      }),
    );
    expect(code).toBe(0);
    expect(found).toEqual(
      expect.arrayContaining([
        'name ConfigMap /data/ENVIRONMENT',
        'name ConfigMap /data/URL',
        'content ConfigMap /metadata/name',
      ]),
    );
  });
});

describe('who works where', () => {
  /** Production is deployed by a pipeline into a namespace of its own name; in test, developers only look. */
  const shared = (build: Build) => {
    class Shop extends System<Settings> {
      constructor(scope: Construct, target: Target<Settings>) {
        super(scope, 'shop', target);
        Object.values(this.settings); // those that `build` leaves out would be reported
        build(this, target.environment.name === 'production');
      }
    }
    const placed = { on: 'mumbai', settings: production } as const;
    return () => ({
      app: new Platform({
        home: 'mumbai',
        images: { shop: { production: '1', test: '1' } },
        clusters: { mumbai: { ...TWO_ZONES, groups: { devs: 'devs', ops: 'ops', ci: 'ci' } } },
        environments: {
          production: { ...PRODUCTION, access: { devs: 'viewer', ops: 'operator', ci: 'deployer' } },
          test: { ...PRODUCTION, access: { ops: 'viewer' } },
        },
      })
        .place(Shop, { production: { ...placed, namespace: 'project1' }, test: placed })
        .app(),
    });
  };
  const service: Build = (system) => void new WebService(system, 'web', { ...WEB, image: system.image('web') });
  const roleBinding = (system: System<Settings>, name: string, kind: string) =>
    new ApiObject(system, 'binding', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'devs' }],
    });

  test('is the environment’s to say, and so is the name of the namespace', async () => {
    expect(await compareEnvironments(shared(service))).toEqual({
      code: 0,
      found: ['groups Role ', 'groups RoleBinding ', 'groups RoleBinding /subjects/0/name'],
    });
  });

  test('but a binding to another role, by an `if`, is not', async () => {
    const { code, found } = await compareEnvironments(
      shared((system, isProduction) => {
        service(system, isProduction);
        if (isProduction) roleBinding(system, 'view', 'ClusterRole');
      }),
    );
    expect(code).toBe(1);
    expect(found).toContain('NOTHING RoleBinding ');
  });
});

describe('an environment-dependent `if` is refused', () => {
  const service = (system: System<Settings>, change: object = {}) =>
    new WebService(system, 'web', { ...WEB, image: system.image('web'), ...change });

  test.each<[string, Build, string, Partial<Settings>?]>([
    [
      'another number of pods',
      (system, isProduction) => void service(system, { size: { replicas: isProduction ? 3 : 2 } }),
      'NOTHING Deployment /spec/replicas',
    ],
    [
      'other resources',
      (system, isProduction) =>
        void service(system, { resources: { cpu: isProduction ? '1' : '100m', memory: '1Gi' } }),
      'NOTHING Deployment /spec/template/spec/containers/0/resources/requests/cpu',
    ],
    [
      'another variable',
      (system, isProduction) => void service(system, { env: { LOG_LEVEL: isProduction ? 'info' : 'debug' } }),
      'NOTHING ConfigMap /data/LOG_LEVEL',
    ],
    [
      'a setting that is neither a size nor a host',
      (system) => void service(system, { env: { LOG_LEVEL: system.settings.logLevel } }),
      'NOTHING ConfigMap /data/LOG_LEVEL',
      { logLevel: 'debug' },
    ],
    [
      'another component behind the same name',
      (system, isProduction) => void service(system, { image: system.image(isProduction ? 'web' : 'web-debug') }),
      'NOTHING Deployment /spec/template/spec/containers/0/image',
    ],
    [
      'an object that only one of them has',
      (system, isProduction) => {
        service(system);
        const metadata = { name: 'extra' };
        if (isProduction) new ApiObject(system, 'extra', { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: {} });
      },
      'NOTHING ConfigMap ',
    ],
    [
      'a field by an override',
      (system, isProduction) => {
        const { deployment } = service(system);
        if (isProduction) override(deployment).set('spec.revisionHistoryLimit', 5);
      },
      'NOTHING Deployment /spec/revisionHistoryLimit',
    ],
    [
      'a path of the Ingress',
      (system, isProduction) => {
        const made = service(system).exposeAt(isProduction ? 'shop.example' : 'shop.localhost');
        const ingress = made.node.findAll().find((one) => one instanceof ApiObject && one.kind === 'Ingress');
        if (!isProduction && ingress instanceof ApiObject) {
          override(ingress).replace('spec.rules[0].http.paths[0].path', '/test');
        }
      },
      'NOTHING Ingress /spec/rules/0/http/paths/0/path',
    ],
    [
      'a policy of disruption that no single pod explains',
      (system, isProduction) =>
        void service(system, isProduction ? { availability: { disruption: { maxUnavailable: 2 } } } : {}),
      'NOTHING PodDisruptionBudget /spec/maxUnavailable',
    ],
  ])('%s', async (_, build, expected, settings = {}) => {
    const { code, found } = await compareEnvironments(shop(build, settings));
    expect(code).toBe(1);
    expect(found).toContain(expected);
  });

  test('with its line, its object and its values', async () => {
    const { code, out, err } = await cli(
      ['compare', 'environments'],
      shop((system, isProduction) => void service(system, { size: { replicas: isProduction ? 3 : 2 } })),
    );
    expect(code).toBe(1);
    expect(out).toMatch(/^NOTHING +\/spec\/replicas +3 +2 +Deployment web$/m);
    expect(err).toMatch(/^__tests__\/commands\/compare-environments\.test\.ts:\d+:\d+ error environment-difference\n/);
    expect(err).toContain('  3 in production, 2 in test\n');
    expect(err).toContain('  object   apps/Deployment shop-test/web\n  field    /spec/replicas\n');
  });
});

test('many environments, some too small for a promise, of systems that start elsewhere: the same as pair by pair', async () => {
  const named = (name: string) =>
    class extends System<{ readonly replicas: number }> {
      constructor(scope: Construct, target: Target<{ readonly replicas: number }>) {
        super(scope, name, target);
        const { replicas } = this.settings;
        new WebService(this, 'web', { ...WEB, image: this.image('web'), size: { replicas } });
      }
    };
  const settings = { replicas: 4 };
  const tags = { production: '1', stage: '2', test: '3', small: '4' };
  const load = () => ({
    app: new Platform({
      home: 'mumbai',
      images: { shop: tags, depot: tags },
      clusters: { mumbai: TWO_ZONES, laptop: local({ kubernetes: '1.29' }) },
      environments: {
        production: PRODUCTION,
        stage: { ...PRODUCTION, survives: { zones: 0, regions: 0 } },
        test: { survives: { zones: 0, regions: 0 } },
        small: { survives: { zones: 0, regions: 0 } },
      },
    })
      .place(named('shop'), {
        production: { on: 'mumbai', settings },
        stage: { on: 'mumbai', settings },
        test: { on: 'laptop', settings },
        small: { on: 'laptop', settings: { replicas: 1 } },
      })
      .place(named('depot'), { stage: { on: 'mumbai', settings }, production: { on: 'mumbai', settings } })
      .app(),
  });
  const all = await cli(['compare', 'environments'], load);
  const pairs = [
    ['shop/production', 'shop/stage'],
    ['shop/production', 'shop/test'],
    ['shop/production', 'shop/small'],
    ['depot/stage', 'depot/production'],
  ].sort();
  const single = [];
  for (const pair of pairs) single.push((await cli(['compare', 'environments', ...pair], load)).out);
  const tables = all.out.split(/(?=^\S+ and )/m).sort();
  expect({ code: all.code, err: all.err }).toEqual({ code: 0, err: '' });
  expect(tables).toEqual(single);
  expect(tables.map((table) => /surviving (\d)/.exec(table)?.[1])).toEqual(['0', '0', '1', '1']);
});

test('a system and an environment that do not exist, or are not of one system', async () => {
  const load = () => ({ app: twoSystems.app() });
  for (const args of [['shop/staging'], ['shop/production', 'shop/staging'], ['shop/production', 'blog/local']]) {
    const { code, out, err } = await cli(['compare', 'environments', ...args], load);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('error unknown-environment');
    expect(err).toMatch(/shop\/production, .*blog\/production, .*shop\/local, .*blog\/local/);
  }
});
