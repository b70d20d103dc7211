// What constructs tell the synthesizer: entries in the metadata that every construct carries, so that no state lives elsewhere.
import type { Finding } from '../finding/finding';
import type { Json, JsonObject } from '../manifest/json';
import type { ApiEntry } from '../manifest/object';

/** Keys of the entries. */
export const ENTRY = {
  /** On a chart: where it goes. */
  placement: 'evenkeel:placement',
  /** Who created this construct. */
  trace: 'evenkeel:trace',
  /** A finding that is known already. */
  finding: 'evenkeel:finding',
  /** Findings that are known once the chart is complete. */
  inspection: 'evenkeel:inspection',
  /** On an ApiObject: a change to its final JSON. */
  override: 'evenkeel:override',
  /** On an ApiObject: what it is, given the final objects of its namespace. */
  derivation: 'evenkeel:derivation',
  /** On a chart: findings about its final objects among all others. */
  verification: 'evenkeel:verification',
  /** On an ApiObject of a kind that deployers write: this one is the platform team's. */
  platformOwned: 'evenkeel:platform-owned',
  /** On a chart: how long its constructor took, in milliseconds. */
  buildTime: 'evenkeel:build-time',
  /** On a chart whose constructor did not come to its end: its objects are left out, its findings count. */
  incomplete: 'evenkeel:incomplete',
} as const;

/** What each entry holds. */
export interface EntryData {
  readonly 'evenkeel:placement': Placement;
  readonly 'evenkeel:trace': Trace;
  readonly 'evenkeel:finding': ReportedFinding;
  readonly 'evenkeel:inspection': Inspection;
  readonly 'evenkeel:override': Override;
  readonly 'evenkeel:derivation': Derivation;
  readonly 'evenkeel:verification': Verification;
  readonly 'evenkeel:platform-owned': true;
  readonly 'evenkeel:build-time': number;
  readonly 'evenkeel:incomplete': true;
}

/** Where a chart goes. A chart without one goes to the home directory under its own name. */
export interface Placement {
  readonly cluster: string;
  /** Whether the cluster's files lie in the root of the output directory, not in `clusters/<name>/`. */
  readonly home: boolean;
  readonly system: string;
  readonly environment: string;
}

/** A call stack that is turned into text only when somebody asks for it. */
export interface Trace {
  readonly stack?: string;
}

/** A finding with the stack of whoever caused it; its source line is looked up when it is printed. */
export interface ReportedFinding {
  readonly finding: Finding;
  readonly trace: Trace;
}

/** Runs once per synth, when everything that users say about the construct has been said. */
export type Inspection = () => readonly ReportedFinding[];

/** Completes an object from the others in its namespace as they are written, overrides included; its own overrides come after. */
export type Derivation = (manifest: JsonObject, surroundings: Surroundings) => JsonObject;

/** What an object may follow from. */
export interface Surroundings {
  /** The other objects of the namespace, whoever made them. */
  readonly others: readonly JsonObject[];
  /** The objects of the system's `10-…` file, which its deployer applies, in whatever namespace. */
  readonly deployed: readonly JsonObject[];
  /** Records that the object cannot be completed; its construct and the user's line are added. */
  readonly refuse: (problem: Omit<Finding, 'construct' | 'object' | 'source'>) => void;
}

/**
 * Judges what a chart became, given the final objects of the whole app. `isSound`: nothing is wrong with the chart so far; what
 * follows from an error is no news.
 */
export type Verification = (objects: readonly ApiEntry[], isSound: boolean) => readonly Finding[];

/** One change to the final JSON of an object. */
export interface Override {
  readonly operation: 'set' | 'replace' | 'remove';
  /** `spec.template.spec.containers[web].image`, `metadata.annotations["example.com/a"]`. */
  readonly path: string;
  readonly value?: Json;
  readonly trace: Trace;
}
