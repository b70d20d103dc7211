// What readers of the cluster's tools make of our YAML is the JSON that went in: random objects, every character, every short text.
// EVENKEEL_FUZZ is the number of random objects, EVENKEEL_SEED the seed; EVENKEEL_RECORD=1 records the corpus again.

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { binary } from '../../../e2e/programs/build';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { findCorruption } from '../../../lib/synth/text/corruption';
import { stringifyDocuments } from '../../../lib/synth/text/yaml';
import { seeded } from '../../support/random';
import { cases, testWith } from '../../support/requirements';
import { CORPUS, READ_BY_GO, WRITTEN } from './corpus';
import { everyText, randomObject, smallest } from './random-objects';

const PYTHON = join(__dirname, '..', '..', '..', 'e2e', 'reader', 'pyyaml.py');

type Command = readonly [string, ...string[]];

interface Reader {
  readonly needs: string;
  readonly isThere: boolean;
  /** Command line; the stream comes on stdin. */
  readonly command: () => Command;
  /** Which share of the random objects it gets; all, if it is the one that counts. */
  readonly share: number;
}

const runs = (command: string, ...args: readonly string[]) => spawnSync(command, args).status === 0;
const go = { needs: 'go', isThere: runs('go', 'version') };
const python = { needs: 'python3 with PyYAML', isThere: runs('python3', '-c', 'import yaml') };

const READERS: Readonly<Record<string, Reader>> = {
  'kubectl, Argo CD and Flux (sigs.k8s.io/yaml)': { ...go, command: () => [binary('reader', 'reader')], share: 1 },
  'kustomize (go-yaml 3)': { ...go, command: () => [binary('reader', 'reader'), 'kustomize'], share: 0.2 },
  'PyYAML with its C library': { ...python, command: () => ['python3', PYTHON], share: 0.2 },
  PyYAML: { ...python, command: () => ['python3', PYTHON, 'plain'], share: 0.02 },
};

const RANDOM = Number(process.env.EVENKEEL_FUZZ ?? cases(4_000, 40_000));
const SEED = Number(process.env.EVENKEEL_SEED ?? 1);
const BATCH = 5_000;
/** Whether every character, and longer texts of an alphabet, are tried too. */
const IS_THOROUGH = RANDOM > 100_000;

describe.each(Object.entries(READERS))('%s', (_, { needs, isThere, command, share }) => {
  const testHere = testWith(needs, isThere);
  const count = Math.ceil(RANDOM * share);

  testHere(`${count} random objects, seed ${SEED}`, () => check(command(), randomObjects(count)), 60_000 + count);

  testHere('every character, alone and in any place of a text', () => check(command(), everyCharacter(share)), 600_000);

  testHere.each([
    ['numbers', '019_.eE+-xobX:', 4],
    ['lines', '\n \ta-:#|"', 5],
    ['structure', ' a-?:,[]{}#&*!|>\'"%@`=<~', 3],
  ])(
    'every short text of the characters of %s',
    (_title, alphabet, length) => {
      check(command(), everyShortText(alphabet, share === 1 || (IS_THOROUGH && share > 0.1) ? length : length - 1));
    },
    600_000,
  );
});

testWith(go.needs, go.isThere)('the corpus has what Go reads', () => {
  const written = stringifyDocuments(CORPUS);
  const lines = read([binary('reader', 'reader')], written);
  if (process.env.EVENKEEL_RECORD === '1') {
    writeFileSync(WRITTEN, written);
    writeFileSync(READ_BY_GO, `${lines.join('\n')}\n`);
  }
  expect(lines).toEqual(readFileSync(READ_BY_GO, 'utf8').split('\n').slice(0, -1));
});

function* randomObjects(count: number): Generator<JsonObject> {
  const random = seeded(SEED);
  for (let index = 0; index < count; index += 1) yield randomObject(random);
}

/** Of the characters that only have a script one in fifty, unless the run is thorough; of the others as many as the reader has time for. */
function* everyCharacter(share: number): Generator<JsonObject> {
  const step = share < 0.1 ? 10 : 1;
  for (let code = 0; code <= 0x1_0fff; code += 1) {
    const isScript = (code > 0x2100 && code < 0xd700) || (code > 0xe100 && code < 0xfe00);
    if (!IS_THOROUGH && code % (isScript ? 50 : step) > 0) continue;
    const a = String.fromCodePoint(code);
    yield manyTexts([a, `${a}b`, `b${a}`, `b${a}c: d`, `b\n${a}c`, `b${a}\nc\n`]);
  }
}

/** Many of them in an object: most of the time would go to the rest of it. */
function* everyShortText(alphabet: string, length: number): Generator<JsonObject> {
  let texts: string[] = [];
  for (const text of everyText(alphabet, length)) {
    texts.push(text);
    if (texts.length < 50) continue;
    yield manyTexts(texts);
    texts = [];
  }
  yield manyTexts(texts);
}

function manyTexts(texts: readonly string[]): JsonObject {
  return {
    values: texts,
    keys: Object.fromEntries(texts.map((text, index) => [text, index])),
    maps: texts.map((text) => ({ [text]: text })),
  };
}

/** Fails with the smallest object that the reader returns otherwise. */
function check(command: Command, objects: Iterable<JsonObject>): void {
  const isWrong = (object: JsonObject) => firstWrong(command, [object]) !== undefined;
  for (const batch of batches(objects)) {
    const wrong = firstWrong(command, batch);
    if (wrong === undefined) continue;
    const small = isWrong(wrong) ? smallest(wrong, isWrong) : wrong;
    const written = stringifyDocuments([small]);
    throw new Error(`${JSON.stringify(small)}\nis written\n${written}\nand read\n${read(command, written).join('\n')}`);
  }
}

function firstWrong(command: Command, objects: readonly JsonObject[]): JsonObject | undefined {
  const lines = read(command, stringifyDocuments(objects));
  return (
    objects.find((object, index) => !isReadAs(lines[index], object)) ??
    (lines.length > objects.length ? objects[0] : undefined)
  );
}

function isReadAs(line: string | undefined, object: JsonObject): boolean {
  // Through JSON, in which -0 is 0.
  return line !== undefined && isDeepStrictEqual(JSON.parse(line), JSON.parse(JSON.stringify(object)));
}

/** The lines that a reader prints; it stops at the first document that it cannot read. */
function read([program, ...args]: Command, stream: string): string[] {
  return spawnSync(program, args, { input: stream, encoding: 'utf8', maxBuffer: 2 ** 30 })
    .stdout.split('\n')
    .slice(0, -1);
}

/** Objects with a form in YAML, many for each start of the reader. */
function* batches(objects: Iterable<JsonObject>): Generator<JsonObject[]> {
  let batch: JsonObject[] = [];
  for (const object of objects) {
    if (findCorruption(object).length > 0) continue;
    batch.push(object);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}
