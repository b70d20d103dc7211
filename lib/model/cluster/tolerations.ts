// Tolerations that a user writes, as the API server accepts them.

import type { Problem } from '../finding/problem';
import { checked, choice, fields, number, optional, text } from '../finding/schema';
import { labelKey } from '../manifest/formats';

/** Lets a pod run on nodes with a taint; one with `operator: 'Exists'` and no key, on all nodes. */
export interface NodeToleration {
  /** Key of the taint. @default any, with the operator Exists */
  readonly key?: string;
  /** Whether the value must be the same. @default Equal */
  readonly operator?: 'Equal' | 'Exists';
  /** Value of the taint. @default none */
  readonly value?: string;
  /** Effect of the taint. @default any */
  readonly effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  /** How long it stays on a node with the effect NoExecute, in seconds. @default for ever */
  readonly tolerationSeconds?: number;
}

/** What a toleration may say. Source: k8s.io/kubernetes pkg/apis/core/validation, ValidateTolerations. */
export const TOLERATION = checked<NodeToleration>(
  fields<NodeToleration>(
    {
      key: optional(text(labelKey.expected, labelKey.fits)),
      operator: optional(choice(['Equal', 'Exists'])),
      value: optional(text()),
      effect: optional(choice(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])),
      tolerationSeconds: optional(number({ atLeast: 0, whole: true })),
    },
    "{ key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }",
  ),
  ({ key, operator, value, effect, tolerationSeconds }) => {
    const problems: Problem[] = [];
    if (key === undefined && operator !== 'Exists') {
      const message = 'a toleration without a key needs the operator Exists';
      problems.push({ field: 'operator', message, expected: "operator: 'Exists', or a key" });
    }
    if (operator === 'Exists' && value !== undefined) {
      problems.push({ field: 'value', value, message: 'the operator Exists takes no value', expected: 'no value' });
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      const message = 'tolerationSeconds needs the effect NoExecute';
      problems.push({ field: 'effect', message, expected: "effect: 'NoExecute'" });
    }
    return problems;
  },
);
