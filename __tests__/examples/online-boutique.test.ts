// examples/online-boutique: the shop has the names, ports, variables and probes of the original, so that its images run, and the
// policies let every address through that a variable has.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { app } from '../../examples/online-boutique/main';
import { connections } from '../../lib/analysis/network/connections';
import { dig, list, places, record, text } from '../../lib/analysis/objects/read-json';
import { type Container, type Workload, workloads } from '../../lib/analysis/objects/workloads';
import { check } from '../../lib/checks';
import type { Json, JsonObject } from '../../lib/model';
import { synthesize } from '../../lib/synth/synthesize';
import facts from '../fixtures/online-boutique/facts.json';

const EXAMPLE = join(__dirname, '../../examples/online-boutique');
const NAMESPACES = ['staging', 'production', 'local'].map((name) => `online-boutique-${name}`);

const shop = synthesize(app, check);

interface Fact {
  readonly containers: readonly {
    readonly init: boolean;
    readonly image: string;
    readonly env: Readonly<Record<string, string>>;
    readonly ports: readonly number[];
    readonly mounts: readonly string[];
    readonly liveness: object | null;
    readonly readiness: object | null;
    readonly resources: {
      readonly limits: { readonly memory: string };
      readonly requests: { readonly cpu: string };
    } | null;
  }[];
  readonly services?: Readonly<Record<string, { readonly ports: readonly { port: number; targetPort: number }[] }>>;
}

const FACTS: Readonly<Record<string, Fact>> = facts;

/** `kind name` of what a namespace has. */
const entriesIn = (namespace: string, kind: string) =>
  shop.entries.filter(({ identity }) => identity.namespace === namespace && identity.kind === kind);

const workloadsIn = (namespace: string): readonly Workload[] =>
  workloads(shop.entries).filter(({ entry }) => entry.identity.namespace === namespace);

function workload(namespace: string, name: string): Workload {
  const found = workloadsIn(namespace).find(({ entry }) => entry.identity.name === name);
  if (found === undefined) throw new Error(`${namespace} has no workload ${name}`);
  return found;
}

/** The variables of a container, from its ConfigMaps and of its own. */
function variables(namespace: string, { value }: Container): Record<string, string> {
  const maps = places(value, 'envFrom', '').map(({ value: source }) => text(dig(source, 'configMapRef')?.name));
  const data = entriesIn(namespace, 'ConfigMap')
    .filter(({ identity }) => maps.includes(identity.name))
    .map(({ manifest }) => record(manifest.data) ?? {});
  const own = list(value.env).map((one) => [text(record(one)?.name) ?? '', text(record(one)?.value) ?? '']);
  return Object.assign({}, ...data, Object.fromEntries(own));
}

/** The number of a port that is named or numbered. */
function portNumber({ value }: Container, port: Json | undefined): Json | undefined {
  const named = places(value, 'ports', '').find(({ value: one }) => one.name === port);
  return named?.value.containerPort ?? port;
}

/** How a probe asks, as the facts have it: without its times. */
function handler(container: Container, name: string): JsonObject | null {
  const { grpc, tcpSocket, httpGet } = dig(container.value, name) ?? {};
  if (grpc !== undefined) return { grpc };
  const asked = record(tcpSocket ?? httpGet);
  if (asked === undefined) return null;
  return { [httpGet ? 'httpGet' : 'tcpSocket']: { ...asked, port: portNumber(container, asked.port) ?? null } };
}

function withoutTimes(probe: object | null): object | null {
  if (probe === null) return null;
  return Object.fromEntries(Object.entries(probe).filter(([key]) => !key.endsWith('Seconds')));
}

/** Kept from the original: all but the probes that equal readiness, which would kill a busy container. */
function livenessOf({ liveness, readiness }: Fact['containers'][number]): object | null {
  const asks = JSON.stringify(withoutTimes(liveness));
  return asks === JSON.stringify(withoutTimes(readiness)) ? null : withoutTimes(liveness);
}

test('it is small, and has constructs alone', () => {
  const files = [
    join(EXAMPLE, 'main.ts'),
    ...readdirSync(join(EXAMPLE, 'charts')).map((it) => join(EXAMPLE, 'charts', it)),
  ];
  const code = files.filter((file) => file.endsWith('.ts')).map((file) => readFileSync(file, 'utf8'));
  expect(code.join('').split('\n').length).toBeLessThan(150);
  expect(code.join('')).not.toMatch(/ApiObject|override\(|network\(|Include|Helm/);
});

test('nothing is found, in any environment', () => expect(shop.findings).toEqual([]));

describe.each(NAMESPACES)('%s', (namespace) => {
  test('the workloads of the original, and no other', () => {
    const names = workloadsIn(namespace).map(({ entry }) => entry.identity.name);
    expect(names.sort()).toEqual(Object.keys(FACTS).sort());
  });

  test.each(Object.entries(FACTS))('%s', (name, fact) => {
    const { containers, pod } = workload(namespace, name);
    const order = (init: boolean) => containers.filter(({ role }) => (role === 'init') === init);
    expect(pod.value.serviceAccountName).toBe(name);
    for (const init of [true, false]) {
      const originals = fact.containers.filter((one) => one.init === init);
      expect(order(init).length).toBe(originals.length);
      for (const [index, original] of originals.entries()) {
        const container = order(init)[index];
        if (container === undefined) throw new Error(`${name} lacks a container`);
        expect(text(container.value.image)).toMatch(new RegExp(`/${original.image}:[^/]+$`));
        const env = variables(namespace, container);
        // an init container shares all of the component's
        expect(init ? Object.fromEntries(Object.keys(original.env).map((key) => [key, env[key]])) : env).toEqual(
          original.env,
        );
        expect(places(container.value, 'ports', '').map(({ value }) => value.containerPort)).toEqual(original.ports);
        expect(handler(container, 'readinessProbe')).toEqual(withoutTimes(original.readiness));
        expect(handler(container, 'livenessProbe')).toEqual(livenessOf(original));
        // before the boot is over, it is asked as for readiness
        expect(handler(container, 'startupProbe')).toEqual(withoutTimes(original.readiness));
        const mounts = places(container.value, 'volumeMounts', '').map(({ value }) => value.mountPath);
        expect(mounts).toEqual(expect.arrayContaining([...original.mounts]));
        if (original.resources === null) continue;
        // memory is requested as it is limited
        const { limits, requests } = original.resources;
        expect(container.value.resources).toEqual({
          limits: { memory: limits.memory },
          requests: { cpu: requests.cpu, memory: limits.memory },
        });
      }
    }
  });

  test('the Services of the original; in place of frontend-external, an Ingress', () => {
    const originals = Object.values(FACTS).flatMap(({ services = {} }) => Object.entries(services));
    const expected = originals
      .filter(([name]) => name !== 'frontend-external')
      .map(([name, { ports }]) => [name, ports.map(({ port, targetPort }) => ({ port, targetPort }))]);
    const found = entriesIn(namespace, 'Service')
      .filter(({ identity }) => !identity.name.endsWith('-members'))
      .map(({ identity, manifest }) => {
        const [container] = workload(namespace, identity.name).containers.filter(({ role }) => role === 'main');
        if (container === undefined) throw new Error(`${identity.name} has no container`);
        const ports = places(dig(manifest, 'spec') ?? {}, 'ports', '');
        return [
          identity.name,
          ports.map(({ value }) => ({ port: value.port, targetPort: portNumber(container, value.targetPort) })),
        ];
      });
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
    expect(entriesIn(namespace, 'Ingress').map(({ identity }) => identity.name)).toEqual(['frontend']);
  });

  test('each address leads to a port of a Service, which the policies let its readers reach, and names resolve', () => {
    const allowed = new Set(connections(shop.entries).map(({ from, to, port }) => `${from} → ${to} ${port}`));
    const declared: string[] = [];
    for (const client of workloadsIn(namespace)) {
      const from = `${namespace}/${client.entry.identity.name}`;
      for (const container of client.containers) {
        for (const [variable, value] of Object.entries(variables(namespace, container))) {
          // the original does not install the assistant either
          if (!variable.endsWith('_ADDR') || value === 'shoppingassistantservice:80') continue;
          const [host = '', port] = value.split(':');
          const service = entriesIn(namespace, 'Service').find(({ identity }) => identity.name === host);
          const spec = dig(service?.manifest ?? {}, 'spec') ?? {};
          const served = places(spec, 'ports', '').find(({ value: one }) => String(one.port) === port);
          const [target] = workload(namespace, host).containers.filter(({ role }) => role === 'main');
          if (target === undefined || served === undefined)
            throw new Error(`${from}: ${variable}=${value} leads nowhere`);
          const number = portNumber(target, served.value.targetPort);
          // the name of a headless Service has the addresses of pods: there is no other port than theirs
          if (spec.clusterIP === 'None') expect([value, number]).toEqual([value, served.value.port]);
          declared.push(`${from} → ${namespace}/${host} ${number}/TCP`);
        }
      }
      expect(allowed).toContain(`${from} → namespaces kubernetes.io/metadata.name=kube-system 53/UDP`);
    }
    const within = [...allowed].filter((one) => one.startsWith(`${namespace}/`) && one.includes(` → ${namespace}/`));
    expect(within.sort()).toEqual([...new Set(declared)].sort());
  });
});
