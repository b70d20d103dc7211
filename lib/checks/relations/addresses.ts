// Addresses in variables, arguments and files of pods: the Service exists, and has that port.

import { addressesIn, hostsOf, type Meaning, meaningOf, portsOfService } from '../../analysis/network/addresses';
import { filesOf, type Setting, settingsOf } from '../../analysis/network/pod-texts';
import { objectIndex, placeOf } from '../../analysis/objects/object-index';
import { dig, list, places } from '../../analysis/objects/read-json';
import { type Workload, workloads } from '../../analysis/objects/workloads';
import { reasonKey } from '../../model/manifest/annotations';
import { type ApiEntry, describeIdentity } from '../../model/manifest/object';
import { namespace, running, service } from '../examples';
import type { Rule } from '../rule';
import { operated } from './operators';

/** An address that a pod has, and where. */
interface Found {
  readonly name: string;
  readonly pointer: string;
  readonly host: string;
  /** @default none is stated */
  readonly port?: number;
}

/** `redis:7` is an image there. */
const isOfImage = ({ name, value }: Setting): boolean => /image|tag/i.test(name) || /^--[a-z-]*image/i.test(value);

/** `CART_HOST` beside `CART_PORT`. */
function pairs(settings: readonly Setting[]): Found[] {
  const variables = new Map(settings.filter(({ kind }) => kind === 'variable').map((one) => [one.name, one]));
  return [...variables.values()].flatMap(({ name, value: host }): Found[] => {
    const port = name.endsWith('_HOST') ? variables.get(name.replace(/_HOST$/, '_PORT')) : undefined;
    if (port === undefined || !/^\d{1,5}$/.test(port.value)) return [];
    return [{ name: port.name, pointer: port.pointer, host, port: Number(port.value) }];
  });
}

/** Everything that looks like an address with a port, each place once. */
function addressesOf(entries: readonly ApiEntry[], workload: Workload): Found[] {
  const own = workload.containers.map((container) => settingsOf(entries, workload, container));
  const found = [...own.flat(), ...filesOf(entries, workload)]
    .filter((setting) => !isOfImage(setting))
    .flatMap(({ name, pointer, value }) => addressesIn(value).map((address) => ({ name, pointer, ...address })));
  const all = [...found, ...own.flatMap(pairs)];
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

const meant = (entries: readonly ApiEntry[], { entry }: Workload, host: string): Meaning =>
  meaningOf(entries, { cluster: entry.cluster, namespace: entry.identity.namespace, host });

const addressPort: Rule = {
  id: 'address-port',
  what: 'An address of a Service in a variable, an argument or a file of a pod has one of its ports.',
  why: 'Connections to it time out, or are refused: the pod starts, and never reaches what it needs.',
  severity: 'warning',
  reason: reasonKey('address-port'),
  judge:
    'kubernetes.io, "Service": a Service answers at its ports only; texts that are not written as host:port are not read',
  check: (entries, report) => {
    for (const workload of workloads(entries)) {
      for (const { name, pointer, host, port = 0 } of addressesOf(entries, workload)) {
        const found = meant(entries, workload, host);
        const to = found !== undefined && 'service' in found ? found.service : undefined;
        const ports = to === undefined ? undefined : portsOfService(entries, to);
        if (to === undefined || ports === undefined || ports.length === 0 || ports.includes(port)) continue;
        report(workload.entry, pointer, {
          message: `${name} has port ${port} of ${describeIdentity(to.identity)}, which has none of this number`,
          expected: `port ${ports.join(' or ')}; of a component, port: { port, servicePort } and connectTo(…, { as }) change both`,
          value: port,
        });
      }
    }
  },
  examples: {
    pass: [
      service({ selector: { app: 'web' }, ports: [{ port: 3550 }] }, 'catalog'),
      running({ env: [{ name: 'CATALOG_ADDR', value: 'catalog:3550' }] }),
    ],
    fail: [
      service({ selector: { app: 'web' }, ports: [{ port: 80 }] }, 'catalog'),
      running({ env: [{ name: 'CATALOG_ADDR', value: 'catalog:3550' }] }),
    ],
  },
};

/** Names of variables whose value is an address. */
const ADDRESS_NAME =
  /(?:^|[_.-])(?:ADDR|ADDRESS|ADDRESSES|HOST|HOSTS|URL|URI|ENDPOINT|ENDPOINTS|SERVER|SERVERS|BROKERS|UPSTREAM|TARGET|DSN)$/i;

/** Names that pods know without a Service: their own, those of their hosts file, and of the API. */
function knownTo({ pod }: Workload): ReadonlySet<unknown> {
  const aliases = places(pod.value, 'hostAliases', '').flatMap(({ value }) => list(value.hostnames));
  return new Set(['localhost', 'kubernetes', pod.value.hostname, ...aliases]);
}

/** Whether a name of one label can be anything but a Service: the pod asks the servers of its node, or searches other domains. */
function asksElsewhere({ pod }: Workload): boolean {
  const { dnsPolicy = 'ClusterFirst', hostNetwork } = pod.value;
  const isOfCluster = dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && hostNetwork !== true);
  return !isOfCluster || list(dig(pod.value, 'dnsConfig')?.searches).length > 0;
}

/** Names that end in `.svc` anywhere, and names of one label where the whole variable is an address. */
function namesOf(entries: readonly ApiEntry[], workload: Workload): Found[] {
  const own = workload.containers.flatMap((container) => settingsOf(entries, workload, container));
  const known = knownTo(workload);
  const full = [...own, ...filesOf(entries, workload)].flatMap(({ name, pointer, value }) =>
    [...value.matchAll(/(?<![\w.$-])[a-z0-9-]+\.[a-z0-9-]+\.svc(?:\.cluster\.local)?(?![\w-]|\.\w)/g)].map(
      ([host]) => ({
        name,
        pointer,
        host,
      }),
    ),
  );
  const single = asksElsewhere(workload)
    ? []
    : own
        .filter(({ name, kind }) => kind === 'variable' && ADDRESS_NAME.test(name))
        .flatMap(({ name, pointer, value }) => hostsOf(value).map((host) => ({ name, pointer, host })))
        .filter(({ host }) => !known.has(host));
  return [...new Map([...full, ...single].map((one) => [JSON.stringify(one), one])).values()];
}

const addressService: Rule = {
  id: 'address-service',
  what: 'A Service whose name a pod has in an address exists, if the app writes its namespace.',
  why: 'The name is not found: the pod starts, and never reaches what it needs.',
  severity: 'warning',
  reason: reasonKey('address-service'),
  judge:
    'kubernetes.io, "DNS for Services and Pods"; names of one label are read in variables that are called an address, a host or a URL',
  check: (entries, report) => {
    for (const workload of workloads(entries)) {
      const { entry } = workload;
      const { cluster, identity } = entry;
      const isWritten = isClosed(entries, cluster, identity.namespace);
      for (const { name, pointer, host } of namesOf(entries, workload)) {
        const found = meant(entries, workload, host);
        const space = found !== undefined && 'missing' in found ? found.namespace : identity.namespace;
        const isGone =
          found === undefined
            ? !host.includes('.') && isWritten
            : 'missing' in found && isClosed(entries, cluster, found.namespace);
        if (!isGone) continue;
        report(entry, pointer, {
          message: `${name} names ${host}, and there is no such Service in the namespace ${space}`,
          expected:
            'the name of a Service there, as connectTo(…, { as }) writes it; or the full name of a host outside',
          value: host,
        });
      }
    }
  },
  examples: {
    pass: [
      namespace,
      service({ selector: { app: 'web' }, ports: [{ port: 6379 }] }, 'redis-cart'),
      running({ env: [{ name: 'REDIS_ADDR', value: 'redis-cart:6379' }] }),
    ],
    fail: [namespace, running({ env: [{ name: 'REDIS_ADDR', value: 'redis-cart:6379' }] })],
  },
};

/** Whether the app writes all of a namespace: no operator makes Services there. */
function isClosed(entries: readonly ApiEntry[], cluster: string, space: string | undefined): boolean {
  return objectIndex(entries).owns(cluster, space) && !operated(entries).has(placeOf(cluster, space));
}

export const addressRules: readonly Rule[] = [addressPort, addressService];
