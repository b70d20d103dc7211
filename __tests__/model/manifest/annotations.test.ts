// Our annotations: values are read back as written, and any other text is ignored.
import {
  ANNOTATION,
  accountKey,
  accountNotes,
  accountOf,
  annotationPointer,
  derivationNotes,
  derivationOf,
  isOurAnnotation,
  listOf,
  listText,
  resultOf,
} from '../../../lib/model/manifest/annotations';

const derived = (value: number, because: string) => ({ value, because });

test('keys are unique and have our prefix', () => {
  const keys = Object.values(ANNOTATION);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.filter((key) => !key.startsWith('evenkeel.dev/'))).toEqual([]);
});

test('a derivation is read back with its result', () => {
  const notes = derivationNotes({
    headroom: derived(9, '0.25 × 36 pods = 9 pods that hold the place of growth'),
    'drain-time': derived(110, '2 × 40 s = 80 s, + 30 s = 110 s'),
    latency: undefined,
  });
  expect(Object.keys(notes)).toEqual(['evenkeel.dev/headroom', 'evenkeel.dev/drain-time']);
  expect(resultOf(derivationOf(notes, 'headroom'))).toBe(9);
  expect(resultOf(derivationOf(notes, 'drain-time'))).toBe(110);
  expect(derivationOf(notes, 'latency')).toBeUndefined();
  expect(derivationOf(undefined, 'latency')).toBeUndefined();
  for (const text of [undefined, '', '9 pods', '2 × 3 = 6.5 pods', '= pods']) expect(resultOf(text)).toBeUndefined();
});

test('an account is read back by the name of its limit', () => {
  const notes = accountNotes([
    { limit: 'connections', needed: derived(75, 'web 5 × 15'), available: derived(80, 'max_connections 80') },
    { limit: 'messages/s', needed: derived(0.5, 'web'), available: derived(2, 'broker') },
  ]);
  expect(notes).toEqual({
    'evenkeel.dev/connections': '75 of 80: web 5 × 15; max_connections 80',
    'evenkeel.dev/messages-s': '0.5 of 2: web; broker',
  });
  expect(accountOf(notes, 'connections')).toEqual({
    needed: 75,
    available: 80,
    text: notes[accountKey('connections')],
  });
  expect(accountOf(notes, 'messages/s')).toBeUndefined();
  expect(accountOf({ [accountKey('connections')]: 7 }, 'connections')).toBeUndefined();
  expect(accountOf(undefined, 'connections')).toBeUndefined();
});

test('a pointer to one of our annotations is recognized', () => {
  expect(annotationPointer(ANNOTATION.oneZone)).toBe('/metadata/annotations/evenkeel.dev~1one-zone');
  expect(isOurAnnotation(annotationPointer(ANNOTATION.oneZone))).toBe(true);
  expect(isOurAnnotation(annotationPointer('evenkeel.development/x'))).toBe(false);
  expect(isOurAnnotation('/metadata/labels/evenkeel.dev~1one-zone')).toBe(false);
});

test('a list is read back; without text it is empty', () => {
  expect(listOf(listText(['a.example', 'b.example']))).toEqual(['a.example', 'b.example']);
  expect(listOf(listText([]))).toEqual([]);
  expect(listOf(undefined)).toEqual([]);
});
