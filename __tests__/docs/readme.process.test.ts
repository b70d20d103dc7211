// The README's first screen: its twelve lines compile, become the objects that it lists, and its mistake is reported as it shows.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { blockWith } from '../support/page';

const ROOT = resolve(__dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const CODE = blockWith(README, 'extends System');

/** A repository with the files that `evenkeel init --provider eks` writes. */
let folder: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'evenkeel-readme-')));
  for (const layer of ['repository', 'providers/eks'])
    cpSync(join(ROOT, 'templates', layer), folder, { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
});

afterAll(() => rmSync(folder, { recursive: true }));

function run(script: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, script), ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** Synthesizes with the README's code, in which `to` replaces `from`. */
function synth(from = '', to = '') {
  if (!CODE.includes(from)) throw new Error(`the README's code has no ${from}`);
  writeFileSync(join(folder, 'charts/shop.ts'), CODE.replace(from, to));
  return run('bin/evenkeel.js', 'synth');
}

/** The inventory as the README's table has it: a row for each file, its objects by kind. */
function tableOf(inventory: string): string[] {
  const files = inventory.split(/^(?=\S)/m).filter((lines) => !lines.startsWith('#'));
  return files.map((lines) => {
    const [file = '', ...objects] = lines.trimEnd().split('\n');
    const byKind = new Map<string, string[]>();
    for (const object of objects) {
      const [, kind = '', name = ''] = /(\w+) (?:.*\/)?(.+)$/.exec(object) ?? [];
      byKind.set(kind, [...(byKind.get(kind) ?? []), name]);
    }
    const kinds = [...byKind].map(([kind, names]) => `${kind} ${names.join(', ')}`);
    return `| \`${file}\` | ${kinds.join('; ')} |`;
  });
}

test('twelve lines become the objects of its table', () => {
  expect(CODE.match(/^.*\S.*$/gm)).toHaveLength(12);
  expect(synth()).toEqual({ status: 0, stdout: '', stderr: '' });
  const inventory = readFileSync(join(folder, 'dist/inventory.txt'), 'utf8');
  const rows = tableOf(inventory);
  expect(rows).toHaveLength(3);
  expect(README).toContain(`|---|---|\n${rows.join('\n')}\n\n`);
  expect(README).toContain(`become ${inventory.match(/^ {2}/gm)?.length} objects`);
});

test('the compiler takes them', () => {
  synth();
  const compilerOptions = { paths: { evenkeel: [join(ROOT, 'lib/index.ts')] } };
  const files = ['main.ts'];
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions, files, include: [] }),
  );
  expect(run('node_modules/typescript/bin/tsc')).toEqual({ status: 0, stdout: '', stderr: '' });
}, 60_000);

test('the mistake is reported as it shows, and nothing is written', () => {
  synth();
  const before = readFileSync(join(folder, 'dist/inventory.txt'), 'utf8');
  expect(README).toContain('Write `replica` for `replicas`');
  const { status, stderr } = synth('replicas', 'replica');
  expect({ status, shown: README.includes(`\n\`\`\`\n${stderr}\`\`\`\n`), stderr }).toMatchObject({
    status: 1,
    shown: true,
  });
  expect(readFileSync(join(folder, 'dist/inventory.txt'), 'utf8')).toBe(before);
});

test('an override of any field', () => {
  const line = "override(web.deployment).set('spec.revisionHistoryLimit', 5)";
  expect(README).toContain(`\`${line}\``);
  const imported = CODE.replace('{ healthz,', '{ healthz, override,');
  writeFileSync(join(folder, 'charts/shop.ts'), imported.replace('web.exposeAt', `${line};\n    web.exposeAt`));
  expect(run('bin/evenkeel.js', 'synth')).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(readFileSync(join(folder, 'dist/10-shop-production.yaml'), 'utf8')).toContain('revisionHistoryLimit: 5\n');
});
