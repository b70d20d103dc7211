// The types of a project: synth strips them and does not look; with --types TypeScript does, incrementally.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { type Finding, findingOf } from '../../model/finding/finding';

/** What TypeScript remembers of the last check. Beside the packages, where no one commits it. */
const CACHE = join('node_modules', '.cache', 'evenkeel', 'types.tsbuildinfo');

/** A line of tsc without colours: `charts/shop.ts(12,7): error TS2353: Object literal …`. */
const LINE = /^(.+?)\((\d+),(\d+)\): error (TS\d+): (.*)$/;

/** Type errors of the project in `folder`, each at its line, by the TypeScript that the project has installed. */
export function findTypeProblems(folder = process.cwd()): Finding[] {
  const tsc = findCompiler(folder);
  if (tsc === undefined) {
    const message = 'TypeScript is not installed, so types cannot be checked';
    return [findingOf('type', { field: '--types', message, expected: 'npm install --save-dev typescript' })];
  }
  const args = ['--noEmit', '--incremental', '--tsBuildInfoFile', CACHE, '--pretty', 'false'];
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [tsc, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status === 0) return [];
  const found = stdout.split('\n').flatMap((line) => typeFinding(folder, line));
  if (found.length > 0) return found;
  const message = `TypeScript cannot check the project: ${error?.message ?? (`${stdout}${stderr}`.trim().split('\n')[0] || `exit ${status}`)}`;
  return [
    findingOf('type', { field: '--types', message, expected: 'a tsconfig.json beside main.ts that tsc accepts' }),
  ];
}

/** The files that the last check read, as TypeScript remembers them: packages, and all of the project. */
export function checkedFiles(folder = process.cwd()): readonly string[] {
  const cache = join(folder, CACHE);
  try {
    const { fileNames }: { readonly fileNames?: readonly string[] } = JSON.parse(readFileSync(cache, 'utf8'));
    return (fileNames ?? []).map((name) => resolve(dirname(cache), name));
  } catch {
    return []; // no check came so far
  }
}

function typeFinding(folder: string, text: string): Finding[] {
  const [, file, line, column, code, message] = LINE.exec(text) ?? [];
  if (file === undefined || code === undefined || message === undefined) return [];
  const source = { file: relative(process.cwd(), join(folder, file)), line: Number(line), column: Number(column) };
  const finding = findingOf('type', {
    message: message.replace(/\.$/, ''),
    expected: `code without the error ${code}`,
  });
  return [{ ...finding, source }];
}

/** The compiler in the nearest `node_modules` that has it, from `folder` upwards. */
function findCompiler(folder: string): string | undefined {
  const compiler = join(folder, 'node_modules', 'typescript', 'bin', 'tsc');
  if (existsSync(compiler)) return compiler;
  return dirname(folder) === folder ? undefined : findCompiler(dirname(folder));
}
