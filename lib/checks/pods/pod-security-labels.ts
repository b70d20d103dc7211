// Pod Security of Namespaces: no label loosens it, unless an annotation gives the reason.

import { objectIndex } from '../../analysis/objects/object-index';
import { at, dig, own, text } from '../../analysis/objects/read-json';
import { reasonKey } from '../../model/manifest/annotations';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { APP, podSecurityLabels } from '../../model/manifest/well-known';
import { namespace, withReason } from '../examples';
import type { Report, Rule } from '../rule';

const REASON = reasonKey('pod-security-label');
const ENFORCE = podSecurityLabels('enforce');
const LEVELS = ['privileged', 'baseline', 'restricted'];
const FIELD = '/metadata/labels';

/** The minor of a version label; `latest` and no label are newer than any. */
const minorOf = (version: Json | undefined): number =>
  Number(/^v1\.(\d+)$/.exec(text(version) ?? '')?.[1] ?? Number.POSITIVE_INFINITY);

const isOfSystem = (labels: JsonObject | undefined): boolean => own(labels, APP.managedBy) === 'evenkeel';

const labelled = (labels: JsonObject): JsonObject => ({ ...namespace, metadata: { name: 'shop', labels } });

function namespaces(entries: readonly ApiEntry[]): { entry: ApiEntry; labels: JsonObject | undefined }[] {
  return objectIndex(entries)
    .of('/Namespace')
    .map((entry) => ({ entry, labels: dig(entry.manifest, 'metadata', 'labels') }));
}

const loosened: Rule = {
  id: 'pod-security-label',
  what: 'The Namespace of a system enforces restricted, in the version of its other labels; no other is privileged.',
  why: 'Pods may take over their node, and with it every pod and Secret there; no rule about pods holds any more.',
  severity: 'error',
  judge: 'kubernetes.io, "Pod Security Admission"; Trivy KSV-0110; Checkov CKV2_K8S_6',
  reason: REASON,
  check: (entries, report) => {
    for (const { entry, labels } of namespaces(entries)) {
      const level = own(labels, ENFORCE.level);
      const isSystem = isOfSystem(labels);
      if (level === undefined && !isSystem) continue; // pod-security-unset
      if (!reportLevel(entry, level, isSystem, report)) reportVersion(entry, labels, report);
    }
  },
  examples: {
    pass: [
      labelled({ [ENFORCE.level]: 'baseline' }),
      withReason(labelled({ [ENFORCE.level]: 'privileged' }), REASON, 'the CNI runs here'),
    ],
    fail: [labelled({ [ENFORCE.level]: 'privileged' })],
  },
};

/** Whether the level is a problem, which is reported. */
function reportLevel(entry: ApiEntry, level: Json | undefined, isSystem: boolean, report: Report): boolean {
  const place = at(FIELD, ENFORCE.level);
  const { name } = entry.identity;
  if (level !== undefined && !LEVELS.some((known) => known === level)) {
    const message = `${JSON.stringify(level)} is not a level of Pod Security: the API server refuses the Namespace`;
    report(entry, place, { message, expected: LEVELS.slice(1).toReversed().join(' or '), value: level });
    return true;
  }
  if (level === 'restricted' || (level === 'baseline' && !isSystem)) return false;
  const message =
    level === undefined
      ? `namespace ${name} enforces no Pod Security: its pods may take over their node`
      : `namespace ${name} enforces only ${text(level)}: its pods may do more than those of other systems`;
  report(entry, place, { message, expected: `restricted`, value: level ?? null });
  return true;
}

/** An older version forbids less than the same level in a newer one. */
function reportVersion(entry: ApiEntry, labels: JsonObject | undefined, report: Report): void {
  const version = own(labels, ENFORCE.version);
  const others = (['warn', 'audit'] as const).map((mode) => own(labels, podSecurityLabels(mode).version));
  const newer = others.find((other) => other !== undefined && minorOf(other) > minorOf(version));
  if (newer === undefined) return;
  const message = `version ${text(version)} of the level forbids less than ${text(newer)}, of which it only warns`;
  report(entry, at(FIELD, ENFORCE.version), {
    message,
    expected: `${text(newer)}`,
    value: version ?? null,
  });
}

const unset: Rule = {
  id: 'pod-security-unset',
  what: 'Every Namespace says which Pod Security it enforces.',
  why: 'Without the label the cluster decides, and by default it allows privileged pods.',
  severity: 'warning',
  judge: 'kubernetes.io, "Pod Security Admission"; CIS 5.2.1',
  reason: REASON,
  check: (entries, report) => {
    for (const { entry, labels } of namespaces(entries)) {
      if (own(labels, ENFORCE.level) !== undefined || isOfSystem(labels)) continue;
      const message = `namespace ${entry.identity.name} does not say which Pod Security it enforces`;
      report(entry, at(FIELD, ENFORCE.level), { message, expected: `restricted or baseline` });
    }
  },
  examples: { pass: [labelled({ [ENFORCE.level]: 'restricted' })], fail: [namespace] },
};

export const podSecurityLabelRules: readonly Rule[] = [loosened, unset];
