// What constructs pass to the synthesizer: entries in the metadata of every construct, so that there is no other state.

import type { Minor } from '../cluster/cluster';
import type { Finding } from '../finding/finding';
import type { Json, JsonObject } from '../manifest/json';
import type { ApiEntry, ClusterApi } from '../manifest/object';
import type { Trace } from '../manifest/origin';

/** A key under which constructs keep data of one type. */
export interface EntryKey<Data> {
  readonly name: string;
  /** For the compiler only: the type of the key's data. */
  readonly data?: Data;
}

/** The part of a construct that entries need. */
interface Node {
  readonly node: {
    addMetadata(type: string, data: unknown): void;
    readonly metadata: readonly { readonly type: string; readonly data?: unknown }[];
  };
}

/** Makes a key. Others may also write metadata, so every name has our prefix. */
export function entryKey<Data>(name: string): EntryKey<Data> {
  return { name: `evenkeel:${name}` };
}

/** Adds an entry to `construct`; earlier ones under the same key stay. */
export function setEntry<Data>({ node }: Node, key: EntryKey<Data>, data: Data): void {
  node.addMetadata(key.name, data);
}

/** The entries of `construct` under `key`, in the order in which they were set. Parents' entries are left out. */
export function entriesOf<Data>({ node }: Node, { name }: EntryKey<Data>): Data[] {
  return node.metadata.filter(({ type }) => type === name).map(({ data }) => data as Data);
}

/** Whether `construct` has an entry under `key`. */
export function hasEntry<Data>({ node }: Node, { name }: EntryKey<Data>): boolean {
  return node.metadata.some(({ type }) => type === name);
}

let readsEntries = false;

/**
 * A validation that repeats entries in cdk8s' words: its own `App.synth()` knows nothing else. It is silent while the synthesizer, which has
 * read the entries, asks for the messages of others.
 */
export const repeating = (messages: () => string[]): { validate(): string[] } => ({
  validate: () => (readsEntries ? [] : messages()),
});

/** The messages of a construct's validations that do not repeat entries. */
export function messagesOfOthers(construct: { readonly node: { validate(): string[] } }): string[] {
  readsEntries = true;
  try {
    return construct.node.validate();
  } finally {
    readsEntries = false;
  }
}

/** The trace that `construct` keeps, or that its parent keeps of it. */
export function ownTrace(
  construct: Node & { readonly node: { readonly scope?: Node | undefined } },
): Trace | undefined {
  const [own] = entriesOf(construct, ENTRY.trace);
  const { scope } = construct.node;
  return own ?? (scope && entriesOf(scope, ENTRY.childTraces)[0]?.get(construct));
}

/** The keys that the synthesizer reads. */
export const ENTRY = {
  /** On a chart: where it goes. */
  destination: entryKey<Destination>('destination'),
  /** Who created this construct. */
  trace: entryKey<Trace>('trace'),
  /** Who created the children of this construct that do not say so themselves, by child. */
  childTraces: entryKey<ReadonlyMap<object, Trace>>('child-traces'),
  /** A finding that is known already. */
  finding: entryKey<Finding>('finding'),
  /** Findings that are known once the chart is complete. */
  check: entryKey<LaterCheck>('check'),
  /** On an ApiObject: a change to its final JSON. */
  override: entryKey<Override>('override'),
  /** On an ApiObject: completes it from the final objects of its namespace, or of its cluster. */
  completion: entryKey<Completion>('completion'),
  /** On a chart: findings about its final objects among all others. */
  verification: entryKey<Verification>('verification'),
  /** On an ApiObject of a kind that deployers write: this one is the platform team's. */
  platformOwned: entryKey<true>('platform-owned'),
  /** On a chart: which of its objects come before others. */
  phases: entryKey<PhaseOf>('phases'),
  /** On a chart: how long its constructor took, in milliseconds. */
  buildTime: entryKey<number>('build-time'),
  /** On a construct whose input was refused: what its stand-ins lead to, in it or below it, is not reported. */
  refused: entryKey<true>('refused'),
} as const;

/**
 * An upgrade: the whole platform as if every cluster ran one minor, to see what that changes. This environment variable requests
 * it; it must be set when main.ts is imported, since that builds the app.
 */
export const UPGRADE_VARIABLE = 'EVENKEEL_KUBERNETES';

/** On the app: the minor that the platform took from `UPGRADE_VARIABLE`. */
export const UPGRADE_MINOR = entryKey<Minor>('upgrade');

/** Where a chart goes. A chart without one goes to the home directory under its own name. */
export interface Destination {
  /** Name of the cluster. */
  readonly cluster: string;
  /** Whether the cluster's files go to the root of the output directory, not to `clusters/<name>/`. */
  readonly home: boolean;
  /** Name of the system. */
  readonly system: string;
  /** Name of the environment. */
  readonly environment: string;
  /** Registry and path of its images. @default they are loaded by hand, or it is not an environment */
  readonly registry?: string;
  /** Whether the environment survives the loss of a zone or a region. @default false */
  readonly survivesLoss?: boolean;
  /** What the platform says of the cluster's API. @default nothing is known of it */
  readonly api?: ClusterApi;
  /** Namespace of the system. @default it is not one */
  readonly namespace?: string;
}

/** Runs once per synth, when the chart is complete. Findings without a construct are about the one that registered it. */
export type LaterCheck = () => readonly Finding[];

/** An object completed from the others, and the findings about that. */
export interface Completed {
  readonly manifest: JsonObject;
  readonly findings: readonly Finding[];
}

/** Completes an object from the final others in its namespace, overrides included; its own overrides are applied afterwards. */
export type Completion = (manifest: JsonObject, surroundings: Surroundings) => Completed;

/** The objects from which another may be completed. */
export interface Surroundings {
  /** The other objects of the namespace, whatever their source. */
  readonly others: readonly JsonObject[];
  /** The objects of the system's `07-…` and `10-…` files, which its deployer applies, in any namespace. */
  readonly deployed: readonly JsonObject[];
  /** All objects of the cluster but those that are completed themselves. */
  readonly cluster: readonly JsonObject[];
}

/**
 * Judges the final objects of a chart among those of the whole app. `isSound`: the chart has no error so far; findings that only
 * follow from an error should be left out.
 */
export type Verification = (objects: readonly ApiEntry[], isSound: boolean) => readonly Finding[];

/**
 * When an object is applied in a release: `before` the migration and with its file, as the `migration` itself, or `after` it is complete.
 */
export type Phase = 'before' | 'migration' | 'after';

/**
 * The phase of an object, known once the chart is complete; `undefined` where it does not matter. `scopes` are its construct and those
 * that contain it.
 */
export type PhaseOf = (scopes: readonly object[], kind: string) => Phase | undefined;

/** One change to the final JSON of an object. */
export interface Override {
  readonly operation: 'set' | 'append' | 'replace' | 'remove';
  /** `spec.template.spec.containers[web].image`, `metadata.annotations["example.com/a"]`. */
  readonly path: string;
  readonly value?: Json;
  readonly trace: Trace;
}
