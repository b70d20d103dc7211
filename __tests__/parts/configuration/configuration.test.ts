// G12: Consul: members, access, secrets, probes, and who is let in.

import { aks, eks } from '../../../lib/model';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { backups, type ConfigurationProps, configuration } from '../../../lib/parts';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { equipped, findIn, type PartsWorld, yamlOf } from '../../support/parts';
import { at, errors, SUBNETS, TWO_ZONES } from '../../support/synthesis';

const NAMESPACE = 'configuration-operations';
const THREE_ZONES = eks({
  ...SUBNETS,
  region: 'ap-south-1',
  zones: ['ap-south-1a', 'ap-south-1b', 'ap-south-1c'],
  kubernetes: '1.36',
});
const READS: PartsWorld = { web: { templates: { files: { '/run/config/flags.json': '{{ key "shop/flags" }}' } } } };
const build = (props: ConfigurationProps = {}, world: PartsWorld = {}): Synthesis =>
  equipped([configuration(props)], world);
const consul = (found: Synthesis): JsonObject => findIn(found, NAMESPACE, 'StatefulSet', 'consul');
const container = (found: Synthesis): JsonObject =>
  at(consul(found), 'spec', 'template', 'spec', 'containers', 0) as JsonObject;
const config = (found: Synthesis): JsonObject => yamlOf(found, NAMESPACE, 'consul', '/consul/config/server.json');
const messages = ({ findings }: Synthesis): string[] =>
  findings.filter(({ severity }) => severity === 'error').map(({ message }) => message);

describe('G12: members', () => {
  const found = build({}, { cluster: THREE_ZONES, zones: 1 });

  test('three where a zone may be lost: they find each other before they are ready, and the quorum is said', () => {
    expect(errors(found)).toEqual([]);
    expect(at(consul(found), 'spec', 'replicas')).toBe(3);
    expect(at(consul(found), 'spec', 'podManagementPolicy')).toBe('Parallel');
    expect(at(consul(found), 'metadata', 'annotations', 'evenkeel.dev/quorum')).toBe('2 of 3 members');
    expect(config(found)).toMatchObject({
      bootstrap_expect: 3,
      retry_join: ['consul-members:8301'],
      autopilot: { min_quorum: 2 },
    });
    const headless = findIn(found, NAMESPACE, 'Service', 'consul-members');
    expect(at(headless, 'spec', 'publishNotReadyAddresses')).toBe(true);
  });

  test('reach each other by RPC and by gossip, TCP and UDP', () => {
    const policy = findIn(found, NAMESPACE, 'NetworkPolicy', 'consul');
    for (const direction of ['ingress', 'egress']) {
      const rules = JSON.stringify(at(policy, 'spec', direction));
      for (const port of [
        '"port":8300,"protocol":"TCP"',
        '"port":8301,"protocol":"TCP"',
        '"port":8301,"protocol":"UDP"',
      ]) {
        expect(rules).toContain(port);
      }
    }
  });

  test('two zones cannot keep a majority of three: refused, or taken out of the promise with a reason', () => {
    expect(messages(build({}, { cluster: TWO_ZONES, zones: 1 })).join()).toMatch(/majority|zones/);
    const survives = { zones: 0, because: 'two zones' } as const;
    expect(errors(build({ survives }, { cluster: TWO_ZONES, zones: 1 }))).toEqual([]);
  });

  test('one without that promise, which joins no one', () => {
    const one = build();
    expect(errors(one)).toEqual([]);
    expect(at(consul(one), 'spec', 'replicas')).toBe(1);
    expect(config(one)).toMatchObject({ bootstrap_expect: 1 });
    expect(config(one)).not.toHaveProperty('retry_join');
  });
});

describe('access', () => {
  const found = build();

  test('what no token allows is denied', () => {
    expect(config(found)).toMatchObject({ acl: { enabled: true, default_policy: 'deny' } });
  });

  test('the gossip key and the token of all rights are files of a Secret, and no text of a manifest', () => {
    expect(at(consul(found), 'spec', 'template', 'spec', 'volumes')).toContainEqual({
      name: 'volume-0',
      secret: {
        secretName: 'consul',
        defaultMode: 0o440,
        items: [
          { key: 'acl.json', path: 'acl.json' },
          { key: 'gossip.json', path: 'gossip.json' },
        ],
      },
    });
    for (const name of ['acl', 'gossip']) {
      expect(container(found)['args']).toContain(`-config-file=/consul/secrets/${name}.json`);
    }
    expect(JSON.stringify(config(found))).not.toMatch(/encrypt|initial_management/);
    expect(JSON.stringify(consul(build({ secret: 'kv' })))).toContain('"secretName":"kv"');
  });

  test('its namespace is restricted, and it runs as the user of all pods', () => {
    const namespace = found.objects.find(({ entry }) => entry.identity.name === NAMESPACE)?.entry.manifest;
    expect(at(namespace, 'metadata', 'labels', 'pod-security.kubernetes.io/enforce')).toBe('restricted');
    expect(at(container(found), 'securityContext', 'runAsUser')).toBe(10_001);
    expect(container(found)['command']).toEqual(['/bin/consul']);
  });
});

describe('probes', () => {
  test('a member without a leader is not ready, although its API answers 200; it is not restarted for that', () => {
    const { readinessProbe, livenessProbe } = container(build());
    expect(at(readinessProbe, 'exec', 'command')).toEqual([
      '/bin/sh',
      '-c',
      `curl -sf http://127.0.0.1:8500/v1/status/leader | grep -qE '".+"'`,
    ]);
    expect(at(livenessProbe, 'httpGet')).toEqual({ path: '/v1/status/leader', port: 'http' });
  });
});

describe('G12: clients', () => {
  const ingress = (found: Synthesis): string =>
    JSON.stringify(at(findIn(found, NAMESPACE, 'NetworkPolicy', 'consul'), 'spec', 'ingress') ?? []);

  test('a component with templates is let in at the API, and one without is not', () => {
    expect(ingress(build({}, READS))).toContain('shop-production');
    expect(ingress(build({}, READS))).toContain('"port":8500');
    expect(ingress(build())).not.toContain('shop-production');
  });

  test('images of a mirror are those of Consul and of the sidecars', () => {
    const images = { consul: 'mirror.example/consul:2.0.3', 'consul-template': 'mirror.example/ct:0.42.1' };
    const found = build({ images }, READS);
    expect(container(found)['image']).toBe('mirror.example/consul:2.0.3');
    const web = JSON.stringify(findIn(found, 'shop-production', 'Deployment', 'web'));
    expect(web.match(/mirror\.example\/ct:0\.42\.1/g)).toHaveLength(2);
  });
});

describe('bad input', () => {
  test('is reported at the fields of the part', () => {
    const { findings } = build({ volume: 'large', secret: 'Not_A_Name', size: 3 } as ConfigurationProps);
    expect(findings.filter(({ severity }) => severity === 'error').map(({ field }) => field)).toEqual([
      'configuration.secret',
      'configuration.size',
      'configuration.volume',
    ]);
  });

  test('a cluster that names its own store gets no part', () => {
    const cluster = aks({
      region: 'westeurope',
      zones: ['westeurope-1', 'westeurope-2'],
      kubernetes: '1.36',
      gateway: { albName: 'alb', albNamespace: 'alb-infra' },
      gatewaySubnets: ['10.30.0.0/24'],
      configuration: { host: 'consul.kv.svc.cluster.local', namespace: 'kv', podLabels: { app: 'consul' } },
    });
    expect(messages(build({}, { cluster }))).toEqual([
      'mumbai says where its configuration is, and gets the part configuration, which would be another one',
    ]);
  });
});

describe('G10: its keys and values', () => {
  const stores = {
    near: {
      s3: { bucket: 'copies', region: 'x', endpoint: 'x.example', keys: { secret: 'copies', id: 'a', value: 'b' } },
    },
    far: {
      azure: { account: 'copies', container: 'restic', key: { secret: 'copies', key: 'c' } },
      region: 'westeurope',
    },
  };
  const world = { cluster: THREE_ZONES, zones: 1 };
  const copied = equipped([configuration(), backups({ stores })], world);
  const name = 'consul-backup-near';
  const podOf = (job: JsonObject) => at(job, 'spec', 'jobTemplate', 'spec', 'template', 'spec') as JsonObject;
  const rulesOf = ({ findings }: Synthesis): string[] => findings.map(({ rule }) => rule);

  test('are saved by a snapshot of Consul where the cluster has backups, and restored by drills', () => {
    expect(errors(copied)).toEqual([]);
    expect(at(podOf(findIn(copied, NAMESPACE, 'CronJob', name)), 'initContainers', 0)).toMatchObject({
      command: ['/bin/consul', 'snapshot', 'save', '-http-addr=http://$(HOST):8500', '/dump/consul.snap'],
      env: [
        { name: 'HOST', value: 'consul' },
        { name: 'CONSUL_HTTP_TOKEN', valueFrom: { secretKeyRef: { name: 'consul', key: 'token' } } },
      ],
    });
    const drill = findIn(copied, 'backups-operations', 'CronJob', `${NAMESPACE}-${name}`);
    expect(at(podOf(drill), 'initContainers', 1, 'command')).toEqual([
      '/bin/consul',
      'snapshot',
      'inspect',
      '/dump/consul.snap',
    ]);
    expect(rulesOf(copied)).not.toContain('volume-backup');
  });

  test('without that part they are in no backup, which is a warning', () => {
    expect(rulesOf(build({}, world))).toContain('volume-backup');
  });
});
