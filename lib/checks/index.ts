// Every object passes through here, whoever made it: all rules over the final JSON, all findings at once.
import type { Finding } from '../model/finding';
import { type ApiEntry, describeIdentity } from '../model/object';
import { autoscalingRules } from './autoscaling';
import { configurationRules } from './configuration';
import { containerRules } from './containers';
import { cronRules } from './cron';
import { disruptionRules } from './disruption';
import { externalNameRules } from './external-name';
import { graceRules } from './grace';
import { hostRules } from './hosts';
import { identityRules } from './identity';
import { imageRules } from './images';
import { ingressRules } from './ingress';
import { knownValueRules } from './known-values';
import { labelRules } from './labels';
import { memoryRules } from './memory';
import { metricRules } from './metrics';
import { nameRules } from './names';
import { networkPolicyRules } from './network-policies';
import { podSecurityRules } from './pod-security';
import { portRelationRules } from './port-relations';
import { portRules } from './ports';
import { probeRules } from './probes';
import { quantityRules } from './quantities';
import { quotaRules } from './quota';
import { rbacRules } from './rbac';
import { rbacBindingRules } from './rbac-bindings';
import { referenceRules } from './references';
import { rolloutRules } from './rollout';
import type { Complaint, Rule } from './rule';
import { secretRules } from './secrets';
import { selectorRules } from './selecting';

export type { Complaint, Report, Rule } from './rule';

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
  readonly complaint: Complaint;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** By cluster, construct, rule and place: the same findings in the same order on every machine. */
const inOrder = (a: Reported, b: Reported): number =>
  compare(a.entry.cluster, b.entry.cluster) ||
  compare(a.entry.origin.construct, b.entry.origin.construct) ||
  compare(a.rule.id, b.rule.id) ||
  compare(a.pointer, b.pointer) ||
  compare(a.complaint.message, b.complaint.message);

function toFinding({ rule, entry, pointer, complaint }: Reported): Finding {
  const { message, expected, fix, value } = complaint;
  const source = entry.origin.source();
  return {
    rule: rule.id,
    severity: rule.severity,
    message,
    expected,
    construct: entry.origin.construct,
    object: describeIdentity(entry.identity),
    field: pointer,
    ...(fix === undefined ? {} : { fix }),
    ...(value === undefined ? {} : { value }),
    ...(source === undefined ? {} : { source }),
  };
}

/**
 * Judges objects by the rules, all of them unless `only` says which.
 * Never throws, whatever shape an object has; sources are looked up only for what is reported.
 */
export function check(entries: readonly ApiEntry[], only: readonly Rule[] = rules): Finding[] {
  // A list of our own: what is worked out once for it is kept as long as it, and nobody can add to it.
  const objects = [...entries];
  const reported: Reported[] = [];
  for (const rule of only) {
    rule.check(objects, (entry, pointer, complaint) => reported.push({ rule, entry, pointer, complaint }));
  }
  return reported.sort(inOrder).map(toFinding);
}
