// Rules of a route: filters that exclude each other, what they need, and time-outs.

import { object } from '../../../lib/checks/examples';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { fields, findings } from '../support';

const at = (rule: JsonObject, kind = 'HTTPRoute') =>
  fields('route-filters', object('gateway.networking.k8s.io/v1', kind, 'web', { spec: { rules: [rule] } })).map(
    (field) => field?.replace('/spec/rules/0', ''),
  );

const WEB = { name: 'web', port: 80 };
const REDIRECT = { type: 'RequestRedirect', requestRedirect: { scheme: 'https' } };
const HEADERS = { type: 'RequestHeaderModifier', requestHeaderModifier: { remove: ['x'] } };
const rewrite = (path: JsonObject): JsonObject => ({ type: 'URLRewrite', urlRewrite: { path } });
const PREFIX = rewrite({ type: 'ReplacePrefixMatch', replacePrefixMatch: '/' });
const mirror = (more: JsonObject = {}, to: JsonObject = WEB): JsonObject => ({
  type: 'RequestMirror',
  requestMirror: { backendRef: to, ...more },
});
const match = (type: string): JsonObject => ({ path: { type, value: '/old' } });

test.each<[string, JsonObject, readonly string[]]>([
  ['nothing', {}, []],
  ['a redirect', { filters: [REDIRECT] }, []],
  ['a redirect with backends', { filters: [REDIRECT], backendRefs: [WEB] }, ['/backendRefs']],
  ['a redirect with none', { filters: [REDIRECT], backendRefs: [] }, []],
  ['a redirect that rewrites', { filters: [REDIRECT, PREFIX] }, ['/filters']],
  ['two redirects', { filters: [REDIRECT, REDIRECT] }, ['/filters/1/type']],
  ['two mirrors', { filters: [mirror(), mirror()], backendRefs: [WEB] }, []],
  ['headers twice', { filters: [HEADERS, HEADERS], backendRefs: [WEB] }, ['/filters/1/type']],
  ['headers of rule and backend', { filters: [HEADERS], backendRefs: [{ ...WEB, filters: [HEADERS] }] }, []],
  [
    'headers twice of a backend',
    { backendRefs: [{ ...WEB, filters: [HEADERS, HEADERS] }] },
    ['/backendRefs/0/filters/1/type'],
  ],
  ['no field of its type', { filters: [{ type: 'URLRewrite' }] }, ['/filters/0']],
  ['a field of another type', { filters: [{ ...REDIRECT, urlRewrite: {} }] }, ['/filters/0/urlRewrite']],
  ['a type of the experimental channel', { filters: [{ type: 'ExternalAuth', externalAuth: {} }] }, []],
  ['17 filters', { filters: Array.from({ length: 17 }, () => mirror()) }, ['/filters']],
  ['16 filters', { filters: Array.from({ length: 16 }, () => mirror()) }, []],
  ['a mirror without a port', { filters: [mirror({}, { name: 'web' })] }, ['/filters/0/requestMirror/backendRef/port']],
  ['a mirror elsewhere', { filters: [mirror({}, { group: 'example.com', kind: 'Bucket', name: 'web' })] }, []],
  ['a percent mirrored', { filters: [mirror({ percent: 5 })] }, []],
  [
    'a percent and a fraction',
    { filters: [mirror({ percent: 5, fraction: { numerator: 1 } })] },
    ['/filters/0/requestMirror'],
  ],
  ['a prefix, of all', { filters: [PREFIX] }, []],
  ['a prefix, of an empty list', { matches: [], filters: [PREFIX] }, ['/filters/0/urlRewrite/path']],
  ['a prefix, of no list', { matches: null, filters: [PREFIX] }, []],
  ['a prefix, of one', { matches: [match('PathPrefix')], filters: [PREFIX] }, []],
  ['a prefix, without a type', { matches: [{ path: { value: '/old' } }], filters: [PREFIX] }, []],
  ['a prefix, of a path', { matches: [match('Exact')], filters: [PREFIX] }, ['/filters/0/urlRewrite/path']],
  [
    'a prefix, of two',
    { matches: [match('PathPrefix'), match('PathPrefix')], filters: [PREFIX] },
    ['/filters/0/urlRewrite/path'],
  ],
  [
    'a prefix, for a backend of two',
    { matches: [match('PathPrefix'), match('PathPrefix')], backendRefs: [{ ...WEB, filters: [PREFIX] }] },
    ['/backendRefs/0/filters/0/urlRewrite/path'],
  ],
  [
    'a whole path, of two',
    {
      matches: [match('Exact'), match('Exact')],
      filters: [rewrite({ type: 'ReplaceFullPath', replaceFullPath: '/' })],
    },
    [],
  ],
  ['a whole path without one', { filters: [rewrite({ type: 'ReplaceFullPath' })] }, ['/filters/0/urlRewrite/path']],
  [
    'a whole path and a prefix',
    { filters: [rewrite({ type: 'ReplaceFullPath', replaceFullPath: '/', replacePrefixMatch: '/' })] },
    ['/filters/0/urlRewrite/path/replacePrefixMatch'],
  ],
  [
    'a redirect of a prefix, of a path',
    {
      matches: [match('Exact')],
      filters: [
        { type: 'RequestRedirect', requestRedirect: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' } } },
      ],
    },
    ['/filters/0/requestRedirect/path'],
  ],
])('%s', (_, rule, found) => {
  expect(at(rule)).toEqual(found);
});

test('a bound of filters is said of what has them', () => {
  const many = { filters: Array.from({ length: 17 }, () => mirror()) };
  const messages = (rule: JsonObject) =>
    findings(
      'route-filters',
      object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'web', { spec: { rules: [rule] } }),
    ).map(({ message }) => message);
  expect(messages(many)).toEqual(['17 filters, and a rule has 16 at most']);
  expect(messages({ backendRefs: [{ ...WEB, ...many }] })).toEqual(['17 filters, and a backend has 16 at most']);
});

test.each<[JsonObject, readonly string[]]>([
  [{ request: '10s' }, []],
  [{ request: '1m30s', backendRequest: '90s' }, []],
  [{ request: '90s', backendRequest: '91s' }, ['/timeouts/backendRequest']],
  [{ request: '1h', backendRequest: '59m' }, []],
  [{ request: '500ms', backendRequest: '1s' }, ['/timeouts/backendRequest']],
  [{ request: '0s', backendRequest: '10s' }, []],
  [{ request: '1.5s' }, ['/timeouts/request']],
  [{ request: 90 }, ['/timeouts/request']],
  [{ backendRequest: '1d' }, ['/timeouts/backendRequest']],
])('time-outs: %j', (timeouts, found) => {
  expect(at({ timeouts })).toEqual(found);
});

test('a GRPCRoute is held to the same', () => {
  expect(at({ filters: [HEADERS, HEADERS] }, 'GRPCRoute')).toEqual(['/filters/1/type']);
  expect(at({ filters: [HEADERS, mirror()], backendRefs: [WEB] }, 'GRPCRoute')).toEqual([]);
});
