// Step 1, collect: walks the construct tree once, validates each construct once, and lists the objects with their destinations.

import { ApiObject, Chart } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { type Finding, findingAt, findingText } from '../../model/finding/finding';
import { documentLines } from '../../model/manifest/document';
import { type Origin, type Trace, userLine } from '../../model/manifest/origin';
import {
  type Destination,
  ENTRY,
  entriesOf,
  messagesOfOthers,
  type Override,
  ownTrace,
  type Verification,
} from '../../model/platform/entries';
import type { Clock } from './clock';
import { findIgnoredHooks, findIgnoredOptions } from './ignored';

/** An ApiObject to render. */
export interface Collected {
  readonly construct: ApiObject;
  readonly destination: Destination;
  /** Name of the cluster that receives it. */
  readonly cluster: string;
  readonly origin: Origin;
  readonly overrides: readonly Override[];
}

/** `source` must be applied after `target`. */
export interface Dependency {
  readonly source: IConstruct;
  readonly target: IConstruct;
  /** Where `source` comes from. */
  readonly origin: Origin;
}

/** A verification to run once all objects are final. */
export interface Verified {
  readonly origin: Origin;
  readonly verification: Verification;
}

/** The content of the tree. */
export interface Collection {
  readonly objects: readonly Collected[];
  readonly dependencies: readonly Dependency[];
  readonly verifications: readonly Verified[];
  /** Paths of constructs whose input was refused: what is found there later only follows from that. */
  readonly refused: readonly string[];
  readonly findings: readonly Finding[];
}

/** What a construct passes to its children. */
interface Inherited {
  readonly destination: Destination;
  readonly trace: Trace | undefined;
  readonly refused: boolean;
  /** Whether its chart was refused: what such a chart has is left out, since it may be half of it. */
  readonly incomplete: boolean;
}

/** Collects the objects below `root` in tree order. Charts without a destination go to the home directory under their own name. */
export function collect(root: IConstruct, clock: Clock): Collection {
  const objects: Omit<Collected, 'cluster'>[] = [];
  const dependencies: Dependency[] = [];
  const verifications: Verified[] = [];
  const refused: string[] = [];
  const findings: Finding[] = [];
  const visit = (construct: IConstruct, above: Inherited): void => {
    const here = inherit(construct, above);
    for (const elapsed of entriesOf(construct, ENTRY.buildTime)) clock.add(here.destination, elapsed);
    const origin = originOf(construct, here.trace);
    const found = here.refused ? recordedFindings(construct, origin) : findingsOf(construct, origin);
    findings.push(...found);
    if (!above.refused && (here.refused || isRefusal(construct, found))) refused.push(construct.node.path);
    const ignored = construct === root ? findIgnoredOptions(root) : findIgnoredHooks(construct);
    findings.push(...ignored.map((finding) => findingAt(origin, finding)));
    if (construct instanceof ApiObject && !here.incomplete) {
      const overrides = entriesOf(construct, ENTRY.override);
      objects.push({ construct, destination: here.destination, origin, overrides });
    }
    for (const verification of here.incomplete ? [] : entriesOf(construct, ENTRY.verification)) {
      verifications.push({ origin, verification });
    }
    for (const target of construct.node.dependencies) dependencies.push({ source: construct, target, origin });
    for (const child of construct.node.children) visit(child, here);
  };
  visit(root, { destination: plainDestination(root), trace: undefined, refused: false, incomplete: false });
  const home = homeCluster(objects);
  const received = objects.map((object) => ({ ...object, cluster: object.destination.cluster || home }));
  return { objects: received, dependencies, verifications, refused, findings };
}

function originOf(construct: IConstruct, trace: Trace | undefined): Origin {
  const origin = { construct: construct.node.path, source: () => userLine(trace) };
  const document = construct instanceof ApiObject ? documentLines(Reflect.get(construct, 'props')) : undefined;
  return document === undefined ? origin : { ...origin, document };
}

/** The cluster whose files are in the root: charts without a destination go there as well. */
function homeCluster(objects: readonly Omit<Collected, 'cluster'>[]): string {
  const atHome = objects.find(({ destination: { home, cluster } }) => home && cluster !== '');
  return atHome?.destination.cluster ?? 'home';
}

function inherit(construct: IConstruct, above: Inherited): Inherited {
  const [destination] = entriesOf(construct, ENTRY.destination);
  const trace = ownTrace(construct);
  const refused = entriesOf(construct, ENTRY.refused).length > 0;
  return {
    destination: destination ?? (construct instanceof Chart ? plainDestination(construct) : above.destination),
    trace: trace ?? above.trace,
    refused: above.refused || refused,
    incomplete: above.incomplete || (refused && construct instanceof Chart),
  };
}

/** Recorded findings, those of registered checks, and messages of other cdk8s validations. */
function findingsOf(construct: IConstruct, origin: Origin): Finding[] {
  const checked = attempt(origin, () =>
    entriesOf(construct, ENTRY.check).flatMap((find) => find().map((finding) => withOrigin(origin, finding))),
  );
  const ours = [...recordedFindings(construct, origin), ...checked];
  // those of a second copy of this package are not silent
  const known = new Set(ours.map(findingText));
  if (checked.some(({ rule }) => rule === EXCEPTION)) return ours; // a validation would throw the same
  const foreign = attempt(origin, () =>
    messagesOfOthers(construct)
      .filter((message) => !known.has(message))
      .map((message) => validationFinding(message, origin)),
  );
  return foreign.length === 0 ? ours : [...ours, ...foreign];
}

/** What only shows in the complete chart, and is as wrong as an input that is refused at once. */
const REFUSALS = ['input', 'ingress-source'];

/** Whether a registered check of the construct refused it. */
function isRefusal(construct: IConstruct, found: readonly Finding[]): boolean {
  const recorded = entriesOf(construct, ENTRY.finding).length;
  return found.slice(recorded).some(({ rule, severity }) => severity === 'error' && REFUSALS.includes(rule));
}

function recordedFindings(construct: IConstruct, origin: Origin): Finding[] {
  return entriesOf(construct, ENTRY.finding).map((finding) => withOrigin(origin, finding));
}

function withOrigin(origin: Origin, finding: Finding): Finding {
  return { ...findingAt(origin, finding), ...finding };
}

const EXCEPTION = 'exception';

/** The findings of `check`, or its exception as one: a construct must not keep the others from being checked. */
function attempt(origin: Origin, check: () => Finding[]): Finding[] {
  try {
    return check();
  } catch (error) {
    return [
      findingAt(origin, {
        rule: EXCEPTION,
        severity: 'error',
        message: `the construct cannot be validated: ${String(error)}`,
        expected: 'complete and well-formed properties',
      }),
    ];
  }
}

function validationFinding(message: string, origin: Origin): Finding {
  return findingAt(origin, {
    rule: 'validation',
    severity: 'error',
    message,
    expected: 'what the construct requires',
  });
}

function plainDestination(construct: IConstruct): Destination {
  const system = construct.node.path.replace(/[^A-Za-z0-9._-]/g, '-');
  return { cluster: '', home: true, system, environment: '' };
}
