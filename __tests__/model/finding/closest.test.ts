// The word that was probably meant: near ones only, case aside, and swapped neighbours count as one slip.
import { closest, didYouMean } from '../../../lib/model/finding/closest';

const KEYS = ['cpu', 'memory', 'occupancy', 'offPeak', 'peak'];

test.each<[string, string | undefined]>([
  ['cpus', 'cpu'],
  ['cup', 'cpu'],
  ['CPU', 'cpu'],
  ['memry', 'memory'],
  ['ocupancy', 'occupancy'],
  ['ocupanyc', 'occupancy'],
  ['offpeak', 'offPeak'],
  ['peek', 'peak'],
  ['constructor', undefined],
  ['gpus', undefined],
  ['variation', undefined],
  ['x', undefined],
  ['', undefined],
])('%j is near to %j', (word, expected) => {
  expect(closest(word, KEYS)).toBe(expected);
});

test('the nearest wins, and the first of two that are equally near', () => {
  expect(closest('minn', ['max', 'mine', 'min'])).toBe('mine');
  expect(closest('replica', ['replicate', 'replicas'])).toBe('replicas');
  expect(closest('anything', [])).toBeUndefined();
});

test('otherwise a word of four letters or more that begins or ends one', () => {
  expect(closest('labels', ['namespace', 'podLabels'])).toBe('podLabels');
  expect(closest('cidr', ['cidrRanges', 'pods'])).toBe('cidrRanges');
  expect(closest('pod', ['podLabels'])).toBeUndefined();
});

test('otherwise a word that is short for it', () => {
  expect(closest('maximum', ['cpu', 'max', 'min'])).toBe('max');
  expect(closest('imagePullPolicy', ['image'])).toBeUndefined();
  expect(closest('atmosphere', ['at'])).toBeUndefined();
});

test('single letters are never near to one another', () => {
  expect(closest('a', ['b'])).toBeUndefined();
});

test('a message ends with the word, if there is one', () => {
  expect(didYouMean('cpus', KEYS)).toBe(' (did you mean cpu?)');
  expect(didYouMean('variation', KEYS)).toBe('');
});
