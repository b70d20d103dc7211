// The hint for a misspelt word: near words are named, far ones are not.
import { didYouMean } from '../../../lib/model/finding/did-you-mean';

const KNOWN = ['cpu', 'memory', 'min', 'max', 'capabilities', 'zones'];

test.each([
  ['cpus', 'cpu'],
  ['Memory', 'memory'],
  ['memmory', 'memory'],
  ['zone', 'zones'],
  ['capabilites', 'capabilities'],
])('%s means %s', (word, expected) => expect(didYouMean(word, KNOWN)).toBe(` (did you mean ${expected}?)`));

test.each(['replicas', 'x', '__proto__', ''])('%s means none of them', (word) =>
  expect(didYouMean(word, KNOWN)).toBe(''),
);

test('nothing is known', () => expect(didYouMean('cpu', [])).toBe(''));
