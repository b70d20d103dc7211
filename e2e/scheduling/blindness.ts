// Trials as models see them that lack a part: what these predict is wrong somewhere.
import { type Fields, type Trial, withPod } from './trial';

/** By the part that is missing. */
export const BLIND: Readonly<Record<string, (trial: Trial) => Trial>> = {
  'topology spread': (trial) => withPods(trial, (pod) => ({ ...pod, topologySpreadConstraints: [] })),
  volumes: (trial) => {
    const { workloads, ...rest } = withPods(trial, ({ volumes: _, ...pod }) => pod);
    const bare = workloads.map(({ spec: { volumeClaimTemplates: _, ...spec }, ...one }) => ({ ...one, spec }));
    return { ...rest, workloads: bare, storage: [] };
  },
  DaemonSets: (trial) => ({ ...trial, daemons: [] }),
  devices: (trial) => withPods(trial, withoutDevices),
  'taints of pools': (trial) => ({
    ...trial,
    nodes: trial.nodes.map((node) => ({ ...node, spec: { taints: node.spec.taints.slice(0, 1) } })),
  }),
};

function withPods(trial: Trial, change: (pod: Fields) => Fields): Trial {
  return { ...trial, workloads: trial.workloads.map((workload) => withPod(workload, change)) };
}

function withoutDevices(pod: Fields): Fields {
  const containers = pod['containers'] as readonly { readonly resources: { readonly requests: Fields } }[];
  const plain = containers.map(({ resources: { requests }, ...container }) => ({
    ...container,
    resources: { requests: { cpu: requests['cpu'], memory: requests['memory'] } },
  }));
  return { ...pod, containers: plain };
}
