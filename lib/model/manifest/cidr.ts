// Address blocks as the API server accepts them: IPv4 or IPv6 in CIDR notation.
import { isIP } from 'node:net';

/** Whether it is a CIDR; IPv4 must have no host bits set, which the API server warns about (validateIPBlock). */
export function isCidr(value: unknown): boolean {
  const [address = '', prefix = '', ...rest] = typeof value === 'string' ? value.split('/') : [];
  const bits = isIP(address) === 4 ? 32 : 128;
  const isBlock = rest.length === 0 && isIP(address) > 0 && /^(0|[1-9]\d*)$/.test(prefix) && Number(prefix) <= bits;
  return isBlock && (bits === 128 || !hasHostBits(address, Number(prefix)));
}

/** Whether an IPv4 address has bits set after the prefix: `10.20.0.7/24` is a host. */
function hasHostBits(address: string, prefix: number): boolean {
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return number % 2 ** (32 - prefix) !== 0;
}
