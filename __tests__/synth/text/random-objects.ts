// Random objects whose texts mean something to YAML or to a reader of it, and the smallest of those that go wrong.

import { isJsonObject, type Json, type JsonObject } from '../../../lib/model/manifest/json';
import { TEXT_PLACES, TEXTS } from './texts';

type Numbers = () => number;

const pieces = (text: string) => text.split('·');
const TYPED_PIECES = pieces('0·0·1·1·2·5·8·_·.·:·+·-·e·E·x·o·b·T·Z· ·2001-12-14·:30·.inf·.nan·0x·0b·1e·e-');
const NUMBER_PIECES = pieces('0·1·7·9·_·_·.·e·E·+·-·0o·0O·0x·0X·0b·0B·f·p·:·:30');
const MARKED_PIECES = [...' \n\t:#-?,[]{}&*!|>\'"%@`\\=~<$', ...pieces(': · #·- ·---·...·\n\n· \n·\n ·a·b·é')];
const PLAIN_PIECES = pieces('app·web·kubernetes.io/·-·/·.·:·1·8080·$(A)· ·x=y·example.com·,');
const LINE_PIECES = pieces('a: 1·  b·# c·\n·\n·\n·\n\n·d·-·"·one line that is as long as lines are·---· ·\t·$&');
const BLOCK_PIECES = pieces('\n·\n·\n·\t·\t· ·  ·a·b: c·- d·#·---');
const ODD_PIECES = pieces('\r·\u0085·\u00a0·\ufeff·\u2028·\u2029·\0·\u001b·\u007f·\ue000·\n·😀·\r\n·a· ·%·---');
/** Line breaks of YAML 1.1, and what would be structure on a line of its own. */
const BREAK_PIECES = pieces('\u2028·\u2029·\u0085·\n·a·b: c·  x: y·- z·---·...·{a: b}·"·\'·#·: ·? · · ');
const ORDINARY = [TYPED_PIECES, MARKED_PIECES, PLAIN_PIECES, LINE_PIECES];
const ALL = [...ORDINARY, NUMBER_PIECES, BLOCK_PIECES, ODD_PIECES, BREAK_PIECES];
const TRAPS = Object.values(TEXTS).filter((text) => text.length < 2000);

function pick<T>(random: Numbers, from: readonly T[]): T {
  const picked = from[Math.floor(random() * from.length)];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
}

/** Any character; half of them in the range that every reader treats alike. */
function anyCharacter(random: Numbers): string {
  const most = pick(random, [0x7f, 0x7f, 0x100, 0x2100, 0xffff, 0x10ffff]);
  return String.fromCodePoint(Math.floor(random() * (most + 1)));
}

function randomText(random: Numbers): string {
  const kind = random();
  if (kind < 0.1) return pick(random, TRAPS);
  const from = kind < 0.5 ? pick(random, ORDINARY) : pick(random, ALL);
  const next = kind > 0.92 ? () => anyCharacter(random) : () => pick(random, from);
  let text = '';
  for (let length = Math.floor(random() ** 2 * 12) + 1; length > 0; length -= 1) text += next();
  // So long that readers may miss the end of a key, or an emitter folds it.
  if (random() < 0.01) text = text.repeat(Math.ceil(1000 / text.length)).slice(0, 1000 + Math.floor(random() * 50));
  return random() < 0.03 ? text + pick(random, TRAPS) : text;
}

function randomNumber(random: Numbers): number {
  const digits = 10 ** Math.floor(random() * 24);
  const whole = Math.floor((random() - 0.3) * digits);
  const anySize = (random() - 0.5) * 10 ** Math.floor(random() * 640 - 330);
  return pick(random, [whole, whole / 1000, random() / digits, anySize, 0, -0, 1, 80]);
}

function randomValue(random: Numbers, depth: number): Json {
  const kind = random();
  if (depth === 0 || kind < 0.45) return randomText(random);
  if (kind < 0.55) return randomNumber(random);
  if (kind < 0.6) return pick(random, [null, true, false]);
  const entries = randomEntries(random, depth);
  return kind < 0.8 ? Object.fromEntries(entries) : entries.map(([, item]) => item);
}

function randomEntries(random: Numbers, depth: number): [string, Json][] {
  return Array.from({ length: Math.floor(random() * 4) }, () => {
    const key = random() < 0.6 ? pick(random, ['a', 'name', 'spec', 'example.com/web']) : randomText(random);
    return [key, randomValue(random, depth - 1)];
  });
}

/** Half of them set a single text into a known place, so that nothing else can hide what goes wrong. */
export function randomObject(random: Numbers): JsonObject {
  if (random() < 0.5) return pick(random, Object.values(TEXT_PLACES))(randomText(random));
  return { ...Object.fromEntries(randomEntries(random, 4)), b: randomValue(random, 2) };
}

/** The smallest object still wrong that leaving out one thing after the other leads to. */
export function smallest(value: JsonObject, isWrong: (value: JsonObject) => boolean): JsonObject {
  for (const smaller of smallerOnes(value)) {
    if (isJsonObject(smaller) && isWrong(smaller)) return smallest(smaller, isWrong);
  }
  return value;
}

function* smallerOnes(value: Json): Generator<Json> {
  if (typeof value === 'string') {
    for (let size = Math.ceil(value.length / 2); size > 0; size = Math.floor(size / 2)) {
      for (let at = 0; at < value.length; at += size) yield value.slice(0, at) + value.slice(at + size);
    }
  } else if (isJsonObject(value)) {
    const entries = Object.entries(value);
    yield* Object.values(value);
    for (const [at, [key, child]] of entries.entries()) {
      yield Object.fromEntries(entries.toSpliced(at, 1));
      for (const smaller of smallerOnes(child)) yield Object.fromEntries(entries.with(at, [key, smaller]));
      for (const smaller of smallerOnes(key)) yield Object.fromEntries(entries.with(at, [String(smaller), child]));
    }
  } else if (typeof value === 'object' && value !== null) {
    yield* value;
    for (const [at, child] of value.entries()) {
      yield value.toSpliced(at, 1);
      for (const smaller of smallerOnes(child)) yield value.with(at, smaller);
    }
  }
}

/** Every text of up to `length` characters of an alphabet. */
export function* everyText(alphabet: string, length: number): Generator<string> {
  if (length === 0) return yield '';
  for (const shorter of everyText(alphabet, length - 1)) {
    yield shorter;
    if (shorter.length === length - 1) for (const character of alphabet) yield shorter + character;
  }
}
