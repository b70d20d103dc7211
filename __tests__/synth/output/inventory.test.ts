// The inventory as text: it is read back as written, and no text may claim foreign files.
import { parseInventory, renderInventory } from '../../../lib/synth/output/inventory';
import { Random } from '../../support/random';

const TEXT = renderInventory(
  new Map([
    ['10-toytrex.yaml', ['apps/Deployment toytrex-production/web', 'Service toytrex-production/web']],
    ['inventory.txt', []],
    ['00-cluster.yaml', ['Namespace toytrex-production']],
    ['clusters/laptop/00-cluster.yaml', []],
  ]),
);

function paths(text: string): string[] {
  return [...parseInventory(text).files.keys()];
}

/** An inventory with these lines below its header. */
function withLines(...lines: string[]): string {
  return [TEXT.split('\n')[0], ...lines, ''].join('\n');
}

test('a header, then sorted paths with their sorted objects, without the inventory itself', () => {
  expect(TEXT).toMatchInlineSnapshot(`
"# Evenkeel inventory: the files it owns in this directory, and their objects. What is not listed is left alone.
00-cluster.yaml
  Namespace toytrex-production
10-toytrex.yaml
  Service toytrex-production/web
  apps/Deployment toytrex-production/web
clusters/laptop/00-cluster.yaml
"
`);
});

test('reading gives back what was rendered, also with the line ends of Windows', () => {
  const { files, recognized } = parseInventory(TEXT);
  expect(recognized).toBe(true);
  expect(renderInventory(files)).toBe(TEXT);
  expect(renderInventory(parseInventory(TEXT.replaceAll('\n', '\r\n')).files)).toBe(TEXT);
});

test('of a git conflict both sides count, and objects belong to the path of their own side', () => {
  const conflict = [
    'a',
    '  A1',
    '<<<<<<< HEAD',
    'b',
    '  B',
    '||||||| base',
    '  A0',
    '=======',
    '  A2',
    '>>>>>>> topic',
    'd',
  ];
  const { files } = parseInventory(withLines(...conflict));
  expect([...files]).toEqual([
    ['a', ['A1', 'A0', 'A2']],
    ['b', ['B']],
    ['d', []],
  ]);
});

test('a path listed twice is one file', () => {
  expect([...parseInventory(withLines('a', '  X', 'a', '  X', '  Y')).files]).toEqual([['a', ['X', 'Y']]]);
});

test.each([
  '../a',
  '/etc/passwd',
  'a/../../b',
  '..',
  '.',
  './a',
  'a//b',
  'a/',
  '/',
  'a\0b',
  'inventory.txt',
  ' a',
  '\ta',
])('ignores the path %j and its objects', (path) => {
  expect([...parseInventory(withLines('first', path, '  object', 'last')).files]).toEqual([
    ['first', []],
    ['last', []],
  ]);
});

test.each(['', 'web1.example.com\nweb2.example.com\n', '[web]\nhost\n', '<<<<<<<\n>>>>>>>\n=======', '\0\u{1F600}\r'])(
  'a text that is not an inventory lists nothing: %j',
  (text) => {
    expect(parseInventory(text)).toEqual({ recognized: false, apps: [], files: new Map() });
  },
);

test('the header may stand inside of a conflict', () => {
  expect(paths(`<<<<<<< HEAD\n${TEXT}=======\n${TEXT}>>>>>>> topic\n`)).toEqual(paths(TEXT));
});

const PIECES = [
  'a',
  '  b',
  '\n',
  '<<<<<<< x\n',
  '=======\n',
  '>>>>>>> y\n',
  '../',
  '/',
  '\r',
  '# Evenkeel inventory',
  ' ',
];

test('for any bytes it never throws, and no path leads out of the directory', () => {
  const random = new Random(1);
  const texts = Array.from({ length: 2_000 }, (_, index) => {
    const lines = Array.from({ length: 40 }, () => random.pick(PIECES)).join('');
    return index % 2 === 0 ? lines : `${TEXT}${lines}`; // half of them as inventories, so that their lines are read
  });
  const found = texts.map(paths);
  for (const path of found.flat()) expect(path).not.toMatch(/^\/|(^|\/)\.\.(\/|$)/);
  expect(new Set(texts).size).toBe(texts.length);
  expect(new Set(found.flat()).size).toBeGreaterThan(100);
});

test.each(['../a', '/a', '#a', ' a', 'a\nb', '======='])('refuses to render the path %j', (path) => {
  expect(() => renderInventory(new Map([[path, []]]))).toThrow(RangeError);
});

test('refuses to render an object that would become a path', () => {
  expect(() => renderInventory(new Map([['a', ['X\nb']]]))).toThrow(RangeError);
});
