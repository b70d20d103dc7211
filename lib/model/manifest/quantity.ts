// Kubernetes quantities (`250m`, `1.5Gi`): parsing them, their canonical form, and quantities written from amounts.

import { memoize } from './formats';
import type { Json } from './json';

/** Sign, whole digits, fraction, then one of: decimal exponent, binary suffix, decimal suffix. At least one digit. */
const QUANTITY = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+)|([KMGTPE]i)|([numkMGTPE]?))$/;
/** In steps of 1000, from 10^-9. */
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
/** In steps of 1024, from 1. */
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
/** The exponent of the smallest amount: anything finer is rounded up to it, away from zero. */
const NANO = -9;
/** The cap of a written amount with a binary suffix. */
const MOST = 2n ** 63n - 1n;
/** Go keeps exponents in 32 bits and wraps; a larger exponent than this is left as written. */
const FARTHEST = 1e9;
/** Exponents above this count as this: more digits only cost time, for the API server caps values at 2^63. */
const FARTHEST_NANO = 60;

/** One whole unit, a core or a byte, in billionths. */
export const WHOLE = 1_000_000_000n;
const MILLI = WHOLE / 1000n;
const MEBIBYTE = 1024n * 1024n * WHOLE;

/** `mantissa` × 10^`exponent`, without its sign. */
interface Scaled {
  readonly mantissa: bigint;
  readonly exponent: number;
}

/** A quantity as written. */
interface Written extends Scaled {
  readonly negative: boolean;
  /** What follows the digits. */
  readonly form: 'exponent' | 'binary' | 'decimal';
  /** The power of ten of the suffix or exponent, before subtracting the digits of the fraction. */
  readonly scale: number;
}

/**
 * `undefined` if the text is not a quantity. Nor is text without a digit (`-`, `Gi`), which the API server sometimes reads as 0,
 * although its documented grammar forbids it.
 */
function read(text: string): Written | undefined {
  const [match, sign, whole = '', fraction = '', scientific, binary, decimal = ''] = QUANTITY.exec(text) ?? [];
  if (match === undefined) return undefined;
  const digits = BigInt(whole + fraction);
  const negative = sign === '-';
  if (binary !== undefined) {
    const mantissa = digits * 1024n ** BigInt(BINARY.indexOf(binary));
    return { negative, form: 'binary', mantissa, exponent: -fraction.length, scale: 0 };
  }
  const scale = scientific === undefined ? DECIMAL.indexOf(decimal) * 3 + NANO : Number(scientific);
  const form = scientific === undefined ? 'decimal' : 'exponent';
  return { negative, form, mantissa: digits, exponent: scale - fraction.length, scale };
}

/** Rounded up to nano. A mantissa above 0 never becomes 0. */
function roundUp({ mantissa, exponent }: Scaled): Scaled {
  const excess = NANO - exponent;
  if (excess <= 0) return { mantissa, exponent };
  if (mantissa === 0n) return { mantissa, exponent: NANO };
  if (excess >= String(mantissa).length) return { mantissa: 1n, exponent: NANO };
  return { mantissa: divideUp(mantissa, 10n ** BigInt(excess)), exponent: NANO };
}

/** The amount in billionths, the finest that Kubernetes keeps, rounded up; `undefined` if the text is not a quantity. */
export function parseQuantity(text: string): bigint | undefined {
  const written = read(text);
  if (written === undefined) return undefined;
  const { mantissa, exponent } = roundUp(written);
  const nano = mantissa * 10n ** BigInt(Math.min(exponent - NANO, FARTHEST_NANO));
  return written.negative ? -nano : nano;
}

const parseOnce = memoize(parseQuantity);

/** The amount of a field, in billionths; `undefined` if it is not a quantity. JSON numbers are quantities too. */
export function readQuantity(value: Json | undefined): bigint | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return parseOnce(String(value));
  return typeof value === 'string' ? parseOnce(value) : undefined;
}

/** The amount as a number, in cores or bytes; `undefined` if the text is not a quantity. */
export function quantityAmount(text: string): number | undefined {
  const nano = parseQuantity(text);
  return nano === undefined ? undefined : Number(nano / WHOLE) + Number(nano % WHOLE) / Number(WHOLE);
}

/** Written with the largest binary suffix that leaves no fraction; `undefined` if even `Ki` leaves one. */
function inBinary({ mantissa, exponent }: Scaled): string | undefined {
  const unit = 10n ** BigInt(-exponent);
  if (mantissa % (1024n * unit) !== 0n) return undefined;
  let number = mantissa / unit;
  let step = 0;
  for (; number % 1024n === 0n; step++) number /= 1024n;
  return `${number}${BINARY[step]}`;
}

/** Written without factors of 1000 in the number, which move to the exponent or the suffix. */
function inDecimal({ mantissa, exponent }: Scaled, scientific: boolean): string {
  const digits = String(mantissa);
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  const reduced = exponent + digits.length - end;
  const power = Math.floor(reduced / 3) * 3;
  const number = digits.slice(0, end) + '0'.repeat(reduced - power);
  if (scientific) return power === 0 ? number : `${number}e${power}`;
  // There is no suffix above `E`, and Kubernetes then omits it: `1000E` becomes `1`.
  return number + (DECIMAL[(power - NANO) / 3] ?? '');
}

/**
 * The canonical form of a quantity: no fraction, no redundant sign, the largest suffix of its family. An amount with a
 * binary suffix that is not a multiple of 1024 becomes decimal. Text that is not a quantity is returned unchanged.
 *
 * Source: k8s.io/apimachinery v0.37.0, pkg/api/resource, `ParseQuantity` and `Quantity.CanonicalizeBytes`. Two
 * differences are intended. Text without a digit (`-`, `Gi`), which that code reads as 0 although its grammar forbids it,
 * is not a quantity. And the form is final: that code turns `1.953125Ki` into `2000`, and that into `2k` when it reads it
 * again; here it is `2k` at once.
 *
 * The API server may still show another spelling: `ParseQuantity` keeps the text of some short quantities as written
 * (`+1`, `007`, `1.234`, `1E3`), and resource lists are rounded up to thousandths first (`RoundUp(-3)`). Bring both sides
 * into this form before comparing them.
 */
export function canonicalQuantity(text: string): string {
  const written = read(text);
  if (written === undefined || Math.abs(written.scale) > FARTHEST) return text;
  if (written.mantissa === 0n) return '0';
  const minus = written.negative ? '-' : '';
  const amount = roundUp(written);
  if (written.form !== 'binary') return minus + inDecimal(amount, written.form === 'exponent');
  const capped = amount.mantissa > MOST * 10n ** BigInt(-amount.exponent) ? { mantissa: MOST, exponent: 0 } : amount;
  return minus + (inBinary(capped) ?? inDecimal(capped, false));
}

/** Cores, in billionths, as a quantity, rounded up to a thousandth: `1500m`. */
export function cpuQuantity(nano: bigint): string {
  return canonicalQuantity(`${divideUp(nano, MILLI)}m`);
}

/** Bytes, in billionths, as a quantity, rounded up to a mebibyte: `384Mi`. */
export function memoryQuantity(nano: bigint): string {
  return canonicalQuantity(`${divideUp(nano, MEBIBYTE)}Mi`);
}

/** The largest of the amounts, for `Math.max` does not take bigints; 0 if none is positive. */
export function largestAmount(amounts: readonly bigint[]): bigint {
  let most = 0n;
  for (const amount of amounts) if (amount > most) most = amount;
  return most;
}

function divideUp(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}
