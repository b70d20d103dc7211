import { service } from '../../../lib/checks/examples';
import type { Json, JsonObject } from '../../../lib/model/manifest/json';
import { fields, findings } from '../support';

const said = (externalName?: Json) =>
  findings(
    'external-name',
    service({ type: 'ExternalName', ...(externalName === undefined ? {} : { externalName }) } as JsonObject),
  );

test.each(['db.example.com', 'db.example.com.', 'localhost', '1.example.com', 'a'.repeat(63), '10.0.0'])(
  '%s is a name',
  (name) => expect(said(name)).toEqual([]),
);

test.each<[Json | undefined, RegExp, string | undefined]>([
  [undefined, /has no externalName/, undefined],
  [null, /has no externalName/, undefined],
  ['', /has no externalName/, undefined],
  ['.', /has no externalName/, undefined],
  [7, /must be text/, undefined],
  ['db.example.com:3306', /has no port/, 'write "db.example.com"'],
  ['mysql://db.example.com:3306/shop', /no URL/, 'write "db.example.com"'],
  ['https://db.example.com', /no URL/, 'write "db.example.com"'],
  ['db.example.com/shop', /has no path/, 'write "db.example.com"'],
  ['DB.example.com', /not a DNS name/, 'write "db.example.com"'],
  [' db.example.com', /not a DNS name/, 'write "db.example.com"'],
  ['db_1.example.com', /not a DNS name/, undefined],
  ['db.example.com..', /not a DNS name/, undefined],
  ['*.example.com', /not a DNS name/, undefined],
  ['a'.repeat(254), /not a DNS name/, undefined],
  ['2001:db8::1', /never to an address/, undefined],
  ['[::1]', /never to an address/, undefined],
  ['10.0.0.5:3306', /has no port/, undefined],
])('%j is none', (name, message, fix) => {
  const found = said(name);
  expect(found).toHaveLength(1);
  expect(found[0]?.field).toBe('/spec/externalName');
  expect(found[0]?.message).toMatch(message);
  expect(found[0]?.fix).toBe(fix);
});

test.each(['10.0.0.5', '10.0.0.5.', '300.1.1.1'])('%s is refused, though the API server takes it', (address) => {
  expect(said(address)).toMatchObject([
    { message: expect.stringContaining('the API server accepts'), fix: expect.stringContaining('EndpointSlice') },
  ]);
});

test('a password in a URL is not repeated', () => {
  const found = said('mysql://shop:geheim@db.example.com/shop');
  expect(found).toMatchObject([{ fix: 'write "db.example.com"' }]);
  expect(JSON.stringify(found)).not.toContain('geheim');
});

test('other Services need none', () => {
  expect(fields('external-name', service({ externalName: 'x y' }), service({ type: 'ClusterIP' }, 'b'))).toEqual([]);
});
