// A DNS record: hosts and target are names that DNS can have.

import { DnsRecord } from '../../../lib/constructs';
import { shop } from '../../support/synthesis';

const record = (hosts: readonly string[], target: string) =>
  shop((system) => new DnsRecord(system, 'shop', { hosts, target })).findings.filter(({ rule }) => rule === 'input');

test('names are taken', () => {
  expect(record(['www.shop.example', '*.shop.example'], 'cdn.example')).toEqual([]);
});

test('F17: what is not a DNS name is refused where it was written', () => {
  expect(record(['www.shop.example', 'https://shop.example'], 'cdn.example')).toMatchObject([
    { field: 'hosts[1]', value: 'https://shop.example', fix: 'remove the scheme and the path' },
  ]);
  expect(record(['www.shop.example'], `${'a'.repeat(64)}.example`)).toMatchObject([
    { field: 'target', expected: 'at most 63 characters between two dots' },
  ]);
});
