// How much Prometheus keeps and needs: from the nodes and pods of the cluster, or from the series that the user measured.

import { type Derived, derived, plural } from '../../model/finding/derivation';
import type { Problem } from '../../model/finding/problem';
import { quantityAmount } from '../../model/manifest/quantity';
import { type ClusterSize, durationSeconds } from '../part/define';

/** Seconds between two scrapes of a target, the same for all. */
export const SCRAPE_SECONDS = 30;

/**
 * Series of one node (node-exporter, kubelet), one pod (cAdvisor, kube-state-metrics) and one pod with metrics of its own. They are
 * assumptions to plan with, without a source: `prometheus_tsdb_head_series` says what a cluster really has.
 */
const SERIES = { node: 2000, pod: 150, scraped: 500 } as const;

/** Bytes of a sample on disk, the larger end of what it takes. Source: prometheus.io, "Storage", "Operational aspects". */
const BYTES_A_SAMPLE = 2;

/** Bytes of memory of a series, and of a process without any: assumptions without a source. */
const MEMORY = { series: 8 * 1024, process: 512 * 1024 ** 2 } as const;

/** The share of a volume that the data may fill; the rest is for the log of what is not yet in blocks. Source: prometheus.io, "Storage". */
const FILLED = 0.8;

const GIB = 1024 ** 3;

/** Mebibytes by which memory grows: each step rolls the pods, which one more component of another system should seldom do. */
const STEP = 512;

/** What Prometheus is sized from. */
export interface MetricsLoad {
  /** How long samples are kept, such as `15d`. */
  readonly retention: string;
  /**
   * Size of the volume of each Prometheus, as a quantity. It is given, and only checked: a claim cannot change once it is applied, so it must
   * not follow from what others add.
   */
  readonly volume: string;
  /** Series at the same time, as measured. @default estimated from nodes and pods */
  readonly series?: number;
}

/** The numbers of each Prometheus. */
export interface MetricsSize {
  /** Size up to which it keeps samples, in GB; less than the volume. */
  readonly kept: number;
  readonly memory: string;
  readonly cpu: string;
}

/** Series at the same time, with how they were derived. */
function seriesOf({ series }: Pick<MetricsLoad, 'series'>, { nodes, pods, scraped }: ClusterSize): Derived {
  if (series !== undefined) return derived(series, `${series} series`);
  const sum = nodes * SERIES.node + pods * SERIES.pod + scraped * SERIES.scraped;
  const parts = [
    `${plural(nodes, 'node')} × ${SERIES.node}`,
    `${plural(pods, 'pod')} × ${SERIES.pod}`,
    `${scraped} with metrics × ${SERIES.scraped}`,
  ];
  return derived(sum, `${parts.join(' + ')} = ${sum} series`);
}

/** The size of each Prometheus of a cluster. */
export function sizeMetrics(load: MetricsLoad, size: ClusterSize): MetricsSize {
  const series = seriesOf(load, size).value;
  const mebibytes = Math.ceil((MEMORY.process + series * MEMORY.series) / 1024 ** 2 / STEP) * STEP;
  return {
    kept: Math.floor(((quantityAmount(load.volume) ?? 0) * FILLED) / 1e8) / 10,
    memory: `${mebibytes}Mi`,
    cpu: `${Math.max(100, Math.ceil(series / 2000 / 50) * 50)}m`,
  };
}

/** A volume on which the retention does not fit. */
export function findSizeProblems(load: MetricsLoad, size: ClusterSize): Problem[] {
  const { retention, volume } = load;
  const series = seriesOf(load, size);
  const bytes = (series.value / SCRAPE_SECONDS) * BYTES_A_SAMPLE * (durationSeconds(retention) ?? 0);
  const needed = Math.max(1, Math.ceil(bytes / FILLED / GIB));
  if ((quantityAmount(volume) ?? 0) >= needed * GIB) return [];
  const because = `${series.because} ÷ ${SCRAPE_SECONDS} s × ${BYTES_A_SAMPLE} bytes × ${retention} ÷ ${FILLED} = ${needed} GiB`;
  return [
    {
      field: 'metrics.volume',
      value: volume,
      message: `${retention} of samples do not fit on it: ${because}`,
      expected: `volume: '${needed}Gi', a shorter retention, or the series that were measured`,
    },
  ];
}
