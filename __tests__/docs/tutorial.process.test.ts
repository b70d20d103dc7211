// docs/tutorial.md: its commands and edits, one after the other, and what they print. Its last commands need a cluster, and are not run.
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackedPackage } from '../support/package';
import { readPage } from '../support/page';
import { type Registry, startRegistry } from '../support/registry';
import { type Answer, shell } from '../support/shell';

const [TESTED = '', UNTESTED = ''] = readPage('tutorial.md').split('\n## On your laptop\n');
const [PACKING = '', STEPS = ''] = TESTED.split('Beside the clone, ');

/** Where the clone is, and the repository beside it. */
let scratch: string;
let registry: Registry;

beforeAll(async () => {
  scratch = realpathSync(mkdtempSync(join(tmpdir(), 'evenkeel-tutorial-')));
  mkdirSync(join(scratch, 'evenkeel'));
  unpackedPackage(join(scratch, 'evenkeel')); // by the commands of the page's first block
  registry = await startRegistry();
}, 300_000);

afterAll(() => {
  registry.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** A block of the page, and the paragraph before it. */
interface Step {
  readonly language: string;
  readonly code: string;
  readonly before: string;
}

function stepsOf(page: string): Step[] {
  const blocks = page.matchAll(/((?:(?!```).+\n)*)\n?```(\w*)\n([\s\S]*?)^```$/gm);
  return [...blocks].map(([, before = '', language = '', code = '']) => ({ before, language, code }));
}

/** The file that a paragraph names first; that of an earlier block if there is none. */
let file = '';
function fileOf({ before }: Step): string {
  const [named] = before.match(/(?<=`)[\w./-]+\.(?:ts|yml)(?=`)/) ?? [];
  file = named === undefined ? file : join(scratch, 'shop', named);
  return file;
}

/** Replaces the lines of a difference that are not new by those that are not old; they must be there exactly once. */
function edit(path: string, difference: string): void {
  const without = (sign: string) => difference.replace(new RegExp(`^[${sign}].*\n`, 'gm'), '').replace(/^[ +-]/gm, '');
  const parts = readFileSync(path, 'utf8').split(without('+'));
  if (parts.length !== 2) throw new Error(`${path} has ${parts.length - 1} times:\n${without('+')}`);
  writeFileSync(path, parts.join(without('-')));
}

/** Text without durations, sizes in bytes, and blanks before a sign of jest. */
const untimed = (text: string) => text.replace(/ +[\d.]+ (ms|bytes)| \(\d+ ms\)| +(?=[✓✕])/g, '');

let last: Answer = { status: 0, printed: '' };

/** Does what a block says, or compares it with what is there. */
async function take(step: Step): Promise<void> {
  const { language, code, before } = step;
  if (language === 'sh') last = await run(code);
  else if (language === 'diff') edit(fileOf(step), code);
  else if (language === '') for (const part of partsOf(code)) expect(untimed(last.printed)).toContain(part);
  else if (before.includes('Add to')) appendFileSync(fileOf(step), `\n${code}`);
  else expect(readFileSync(fileOf(step), 'utf8')).toContain(code);
}

async function run(script: string): Promise<Answer> {
  const answer = await shell(script, join(scratch, script.startsWith('mkdir') ? '' : 'shop'), scratch, registry);
  if (answer.status !== 0) throw new Error(`${script}exit ${answer.status}\n${answer.printed}`);
  return answer;
}

/** What a block shows; an exit code is the last line that is printed, maybe after lines that the block leaves out. */
const partsOf = (shown: string): string[] => untimed(shown).split(/^(?=exit code)/m);

test('the package is packed as the page says', () => {
  expect(stepsOf(PACKING).map(({ code }) => code)).toEqual(['npm ci && npm pack\n']);
});

test('the last section says that no test runs it', () => {
  expect(UNTESTED.trimStart()).toMatch(/^No test runs this section/);
});

test('every command and edit, in their order, print what the page shows', async () => {
  const steps = stepsOf(STEPS);
  expect(steps.length).toBeGreaterThan(25);
  for (const step of steps) await take(step);
}, 300_000);
