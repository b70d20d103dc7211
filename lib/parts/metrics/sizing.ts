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

/** What Prometheus is sized from. */
export interface MetricsLoad {
  /** How long samples are kept, such as `15d`. */
  readonly retention: string;
  /** Series at the same time, as measured. @default estimated from nodes and pods */
  readonly series?: number;
  /** Size of each volume as a quantity. @default derived */
  readonly volume?: string;
}

/** The numbers of each Prometheus, with how they were derived. */
export interface MetricsSize {
  readonly series: Derived;
  /** Size of the volume, in GiB. */
  readonly volume: Derived;
  /** Size up to which it keeps samples, in GiB; less than the volume. */
  readonly kept: number;
  readonly memory: string;
  readonly cpu: string;
}

/** The size of each Prometheus of a cluster. */
export function sizeMetrics({ retention, series: measured, volume }: MetricsLoad, size: ClusterSize): MetricsSize {
  const series =
    measured === undefined
      ? derived(
          size.nodes * SERIES.node + size.pods * SERIES.pod + size.scraped * SERIES.scraped,
          `${plural(size.nodes, 'node')} × ${SERIES.node} + ${plural(size.pods, 'pod')} × ${SERIES.pod} + ${size.scraped} with metrics × ${SERIES.scraped}, assumed`,
        )
      : derived(measured, `${measured}, as given`);
  const seconds = durationSeconds(retention) ?? 0;
  const bytes = (series.value / SCRAPE_SECONDS) * BYTES_A_SAMPLE * seconds;
  const needed = Math.max(1, Math.ceil(bytes / FILLED / GIB));
  const given = volume === undefined ? undefined : (quantityAmount(volume) ?? 0) / GIB;
  const because = `${series.value} series ÷ ${SCRAPE_SECONDS} s × ${BYTES_A_SAMPLE} bytes × ${retention} ÷ ${FILLED} = ${needed} GiB`;
  const gib = given ?? needed;
  const mebibytes = Math.ceil((MEMORY.process + series.value * MEMORY.series) / 1024 ** 2 / 64) * 64;
  return {
    series,
    volume: derived(gib, because),
    kept: Math.max(0.5, Math.floor(gib * FILLED * 10) / 10),
    memory: `${mebibytes}Mi`,
    cpu: `${Math.max(100, Math.ceil(series.value / 2000 / 50) * 50)}m`,
  };
}

/** A retention whose samples do not fit on the volume that is given. */
export function findSizeProblems(load: MetricsLoad, size: ClusterSize): Problem[] {
  if (load.volume === undefined) return [];
  const { volume } = sizeMetrics({ ...load, volume: '0' }, size);
  const needed = sizeMetrics(
    { retention: load.retention, ...(load.series === undefined ? {} : { series: load.series }) },
    size,
  );
  const given = (quantityAmount(load.volume) ?? 0) / GIB;
  if (given >= needed.volume.value) return [];
  return [
    {
      field: 'metrics.volume',
      value: load.volume,
      message: `${load.retention} of samples do not fit on it: ${volume.because}`,
      expected: `volume: '${needed.volume.value}Gi', or a shorter retention`,
    },
  ];
}
