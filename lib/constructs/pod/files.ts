// Files of a component: each is a key of one ConfigMap, and mounted alone, so that what the image has beside it stays.

import type { Problem } from '../../model/finding/problem';
import { checked, emptyText, table } from '../../model/finding/schema';
import { dataKey } from '../../model/manifest/formats';
import type { Container, PodSpec } from '../tree/kinds';

/** Files by absolute path: `{ '/etc/app/app.conf': 'level = info\n' }`. */
export type Files = Readonly<Record<string, string>>;

/** The files of a container, in a ConfigMap. */
export interface MountedFiles {
  /** Name of the ConfigMap. */
  readonly configMap: string;
  readonly paths: readonly string[];
}

const EXPECTED = "{ '/etc/app/app.conf': readFileSync('app.conf', 'utf8') }";
const PATH = 'an absolute path of letters, digits, "-", "_" and ".", such as /etc/app/app.conf';

/** What the files of a component may say. */
export const FILES = checked<Files>(table(emptyText(), EXPECTED), (files) => {
  const byKey = new Map<string, string>();
  return Object.keys(files).flatMap((path): Problem[] => {
    const parts = path.split('/').slice(1);
    if (!path.startsWith('/') || !parts.every((part) => dataKey.fits(part)) || !dataKey.fits(keyOf(path))) {
      return [{ field: `["${path}"]`, message: `${path} is not the path of a file`, expected: PATH }];
    }
    const other = byKey.get(keyOf(path));
    byKey.set(keyOf(path), path);
    if (other === undefined) return [];
    return [
      {
        field: `["${path}"]`,
        message: `${path} and ${other} have the same key`,
        expected: 'another name for one of them',
      },
    ];
  });
});

/**
 * Files that cannot be mounted: one that another mount needs as a folder, or one in the folder of a Secret, which is read-only.
 * `mounts` are the folders of the container, with those of Secrets among them in `readOnly`.
 */
export function findMountProblems(files: Files, mounts: readonly string[], readOnly: readonly string[]): Problem[] {
  const paths = Object.keys(files);
  const firstIn = new Map<string, string>();
  for (const path of [...paths, ...mounts]) {
    for (const folder of foldersOf(path)) if (!firstIn.has(folder)) firstIn.set(folder, path);
  }
  return paths.flatMap((path): Problem[] => {
    const field = `files["${path}"]`;
    const below = firstIn.get(path);
    if (below !== undefined) {
      return [
        { field, message: `${path} is a file, and ${below} would be in it`, expected: 'another path for one of them' },
      ];
    }
    const folder = readOnly.find((secret) => path.startsWith(`${secret}/`));
    if (folder === undefined) return [];
    return [{ field, message: `${folder} is the read-only folder of a Secret`, expected: 'a path in another folder' }];
  });
}

/** The folders that contain a path. */
function foldersOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(2).map((_, index) => parts.slice(0, index + 2).join('/'));
}

/** The key of a file in its ConfigMap. */
function keyOf(path: string): string {
  return path.slice(1).replaceAll('/', '_');
}

/** The files as the data of a ConfigMap. */
export function fileData(files: Files): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [keyOf(path), text]));
}

const VOLUME = 'files';

/** The volume of a pod with these files. */
export function fileVolumes(files: MountedFiles | undefined): NonNullable<PodSpec['volumes']> {
  return files === undefined ? [] : [{ name: VOLUME, configMap: { name: files.configMap, defaultMode: 0o444 } }];
}

/** The mounts of a container, one a file. */
export function fileMounts(files: MountedFiles | undefined): NonNullable<Container['volumeMounts']> {
  return (files?.paths ?? []).map((path) => ({ name: VOLUME, mountPath: path, subPath: keyOf(path), readOnly: true }));
}
