// Pages that are made from the code are as the code is; a change of a rule or of a docstring that leaves them alone is refused.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');

function generate(...args: readonly string[]) {
  const argv = [join(ROOT, 'docs/generate.mjs'), ...args];
  return spawnSync(process.execPath, argv, { encoding: 'utf8', timeout: 240_000 });
}

let copy: string;

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'evenkeel-docs-'));
  for (const name of ['docs', 'lib', 'imports', 'tsconfig.json']) {
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
});

afterEach(() => rmSync(copy, { recursive: true, force: true }));

/** Replaces a text that a file of the copy contains. */
function change(path: string, before: string, after: string): void {
  const text = readFileSync(join(copy, path), 'utf8');
  expect(text).toContain(before);
  writeFileSync(join(copy, path), text.replace(before, after));
}

test('the committed pages are up to date', () => {
  const { stderr, status } = generate('--check');
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
}, 240_000);

test('pages that differ are named, and then written', () => {
  change('lib/checks/network/ports.ts', 'A port is an integer from 1 to 65535', 'A port is a number');
  change('lib/model/finding/reported.ts', 'Its files would be deleted', 'Its files would vanish');
  change(
    'lib/constructs/component/web-service.ts',
    'A stateless component that serves requests',
    'A component that serves requests',
  );
  change('docs/charts-to-cluster.svg', '</svg>', '');
  writeFileSync(join(copy, 'docs/reference/old.md'), '# Old\n');
  const { stderr, status } = generate('--check', '--root', copy);
  expect(stderr.trimEnd().split('\n')).toEqual([
    'docs/rules.md: differs from what would be generated',
    'docs/charts-to-cluster.svg: differs from what would be generated',
    'docs/reference/components.md: differs from what would be generated',
    'docs/reference/old.md: no longer generated',
  ]);
  expect(status).toBe(2);

  expect(generate('--root', copy).status).toBe(0);
  expect(readFileSync(join(copy, 'docs/rules.md'), 'utf8')).toContain('A port is a number, and a Service has');
  expect(readFileSync(join(copy, 'docs/rules.md'), 'utf8')).toContain('Its files would vanish');
}, 240_000);

test('a property without a docstring, and an optional one without a default, is named with its line', () => {
  change('lib/model/cluster/pool.ts', '  /** Allocatable CPU of a node as a quantity: `3920m`. */\n', '');
  change('lib/model/cluster/pool.ts', 'Taints of the nodes. @default none', 'Taints of the nodes.');
  const { stderr, status } = generate('--check', '--root', copy);
  expect(stderr.trimEnd().replaceAll(/:\d+ /g, ':… ').split('\n')).toEqual([
    'docs/generate.mjs: docstrings:',
    'lib/model/cluster/pool.ts:… NodePool.cpu: no docstring',
    'lib/model/cluster/pool.ts:… NodePool.taints: no @default',
  ]);
  expect(status).toBe(1);
}, 240_000);
