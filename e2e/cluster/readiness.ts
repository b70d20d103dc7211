// When a cluster is ready for pods: its nodes are, and the taints of their beginning, which spreads honour, have gone.

import type { Run } from '../process/run';
import type { ControlPlane } from './control-plane';

interface Nodes {
  readonly items: readonly {
    readonly spec: { readonly taints?: readonly { readonly key: string }[] };
    readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }[];
}

export async function waitForNodes(run: Run, { kubectl }: ControlPlane, count: number): Promise<void> {
  await run.until(`${count} nodes ready`, 120, async () => {
    const { items } = await kubectl.get<Nodes>(['nodes']);
    const ready = items.filter(({ spec, status }) => {
      const isReady = status.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True');
      return isReady === true && !spec.taints?.some(({ key }) => key.startsWith('node.kubernetes.io/'));
    });
    return ready.length === count;
  });
}
