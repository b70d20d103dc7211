// Suggests a quantity for text that is not one.

import type { Json } from '../../model/manifest/json';
import { readQuantity } from '../../model/manifest/quantity';

/** The quantity that was probably intended by text that is not one; `undefined` if that is unclear. */
export function intendedQuantity(quantity: Json | undefined): string | undefined {
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
  return better !== quantity && readQuantity(better) !== undefined ? better : undefined;
}
