// What a scalar of YAML means to Go: `resolve` of go-yaml 2, which sigs.k8s.io/yaml uses.

import type { Scalar } from 'yaml';

/** A prefix of YAML's own tags. */
export const TAG = 'tag:yaml.org,2002:';

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
export function plainValue(text: string): string | number | bigint | boolean | null {
  const constant = CONSTANTS.get(text);
  if (constant !== undefined) return constant;
  if (text.startsWith('.')) return FLOAT.test(text) ? finite(text, text) : text;
  if (!/^[-+\d]/.test(text)) return text;
  const digits = text.replaceAll('_', '');
  return integer(digits) ?? (FLOAT.test(digits) ? finite(digits, text) : text);
}

export function integer(text: string): number | bigint | undefined {
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
export function taggedValue(tag: string, text: string): unknown {
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

/** A key that is a scalar, as JSON has it. */
export function keyText({ type, source = '' }: Scalar): string {
  return type === 'PLAIN' ? String(plainValue(source)) : source;
}
