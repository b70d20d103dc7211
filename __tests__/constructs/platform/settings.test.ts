// A system's own settings: what is missing, what nothing reads, and a schema of the user's own.
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import * as v from 'valibot';
import { check } from '../../../lib/checks';
import { Platform, System, type SystemClass } from '../../../lib/constructs';
import type { Target } from '../../../lib/model';
import { synthesize } from '../../../lib/synth/synthesize';
import { nextLine } from '../../support/next-line';
import { PRODUCTION, TWO_ZONES } from '../../support/synthesis';
import { unchecked } from '../../support/unchecked';

interface Settings {
  readonly host: string;
  readonly frontEnd: { readonly hosts: readonly string[]; readonly cdn: string };
  readonly theme?: string;
}

const RIGHT: Settings = { host: 'shop.example', frontEnd: { hosts: ['a.example'], cdn: 'cdn.example' } };

/** A system that does what `read` does with its settings. */
const systemOf = (read: (settings: Settings, system: System<Settings>) => void): SystemClass<Settings> =>
  class Shop extends System<Settings> {
    constructor(scope: Construct, target: Target<Settings>) {
      super(scope, 'shop', target);
      read(this.settings, this);
    }
  };

const platformOf = () =>
  new Platform({ home: 'mumbai', clusters: { mumbai: TWO_ZONES }, environments: { production: PRODUCTION } });

let line: ReturnType<typeof nextLine>;

function found(system: SystemClass<Settings>, settings: object) {
  line = nextLine();
  const platform = platformOf().place(system, {
    production: { on: 'mumbai', settings: unchecked<Settings>(settings) },
  });
  const { findings } = synthesize(platform.app(), check);
  return findings.map(({ rule, field, message, source }) => ({ text: `${rule} ${field}: ${message}`, source }));
}

const texts = (...args: Parameters<typeof found>) => found(...args).map(({ text }) => text);

const all = systemOf(({ host, frontEnd: { hosts, cdn } }) => void [host, hosts, cdn]);

test('what is read and given has no finding', () => expect(texts(all, RIGHT)).toEqual([]));

test('a setting that nothing reads, at the line of the placement', () => {
  const [finding, ...more] = found(all, { ...RIGHT, colour: 'red' });
  expect(more).toEqual([]);
  expect(finding).toMatchObject({
    text: "unread-setting settings.colour: nothing reads the setting 'colour'",
    source: line,
  });
});

test('a nested one, with the one that was meant', () => {
  const frontEnd = { hosts: [], cdn: 'cdn.example', cdnn: 'x' };
  expect(texts(all, { ...RIGHT, frontEnd })).toEqual([
    expect.stringMatching(
      /^unread-setting settings\.frontEnd\.cdnn: nothing reads .* \(did you mean frontEnd\.cdn\?\)$/,
    ),
  ]);
});

test('a misspelt one is one mistake, though the one that was meant is missing', () => {
  const { host, ...rest } = RIGHT;
  expect(texts(all, { ...rest, hots: host })).toEqual([
    "unread-setting settings.hots: nothing reads the setting 'hots' (did you mean host?)",
  ]);
});

test('a missing one names system, environment and cluster', () => {
  const { host: _, ...rest } = RIGHT;
  expect(texts(all, rest)).toEqual([
    "missing-setting settings.host: missing setting 'host' for Shop in production on mumbai",
  ]);
});

test('an object that is passed on as a whole may be read later', () => {
  const whole = systemOf(({ host, frontEnd }, system) => {
    new ApiObject(system, 'own', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: host },
      data: { ...frontEnd, hosts: '' },
    });
  });
  const later = systemOf(({ host, frontEnd }, system) => {
    new ApiObject(system, 'own', {
      apiVersion: 'kyverno.io/v1',
      kind: 'Policy',
      metadata: { name: host },
      spec: frontEnd,
    });
  });
  expect([...texts(whole, RIGHT), ...texts(later, RIGHT)]).toEqual([]);
});

test('an optional one is asked for with `in`', () => {
  const themed = systemOf((settings) => {
    const { host, frontEnd } = settings;
    void [host, frontEnd.hosts, frontEnd.cdn, 'theme' in settings ? settings.theme : 'light'];
  });
  expect([...texts(themed, RIGHT), ...texts(themed, { ...RIGHT, theme: 'dark' })]).toEqual([]);
});

test('a schema of the system judges before its constructor', () => {
  class Checked extends System<Settings> {
    static readonly settings = v.looseObject({
      host: v.pipe(v.string(), v.regex(/\.example$/, 'must end with .example')),
    });

    constructor(scope: Construct, target: Target<Settings>) {
      super(scope, 'shop', target);
      void [this.settings.host, this.settings.frontEnd.hosts, this.settings.frontEnd.cdn];
    }
  }
  expect(texts(Checked, RIGHT)).toEqual([]);
  expect(texts(Checked, { ...RIGHT, host: 'shop.test' })).toEqual(['input settings.host: must end with .example']);
});

test.each([[undefined], [null], ['text'], [[]]])('settings that are %j', (settings) => {
  const platform = platformOf().place(all, { production: { on: 'mumbai', settings: settings as unknown as Settings } });
  const { findings } = synthesize(platform.app(), check);
  expect(findings).toMatchObject([{ rule: 'input', field: expect.stringMatching(/settings$/) }]);
});
