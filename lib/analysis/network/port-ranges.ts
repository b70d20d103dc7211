// Sets of ports: what a rule of a policy allows, by protocol, as ranges.
import type { JsonObject } from '../../model/manifest/json';
import { isSet, places, text } from '../objects/read-json';
import { lasting, type Workload } from '../objects/workloads';

type Range = readonly [first: number, last: number];

/** Ranges by protocol: in order, and none touches another. */
export type Ports = ReadonlyMap<string, readonly Range[]>;

/** Those that a policy can name. What it means for others, such as ICMP, is up to the network plugin. */
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const EVERY: Range = [1, 65535];

export const ALL_PORTS: Ports = new Map(PROTOCOLS.map((protocol) => [protocol, [EVERY]]));
export const NO_PORTS: Ports = new Map();

/** The ports that a rule allows at a target; no list, or an empty one, allows all. */
export function portsOf(rule: readonly JsonObject[] | undefined, target: Workload): Ports {
  if (rule === undefined) return ALL_PORTS;
  const found = new Map<string, Range[]>();
  for (const { port, protocol, endPort } of rule) {
    const name = text(protocol) ?? 'TCP';
    const ranges =
      typeof port === 'string' ? named(target, port, name) : rangeOf(isSet(port) ? port : undefined, endPort);
    found.set(name, [...(found.get(name) ?? []), ...ranges]);
  }
  return combine((protocol) => joined(found.get(protocol) ?? []));
}

function rangeOf(port: unknown, endPort: unknown): Range[] {
  if (port === undefined) return [EVERY];
  if (typeof port !== 'number') return [];
  const last = typeof endPort === 'number' ? endPort : port;
  return port <= last ? [[port, last]] : [];
}

/** A name means the port that a container of the target declares by it; several pods may mean different ones. */
function named(target: Workload, name: string, protocol: string): Range[] {
  return lasting(target).flatMap(({ value }) =>
    places(value, 'ports', '').flatMap(({ value: port }): Range[] => {
      const number = port.containerPort;
      const same = port.name === name && (text(port.protocol) ?? 'TCP') === protocol;
      return same && typeof number === 'number' ? [[number, number]] : [];
    }),
  );
}

function joined(ranges: readonly Range[]): Range[] {
  const found: Range[] = [];
  for (const range of [...ranges].sort((a, b) => a[0] - b[0])) {
    const before = found.at(-1);
    if (before === undefined || before[1] + 1 < range[0]) found.push(range);
    else found[found.length - 1] = [before[0], Math.max(before[1], range[1])];
  }
  return found;
}

/** Ports of any of the sets. */
export function union(sets: readonly Ports[]): Ports {
  const [first = NO_PORTS, ...rest] = sets;
  if (rest.length === 0 || first === ALL_PORTS) return first;
  if (rest.includes(ALL_PORTS)) return ALL_PORTS;
  return combine((protocol) => joined(sets.flatMap((set) => set.get(protocol) ?? [])));
}

/** Ports of both sets. */
export function intersection(some: Ports, others: Ports): Ports {
  if (some === ALL_PORTS || others === NO_PORTS) return others;
  if (others === ALL_PORTS || some === NO_PORTS) return some;
  return combine((protocol) =>
    (some.get(protocol) ?? []).flatMap(([first, last]) =>
      (others.get(protocol) ?? []).flatMap(([from, to]): Range[] => {
        const [start, end] = [Math.max(first, from), Math.min(last, to)];
        return start <= end ? [[start, end]] : [];
      }),
    ),
  );
}

/** Ports of the first set that the second lacks. */
export function difference(some: Ports, without: Ports): Ports {
  if (without === NO_PORTS) return some;
  if (without === ALL_PORTS) return NO_PORTS;
  return combine((protocol) => {
    let left: readonly Range[] = some.get(protocol) ?? [];
    for (const [from, to] of without.get(protocol) ?? []) {
      left = left.flatMap(([first, last]): Range[] => {
        const parts: Range[] = [
          [first, Math.min(last, from - 1)],
          [Math.max(first, to + 1), last],
        ];
        return parts.filter(([start, end]) => start <= end);
      });
    }
    return left;
  });
}

function combine(rangesOf: (protocol: string) => readonly Range[]): Ports {
  const found = new Map<string, readonly Range[]>();
  for (const protocol of PROTOCOLS) {
    const ranges = rangesOf(protocol);
    if (ranges.length > 0) found.set(protocol, ranges);
  }
  return found.size === 0 ? NO_PORTS : found;
}

const isEvery = (ranges: readonly Range[] | undefined): boolean =>
  ranges?.length === 1 && ranges[0]?.[0] === EVERY[0] && ranges[0][1] === EVERY[1];

/** As texts: `8080/TCP`, `8000-8090/UDP`, `any port/SCTP`, `any port`. */
export function describePorts(ports: Ports): string[] {
  if (PROTOCOLS.every((protocol) => isEvery(ports.get(protocol)))) return ['any port'];
  return [...ports].flatMap(([protocol, ranges]) =>
    isEvery(ranges)
      ? [`any port/${protocol}`]
      : ranges.map(([first, last]) => `${first === last ? first : `${first}-${last}`}/${protocol}`),
  );
}

/** The same of a rule whose other end is not among the workloads. Names stay names where the target is that end. */
export function describeRulePorts(rule: readonly JsonObject[] | undefined, target?: Workload): string[] {
  if (rule === undefined) return ['any port'];
  return rule.flatMap((one) => {
    const { port, protocol, endPort } = one;
    if (typeof port === 'string' && target !== undefined) return describePorts(portsOf([one], target));
    const last = typeof endPort === 'number' && endPort !== port ? `-${endPort}` : '';
    return `${isSet(port) ? `${String(port)}${last}` : 'any port'}/${text(protocol) ?? 'TCP'}`;
  });
}
