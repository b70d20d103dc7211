// Small objects for the rules' examples. Users see them, so they contain only what matters.
import { dig } from '../analysis/objects/read-json';
import type { Json, JsonObject } from '../model/manifest/json';
import type { ClusterApi } from '../model/manifest/object';

type Extra = { readonly [key: string]: Json };

const object = (apiVersion: string, kind: string, name: string, body: Extra, namespace = 'shop'): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  ...body,
});

/** A cluster with nothing beyond conformance. */
export const bare: ClusterApi = {
  kubernetes: '1.36',
  scopes: {},
  plurals: {},
  capabilities: [],
  provider: { name: 'conformant', metricsApi: false },
  nodePools: [],
};

export const namespace: JsonObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };

/** A container named `web`. */
export const container = (extra: Extra = {}): JsonObject => ({
  name: 'web',
  image: 'registry.example.com/web:1.4.2',
  ...extra,
});

/** A Deployment `web` with the label `app: web`, in the namespace `shop`. */
export const deployment = (spec: Extra = {}, pod: Extra = {}, name = 'web'): JsonObject =>
  object('apps/v1', 'Deployment', name, {
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [container()], ...pod } },
      ...spec,
    },
  });

/** {@link deployment} with one container. */
export const running = (extra: Extra, pod: Extra = {}): JsonObject =>
  deployment({}, { containers: [container(extra)], ...pod });

export const service = (spec: Extra, name = 'web'): JsonObject => object('v1', 'Service', name, { spec });
export const configMap = (data: Json, name = 'web'): JsonObject => object('v1', 'ConfigMap', name, { data });

/** An HPA on the Deployment `web`. */
export const autoscaler = (spec: Extra, name = 'web'): JsonObject =>
  object('autoscaling/v2', 'HorizontalPodAutoscaler', name, {
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 6, ...spec },
  });

/** A PodDisruptionBudget for the pods of `web`. */
export const budget = (spec: Extra, name = 'web'): JsonObject =>
  object('policy/v1', 'PodDisruptionBudget', name, { spec: { selector: { matchLabels: { app: 'web' } }, ...spec } });

export const cronJob = (spec: Extra, name = 'report'): JsonObject =>
  object('batch/v1', 'CronJob', name, {
    spec: {
      jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [container()] } } } },
      ...spec,
    },
  });

/** An Ingress with one path to the Service `web`. */
export const ingress = (host: string, name = 'web', path = '/'): JsonObject =>
  object('networking.k8s.io/v1', 'Ingress', name, {
    spec: {
      rules: [
        {
          host,
          http: { paths: [{ path, pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }] },
        },
      ],
    },
  });

export { object };

/** The same object with a reason. */
export const withReason = (manifest: JsonObject, key: string, reason: string): JsonObject => ({
  ...manifest,
  metadata: { ...dig(manifest, 'metadata'), annotations: { [key]: reason } },
});
