// `evenkeel synth --types`: the project's own TypeScript, at the user's line, before anything is written.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTypeProblems } from '../../lib/commands/project/types';

const ROOT = join(__dirname, '../..');
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evenkeel-types-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(join(ROOT, 'node_modules/typescript'), join(folder, 'node_modules/typescript'));
  writeFileSync(
    join(folder, 'tsconfig.json'),
    '{ "compilerOptions": { "strict": true, "types": [] }, "files": ["main.ts"] }',
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

const types = (code: string) => {
  writeFileSync(join(folder, 'main.ts'), code);
  return findTypeProblems(folder);
};

test('what TypeScript accepts has no finding, the second time from its memory', () => {
  expect(types('export const replicas: number = 3;\n')).toEqual([]);
  expect(types('export const replicas: number = 4;\n')).toEqual([]);
});

test('each error is a finding at its line', () => {
  const [finding, ...more] = types(
    "export const a = 1;\nexport const replicas: number = '3';\nexport const b: string = 4;\n",
  );
  expect(more).toHaveLength(1);
  expect(finding).toMatchObject({
    rule: 'type',
    severity: 'error',
    message: "Type 'string' is not assignable to type 'number'",
    source: { line: 2, column: 14 },
  });
  expect(finding?.source?.file).toMatch(/main\.ts$/);
});

test('without TypeScript, and without a tsconfig.json, the finding says what to do', () => {
  rmSync(join(folder, 'tsconfig.json'));
  expect(types('export {};\n')).toMatchObject([{ rule: 'type', expected: expect.stringContaining('tsconfig.json') }]);
  rmSync(join(folder, 'node_modules'), { recursive: true });
  expect(types('export {};\n')).toMatchObject([{ rule: 'type', expected: 'npm install --save-dev typescript' }]);
});
