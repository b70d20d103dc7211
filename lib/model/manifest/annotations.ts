// Our own annotations: each key defined once, with what writes its value and what reads it back.

import { type JsonObject, pointerToken } from './json';

const PREFIX = 'evenkeel.dev/';

const REASON = '-reason';

/** The annotation that gives the reason why a rule may be violated. */
export const reasonKey = (rule: string): string => `${PREFIX}${rule}${REASON}`;

/** Whether an annotation gives such a reason. */
export const isReasonKey = (key: string): boolean => key.startsWith(PREFIX) && key.endsWith(REASON);

/** Why a field that never changes does so: someone deletes the object first. Only a comparison with a commit reads it. */
export const FIXED_FIELD_REASON = reasonKey('fixed-field');

/** Annotations whose value is what a user gave, or a sentence. */
export const ANNOTATION = {
  /** Hosts of an exposure that other clusters serve too, as a list. */
  commonHosts: `${PREFIX}common-hosts`,
  /** This cluster's share of their traffic: `1 of 2`. */
  trafficShare: `${PREFIX}traffic`,
  /** Path on which a traffic manager checks that the cluster serves. */
  healthPath: `${PREFIX}health-path`,
  /** Hosts whose DNS records are set by hand, as a list. */
  dnsByHand: `${PREFIX}dns-by-hand`,
  /** Hosts whose DNS records lead to the other entry that serves them, as a list. */
  dnsAtOtherEntry: `${PREFIX}dns-at-other-entry`,
  /** Why a Role, ClusterRole or binding may grant what the checks refuse. */
  accessReason: reasonKey('access'),
  /** Why a Service has an entry of its own beside an Ingress. */
  entryReason: reasonKey('entry-beside-ingress'),
  /** Why this Redis needs no replica. */
  withoutCopy: `${PREFIX}without-copy`,
  /** Why an exposed component answers by HTTP alone. */
  plainHttp: `${PREFIX}plain-http`,
  /** Why a volume may be unavailable while its zone is. */
  oneZone: `${PREFIX}one-zone`,
  /** Why the data of a volume may be unavailable while its region is. */
  oneRegion: `${PREFIX}one-region`,
  /** Why the data of a claim is in no backup. */
  noBackup: reasonKey('volume-backup'),
  /** Why fewer than three copies are enough. */
  fewerCopies: `${PREFIX}fewer-copies`,
  /** On a CronJob: the claims that it copies, as a list. */
  copiesOf: `${PREFIX}copies-of`,
  /** Why a workload need not survive the loss of a zone that its environment promises to survive. */
  zoneLoss: `${PREFIX}zone-loss`,
  /** How many members of a quorum must serve: `2 of 3 members`. */
  quorum: `${PREFIX}quorum`,
  /** On a pod template: seconds that init containers and sidecars may take before the containers start. */
  initSeconds: `${PREFIX}init-seconds`,
  /** Who spreads gRPC calls over the pods of a Service with one address. */
  grpcBalance: `${PREFIX}grpc-balance`,
  /** Why the root file system is writable. */
  writableRootFilesystem: `${PREFIX}writable-root-filesystem`,
  /** Why the pod gets a token for the Kubernetes API. */
  serviceAccountToken: `${PREFIX}service-account-token`,
  /** Why the pod sees folders, the network or processes of its node. */
  nodeAccess: `${PREFIX}node-access`,
  /** On a NetworkPolicy: that its pods may reach every pod, at every port, as far as the policies of those let them in. */
  everyPod: `${PREFIX}reaches-every-pod`,
  /** Why the pod runs as another user. */
  user: `${PREFIX}user`,
  /** The loss if nothing reads the queue. */
  queueUnread: `${PREFIX}queue-unread`,
} as const;

/** Annotation with the host name of an egress rule, which a network policy cannot hold; `name` is the outside service's. */
export const exitKey = (name: string): string => `${PREFIX}exit-${name}`;

/** The outside service of such an annotation; `undefined` for any other. */
export const exitName = (key: string): string | undefined =>
  key.startsWith(exitKey('')) ? key.slice(exitKey('').length) : undefined;

/** Annotation of an autoscaler: how far an outside service lets its workload scale. */
export const limitKey = (service: string): string => `${PREFIX}limit-${service}`;

/** Annotation of an autoscaler: what must grow first to scale beyond that. */
export const orderKey = (service: string): string => `${PREFIX}order-${service}`;

/** An object's annotations, as read. */
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

/** Whether a JSON pointer points to one of our annotations. */
export function isOurAnnotation(pointer: string): boolean {
  return pointer.startsWith(OURS);
}

/** The quorum of a workload's members as an annotation. */
export const quorumText = (majority: number, members: number): string => `${majority} of ${members} members`;

/** The members that must serve, by the annotation; `undefined` if it has none. */
export function quorumOf(annotations: Annotations): number | undefined {
  const [, majority] = /^(\d+) of \d+ members$/.exec(textOf(annotations, ANNOTATION.quorum) ?? '') ?? [];
  return majority === undefined ? undefined : Number(majority);
}

/** A list as the value of an annotation. */
export const listText = (values: readonly string[]): string => values.join(',');

/** The list in the value of an annotation; empty if there is none. */
export const listOf = (text: string | undefined): readonly string[] => (text ?? '').split(',').filter(Boolean);

/** Numbers that are written with their derivation. */
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

/** How each number was derived, as annotations; absent numbers get none. */
export function derivationNotes(numbers: Derivations): Readonly<Record<string, string>> {
  const notes: Record<string, string> = {};
  for (const [name, number] of Object.entries(numbers)) {
    if (number !== undefined) notes[PREFIX + name] = number.because;
  }
  return notes;
}

/** The sentence that derives a number; `undefined` if the annotations have none. */
export function derivationOf(annotations: Annotations, name: DerivedName): string | undefined {
  return textOf(annotations, PREFIX + name);
}

/** The result of a derivation: the whole number after its last `=`, or `undefined` if there is none. */
export function resultOf(derivation: string | undefined): number | undefined {
  const [, result] = /= (\d+) [^=]*$/.exec(derivation ?? '') ?? [];
  return result === undefined ? undefined : Number(result);
}

/** How much of one limit of an outside service its clients use at peak. */
export interface Account {
  readonly needed: number;
  readonly available: number;
}

/** An account with the derivation of both its numbers. */
interface WrittenAccount {
  /** Name of the limit: `connections`, `messages/s`. */
  readonly limit: string;
  readonly needed: { readonly value: number; readonly because: string };
  readonly available: { readonly value: number; readonly because: string };
}

/** Annotation key of a limit's account. */
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

/** Whether an annotation says how much of an outside service's limit is used, or left: pods that end still use it. */
export function isAccountNote(pointer: string, value: unknown): boolean {
  if (!isOurAnnotation(pointer)) return false;
  const name = pointer.slice(OURS.length);
  return /^(?:limit|order)-/.test(name) || (typeof value === 'string' && /^\d+ of \d+: /.test(value));
}

/** The account of a limit, with its full sentence; `undefined` if the annotations have none in whole numbers. */
export function accountOf(annotations: Annotations, limit: string): (Account & { readonly text: string }) | undefined {
  const text = textOf(annotations, accountKey(limit));
  const [, needed, available] = /^(\d+) of (\d+)\b/.exec(text ?? '') ?? [];
  if (text === undefined || needed === undefined || available === undefined) return undefined;
  return { needed: Number(needed), available: Number(available), text };
}
