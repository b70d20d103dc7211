import { service } from '../../../lib/checks/examples';
import type { Json, JsonObject } from '../../../lib/model/manifest/json';
import { fields, findings } from '../support';

const findingsFor = (externalName?: Json) =>
  findings(
    'external-name',
    service({ type: 'ExternalName', ...(externalName === undefined ? {} : { externalName }) } as JsonObject),
  );

test.each(['db.example.com', 'db.example.com.', 'localhost', '1.example.com', 'a'.repeat(63), '10.0.0'])(
  '%s is a name',
  (name) => expect(findingsFor(name)).toEqual([]),
);

test.each<[Json | undefined, RegExp, string | undefined]>([
  [undefined, /externalName is required/, undefined],
  [null, /externalName is required/, undefined],
  ['', /externalName is required/, undefined],
  ['.', /externalName is required/, undefined],
  [7, /must be a string/, undefined],
  ['db.example.com:3306', /must not include a port/, 'write "db.example.com"'],
  ['mysql://db.example.com:3306/shop', /not a URL/, 'write "db.example.com"'],
  ['https://db.example.com', /not a URL/, 'write "db.example.com"'],
  ['db.example.com/shop', /must not include a path/, 'write "db.example.com"'],
  ['DB.example.com', /not a DNS name/, 'write "db.example.com"'],
  [' db.example.com', /not a DNS name/, 'write "db.example.com"'],
  ['db_1.example.com', /not a DNS name/, undefined],
  ['db.example.com..', /not a DNS name/, undefined],
  ['*.example.com', /not a DNS name/, undefined],
  ['a'.repeat(254), /not a DNS name/, undefined],
  [`${'a'.repeat(64)}.example.com`, /not a DNS name/, undefined],
  ['2001:db8::1', /not an IPv6 address/, undefined],
  ['[::1]', /not an IPv6 address/, undefined],
  ['10.0.0.5:3306', /must not include a port/, undefined],
])('%j is not a name', (name, message, fix) => {
  const found = findingsFor(name);
  expect(found).toHaveLength(1);
  expect(found[0]?.field).toBe('/spec/externalName');
  expect(found[0]?.message).toMatch(message);
  expect(found[0]?.fix).toBe(fix);
});

test.each(['10.0.0.5', '10.0.0.5.', '300.1.1.1'])('%s is refused, although the API server accepts it', (address) => {
  expect(findingsFor(address)).toMatchObject([
    { message: expect.stringContaining('never resolves'), fix: expect.stringContaining('EndpointSlice') },
  ]);
});

test('a password in a URL is not repeated', () => {
  const found = findingsFor('mysql://shop:geheim@db.example.com/shop');
  expect(found).toMatchObject([{ fix: 'write "db.example.com"' }]);
  expect(JSON.stringify(found)).not.toContain('geheim');
});

test('other Services do not need one', () => {
  expect(fields('external-name', service({ externalName: 'x y' }), service({ type: 'ClusterIP' }, 'b'))).toEqual([]);
});
