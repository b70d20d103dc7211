// `evenkeel image`: sets the tag of a system's images in one environment. The only file that a pipeline changes.

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import type { Finding } from '../model/finding/finding';

import { isJsonObject, type Json, type JsonObject } from '../model/manifest/json';
import { printFindings } from '../report/output';
import type { Context } from './project/project';

/** The verb. */
export function imageCommand({ output, finish }: Context): Command {
  return new Command('image')
    .description("set the build number, or the digest, of a system's images in one environment")
    .argument('<system/environment[/component]>', 'as in charts/images.json: toytrex/production')
    .argument('<tag>', 'a build number (412) or a digest (sha256:…)')
    .option('--file <file>', 'the file of tags', 'charts/images.json')
    .addHelpText('after', EXAMPLES)
    .action((target: string, tag: string, { file }: { readonly file: string }) => {
      const result = setTag(file, target, tag);
      if (result !== undefined) printFindings(output, [result]);
      finish(result === undefined ? 0 : 1);
    });
}

const EXAMPLES = `
Examples:
  evenkeel image toytrex/production 413
  evenkeel image shop/prod/web sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`;

const TAG = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|sha256:[0-9a-f]{64})$/;

function setTag(file: string, target: string, tag: string): Finding | undefined {
  if (!TAG.test(tag) || tag === 'latest') {
    return problem(
      tag,
      'not an immutable image tag',
      'a build number such as 412, or sha256: and 64 hexadecimal digits',
    );
  }
  const tags = readTags(file);
  if (tags === undefined)
    return problem(
      file,
      'cannot be read as a file of image tags',
      'JSON: { "<system>": { "<environment>": "<tag>" } }',
    );
  const known = targets(tags);
  if (!known.includes(target)) return problem(target, `not listed in ${file}`, `one of ${known.join(', ')}`);
  // one tag per line: two releases in one file change different lines
  writeFileSync(`${file}.new`, `${JSON.stringify(replaced(tags, target.split('/'), tag), null, 2)}\n`);
  renameSync(`${file}.new`, file);
  return undefined;
}

/** Everything with its own tag: `<system>/<environment>`, and `<system>/<environment>/<component>`. */
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
