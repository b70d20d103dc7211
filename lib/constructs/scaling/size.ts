// The size of a component: a fixed number of pods, an autoscaler's bounds, or the load that derives them.

import { either, fields, list, number, optional, table, text } from '../../model/finding/schema';
import type { ScalingMetric, ScalingProps } from '../../model/pods/scaling';
import { LOAD, type Load } from './sizing';

/** How many pods a component has. */
export type Size =
  /** Always this many. */
  | { readonly replicas: number }
  /** An autoscaler keeps the use of CPU, and of memory where it is given, at these shares of the requests. */
  | ScalingProps
  /** An autoscaler whose bounds, target and CPU request follow from promises and measurements: see `deriveCapacity`. */
  | { readonly load: Load };

const pods = (atLeast: number) => number({ atLeast, atMost: 1e6, whole: true });
const SHARE = number({ above: 0, atMost: 1 });

/** A fixed number of pods. */
const REPLICAS = fields<{ replicas: number }>({ replicas: pods(1) });

const OF_METRIC = { labels: optional(table(text(), "{ queue: 'orders' }")), averageValue: number({ above: 0 }) };
const METRIC_NAME = text('the name of a metric');

const METRIC = either(
  [
    fields<Extract<ScalingMetric, { external: string }>>({ external: METRIC_NAME, ...OF_METRIC }),
    fields<Extract<ScalingMetric, { pods: string }>>({ pods: METRIC_NAME, ...OF_METRIC }),
  ],
  "{ external: 'queue_length', averageValue: 30 } or { pods: 'requests_per_second', averageValue: 100 }",
);

/** The bounds and targets of an autoscaler with at least `fewest` pods. */
const bounds = (fewest: number) =>
  fields<ScalingProps>({
    min: pods(fewest),
    max: pods(1),
    cpu: SHARE,
    memory: optional(SHARE),
    metrics: optional(list(METRIC, "[{ external: 'queue_length', averageValue: 30 }]")),
  });

/** What a size may say of a component that waits for no client: it may have no pod while there is no work. */
export const IDLE_SIZE = either([REPLICAS, bounds(0)], '{ replicas: 1 } or { min: 1, max: 4, cpu: 0.65 }');

/** What a size may say. */
export const SIZE = either(
  [REPLICAS, bounds(1), fields<{ load: Load }>({ load: LOAD })],
  '{ replicas: 3 }, { min: 3, max: 12, cpu: 0.65 } or { load: { … } }',
);
