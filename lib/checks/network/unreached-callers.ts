// What calls pods from outside: webhooks and aggregated APIs, whom the API server calls, and monitors, for whom Prometheus does.

import { type Source, sides } from '../../analysis/network/reach';
import { objectIndex } from '../../analysis/objects/object-index';
import { dig, list, type Place, place, places, text } from '../../analysis/objects/read-json';
import { matches } from '../../analysis/objects/selectors';
import type { Workload } from '../../analysis/objects/workloads';
import { reasonKey } from '../../model/manifest/annotations';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { deployment, object, service } from '../examples';
import type { Rule } from '../rule';
import { openingOf } from './isolated-pods';
import { serviceOf } from './routes';
import { type Behind, closed, podsBehind, portOf, reportBehind, shownPort, type Target } from './unreached';

const API: Behind = { who: 'the API server', source: 'addresses', verb: ".admit('api-server', port)" };

const policy = (rules: JsonObject[]) =>
  object('networking.k8s.io/v1', 'NetworkPolicy', 'web', {
    spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: rules },
  });
const FROM_MONITORING = {
  from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
  ports: [{ port: 8080 }],
};
const FROM_API = { from: [{ podSelector: { matchLabels: { app: 'api' } } }], ports: [{ port: 8080 }] };

/** The client configurations that lead the API server to a Service. */
function calledByApi(entry: ApiEntry): Place[] {
  const { manifest, identity } = entry;
  const spec = dig(manifest, 'spec');
  const clients =
    identity.kind === 'CustomResourceDefinition'
      ? [place(dig(spec, 'conversion', 'webhook'), 'clientConfig', '/spec/conversion/webhook')]
      : places(manifest, 'webhooks', '').map((webhook) => place(webhook.value, 'clientConfig', webhook.pointer));
  const own = identity.kind === 'APIService' ? [place(spec, 'service', '/spec')] : [];
  const called = clients.map((client) => client && place(client.value, 'service', client.pointer));
  return [...own, ...called].filter((found) => found !== undefined);
}

const webhook: Rule = {
  id: 'unreached-webhook',
  what: 'The pods behind a webhook or an aggregated API let the API server in.',
  why: 'Each call times out: with failurePolicy Fail, whatever it judges is refused; an aggregated API is unavailable.',
  severity: 'warning',
  reason: reasonKey('unreached-webhook'),
  judge:
    'kubernetes.io, "Dynamic Admission Control"; "Network Policies": the API server is not a pod that a selector means',
  check: (entries, report) => {
    const all = objectIndex(entries).of(
      'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
      'admissionregistration.k8s.io/MutatingWebhookConfiguration',
      'apiregistration.k8s.io/APIService',
      'apiextensions.k8s.io/CustomResourceDefinition',
    );
    for (const entry of all) {
      for (const { value, pointer } of calledByApi(entry)) {
        const to = serviceOf(entries, entry, text(value.name), text(value.namespace));
        reportBehind(entries, entry, pointer, to, value.port ?? 443, API, report);
      }
    }
  },
  examples: {
    pass: [
      deployment(),
      service({ selector: { app: 'web' }, ports: [{ port: 443, targetPort: 8080 }] }),
      hook(),
      policy([{ ports: [{ port: 8080 }] }]),
    ],
    fail: [
      deployment(),
      service({ selector: { app: 'web' }, ports: [{ port: 443, targetPort: 8080 }] }),
      hook(),
      policy([FROM_API]),
    ],
  },
};

function hook(): JsonObject {
  const clientConfig = { service: { name: 'web', namespace: 'shop' } };
  return {
    ...object('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'web', {
      webhooks: [{ name: 'web.shop.example', clientConfig, sideEffects: 'None', admissionReviewVersions: ['v1'] }],
    }),
    metadata: { name: 'web' },
  };
}

/** Namespaces that a monitor looks in; `undefined` for all. */
function spacesOf({ manifest, identity }: ApiEntry): readonly (string | undefined)[] | undefined {
  const selector = dig(manifest, 'spec', 'namespaceSelector');
  if (selector?.any === true) return undefined;
  const names = list(selector?.matchNames).flatMap((name) => text(name) ?? []);
  return names.length > 0 ? names : [identity.namespace];
}

const isPort = (value: Json | undefined): value is string | number =>
  (typeof value === 'string' && value !== '') || typeof value === 'number';

const monitor: Rule = {
  id: 'unreached-monitor',
  what: 'The pods that a ServiceMonitor or PodMonitor selects let Prometheus in at its ports.',
  why: 'Metrics and alerts are missing, which no one notices.',
  severity: 'warning',
  reason: reasonKey('unreached-monitor'),
  judge: 'kubernetes.io, "Network Policies"; prometheus-operator, API reference: ServiceMonitor, PodMonitor',
  check: (entries, report) => {
    const judge = (entry: ApiEntry, pointer: string, all: readonly Workload[], target: Target): void => {
      const source: Source = entry.api?.prometheus ?? 'outside';
      const [first] = closed(entries, all, target, source);
      if (first === undefined) return;
      report(entry, pointer, {
        message: `the pods of ${first.entry.identity.name} do not let Prometheus in at ${shownPort(target)}`,
        expected: openingOf(first, ".admit('prometheus', port)"),
      });
    };
    const isIn = (entry: ApiEntry, other: ApiEntry): boolean =>
      entry.cluster === other.cluster && (spacesOf(entry)?.includes(other.identity.namespace) ?? true);
    for (const entry of objectIndex(entries).of('monitoring.coreos.com/ServiceMonitor')) {
      const spec = dig(entry.manifest, 'spec');
      const selected = objectIndex(entries)
        .of('/Service')
        .filter(
          (to) => isIn(entry, to) && matches(dig(spec, 'selector') ?? {}, dig(to.manifest, 'metadata', 'labels') ?? {}),
        );
      for (const { value, pointer } of places(spec, 'endpoints', '/spec')) {
        for (const to of selected) {
          const target = isPort(value.targetPort)
            ? { port: value.targetPort, protocol: 'TCP' }
            : portOf(to, value.port);
          if (target !== undefined) judge(entry, pointer, podsBehind(entries, to), target);
        }
      }
    }
    for (const entry of objectIndex(entries).of('monitoring.coreos.com/PodMonitor')) {
      const spec = dig(entry.manifest, 'spec');
      const selected = [...sides(entries).keys()].filter(
        (workload) => isIn(entry, workload.entry) && matches(dig(spec, 'selector') ?? {}, workload.labels),
      );
      for (const { value, pointer } of places(spec, 'podMetricsEndpoints', '/spec')) {
        const port = [value.port, value.portNumber, value.targetPort].find(isPort);
        if (port === undefined) continue;
        for (const workload of selected) judge(entry, pointer, [workload], { port, protocol: 'TCP' });
      }
    }
  },
  examples: {
    pass: [deployment({}, withPort()), podMonitor(), policy([FROM_MONITORING])],
    fail: [deployment({}, withPort()), podMonitor(), policy([FROM_API])],
  },
};

function withPort() {
  return {
    containers: [
      { name: 'web', image: 'registry.example.com/web:1.4.2', ports: [{ name: 'metrics', containerPort: 8080 }] },
    ],
  };
}

function podMonitor(): JsonObject {
  return object('monitoring.coreos.com/v1', 'PodMonitor', 'web', {
    spec: { selector: { matchLabels: { app: 'web' } }, podMetricsEndpoints: [{ port: 'metrics' }] },
  });
}

export const unreachedCallerRules: readonly Rule[] = [webhook, monitor];
