// A promise to survive that the table refutes stops synth: with the component, the object that decides, and the user's line.
import { ApiObject, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { check } from '../../../lib/checks';
import { override, Platform, System, WebService } from '../../../lib/constructs';
import { aks, eks, local, type NodePool, type Target } from '../../../lib/model';
import { type Synthesis, synthesize } from '../../../lib/synth/synthesize';
import { errors, PRODUCTION, SUBNETS, shop, WEB } from '../../support/synthesis';

const ZONES = ['ap-south-1a', 'ap-south-1b'];
const POOL: NodePool = { name: 'general', cpu: '2', memory: '7Gi', pods: 29, nodesPerZone: { min: 1, max: 1 } };
const on = (pool: NodePool) =>
  eks({ region: 'ap-south-1', zones: ZONES, kubernetes: '1.36', nodePools: [pool], ...SUBNETS });

const web = (system: System) => new WebService(system, 'web', { ...WEB, size: { replicas: 4 } });

test('a promise that the table confirms', () => {
  expect(errors(shop((system) => void web(system)))).toEqual([]);
  expect(errors(shop((system) => void web(system), { cluster: on(POOL) }))).toEqual([]);
});

test('a spread that counts the dead zone, wherever it comes from', () => {
  const synthesis = shop((system) => {
    const zone = 'spec.template.spec.topologySpreadConstraints[topology.kubernetes.io/zone]';
    override(web(system).deployment).replace(`${zone}.nodeTaintsPolicy`, 'Ignore');
  });
  expect(synthesis.files.size).toBe(0);
  const [finding] = synthesis.findings.filter(({ severity }) => severity === 'error');
  expect(finding).toMatchObject({
    rule: 'survives-zones',
    construct: 'mumbai/shop-production/web/deployment',
    object: 'apps/Deployment shop-production/web',
    field: '/spec/template/spec/topologySpreadConstraints/0',
    source: { file: '__tests__/analysis/survival/promise.test.ts' },
  });
  expect(finding?.message).toBe(
    'web does not survive losing 1 zone, as production promises: 4 pods needed, 2 at once, 2 after recovery; ' +
      "nodes that accept no more pods: 1 untolerated taint, 1 didn't match pod topology spread constraints",
  );
});

test('no room in the zones that are left; with more nodes there is', () => {
  const tight = { ...POOL, cpu: '300m' };
  const large = { ...tight, nodesPerZone: { min: 2, max: 2 } };
  expect(errors(shop((system) => void web(system), { cluster: on(tight) }))).toEqual([
    'survives-zones /spec/template/spec/containers/0/resources/requests',
  ]);
  expect(errors(shop((system) => void web(system), { cluster: on(large) }))).toEqual([]);
});

test('nodes that may be ordered count too', () => {
  const growing = { ...POOL, cpu: '300m', nodesPerZone: { min: 1, max: 2 } };
  expect(errors(shop((system) => void web(system), { cluster: on(growing) }))).toEqual([]);
});

const LABELS = { app: 'plain' };
const POD = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      name: 'main',
      image: 'registry.example/plain:1',
      resources: { requests: { cpu: '100m', memory: '64Mi' } },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    },
  ],
};
const SPREAD = {
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'DoNotSchedule',
      nodeTaintsPolicy: 'Honor',
      labelSelector: { matchLabels: LABELS },
    },
  ],
};

/** An object that makes pods, from another hand. */
const plain =
  (kind: 'Deployment' | 'StatefulSet', replicas = 2, pod: object = {}) =>
  (system: System) =>
    new ApiObject(system, 'plain', {
      apiVersion: 'apps/v1',
      kind,
      metadata: { name: 'plain' },
      spec: {
        replicas,
        selector: { matchLabels: LABELS },
        template: { metadata: { labels: LABELS }, spec: { ...POD, ...pod } },
      },
    });

const promising = (zones: number, regions = 0) => ({ ...PRODUCTION, survives: { zones, regions } });

/** Errors of promises alone. */
const refuted = (synthesis: Synthesis) => errors(synthesis).filter((one) => one.startsWith('survives-'));

test('a workload of any origin: without a spread over zones, all its pods may be in the lost zone', () => {
  expect(errors(shop(plain('Deployment')))).toEqual(['survives-zones /spec/replicas']);
  expect(errors(shop(plain('Deployment'), { environment: promising(0) }))).toEqual([]);
  expect(errors(shop(plain('Deployment', 2, SPREAD)))).toEqual([]);
});

test('a pod whose volume is in the lost zone: the finding names a class that is in several', () => {
  const west = aks({
    region: 'westeurope',
    zones: ['westeurope-1', 'westeurope-2', 'westeurope-3'],
    kubernetes: '1.36',
    gateway: 'application-gateway',
    nodePools: [{ ...POOL, nodesPerZone: { min: 2, max: 2 } }],
  });
  const withClass = (skuName: string) => (system: System) => {
    const [storageClassName, claimName] = ['disks', 'data'];
    new ApiObject(system, 'disks', {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: storageClassName },
      provisioner: 'disk.csi.azure.com',
      parameters: { skuName },
      reclaimPolicy: 'Retain',
      volumeBindingMode: 'WaitForFirstConsumer',
    });
    new ApiObject(system, 'claim', {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: claimName },
      spec: { accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests: { storage: '1Gi' } } },
    });
    const strategy = { type: 'Recreate' };
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName } }];
    override(plain('Deployment', 1, { volumes })(system)).set('spec.strategy', strategy);
  };
  const expected = (skuName: string) =>
    shop(withClass(skuName), { cluster: west })
      .findings.filter(({ rule }) => rule === 'survives-zones')
      .map((finding) => finding.expected);
  expect(expected('Premium_LRS')).toEqual([
    'at least 1 pod at once and 1 after recovery, in any scheduling order: a claim whose class is in several zones ' +
      '(provisioner disk.csi.azure.com, skuName: Premium_ZRS); or survives.zones: 0',
  ]);
  expect(String(expected('Premium_ZRS'))).not.toContain('several zones');
});

test('a StatefulSet has what its budget keeps, for its pods stay away while their node is unreachable', () => {
  const THREE = eks({ region: 'ap-south-1', zones: [...ZONES, 'ap-south-1c'], kubernetes: '1.36', ...SUBNETS });
  const budget = (system: System, minAvailable: number) =>
    new ApiObject(system, 'budget', {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'plain' },
      spec: { minAvailable, selector: { matchLabels: LABELS } },
    });
  const kept = (minAvailable?: number) =>
    shop(
      (system) => {
        plain('StatefulSet', 3, SPREAD)(system);
        if (minAvailable !== undefined) budget(system, minAvailable);
      },
      { cluster: THREE },
    );
  expect(refuted(kept(2))).toEqual([]);
  expect(refuted(kept())).toEqual(['survives-zones /spec/replicas']);
  expect(kept().findings.find(({ rule }) => rule === 'survives-zones')?.message).toContain(
    'plain does not survive losing 1 zone, as production promises: 3 pods needed, 2 at once, 2 after recovery',
  );
});

test('a bare Pod is gone with its node, unless it ends anyway', () => {
  const bare = (restartPolicy: string) => (system: System) =>
    void new ApiObject(system, 'plain', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'plain', labels: LABELS },
      spec: { ...POD, restartPolicy },
    });
  expect(refuted(shop(bare('Always')))).toEqual(['survives-zones /spec/replicas']);
  expect(refuted(shop(bare('Never')))).toEqual([]);
});

test('pods that make way for all others are held to the promise too', () => {
  const yielding = (system: System) => {
    new ApiObject(system, 'class', {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'last' },
      value: -5,
    });
    plain('Deployment', 2, { priorityClassName: 'last' })(system);
  };
  expect(refuted(shop(yielding))).toEqual(['survives-zones /spec/replicas']);
});

test('a cluster without zones survives the loss of none', () => {
  const onOne = local({ kubernetes: '1.36' });
  const environment = { survives: { zones: 1, regions: 0 } };
  expect(refuted(shop(plain('Deployment'), { cluster: onOne, environment }))).toEqual([
    'survives-zones /spec/replicas',
  ]);
});

describe('a region', () => {
  class Both extends System<{ replicas: number }> {
    constructor(scope: Construct, target: Target<{ replicas: number }>) {
      super(scope, 'both', target);
      const { replicas } = this.settings;
      new WebService(this, 'web', { ...WEB, size: replicas > 0 ? { replicas } : { cpu: 0.45, min: 4, max: 8 } });
    }
  }
  const two = (region: string) => eks({ region, zones: [`${region}a`, `${region}b`], kubernetes: '1.36', ...SUBNETS });
  const build = (replicas: number, regions: number) =>
    synthesize(
      new Platform({
        home: 'mumbai',
        clusters: { mumbai: two('ap-south-1'), frankfurt: two('eu-central-1') },
        environments: { production: promising(1, regions) },
      })
        .place(Both, { production: { on: ['mumbai', 'frankfurt'], settings: { replicas } } })
        .app(),
      check,
    );

  test('that leaves half of the needed pods is not survived', () => {
    const { findings, files } = build(4, 1);
    expect(files.size).toBe(0);
    const broken = findings.filter(({ rule }) => rule === 'survives-regions');
    expect(broken.map(({ object, message }) => ({ object, message }))).toEqual(
      Array.from({ length: 2 }, () => ({
        object: 'apps/Deployment both-production/web',
        message: 'web does not survive losing 1 region, as production promises: 8 pods needed, 4 left',
      })),
    );
  });

  test('whose load the others can carry is survived; without the promise nothing is checked', () => {
    expect(errors(build(0, 1))).toEqual([]);
    expect(errors(build(4, 0))).toEqual([]);
  });
});

test('other errors are reported first, and alone', () => {
  const broken = (system: System) => void new WebService(system, 'web', { ...WEB, size: { replicas: 1 } });
  expect(errors(shop(broken))).toEqual(['availability replicas']);
});

test('objects of any shape are judged without an exception', () => {
  const strange = (system: System) => {
    for (const [index, spec] of [
      null,
      { replicas: 'many', template: { spec: { containers: 'none', topologySpreadConstraints: [3], tolerations: {} } } },
      {
        replicas: -1,
        template: { metadata: { labels: 7 }, spec: { affinity: { podAffinity: [] }, nodeSelector: 'x' } },
      },
    ].entries()) {
      new ApiObject(system, `strange-${index}`, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: `strange-${index}` },
        spec,
      });
    }
    expect(Chart.of(system)).toBe(system);
  };
  expect(() => shop(strange, { cluster: on(POOL) })).not.toThrow();
});
