// Horizontal scaling: fast out, slow in.

/** What a component scales on, and how far. */
export interface ScalingProps {
  /** CPU in use ÷ CPU requested that a pod is kept at: more than 0, at most 1. */
  readonly cpu: number;
  /**
   * Memory in use ÷ memory requested that a pod is kept at: more than 0, at most 1.
   * @default not scaled on memory
   */
  readonly memory?: number;
  /** Fewest pods. */
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
