// JSON as plain data: objects, pointers, and undefined fields.
import { defined, isJsonObject, pointerKeys, pointerToken } from '../../../lib/model/manifest/json';

test('undefined fields are omitted, all others are kept', () => {
  const fields = defined({ a: undefined, b: null, c: 0, d: '', e: false });
  expect(Object.keys(fields)).toEqual(['b', 'c', 'd', 'e']);
  expect(Object.keys(defined({ ['__proto__']: 1 }))).toEqual(['__proto__']);
});

test('lists, null and plain values are not objects', () => {
  expect([{}, Object.create(null)].every(isJsonObject)).toBe(true);
  expect([[], null, undefined, 1, 'text', true].some(isJsonObject)).toBe(false);
});

test('a key is read back from its pointer', () => {
  for (const key of ['a', 'a/b', 'a~b', '~1', '~0/~1', '']) expect(pointerKeys(`/${pointerToken(key)}`)).toEqual([key]);
});
