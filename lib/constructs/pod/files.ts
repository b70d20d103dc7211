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
