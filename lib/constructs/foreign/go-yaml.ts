// YAML as kubectl reads it: the structure by the library, and what a scalar, a key or a merge means as in Go's sigs.k8s.io/yaml.

import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type Scalar,
  visit,
} from 'yaml';
import type { Problem } from '../../model/finding/problem';
import { pointerKeys } from '../../model/manifest/json';

/** What is wrong with a document, and where. */
export interface Mistake extends Omit<Problem, 'field'> {
  /** Line of the file, from 1. */
  readonly line: number;
}

/** One document of a file. */
export interface ReadDocument {
  /** Its number in the file, from 1. */
  readonly number: number;
  /** Line of its first value. */
  readonly line: number;
  /** What it says. An integer that a number cannot hold is a bigint. @default none: it is empty, or has mistakes */
  readonly value?: unknown;
  /** What stands before its first value: comments. */
  readonly comments: string;
  readonly mistakes: readonly Mistake[];
  /** Line of the value at a JSON pointer, or of the nearest one above it. */
  readonly lineAt: (pointer: string) => number;
}

/** Failsafe: every plain scalar is text, and what it means is decided here. */
const OPTIONS = {
  schema: 'failsafe',
  version: '1.1',
  resolveKnownTags: false,
  merge: false,
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'silent',
} as const;

/** Line breaks for Go, and text for the library; or refused by Go. */
const UNREADABLE = /(?![\t\n\r])\p{Cc}|[\u2028\u2029\ufffe\uffff]|\r(?!\n)|(?<!^)\ufeff/u;

const CONFLICT = /^<{7} .*$(?=[\s\S]*^={7}\r?$[\s\S]*^>{7} )/m;

/** Reads every document of `text`. */
export function readDocuments(text: string): ReadDocument[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { ...OPTIONS, lineCounter: lines });
  const line = (offset: number) => lines.linePos(offset).line;
  const ofFile = fileMistake(text, line);
  if (documents.length === 0) return ofFile === undefined ? [] : [refused(ofFile.mistake)];
  let end = 0;
  return documents.map((document, index) => {
    const start = document.contents?.range?.[0] ?? document.range[0];
    const comments = text.slice(end, start);
    const isHere =
      ofFile !== undefined &&
      ofFile.offset >= end &&
      (ofFile.offset < document.range[2] || index === documents.length - 1);
    end = document.range[2];
    const mistakes = isHere ? [ofFile.mistake] : parseMistakes(document, line);
    const reader = new Reader(document, line, text);
    const value = mistakes.length > 0 ? undefined : reader.read(document.contents);
    mistakes.push(...reader.mistakes);
    return {
      number: index + 1,
      line: line(start),
      comments,
      mistakes,
      lineAt: (pointer) => line(offsetAt(document.contents, pointerKeys(pointer)) ?? start),
      ...(mistakes.length > 0 ? {} : { value }),
    };
  });
}

function refused(mistake: Mistake): ReadDocument {
  return { number: 1, line: 1, comments: '', mistakes: [mistake], lineAt: () => 1 };
}

type LineOf = (offset: number) => number;

interface Placed {
  readonly offset: number;
  readonly mistake: Mistake;
}

/** What no document may have. A conflict is named first: what the parser makes of it misleads. */
function fileMistake(text: string, line: LineOf): Placed | undefined {
  const conflict = CONFLICT.exec(text);
  if (conflict !== null) {
    const mistake = {
      line: line(conflict.index),
      message: 'the file has a git conflict that no one has resolved',
      expected: 'one of the two versions, without the lines <<<<<<<, ======= and >>>>>>>',
      value: conflict[0],
    };
    return { offset: conflict.index, mistake };
  }
  const character = UNREADABLE.exec(text);
  if (character === null) return undefined;
  const { index } = character;
  const code = `U+${(text.codePointAt(index) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  const mistake = {
    line: line(index),
    message: `${code} is a line break or an error for kubectl, and text for other readers`,
    expected: `an escape in double quotes, such as "\\u${code.slice(2).toLowerCase()}"`,
  };
  return { offset: index, mistake };
}

/** The first thing that the parser refuses: others mostly follow from it. */
function parseMistakes(document: Document.Parsed, line: LineOf): Mistake[] {
  const { yaml } = document.directives;
  if (yaml.explicit === true && yaml.version !== '1.1') {
    const message = `kubectl does not read YAML ${yaml.version}`;
    return [{ line: line(document.range[0]), message, expected: 'a document without %YAML' }];
  }
  return document.errors.slice(0, 1).map(({ message, pos }) => ({
    line: line(pos[0]),
    message: `the YAML cannot be read: ${uncapitalized(message)}`,
    expected: 'YAML that kubectl reads',
  }));
}

function uncapitalized(text: string): string {
  return /^[A-Z][a-z ]/.test(text) ? `${text[0]?.toLowerCase()}${text.slice(1)}` : text;
}

const TAG = 'tag:yaml.org,2002:';
/** Values that one alias or another may add to a document. */
const MOST_VALUES = 1_000_000;

/** The value of one document. A mistake is noted, and reading goes on. */
class Reader {
  readonly mistakes: Mistake[] = [];
  readonly #anchors = new Map<Alias, Node>();
  readonly #open = new Set<Node>();
  readonly #line: LineOf;
  readonly #text: string;
  #values = 0;

  constructor(document: Document.Parsed, line: LineOf, text: string) {
    this.#line = line;
    this.#text = text;
    this.#findAnchors(document);
  }

  /** An alias means the last anchor of its name before it. */
  #findAnchors(document: Document.Parsed): void {
    const named = new Map<string, Node>();
    visit(document, {
      Alias: (_, alias) => {
        const node = named.get(alias.source);
        if (node !== undefined) this.#anchors.set(alias, node);
      },
      Value: (_, node) => {
        if (node.anchor !== undefined) named.set(node.anchor, node);
      },
    });
  }

  read(node: unknown): unknown {
    this.#values += 1;
    if (this.#values === MOST_VALUES) this.#refuse(node, 'aliases make the document too large', 'fewer of them');
    if (this.#values >= MOST_VALUES) return null;
    if (isAlias(node)) return this.#readAlias(node);
    if (isScalar(node)) return this.#readScalar(node);
    if (isSeq(node)) return node.items.map((item) => this.read(item));
    if (!isMap(node)) return null;
    const map: Record<string, unknown> = {};
    this.#readMap(node, map);
    return map;
  }

  #readAlias(alias: Alias): unknown {
    const node = this.#aliased(alias);
    if (node === undefined) return null;
    this.#open.add(node);
    const value = this.read(node);
    this.#open.delete(node);
    return value;
  }

  #aliased(alias: Alias): Node | undefined {
    const node = this.#anchors.get(alias);
    if (node === undefined) this.#refuse(alias, `*${alias.source} has no anchor`, `&${alias.source} before it`);
    else if (!this.#open.has(node) && !contains(node, alias)) return node;
    else this.#refuse(alias, `&${alias.source} contains itself`, 'a value without its own alias');
    return undefined;
  }

  #readMap(node: { readonly items: readonly { key: unknown; value: unknown }[] }, map: Record<string, unknown>): void {
    const own = new Set<string>();
    for (const { key, value } of node.items) {
      if (isMergeKey(key)) this.#merge(key, value, map);
      else {
        const name = this.#readKey(key);
        if (name === undefined) continue;
        if (own.has(name)) this.#refuse(key, `the key ${JSON.stringify(name)} is there twice`, 'each key once');
        own.add(name);
        set(map, name, this.read(value));
      }
    }
  }

  /** Go makes text of an integer and of a boolean; of a number with a fraction, it may make that of another number. */
  #readKey(node: unknown): string | undefined {
    const key = this.read(node);
    const isText = typeof key === 'string' || typeof key === 'boolean';
    if (isText || (isScalar(node) && integer(String(node.source).replaceAll('_', '')) !== undefined))
      return String(key);
    this.#refuse(node, 'a key is not text', 'text, in quotes if need be');
    return undefined;
  }

  /** Go's way: what is merged replaces what the map has before it. */
  #merge(key: unknown, value: unknown, map: Record<string, unknown>): void {
    const source = isAlias(value) ? this.#aliased(value) : value;
    if (source === undefined) return;
    const sources = isSeq(source) && !isAlias(value) ? source.items.toReversed() : [source];
    for (const each of sources) {
      const node = isAlias(each) ? this.#aliased(each) : each;
      if (isMap(node)) {
        this.#open.add(node);
        this.#readMap(node, map);
        this.#open.delete(node);
      } else if (node !== undefined) {
        const name = isScalar(node) ? JSON.stringify(node.source) : 'a list';
        this.#refuse(
          key,
          `the key << merges ${name}, which is not a map`,
          'a map, or "<<" in quotes for a key of that name',
        );
      }
    }
  }

  #readScalar(node: Scalar): unknown {
    const text = typeof node.value === 'string' ? node.value : '';
    const tag = node.tag?.startsWith(TAG) === true ? node.tag.slice(TAG.length) : node.tag;
    if (node.type?.startsWith('BLOCK') === true && node.range?.[1] === this.#text.length) return this.#lastBlock(text);
    if (tag === undefined) return node.type === 'PLAIN' ? this.#json(node, plainValue(text)) : text;
    const value = taggedValue(tag, text);
    if (value === undefined)
      this.#refuse(node, `${JSON.stringify(text)} is not of the type !!${tag}`, `a value of that type`);
    return this.#json(node, value ?? null);
  }

  /** A block of text at the end of a file: Go adds no line break that the file does not have. */
  #lastBlock(block: string): string {
    const last = this.#text.slice(this.#text.lastIndexOf('\n') + 1);
    if (last === '') return block;
    return last.trim() !== '' || /(?:^|\n) +\n$/.test(block) ? block.replace(/\n$/, '') : block;
  }

  #json(node: Scalar, value: unknown): unknown {
    if (typeof value !== 'number' || Number.isFinite(value)) return value;
    this.#refuse(node, `${String(node.source)} is not a number that JSON has`, 'a finite number, or text in quotes');
    return null;
  }

  #refuse(node: unknown, message: string, expected: string): void {
    const offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
    this.mistakes.push({ line: this.#line(offset), message, expected });
  }
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}

function contains(node: Node, alias: Alias): boolean {
  const [start, , end] = node.range ?? [0, 0, 0];
  const at = alias.range?.[0] ?? 0;
  return start <= at && at < end;
}

/** Sets a key that may be `__proto__`. */
function set(map: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
}

function isMergeKey(key: unknown): boolean {
  return (
    isScalar(key) &&
    key.value === '<<' &&
    (key.type === 'PLAIN' ? key.tag === undefined || key.tag === `${TAG}merge` : key.tag === `${TAG}merge`)
  );
}

const CONSTANTS = new Map<string, boolean | number | null>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((text) => [text, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((text) => [text, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((text) => [text, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((text) => [text, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((text) => [text, Number.POSITIVE_INFINITY] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((text) => [text, Number.NEGATIVE_INFINITY] as const),
]);

const DATE = /^\d{4}-\d{1,2}-\d{1,2}(?:$|[Tt ]\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?(?:$|Z$|[-+]\d\d:\d\d$))/;
/** Base by prefix, as strconv.ParseInt with base 0; a leading 0 alone is octal. */
const INTEGER = /^([-+]?)(?:0[xX]([\da-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9]\d*))$/;
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const LEAST = -(2n ** 63n);
const MOST = 2n ** 64n - 1n;

/** What a plain scalar means: `resolve` of go-yaml 2. A time or a date is text. */
function plainValue(text: string): string | number | bigint | boolean | null {
  const constant = CONSTANTS.get(text);
  if (constant !== undefined) return constant;
  if (text.startsWith('.')) return FLOAT.test(text) ? finite(text, text) : text;
  if (!/^[-+\d]/.test(text)) return text;
  const digits = text.replaceAll('_', '');
  return integer(digits) ?? (FLOAT.test(digits) ? finite(digits, text) : text);
}

function integer(text: string): number | bigint | undefined {
  const [matched, sign, hex, binary, octal, decimal] = INTEGER.exec(text) ?? [];
  if (matched === undefined) return undefined;
  const amount = BigInt(
    hex !== undefined
      ? `0x${hex}`
      : binary !== undefined
        ? `0b${binary}`
        : octal !== undefined
          ? `0o${octal}`
          : (decimal ?? 0),
  );
  const value = sign === '-' ? -amount : amount;
  const most = sign === '' ? MOST : -LEAST - 1n;
  if (value < LEAST || value > most) return undefined;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** Beyond the range of a float, Go takes the text. */
function finite(digits: string, text: string): number | string {
  const value = Number(digits);
  return Number.isFinite(value) ? value : text;
}

/** A scalar with a tag; undefined where the value does not fit it. */
function taggedValue(tag: string, text: string): unknown {
  const plain = plainValue(text);
  switch (tag) {
    case 'bool':
      return typeof plain === 'boolean' ? plain : undefined;
    case 'int':
      return (typeof plain === 'number' && integer(text.replaceAll('_', '')) !== undefined) || typeof plain === 'bigint'
        ? plain
        : undefined;
    case 'float':
      return typeof plain === 'bigint' ? Number(plain) : typeof plain === 'number' ? plain : undefined;
    case 'null':
      return plain === null ? null : undefined;
    case 'timestamp':
      return DATE.test(text) ? text : undefined;
    case 'binary':
      return binaryText(text);
    default:
      return text;
  }
}

function binaryText(text: string): string | undefined {
  const base64 = text.replaceAll(/[\r\n]/g, '');
  if (!/^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/.test(base64)) return undefined;
  return Buffer.from(base64, 'base64').toString('utf8');
}

/** Offset of the value at `keys`, or of the nearest one above it. */
function offsetAt(node: unknown, keys: readonly string[]): number | undefined {
  const [key, ...rest] = keys;
  const here = isNode(node) ? node.range?.[0] : undefined;
  if (key === undefined) return here;
  if (isSeq(node)) return offsetAt(node.items[Number(key)], rest) ?? here;
  if (!isMap(node)) return here;
  const pair = node.items.find((item) => isScalar(item.key) && keyText(item.key) === key);
  if (pair === undefined) return here;
  if (rest.length === 0 && isScalar(pair.key)) return pair.key.range?.[0];
  return offsetAt(pair.value, rest) ?? (isScalar(pair.key) ? pair.key.range?.[0] : here);
}

function keyText({ type, source = '' }: Scalar): string {
  return type === 'PLAIN' ? String(plainValue(source)) : source;
}
