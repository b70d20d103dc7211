// The frame of a cluster: what it is, its zones, and the nodes in each.

import type { Cluster } from '../../model/cluster/cluster';
import { boundsIn, boundsInWords } from '../../model/cluster/pool-bounds';
import { plural } from '../../model/finding/derivation';
import type { Box, Frame } from './picture';

/** The frame, with further lines of its own. */
export function frameOf(cluster: Cluster, lines: readonly string[]): Frame {
  const { name, provider, region, kubernetes, nodePools } = cluster;
  return {
    id: name,
    title: name,
    lines: [
      `${provider.name}${region === undefined ? '' : ` in ${region}`}`,
      `Kubernetes ${kubernetes}`,
      ...lines,
      ...nodePools.map(({ name: pool, cpu, memory }) => `pool ${pool}: nodes of ${cpu} CPU, ${memory}`),
    ],
    zones: zonesOf(cluster),
  };
}

function zonesOf({ name, zones, nodePools }: Cluster): Box[] {
  const zone = (title: string, lines: readonly string[]): Box => ({
    id: `${name}/zone/${title}`,
    kind: 'zone',
    title,
    lines: nodePools.length === 0 ? ['its nodes are not declared'] : lines,
    frame: name,
  });
  if (zones.length === 0) {
    return [
      zone(
        'no zones',
        nodePools.map((pool) => `${pool.name}: ${boundsInWords(pool, [])}`),
      ),
    ];
  }
  return zones.map((title) =>
    zone(
      title,
      nodePools.map((pool) => {
        const { min, max } = boundsIn(pool, title);
        return `${pool.name}: ${min === max ? plural(min, 'node') : `${min} to ${plural(max, 'node')}`}`;
      }),
    ),
  );
}
