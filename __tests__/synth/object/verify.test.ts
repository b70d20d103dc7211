// Verifications know whether their chart has errors, so that consequences of an error are not reported.

import type { Finding } from '../../../lib/model/finding/finding';
import type { Verification } from '../../../lib/model/platform/entries';
import { verify } from '../../../lib/synth/object/verify';

const found: Finding = { rule: 'promise', severity: 'error', message: 'refuted', expected: 'kept' };
const verification: Verification = (_, isSound) => (isSound ? [found] : []);
const verified = [{ origin: { construct: 'mumbai/shop', source: () => undefined }, verification }];
const about = (construct: string | undefined, severity: Finding['severity'] = 'error'): Finding[] => [
  { ...found, rule: 'other', severity, ...(construct === undefined ? {} : { construct }) },
];

test.each(['mumbai/shop', 'mumbai/shop/web'])('an error of %s is enough', (construct) => {
  expect(verify(verified, [], about(construct))).toEqual([]);
});

test.each(['mumbai/shopping', 'mumbai', undefined])('an error of %s belongs to another chart', (construct) => {
  expect(verify(verified, [], about(construct))).toEqual([found]);
});

test('a warning is not an error', () => {
  expect(verify(verified, [], about('mumbai/shop', 'warning'))).toEqual([found]);
});
