// `evenkeel image`: sets the tag of a system's images in one environment. The one place that a pipeline writes to.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import type { Finding } from '../model/finding';
import { isJsonObject, type JsonObject } from '../model/json';
import { printFindings } from './output';
import type { Context } from './project';

/** The verb. */
export function imageCommand({ output, finish }: Context): Command {
  return new Command('image')
    .description("set the build number, or the digest, of a system's images in one environment")
    .argument('<system/environment>', 'as in charts/images.json: toytrex/production')
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
  evenkeel image toytrex/production sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`;

const TAG = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|sha256:[0-9a-f]{64})$/;

function setTag(file: string, target: string, tag: string): Finding | undefined {
  if (!TAG.test(tag) || tag === 'latest') {
    return problem(
      tag,
      'this is no tag that stays what it is',
      'a build number such as 412, or sha256: and 64 hexadecimal digits',
    );
  }
  const tags = readTags(file);
  if (tags === undefined)
    return problem(file, 'the file of tags cannot be read', 'JSON: { "<system>": { "<environment>": "<tag>" } }');
  const [system = '', environment = ''] = target.split('/');
  const known = Object.entries(tags).flatMap(([name, environments]) =>
    isJsonObject(environments) ? Object.keys(environments).map((key) => `${name}/${key}`) : [],
  );
  if (!known.includes(target))
    return problem(target, `${file} knows no such system and environment`, `one of ${known.join(', ')}`);
  const environments = tags[system];
  const changed = { ...tags, [system]: { ...(isJsonObject(environments) ? environments : {}), [environment]: tag } };
  writeFileSync(`${file}.new`, formatTags(changed));
  renameSync(`${file}.new`, file);
  return undefined;
}

function readTags(file: string): JsonObject | undefined {
  try {
    const tags: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isJsonObject(tags) ? tags : undefined;
  } catch {
    return undefined;
  }
}

/** A line a system, so that two releases in one file do not touch the same line. */
function formatTags(tags: JsonObject): string {
  const lines = Object.entries(tags).map(([system, environments]) => {
    const pairs = Object.entries(isJsonObject(environments) ? environments : {});
    const inner = pairs.map(([name, tag]) => `${JSON.stringify(name)}: ${JSON.stringify(tag)}`).join(', ');
    return `  ${JSON.stringify(system)}: { ${inner} }`;
  });
  return `{\n${lines.join(',\n')}\n}\n`;
}

function problem(value: string, message: string, expected: string): Finding {
  return { rule: 'image-tag', severity: 'error', message, expected, value };
}
