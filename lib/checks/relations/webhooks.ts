// Services that the API server itself calls: webhooks, conversions and aggregated APIs.

import { memoizePerObjects, objectIndex } from '../../analysis/objects/object-index';
import { dig, integer, type Place, place, places, shown, text } from '../../analysis/objects/read-json';
import { isEmpty, matches } from '../../analysis/objects/selectors';
import { workloads } from '../../analysis/objects/workloads';
import { reasonKey } from '../../model/manifest/annotations';
import type { JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { namespace, service } from '../examples';
import type { Rule } from '../rule';

const WEBHOOKS = [
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
] as const;

interface Called {
  readonly entry: ApiEntry;
  readonly service: Place;
}

const called = memoizePerObjects((entries): readonly Called[] => {
  const found: Called[] = [];
  const add = (entry: ApiEntry, parent: JsonObject | undefined, pointer: string): void => {
    const to = place(parent, 'service', pointer);
    if (to !== undefined) found.push({ entry, service: to });
  };
  for (const entry of objectIndex(entries).of(...WEBHOOKS)) {
    for (const { value, pointer } of places(entry.manifest, 'webhooks', ''))
      add(entry, dig(value, 'clientConfig'), `${pointer}/clientConfig`);
  }
  for (const entry of objectIndex(entries).of('apiextensions.k8s.io/CustomResourceDefinition')) {
    const config = dig(entry.manifest, 'spec', 'conversion', 'webhook', 'clientConfig');
    add(entry, config, '/spec/conversion/webhook/clientConfig');
  }
  for (const entry of objectIndex(entries).of('apiregistration.k8s.io/APIService'))
    add(entry, dig(entry.manifest, 'spec'), '/spec');
  return found;
});

const HTTPS = 443;

const serviceExists: Rule = {
  id: 'webhook-service',
  what: 'The Service of a webhook, of a conversion or of an APIService exists and has the port, 443 by default, if the app writes its namespace.',
  why: 'The API server cannot call it: with failurePolicy Fail, the default, it refuses every object that the webhook is asked about.',
  severity: 'error',
  judge: 'API server: failed calling webhook; APIService condition Available: ServiceNotFound, ServicePortError',
  reason: reasonKey('webhook-service'),
  check: (entries, report) => {
    const index = objectIndex(entries);
    for (const { entry, service: to } of called(entries)) {
      const [name, space] = [text(to.value.name) ?? '', text(to.value.namespace)];
      if (name === '' || !index.owns(entry.cluster, space)) continue;
      const found = index.find('/Service', entry.cluster, space, name);
      if (found === undefined) {
        const message = `Service "${name}" does not exist in namespace "${space ?? ''}"`;
        report(entry, `${to.pointer}/name`, { message, expected: 'the name of an existing Service', value: name });
        continue;
      }
      const port = integer(to.value.port, 1) ?? HTTPS;
      const ports = places(dig(found.manifest, 'spec'), 'ports', '').map(({ value }) => value.port);
      if (ports.length === 0 || ports.includes(port)) continue;
      report(entry, to.value.port === undefined ? `${to.pointer}/name` : `${to.pointer}/port`, {
        message: `Service "${name}" has no port ${port}`,
        expected: `port: one of ${ports.map((one) => shown(one)).join(', ')}`,
        value: to.value.port ?? HTTPS,
      });
    }
  },
  examples: {
    pass: [namespace, service({ ports: [{ port: 443 }] }), webhook({ name: 'web', namespace: 'shop' })],
    fail: [namespace, service({ ports: [{ port: 8443 }] }), webhook({ name: 'web', namespace: 'shop' })],
  },
};

function webhook(to: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'web' },
    webhooks: [{ name: 'web.example.com', clientConfig: { service: to }, ...more }],
  };
}

const labelsOf = ({ manifest }: ApiEntry): JsonObject => dig(manifest, 'metadata', 'labels') ?? {};

const selects: Rule = {
  id: 'webhook-selects',
  what: 'The namespaceSelector of a webhook matches a namespace of the app on its cluster, and its objectSelector an object or a pod.',
  why: 'The webhook is never called for them, and what it should refuse or change passes.',
  severity: 'warning',
  judge: 'kubernetes.io, "Dynamic Admission Control": matching requests',
  reason: reasonKey('webhook-selects'),
  check: (entries, report) => {
    const index = objectIndex(entries);
    for (const entry of index.of(...WEBHOOKS)) {
      const namespaces = index.of('/Namespace').filter(({ cluster }) => cluster === entry.cluster);
      if (namespaces.length === 0) continue;
      for (const { value, pointer } of places(entry.manifest, 'webhooks', '')) {
        const spaces = dig(value, 'namespaceSelector');
        const meets = ({ manifest, identity }: ApiEntry) =>
          matches(spaces ?? {}, {
            'kubernetes.io/metadata.name': identity.name,
            ...dig(manifest, 'metadata', 'labels'),
          });
        if (spaces !== undefined && !isEmpty(spaces) && !namespaces.some(meets)) {
          const message = 'no namespace of the app has these labels: the webhook is never called for it';
          const expected = 'labels of a namespace';
          report(entry, `${pointer}/namespaceSelector`, { message, expected, value: spaces });
        }
        const objects = dig(value, 'objectSelector');
        if (objects === undefined || isEmpty(objects)) continue;
        const here = ({ cluster }: ApiEntry) => cluster === entry.cluster;
        if (entries.some((one) => here(one) && matches(objects, labelsOf(one)))) continue;
        if (workloads(entries).some((one) => here(one.entry) && matches(objects, one.labels))) continue;
        const message = 'no object or pod of the app has these labels: the webhook is never called';
        report(entry, `${pointer}/objectSelector`, { message, expected: 'labels of an object', value: objects });
      }
    }
  },
  examples: {
    pass: [
      namespace,
      webhook(
        { name: 'web', namespace: 'shop' },
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } },
        },
      ),
    ],
    fail: [
      namespace,
      webhook({ name: 'web', namespace: 'shop' }, { namespaceSelector: { matchLabels: { team: 'shop' } } }),
    ],
  },
};

export const webhookRules: readonly Rule[] = [serviceExists, selects];
