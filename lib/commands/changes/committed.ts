// The objects of an output directory as a commit has them: only those whose text the app does not have are read.

import { createHash } from 'node:crypto';
import type { Earlier, EarlierObject } from '../../analysis/changes/object-pairs';
import { objectKey } from '../../analysis/changes/object-pairs';
import { readDocuments } from '../../constructs/foreign/go-yaml';
import { isJsonObject, type JsonObject } from '../../model/manifest/json';
import { groupOf } from '../../model/manifest/object';
import type { FinalObject } from '../../synth/object/final';
import { type Files, INVENTORY, parseInventory } from '../../synth/output/inventory';
import { DIVIDER } from '../../synth/text/yaml';
import { type Commit, type CommittedFile, LARGEST, listFiles, readFiles } from './git';

/** What a commit has, and what of it could not be read. */
export interface CommittedObjects extends Earlier {
  /** Files that are not what Evenkeel writes, each with what is wrong. */
  readonly unread: readonly { readonly path: string; readonly message: string }[];
}

/** What the app would write. */
export interface Written {
  readonly files: Files;
  readonly objects: readonly FinalObject[];
  /** The files that are written. @default all */
  readonly only?: ReadonlySet<string> | undefined;
}

/** Reads the objects; or gives the reason why there are none. `path` is that of the directory in the repository. */
export function readCommitted(
  commit: Commit,
  ref: string,
  path: string,
  written: Written,
): CommittedObjects | { readonly reason: string } {
  const listed = listFiles(commit, path);
  if ('reason' in listed) return { reason: `${ref} has no ${path === '' ? 'files' : `directory ${path}`}` };
  const clusters = clustersByFolder(listed, written.objects);
  const isSameFile = (file: CommittedFile) =>
    clusters.isMoved === false && file.blob === blobOf(written.files.get(file.path), file.blob.length);
  const candidates = listed.filter((file) => file.path.endsWith('.yaml') && !isSameFile(file));
  const inventory = listed.find((file) => file.path === INVENTORY);
  if (inventory === undefined) return { reason: `${path} of ${ref} has no ${INVENTORY}: Evenkeel did not write it` };
  const wanted = [inventory, ...candidates];
  const total = wanted.reduce((sum, file) => sum + file.size, 0);
  if (total > LARGEST / 2) return { reason: `${path} of ${ref} is too large to compare` };
  const contents = readFiles(commit, wanted);
  if ('reason' in contents) return contents;
  const { files: owned } = parseInventory(contents.get(inventory.blob)?.toString('utf8') ?? '');
  const objects: EarlierObject[] = [];
  const unread: { readonly path: string; readonly message: string }[] = [];
  for (const file of candidates) {
    const cluster = clusters.of(file.path);
    if (!owned.has(file.path) || cluster === undefined || written.only?.has(file.path) === false) continue;
    const reading = readObjects(
      contents.get(file.blob) ?? Buffer.alloc(0),
      written.files.get(file.path),
      clusters.isMoved,
    );
    if (typeof reading === 'string') unread.push({ path: file.path, message: reading });
    else objects.push(...reading.map((object) => ({ ...object, cluster })));
  }
  const known = new Set<string>();
  for (const [file, identities] of owned) {
    const cluster = clusters.of(file);
    if (cluster !== undefined) for (const identity of identities) known.add(objectKey(cluster, identity));
  }
  return { ref, objects, known, unread };
}

/** The id that git gives to a content. */
function blobOf(text: string | undefined, length: number): string | undefined {
  if (text === undefined) return undefined;
  const bytes = Buffer.from(text);
  return createHash(length === 64 ? 'sha256' : 'sha1')
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest('hex');
}

const FOLDER = /^clusters\/([^/]+)\//;

const folderOf = (path: string): string => FOLDER.exec(path)?.[1] ?? '';

/** Which cluster a file was for: home is at the root, whichever cluster that was. */
function clustersByFolder(listed: readonly CommittedFile[], objects: readonly FinalObject[]) {
  const folders = new Set(listed.filter(({ path }) => path.endsWith('.yaml')).map(({ path }) => folderOf(path)));
  const now = new Map(objects.map(({ file, entry }) => [folderOf(file), entry.cluster]));
  const home = now.get('');
  const isMoved = home !== undefined && folders.has(home);
  // another cluster was home: the only one without a folder; with two of them nothing is said of the root
  const others = [...now].flatMap(([folder, cluster]) => (folder !== '' && !folders.has(folder) ? [cluster] : []));
  const root = isMoved ? (others.length === 1 ? others[0] : undefined) : (home ?? '');
  return { isMoved, of: (path: string) => folderOf(path) || root };
}

/** The objects of a file, without those whose text is also in `now`; or what is wrong with the file. */
function readObjects(
  bytes: Buffer,
  now: string | undefined,
  isMoved: boolean,
): readonly Omit<EarlierObject, 'cluster'>[] | string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const present = new Set(isMoved ? [] : documentsOf(now ?? ''));
    const rest = documentsOf(text).filter((document) => !present.has(document));
    return objectsOf(rest.join(DIVIDER));
  } catch (error) {
    // bytes that are not text, or nesting without end
    return error instanceof Error ? error.message : String(error);
  }
}

/** The documents of a text as we write it: nothing else of it begins a line with the divider. */
function documentsOf(text: string): string[] {
  return text.split(new RegExp(`^${DIVIDER}`, 'm'));
}

function objectsOf(text: string): readonly Omit<EarlierObject, 'cluster'>[] | string {
  const documents = readDocuments(text);
  const [mistake] = documents.flatMap(({ mistakes }) => mistakes);
  if (mistake !== undefined) return mistake.message;
  return documents.flatMap(({ value }) => (isJsonObject(value) ? objectOf(value) : []));
}

function objectOf(manifest: JsonObject): readonly Omit<EarlierObject, 'cluster'>[] {
  const { apiVersion, kind, metadata } = manifest;
  const { name, namespace } = isJsonObject(metadata) ? metadata : {};
  if (typeof kind !== 'string' || typeof name !== 'string') return [];
  const identity = { group: groupOf(apiVersion), kind, name };
  return [{ identity: typeof namespace === 'string' ? { ...identity, namespace } : identity, manifest }];
}
