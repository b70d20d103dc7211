// The table: for a system in an environment on a cluster, what each event does to it.
import type { Cluster } from '../../model/cluster/cluster';
import type { ApiEntry } from '../../model/manifest/object';
import type { Survives } from '../../model/platform/environment';
import { drain, release, twoReleases } from './changes';
import { type Component, componentsOf, LOADS, type Load } from './component';
import { calm, domainLoss, NODE, podLoss, zoneCell } from './losses';
import { databaseBudget, type ProviderChange, providerCell, regionLoss, type Sibling } from './outside';
import { scaledInCell } from './scale-in';
import { situationsOf } from './situation';
import { absent, type Cell, cellOf, type Result } from './verdict';

/** Where a system runs, and what is promised of it. */
export interface Place {
  readonly system: string;
  readonly environment: string;
  readonly survives: Survives;
  readonly cluster: Cluster;
  readonly namespace: string;
}

/** One row. */
export interface Row {
  readonly place: Place;
  /** Whether the cluster describes its nodes. */
  readonly nodesKnown: boolean;
  readonly cells: readonly Cell[];
}

/** What is known beside the manifests. */
export interface Knowledge {
  /** What a change of provider would do, or why that cannot be said. */
  readonly provider: ProviderChange;
}

/** All rows of a platform, over the final objects of all its clusters. */
export function failureTable(entries: readonly ApiEntry[], places: readonly Place[], knowledge: Knowledge): Row[] {
  const table = new Table(entries, places);
  return places.map((place) => table.row(place, knowledge));
}

/** What the promise of one place rests on. */
export interface Promised {
  /** The loss of so many zones, at any load. Empty where nothing is promised. */
  readonly zones: readonly Result[];
  /** The loss of so many regions, with what the same system has in the others. */
  readonly regions: readonly Result[];
}

/** `places` are those of the whole platform. */
export function promised(entries: readonly ApiEntry[], places: readonly Place[], place: Place): Promised {
  const { zones, regions } = place.survives;
  const table = new Table(entries, places);
  return {
    zones: zones === 0 ? [] : table.zones(place, zones).results,
    regions: regions === 0 ? [] : table.regions(place).results,
  };
}

class Table {
  private readonly components = new Map<Place, readonly Component[]>();

  constructor(
    private readonly entries: readonly ApiEntry[],
    private readonly places: readonly Place[],
  ) {}

  row(place: Place, { provider }: Knowledge): Row {
    const situations = situationsOf(this.entries, place.cluster);
    const components = this.componentsOf(place);
    const nodesKnown = place.cluster.nodePools.length > 0;
    const cell = (event: string, ask: (load: Load) => readonly Result[]) => cellOf(event, LOADS.flatMap(ask));
    const ofNodes = (event: string, ask: (load: Load) => readonly Result[]) =>
      nodesKnown ? cell(event, ask) : absent(event, 'the cluster does not describe its nodes');
    return {
      place,
      nodesKnown,
      cells: [
        cell('as it is', (load) => calm(situations, components, load)),
        cell('pod lost', (load) => podLoss(situations, components, load)),
        ofNodes('node lost', (load) => domainLoss(situations, components, load, NODE)),
        this.zones(place, 1),
        scaledInCell('zone lost, scaled in', situations, components),
        this.zones(place, 2),
        this.regions(place),
        ofNodes('node drained', (load) => drain(situations, components, load)),
        cell('release', (load) => release(situations, components, load)),
        cell('two releases', (load) => twoReleases(situations, components, load)),
        databaseBudget(this.entries, place.cluster.name, place.namespace),
        providerCell(provider, place.cluster.name, place.namespace),
      ],
    };
  }

  zones(place: Place, count: number): Cell {
    const event = count === 1 ? 'zone lost' : `${count} zones lost`;
    const how = { isPromised: count <= place.survives.zones, loads: LOADS };
    return zoneCell(event, situationsOf(this.entries, place.cluster), this.componentsOf(place), count, how);
  }

  regions(place: Place): Cell {
    return regionLoss(this.siblings(place), this.componentsOf(place), Math.max(1, place.survives.regions));
  }

  private siblings({ system, environment }: Place): Sibling[] {
    return this.places
      .filter((one) => one.system === system && one.environment === environment)
      .map((one) => ({
        region: one.cluster.region ?? one.cluster.name,
        components: this.componentsOf(one),
        situations: situationsOf(this.entries, one.cluster),
      }));
  }

  private componentsOf(place: Place): readonly Component[] {
    const known = this.components.get(place) ?? componentsOf(this.entries, place.cluster.name, place.namespace);
    this.components.set(place, known);
    return known;
  }
}
