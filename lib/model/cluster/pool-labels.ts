// What the nodes of a pool are known by, and what a pod says to run there.

import type { Problem } from '../finding/problem';
import { HOSTNAME, NODE_ARCH, NODE_OS, REGION, ZONE } from '../manifest/well-known';
import type { NodePool, Taint } from './pool';
import type { Provider } from './provider';

/** Labels that many pools share by their nature. */
const COMMON: ReadonlySet<string> = new Set([NODE_OS, NODE_ARCH, HOSTNAME, ZONE, REGION]);

type Labelled = Pick<NodePool, 'name' | 'labels'>;
type Labels = Readonly<Record<string, string>>;

/**
 * The labels of a pool's nodes, with the one that its provider sets: the pool's name. A pool whose own labels name another one that
 * nodes of this provider may have, such as `karpenter.sh/nodepool` on EKS, has that one instead.
 */
export function nodeLabels({ nodes }: Pick<Provider, 'nodes'>, { name, labels = {} }: Labelled): Labels {
  const { poolLabel, otherPoolLabels = [] } = nodes;
  const isNamed = poolLabel === undefined || otherPoolLabels.some((key) => Object.hasOwn(labels, key));
  return isNamed ? labels : { ...labels, [poolLabel]: name };
}

/**
 * The labels by which a pod chooses the nodes of one pool, as its `nodeSelector`: the provider's label for pools, or else those that
 * the pool declares. A problem where nothing distinguishes its nodes from those of `pools`, all pools of the cluster.
 */
export function poolLabels(
  provider: Pick<Provider, 'name' | 'nodes'>,
  pool: Labelled,
  pools: readonly Labelled[] = [pool],
): Labels | Problem {
  const own = nodeLabels(provider, pool);
  const { poolLabel, otherPoolLabels = [] } = provider.nodes;
  const named = [...(poolLabel === undefined ? [] : [poolLabel]), ...otherPoolLabels].find((key) =>
    Object.hasOwn(own, key),
  );
  const chosen = named === undefined ? declared(own) : { [named]: own[named] ?? '' };
  const shares = (other: Labelled) => {
    const theirs = nodeLabels(provider, other);
    return Object.entries(chosen).every(([key, value]) => Object.hasOwn(theirs, key) && theirs[key] === value);
  };
  const others = pools.filter((other) => other.name !== pool.name && shares(other));
  if (Object.keys(chosen).length > 0 && others.length === 0) return chosen;
  const message =
    Object.keys(chosen).length === 0
      ? `${provider.name} sets no label for pools, and pool ${pool.name} declares none`
      : `nodes of pool ${pool.name} have the same labels as those of ${others.map(({ name }) => name).join(', ')}`;
  return {
    field: `nodePools[${pool.name}].labels`,
    message,
    expected: `labels: { 'example.com/pool': '${pool.name}' } of the pool, as its nodes have it`,
  };
}

/** Labels of its own; where it has none, those that others may share. */
function declared(labels: Labels): Labels {
  const own = Object.entries(labels).filter(([key]) => !COMMON.has(key));
  return own.length === 0 ? labels : Object.fromEntries(own);
}

/** A toleration as a pod writes it. */
export interface Toleration {
  readonly key: string;
  readonly operator: 'Equal' | 'Exists';
  readonly value?: string;
  readonly effect: Taint['effect'];
}

/** The tolerations that a pod needs for the nodes of a pool, one for each of its taints. */
export function poolTolerations({ taints = [] }: Pick<NodePool, 'taints'>): Toleration[] {
  return taints.map(({ key, value, effect }) =>
    value === undefined || value === ''
      ? { key, operator: 'Exists', effect }
      : { key, operator: 'Equal', value, effect },
  );
}
