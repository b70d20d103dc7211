// Enumerated fields: a misspelt value is refused, and some values are valid in one kind only.

import { objectIndex } from '../../analysis/objects/object-index';
import { at, isSet, list, record } from '../../analysis/objects/read-json';
import { type Workload, workloads } from '../../analysis/objects/workloads';
import type { Json } from '../../model/manifest/json';
import type { Kind } from '../../model/manifest/kinds';
import type { ApiEntry } from '../../model/manifest/object';
import { cronJob, deployment, object, service } from '../examples';
import type { Report, Rule } from '../rule';
import { CONTAINER, type Field, OBJECTS, POD, type Values } from './known-value-fields';

/** A field with its path taken apart. */
interface KnownField {
  readonly steps: readonly { readonly key: string; readonly isList: boolean }[];
  readonly values: Values;
  readonly isRequired: boolean;
}

const known = ([path, values, required]: Field): KnownField => ({
  steps: path.split('.').map((key) => ({ key: key.replace('[]', ''), isList: key.endsWith('[]') })),
  values,
  isRequired: required !== undefined,
});

const OBJECT_FIELDS = OBJECTS.map(([kind, fields]) => [kind, fields.map(known)] as const);
const POD_FIELDS = POD.map(known);
const CONTAINER_FIELDS = CONTAINER.map(known);

const ALWAYS: Values = ['Always'];
const NOT_ALWAYS: Values = ['Never', 'OnFailure'];
const ANY: Values = [...ALWAYS, ...NOT_ALWAYS];

const restartPolicies = (kind: Kind): Values => {
  if (kind === '/Pod') return ANY;
  return kind.startsWith('batch/') ? NOT_ALWAYS : ALWAYS;
};

type Path = (string | number)[];
type Visit = (value: Json | undefined, path: Path) => void;

/** Visits the values of a field below `value`. The walk shares one list for the path, which only findings need. */
function walk(value: Json | undefined, field: KnownField, path: Path, visit: Visit, index = 0): void {
  const { steps, isRequired } = field;
  const step = steps[index];
  if (step === undefined) {
    visit(value, path);
    return;
  }
  const parent = record(value);
  if (parent === undefined) return;
  const found = parent[step.key];
  if (found === undefined && !(isRequired && index === steps.length - 1)) return;
  path.push(step.key);
  if (step.isList) {
    for (const [i, item] of list(found).entries()) {
      path.push(i);
      walk(item, field, path, visit, index + 1);
      path.pop();
    }
  } else walk(found, field, path, visit, index + 1);
  path.pop();
}

/** Reports a value that is missing or not among the possible ones. */
function checkValue(
  entry: ApiEntry,
  pointer: () => string,
  value: Json | undefined,
  field: KnownField,
  report: Report,
) {
  const { values, isRequired } = field;
  const isEmpty = !isSet(value) || value === '';
  if (isEmpty ? !isRequired : typeof value === 'string' && values.includes(value)) return;
  const message = isEmpty ? 'the value is missing' : `${JSON.stringify(value)} is not a possible value`;
  report(entry, pointer(), {
    message,
    expected: values.join(values.length === 2 ? ' or ' : ', '),
    value: value ?? null,
  });
}

function checkFields(
  entry: ApiEntry,
  value: Json,
  pointer: string,
  fields: readonly KnownField[],
  report: Report,
): void {
  for (const field of fields) {
    walk(value, field, [], (found, path) => checkValue(entry, () => at(pointer, ...path), found, field, report));
  }
}

function checkPod({ entry, kind, pod, containers }: Workload, report: Report): void {
  const { restartPolicy } = pod.value;
  // The default is Always, which a Job cannot have.
  const restart = isSet(restartPolicy) && restartPolicy !== '' ? restartPolicy : 'Always';
  const field = { steps: [], values: restartPolicies(kind), isRequired: true };
  checkValue(entry, () => `${pod.pointer}/restartPolicy`, restart, field, report);
  checkFields(entry, pod.value, pod.pointer, POD_FIELDS, report);
  for (const container of containers) checkFields(entry, container.value, container.pointer, CONTAINER_FIELDS, report);
}

const knownValue: Rule = {
  id: 'known-value',
  what: 'Enumerated fields have one of their possible values; pods of a Job restart OnFailure or Never, all others Always.',
  why: 'The API server refuses the object.',
  severity: 'error',
  judge: 'API server: field.NotSupported; kube-score cronjob-restartpolicy',
  check: (entries, report) => {
    const all = objectIndex(entries);
    for (const [kind, fields] of OBJECT_FIELDS) {
      for (const entry of all.of(kind)) checkFields(entry, entry.manifest, '', fields, report);
    }
    for (const workload of workloads(entries)) checkPod(workload, report);
  },
  examples: {
    pass: [
      service({ type: 'ClusterIP', ports: [{ port: 53, protocol: 'UDP' }] }),
      cronJob({ concurrencyPolicy: 'Forbid' }),
      deployment({}, { tolerations: [{ key: 'spot', operator: 'Exists', effect: 'NoSchedule' }] }),
    ],
    fail: [
      service({ type: 'Loadbalancer' }),
      deployment({}, { restartPolicy: 'Never' }),
      object('networking.k8s.io/v1', 'NetworkPolicy', 'web', { spec: { podSelector: {}, policyTypes: ['egress'] } }),
    ],
  },
};

export const knownValueRules: readonly Rule[] = [knownValue];
