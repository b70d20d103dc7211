// Neighbours: what is outside of every namespace, and what a default deny must let through to it or from it.

import { isIP } from 'node:net';
import { ENTRIES, type GatewayApi, mayServe } from '../exposure/gateway-api';
import { type IngressSource, POD_SOURCE_FIELDS, type PodSource, SOURCE_CIDRS } from '../exposure/source';
import { isProblem, type Problem } from '../finding/problem';
import { either, type Fields, fields, list, number, optional, table, text } from '../finding/schema';
import { subdomain } from '../manifest/formats';
import type { Capability } from './capability';
import { type Provider, sourceOfEntry } from './provider';

/** Where the API server listens. */
export interface ApiServer {
  /** Its addresses as pods and nodes reach them, behind the Service `kubernetes`; of its nodes, where webhooks are called from there. */
  readonly cidrs: readonly string[];
  /** Its port behind that Service. @default those of `apiServerPorts` */
  readonly port?: number;
}

/** The Prometheus that scrapes. */
export interface Prometheus extends PodSource {
  /**
   * Labels of the monitors that it reads, its `serviceMonitorSelector`: kube-prometheus-stack wants `{ release: '<its release>' }`.
   * @default it reads all
   */
  readonly monitorLabels?: Readonly<Record<string, string>>;
}

/** The collector that components send traces to, by OTLP. */
export interface TraceCollector extends PodSource {
  /** Its host name, as pods of every namespace look it up. */
  readonly host: string;
}

/** The image of what reads the key-value store beside a component. Source: hashicorp/consul-template, Dockerfile. */
export const CONSUL_TEMPLATE = 'docker.io/hashicorp/consul-template:0.42.1';

/** The key-value store that templates read: Consul. */
export interface KeyValueStore extends PodSource {
  /** Its host name, as pods of every namespace look it up. */
  readonly host: string;
  /** Port of its API, by HTTP. @default 8500 */
  readonly port?: number;
  /** Image of consul-template, such as a mirror's. @default docker.io/hashicorp/consul-template:0.42.1 */
  readonly image?: string;
}

/** CloudNativePG, where its own manifests install it. Source: cloudnative-pg, "Networking". */
const CLOUDNATIVE_PG: PodSource = {
  namespace: 'cnpg-system',
  podLabels: { 'app.kubernetes.io/name': 'cloudnative-pg' },
};

/** Ports of OTLP: opentelemetry.io, "OTLP Exporter Configuration". */
export const OTLP = { grpc: 4317, http: 4318 } as const;

/** Ports of Jaeger's protocols: jaegertracing.io, "APIs", collector. */
export const JAEGER = { grpc: 14_250, http: 14_268 } as const;

/** What a platform says of the neighbours. */
export interface Neighbours {
  /**
   * Pods of the Prometheus that scrapes.
   * @default those of the part `metrics`, where the cluster has it; with the capability prometheus-operator, pods with `app.kubernetes.io/name: prometheus` in the namespace monitoring
   */
  readonly prometheus?: Prometheus;
  /** The collector of traces. @default that of the part `traces`, where the cluster has it */
  readonly traces?: TraceCollector;
  /** The key-value store of `templates`. @default that of the part `configuration`, where the cluster has it */
  readonly configuration?: KeyValueStore;
  /**
   * Pods of CloudNativePG, which asks its databases how they are. It needs the capability `cloudnative-pg`.
   * @default with that capability, pods with `app.kubernetes.io/name: cloudnative-pg` in the namespace cnpg-system
   */
  readonly cloudNativePg?: PodSource;
  /** The API server. @default pods with a token reach its ports at any address; webhooks are not opened to it */
  readonly apiServer?: ApiServer;
  /**
   * Addresses that pods ask for names, besides pods of kube-system and link-local ones: the Service kube-dns, where NodeLocal DNSCache
   * runs and kube-proxy uses iptables.
   * @default that of the distribution; none where it differs between clusters
   */
  readonly dnsAddress?: string | readonly string[];
}

const ADDRESS = text("an IP address, such as '10.96.0.10'", (value) => isIP(value) > 0);

/** What a platform may say of the neighbours. */
export const NEIGHBOURS: Fields<Neighbours> = {
  prometheus: optional(
    fields<Prometheus>({ ...POD_SOURCE_FIELDS, monitorLabels: optional(table(text())) }, '{ namespace, podLabels }'),
  ),
  traces: optional(
    fields<TraceCollector>(
      { ...POD_SOURCE_FIELDS, host: text('a host name', subdomain.fits) },
      "{ host: 'collector.tracing.svc.cluster.local', namespace: 'tracing', podLabels: { app: 'collector' } }",
    ),
  ),
  configuration: optional(
    fields<KeyValueStore>(
      {
        ...POD_SOURCE_FIELDS,
        host: text('a host name', subdomain.fits),
        port: optional(number({ atLeast: 1, atMost: 65_535, whole: true })),
        image: optional(text('an image with a version')),
      },
      "{ host: 'consul.configuration.svc.cluster.local', namespace: 'configuration', podLabels: { app: 'consul' } }",
    ),
  ),
  cloudNativePg: optional(
    fields<PodSource>(POD_SOURCE_FIELDS, "{ namespace: 'databases', podLabels: { app: 'cloudnative-pg' } }"),
  ),
  apiServer: optional(
    fields<ApiServer>(
      { cidrs: SOURCE_CIDRS, port: optional(number({ atLeast: 1, atMost: 65_535, whole: true })) },
      "{ cidrs: ['10.0.0.4/32'], port: 6443 }",
    ),
  ),
  dnsAddress: optional(either([ADDRESS, list(ADDRESS)], `${ADDRESS.expected}, or a list of them`)),
};

/** A cluster, as far as its neighbours follow from it. */
export interface Neighbourhood extends Neighbours {
  readonly name: string;
  readonly provider: Provider;
  readonly capabilities: readonly Capability[];
  readonly gatewayApi?: GatewayApi;
}

/** A neighbour that every cluster knows by its role. */
export const ROLES_OF_NEIGHBOURS = ['ingress', 'prometheus', 'api-server'] as const;

/** `ingress`: what serves hosts; `prometheus`: what scrapes; `api-server`: what calls webhooks. */
export type NeighbourRole = (typeof ROLES_OF_NEIGHBOURS)[number];

/** Where kube-prometheus installs it, with the label that the operator gives its pods. prometheus-operator, pkg/prometheus. */
const KUBE_PROMETHEUS: PodSource = { namespace: 'monitoring', podLabels: { 'app.kubernetes.io/name': 'prometheus' } };

/** What scrapes; a problem where nothing is known to. */
export function prometheusOf({ name, prometheus, capabilities }: Neighbourhood): PodSource | Problem {
  if (prometheus !== undefined) return prometheus;
  if (capabilities.includes('prometheus-operator')) return KUBE_PROMETHEUS;
  return {
    message: 'no Prometheus of the cluster is known',
    expected: `the part metrics on ${name}; in clusters.${name}, prometheus: { namespace, podLabels }, or the capability prometheus-operator`,
  };
}

/** What makes databases of `Cluster` objects; `undefined` where nothing does. */
export function databaseOperatorOf({
  cloudNativePg,
  capabilities,
}: Pick<Neighbourhood, 'cloudNativePg' | 'capabilities'>): PodSource | undefined {
  return capabilities.includes('cloudnative-pg') ? (cloudNativePg ?? CLOUDNATIVE_PG) : undefined;
}

/** A neighbour that the cluster does not have. */
export function findNeighbourProblems({ cloudNativePg }: Neighbours, capabilities: readonly string[] = []): Problem[] {
  if (cloudNativePg === undefined || capabilities.includes('cloudnative-pg')) return [];
  const message = 'cloudNativePg has no effect without the capability cloudnative-pg';
  const expected = "capabilities: ['cloudnative-pg', …], or no cloudNativePg";
  return [{ field: 'cloudNativePg', value: cloudNativePg.namespace, message, expected }];
}

/** Where a neighbour sends from; a problem where that is unknown. */
export function sendersOf(cluster: Neighbourhood, role: NeighbourRole): readonly IngressSource[] | Problem {
  if (role === 'prometheus') {
    const source = prometheusOf(cluster);
    return isProblem(source) ? source : [source];
  }
  if (role === 'ingress') {
    const used = ENTRIES.filter((entry) => mayServe(cluster.gatewayApi, entry));
    const sources = used.map((entry) => sourceOfEntry(cluster, entry, 'pods'));
    const unknown = sources.find(isProblem);
    if (unknown !== undefined) return { ...unknown, expected: `in clusters.${cluster.name}, ${unknown.expected}` };
    return sources.flatMap((source) => (isProblem(source) ? [] : [source]));
  }
  const { apiServer } = cluster;
  if (apiServer !== undefined) return [{ cidrs: apiServer.cidrs }];
  return {
    message: 'the addresses of the API server are unknown',
    expected: `in clusters.${cluster.name}, apiServer: { cidrs: […] }, from which it calls webhooks`,
  };
}

/** 443, as managed clusters have it and as the Service does; 6443, the port of kubeadm. kubernetes.io, "Ports and Protocols". */
const API_SERVER_PORTS = [443, 6443];

/** The ports of the API server, as a policy sees them: some plugins judge before the Service's address is rewritten, most after. */
export function apiServerPorts({
  apiServer,
  provider,
}: Pick<Neighbourhood, 'apiServer' | 'provider'>): readonly number[] {
  if (apiServer?.port !== undefined) return [apiServer.port];
  return provider.apiServerPorts ?? API_SERVER_PORTS;
}

/** Addresses of names, as blocks of one. */
export function dnsBlocks({ dnsAddress, provider }: Pick<Neighbourhood, 'dnsAddress' | 'provider'>): readonly string[] {
  return [dnsAddress ?? provider.dnsAddresses ?? []]
    .flat()
    .map((address) => `${address}/${isIP(address) === 4 ? 32 : 128}`);
}
