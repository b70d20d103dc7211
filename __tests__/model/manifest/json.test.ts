// JSON as plain data: what an object is, pointers, and fields that are not there.
import { defined, isJsonObject, pointerKeys, pointerToken } from '../../../lib/model/manifest/json';

test('a field that is undefined is not there, and every other value is', () => {
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
