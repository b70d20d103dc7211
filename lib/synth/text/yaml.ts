// JSON to YAML as the library `yaml` writes it for cdk8s where Go reads that as it was, else in double quotes with escapes.

import { isJsonObject, type Json, type JsonObject } from '../../model/manifest/json';
import { hasForm } from './corruption';

/** Most text: six or more characters without a meaning in YAML. The engine's stack ends at some million: longer text is tested otherwise. */
const SURELY_PLAIN = /^(?![eE][-+\d])[A-Za-z/_$][\w./@+=,:$(){}-]{4,250}[\w./@+=,$(){}-]$/;
/** What a plain scalar of one line must not contain: the library's own expression for one line, tabs, merge and default keys. */
const NEVER_PLAIN = /^[ ,[\]{}#&*!|>'"%@`]|^[?-]$|^[?-] |: | #|[ :]$|\t|^(?:<<|=)$/;
/** The library's own tests for text that YAML 1.1 would read as a number, a boolean, null or a date: a test compares them. */
export const TYPED: readonly RegExp[] = [
  /^(?:~|[Nn]ull|NULL)?$/,
  /^(?:Y|y|[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON)$/,
  /^(?:N|n|[Nn]o|NO|[Ff]alse|FALSE|[Oo]ff|OFF)$/,
  /^[-+]?0b[0-1_]+$/,
  /^[-+]?0[0-7_]+$/,
  /^[-+]?[0-9][0-9_]*$/,
  /^[-+]?0x[0-9a-fA-F_]+$/,
  /^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/,
  /^[-+]?(?:[0-9][0-9_]*)?(?:\.[0-9_]*)?[eE][-+]?[0-9]+$/,
  /^[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*$/,
  /^<<$/,
  /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+$/,
  /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/,
  /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?:t|T|[ \t]+)([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2}(\.[0-9]+)?)(?:[ \t]*(Z|[-+][012]?[0-9](?::[0-9]{2})?))?)?$/,
];
/** Text that matches one of TYPED is this short or begins like this; `e12` counts as a number. */
const PERHAPS_TYPED = /^(?:.{0,5}$|[-+.\deE])/;
/**
 * What Go reads as a number once the underscores after its first character are removed; `0b-1` is one too.
 * Source: go.yaml.in/yaml/v2, resolve.go: strconv.ParseInt with base 0, yamlStyleFloat, the digits after `0b` with base 2.
 */
const GO_NUMBER =
  /^[-+]?(?:0[xX][\da-fA-F]+|0[oO][-+]?[0-7]+|0[bB][-+]?[01]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)$/;
/** What PyYAML reads as a time, and the library does not: the digits of a fraction may be absent. */
const PYTHON_TIME = /^\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d\./;
/** All but what every reader takes for the character that it is: control characters, other line breaks, byte order marks, half characters. */
const ESCAPED = /[^\t\n -~\u{a0}-\u{2027}\u{202a}-\u{d7ff}\u{e000}-\u{fefe}\u{ff00}-\u{fffd}\u{10000}-\u{10ffff}]/u;
/** Those of them that JSON does not escape. */
const NO_JSON_ESCAPE = /[\u{7f}-\u{9f}\u{2028}\u{2029}\u{feff}\u{fffe}\u{ffff}]/gu;
/** A key that would end the document, or be a directive. */
const MARKER = /^(?:%|---|\.\.\.)/;
/** Readers look no further for the colon after a key. */
const LONGEST_KEY = 1024;
/** The indent of a block must be stated where its first line begins with a blank. */
const STARTS_BLANK = /^\n*[\t ]/;
/** Whether a last line of blanks belongs to a block, readers disagree. */
const ENDS_BLANK = /(?:^|\n)[\t ]+\n*$|^\n*$/;
/** Number and length of remembered texts: most recur in every object, but the others must not pile up. */
const REMEMBERED = 4096;
const LONGEST_REMEMBERED = 64;

/** Divides the documents of a stream. */
export const DIVIDER = '---\n';

/**
 * One object as one YAML document that ends with a line break.
 * @param onLoss called when a part of it has no form in YAML
 */
export function stringifyDocument(value: JsonObject, onLoss?: () => void): string {
  const writer = new Writer();
  const text = writer.document(value);
  if (writer.loses) onLoss?.();
  return text;
}

/** Objects as one YAML stream. */
export function stringifyDocuments(values: readonly JsonObject[]): string {
  return values.map((value) => stringifyDocument(value)).join(DIVIDER);
}

/** Writes one document. Here `lead` is a line break and the indent after it. */
class Writer {
  /** Whether a part has no form in YAML. */
  loses = false;
  /** Joined once at the end: appending to a string takes twice the time. */
  readonly #parts: string[] = [];

  document(value: JsonObject): string {
    this.#write(value, '\n');
    return `${this.#parts.join('')}\n`;
  }

  #write(value: Json | undefined, lead: string): void {
    if (typeof value === 'string') this.#parts.push(line(value) ?? block(value, lead) ?? this.#escape(value));
    else if (value === undefined || !hasForm(value)) this.#lose();
    else if (typeof value === 'number') this.#parts.push(number(value));
    else if (typeof value !== 'object' || value === null) this.#parts.push(String(value));
    else if (isJsonObject(value)) this.#writeMap(value, lead);
    else this.#writeList(value, lead);
  }

  #lose(): void {
    this.loses = true;
    this.#parts.push('null');
  }

  #escape(text: string): string {
    if (!hasForm(text)) this.loses = true;
    return escaped(text);
  }

  #writeMap(map: JsonObject, lead: string): void {
    const inner = `${lead}  `;
    let first = true;
    for (const name of Object.keys(map)) {
      const value = map[name];
      const written = key(name) ?? this.#escapeKey(name, lead);
      if (first) this.#parts.push(written, isFilled(value) ? inner : ' ');
      else this.#parts.push(lead, written, isFilled(value) ? inner : ' ');
      first = false;
      this.#write(value, inner);
    }
    if (first) this.#parts.push('{}');
  }

  #escapeKey(name: string, lead: string): string {
    const written = this.#escape(name);
    return written.length > LONGEST_KEY ? `? ${written}${lead}:` : `${written}:`;
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
}

function isFilled(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null && (Array.isArray(value) ? value : Object.keys(value)).length > 0;
}

/** YAML 1.1 reads `1e+21` as text, and `1.0e+21` as the number. */
function number(value: number): string {
  const text = String(value);
  return text.includes('e') ? text.replace(/^(-?\d)e/, '$1.0e') : text;
}

/** A key with its colon, plain or quoted; undefined where it needs escapes, or is too long. */
const key = remembering((text) => {
  const written = MARKER.test(text) ? undefined : line(text);
  return written === undefined || written.length > LONGEST_KEY ? undefined : `${written}:`;
});

/** Text of one line, plain or quoted; undefined where it has several, or needs escapes. */
const line = remembering((text) => {
  if (SURELY_PLAIN.test(text)) return text;
  if (text.includes('\n') || ESCAPED.test(text)) return undefined;
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
  if (!PERHAPS_TYPED.test(text)) return false;
  return TYPED.some((test) => test.test(text)) || GO_NUMBER.test(text.replace(/(?!^)_/g, '')) || PYTHON_TIME.test(text);
}

function quote(text: string): string {
  return text.includes('"') && !text.includes("'") ? `'${text}'` : JSON.stringify(text);
}

/** Text in double quotes, with an escape for all that is not an ordinary character. */
function escaped(text: string): string {
  const code = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(text).replace(NO_JSON_ESCAPE, code);
}

/** Text of several lines as a literal block; undefined where not every reader would return it. */
function block(text: string, lead: string): string | undefined {
  if (!text.includes('\n') || ENDS_BLANK.test(text) || ESCAPED.test(text)) return undefined;
  let end = text.length;
  while (text[end - 1] === '\n') end -= 1;
  const breaks = text.slice(end);
  const chomping = breaks === '' ? '-' : breaks === '\n' ? '' : '+';
  const indent = STARTS_BLANK.test(text) ? '2' : '';
  const body = text.slice(0, end).replace(/\n+/g, `$&${lead.slice(1)}`);
  return `|${indent}${chomping}${lead}${body}${breaks.slice(1)}`;
}
