// Components of a system that share hosts: one Ingress has all of them, since not every provider merges Ingresses by host.

import type { IConstruct } from 'constructs';
import { compareText } from '../../model/manifest/text';
import { type Claimed, type ExposedPath, isWholeHost } from '../../model/platform/paths';

/** A component that is exposed. */
export interface Sharing {
  /** Name of the component. */
  readonly name: string;
  /** Its hosts so far. */
  readonly hosts: readonly string[];
  /** Its paths, at each of its hosts. */
  readonly paths: readonly ExposedPath[];
}

/** The exposures of each system. */
export class SharedHosts<One extends Sharing> {
  private readonly byHost = new WeakMap<IConstruct, Map<string, Set<One>>>();

  /** Adds a host of an exposure. */
  add(system: IConstruct, host: string, exposure: One): void {
    const hosts = this.byHost.get(system) ?? new Map<string, Set<One>>();
    this.byHost.set(system, hosts);
    hosts.set(host, (hosts.get(host) ?? new Set<One>()).add(exposure));
  }

  /**
   * All that share hosts with `exposure`, itself included, whether directly or by another one. The first gives the Ingress its name: one
   * that has a whole host, else the first by name. The order of calls makes no difference.
   */
  with(system: IConstruct, exposure: One): readonly [One, ...One[]] {
    const all = this.byHost.get(system);
    const found = new Set<One>([exposure]);
    // a set grows while it is walked
    for (const one of found) {
      for (const host of one.hosts) for (const other of all?.get(host) ?? []) found.add(other);
    }
    const rank = ({ paths }: One) => (paths.some(isWholeHost) ? 0 : 1);
    const [first = exposure, ...others] = [...found].sort((a, b) => rank(a) - rank(b) || compareText(a.name, b.name));
    return [first, ...others];
  }
}

/** The paths of one host. */
export function claimsOf<One extends Sharing>(
  exposures: readonly One[],
  host: string,
): readonly (Claimed & { readonly by: One })[] {
  return exposures
    .filter(({ hosts }) => hosts.includes(host))
    .flatMap((by) => by.paths.map((path) => ({ path, name: by.name, by })));
}

/** The hosts of all, each once, those of the first exposure first. */
export function hostsOf(exposures: readonly Sharing[]): readonly string[] {
  return [...new Set(exposures.flatMap(({ hosts }) => hosts))];
}
