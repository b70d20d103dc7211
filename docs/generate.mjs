// Writes the pages that are made from the code: the rules, the reference and the picture.
//
//   node docs/generate.mjs             write them
//   --check                            write nothing; exit 2 and name the files that differ
//   --root DIR                         work on DIR instead of the project of this script
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { drawPicture } from './generate/picture.mjs';
import { describeApi } from './generate/reference.mjs';
import { countRules, describeRules } from './generate/rules.mjs';

/** Every file in it is generated. */
const REFERENCE = 'reference';

function main() {
  const { values } = parseArgs({ options: { check: { type: 'boolean' }, root: { type: 'string' } } });
  const root = path.resolve(values.root ?? path.dirname(import.meta.dirname));
  const pathOf = (name) => path.join(root, 'docs', name);
  const files = new Map([
    ['rules.md', describeRules(root)],
    ['charts-to-cluster.svg', drawPicture(countRules(root))],
    ...Array.from(describeApi(root), ([name, text]) => [`${REFERENCE}/${name}`, text]),
  ]);
  const changed = [...files].filter(
    ([name, text]) => !existsSync(pathOf(name)) || readFileSync(pathOf(name), 'utf8') !== text,
  );
  const present = existsSync(pathOf(REFERENCE)) ? readdirSync(pathOf(REFERENCE)) : [];
  const removed = present.map((name) => `${REFERENCE}/${name}`).filter((name) => !files.has(name));
  if (values.check) {
    for (const [name] of changed) process.stderr.write(`docs/${name}: differs from what would be generated\n`);
    for (const name of removed) process.stderr.write(`docs/${name}: no longer generated\n`);
    return changed.length + removed.length > 0 ? 2 : 0;
  }
  for (const [name, text] of changed) {
    mkdirSync(path.dirname(pathOf(name)), { recursive: true });
    writeFileSync(pathOf(name), text);
    process.stdout.write(`docs/${name}: written\n`);
  }
  for (const name of removed) {
    rmSync(pathOf(name));
    process.stdout.write(`docs/${name}: removed\n`);
  }
  return 0;
}

try {
  process.exitCode = main();
} catch (error) {
  process.stderr.write(`docs/generate.mjs: ${error.message}\n`);
  process.exitCode = 1;
}
