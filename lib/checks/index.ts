// Every object passes through here, no matter what made it: all rules check the final JSON and report all findings at once.

import { type Finding, findingOf, findingOn } from '../model/finding/finding';
import type { Problem } from '../model/finding/problem';
import type { ApiEntry } from '../model/manifest/object';
import { compareText } from '../model/manifest/text';
import { aggregationRules } from './access/aggregation';
import { rbacRules } from './access/rbac';
import { rbacBindingRules } from './access/rbac-bindings';
import { rbacEscalationRules } from './access/rbac-escalation';
import { rbacPlaceRules } from './access/rbac-places';
import { limitRangeRules } from './capacity/limit-ranges';
import { memoryRules } from './capacity/memory';
import { memoryFlagRules } from './capacity/memory-flags';
import { quantityRules } from './capacity/quantities';
import { quotaRules } from './capacity/quota';
import { albRules } from './exposure/alb';
import { attachmentRules } from './exposure/attachment';
import { bundleRules } from './exposure/bundle';
import { filterRules } from './exposure/filters';
import { grantRules } from './exposure/grants';
import { limitRules } from './exposure/limits';
import { listenerRules } from './exposure/listeners';
import { entryRules } from './network/entries';
import { externalNameRules } from './network/external-name';
import { hostRules } from './network/hosts';
import { ingressRules } from './network/ingress';
import { isolatedPodRules } from './network/isolated-pods';
import { networkPolicyRules } from './network/network-policies';
import { portRelationRules } from './network/port-relations';
import { portRules } from './network/ports';
import { unreachedRules } from './network/unreached';
import { unreachedCallerRules } from './network/unreached-callers';
import { applySizeRules } from './objects/apply-size';
import { customKindRules } from './objects/custom-kinds';
import { formRules } from './objects/form';
import { helmHookRules } from './objects/helm-hooks';
import { identityRules } from './objects/identity';
import { knownValueRules } from './objects/known-values';
import { labelRules } from './objects/labels';
import { nameRules } from './objects/names';
import { providerKeyRules } from './objects/provider-keys';
import { selectorRules } from './objects/selectors';
import { servedKindRules } from './objects/served-kinds';
import { unsetRules } from './objects/unset';
import { configurationRules } from './pods/configuration';
import { containerRules } from './pods/containers';
import { drainRules } from './pods/drain';
import { graceRules } from './pods/grace';
import { hiddenProgramRules } from './pods/hidden-programs';
import { imageRules } from './pods/images';
import { podSecurityRules } from './pods/pod-security';
import { podSecurityLabelRules } from './pods/pod-security-labels';
import { priorityRules } from './pods/priority';
import { probeRules } from './pods/probes';
import { processTextRules } from './pods/process-text';
import { variableReferenceRules } from './pods/variable-references';
import { Reasons, withWayOut } from './reasons';
import { addressRules } from './relations/addresses';
import { environmentRules } from './relations/environments';
import { operatorNameRules } from './relations/operator-names';
import { overlapRules } from './relations/overlaps';
import { referenceRules } from './relations/references';
import { servicePodRules } from './relations/service-pods';
import { shortNameRules } from './relations/short-names';
import { webhookRules } from './relations/webhooks';
import type { Rule } from './rule';
import { autoscalingRules } from './scaling/autoscaling';
import { metricRules } from './scaling/metrics';
import { metricsApiRules } from './scaling/metrics-api';
import { reachableTargetRules } from './scaling/reachable-targets';
import { scaleInRules } from './scaling/scale-in';
import { verticalRules } from './scaling/vertical';
import { madeKeyRules } from './secrets/made-keys';
import { secretRules } from './secrets/secrets';
import { backupRules } from './workloads/backups';
import { cronRules } from './workloads/cron';
import { cronTimeRules } from './workloads/cron-times';
import { derivedRules } from './workloads/derived';
import { disruptionRules } from './workloads/disruption';
import { jobRules } from './workloads/jobs';
import { meshRules } from './workloads/mesh';
import { rolloutRules } from './workloads/rollout';
import { setRules } from './workloads/sets';
import { volumeRules } from './workloads/volumes';

export type { Rule } from './rule';

/** Every rule, from the object itself to its relations with others. */
export const rules: readonly Rule[] = [
  ...identityRules,
  ...servedKindRules,
  ...customKindRules,
  ...formRules,
  ...applySizeRules,
  ...nameRules,
  ...labelRules,
  ...providerKeyRules,
  ...selectorRules,
  ...unsetRules,
  ...knownValueRules,
  ...containerRules,
  ...podSecurityRules,
  ...podSecurityLabelRules,
  ...priorityRules,
  ...imageRules,
  ...portRules,
  ...portRelationRules,
  ...externalNameRules,
  ...entryRules,
  ...quantityRules,
  ...memoryRules,
  ...memoryFlagRules,
  ...configurationRules,
  ...processTextRules,
  ...variableReferenceRules,
  ...hiddenProgramRules,
  ...secretRules,
  ...madeKeyRules,
  ...probeRules,
  ...graceRules,
  ...drainRules,
  ...rolloutRules,
  ...derivedRules,
  ...volumeRules,
  ...backupRules,
  ...cronRules,
  ...cronTimeRules,
  ...jobRules,
  ...setRules,
  ...autoscalingRules,
  ...metricRules,
  ...reachableTargetRules,
  ...metricsApiRules,
  ...scaleInRules,
  ...verticalRules,
  ...disruptionRules,
  ...quotaRules,
  ...limitRangeRules,
  ...networkPolicyRules,
  ...isolatedPodRules,
  ...unreachedRules,
  ...unreachedCallerRules,
  ...meshRules,
  ...rbacRules,
  ...rbacEscalationRules,
  ...rbacBindingRules,
  ...rbacPlaceRules,
  ...aggregationRules,
  ...hostRules,
  ...ingressRules,
  ...limitRules,
  ...filterRules,
  ...listenerRules,
  ...albRules,
  ...attachmentRules,
  ...grantRules,
  ...bundleRules,
  ...referenceRules,
  ...addressRules,
  ...shortNameRules,
  ...operatorNameRules,
  ...servicePodRules,
  ...webhookRules,
  ...overlapRules,
  ...environmentRules,
  ...helmHookRules,
];

interface Violation {
  readonly rule: Rule;
  readonly entry: ApiEntry;
  readonly pointer: string;
  readonly problem: Omit<Problem, 'field'>;
}

/** By cluster, construct, rule and place: the same order on every machine. */
const compareViolations = (a: Violation, b: Violation): number =>
  compareText(a.entry.cluster, b.entry.cluster) ||
  compareText(a.entry.origin.construct, b.entry.origin.construct) ||
  compareText(a.rule.id, b.rule.id) ||
  compareText(a.pointer, b.pointer) ||
  compareText(a.problem.message, b.problem.message);

/** A value that is refused needs no warning as well. */
function onePerMistake(violations: readonly Violation[]): Violation[] {
  const refused = new Map<ApiEntry, Set<string>>();
  for (const { rule, entry, pointer } of violations) {
    if (rule.severity !== 'error') continue;
    refused.set(entry, (refused.get(entry) ?? new Set()).add(pointer));
  }
  return violations.filter(
    ({ rule, entry, pointer }) => rule.severity === 'error' || !refused.get(entry)?.has(pointer),
  );
}

function toFinding({ rule, entry, pointer, problem }: Violation): Finding {
  return findingOn(entry, findingOf(rule.id, { ...problem, field: pointer }, rule.severity));
}

/**
 * Checks objects against all rules, or only those given. Never throws, even for malformed objects; sources are looked up
 * only for findings.
 */
export function check(entries: readonly ApiEntry[], only: readonly Rule[] = rules): Finding[] {
  // A copy that no caller can change: results are memoized for as long as this list exists.
  const objects = [...entries];
  const violations: Violation[] = [];
  const reasons = new Reasons(objects);
  for (const rule of only) {
    rule.check(objects, (entry, pointer, problem) => {
      if (reasons.excuse(rule, entry, problem)) return;
      violations.push({ rule, entry, pointer, problem: withWayOut(rule, problem) });
    });
  }
  const findings = onePerMistake(violations).sort(compareViolations).map(toFinding);
  return only === rules ? [...findings, ...reasons.unused(rules)] : findings;
}
