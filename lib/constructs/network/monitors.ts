// The ports that ServiceMonitors and PodMonitors of a chart have Prometheus scrape.

import { Chart } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { dig, list, places, text } from '../../analysis/objects/read-json';
import { hasAll, matches } from '../../analysis/objects/selectors';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { Pods, PolicyPort } from './connection';
import {
  manifestOf,
  objectsOf,
  type RawService,
  type RawWorkload,
  rawService,
  rawWorkload,
  targetNumber,
} from './raw-pods';

/** What is scraped in a chart: pods by the labels of what selects them, and a port. */
interface Scraped {
  readonly labels: JsonObject;
  readonly port: PolicyPort;
}

const known = new WeakMap<IConstruct, readonly Scraped[]>();

/** Reads the monitors of a chart, once it is complete; every policy of the chart needs them. */
export function readMonitors(scope: IConstruct): void {
  const chart = Chart.of(scope);
  known.set(chart, scrapedIn(chart));
}

/** The ports of pods with these labels that a monitor of their chart has scraped. */
export function scrapedPorts(scope: IConstruct, podLabels: Pods['podLabels']): PolicyPort[] {
  const chart = Chart.of(scope);
  const all = known.get(chart) ?? scrapedIn(chart);
  const own = all.filter(({ labels }) => hasAll(podLabels, labels) || hasAll(labels, podLabels));
  return [...new Map(own.map(({ port }) => [port.port, port])).values()];
}

function scrapedIn(chart: Chart): Scraped[] {
  const objects = objectsOf(chart);
  const monitors = objects.filter(
    ({ apiGroup, kind }) => apiGroup === 'monitoring.coreos.com' && /^(Service|Pod)Monitor$/.test(kind),
  );
  if (monitors.length === 0) return [];
  const services = objects.flatMap((object) => rawService(object) ?? []);
  const workloads = objects.flatMap((object) => rawWorkload(object) ?? []);
  return monitors.flatMap((monitor): Scraped[] => {
    const spec = dig(manifestOf(monitor), 'spec');
    const names = list(dig(spec, 'namespaceSelector')?.matchNames);
    if (names.length > 0 && !names.includes(chart.namespace ?? '')) return [];
    const selector = dig(spec, 'selector') ?? {};
    return monitor.kind === 'ServiceMonitor'
      ? places(spec, 'endpoints', '').flatMap(({ value }) =>
          services
            .filter(({ object }) => matches(selector, dig(manifestOf(object), 'metadata', 'labels') ?? {}))
            .flatMap((service) => scrapedBehind(service, value, objects)),
        )
      : places(spec, 'podMetricsEndpoints', '').flatMap(({ value }) =>
          workloads
            .filter(({ labels }) => matches(selector, labels))
            .flatMap((workload) => scrapedOf(workload, value.port ?? value.portNumber ?? value.targetPort)),
        );
  });
}

function scrapedBehind(
  { podLabels, ports }: RawService,
  endpoint: JsonObject,
  objects: ReturnType<typeof objectsOf>,
): Scraped[] {
  if (Object.keys(podLabels).length === 0) return [];
  const { targetPort } = endpoint;
  const isDirect = typeof targetPort === 'number' || typeof targetPort === 'string';
  const found = isDirect
    ? { port: 0, target: targetPort, transport: 'TCP' as const }
    : ports.find(({ name }) => name !== undefined && name === text(endpoint.port));
  const port = found === undefined ? undefined : targetNumber(found, podLabels, objects);
  return port === undefined ? [] : [{ labels: podLabels, port: { port, transport: 'TCP' } }];
}

function scrapedOf({ labels, ports }: RawWorkload, wanted: Json | undefined): Scraped[] {
  const port = typeof wanted === 'number' ? wanted : ports.find(({ name }) => name === wanted)?.port;
  return port === undefined ? [] : [{ labels, port: { port, transport: 'TCP' } }];
}
