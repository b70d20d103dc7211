// The canonical form of quantities: what the API server's own code answers, and that the form is final.
import {
  canonicalQuantity,
  cpuQuantity,
  largestAmount,
  memoryQuantity,
  parseQuantity,
  quantityAmount,
  readQuantity,
} from '../../../lib/model/manifest/quantity';

/**
 * Answers of `Quantity.CanonicalizeBytes` of k8s.io/apimachinery v0.37.0, applied until nothing changes (one row needs
 * it twice: `1.953125Ki`).
 */
const ANSWERS: readonly (readonly [text: string, canonical: string])[] = [
  ['0', '0'],
  ['-0', '0'],
  ['0Ki', '0'],
  ['+1', '1'],
  ['007', '7'],
  ['1.0', '1'],
  ['5.', '5'],
  ['.5', '500m'],
  ['0.25', '250m'],
  ['1.234', '1234m'],
  ['100m', '100m'],
  ['1000m', '1'],
  ['-1500m', '-1500m'],
  ['1000000u', '1'],
  ['0.1n', '1n'],
  ['-0.1n', '-1n'],
  ['1.0000000001', '1000000001n'],
  ['1000', '1k'],
  ['12000', '12k'],
  ['1000M', '1G'],
  ['1500M', '1500M'],
  ['123456789', '123456789'],
  ['10E', '10E'],
  ['1000E', '1'],
  ['1e3', '1e3'],
  ['1E3', '1e3'],
  ['1e4', '10e3'],
  ['1e-1', '100e-3'],
  ['1.5e3', '1500'],
  ['1000e-3', '1'],
  ['0.1e-9', '1e-9'],
  ['1e30', '1e30'],
  ['100Ki', '100Ki'],
  ['1024Mi', '1Gi'],
  ['1.5Gi', '1536Mi'],
  ['0.5Mi', '512Ki'],
  ['0.5Ki', '512'],
  ['0.1Ki', '102400m'],
  ['1.1Ki', '1126400m'],
  ['-1Ki', '-1Ki'],
  ['-2048Ki', '-2Mi'],
  ['1000Ki', '1000Ki'],
  ['8Ei', '9223372036854775807'],
  ['-16Ei', '-9223372036854775807'],
  ['9223372036854775808', '9223372036854775808'],
  ['0.0000000001Gi', '107374183n'],
  ['1048576', '1048576'],
  ['1.953125Ki', '2k'],
  ['1.0009765625Ki', '1025'],
];

test.each(ANSWERS)('%s is %s', (text, canonical) => {
  expect(canonicalQuantity(text)).toBe(canonical);
});

test.each([
  '',
  '-',
  '.',
  'Gi',
  'e3',
  '1K',
  '1ki',
  '1GiB',
  '1mi',
  '1e',
  '1e+',
  '1e1.5',
  '1 Gi',
  ' 1',
  '1\n',
  '1,5',
  '--1',
  '1.2.3',
  '1m5',
  '0x10',
  '٣',
  'NaN',
  'ref',
])('%j is not a quantity, and stays as it is', (text) => {
  expect(canonicalQuantity(text)).toBe(text);
});

test('an exponent that Go cannot hold stays as it is', () => {
  for (const text of ['1e4294967296', '1e-4294967296', `1e${'9'.repeat(400)}`])
    expect(canonicalQuantity(text)).toBe(text);
});

test('handles a million digits', () => {
  expect(canonicalQuantity(`0.${'0'.repeat(1_000_000)}1`)).toBe('1n');
  expect(canonicalQuantity('1e-999999999')).toBe('1e-9');
  expect(canonicalQuantity('1e999999999')).toBe('1e999999999');
});

test('canonicalising twice changes nothing', () => {
  const whole = [
    '',
    '0',
    '1',
    '7',
    '10',
    '100',
    '999',
    '1000',
    '1024',
    '2000',
    '1048576',
    '9223372036854775807',
    `1${'0'.repeat(24)}`,
  ];
  const fractions = ['', '.', '.0', '.5', '.25', '.001', '.1', '.953125', '.0009765625', '.0000000001'];
  const suffixes = [
    '',
    ...'numkMGTPE',
    ...[...'KMGTPE'].map((unit) => `${unit}i`),
    'e0',
    'E1',
    'e+2',
    'e3',
    'e-1',
    'e-9',
    'e20',
  ];
  const unstable: string[] = [];
  for (const sign of ['', '+', '-']) {
    for (const digits of whole) {
      for (const fraction of fractions) {
        for (const suffix of suffixes) {
          const once = canonicalQuantity(sign + digits + fraction + suffix);
          if (canonicalQuantity(once) !== once) unstable.push(sign + digits + fraction + suffix);
        }
      }
    }
  }
  expect(unstable).toEqual([]);
});

test.each([
  ['0', 0],
  ['1', 1],
  ['+1.5', 1.5],
  ['-2', -2],
  ['.5', 0.5],
  ['2.', 2],
  ['250m', 0.25],
  ['1500u', 0.0015],
  ['3k', 3000],
  ['1e3', 1000],
  ['12E-1', 1.2],
  ['2E', 2e18],
  ['1Ki', 1024],
  ['1.5Gi', 1.5 * 1024 ** 3],
  ['14 GB', undefined],
  ['Gi', undefined],
  ['', undefined],
])('the amount of %j is %j', (text, amount) => {
  if (amount === undefined) expect(quantityAmount(text)).toBeUndefined();
  else expect(quantityAmount(text)).toBeCloseTo(amount, 9);
});

test.each(ANSWERS.filter(([text]) => !['1000E', '8Ei', '-16Ei'].includes(text)))(
  '%s and %s are the same amount, where the form is neither capped nor without a suffix',
  (text, canonical) => expect(parseQuantity(text)).toBe(parseQuantity(canonical)),
);

test('an amount is exact to a billionth, and anything finer is rounded up, away from zero', () => {
  expect(parseQuantity('0.0000000014')).toBe(2n);
  expect(parseQuantity('-0.0000000014')).toBe(-2n);
  expect(parseQuantity('9007199254740993')).toBe(9007199254740993n * 1_000_000_000n);
  expect(parseQuantity(`0.${'9'.repeat(100)}`)).toBe(1_000_000_000n);
  expect(parseQuantity('0e-20')).toBe(0n);
  expect(parseQuantity('14 GB')).toBeUndefined();
});

test('a field is a quantity if it is a string or a number, nothing else', () => {
  expect(readQuantity(0.5)).toBe(500_000_000n);
  expect(readQuantity('500m')).toBe(500_000_000n);
  for (const value of [undefined, null, true, [1], { toString: 1 }, Number.NaN, 'ref']) {
    expect(readQuantity(value)).toBeUndefined();
  }
});

test('quantities made from amounts are rounded up, and canonical', () => {
  expect(cpuQuantity(1_499_000_001n)).toBe('1500m');
  expect(cpuQuantity(2_000_000_000n)).toBe('2');
  expect(memoryQuantity(1n)).toBe('1Mi');
  expect(memoryQuantity(2n ** 30n * 1_000_000_000n)).toBe('1Gi');
  expect(largestAmount([3n, 9n, 4n])).toBe(9n);
  expect(largestAmount([])).toBe(0n);
});
