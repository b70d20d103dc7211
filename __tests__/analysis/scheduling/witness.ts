// A second witness of what a scheduler may do: every order of single pods on every node, by filters written down once more and plainly.

import { own } from '../../../lib/analysis/objects/read-json';
import type { JsonObject } from '../../../lib/model';

/** A spec of a pod, as far as trials use it. */
interface Spec {
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly topologySpreadConstraints?: readonly Constraint[];
  readonly affinity?: { readonly podAffinity?: Required; readonly podAntiAffinity?: Required };
}

interface Constraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains?: number;
  readonly whenUnsatisfiable: string;
  readonly nodeTaintsPolicy?: string;
  readonly nodeAffinityPolicy?: string;
}

interface Required {
  readonly requiredDuringSchedulingIgnoredDuringExecution: readonly {
    readonly topologyKey: string;
    readonly labelSelector: { readonly matchLabels: { readonly app: string } };
  }[];
}

export interface Host {
  readonly name: string;
  readonly labels: JsonObject;
  readonly cpu: number;
  readonly memory: number;
  readonly pods: number;
  readonly lost: boolean;
}

/** A workload; its pods have the label `app` with its name. */
export interface App {
  readonly app: string;
  readonly replicas: number;
  readonly cpu: number;
  readonly memory: number;
  readonly priority: number;
  readonly spec: Spec;
}

/** Node of each pod, by app: −1 while it waits. */
type Places = readonly (readonly number[])[];

/** Every way in which the pods of each app can be placed while nothing is lost: the numbers of its pods by node. */
export function layouts(hosts: readonly Host[], apps: readonly App[]): readonly (readonly number[])[][] {
  const nowhere = apps.map(({ replicas }) => Array.from({ length: replicas }, () => -1));
  const found = ends(hosts, apps, [nowhere], false);
  return apps.map((_, app) =>
    found.map((places) => hosts.map((__, node) => places[app]?.filter((one) => one === node).length ?? 0)),
  );
}

/** Every number of pods on living nodes that each app can end with, once the lost nodes have gone. */
export function outcomes(hosts: readonly Host[], apps: readonly App[]): readonly ReadonlySet<number>[] {
  const nowhere = apps.map(({ replicas }) => Array.from({ length: replicas }, () => -1));
  const first = ends(hosts, apps, [nowhere], false);
  const hit = first.map((places) => places.map((pods) => pods.map((node) => (hosts[node]?.lost ? -1 : node))));
  const found = apps.map(() => new Set<number>());
  for (const places of ends(hosts, apps, hit, true)) {
    places.forEach((pods, app) => {
      found[app]?.add(pods.filter((node) => node !== -1).length);
    });
  }
  return found;
}

function ends(hosts: readonly Host[], apps: readonly App[], starts: readonly Places[], dead: boolean): Places[] {
  const seen = new Map<string, Places>();
  const open: Places[] = [];
  const found: Places[] = [];
  const visit = (places: Places) => {
    const sorted = places.map((pods) => pods.toSorted((a, b) => a - b));
    const key = JSON.stringify(sorted);
    if (seen.has(key)) return;
    seen.set(key, sorted);
    open.push(sorted);
  };
  starts.forEach(visit);
  for (let places = open.pop(); places !== undefined; places = open.pop()) {
    const next = moves(hosts, apps, places, dead);
    if (next.length === 0) found.push(places);
    next.forEach(visit);
  }
  return found;
}

function moves(hosts: readonly Host[], apps: readonly App[], places: Places, dead: boolean): Places[] {
  const found: Places[] = [];
  apps.forEach((app, index) => {
    if (!places[index]?.includes(-1)) return;
    const nodes = hosts.map((_, node) => node);
    const taking = nodes.filter((node) => fits(hosts, apps, places, dead, index, node));
    found.push(...taking.map((node) => put(places, index, node)));
    if (taking.length > 0) return;
    for (const node of nodes) {
      // none is preempted for a pod that would not fit without all of them either, such as one that must be beside one of them
      if (!fits(hosts, apps, withoutLower(apps, places, app.priority, node), dead, index, node)) continue;
      const enough = removals(apps, places, app.priority, node).filter((one) =>
        fits(hosts, apps, one, dead, index, node),
      );
      const least = enough.filter((one) => !enough.some((other) => keepsMore(other, one)));
      found.push(...least.map((one) => put(one, index, node)));
    }
  });
  return found;
}

const put = (places: Places, app: number, node: number): Places =>
  places.map((pods, index) => (index === app ? pods.with(pods.indexOf(-1), node) : pods));

/** Whether all pods that `one` has are there in `other` too, and more. */
function keepsMore(other: Places, one: Places): boolean {
  const [many, few] = [other.flat(), one.flat()];
  return many.join() !== few.join() && few.every((node, index) => node === -1 || many[index] === node);
}

/** With no pod of lower priority on a node. */
const withoutLower = (apps: readonly App[], places: Places, priority: number, node: number): Places =>
  places.map((pods, index) =>
    (apps[index]?.priority ?? 0) < priority ? pods.map((at) => (at === node ? -1 : at)) : pods,
  );

/** With each subset of the pods of lower priority on a node taken away. */
function removals(apps: readonly App[], places: Places, priority: number, node: number): Places[] {
  let found: Places[] = [places];
  places.forEach((pods, index) => {
    if ((apps[index]?.priority ?? 0) >= priority) return;
    pods.forEach((at, pod) => {
      if (at !== node) return;
      found = found.flatMap((one) => [one, one.map((all, other) => (other === index ? all.with(pod, -1) : all))]);
    });
  });
  return found;
}

function fits(
  hosts: readonly Host[],
  apps: readonly App[],
  places: Places,
  dead: boolean,
  index: number,
  node: number,
) {
  const host = hosts[node];
  const app = apps[index];
  if (host === undefined || app === undefined || (dead && host.lost) || !wants(app, host)) return false;
  const on = (at: number) => places.flatMap((pods, other) => pods.filter((one) => one === at).map(() => apps[other]));
  const here = on(node);
  const used = (what: 'cpu' | 'memory') => here.reduce((sum, one) => sum + (one?.[what] ?? 0), app[what]);
  if (used('cpu') > host.cpu || used('memory') > host.memory || here.length + 1 > host.pods) return false;
  const same = (key: string, other: Host) =>
    own(host.labels, key) !== undefined && own(other.labels, key) === own(host.labels, key);
  const near = (key: string) => hosts.flatMap((other, at) => (same(key, other) ? on(at) : []));
  const terms = (one: App | undefined, kind: 'podAffinity' | 'podAntiAffinity') =>
    one?.spec.affinity?.[kind]?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const asked = ({ labelSelector }: { readonly labelSelector: { readonly matchLabels: { readonly app: string } } }) =>
    labelSelector.matchLabels.app;
  for (const term of terms(app, 'podAntiAffinity')) {
    if (near(term.topologyKey).some((one) => one?.app === asked(term))) return false;
  }
  for (const other of apps) {
    for (const term of terms(other, 'podAntiAffinity')) {
      if (asked(term) === app.app && near(term.topologyKey).includes(other)) return false;
    }
  }
  for (const term of terms(app, 'podAffinity')) {
    const isFirst = asked(term) === app.app && !places[index]?.some((at) => at !== -1);
    if (!isFirst && !near(term.topologyKey).some((one) => one?.app === asked(term))) return false;
  }
  return spreads(hosts, app, places[index] ?? [], dead, host);
}

function spreads(hosts: readonly Host[], app: App, own_: readonly number[], dead: boolean, host: Host): boolean {
  for (const spread of app.spec.topologySpreadConstraints ?? []) {
    if (spread.whenUnsatisfiable !== 'DoNotSchedule') continue;
    const counts = new Map<string, number>();
    hosts.forEach((other, at) => {
      if (dead && other.lost && spread.nodeTaintsPolicy === 'Honor') return;
      if (spread.nodeAffinityPolicy !== 'Ignore' && !wants(app, other)) return;
      const domain = String(own(other.labels, spread.topologyKey));
      counts.set(domain, (counts.get(domain) ?? 0) + own_.filter((one) => one === at).length);
    });
    const least = counts.size < (spread.minDomains ?? 1) ? 0 : Math.min(...counts.values());
    if ((counts.get(String(own(host.labels, spread.topologyKey))) ?? 0) + 1 - least > spread.maxSkew) return false;
  }
  return true;
}

const wants = ({ spec }: App, { labels }: Host): boolean =>
  Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => own(labels, key) === value);
