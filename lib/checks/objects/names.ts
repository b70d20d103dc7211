// Names of objects and namespaces: each kind has its own naming rule.

import { dig, isSet, text } from '../../analysis/objects/read-json';
import { reasonKey } from '../../model/manifest/annotations';
import { dnsLabel } from '../../model/manifest/formats';
import type { JsonObject } from '../../model/manifest/json';
import { namingOf } from '../../model/manifest/kind-lookup';
import type { ApiEntry } from '../../model/manifest/object';
import { cronJob, deployment, namespace, object, service } from '../examples';
import type { Report, Rule } from '../rule';

/** The required name of an object whose kind derives it from the spec. */
function derivedName(kind: string, manifest: JsonObject): string | undefined {
  const spec = dig(manifest, 'spec');
  const parts =
    kind === 'apiextensions.k8s.io/CustomResourceDefinition'
      ? [text(dig(spec, 'names')?.plural), text(spec?.group)]
      : kind === 'apiregistration.k8s.io/APIService'
        ? [text(spec?.version), text(spec?.group)]
        : [undefined];
  return parts.includes(undefined) ? undefined : parts.join('.');
}

/** The nearest name that fits most formats. */
function suggestion(name: string): string | undefined {
  const nearest = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[-0-9]+|-+$/g, '');
  return nearest === '' ? undefined : nearest;
}

function reportName(entry: ApiEntry, name: string, report: Report): void {
  const { group, kind: bare } = entry.identity;
  const kind = `${group}/${bare}`;
  const { format, longest, because } = namingOf(group, bare);
  const pointer = '/metadata/name';
  if (!format.fits(name)) {
    const better = suggestion(name);
    const fix =
      better !== undefined && better !== name && format.fits(better) ? { fix: `for example "${better}"` } : {};
    report(entry, pointer, {
      message: `"${name}" is not a valid name for a ${entry.identity.kind}`,
      expected: format.expected,
      value: name,
      ...fix,
    });
  } else if (longest !== undefined && name.length > longest) {
    const message = `the name has ${name.length} characters: ${because}`;
    report(entry, pointer, { message, expected: `at most ${longest} characters`, value: name });
  }
  const derived = derivedName(kind, entry.manifest);
  if (derived !== undefined && derived !== name) {
    report(entry, pointer, {
      message: `the name of a ${entry.identity.kind} must match its spec`,
      expected: derived,
      value: name,
    });
  }
  if (kind === 'scheduling.k8s.io/PriorityClass' && name.startsWith('system-')) {
    const message = 'the prefix "system-" is reserved for Kubernetes';
    report(entry, pointer, { message, expected: 'a name without it', value: name });
  }
}

const objectName: Rule = {
  id: 'object-name',
  what: 'The name of an object has the format that its kind requires.',
  why: 'The API server refuses the object, or accepts it and cannot create its pods.',
  severity: 'error',
  judge: 'API server: ValidateObjectMeta with the name function of each kind',
  check: (entries, report) => {
    for (const entry of entries) {
      const name = text(dig(entry.manifest, 'metadata')?.name);
      if (name !== undefined && name !== '') reportName(entry, name, report);
    }
  },
  examples: {
    pass: [deployment({}, {}, 'web.v2'), service({ clusterIP: 'None' }), cronJob({}, 'a'.repeat(52))],
    fail: [
      deployment({}, {}, 'Bad_Name!'),
      service({}, '1st'),
      cronJob({}, 'a'.repeat(53)),
      object('apps/v1', 'StatefulSet', 'a.b', {}),
    ],
  },
};

const namespaceName: Rule = {
  id: 'namespace-name',
  what: 'The metadata.namespace of an object is a valid namespace name.',
  why: 'No namespace can have such a name, so the API server responds with "not found".',
  severity: 'error',
  judge: 'API server: ValidateNamespaceName',
  check: (entries, report) => {
    for (const entry of entries) {
      const value = dig(entry.manifest, 'metadata')?.namespace;
      if (!isSet(value)) continue;
      if (typeof value === 'string' && (value === '' || dnsLabel.fits(value))) continue;
      report(entry, '/metadata/namespace', {
        message: `${JSON.stringify(value)} is not a valid namespace name`,
        expected: dnsLabel.expected,
        value,
      });
    }
  },
  examples: { pass: [deployment(), namespace], fail: [object('v1', 'ConfigMap', 'web', {}, 'Shop_1')] },
};

const outsideNamespace: Rule = {
  id: 'outside-namespace',
  what: "An object of a system is in the system's own namespace.",
  why: 'Elsewhere neither the quota nor the default deny nor the Pod Security level of the system holds for it, and two systems may write the same object.',
  severity: 'error',
  judge: 'kubectl apply: an object goes to the namespace that it names',
  reason: reasonKey('outside-namespace'),
  check: (entries, report) => {
    for (const entry of entries) {
      const { systemNamespace: own, identity } = entry;
      if (own === undefined || identity.namespace === undefined || identity.namespace === own) continue;
      report(entry, '/metadata/namespace', {
        message: `${identity.kind} ${identity.name} is outside the namespace of its system, ${own}`,
        expected: 'no metadata.namespace, so that it has that of the system',
        value: identity.namespace,
        fix: 'a Helm chart takes `namespace: this.namespace`',
      });
    }
  },
  examples: { pass: [deployment(), namespace], fail: [object('v1', 'ConfigMap', 'web', {}, 'kube-system')] },
};

export const nameRules: readonly Rule[] = [objectName, namespaceName, outsideNamespace];
