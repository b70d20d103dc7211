// Fields of workloads that never change once the object exists.
// Source: k8s.io/kubernetes 1.27 to 1.37, pkg/apis/apps/validation, pkg/apis/batch/validation, and the strategies in pkg/registry/apps.

import type { ObjectPair } from '../../analysis/changes/object-pairs';
import { isSame, storedClaim, storedPod, storedValue } from '../../analysis/changes/stored-form';
import { dig, integer, text } from '../../analysis/objects/read-json';
import { isJsonObject, type Json, type JsonObject } from '../../model/manifest/json';
import { minorOf } from '../../model/manifest/object';
import { deletion, type FindRefusals, fixed, type RefusalTable, refusal } from './refusal';

/** Pods stay when their workload is deleted with this option, and the new one takes those that its selector matches. */
const ORPHAN = '--cascade=orphan';

const beside = ({ after: { identity } }: ObjectPair): string =>
  `a ${identity.kind} of another name beside it, and this one removed by a later commit; or ${deletion(identity)} right before the apply, which ends its pods`;

const keepingPods = ({ after: { identity } }: ObjectPair): string =>
  `${deletion(identity, ORPHAN)} right before the apply: its pods and claims stay, and the new one takes them over; a claim itself grows by kubectl patch`;

const selector = fixed(['spec', 'selector'], { way: beside });

/**
 * From RollingUpdate to OnDelete: `rollingUpdate`, which the API server filled in, stays beside it and is refused. Of a Deployment kubectl
 * drops it, since `strategy` has the patch strategy retainKeys. Source: ValidateStatefulSetSpec; an API server of 1.37 (E24).
 */
const strategy: FindRefusals = (pair) => {
  const [before, after] = [pair.before, pair.after].map(({ manifest }) => dig(manifest, 'spec', 'updateStrategy'));
  const [was, is] = [before, after].map((value) => text(value?.type) ?? 'RollingUpdate');
  // what the last apply had, the next one removes
  const isRemoved = isJsonObject(before?.rollingUpdate);
  if (was !== 'RollingUpdate' || is !== 'OnDelete' || isRemoved) return [];
  const { kind, namespace, name } = pair.after.identity;
  const place = namespace === undefined ? '' : `-n ${namespace} `;
  const patch = `'{"spec":{"updateStrategy":{"type":"OnDelete","rollingUpdate":null}}}'`;
  const way = `kubectl ${place}patch ${kind.toLowerCase()} ${name} --type=merge -p ${patch} right before the apply`;
  return [refusal(pair, ['spec', 'updateStrategy', 'type'], { before: was, after: is }, way)];
};

const ofStatefulSet = [
  strategy,
  fixed(['spec', 'selector'], { way: beside }),
  fixed(['spec', 'volumeClaimTemplates'], { stored: claimTemplates, way: keepingPods }),
  fixed(['spec', 'serviceName'], { way: keepingPods }),
  fixed(['spec', 'podManagementPolicy'], { fallback: 'OrderedReady', way: keepingPods }),
  // ValidateStatefulSetUpdate allows it from 1.33 on
  fixed(['spec', 'revisionHistoryLimit'], { fallback: 10, until: 33, way: keepingPods }),
];

/** Their status is written by the API server. */
function claimTemplates(value: Json | undefined): Json | undefined {
  if (!Array.isArray(value)) return storedClaim(value);
  return storedClaim(value.map((item: Json) => (isJsonObject(item) ? { ...item, status: null } : item)));
}

const byBuild = ({ after: { identity } }: ObjectPair): string =>
  `a name that changes with it, such as ${identity.name}-412 for build 412; or ${deletion(identity)} right before the apply; Argo CD replaces it by argocd.argoproj.io/sync-options: Force=true,Replace=true, Flux by kustomize.toolkit.fluxcd.io/force: enabled`;

const isSuspended = (manifest: JsonObject): boolean => dig(manifest, 'spec')?.suspend === true;

/**
 * A suspended Job has no pods: nothing is lost with it, so that the refusal is a warning.
 * What may change in it: ValidateJobSpecUpdate, validatePodTemplateUpdate.
 */
const jobField =
  (find: FindRefusals): FindRefusals =>
  (pair, entries) => {
    const isIdle = isSuspended(pair.before.manifest) && isSuspended(pair.after.manifest);
    return find(pair, entries).map((found) => (isIdle ? { ...found, severity: 'warning' as const } : found));
  };

const jobTemplate: FindRefusals = (pair) => {
  const before = jobPod(pair, pair.before.manifest);
  const after = jobPod(pair, pair.after.manifest);
  return isSame(before, after) ? [] : [refusal(pair, ['spec', 'template'], {}, byBuild(pair))];
};

/** What of the template must stay. In a suspended Job where its pods run may change, from 1.36 on also what they request. */
function jobPod(pair: ObjectPair, manifest: JsonObject): Json | undefined {
  const template = dig(manifest, 'spec', 'template');
  if (template === undefined || !isSuspended(pair.before.manifest)) return storedPod(template);
  const { metadata: _metadata, ...rest } = template;
  const spec = dig(template, 'spec') ?? {};
  const affinity = { ...dig(spec, 'affinity'), nodeAffinity: null };
  const placed = { ...spec, affinity, nodeSelector: null, tolerations: null, schedulingGates: null };
  const mayResize = (minorOf(pair.after) ?? 0) >= 36;
  return storedPod({ ...rest, spec: mayResize ? withoutResources(placed) : placed });
}

function withoutResources(spec: JsonObject): JsonObject {
  const strip = (list: Json | undefined): Json =>
    Array.isArray(list)
      ? list.map((item: Json) => (isJsonObject(item) ? { ...item, resources: null } : item))
      : (list ?? null);
  return { ...spec, containers: strip(spec.containers), initContainers: strip(spec.initContainers) };
}

/** An indexed Job may have more or fewer completions, together with `parallelism`: ElasticIndexedJob, on since 1.27. */
const completions: FindRefusals = (pair) => {
  const before = completionsOf(pair.before.manifest);
  const after = completionsOf(pair.after.manifest);
  if (before === after) return [];
  const spec = dig(pair.after.manifest, 'spec');
  const isElastic = text(spec?.completionMode) === 'Indexed' && after === (integer(spec?.parallelism, 0) ?? 1);
  return isElastic ? [] : [refusal(pair, ['spec', 'completions'], { before, after }, byBuild(pair))];
};

/** SetDefaults_Job: one, where neither is given. */
function completionsOf(manifest: JsonObject): number | undefined {
  const spec = dig(manifest, 'spec');
  const given = integer(spec?.completions, 0);
  return given === undefined && integer(spec?.parallelism, 0) === undefined ? 1 : given;
}

const ofJob = [
  jobTemplate,
  completions,
  fixed(['spec', 'selector'], { way: byBuild }),
  fixed(['spec', 'completionMode'], { fallback: 'NonIndexed', way: byBuild }),
  fixed(['spec', 'podFailurePolicy'], { way: byBuild, hidden: true }),
  fixed(['spec', 'backoffLimitPerIndex'], { way: byBuild }),
  fixed(['spec', 'managedBy'], { way: byBuild }),
  fixed(['spec', 'successPolicy'], { way: byBuild, hidden: true }),
].map(jobField);

/**
 * A Pod: images change, tolerations are added, gates are removed, a deadline is set or shortened. Source: ValidatePodUpdate.
 * Its pull policies are not judged: one that nothing states is what the first image made it.
 */
const pod: FindRefusals = (pair) => {
  const [before, after] = [podSpec(pair.before.manifest), podSpec(pair.after.manifest)];
  const way = 'a workload, such as a Deployment, which replaces its pods; or another name';
  return [
    ...(isSame(before, after) ? [] : [refusal(pair, ['spec'], {}, way)]),
    ...(isShorter(pair) ? [] : [refusal(pair, ['spec', 'activeDeadlineSeconds'], {}, way)]),
    ...(hasAll(pair) ? [] : [refusal(pair, ['spec', 'tolerations'], {}, way)]),
  ];
};

function podSpec(manifest: JsonObject): Json | undefined {
  const stored = storedPod(dig(manifest, 'spec'));
  if (!isJsonObject(stored)) return undefined;
  const named = (list: Json | undefined): Json =>
    Array.isArray(list)
      ? list.map((item: Json) => (isJsonObject(item) ? { ...item, image: null, imagePullPolicy: null } : item))
      : null;
  const { containers, initContainers } = stored;
  const rest = { ...stored, activeDeadlineSeconds: null, schedulingGates: null, tolerations: null };
  return storedValue({ ...rest, containers: named(containers), initContainers: named(initContainers) });
}

function isShorter({ before, after }: ObjectPair): boolean {
  const deadline = (manifest: JsonObject) => integer(dig(manifest, 'spec')?.activeDeadlineSeconds, 0);
  const [was, is] = [deadline(before.manifest), deadline(after.manifest)];
  return was === undefined || (is !== undefined && is <= was);
}

function hasAll({ before, after }: ObjectPair): boolean {
  const tolerations = (manifest: JsonObject): readonly (Json | undefined)[] => {
    const value = dig(manifest, 'spec')?.tolerations;
    return Array.isArray(value) ? value.map(storedToleration) : [];
  };
  const kept = tolerations(after.manifest);
  return tolerations(before.manifest).every((one) => kept.some((other) => isSame(one, other)));
}

/** Its seconds may change. */
function storedToleration(value: Json): Json | undefined {
  return storedValue(isJsonObject(value) ? { ...value, tolerationSeconds: null } : value);
}

export const fixedWorkloads: RefusalTable = [
  // before 1.37 in the strategies of these kinds, for apps/v1
  ['apps/Deployment', selector],
  ['apps/ReplicaSet', selector],
  ['apps/DaemonSet', selector],
  ['apps/StatefulSet', ...ofStatefulSet],
  ['batch/Job', ...ofJob],
  ['/Pod', pod],
];
