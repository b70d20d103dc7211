// Quantities as rules ask for them: their exact value, remembered, and what was meant by text that is none.
import { parseQuantity } from '../../model/manifest/amount';
import { remembered } from '../../model/manifest/formats';
import type { Json } from '../../model/manifest/json';

const readText = remembered((text: string): { readonly nano: bigint | undefined } => ({ nano: parseQuantity(text) }));

/** The exact value of a quantity, in billionths; `undefined` where `value` is no quantity. A JSON number is one too. */
export function nano(value: Json | undefined): bigint | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return readText(String(value)).nano;
  return typeof value === 'string' ? readText(value).nano : undefined;
}

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
