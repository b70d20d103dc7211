// Paths of a host: which one decides, and which one changes nothing.

import { findSchemaProblems } from '../../../lib/model/finding/schema';
import {
  byPrecedence,
  type Claimed,
  type ExposedPath,
  findRedundant,
  ingressPath,
  PATHS,
} from '../../../lib/model/platform/paths';

const claim = (name: string, ...paths: ExposedPath[]): Claimed[] => paths.map((path) => ({ name, path }));

test('exact before prefix, long before short', () => {
  const claims = claim('web', '/', '/api', { exact: '/a' }, '/api/v1', { exact: '/api' });
  expect(claims.sort(byPrecedence).map(({ path }) => path)).toEqual([
    { exact: '/api' },
    { exact: '/a' },
    '/api/v1',
    '/api',
    '/',
  ]);
});

test('a prefix has no slash at its end, an exact path keeps it', () => {
  expect(ingressPath('/api/')).toEqual({ path: '/api', pathType: 'Prefix' });
  expect(ingressPath('/')).toEqual({ path: '/', pathType: 'Prefix' });
  expect(ingressPath({ exact: '/api/' })).toEqual({ path: '/api/', pathType: 'Exact' });
});

test.each<[string, Claimed[], ExposedPath[]]>([
  ['below the whole host', claim('web', '/', '/shop'), ['/shop']],
  ['below a prefix, exact', claim('web', '/api', { exact: '/api/x' }), [{ exact: '/api/x' }]],
  ['the prefix itself, exact', claim('web', '/api', { exact: '/api' }), [{ exact: '/api' }]],
  ['beside it', claim('web', '/api', '/apis'), []],
  ['another one between', [...claim('web', '/', '/a/b'), ...claim('api', '/a')], []],
  ['another one beside it, exact', [...claim('web', '/', '/a/b'), ...claim('api', { exact: '/a' })], ['/a/b']],
  ['another one has it too', [...claim('web', '/', '/a'), ...claim('api', '/a')], []],
])('what changes nothing: %s', (_, claims, redundant) => {
  expect(findRedundant(claims, 'web').map(([path]) => path)).toEqual(redundant);
});

test.each<[unknown, number]>([
  [['/api'], 0],
  [['/'], 0],
  [['/a.b/c-d_e/~f'], 0],
  [[{ exact: '/login' }, '/login'], 0],
  [['/api', '/apis'], 0],
  [['/a/./b'], 1],
  [['/..'], 1],
  [['/a%2Fb'], 1],
  [['/a b'], 1],
  [['/a#b'], 1],
  [[{ exact: 'login' }], 1],
  [[{ exakt: '/login' }], 1],
  ['/api', 1],
])('%j has %d problems', (value, problems) => {
  expect(Math.min(1, findSchemaProblems(PATHS, value, 'paths').length)).toBe(problems);
});
