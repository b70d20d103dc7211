// CHANGELOG: charts with a word of the table's first column are refused, but for those that it says still work.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type System, WebService, type WebServiceProps } from '../../lib/constructs';
import { errors, find, shop, WEB } from '../support/synthesis';
import { unchecked } from '../support/unchecked';

const TABLE = readFileSync(join(__dirname, '../../CHANGELOG.md'), 'utf8').match(/^\| `?.*\|$/gm) ?? [];

/** Whether a row's first column has the word. */
const isOld = (word: string) => TABLE.some((row) => row.split('|')[1]?.includes(word));

/** Errors of a shop whose web service has these properties, and of what is done with it. */
const errorsWith = (props: object, act: (web: WebService) => void = () => {}) =>
  errors(
    shop((system: System) => act(new WebService(system, 'web', unchecked<WebServiceProps>({ ...WEB, ...props })))),
  );

test('old keys', () => {
  expect(['replicas', 'budgetSeconds'].map(isOld)).toEqual([true, true]);
  expect(errorsWith({})).toEqual([]);
  expect(errorsWith({ replicas: 3 })).toEqual(['input replicas']);
  expect(errorsWith({ probes: { startup: { path: '/started', budgetSeconds: 30 } } })).toEqual(
    expect.arrayContaining(['input probes.bootSeconds', 'input probes.startup.budgetSeconds']),
  );
});

test.each(['scaleOn', 'sizeFor'])('the verb %s', (verb) => {
  expect(isOld(`web.${verb}(`)).toBe(true);
  expect(errorsWith({}, (web) => Reflect.get(web, verb)({ min: 3, max: 12, cpu: 0.65 }))).toEqual(['exception']);
});

test('configure, which synth still takes', () => {
  expect(isOld('web.configure(')).toBe(true);
  const synthesis = shop((system) => {
    const web = new WebService(system, 'web', WEB);
    Reflect.get(web, 'configure').call(web, { LOG_LEVEL: 'info' });
  });
  expect(errors(synthesis)).toEqual([]);
  const [name = ''] = /web-config-\w+/.exec(JSON.stringify(find(synthesis, 'Deployment', 'web'))) ?? [];
  expect(find(synthesis, 'ConfigMap', name)).toMatchObject({ data: { LOG_LEVEL: 'info' } });
});
