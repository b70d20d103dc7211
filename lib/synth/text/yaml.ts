// JSON to YAML, byte for byte as the library `yaml` writes it for cdk8s: ordinary values by hand, the rest by the library.

import { Document, stringify } from 'yaml';
import { isJsonObject, type Json, type JsonObject } from '../../model/manifest/json';

/** The options that cdk8s passes to the library. */
const OPTIONS = { keepUndefined: true, lineWidth: 0, version: '1.1' } as const;

/** Most text: six or more characters without a meaning in YAML. */
const SURELY_PLAIN = /^(?![eE][-+\d])[A-Za-z/_$][\w./@+=,:$(){}-]{4,}[\w./@+=,$(){}-]$/;
/** What a plain scalar of one line must not contain: the library's own expression without its line breaks. */
const NEVER_PLAIN = /^[\t ,[\]{}#&*!|>'"%@`]|^[?-]$|^[?-][ \t]|:[ \t]|[\t ]#|[\t :]$/;
/** The library's own tests for text that YAML 1.1 would read as a number, a boolean, null or a date. */
const TYPED: readonly RegExp[] = new Document(null, OPTIONS).schema.tags.flatMap((tag) =>
  tag.default && tag.test !== undefined ? [tag.test] : [],
);
/** Text that matches one of TYPED is this short or begins like this; `e12` counts as a number. */
const PERHAPS_TYPED = /^(?:.{0,5}$|[-+.\deE])/;
/** Control characters and lone surrogates, which the library escapes in its own way. */
const ESCAPED = /[^\t\n -~\u{a0}-\u{d7ff}\u{e000}-\u{10ffff}]/u;
/** A line that ends a document or is a directive. Whether the library quotes such a key depends on the key's depth. */
const MARKER = /^(?:%|---|\.\.\.)/m;
const BLANK = /[\t\n ]/;
/** The library writes a longer key as `? key`. */
const LONGEST_KEY = 1024;
/** Number and length of remembered texts: most recur in every object, but the others must not pile up. */
const REMEMBERED = 4096;
const LONGEST_REMEMBERED = 64;
/** Up to this many maps and lists, a linear search is faster than a set. */
const FEW = 64;

/** Divides the documents of a stream. */
export const DIVIDER = '---\n';

/**
 * One JSON value as one YAML document that ends with a line break.
 * @param onDoubt called when the library wrote a part of it: only such text may be read back differently
 */
export function stringifyDocument(value: Json, onDoubt?: () => void): string {
  if (typeof value === 'object' && value !== null) {
    const writer = new Writer();
    const written = writer.document(value);
    if (writer.asked || written === undefined) onDoubt?.();
    if (written !== undefined) return written;
  }
  return stringify(value, OPTIONS);
}

/** JSON values as one YAML stream. */
export function stringifyDocuments(values: readonly Json[]): string {
  return values.map((value) => stringifyDocument(value)).join(DIVIDER);
}

/** Writes one document. Here `lead` is a line break and the indent after it. */
class Writer {
  /** Whether the library was asked for some text. */
  asked = false;
  /** Joined once at the end: appending to a string takes twice the time. */
  readonly #parts: string[] = [];
  readonly #met: object[] = [];
  #metMany: Set<object> | undefined;
  /** False where only the library knows the form of the document. */
  #sure = true;

  document(value: Json): string | undefined {
    this.#write(value, '\n');
    return this.#sure ? `${this.#parts.join('')}\n` : undefined;
  }

  #write(value: Json | undefined, lead: string): void {
    if (typeof value === 'string') this.#parts.push(line(value) ?? lines(value, lead) ?? this.#ask(value, lead));
    else if (typeof value === 'boolean') this.#parts.push(value ? 'true' : 'false');
    else if (value === null) this.#parts.push('null');
    else if (typeof value === 'number' && Number.isFinite(value)) this.#parts.push(number(value));
    else if (typeof value === 'bigint') this.#parts.push(String(value));
    else if (typeof value !== 'object' || !isPlain(value) || !this.#isNew(value)) this.#sure = false;
    else if (isJsonObject(value)) this.#writeMap(value, lead);
    else this.#writeList(value, lead);
  }

  #ask(text: string, lead: string): string {
    this.asked = true;
    return askLibrary(text, lead);
  }

  #writeMap(map: JsonObject, lead: string): void {
    const inner = `${lead}  `;
    let first = true;
    for (const name of Object.keys(map)) {
      const value = map[name];
      const written = key(name);
      if (written === undefined) this.#sure = false;
      else if (first) this.#parts.push(written, isFilled(value) ? inner : ' ');
      else this.#parts.push(lead, written, isFilled(value) ? inner : ' ');
      first = false;
      this.#write(value, inner);
    }
    if (first) this.#parts.push('{}');
  }

  #writeList(list: readonly Json[], lead: string): void {
    const inner = `${lead}  `;
    const dash = `${lead}- `;
    let next = '- ';
    for (const item of list) {
      this.#parts.push(next);
      this.#write(item, inner);
      next = dash;
    }
    if (list.length === 0) this.#parts.push('[]');
  }

  /** Whether the document has not contained this very map or list before; the library would write an alias. */
  #isNew(value: object): boolean {
    if (this.#metMany !== undefined) {
      const before = this.#metMany.size;
      return this.#metMany.add(value).size > before;
    }
    if (this.#met.includes(value)) return false;
    if (this.#met.push(value) === FEW) this.#metMany = new Set(this.#met);
    return true;
  }
}

/** False for class instances, Maps, Dates and the like, which the library writes in its own way. */
function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Not compared with Object.prototype, since an object may come from another realm.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isFilled(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null && (Array.isArray(value) ? value : Object.keys(value)).length > 0;
}

function number(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** A key with its colon, or undefined where a key is written differently from a value. */
const key = remembering((text) => {
  const written = MARKER.test(text) ? undefined : line(text);
  return written === undefined || written.length > LONGEST_KEY ? undefined : `${written}:`;
});

/** Text of one line, plain or quoted; undefined where it has several lines or the form is uncertain. */
const line = remembering((text) => {
  if (SURELY_PLAIN.test(text)) return text;
  // `<<` is a merge key to the library, even where it is a value.
  if (text.includes('\n') || text === '<<' || ESCAPED.test(text)) return undefined;
  return NEVER_PLAIN.test(text) || isTyped(text) ? quote(text) : text;
});

function remembering(write: (text: string) => string | undefined): (text: string) => string | undefined {
  const known = new Map<string, string>();
  return (text) => {
    if (text.length > LONGEST_REMEMBERED) return write(text);
    const before = known.get(text);
    if (before !== undefined) return before;
    const written = write(text);
    if (known.size >= REMEMBERED) known.clear();
    if (written !== undefined) known.set(text, written);
    return written;
  };
}

function isTyped(text: string): boolean {
  return PERHAPS_TYPED.test(text) && TYPED.some((test) => test.test(text));
}

function quote(text: string): string {
  return text.includes('"') && !text.includes("'") ? `'${text}'` : JSON.stringify(text);
}

/** Text of several lines as a literal block; undefined where the form is uncertain. */
function lines(text: string, lead: string): string | undefined {
  let end = text.length;
  while (text[end - 1] === '\n') end -= 1;
  const visibleEnds = !BLANK.test(text.charAt(0)) && !BLANK.test(text.charAt(end - 1));
  if (!visibleEnds || !text.includes('\n') || ESCAPED.test(text)) return undefined;
  const breaks = text.slice(end);
  const chomping = breaks === '' ? '-' : breaks === '\n' ? '' : '+';
  const body = text.slice(0, end).replace(/\n+/g, `$&${lead.slice(1)}`);
  return `|${chomping}${lead}${body}${breaks.slice(1)}`;
}

/** Text as the library writes it at this depth: nested lists produce the indent. */
function askLibrary(text: string, lead: string): string {
  const indent = lead.length - 1;
  let nested: Json = text;
  for (let depth = indent; depth > 0; depth -= 2) nested = [nested];
  return stringify(nested, OPTIONS).slice(indent, -1);
}
