// Amounts of CPU and memory: the exact value of a quantity, in billionths of its unit, and quantities made from it.
import { canonicalQuantity } from './quantity';

/** One whole unit: a core, a byte. */
export const WHOLE = 1_000_000_000n;

const GRAMMAR = /^([+-]?)(\d+)?(?:\.(\d*))?(?:([eE][+-]?\d+)|([KMGTPE]i)|([numkMGTPE]))?$/;
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
/** Beyond this, digits only cost time: the API server caps values at 2^63 and rounds below 10^-9. */
const FARTHEST = 60;
const MEBIBYTE = 1024n * 1024n * WHOLE;
const MILLI = WHOLE / 1000n;

const power = (base: bigint, exponent: number): bigint => base ** BigInt(Math.min(exponent, FARTHEST));

/** The exact value in billionths, the finest that Kubernetes keeps, rounded up; `undefined` where the text is no quantity. */
export function parseQuantity(quantity: string): bigint | undefined {
  const [match, sign, whole = '', fraction = '', scientific, binary, decimal] = GRAMMAR.exec(quantity) ?? [];
  // The API server reads "", "-" and "Gi" as 0 here and there; its documented grammar wants a digit, and so do we.
  if (match === undefined || whole + fraction === '') return undefined;
  let value = BigInt(whole + fraction);
  let shift = 9 - fraction.length;
  if (binary !== undefined) value *= 1024n ** BigInt(BINARY.indexOf(binary) + 1);
  else if (decimal !== undefined) shift += DECIMAL[decimal] ?? 0;
  else if (scientific !== undefined) shift += Math.max(-1e6, Math.min(1e6, Number(scientific.slice(1))));
  if (shift >= 0) value *= power(10n, shift);
  else value = (value + power(10n, -shift) - 1n) / power(10n, -shift);
  return sign === '-' ? -value : value;
}

/** Cores as a quantity, rounded up to a thousandth: `1500m`. */
export function cpuQuantity(nano: bigint): string {
  return canonicalQuantity(`${divideUp(nano, MILLI)}m`);
}

/** Bytes as a quantity, rounded up to a mebibyte: `384Mi`. */
export function memoryQuantity(nano: bigint): string {
  return canonicalQuantity(`${divideUp(nano, MEBIBYTE)}Mi`);
}

/** The largest of them: `Math.max` takes no bigints. 0 where there is none. */
export function largestAmount(amounts: readonly bigint[]): bigint {
  const [most = 0n] = amounts.toSorted((a, b) => Number(b > a) - Number(b < a));
  return most;
}

function divideUp(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}
