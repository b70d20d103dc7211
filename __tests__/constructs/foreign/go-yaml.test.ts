// YAML as kubectl reads it: go-yaml.json has 888 texts, each with what sigs.k8s.io/yaml 1.6.0 (YAMLToJSON) made of it; null: refused.
import { readDocuments } from '../../../lib/constructs/foreign/go-yaml';
import { isJsonObject } from '../../../lib/model/manifest/json';
import corpus from './go-yaml.json';

/** JSON with its keys in order, and integers of any size. */
function jsonText(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value ?? null);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${jsonText(value[key])}`).join(',')}}`;
}

const read = (text: string) => {
  const [document] = readDocuments(text);
  if (document === undefined) return 'null';
  return document.mistakes.length > 0 ? null : jsonText(document.value);
};

test('S23, S24, J9: each text of the corpus is read as Go reads it, and refused where Go refuses it', () => {
  const different = corpus.filter(([text, json]) => read(String(text)) !== json).map(([text]) => text);
  expect(corpus.length).toBeGreaterThan(800);
  expect(different).toEqual([]);
});

test('S24: an integer that a number cannot hold is exact', () => {
  expect(readDocuments('max: 9223372036854775807\nsafe: 9007199254740991\nhex: 0xffffffffffffffff')[0]?.value).toEqual({
    max: 9223372036854775807n,
    safe: 9007199254740991,
    hex: 18446744073709551615n,
  });
});

/** `line message` of each mistake. */
const mistakes = (text: string) =>
  readDocuments(text).flatMap((document) => document.mistakes.map(({ line, message }) => `${line} ${message}`));

test.each([
  [
    'S03: a conflict',
    'a:\n<<<<<<< HEAD\n  b: 1\n=======\n  b: 2\n>>>>>>> x\n',
    '2 the file has a git conflict that no one has resolved',
  ],
  [
    'S03: a conflict with CRLF',
    'a:\r\n<<<<<<< HEAD\r\n  b: 1\r\n=======\r\n  b: 2\r\n>>>>>>> x\r\n',
    '2 the file has a git conflict that no one has resolved',
  ],
  [
    'S03: a conflict between list items',
    '- 1\n<<<<<<< HEAD\n- 2\n=======\n- 3\n>>>>>>> main\n',
    '2 the file has a git conflict that no one has resolved',
  ],
  ['S03: a tab', 'a:\n\tb: 1\n', '2 the YAML cannot be read: tabs are not allowed as indentation'],
  ['S03: an open quote', 'a: "x\nb: 1\n', '3 the YAML cannot be read: missing closing "quote'],
  [
    'S03: an open list',
    'a: [1, 2\nb: 1\n',
    '2 the YAML cannot be read: flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
  ['S03: a key twice', 'a: 1\nb: 2\na: 3\n', '3 the key "a" is there twice'],
  ['S03: a key twice below', 'a:\n  b: 1\n  "b": 2\n', '3 the key "b" is there twice'],
  ['S03: text after text', 'a: "b" c\n', '1 the YAML cannot be read: unexpected scalar at node end'],
  ['S23: a key that is a number', '1.10: a\n', '1 a key is not text'],
  ['S23: no number', 'a: .inf\n', '1 .inf is not a number that JSON has'],
  ['S23: a wrong type', 'a: !!int x\n', '1 "x" is not of the type !!int'],
  ['S23: YAML 1.2', '%YAML 1.2\n---\na: yes\n', '2 kubectl does not read YAML 1.2'],
  ['J9: a merge of a number', 'a: 1\nb: { <<: 5 }\n', '2 the key << merges "5", which is not a map'],
  ['J9: a merge of a list of lists', 'b: { <<: [[]] }\n', '1 the key << merges a list, which is not a map'],
  [
    'J9: a merge of an alias to a list',
    'a: &a [{ b: 1 }]\nb: { <<: *a }\n',
    '2 the key << merges a list, which is not a map',
  ],
  ['J9: no anchor', 'a: *b\n', '1 *b has no anchor'],
  ['J9: a circle', 'a: &a { b: *a }\n', '1 &a contains itself'],
  ['J9: a merge of itself', 'a: &a { <<: *a }\n', '1 &a contains itself'],
  [
    'S02: a line break for Go alone',
    'a: x\u2028b\n',
    '1 U+2028 is a line break or an error for kubectl, and text for other readers',
  ],
  [
    'S02: in a comment',
    'a: 1\n# x\u0085b: 2\n',
    '2 U+0085 is a line break or an error for kubectl, and text for other readers',
  ],
  [
    'S02: a control character',
    'a: x\u0007\n',
    '1 U+0007 is a line break or an error for kubectl, and text for other readers',
  ],
  ['a flow key without a blank', 'a: {b:}\n', '1 b: has no blank after the colon, and is text for kubectl'],
  ['a flow key before a colon', 'a: [b :]\n', '1 b: has no blank after the colon, and is text for kubectl'],
  ['a question mark', 'a: [?"b"]\n', '1 "?\\"b\\"" may be a key or a part of one for kubectl'],
  ['an anchor with a colon', 'a: &b:c d\n', '1 the anchor b:c has another name for kubectl'],
  ['a line end of old', 'a: 1\rb: 2\n', '1 U+000D is a line break or an error for kubectl, and text for other readers'],
])('%s', (_, text, expected) => {
  expect(mistakes(text)).toEqual([expected]);
});

test('S03: one document of several is wrong: the others are read, and its number is known', () => {
  const documents = readDocuments('a: 1\n---\nb: [\n---\nc: 3\n');
  expect(documents.map(({ number, value, mistakes: { length } }) => [number, value, length])).toEqual([
    [1, { a: 1 }, 0],
    [2, undefined, 1],
    [3, { c: 3 }, 0],
  ]);
});

test('many aliases of aliases end in a mistake, not in memory', () => {
  const levels = Array.from({ length: 12 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i}, `.repeat(9)}*l${i}]`);
  const [first] = mistakes(`l0: &l0 [x]\n${levels.join('\n')}\n`);
  expect(first).toMatch(/aliases make the document too large/);
});

test('__proto__ and constructor are ordinary keys', () => {
  const value = readDocuments('a: { __proto__: { b: 1 }, constructor: 2 }')[0]?.value;
  expect(jsonText(value)).toBe('{"a":{"__proto__":{"b":1},"constructor":2}}');
});

test('the line of a field, or of the nearest above it', () => {
  const text = '# c\nkind: A\nspec:\n  list:\n    - name: a\n    - name: b\n      "x/y": 1\n      y: 2\n';
  const [document] = readDocuments(text);
  const lines = [
    '',
    '/spec',
    '/spec/list/1/name',
    '/spec/list/1/x~1y',
    '/spec/list/1/true',
    '/spec/list/1/none',
    '/none',
  ].map((pointer) => document?.lineAt(pointer));
  expect(lines).toEqual([2, 3, 6, 7, 8, 6, 2]);
});
