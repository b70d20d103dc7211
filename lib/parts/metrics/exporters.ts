// What turns the state of the cluster into metrics: kube-state-metrics for its objects, node-exporter for its nodes.

import { NodeAgent } from '../../constructs/component/node-agent';
import { WebService } from '../../constructs/component/web-service';
import type { System } from '../../constructs/system/system';

/** Port of node-exporter on every node. */
export const NODE_EXPORTER_PORT = 9100;

/**
 * What kube-state-metrics lists, by API group. Secrets and ConfigMaps, which it also could, are left out: their metrics say little, and the
 * right to list them is the right to read them. Source: kubernetes/kube-state-metrics, docs/developer/cli-arguments.md.
 */
const LISTED: Readonly<Record<string, readonly string[]>> = {
  '': [
    'limitranges',
    'namespaces',
    'nodes',
    'persistentvolumeclaims',
    'persistentvolumes',
    'pods',
    'replicationcontrollers',
    'resourcequotas',
    'services',
  ],
  apps: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
  autoscaling: ['horizontalpodautoscalers'],
  batch: ['cronjobs', 'jobs'],
  policy: ['poddisruptionbudgets'],
  'storage.k8s.io': ['storageclasses'],
};

/** Creates kube-state-metrics; `pods` is the most pods of the cluster's components. */
export function createStateMetrics(scope: System<unknown>, image: string, pods: number): WebService {
  const stateMetrics = new WebService(scope, 'kube-state-metrics', {
    image,
    args: [`--resources=${Object.values(LISTED).flat().sort().join(',')}`],
    port: { port: 8080, servicePort: 8080 },
    ports: { telemetry: 8081 },
    resources: { cpu: '50m', memory: `${128 + Math.ceil(pods / 100) * 16}Mi` },
    size: { replicas: 1 },
    survives: { zones: 0, because: 'it keeps nothing; a second one would double every series' },
    probes: {
      bootSeconds: 30,
      startup: { path: '/livez' },
      readiness: { path: '/readyz', port: 'telemetry' },
      liveness: { path: '/livez' },
    },
    metrics: { port: 'telemetry' },
  });
  for (const [group, resources] of Object.entries(LISTED)) {
    stateMetrics.mayCall({
      ...(group === '' ? {} : { group }),
      resources,
      verbs: ['list', 'watch'],
      everywhere: true,
      because: 'its metrics are about the objects of every namespace',
    });
  }
  return stateMetrics;
}

/** Creates node-exporter. Sources: prometheus/node_exporter, README; kube-prometheus, nodeExporter-daemonset.yaml. */
export function createNodeExporter(scope: System<unknown>, image: string): NodeAgent {
  return new NodeAgent(scope, 'node-exporter', {
    image,
    args: [
      `--web.listen-address=:${NODE_EXPORTER_PORT}`,
      '--path.rootfs=/host/root',
      '--path.procfs=/host/root/proc',
      '--path.sysfs=/host/sys',
      '--no-collector.wifi',
    ],
    port: NODE_EXPORTER_PORT,
    resources: { cpu: '50m', memory: '64Mi' },
    probes: { bootSeconds: 10, readiness: { path: '/' } },
    tolerations: [{ operator: 'Exists' }],
    update: { maxUnavailable: '10%' },
    node: {
      folders: { '/host/root': '/', '/host/sys': '/sys' },
      network: true,
      processes: true,
      because: 'it reads the disks, the network and the load of its node',
    },
  });
}
