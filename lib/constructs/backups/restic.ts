// restic: the variables, folders and commands of what copies to a store, and of what restores from it.

import type { BackupPlan, BackupStore, Keep } from '../../model/backups/plan';
import type { Connectable } from '../network/connection';
import type { LateVariable } from '../pod/container';
import type { Scratch, SecretFolder } from '../pod/mounts';

const PASSWORD = '/etc/restic';
const STORE_KEY = '/etc/restic-store';
const CACHE = '/cache';

/** Where a dump is written, and where its copy is restored. */
export const DUMP = '/dump';

/** Where the files of claims are, and where their copies are restored. */
export const DATA = '/data';

/** CPU and memory of restic: it keeps its index in memory. */
export const RESTIC_RESOURCES = { cpu: '100m', memory: '512Mi' } as const;

/** For the index, and for packs of 16 MiB that are not sent yet. Source: restic, doc/047_tuning_backup_parameters.rst. */
const CACHE_SIZE = '1Gi';

/** What every container with restic has. */
interface Restic {
  readonly env: Readonly<Record<string, string | LateVariable>>;
  readonly scratch: readonly Scratch[];
  readonly volumes: Readonly<Record<string, SecretFolder>>;
  /** The folders that restic needs of a pod. */
  readonly mounts: readonly string[];
}

/** restic with one repository; `password` is the key of its Secret. Source: restic, doc/075_scripting.rst. */
export function resticWith(store: BackupStore, repository: string, password: BackupPlan['password']): Restic {
  const { variables, secretVariables, keyFile } = store;
  const keyFolder = keyFile === undefined ? {} : { [STORE_KEY]: { secret: keyFile.secret, keys: [keyFile.key] } };
  const volumes = { [PASSWORD]: { secret: password.secret, keys: [password.key] }, ...keyFolder };
  return {
    env: {
      ...variables,
      ...secretVariables,
      ...(keyFile === undefined ? {} : { [keyFile.variable]: `${STORE_KEY}/${keyFile.key}` }),
      RESTIC_REPOSITORY: `${store.repositories}/${repository}`,
      RESTIC_PASSWORD_FILE: `${PASSWORD}/${password.key}`,
      RESTIC_CACHE_DIR: CACHE,
      // by default the name of the pod, another one in each run, so that no copy would be a later one of the same
      RESTIC_HOST: repository,
      TMPDIR: CACHE,
    },
    scratch: [{ path: CACHE, size: CACHE_SIZE }],
    volumes,
    mounts: [...Object.keys(volumes), CACHE],
  };
}

/** The store, as what reaches it sees it. */
export const storeOutside = ({ name, host }: BackupStore): Connectable => ({
  connection: () => ({ name, host, port: 443, peer: { outside: host, cidrs: [], port: 443 } }),
});

/** A shell that ends with the first command that fails. The image has one: restic, docker/Dockerfile. */
const shell = (...lines: readonly string[]): readonly string[] => ['/bin/sh', '-ec', lines.join('\n')];

/** Ends the run where a folder has no file with content. */
const hasContent = (folder: string, otherwise: string): string =>
  `find ${folder} -type f -size +0 | grep -q . || { echo '${otherwise}' >&2; exit 1; }`;

/**
 * Copies a folder and forgets old copies. The first run makes the repository: the exit code 10 says that there is none. Locks of runs that
 * were killed are removed, or nothing would be forgotten any more. Source: restic, doc/075_scripting.rst, doc/060_forget.rst.
 */
export const copyCommand = (folder: string, keep: Keep, mayBeEmpty: boolean): readonly string[] =>
  shell(
    ...(mayBeEmpty ? [] : [hasContent(folder, 'the dump is empty')]),
    'restic cat config > /dev/null || { [ $? -eq 10 ] && restic init; }',
    'restic unlock',
    `restic backup ${folder}`,
    `restic forget --group-by host --keep-daily ${keep.daily} --keep-weekly ${keep.weekly} --keep-monthly ${keep.monthly} --prune`,
  );

/** Restores the last copy of a folder to the same path. Without a lock, it needs no right to write. */
export const restoreCommand = (folder: string): readonly string[] =>
  shell(
    `restic restore latest:${folder} --target ${folder} --verify --no-lock`,
    hasContent(folder, 'nothing was restored'),
  );

/** Reads a part of all copies, and compares it with its hashes. */
export const checkCommand: readonly string[] = shell('restic check --read-data-subset=5% --no-lock');
