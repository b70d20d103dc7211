// Autoscalers: their bounds, and that each target exists and has only one.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, integer, isInteger, isSet, places, shown, text } from '../../analysis/objects/read-json';
import { isHpa, type Scaler, scalers, scalersOf } from '../../analysis/objects/scalers';
import { reasonKey } from '../../model/manifest/annotations';
import type { Json } from '../../model/manifest/json';
import { isBuiltIn, REPLICATED } from '../../model/manifest/kind-lookup';
import type { Kind } from '../../model/manifest/kinds';
import { type ApiEntry, minorOf } from '../../model/manifest/object';
import { describeOrigin } from '../../model/manifest/origin';
import { autoscaler, deployment, object } from '../examples';
import type { ObjectProblem, Rule } from '../rule';

const HPA = 'autoscaling/HorizontalPodAutoscaler';

const TOO_FEW = { message: 'minReplicas must be at least 1', expected: 'an integer of 1 or more' };

/** HPAScaleToZero is beta, and on, from this minor. */
const ZERO_FROM = 37;

/** Metrics that have a value while there is no pod. */
const WITHOUT_PODS: readonly unknown[] = ['External', 'Object'];

function findZeroProblem(entry: ApiEntry): ObjectProblem | undefined {
  const minor = minorOf(entry) ?? 0;
  if (minor < ZERO_FROM) {
    const expected = `1 or more; 0 is accepted from Kubernetes 1.${ZERO_FROM} on, or by KEDA in a ScaledObject`;
    return { ...TOO_FEW, expected };
  }
  const metrics = places(dig(entry.manifest, 'spec'), 'metrics', '');
  if (metrics.some(({ value }) => WITHOUT_PODS.includes(value.type))) return undefined;
  return {
    message: 'minReplicas is 0, and no metric exists without pods',
    expected: "a metric of type External or Object, of a Worker size: { metrics: [{ external: '…', averageValue }] }",
  };
}

const bounds: Rule = {
  id: 'autoscaling-bounds',
  what: 'An HPA has maxReplicas of at least 1, and minReplicas from 1 to maxReplicas; from 1.37 on, 0 beside a metric that exists without pods.',
  why: 'The API server refuses the HPA; before 1.37, minReplicas: 0 needs a feature gate. CPU and memory of no pod are unknown, so that nothing would start the first one.',
  severity: 'error',
  judge: 'API server: validateHorizontalPodAutoscalerSpec',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of(HPA)) {
      const { minReplicas: min, maxReplicas: max } = dig(entry.manifest, 'spec') ?? {};
      const problem = min === 0 ? findZeroProblem(entry) : isSet(min) && !isInteger(min, 1) ? TOO_FEW : undefined;
      if (problem !== undefined) report(entry, '/spec/minReplicas', { ...problem, value: min ?? null });
      const highest = integer(max, 1);
      if (highest === undefined) {
        const message = isSet(max) ? 'maxReplicas must be at least 1' : 'maxReplicas is missing';
        report(entry, '/spec/maxReplicas', { message, expected: 'an integer of 1 or more', value: max ?? null });
      } else if (isInteger(min, highest + 1)) {
        const expected = `minReplicas (${shown(min)}) or more`;
        report(entry, '/spec/maxReplicas', { message: 'maxReplicas is below minReplicas', expected, value: highest });
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
  if (builtIn && target.group !== 'apps') return `apiVersion apps/v1 for a ${target.kind}`;
  return written ? `the name of a ${target.kind} in the same namespace and cluster` : undefined;
}

const targetExists: Rule = {
  id: 'autoscaling-target-exists',
  what: 'An autoscaler scales a workload that exists in its own namespace.',
  why: 'The autoscaler waits silently for ever, and nothing is scaled.',
  severity: 'error',
  judge: 'kube-score horizontalpodautoscaler-has-target; kube-linter dangling-horizontalpodautoscaler',
  reason: reasonKey('autoscaling-target-exists'),
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of(HPA)) {
      const ref = dig(entry.manifest, 'spec', 'scaleTargetRef');
      for (const key of ['kind', 'name']) {
        if (text(ref?.[key])) continue;
        report(entry, `/spec/scaleTargetRef/${key}`, {
          message: `the ${key} of the target is missing`,
          expected: 'a non-empty string',
        });
      }
    }
    for (const scaler of scalers(entries)) {
      const { entry, target, scaled } = scaler;
      // Objects of kinds that the app never writes may exist elsewhere.
      const written = objectIndex(entries).of(`${target.group}/${target.kind}`).length > 0;
      const expected = scaled === undefined ? targetExpected(scaler, written) : undefined;
      if (expected === undefined) continue;
      const message = `${target.apiVersion || 'v1'} ${target.kind} "${target.name}" does not exist in this namespace`;
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
  why: 'Every apply overwrites what the autoscaler decided: under load, most of the pods are stopped at once.',
  severity: 'error',
  judge: 'kube-score deployment-targeted-by-hpa-does-not-have-replicas-configured',
  reason: reasonKey('autoscaling-owns-replicas'),
  check: (entries, report) => {
    for (const [scaled, [first]] of scalersOf(entries)) {
      const value: Json | undefined = dig(scaled.manifest, 'spec')?.replicas;
      if (first === undefined || !isSet(value)) continue;
      if (!REPLICATED.has(`${scaled.identity.group}/${scaled.identity.kind}`)) continue;
      const message = `spec.replicas is set here, but controlled by ${describeOrigin(first.entry.origin)}`;
      report(scaled, '/spec/replicas', {
        message,
        expected: 'no spec.replicas',
        value,
        fix: 'remove it; minReplicas of the autoscaler is the minimum',
      });
    }
  },
  examples: { pass: [autoscaler({}), deployment()], fail: [autoscaler({}), deployment({ replicas: 2 })] },
};

const onePerTarget: Rule = {
  id: 'autoscaling-one-per-target',
  what: 'A workload has one autoscaler. A KEDA ScaledObject counts as one, for it creates its own HPA.',
  why: 'Two autoscalers would fight over the number of replicas; Kubernetes stops both with AmbiguousSelector.',
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
        expected: 'one autoscaler per workload',
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

const scalable: Rule = {
  id: 'autoscaling-scalable-target',
  what: 'The target of an autoscaler has a number of pods that can be set: a Deployment, StatefulSet, ReplicaSet or a custom kind with a scale subresource.',
  why: 'A DaemonSet has a pod on each node, a Job runs to its end: the autoscaler reports FailedGetScale and does nothing.',
  severity: 'error',
  judge: 'HPA controller: FailedGetScale; KEDA: "the server could not find the requested resource"',
  check: (entries, report) => {
    for (const { entry, target } of scalers(entries)) {
      const kind: Kind = `${target.group}/${target.kind}`;
      if (!isBuiltIn(target.group, target.kind) || REPLICATED.has(kind)) continue;
      report(entry, '/spec/scaleTargetRef/kind', {
        message: `a ${target.kind} cannot be scaled`,
        expected: 'a Deployment or StatefulSet, or no autoscaler',
        value: target.kind,
      });
    }
  },
  examples: {
    pass: [autoscaler({}), deployment()],
    fail: [autoscaler({ scaleTargetRef: { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent' } })],
  },
};

export const autoscalingRules: readonly Rule[] = [bounds, targetExists, scalable, ownsReplicas, onePerTarget];
