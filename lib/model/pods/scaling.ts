// Horizontal scaling: fast out, slow in.

/** A metric besides CPU and memory, which an adapter on the cluster serves. */
export type ScalingMetric =
  /** Of something outside the pods, such as the length of a queue, as the adapter calls it. It needs the capability `external-metrics`. */
  (
    | { readonly external: string }
    /** Of the pods themselves, such as requests a second, as the adapter calls it. It needs the capability `custom-metrics`. */
    | { readonly pods: string }
  ) & {
    /** Labels that choose one of its series. @default none */
    readonly labels?: Readonly<Record<string, string>>;
    /** Target of its value ÷ the number of pods. */
    readonly averageValue: number;
  };

/** Metrics and bounds of a component's autoscaler. */
export interface ScalingProps {
  /** Target of CPU in use ÷ CPU requested: more than 0, at most 1. */
  readonly cpu: number;
  /**
   * Target of memory in use ÷ memory requested: more than 0, at most 1.
   * @default not scaled on memory
   */
  readonly memory?: number;
  /**
   * Further metrics, of which the one that asks for the most pods decides.
   * @default none
   * @example metrics: [{ external: 'queue_length', labels: { queue: 'orders' }, averageValue: 30 }]
   */
  readonly metrics?: readonly ScalingMetric[];
  /** Fewest pods: at least 1, of a Worker at least 0. */
  readonly min: number;
  /** Most pods. */
  readonly max: number;
}

/**
 * Out: at once, doubling or four pods every 15 s (the controller's sync period), whichever is more. In: after five quiet
 * minutes, a tenth a minute. Source: kubernetes.io, "Horizontal Pod Autoscaling", configurable scaling behaviour.
 */
export const SCALING_BEHAVIOR = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Percent', value: 100, periodSeconds: 15 },
      { type: 'Pods', value: 4, periodSeconds: 15 },
    ],
  },
  scaleDown: {
    stabilizationWindowSeconds: 300,
    selectPolicy: 'Max',
    policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }],
  },
} as const;
