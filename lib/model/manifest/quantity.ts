// The canonical form of Kubernetes quantities (`1000m` is `1`): the one spelling among many for the same amount.

/** Sign, whole digits, fraction, then one of: decimal exponent, binary suffix, decimal suffix. At least one digit. */
const QUANTITY = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+)|([KMGTPE]i)|([numkMGTPE]?))$/;
/** In steps of 1000, from 10^-9. */
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
/** In steps of 1024, from 1. */
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
/** The exponent of the smallest amount: what is finer is rounded up to it, away from zero. */
const NANO = -9;
/** What an amount with a binary suffix is capped at. */
const MOST = 2n ** 63n - 1n;
/** Go keeps exponents in 32 bits and wraps; an exponent beyond this is left as it was written. */
const FARTHEST = 1e9;

/** `mantissa` × 10^`exponent`, without its sign. */
interface Amount {
  readonly mantissa: bigint;
  readonly exponent: number;
}

/** No finer than nano. A mantissa above 0 never becomes 0. */
function roundUp({ mantissa, exponent }: Amount): Amount {
  const excess = NANO - exponent;
  if (excess <= 0) return { mantissa, exponent };
  if (excess >= String(mantissa).length) return { mantissa: 1n, exponent: NANO };
  const divisor = 10n ** BigInt(excess);
  return { mantissa: (mantissa + divisor - 1n) / divisor, exponent: NANO };
}

/** With the largest binary suffix that leaves no fraction; `undefined` where not even `Ki` does. */
function inBinary({ mantissa, exponent }: Amount): string | undefined {
  const unit = 10n ** BigInt(-exponent);
  if (mantissa % (1024n * unit) !== 0n) return undefined;
  let number = mantissa / unit;
  let step = 0;
  for (; number % 1024n === 0n; step++) number /= 1024n;
  return `${number}${BINARY[step]}`;
}

/** Without factors of 1000 in the number: with the exponent that takes them, or with its suffix. */
function inDecimal({ mantissa, exponent }: Amount, scientific: boolean): string {
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
 * a binary suffix that is no whole multiple of 1024 turns decimal. Text that is no quantity is returned unchanged.
 *
 * Source: k8s.io/apimachinery v0.37.0, pkg/api/resource, `ParseQuantity` and `Quantity.CanonicalizeBytes`. Two things
 * differ on purpose. Text without a digit (`-`, `Gi`), which that code reads as 0 and its own grammar forbids, is no
 * quantity. And the form is final: that code makes `1.953125Ki` `2000` and, when it reads this again, `2k`; here it is
 * `2k` at once.
 *
 * The API server may still show another spelling: `ParseQuantity` keeps the text of some short quantities as it was
 * written (`+1`, `007`, `1.234`, `1E3`), and resource lists are rounded up to thousandths first (`RoundUp(-3)`). Compare
 * both sides in this form, not one of them with the other's text.
 */
export function canonicalQuantity(text: string): string {
  const [match, sign, whole = '', fraction = '', scientific, binary, decimal = ''] = QUANTITY.exec(text) ?? [];
  const scale = scientific === undefined ? DECIMAL.indexOf(decimal) * 3 + NANO : Number(scientific);
  if (match === undefined || Math.abs(scale) > FARTHEST) return text;
  const mantissa = BigInt(whole + fraction);
  if (mantissa === 0n) return '0';
  const minus = sign === '-' ? '-' : '';
  if (binary === undefined) {
    return minus + inDecimal(roundUp({ mantissa, exponent: scale - fraction.length }), scientific !== undefined);
  }
  const factor = 1024n ** BigInt(BINARY.indexOf(binary));
  const amount = roundUp({ mantissa: mantissa * factor, exponent: -fraction.length });
  const capped = amount.mantissa > MOST * 10n ** BigInt(-amount.exponent) ? { mantissa: MOST, exponent: 0 } : amount;
  return minus + (inBinary(capped) ?? inDecimal(capped, false));
}

/** The amount as a number, in cores or bytes; `undefined` where the text is no quantity. */
export function quantityAmount(text: string): number | undefined {
  const [match, sign, whole = '', fraction = '', scientific, binary, decimal = ''] = QUANTITY.exec(text) ?? [];
  if (match === undefined) return undefined;
  const exponent = scientific === undefined ? DECIMAL.indexOf(decimal) * 3 + NANO : Number(scientific);
  const factor = binary === undefined ? 10 ** exponent : 1024 ** BINARY.indexOf(binary);
  return (sign === '-' ? -1 : 1) * Number(`${whole}.${fraction}0`) * factor;
}
