// Pods that their own namespace rejects: what the API server's Pod Security admission would reject, found beforehand.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, own, record, text } from '../../analysis/objects/read-json';
import { workloads } from '../../analysis/objects/workloads';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { podSecurityLabels } from '../../model/manifest/well-known';
import { container, deployment, namespace } from '../examples';
import type { Report, Rule } from '../rule';
import {
  type Control,
  controls,
  type Standard,
  type Subject,
  subjectOf,
  type Violation,
} from './pod-security-controls';

const ENFORCE = podSecurityLabels('enforce');

/** The standard that a Namespace enforces, if any. */
function standardOf({ manifest }: ApiEntry): Standard | undefined {
  const labels = dig(manifest, 'metadata', 'labels');
  const level = own(labels, ENFORCE.level);
  if (level !== 'baseline' && level !== 'restricted') return undefined;
  const pinned = /^v1\.(\d+)$/.exec(text(own(labels, ENFORCE.version)) ?? '')?.[1];
  return { level, minor: pinned === undefined ? Number.POSITIVE_INFINITY : Number(pinned) };
}

function applies({ levels, linux, since = 0 }: Control, { workload, standard }: Subject): boolean {
  if (!levels.includes(standard.level) || standard.minor < since) return false;
  return linux !== true || record(workload.pod.value.os)?.name !== 'windows';
}

/** The names of the containers in question, for a message. */
function containersOf(violations: readonly Violation[]): string {
  const names = new Set(violations.flatMap(({ of }) => (of === undefined ? [] : [`"${of.name ?? ''}"`])));
  return names.size === 0 ? '' : ` (${names.size === 1 ? 'container' : 'containers'} ${[...names].join(', ')})`;
}

function reportViolations(
  { workload, standard }: Subject,
  control: Control,
  violations: readonly Violation[],
  report: Report,
): void {
  const [first, ...others] = violations;
  if (first === undefined) return;
  const { entry, kind } = workload;
  const { namespace: name = '' } = entry.identity;
  const outcome = kind === '/Pod' ? 'the API server refuses the pod' : 'the API server refuses its pods silently';
  const value: Json = first.value ?? null;
  const more = others.map(({ pointer }) => pointer);
  report(entry, first.pointer, {
    message: `"${standard.level}" Pod Security of namespace "${name}" forbids ${control.forbids}${containersOf(violations)}: ${outcome}`,
    expected: first.expected,
    value,
    ...(more.length === 0 ? {} : { fix: `change it at ${more.join(', ')} too` }),
  });
}

function reportSubject(subject: Subject, report: Report): void {
  let found: Violation[] = [];
  const add = (violation: Violation): void => {
    found.push(violation);
  };
  for (const control of controls) {
    if (!applies(control, subject)) continue;
    control.find(subject, add);
    if (found.length === 0) continue;
    // Violations with the same remedy are reported together.
    for (const expected of new Set(found.map((violation) => violation.expected))) {
      const same = found.filter((violation) => violation.expected === expected);
      reportViolations(subject, control, same, report);
    }
    found = [];
  }
}

const enforcing = (level: string): JsonObject => ({
  ...namespace,
  metadata: { name: 'shop', labels: { [ENFORCE.level]: level } },
});

const podSecurity: Rule = {
  id: 'pod-security',
  what: 'Pods meet the Pod Security Standard ("baseline" or "restricted") that the label of their namespace enforces.',
  why: 'The API server accepts the workload and refuses all its pods: only an event of the ReplicaSet shows why nothing starts.',
  severity: 'error',
  judge: 'API server: PodSecurity admission, k8s.io/pod-security-admission/policy',
  check: (entries, report) => {
    const all = objectIndex(entries);
    const known = new Map<ApiEntry, Standard | undefined>();
    for (const workload of workloads(entries)) {
      const { cluster, identity } = workload.entry;
      if (identity.namespace === undefined) continue;
      const owner = all.find('/Namespace', cluster, undefined, identity.namespace);
      if (owner === undefined) continue;
      if (!known.has(owner)) known.set(owner, standardOf(owner));
      const standard = known.get(owner);
      if (standard !== undefined) reportSubject(subjectOf(workload, standard), report);
    }
  },
  examples: {
    pass: [
      enforcing('restricted'),
      deployment(
        {},
        {
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            container({ securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } }),
          ],
        },
      ),
    ],
    fail: [enforcing('restricted'), deployment()],
  },
};

export const podSecurityRules: readonly Rule[] = [podSecurity];
