// The table of `evenkeel prove`: what each event does to each system, for every environment and cluster that it runs on.
//
// How it is made:
//  1. A row is a placement: a system in an environment on a cluster. Its components are the workloads in its namespace.
//  2. Each component has two scales: its autoscaler at the minimum (steady) and at the maximum (peak).
//  3. A situation is the cluster at one scale: its nodes, and the pods of all its systems (situation.ts).
//  4. A cell is an event. The event says which nodes go, or which pods are added (losses, scale-in, outside, changes, rollout).
//  5. The scheduler's model says how many pods still serve at once, and how many find a node again: an interval over
//     every order in which the scheduler may place them (lib/analysis/scheduling).
//  6. Those numbers, compared with the pods needed and wanted, give a verdict for each component and scale (verdict.ts).
//  7. The cell shows the worst of these; `--why` prints the sentences behind all of them.
//  8. promise.ts turns a refuted `survives` promise into an error.
import type { Cluster } from '../../model/cluster/cluster';
import { groupBy } from '../../model/manifest/group-by';
import type { ApiEntry } from '../../model/manifest/object';
import type { Survives } from '../../model/platform/environment';
import { memoizePerObjects } from '../objects/object-index';
import { drain, release, twoReleases } from './changes';
import { type Component, componentsOf, SCALES, type Scale } from './component';
import { domainLoss, NODE, podLoss, undisturbed, zoneCell } from './losses';
import {
  controlPlaneCell,
  databaseBudget,
  type ProviderChange,
  providerCell,
  type RegionLoss,
  regionLoss,
} from './outside';
import { scaledInCell, stalledZoneCell } from './scale-in';
import { situationsOf } from './situation';
import { uncounted } from './uncounted';
import { absent, type Cell, cellOf, type Result } from './verdict';

/** A system in an environment on a cluster, and what it promises to survive. */
export interface Placement {
  readonly system: string;
  readonly environment: string;
  readonly survives: Survives;
  readonly cluster: Cluster;
  readonly namespace: string;
  /** Name of the part of the platform that the system is of. Absent for any other system. */
  readonly part?: string;
}

/** One row. */
export interface Row {
  readonly placement: Placement;
  /** Whether the cluster describes its nodes. */
  readonly nodesKnown: boolean;
  readonly cells: readonly Cell[];
  /** What the cells do not count, as sentences. */
  readonly notes: readonly string[];
}

/** What is known apart from the manifests. */
export interface Knowledge {
  /** What a change of provider would do, or why that is unknown. */
  readonly provider: ProviderChange;
}

/** All rows of a platform, from the final objects of all its clusters. */
export function failureTable(
  entries: readonly ApiEntry[],
  placements: readonly Placement[],
  knowledge: Knowledge,
): Row[] {
  const table = tableOf(entries, placements);
  return placements.map((placement) => table.row(placement, knowledge));
}

/** The results that decide the promises of one placement. */
export interface Promised {
  /** The loss of the promised number of zones, at both scales. Empty without a promise. */
  readonly zones: readonly Result[];
  /** The loss of the promised number of regions, with the same system in the others. */
  readonly regions: readonly Result[];
}

/** `placements` are all of the platform. */
export function promised(
  entries: readonly ApiEntry[],
  placements: readonly Placement[],
  placement: Placement,
): Promised {
  const { zones, regions } = placement.survives;
  const table = tableOf(entries, placements);
  return {
    zones: zones === 0 ? [] : table.zones(placement, zones).results,
    regions: regions === 0 ? [] : table.regions(placement).results,
  };
}

/** The cell, but no word that it holds where pods get requests before they can serve. */
function unlessBlind(cell: Cell, components: readonly Component[]): Cell {
  const blind = components.filter(({ isBlind }) => isBlind).map(({ name }) => name);
  if (cell.verdict !== 'holds' || blind.length === 0) return cell;
  const says = `unknown: without a readiness probe, new pods of ${blind.join(', ')} get requests before they can serve`;
  return { event: cell.event, says, results: cell.results };
}

/** The cell for the components that must survive the loss of a zone, with the reasons of the others. Without zones none is asked. */
function excusing(
  { cluster }: Placement,
  components: readonly Component[],
  cellOfZones: (asked: readonly Component[]) => Cell,
): Cell {
  const excused = components.filter(({ zoneLossReason }) => zoneLossReason !== undefined);
  if (excused.length === 0 || cluster.zones.length === 0) return cellOfZones(components);
  const cell = cellOfZones(components.filter((one) => !excused.includes(one)));
  const reasons = excused.map(({ name, zoneLossReason }) => `${name} is not asked: ${zoneLossReason}`);
  return { ...cell, says: [...(cell.says === '' ? [] : [cell.says]), ...reasons].join('; ') };
}

class Table {
  private readonly components = new Map<string, readonly Component[]>();
  private readonly regionLosses = new Map<string, RegionLoss>();
  /** Placements of each system in each environment. */
  private readonly siblings: ReadonlyMap<string, readonly Placement[]>;

  constructor(
    private readonly entries: readonly ApiEntry[],
    placements: readonly Placement[],
  ) {
    this.siblings = groupBy(placements, siblingKey);
  }

  row(placement: Placement, { provider }: Knowledge): Row {
    const situations = situationsOf(this.entries, placement.cluster);
    const components = this.componentsOf(placement);
    const nodesKnown = placement.cluster.nodePools.length > 0;
    const cell = (event: string, ask: (scale: Scale) => readonly Result[]) => cellOf(event, SCALES.flatMap(ask));
    const ofNodes = (event: string, ask: (scale: Scale) => readonly Result[]) =>
      nodesKnown ? cell(event, ask) : absent(event, 'the cluster does not describe its nodes');
    return {
      placement,
      nodesKnown,
      notes: uncounted(this.entries, placement.cluster, components),
      cells: [
        cell('as it is', (scale) => undisturbed(situations, components, scale)),
        cell('pod lost', (scale) => podLoss(situations, components, scale)),
        ofNodes('node lost', (scale) => domainLoss(situations, components, scale, NODE)),
        this.zones(placement, 1),
        excusing(placement, components, (asked) => scaledInCell('zone lost, scaled in', situations, asked)),
        this.zones(placement, 2),
        stalledZoneCell('zone cannot grow', situations, components),
        controlPlaneCell(situations, components),
        this.regions(placement),
        ofNodes('node drained', (scale) => drain(situations, components, scale)),
        cell('release', (scale) => release(situations, components, scale)),
        cell('two releases', (scale) => twoReleases(situations, components, scale)),
      ]
        .map((one) => unlessBlind(one, components))
        .concat([
          databaseBudget(this.entries, placement.cluster.name, placement.namespace),
          providerCell(provider, placement.cluster.name, placement.namespace),
        ]),
    };
  }

  zones(placement: Placement, count: number): Cell {
    const event = count === 1 ? 'zone lost' : `${count} zones lost`;
    const how = { isPromised: count <= placement.survives.zones, scales: SCALES };
    const situations = situationsOf(this.entries, placement.cluster);
    return excusing(placement, this.componentsOf(placement), (asked) => zoneCell(event, situations, asked, count, how));
  }

  regions(placement: Placement): Cell {
    const count = Math.max(1, placement.survives.regions);
    const id = `${count} ${siblingKey(placement)}`;
    const lossOf = this.regionLosses.get(id) ?? this.lossOfRegions(placement, count);
    this.regionLosses.set(id, lossOf);
    return lossOf(this.componentsOf(placement));
  }

  private lossOfRegions(placement: Placement, count: number): RegionLoss {
    const siblings = (this.siblings.get(siblingKey(placement)) ?? []).map((one) => ({
      region: one.cluster.region ?? one.cluster.name,
      components: this.componentsOf(one),
      situations: situationsOf(this.entries, one.cluster),
    }));
    return regionLoss(siblings, count);
  }

  private componentsOf(placement: Placement): readonly Component[] {
    const { cluster, namespace } = placement;
    const id = `${cluster.name} ${namespace}`;
    const known = this.components.get(id) ?? componentsOf(this.entries, cluster.name, namespace);
    this.components.set(id, known);
    return known;
  }
}

const siblingKey = ({ system, environment }: Placement): string => JSON.stringify([system, environment]);

const tables = memoizePerObjects(() => new WeakMap<readonly Placement[], Table>());

/** The table of a platform, made once: each system asks for the promises made to it. */
function tableOf(entries: readonly ApiEntry[], placements: readonly Placement[]): Table {
  const known = tables(entries).get(placements) ?? new Table(entries, placements);
  tables(entries).set(placements, known);
  return known;
}
