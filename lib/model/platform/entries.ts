// What constructs tell the synthesizer: entries in the metadata that every construct carries, so that no state lives elsewhere.

import type { Minor } from '../cluster/cluster';
import type { Finding } from '../finding/finding';
import type { Json, JsonObject } from '../manifest/json';
import type { ApiEntry } from '../manifest/object';
import type { Trace } from '../manifest/origin';

/** A key that constructs keep data of one type under. */
export interface EntryKey<Data> {
  readonly name: string;
  /** For the compiler alone: which type of data belongs to the key. */
  readonly data?: Data;
}

/** What every construct has, as far as entries need it. */
interface Node {
  readonly node: {
    addMetadata(type: string, data: unknown): void;
    readonly metadata: readonly { readonly type: string; readonly data?: unknown }[];
  };
}

/** Makes a key. Metadata of others may stand beside ours, so every name has our prefix. */
export function entryKey<Data>(name: string): EntryKey<Data> {
  return { name: `evenkeel:${name}` };
}

/** Adds an entry to `construct`; earlier ones under the same key stay. */
export function setEntry<Data>({ node }: Node, key: EntryKey<Data>, data: Data): void {
  node.addMetadata(key.name, data);
}

/** The entries of `construct` under `key`, in the order in which they were set. Those above it do not count. */
export function entriesOf<Data>({ node }: Node, { name }: EntryKey<Data>): Data[] {
  return node.metadata.filter(({ type }) => type === name).map(({ data }) => data as Data);
}

/** The keys that the synthesizer reads. */
export const ENTRY = {
  /** On a chart: where it goes. */
  destination: entryKey<Destination>('destination'),
  /** Who created this construct. */
  trace: entryKey<Trace>('trace'),
  /** A finding that is known already. */
  finding: entryKey<Finding>('finding'),
  /** Findings that are known once the chart is complete. */
  check: entryKey<LaterCheck>('check'),
  /** On an ApiObject: a change to its final JSON. */
  override: entryKey<Override>('override'),
  /** On an ApiObject: what it is, given the final objects of its namespace. */
  completion: entryKey<Completion>('completion'),
  /** On a chart: findings about its final objects among all others. */
  verification: entryKey<Verification>('verification'),
  /** On an ApiObject of a kind that deployers write: this one is the platform team's. */
  platformOwned: entryKey<true>('platform-owned'),
  /** On a chart: how long its constructor took, in milliseconds. */
  buildTime: entryKey<number>('build-time'),
  /** On a chart whose constructor threw or lacked a setting: its objects are left out, its findings count. */
  incomplete: entryKey<true>('incomplete'),
} as const;

/**
 * A preview: the whole platform as if every cluster ran one minor, to see what an upgrade changes. This environment variable asks
 * for it; it must be set when main.ts is imported, since that builds the app.
 */
export const PREVIEW_VARIABLE = 'EVENKEEL_KUBERNETES';

/** On the app: the minor that the platform took from `PREVIEW_VARIABLE`. */
export const PREVIEW_MINOR = entryKey<Minor>('preview');

/** Where a chart goes. A chart without one goes to the home directory under its own name. */
export interface Destination {
  readonly cluster: string;
  /** Whether the cluster's files lie in the root of the output directory, not in `clusters/<name>/`. */
  readonly home: boolean;
  readonly system: string;
  readonly environment: string;
}

/** Runs once per synth, when the chart is complete. Findings without a construct are about the one that was asked. */
export type LaterCheck = () => readonly Finding[];

/** An object completed from the others, and why it cannot be. */
export interface Completed {
  readonly manifest: JsonObject;
  readonly findings: readonly Finding[];
}

/** Completes an object from the others in its namespace as they are written, overrides included; its own overrides come after. */
export type Completion = (manifest: JsonObject, surroundings: Surroundings) => Completed;

/** What an object may follow from. */
export interface Surroundings {
  /** The other objects of the namespace, whoever made them. */
  readonly others: readonly JsonObject[];
  /** The objects of the system's `10-…` file, which its deployer applies, in whatever namespace. */
  readonly deployed: readonly JsonObject[];
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
