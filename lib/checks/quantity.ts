// Kubernetes quantities (`500m`, `1.5Gi`, `2e3`): their grammar and their exact value.
import type { Json } from '../model/json';
import { remembered } from './formats';

/** A quantity in billionths of its unit, the finest that Kubernetes keeps; `undefined` where the text is none. */
interface Reading {
  readonly nano: bigint | undefined;
}

const GRAMMAR = /^([+-]?)(\d+)?(?:\.(\d*))?(?:([eE][+-]?\d+)|([KMGTPE]i)|([numkMGTPE]))?$/;
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
/** Beyond this, digits only cost time: the API server caps values at 2^63 and rounds below 10^-9. */
const FARTHEST = 60;

const power = (base: bigint, exponent: number): bigint => base ** BigInt(Math.min(exponent, FARTHEST));

function read(quantity: string): Reading {
  const [match, sign, whole = '', fraction = '', scientific, binary, decimal] = GRAMMAR.exec(quantity) ?? [];
  // The API server reads "", "-" and "Gi" as 0 here and there; its documented grammar wants a digit, and so do we.
  if (match === undefined || whole + fraction === '') return { nano: undefined };
  let value = BigInt(whole + fraction);
  let shift = 9 - fraction.length;
  if (binary !== undefined) value *= 1024n ** BigInt(BINARY.indexOf(binary) + 1);
  else if (decimal !== undefined) shift += DECIMAL[decimal] ?? 0;
  else if (scientific !== undefined) shift += Math.max(-1e6, Math.min(1e6, Number(scientific.slice(1))));
  if (shift >= 0) value *= power(10n, shift);
  else value = (value + power(10n, -shift) - 1n) / power(10n, -shift);
  return { nano: sign === '-' ? -value : value };
}

const readText = remembered(read);

/** The exact value of a quantity, in billionths; `undefined` where `value` is no quantity. A JSON number is one too. */
export function nano(value: Json | undefined): bigint | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return readText(String(value)).nano;
  return typeof value === 'string' ? readText(value).nano : undefined;
}

export const WHOLE = 1_000_000_000n;

/** What was probably meant by a text that is no quantity. */
export function meant(quantity: Json | undefined): string | undefined {
  if (typeof quantity !== 'string') return undefined;
  const tidy = quantity.replace(/\s+/g, '').replace(',', '.');
  const unit = tidy.replace(/^[+-]?[\d.]+/, '');
  const units: Readonly<Record<string, string>> = {
    b: '',
    B: '',
    kb: 'k',
    KB: 'k',
    K: 'k',
    mb: 'M',
    MB: 'M',
    gb: 'G',
    GB: 'G',
    g: 'G',
    tb: 'T',
    TB: 'T',
    t: 'T',
    ki: 'Ki',
    KiB: 'Ki',
    kib: 'Ki',
    mi: 'Mi',
    MiB: 'Mi',
    mib: 'Mi',
    gi: 'Gi',
    GiB: 'Gi',
    gib: 'Gi',
    ti: 'Ti',
    TiB: 'Ti',
  };
  const better = tidy.slice(0, tidy.length - unit.length) + (Object.hasOwn(units, unit) ? units[unit] : unit);
  return better !== quantity && nano(better) !== undefined ? better : undefined;
}
