// The files of pictures: compared, written, and removed once they are no longer drawn.

import fs from 'node:fs';
import { join } from 'node:path';
import { type Finding, findingOf } from '../../model/finding/finding';
import { MARK as MERMAID_MARK } from '../../report/picture/mermaid';
import { MARK as SVG_MARK } from '../../report/picture/svg';
import { OutputError } from '../../synth/output/output-error';
import { explain } from '../../synth/output/system-error';

/** Pictures that differ from those in a directory, as paths. */
export interface PictureDifferences {
  /** Missing or different. */
  readonly changed: readonly string[];
  /** Written by an earlier run, and no longer drawn. */
  readonly stale: readonly string[];
}

/** A directory of pictures: those that should be there, by the name of their file. */
export interface Pictures {
  readonly directory: string;
  readonly files: ReadonlyMap<string, string>;
  /** Extension of pictures, where `files` are all that should be there. @default others may be */
  readonly all?: string;
}

/** Compares the files in the directory with the pictures; gives why it cannot. */
export function comparePictures(pictures: Pictures): PictureDifferences | Finding {
  return accessing(pictures.directory, 'read', () => differences(pictures));
}

/** Writes the pictures that differ, and removes own ones that are no longer drawn; gives what was done, or why it cannot. */
export function writePictures(pictures: Pictures): PictureDifferences | Finding {
  const { directory, files } = pictures;
  return accessing(directory, 'written', () => {
    const found = differences(pictures);
    fs.mkdirSync(directory, { recursive: true });
    for (const [name, text] of files) {
      if (found.changed.includes(join(directory, name))) fs.writeFileSync(join(directory, name), text);
    }
    for (const path of found.stale) fs.rmSync(path);
    return found;
  });
}

function differences({ directory, files, all }: Pictures): PictureDifferences {
  const pathOf = (name: string) => join(directory, name);
  const changed = [...files].filter(([name, text]) => read(pathOf(name)) !== text).map(([name]) => pathOf(name));
  const stale = all === undefined ? [] : ownFiles(directory, all).filter((name) => !files.has(name));
  return { changed, stale: stale.map(pathOf) };
}

function accessing<Result>(directory: string, what: 'read' | 'written', access: () => Result): Result | Finding {
  try {
    return access();
  } catch (error) {
    const known = explain(error, directory, `the pictures in ${directory} cannot be ${what}`);
    if (!(known instanceof OutputError)) throw error;
    const { what: message, expected } = known;
    return findingOf('picture-option', { field: '--outdir', value: directory, message, expected });
  }
}

function read(path: string): string | undefined {
  return fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : undefined;
}

/** Files that have our mark: others of the same extension are a person's. */
function ownFiles(directory: string, extension: string): string[] {
  if (!fs.existsSync(directory)) return [];
  return fs
    .readdirSync(directory)
    .filter((name) => name.endsWith(`.${extension}`))
    .filter((name) => [SVG_MARK, MERMAID_MARK].some((mark) => read(join(directory, name))?.includes(mark)))
    .sort();
}
