// Our own annotations: each key once, with what writes its value and what reads it back.

import { type JsonObject, pointerToken } from './json';

const PREFIX = 'evenkeel.dev/';

/** Annotations whose value is what a user gave, or a sentence. */
export const ANNOTATION = {
  /** Hosts of an exposure to which other clusters answer too, as a list. */
  commonHosts: `${PREFIX}common-hosts`,
  /** What the cluster gets of them: `1 of 2`. */
  trafficShare: `${PREFIX}traffic`,
  /** Path by which a traffic manager sees whether the cluster serves. */
  healthPath: `${PREFIX}health-path`,
  /** Hosts whose records are set by hand, as a list. */
  dnsByHand: `${PREFIX}dns-by-hand`,
  /** Why a Role, ClusterRole or binding may do what the checks refuse. */
  accessReason: `${PREFIX}access-reason`,
  /** Why a Redis without a copy is right. */
  withoutCopy: `${PREFIX}without-copy`,
  /** Why a volume may be out of reach while its zone is. */
  oneZone: `${PREFIX}one-zone`,
  /** Why the root file system may be written. */
  writableRootFilesystem: `${PREFIX}writable-root-filesystem`,
  /** Why the pod gets a token of the Kubernetes API. */
  serviceAccountToken: `${PREFIX}service-account-token`,
  /** Why the pod runs as another user. */
  user: `${PREFIX}user`,
  /** What is lost where nothing reads the queue. */
  queueUnread: `${PREFIX}queue-unread`,
} as const;

/** Where the name of an exit stands that a network policy cannot name: `name` is that of the service outside. */
export const exitKey = (name: string): string => `${PREFIX}exit-${name}`;

/** Where an autoscaler says how far a service outside lets its workload scale. */
export const limitKey = (service: string): string => `${PREFIX}limit-${service}`;

/** Where an autoscaler says what must grow first beyond that. */
export const orderKey = (service: string): string => `${PREFIX}order-${service}`;

/** Annotations of an object, as it was read. */
type Annotations = JsonObject | undefined;

const textOf = (annotations: Annotations, key: string): string | undefined => {
  const value = annotations?.[key];
  return typeof value === 'string' ? value : undefined;
};

/** JSON pointer (RFC 6901) of an annotation. */
export function annotationPointer(key: string): string {
  return `/metadata/annotations/${pointerToken(key)}`;
}

const OURS = annotationPointer(PREFIX);

/** Whether a JSON pointer leads to an annotation of ours. */
export function isOurAnnotation(pointer: string): boolean {
  return pointer.startsWith(OURS);
}

/** A list as the value of an annotation. */
export const listText = (values: readonly string[]): string => values.join(',');

/** The list in the value of an annotation; empty where there is none. */
export const listOf = (text: string | undefined): readonly string[] => (text ?? '').split(',').filter(Boolean);

/** Numbers whose derivation stands beside them. */
export type DerivedName =
  | 'arrivals'
  | 'cpu-request'
  | 'cpu-target'
  | 'drain-time'
  | 'headroom'
  | 'latency'
  | 'max-replicas'
  | 'memory-target'
  | 'message-rate'
  | 'min-replicas'
  | 'occupancy'
  | 'occupancy-after-loss'
  | 'peak-pods'
  | 'queue-length'
  | 'requests'
  | 'requests-per-pod'
  | 'workers';

type Derivations = { readonly [Name in DerivedName]?: { readonly because: string } | undefined };

/** How each number was derived, as annotations; those that are absent have none. */
export function derivationNotes(numbers: Derivations): Readonly<Record<string, string>> {
  const notes: Record<string, string> = {};
  for (const [name, number] of Object.entries(numbers)) {
    if (number !== undefined) notes[PREFIX + name] = number.because;
  }
  return notes;
}

/** The sentence that derives a number; `undefined` where the annotations have none. */
export function derivationOf(annotations: Annotations, name: DerivedName): string | undefined {
  return textOf(annotations, PREFIX + name);
}

/** What a derivation comes to: the whole number behind its last `=`. `undefined` where there is none. */
export function resultOf(derivation: string | undefined): number | undefined {
  const [, result] = /= (\d+) [^=]*$/.exec(derivation ?? '') ?? [];
  return result === undefined ? undefined : Number(result);
}

/** What the clients of a service outside take of one of its limits at the worst moment. */
export interface Account {
  readonly needed: number;
  readonly available: number;
}

/** A limit whose account is written. */
interface WrittenAccount {
  /** Name of the limit: `connections`, `messages/s`. */
  readonly limit: string;
  readonly needed: { readonly value: number; readonly because: string };
  readonly available: { readonly value: number; readonly because: string };
}

/** Where the account of a limit stands. */
export const accountKey = (limit: string): string => PREFIX + limit.replace(/[^a-z]+/g, '-');

/** The accounts of a service's limits, as annotations. */
export function accountNotes(limits: readonly WrittenAccount[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    limits.map(({ limit, needed, available }) => [
      accountKey(limit),
      `${needed.value} of ${available.value}: ${needed.because}; ${available.because}`,
    ]),
  );
}

/** The account of a limit, with its whole sentence; `undefined` where the annotations have none in whole numbers. */
export function accountOf(annotations: Annotations, limit: string): (Account & { readonly text: string }) | undefined {
  const text = textOf(annotations, accountKey(limit));
  const [, needed, available] = /^(\d+) of (\d+)\b/.exec(text ?? '') ?? [];
  if (text === undefined || needed === undefined || available === undefined) return undefined;
  return { needed: Number(needed), available: Number(available), text };
}
