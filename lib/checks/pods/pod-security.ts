// Pods that their own namespace turns away: what the Pod Security admission of the API server says, before it does.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, own, record, text } from '../../analysis/objects/read-json';
import { workloads } from '../../analysis/objects/workloads';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { podSecurityLabels } from '../../model/manifest/well-known';
import { container, deployment, namespace } from '../examples';
import type { Report, Rule } from '../rule';
import { type Control, controls, type Offence, type Standard, type Subject, subjectOf } from './pod-security-controls';

const ENFORCE = podSecurityLabels('enforce');

/** What a Namespace enforces. */
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

/** The names of the containers, in words. */
function named(offences: readonly Offence[]): string {
  const names = new Set(offences.flatMap(({ of }) => (of === undefined ? [] : [`"${of.name ?? ''}"`])));
  return names.size === 0 ? '' : ` (${names.size === 1 ? 'container' : 'containers'} ${[...names].join(', ')})`;
}

function complain(
  { workload, standard }: Subject,
  control: Control,
  offences: readonly Offence[],
  report: Report,
): void {
  const [first, ...others] = offences;
  if (first === undefined) return;
  const { entry, kind } = workload;
  const { namespace: name = '', kind: made } = entry.identity;
  const outcome =
    kind === '/Pod'
      ? 'so this pod never starts: the API server refuses it'
      : `so no pod would ever start: the API server accepts the ${made} and refuses its pods silently`;
  const value: Json = first.value ?? null;
  const more = others.map(({ pointer }) => pointer);
  report(entry, first.pointer, {
    message: `the namespace "${name}" enforces the Pod Security Standard "${standard.level}", which forbids ${control.forbids}${named(offences)}, ${outcome}`,
    expected: first.expected,
    value,
    ...(more.length === 0 ? {} : { fix: `the same at ${more.join(', ')}` }),
  });
}

function judge(subject: Subject, report: Report): void {
  let found: Offence[] = [];
  const add = (offence: Offence): void => {
    found.push(offence);
  };
  for (const control of controls) {
    if (!applies(control, subject)) continue;
    control.find(subject, add);
    if (found.length === 0) continue;
    // What is put right in the same way is said once.
    for (const expected of new Set(found.map((it) => it.expected))) {
      const same = found.filter((it) => it.expected === expected);
      complain(subject, control, same, report);
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
  what: 'Pods keep to the Pod Security Standard ("baseline" or "restricted") that their namespace enforces by its label.',
  why: 'The API server accepts the workload and refuses every pod of it: only an event of the ReplicaSet says why nothing starts.',
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
      if (standard !== undefined) judge(subjectOf(workload, standard), report);
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
