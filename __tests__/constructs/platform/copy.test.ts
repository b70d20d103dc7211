// P6: a system once more, in an environment like another one; what cannot be copied is refused.
import type { Construct } from 'constructs';
import { check } from '../../../lib/checks';
import { Platform, System, WebService } from '../../../lib/constructs';
import type { Target } from '../../../lib/model';
import { synthesize } from '../../../lib/synth/synthesize';
import { at, errors, find, PRODUCTION, TWO_ZONES, WEB } from '../../support/synthesis';

interface Settings {
  readonly host: string;
  readonly replicas: number;
}

class Shop extends System<Settings> {
  constructor(scope: Construct, target: Target<Settings>) {
    super(scope, 'shop', target);
    const { host, replicas } = this.settings;
    new WebService(this, 'web', { ...WEB, image: this.image('web'), size: { replicas } }).exposeAt(host);
  }
}
class Blog extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'blog', target);
    new WebService(this, 'web', { ...WEB, image: this.image('web') });
  }
}

const environments = { production: PRODUCTION, local: { ...PRODUCTION, survives: { zones: 0, regions: 0 } } };
const images = { shop: { production: '7' }, blog: { production: '1' } };
const platform = () =>
  new Platform({ home: 'mumbai', clusters: { mumbai: TWO_ZONES }, environments, images })
    .place(Shop, {
      production: { on: 'mumbai', namespace: 'shop', settings: { host: 'shop.example', replicas: 4 } },
    })
    .place(Blog, { production: { on: 'mumbai', settings: {} } });

const settings = { host: 'load.shop.example' };

test('all but the given changes equals the original; the namespace is its own', () => {
  const found = synthesize(platform().copy(Shop, { of: 'production', as: 'load', settings }).app(), check);
  expect(errors(found)).toEqual([]);
  const copies = found.objects.filter(({ entry }) => entry.identity.namespace === 'shop-load');
  const originals = found.objects.filter(({ entry }) => entry.identity.namespace === 'shop');
  expect(copies.map(({ entry }) => entry.identity.kind)).toEqual(originals.map(({ entry }) => entry.identity.kind));
  const deployment = copies.find(({ entry }) => entry.identity.kind === 'Deployment')?.entry.manifest;
  expect(at(deployment, 'spec', 'replicas')).toBe(4);
  expect(at(deployment, 'spec', 'template', 'spec', 'containers', 0, 'image')).toBe('registry.example/shop/web:7');
  expect(find(found, 'Namespace', 'shop-load')).toBeDefined();
});

test('several systems may be copied into one environment, before they are placed or after', () => {
  const both = platform()
    .copy(Shop, { of: 'production', as: 'load', settings })
    .copy(Blog, { of: 'production', as: 'load', settings: {} });
  expect(errors(synthesize(both.app(), check))).toEqual([]);
});

const elsewhere: { readonly of: 'production' | 'local' } = JSON.parse('{ "of": "staging" }');

test.each<[string, Platform<'mumbai', 'production' | 'local'>, string[]]>([
  ['an unknown original', platform().copy(Shop, { ...elsewhere, as: 'load', settings }), ['unknown-environment of']],
  ['a system that is not there', platform().copy(Shop, { of: 'local', as: 'load', settings }), ['no-placement of']],
  [
    'a name that is taken',
    platform().copy(Shop, { of: 'production', as: 'local', settings }),
    ['environment-taken as'],
  ],
  [
    'the same copy twice',
    platform()
      .copy(Shop, { of: 'production', as: 'load', settings })
      .copy(Shop, { of: 'production', as: 'load', settings }),
    ['environment-taken as', 'environment-taken as'],
  ],
  ['an invalid name', platform().copy(Shop, { of: 'production', as: 'Load', settings }), ['name environments']],
  [
    'the same hosts',
    platform().copy(Shop, { of: 'production', as: 'load', settings: { replicas: 2 } }),
    ['host-clash /spec/rules/0/http/paths/0'],
  ],
])('refused: %s', (_, described, expected) => {
  expect(errors(synthesize(described.app(), check))).toEqual(expected);
});
