// Grafana: data sources and dashboards as files, so that one pod without a disk shows what all others showed.

import { stringify } from 'yaml';
import { WebService } from '../../constructs/component/web-service';
import type { SecretKey } from '../../constructs/pod/container';
import type { System } from '../../constructs/system/system';
import type { JsonObject } from '../../model/manifest/json';
import { BY_FILE, componentIn, hostIn, PORTS } from '../part/reach';
import { PROMETHEUS } from './dashboards';

const PROVISIONING = '/etc/grafana/provisioning';
const DASHBOARDS = '/var/lib/dashboards';

/** Where Grafana finds metrics, logs and traces, the latter in the namespaces of other parts. */
export interface GrafanaSources {
  /** Host of Prometheus. */
  readonly prometheus: string;
  /** The namespace of Loki. @default the cluster has no logs */
  readonly logs?: string;
  /** The namespace of Tempo. @default the cluster has no traces */
  readonly traces?: string;
}

/** A dollar in a provisioning file starts a variable of the environment; two are one. Source: grafana.com, "Provision Grafana". */
const DOLLAR = '$$';

/** Sources: grafana.com, "Provision Grafana"; "Configure the Tempo data source"; "Configure the Loki data source". */
function dataSources({ prometheus, logs, traces }: GrafanaSources): JsonObject[] {
  const shared = { access: 'proxy', editable: false };
  return [
    {
      name: 'Prometheus',
      uid: PROMETHEUS,
      type: 'prometheus',
      url: `http://${prometheus}:${PORTS.prometheus}`,
      isDefault: true,
      ...shared,
      jsonData: {
        httpMethod: 'POST',
        ...(traces === undefined
          ? {}
          : { exemplarTraceIdDestinations: [{ name: 'trace_id', datasourceUid: 'tempo' }] }),
      },
    },
    ...(logs === undefined
      ? []
      : [
          {
            name: 'Loki',
            uid: 'loki',
            type: 'loki',
            url: `http://${hostIn(logs, 'loki')}:${PORTS.loki}`,
            ...shared,
            jsonData:
              traces === undefined
                ? {}
                : {
                    derivedFields: [
                      {
                        name: 'trace_id',
                        matcherRegex: 'trace_?id\\W+(\\w+)',
                        datasourceUid: 'tempo',
                        url: `${DOLLAR}{__value.raw}`,
                      },
                    ],
                  },
          },
        ]),
    ...(traces === undefined
      ? []
      : [
          {
            name: 'Tempo',
            uid: 'tempo',
            type: 'tempo',
            url: `http://${hostIn(traces, 'tempo')}:${PORTS.tempo}`,
            ...shared,
            jsonData: {
              serviceMap: { datasourceUid: PROMETHEUS },
              ...(logs === undefined
                ? {}
                : {
                    tracesToLogsV2: {
                      datasourceUid: 'loki',
                      spanStartTimeShift: '-1h',
                      spanEndTimeShift: '1h',
                      filterByTraceID: true,
                      tags: [
                        { key: 'service.namespace', value: 'namespace' },
                        { key: 'service.name', value: 'app' },
                      ],
                    },
                  }),
            },
          },
        ]),
  ];
}

/** What Grafana is made of. */
export interface GrafanaInput {
  readonly image: string;
  readonly sources: GrafanaSources;
  /** Dashboards as JSON, by name. */
  readonly dashboards: Readonly<Record<string, string>>;
  readonly admin: SecretKey;
  readonly host: string | undefined;
}

/** Creates Grafana. The caller lets it reach Prometheus. */
export function createGrafana(scope: System<unknown>, input: GrafanaInput): WebService {
  const { image, sources, dashboards, admin, host } = input;
  const yaml = (value: JsonObject): string => stringify(value, { lineWidth: 0 });
  const files = {
    [`${PROVISIONING}/datasources/evenkeel.yaml`]: yaml({
      apiVersion: 1,
      prune: true,
      datasources: dataSources(sources),
    }),
    [`${PROVISIONING}/dashboards/evenkeel.yaml`]: yaml({
      apiVersion: 1,
      providers: [{ name: 'evenkeel', type: 'file', allowUiUpdates: false, options: { path: DASHBOARDS } }],
    }),
    ...Object.fromEntries(Object.entries(dashboards).map(([name, json]) => [`${DASHBOARDS}/${name}.json`, json])),
  };
  const grafana = new WebService(scope, 'grafana', {
    image,
    port: 3000,
    resources: { cpu: '100m', memory: '512Mi' },
    size: { replicas: 1 },
    survives: {
      zones: 0,
      because: 'it keeps nothing: a pod in another zone shows the same; more than one would need a database',
    },
    probes: {
      bootSeconds: 60,
      startup: { path: '/api/health' },
      readiness: { path: '/api/health' },
      // its health asks its database: a busy one gives no reason to restart
      liveness: { tcp: true },
    },
    metrics: { port: 3000 },
    scratch: [
      { path: '/var/lib/grafana', size: '256Mi' },
      { path: '/var/log/grafana', size: '64Mi' },
    ],
    volumes: { '/etc/secrets/admin': { secret: admin.secret, keys: [admin.key] } },
    files,
    env: {
      GF_SECURITY_ADMIN_PASSWORD__FILE: `/etc/secrets/admin/${admin.key}`,
      GF_USERS_ALLOW_SIGN_UP: 'false',
      GF_ANALYTICS_REPORTING_ENABLED: 'false',
      GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
      GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
      // it would ask grafana.com at every start
      GF_PLUGINS_PREINSTALL_DISABLED: 'true',
      ...(host === undefined ? {} : { GF_SERVER_ROOT_URL: `https://${host}` }),
    },
  });
  if (sources.logs !== undefined) grafana.connectTo(componentIn(sources.logs, 'loki', PORTS.loki), BY_FILE);
  if (sources.traces !== undefined) grafana.connectTo(componentIn(sources.traces, 'tempo', PORTS.tempo), BY_FILE);
  if (host !== undefined) grafana.exposeAt(host, { healthPath: '/api/health' });
  return grafana;
}
