// Pods that no node takes, or the wrong one: found in the final objects of any source.

import { ApiObject } from 'cdk8s';
import { override, type System, WebService } from '../../../lib/constructs';
import { aks, type ClusterDescription, type NodePool } from '../../../lib/model';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { shop, WEB } from '../../support/synthesis';

const POOL: NodePool = { name: 'general', cpu: '4', memory: '16Gi', pods: 110, nodesPerZone: { min: 2, max: 4 } };
const GPU = 'nvidia.com/gpu';
const TAINT = { key: GPU, value: 'present', effect: 'NoSchedule' } as const;

const cluster = (...nodePools: readonly NodePool[]): ClusterDescription =>
  aks({
    region: 'westeurope',
    zones: ['westeurope-1', 'westeurope-2'],
    kubernetes: '1.36',
    gateway: { albName: 'alb', albNamespace: 'alb' },
    gatewaySubnets: ['10.30.0.0/24'],
    nodePools: [POOL, ...nodePools],
  });

/** A web service whose pods have more in their spec. */
const web =
  (...changes: readonly (readonly [string, JsonObject[string]])[]) =>
  (system: System): void => {
    const { deployment } = new WebService(system, 'web', WEB);
    for (const [path, value] of changes) override(deployment).set(`spec.template.spec.${path}`, value);
  };

const gpu = ['containers[web].resources.limits["nvidia.com/gpu"]', '1'] as const;
const tolerating = ['tolerations', [{ key: GPU, operator: 'Exists', effect: 'NoSchedule' }]] as const;

/** Rule, severity, field and expectation of every finding about nodes. */
const found = (build: (system: System) => void, on: ClusterDescription) =>
  shop(build, { cluster: on })
    .findings.filter(({ rule }) => rule.startsWith('node-'))
    .map(({ rule, severity, message, expected }) => ({ rule, severity, message, expected }));

const rules = (build: (system: System) => void, on: ClusterDescription) => found(build, on).map(({ rule }) => rule);

describe('34: devices', () => {
  const pool: NodePool = { ...POOL, name: 'gpu', resources: { [GPU]: '1' }, taints: [TAINT] };

  test('that no pool offers', () => {
    expect(found(web(gpu), cluster())).toEqual([
      {
        rule: 'node-fit',
        severity: 'error',
        message: 'no node that it may have offers nvidia.com/gpu',
        expected: "a pool of mumbai with resources: { 'nvidia.com/gpu': '1' } that it selects and tolerates",
      },
    ]);
  });

  test('behind a taint that the pods do not tolerate', () => {
    expect(rules(web(gpu), cluster(pool))).toEqual(['node-fit']);
    expect(rules(web(gpu, tolerating), cluster(pool))).toEqual([]);
  });

  test('more of them than one node has', () => {
    const two = ['containers[web].resources.limits["nvidia.com/gpu"]', '2'] as const;
    expect(found(web(two, tolerating), cluster(pool))[0]?.message).toBe(
      'no node in mumbai is large enough for this pod: nvidia.com/gpu',
    );
  });

  test('storage of a node counts only where pools say it', () => {
    const storage = ['containers[web].resources.requests["ephemeral-storage"]', '20Gi'] as const;
    expect(rules(web(storage), cluster())).toEqual([]);
    const said = { ...POOL, resources: { 'ephemeral-storage': '10Gi' } };
    expect(rules(web(storage), { ...cluster(), nodePools: [said] })).toEqual(['node-fit']);
  });
});

describe('61: taints and selectors', () => {
  const system = { ...POOL, taints: [{ key: 'CriticalAddonsOnly', value: 'true', effect: 'NoSchedule' as const }] };

  test('taints on every pool', () => {
    const [finding] = found(web(), { ...cluster(), nodePools: [system] });
    expect(finding).toMatchObject({ rule: 'node-fit', severity: 'error' });
    expect(finding?.expected).toBe('tolerations for one of general (CriticalAddonsOnly=true:NoSchedule)');
  });

  test('a pool without', () => {
    expect(
      rules(web(), { ...cluster({ ...POOL, name: 'apps' }), nodePools: [system, { ...POOL, name: 'apps' }] }),
    ).toEqual([]);
  });

  test('a label that no pool declares', () => {
    const [finding] = found(
      web(['nodeSelector', { disk: 'ssd' }]),
      cluster({ ...POOL, name: 'fast', labels: { disk: 'nvme' } }),
    );
    expect(finding).toMatchObject({ rule: 'node-choice', severity: 'warning' });
    expect(finding?.expected).toContain('fast (disk: nvme)');
    expect(rules(web(['nodeSelector', { 'kubernetes.azure.com/agentpool': 'general' }]), cluster())).toEqual([]);
    expect(rules(web(['nodeSelector', { 'kubernetes.io/hostname': 'aks-1' }]), cluster())).toEqual([]);
  });
});

describe('33, 33b: what an image is built for', () => {
  const windows: NodePool = { ...POOL, name: 'win', labels: { 'kubernetes.io/os': 'windows' } };
  const arm: NodePool = { ...POOL, name: 'arm', labels: { 'kubernetes.io/arch': 'arm64' } };
  const linux = ['nodeSelector', { 'kubernetes.io/os': 'linux' }] as const;

  test('Windows nodes without a taint', () => {
    expect(found(web(), cluster(windows))).toEqual([
      {
        rule: 'node-os',
        severity: 'error',
        message: 'its pods may start on nodes of win, which run windows',
        expected: "nodeSelector: { 'kubernetes.io/os': 'linux' }, or a taint on that pool",
      },
    ]);
    expect(rules(web(linux), cluster(windows))).toEqual([]);
    expect(rules(web(), cluster({ ...windows, taints: [TAINT] }))).toEqual([]);
  });

  test('Windows pods that say so', () => {
    expect(rules(web(['nodeSelector', { 'kubernetes.io/os': 'windows' }]), cluster(windows))).toEqual([]);
  });

  test('two architectures and no choice', () => {
    expect(found(web(), cluster(arm))).toMatchObject([{ rule: 'node-architecture', severity: 'warning' }]);
    const both = {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'kubernetes.io/arch', operator: 'In', values: ['amd64', 'arm64'] }] },
          ],
        },
      },
    };
    expect(rules(web(['affinity', both]), cluster(arm))).toEqual([]);
    expect(rules(web(['nodeSelector', { 'kubernetes.io/arch': 'amd64' }]), cluster(arm))).toEqual([]);
  });
});

describe('objects of others', () => {
  const agent = (pod: JsonObject) => (system: System) =>
    void new ApiObject(system, 'job', {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'train' },
      spec: { activeDeadlineSeconds: 60, template: { spec: { restartPolicy: 'Never', ...pod } } },
    });

  test('a Job that asks for too much', () => {
    const securityContext = {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      runAsNonRoot: true,
      runAsUser: 10001,
      seccompProfile: { type: 'RuntimeDefault' },
    };
    const job = (cpu: string) => {
      const resources = { requests: { cpu, memory: '64Mi' }, limits: { memory: '64Mi' } };
      return agent({ containers: [{ name: 'main', image: 'registry.example/x:1', resources, securityContext }] });
    };
    expect(rules(job('9'), cluster())).toEqual(['node-fit']);
    expect(rules(job('3'), cluster())).toEqual([]);
  });
});
