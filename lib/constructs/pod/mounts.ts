// The folders of a container: writable ones, volumes, credentials and files, each at a path of its own.

import { ApiObject } from 'cdk8s';
import type { Problem } from '../../model/finding/problem';
import {
  checked,
  choice,
  either,
  fields,
  flag,
  like,
  list,
  optional,
  table,
  text,
  volumeSize,
} from '../../model/finding/schema';
import { reasonKey } from '../../model/manifest/annotations';
import { dataKey, subdomain } from '../../model/manifest/formats';
import { canonicalQuantity } from '../../model/manifest/quantity';
import { type Connection, credentialsPath, isStoredSecret } from '../network/connection';
import type { Container, PodSpec } from '../tree/kinds';
import { fileMounts, fileVolumes, type MountedFiles } from './files';

/** A writable folder, empty at each start. */
export interface Scratch {
  /** Absolute path: `/tmp`. */
  readonly path: string;
  /** Size limit as a quantity. */
  readonly size: string;
}

const PATH = 'an absolute path, such as /tmp';

/** What a writable folder may say. */
export const SCRATCH = fields<Scratch>({ path: text(PATH, (path) => path.startsWith('/')), size: volumeSize() });

/** How nodes mount a claim: one node that writes, several that read, or several that write. */
export type AccessMode = 'ReadWriteOnce' | 'ReadWriteOncePod' | 'ReadOnlyMany' | 'ReadWriteMany';

/** A claim of storage: that of a `Volume`, or one that is made elsewhere, by name. */
export interface ClaimFolder {
  /** The claim, in the namespace of the component. */
  readonly claim: ApiObject | string;
  /** How nodes may mount it. @default as the claim says, where the system has it; otherwise ReadWriteOnce */
  readonly accessMode?: AccessMode;
  /** @default false */
  readonly readOnly?: boolean;
  /**
   * Who makes the claim, where no object of the app does: without it the pods never start. Kept as an annotation.
   * @default the claim is in the app
   * @example { claim: 'archive', madeBy: 'the platform team, from the backup of 2026' }
   */
  readonly madeBy?: string;
}

/** Keys of a Secret as files. It is made elsewhere; `evenkeel secrets` lists it. */
export interface SecretFolder {
  /** Name of the Secret, in the namespace of the component. */
  readonly secret: string;
  /** @default all of its keys */
  readonly keys?: readonly string[];
}

/** Folders by absolute path: `{ '/var/lib/app': new Volume(this, 'data', { size: '10Gi' }) }`. */
export type Volumes = Readonly<Record<string, ClaimFolder | SecretFolder>>;

const FOLDER = "new Volume(…), { claim: 'data' } or { secret: 'tls' }";

const isClaim = (value: unknown): value is ApiObject =>
  ApiObject.isApiObject(value) && value.kind === 'PersistentVolumeClaim';

/** A `Volume` is a construct, and so no plain object. */
const isVolume = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'node' in value && 'claim' in value && isClaim(value.claim);

/** What the folders of a component may say. */
export const VOLUMES = checked<Volumes>(
  table(
    either(
      [
        like(FOLDER, isVolume),
        like(FOLDER, isStoredSecret),
        fields<ClaimFolder>({
          claim: either([like('the claim of a Volume', isClaim), text(subdomain.expected, subdomain.fits)]),
          accessMode: optional(choice(['ReadWriteOnce', 'ReadWriteOncePod', 'ReadOnlyMany', 'ReadWriteMany'])),
          readOnly: optional(flag()),
          madeBy: optional(text('who makes it, as a sentence')),
        }),
        fields<SecretFolder>({
          secret: text(subdomain.expected, subdomain.fits),
          keys: optional(list(text(dataKey.expected, dataKey.fits))),
        }),
      ],
      FOLDER,
    ),
    "{ '/var/lib/app': new Volume(…) }",
  ),
  (volumes) =>
    Object.keys(volumes).flatMap((path): Problem[] => {
      if (path.startsWith('/') && path.length > 1) return [];
      return [{ field: `["${path}"]`, message: `${path} is not an absolute path`, expected: PATH }];
    }),
);

/** All that a pod mounts. */
export interface Mounts {
  readonly scratch: readonly Scratch[];
  readonly volumes: Volumes;
  /** Claims that each pod has of its own, by the names that they have in a StatefulSet's templates. @default none */
  readonly claims?: readonly { readonly name: string; readonly path: string }[];
  readonly connections: readonly Connection[];
  /** Its files. @default none */
  readonly files?: MountedFiles;
  /** Paths that only containers beside the component's mount. @default none */
  readonly beside?: readonly string[];
}

/** A folder or a file of a pod: its volume, and where it is mounted. */
interface Mounted {
  readonly volume: NonNullable<PodSpec['volumes']>[number];
  readonly mount: NonNullable<Container['volumeMounts']>[number];
}

/** The volumes of a pod, each once. */
export function podVolumes(mounts: Mounts): NonNullable<PodSpec['volumes']> {
  return [...allMounted(mounts).map(({ volume }) => volume), ...fileVolumes(mounts.files)];
}

/** All folders and files that the containers of a pod may mount. */
export function allMounts(mounts: Mounts): NonNullable<Container['volumeMounts']> {
  const own = (mounts.claims ?? []).map(({ name, path }) => ({ name, mountPath: path }));
  return [...allMounted(mounts).map(({ mount }) => mount), ...own, ...fileMounts(mounts.files)];
}

/** The mounts of the component's own container. */
export function ownMounts(mounts: Mounts): NonNullable<Container['volumeMounts']> {
  return allMounts(mounts).filter(({ mountPath }) => mounts.beside?.includes(mountPath) !== true);
}

/** Whether a volume of the pod outlives it. */
export function keepsData({ volumes, claims = [] }: Mounts): boolean {
  return claims.length > 0 || Object.values(volumes).some((folder) => 'claim' in folder);
}

/** Names of the volumes that are empty at each start. */
export function scratchNames(scratch: readonly Scratch[]): readonly string[] {
  return scratch.map((_, index) => `scratch-${index}`);
}

/** Annotations that say who makes the claims that are not in the app. */
export function claimAnnotations(volumes: Volumes): Readonly<Record<string, string>> {
  const makers = Object.values(volumes).flatMap((folder) =>
    'claim' in folder && folder.madeBy !== undefined ? [`claim ${claimName(folder)}: ${folder.madeBy}`] : [],
  );
  return makers.length === 0 ? {} : { [reasonKey('reference-exists')]: makers.join('; ') };
}

/** The name of the claim. */
export function claimName({ claim }: ClaimFolder): string {
  return typeof claim === 'string' ? claim : claim.name;
}

function allMounted({ scratch, volumes, connections }: Mounts): Mounted[] {
  const names = scratchNames(scratch);
  const secrets = connections.flatMap((connection) =>
    connection.credentials === undefined
      ? []
      : [secretMounted(`secret-${connection.name}`, credentialsPath(connection), connection.credentials)],
  );
  return [
    ...scratch.map(({ path, size }, index) => {
      const name = names[index] ?? '';
      return {
        volume: { name, emptyDir: { sizeLimit: canonicalQuantity(size) } },
        mount: { name, mountPath: path },
      };
    }),
    ...secrets,
    ...Object.entries(volumes).map(([path, folder], index) => {
      const name = `volume-${index}`;
      if ('secret' in folder) return secretMounted(name, path, folder);
      const readOnly = folder.readOnly === true ? { readOnly: true } : {};
      return {
        volume: { name, persistentVolumeClaim: { claimName: claimName(folder), ...readOnly } },
        mount: { name, mountPath: path, ...readOnly },
      };
    }),
  ];
}

function secretMounted(name: string, mountPath: string, { secret, keys }: SecretFolder): Mounted {
  const items = keys === undefined ? {} : { items: keys.map((key) => ({ key, path: key })) };
  return {
    volume: { name, secret: { secretName: secret, defaultMode: 0o440, ...items } },
    mount: { name, mountPath, readOnly: true },
  };
}
