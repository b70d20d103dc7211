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
import { integer, keyText, plainValue, TAG, taggedValue } from './go-scalar';

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
    expected: 'well-formed YAML',
  }));
}

function uncapitalized(text: string): string {
  return /^[A-Z][a-z ]/.test(text) ? `${text[0]?.toLowerCase()}${text.slice(1)}` : text;
}

/** A colon without a blank after it, in a flow collection. */
const COLON = /\s*:[,[\]{}]/y;

/** Values that one alias or another may add to a document. */
const MOST_VALUES = 1_000_000;

/** The part of a map that is read. */
interface Items {
  readonly items: readonly { readonly key: unknown; readonly value: unknown }[];
}

/** The value of one document. A mistake is noted, and reading goes on. */
class Reader {
  readonly mistakes: Mistake[] = [];
  readonly #anchors = new Map<Alias, Node>();
  readonly #open = new Set<Node>();
  readonly #line: LineOf;
  readonly #text: string;
  #values = 0;
  /** How many flow collections are open. */
  #flows = 0;

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
        this.#checkAnchor(alias, alias.source);
      },
      Value: (_, node) => {
        if (node.anchor === undefined) return;
        named.set(node.anchor, node);
        this.#checkAnchor(node, node.anchor);
      },
    });
  }

  /** Go ends a name at any other character, and takes the rest for text. */
  #checkAnchor(node: Node, name: string): void {
    if (/^[\w-]+$/.test(name)) return;
    this.#refuse(node, `the anchor ${name} has another name for kubectl`, 'letters, digits, "-" and "_"');
  }

  read(node: unknown): unknown {
    this.#values += 1;
    if (this.#values === MOST_VALUES) this.#refuse(node, 'aliases make the document too large', 'fewer of them');
    if (this.#values >= MOST_VALUES) return null;
    if (isAlias(node)) return this.#readAlias(node);
    if (isScalar(node)) return this.#readScalar(node);
    if (!isSeq(node) && !isMap(node)) return null;
    const isFlow = node.flow === true;
    if (isFlow) this.#flows += 1;
    const value = isSeq(node) ? node.items.map((item) => this.read(item)) : this.#mapOf(node);
    if (isFlow) this.#flows -= 1;
    return value;
  }

  #mapOf(node: Items): Record<string, unknown> {
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

  #readMap(node: Items, map: Record<string, unknown>): void {
    const own = new Set<string>();
    for (const { key, value } of node.items) {
      if (isMergeKey(key)) this.#merge(key, value, map);
      else {
        this.#checkColon(key);
        const name = this.#readKey(key);
        if (name === undefined) continue;
        if (own.has(name)) this.#refuse(key, `the key ${JSON.stringify(name)} is there twice`, 'each key once');
        own.add(name);
        set(map, name, this.read(value));
      }
    }
  }

  /** `{ a:, b }`: for Go, a colon needs a blank after it. */
  #checkColon(key: unknown): void {
    if (!isScalar(key) || key.type !== 'PLAIN' || key.range == null) return;
    const [, end] = key.range;
    COLON.lastIndex = end;
    if (!COLON.test(this.#text)) return;
    this.#refuse(key, `${key.source}: has no blank after the colon, and is text for kubectl`, 'a blank, or quotes');
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
    if (
      node.type === 'PLAIN' &&
      ((this.#flows > 0 && text.startsWith('?')) ||
        (tag !== undefined && text.startsWith(':')) ||
        (tag === '!' && text === ''))
    ) {
      this.#refuse(node, `${JSON.stringify(text)} may be a key or a part of one for kubectl`, 'text in quotes');
    }
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
