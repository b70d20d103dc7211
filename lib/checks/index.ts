// All rules over the final JSON of every object, whatever made it; all findings at once.

import { type Finding, findingOf, findingOn } from '../model/finding/finding';
import type { Problem } from '../model/finding/problem';
import type { ApiEntry } from '../model/manifest/object';
import { compareText } from '../model/manifest/text';
import { rbacRules } from './access/rbac';
import { rbacBindingRules } from './access/rbac-bindings';
import { externalNameRules } from './network/external-name';
import { hostRules } from './network/hosts';
import { ingressRules } from './network/ingress';
import { networkPolicyRules } from './network/network-policies';
import { portRelationRules } from './network/port-relations';
import { portRules } from './network/ports';
import { identityRules } from './objects/identity';
import { knownValueRules } from './objects/known-values';
import { labelRules } from './objects/labels';
import { nameRules } from './objects/names';
import { referenceRules } from './objects/references';
import { selectorRules } from './objects/selectors';
import { configurationRules } from './pods/configuration';
import { containerRules } from './pods/containers';
import { graceRules } from './pods/grace';
import { imageRules } from './pods/images';
import { memoryRules } from './pods/memory';
import { podSecurityRules } from './pods/pod-security';
import { probeRules } from './pods/probes';
import { quantityRules } from './pods/quantities';
import type { Rule } from './rule';
import { secretRules } from './secrets/secrets';
import { autoscalingRules } from './workloads/autoscaling';
import { cronRules } from './workloads/cron';
import { disruptionRules } from './workloads/disruption';
import { metricRules } from './workloads/metrics';
import { quotaRules } from './workloads/quota';
import { rolloutRules } from './workloads/rollout';

export type { Rule } from './rule';

/** Every rule, from the object itself to what it has to do with others. */
export const rules: readonly Rule[] = [
  ...identityRules,
  ...nameRules,
  ...labelRules,
  ...selectorRules,
  ...knownValueRules,
  ...containerRules,
  ...podSecurityRules,
  ...imageRules,
  ...portRules,
  ...portRelationRules,
  ...externalNameRules,
  ...quantityRules,
  ...memoryRules,
  ...configurationRules,
  ...secretRules,
  ...probeRules,
  ...graceRules,
  ...rolloutRules,
  ...cronRules,
  ...autoscalingRules,
  ...metricRules,
  ...disruptionRules,
  ...quotaRules,
  ...networkPolicyRules,
  ...rbacRules,
  ...rbacBindingRules,
  ...hostRules,
  ...ingressRules,
  ...referenceRules,
];

interface Reported {
  readonly rule: Rule;
  readonly entry: ApiEntry;
  readonly pointer: string;
  readonly problem: Omit<Problem, 'field'>;
}

/** By cluster, construct, rule and place: the same findings in the same order on every machine. */
const inOrder = (a: Reported, b: Reported): number =>
  compareText(a.entry.cluster, b.entry.cluster) ||
  compareText(a.entry.origin.construct, b.entry.origin.construct) ||
  compareText(a.rule.id, b.rule.id) ||
  compareText(a.pointer, b.pointer) ||
  compareText(a.problem.message, b.problem.message);

function toFinding({ rule, entry, pointer, problem }: Reported): Finding {
  return findingOn(entry, findingOf(rule.id, { ...problem, field: pointer }, rule.severity));
}

/**
 * Judges objects by the rules, all of them unless `only` says which.
 * Never throws, whatever shape an object has; sources are looked up only for what is reported.
 */
export function check(entries: readonly ApiEntry[], only: readonly Rule[] = rules): Finding[] {
  // A list of our own: what is worked out once for it is kept as long as it, and nothing is added to it.
  const objects = [...entries];
  const reported: Reported[] = [];
  for (const rule of only) {
    rule.check(objects, (entry, pointer, problem) => reported.push({ rule, entry, pointer, problem }));
  }
  return reported.sort(inOrder).map(toFinding);
}
