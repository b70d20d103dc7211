// Autoscalers: their bounds, and that each target exists and is theirs alone.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, integer, isInteger, isSet, shown, text } from '../../analysis/objects/read-json';
import { isHpa, type Scaler, scalers, scalersOf } from '../../analysis/objects/scalers';
import type { Json } from '../../model/manifest/json';
import { REPLICATED } from '../../model/manifest/kind-lookup';
import { describeOrigin } from '../../model/manifest/origin';
import { autoscaler, deployment, object } from '../examples';
import type { Rule } from '../rule';

const HPA = 'autoscaling/HorizontalPodAutoscaler';

const bounds: Rule = {
  id: 'autoscaling-bounds',
  what: 'An HPA has maxReplicas of at least 1, and minReplicas from 1 to that.',
  why: 'The API server refuses the HPA; minReplicas: 0 is not there without a feature gate before 1.37.',
  severity: 'error',
  judge: 'API server: validateHorizontalPodAutoscalerSpec',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of(HPA)) {
      const { minReplicas: min, maxReplicas: max } = dig(entry.manifest, 'spec') ?? {};
      if (isSet(min) && !isInteger(min, 1)) {
        report(entry, '/spec/minReplicas', {
          message: 'minReplicas starts at 1',
          expected: 'an integer of 1 or more',
          value: min,
        });
      }
      const most = integer(max, 1);
      if (most === undefined) {
        const message = isSet(max) ? 'maxReplicas starts at 1' : 'maxReplicas is missing';
        report(entry, '/spec/maxReplicas', { message, expected: 'an integer of 1 or more', value: max ?? null });
      } else if (isInteger(min, most + 1)) {
        const expected = `minReplicas (${shown(min)}) or more`;
        report(entry, '/spec/maxReplicas', { message: 'maxReplicas is below minReplicas', expected, value: most });
      }
    }
  },
  examples: {
    pass: [autoscaler({ minReplicas: 3, maxReplicas: 3 })],
    fail: [autoscaler({ minReplicas: 0 }), autoscaler({ minReplicas: 4, maxReplicas: 3 }, 'b')],
  },
};

function targetExpected({ target }: Scaler, written: boolean): string | undefined {
  const builtIn = target.kind === 'Deployment' || target.kind === 'StatefulSet' || target.kind === 'ReplicaSet';
  if (builtIn && target.group !== 'apps') return `apiVersion: apps/v1, where ${target.kind} is`;
  return written ? `the name of a ${target.kind} in the same namespace of the same cluster` : undefined;
}

const targetExists: Rule = {
  id: 'autoscaling-target-exists',
  what: 'An autoscaler scales a workload that exists in its own namespace.',
  why: 'It waits for ever, in silence, and nothing is scaled.',
  severity: 'error',
  judge: 'kube-score horizontalpodautoscaler-has-target; kube-linter dangling-horizontalpodautoscaler',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of(HPA)) {
      const ref = dig(entry.manifest, 'spec', 'scaleTargetRef');
      for (const key of ['kind', 'name']) {
        if (text(ref?.[key])) continue;
        report(entry, `/spec/scaleTargetRef/${key}`, {
          message: `the ${key} of the target is missing`,
          expected: 'a non-empty text',
        });
      }
    }
    for (const scaler of scalers(entries)) {
      const { entry, target, scaled } = scaler;
      // Kinds that the app never writes come from elsewhere: nothing can be said of them.
      const written = objectIndex(entries).of(`${target.group}/${target.kind}`).length > 0;
      const expected = scaled === undefined ? targetExpected(scaler, written) : undefined;
      if (expected === undefined) continue;
      const message = `there is no ${target.apiVersion || 'v1'} ${target.kind} "${target.name}" in this namespace`;
      report(entry, '/spec/scaleTargetRef', {
        message,
        expected,
        value: dig(entry.manifest, 'spec')?.scaleTargetRef ?? null,
      });
    }
  },
  examples: { pass: [autoscaler({}), deployment()], fail: [autoscaler({}), deployment({}, {}, 'wbe')] },
};

const ownsReplicas: Rule = {
  id: 'autoscaling-owns-replicas',
  what: 'A workload with an autoscaler does not set spec.replicas.',
  why: 'Every apply throws away what the autoscaler decided: under load, most of the pods are stopped at once.',
  severity: 'error',
  judge: 'kube-score deployment-targeted-by-hpa-does-not-have-replicas-configured',
  check: (entries, report) => {
    for (const [scaled, [first]] of scalersOf(entries)) {
      const value: Json | undefined = dig(scaled.manifest, 'spec')?.replicas;
      if (first === undefined || !isSet(value)) continue;
      if (!REPLICATED.has(`${scaled.identity.group}/${scaled.identity.kind}`)) continue;
      const message = `spec.replicas is set here and decided by ${describeOrigin(first.entry.origin)}`;
      report(scaled, '/spec/replicas', {
        message,
        expected: 'no spec.replicas',
        value,
        fix: 'remove it; minReplicas of the autoscaler says the least',
      });
    }
  },
  examples: { pass: [autoscaler({}), deployment()], fail: [autoscaler({}), deployment({ replicas: 2 })] },
};

const onePerTarget: Rule = {
  id: 'autoscaling-one-per-target',
  what: 'A workload has one autoscaler. A KEDA ScaledObject counts as one, for it makes its own HPA.',
  why: 'Two of them pull the number of replicas to and fro; Kubernetes stops both with AmbiguousSelector.',
  severity: 'error',
  judge: 'HPA controller: AmbiguousSelector; Kyverno prevent-duplicate-hpa',
  check: (entries, report) => {
    const first = new Map<string, Scaler>();
    for (const scaler of scalers(entries)) {
      const { entry, target } = scaler;
      const key = [entry.cluster, entry.identity.namespace ?? '', target.group, target.kind, target.name].join('\n');
      const other = first.get(key);
      if (other === undefined) {
        first.set(key, scaler);
        continue;
      }
      const message = `${target.kind} "${target.name}" is scaled here and by ${describeOrigin(other.entry.origin)}`;
      const fix =
        isHpa(other) && isHpa(scaler) ? 'put all metrics into one HPA: it follows the highest' : 'keep one of them';
      report(entry, '/spec/scaleTargetRef', {
        message,
        expected: 'one autoscaler for each workload',
        value: target.name,
        fix,
      });
    }
  },
  examples: {
    pass: [autoscaler({}), deployment()],
    fail: [
      autoscaler({}),
      object('keda.sh/v1alpha1', 'ScaledObject', 'web', { spec: { scaleTargetRef: { name: 'web' } } }),
      deployment(),
    ],
  },
};

export const autoscalingRules: readonly Rule[] = [bounds, targetExists, ownsReplicas, onePerTarget];
