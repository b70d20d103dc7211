// Kubernetes quantities (`250m`, `1.5Gi`): what they amount to, their one canonical spelling, and quantities made from amounts.

import { remembered } from './formats';
import type { Json } from './json';

/** Sign, whole digits, fraction, then one of: decimal exponent, binary suffix, decimal suffix. At least one digit. */
const QUANTITY = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+)|([KMGTPE]i)|([numkMGTPE]?))$/;
/** In steps of 1000, from 10^-9. */
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
/** In steps of 1024, from 1. */
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
/** The exponent of the smallest amount: what is finer is rounded up to it, away from zero. */
const NANO = -9;
/** What an amount with a binary suffix is capped at where it is written. */
const MOST = 2n ** 63n - 1n;
/** Go keeps exponents in 32 bits and wraps; an exponent beyond this is left as it was written. */
const FARTHEST = 1e9;
/** An amount counts no further than this exponent: beyond it, digits only cost time, for the API server caps values at 2^63. */
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

/** A quantity as it was written. */
interface Written extends Scaled {
  readonly negative: boolean;
  /** What follows the digits. */
  readonly form: 'exponent' | 'binary' | 'decimal';
  /** Power of ten that the suffix or the exponent stands for, before the fraction is taken off it. */
  readonly scale: number;
}

/**
 * `undefined` where the text is not a quantity. Text without a digit (`-`, `Gi`), which the API server reads as 0 here and there and its
 * documented grammar forbids, is none.
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

/** No finer than nano. A mantissa above 0 never becomes 0. */
function roundUp({ mantissa, exponent }: Scaled): Scaled {
  const excess = NANO - exponent;
  if (excess <= 0) return { mantissa, exponent };
  if (mantissa === 0n) return { mantissa, exponent: NANO };
  if (excess >= String(mantissa).length) return { mantissa: 1n, exponent: NANO };
  return { mantissa: divideUp(mantissa, 10n ** BigInt(excess)), exponent: NANO };
}

/** The exact amount in billionths, the finest that Kubernetes keeps, rounded up; `undefined` where the text is not a quantity. */
export function parseQuantity(text: string): bigint | undefined {
  const written = read(text);
  if (written === undefined) return undefined;
  const { mantissa, exponent } = roundUp(written);
  const nano = mantissa * 10n ** BigInt(Math.min(exponent - NANO, FARTHEST_NANO));
  return written.negative ? -nano : nano;
}

const remember = remembered(parseQuantity);

/** The exact amount of a field, in billionths; `undefined` where it is not a quantity. A JSON number is one too. */
export function readQuantity(value: Json | undefined): bigint | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return remember(String(value));
  return typeof value === 'string' ? remember(value) : undefined;
}

/** The amount as a number, in cores or bytes; `undefined` where the text is not a quantity. */
export function quantityAmount(text: string): number | undefined {
  const nano = parseQuantity(text);
  return nano === undefined ? undefined : Number(nano / WHOLE) + Number(nano % WHOLE) / Number(WHOLE);
}

/** With the largest binary suffix that leaves no fraction; `undefined` where not even `Ki` does. */
function inBinary({ mantissa, exponent }: Scaled): string | undefined {
  const unit = 10n ** BigInt(-exponent);
  if (mantissa % (1024n * unit) !== 0n) return undefined;
  let number = mantissa / unit;
  let step = 0;
  for (; number % 1024n === 0n; step++) number /= 1024n;
  return `${number}${BINARY[step]}`;
}

/** Without factors of 1000 in the number: with the exponent that takes them, or with its suffix. */
function inDecimal({ mantissa, exponent }: Scaled, scientific: boolean): string {
  const digits = String(mantissa);
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  const reduced = exponent + digits.length - end;
  const power = Math.floor(reduced / 3) * 3;
  const number = digits.slice(0, end) + '0'.repeat(reduced - power);
  if (scientific) return power === 0 ? number : `${number}e${power}`;
  // Beyond `E` there is no suffix, and Kubernetes then writes none: `1000E` becomes `1`.
  return number + (DECIMAL[(power - NANO) / 3] ?? '');
}

/**
 * The canonical form of a quantity: no fraction, no needless sign, the largest suffix of its own family. An amount with
 * a binary suffix that is not a whole multiple of 1024 turns decimal. Text that is not a quantity is returned unchanged.
 *
 * Source: k8s.io/apimachinery v0.37.0, pkg/api/resource, `ParseQuantity` and `Quantity.CanonicalizeBytes`. Two things
 * differ on purpose. Text without a digit (`-`, `Gi`), which that code reads as 0 and its own grammar forbids, is not a
 * quantity. And the form is final: that code makes `1.953125Ki` `2000` and, when it reads this again, `2k`; here it is
 * `2k` at once.
 *
 * The API server may still show another spelling: `ParseQuantity` keeps the text of some short quantities as it was
 * written (`+1`, `007`, `1.234`, `1E3`), and resource lists are rounded up to thousandths first (`RoundUp(-3)`). Compare
 * both sides in this form, not one of them with the other's text.
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

/** The largest of some amounts: `Math.max` takes no bigints. 0 where there is none, and where none is above it. */
export function largestAmount(amounts: readonly bigint[]): bigint {
  let most = 0n;
  for (const amount of amounts) if (amount > most) most = amount;
  return most;
}

function divideUp(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}
