// The file of tags: which build of each system's images runs in each environment.

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Finding } from '../../model/finding/finding';
import { isJsonObject, type Json, type JsonObject } from '../../model/manifest/json';

const TAG = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|sha256:[0-9a-f]{64})$/;

/**
 * Sets the tag of `target`, `<system>/<environment>` or `<system>/<environment>/<component>`, in the file of tags; returns why it
 * cannot. The file keeps its order.
 */
export function setTag(file: string, target: string, tag: string): Finding | undefined {
  if (!TAG.test(tag) || tag === 'latest') {
    return problem(
      tag,
      'not an immutable image tag',
      'a build number such as 412, or sha256: and 64 hexadecimal digits',
    );
  }
  const tags = readTags(file);
  if (tags === undefined)
    return problem(file, 'the file of tags cannot be read', 'JSON: { "<system>": { "<environment>": "<tag>" } }');
  const known = targets(tags);
  if (!known.includes(target)) return problem(target, `${file} has no such images`, `one of ${known.join(', ')}`);
  // a line a tag, so that two releases in one file do not touch the same line
  writeFileSync(`${file}.new`, `${JSON.stringify(replaced(tags, target.split('/'), tag), null, 2)}\n`);
  renameSync(`${file}.new`, file);
  return undefined;
}

/** Everything that has a tag of its own: `<system>/<environment>`, and `<system>/<environment>/<component>`. */
function targets(tags: Json): string[] {
  if (!isJsonObject(tags)) return [''];
  return Object.entries(tags).flatMap(([name, inner]) =>
    inner === undefined ? [] : targets(inner).map((rest) => (rest === '' ? name : `${name}/${rest}`)),
  );
}

function replaced(tags: Json | undefined, [name, ...rest]: readonly string[], tag: string): Json {
  if (name === undefined || !isJsonObject(tags)) return tag;
  return { ...tags, [name]: replaced(tags[name], rest, tag) };
}

function readTags(file: string): JsonObject | undefined {
  try {
    const tags: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isJsonObject(tags) ? tags : undefined;
  } catch {
    return undefined;
  }
}

function problem(value: string, message: string, expected: string): Finding {
  return { rule: 'image-tag', severity: 'error', message, expected, value };
}
