// Step 1, collect: walks the construct tree once, validates each construct once, and lists the objects with where they go.
import { ApiObject, Chart } from 'cdk8s';
import type { IConstruct, MetadataEntry } from 'constructs';
import { type Finding, findingText } from '../../model/finding/finding';
import type { Origin } from '../../model/manifest/object';
import {
  ENTRY,
  type EntryData,
  type Override,
  type Placement,
  type ReportedFinding,
  type Trace,
  type Verification,
} from '../../model/platform/entries';
import type { Clock } from '../clock';
import { userLine } from './source';

/** An ApiObject that is to be rendered. */
export interface Collected {
  readonly construct: ApiObject;
  readonly placement: Placement;
  readonly origin: Origin;
  readonly overrides: readonly Override[];
}

/** `source` is to be applied after `target`. */
export interface Dependency {
  readonly source: IConstruct;
  readonly target: IConstruct;
  /** Where `source` comes from. */
  readonly origin: Origin;
}

/** Something to be asked once all objects are final. */
export interface Verified {
  readonly origin: Origin;
  readonly verification: Verification;
}

/** What the tree holds. */
export interface Collection {
  readonly objects: readonly Collected[];
  readonly dependencies: readonly Dependency[];
  readonly verified: readonly Verified[];
  readonly findings: readonly Finding[];
}

/** What a construct hands down to those below it. */
interface Inherited {
  readonly placement: Placement;
  readonly trace: Trace | undefined;
  readonly incomplete: boolean;
}

/** Collects the objects below `root` in tree order. Charts without a placement go to the home directory under their own name. */
export function collect(root: IConstruct, clock: Clock): Collection {
  const objects: Collected[] = [];
  const dependencies: Dependency[] = [];
  const verified: Verified[] = [];
  const findings: Finding[] = [];
  const visit = (construct: IConstruct, above: Inherited): void => {
    const entries = construct.node.metadata;
    const here = inherit(construct, entries, above);
    for (const elapsed of read(entries, ENTRY.buildTime)) clock.add(here.placement, elapsed);
    const origin = { construct: construct.node.path, source: () => userLine(here.trace) };
    findings.push(...findingsOf(construct, entries, origin));
    if (construct instanceof ApiObject && !here.incomplete) {
      objects.push({ construct, placement: here.placement, origin, overrides: read(entries, ENTRY.override) });
    }
    for (const verification of here.incomplete ? [] : read(entries, ENTRY.verification)) {
      verified.push({ origin, verification });
    }
    for (const target of construct.node.dependencies) dependencies.push({ source: construct, target, origin });
    for (const child of construct.node.children) visit(child, here);
  };
  visit(root, { placement: plainPlacement(root), trace: undefined, incomplete: false });
  return { objects, dependencies, verified, findings };
}

function inherit(construct: IConstruct, entries: readonly MetadataEntry[], above: Inherited): Inherited {
  const isChart = construct instanceof Chart;
  if (entries.length === 0 && !isChart) return above;
  const [placement] = read(entries, ENTRY.placement);
  const [trace] = read(entries, ENTRY.trace);
  return {
    placement: placement ?? (isChart ? plainPlacement(construct) : above.placement),
    trace: trace ?? above.trace,
    incomplete: above.incomplete || read(entries, ENTRY.incomplete).length > 0,
  };
}

/** Findings that were recorded, those that an inspection makes, and what a cdk8s validation says in words of its own. */
function findingsOf(construct: IConstruct, entries: readonly MetadataEntry[], origin: Origin): Finding[] {
  const traced = ({ finding, trace }: ReportedFinding) => withSource(finding, () => userLine(trace) ?? origin.source());
  const recorded = read(entries, ENTRY.finding).map(traced);
  const inspected = attempt(origin, () =>
    read(entries, ENTRY.inspection).flatMap((inspection) => inspection().map(traced)),
  );
  const ours = [...recorded, ...inspected];
  const said = new Set(ours.map(findingText));
  if (inspected.some(({ rule }) => rule === EXCEPTION)) return ours; // a validation would throw the same
  const foreign = attempt(origin, () =>
    construct.node
      .validate()
      .filter((message) => !said.has(message))
      .map((message) => validationFinding(message, origin)),
  );
  return foreign.length === 0 ? ours : [...ours, ...foreign];
}

const EXCEPTION = 'exception';

/** What `look` finds, or that it threw: one construct must not keep the others from being looked at. */
function attempt(origin: Origin, look: () => Finding[]): Finding[] {
  try {
    return look();
  } catch (error) {
    const thrown: Finding = {
      rule: EXCEPTION,
      severity: 'error',
      message: `the construct cannot be validated: ${String(error)}`,
      expected: 'complete and well-formed properties',
      construct: origin.construct,
    };
    return [withSource(thrown, origin.source)];
  }
}

function validationFinding(message: string, origin: Origin): Finding {
  const finding: Finding = {
    rule: 'validation',
    severity: 'error',
    message,
    expected: 'what the construct demands',
    construct: origin.construct,
  };
  return withSource(finding, origin.source);
}

function withSource(finding: Finding, source: Origin['source']): Finding {
  const line = source();
  return line === undefined ? finding : { ...finding, source: line };
}

function plainPlacement(construct: IConstruct): Placement {
  const system = construct.node.path.replace(/[^A-Za-z0-9._-]/g, '-');
  return { cluster: '', home: true, system, environment: '' };
}

function read<Key extends keyof EntryData>(entries: readonly MetadataEntry[], key: Key): EntryData[Key][] {
  return entries.filter((entry) => entry.type === key).map((entry): EntryData[Key] => entry.data);
}
