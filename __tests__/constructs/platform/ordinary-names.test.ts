// F6, F24: `constructor` is a valid name of a cluster, an environment, a system, a component and a group, and a name like any other.
import type { Construct } from 'constructs';
import { check } from '../../../lib/checks';
import { Platform, System, WebService } from '../../../lib/constructs';
import { type Access, eks, type Target } from '../../../lib/model';
import { trafficShares } from '../../../lib/model/platform/traffic';
import { synthesize } from '../../../lib/synth/synthesize';
import { errors, PRODUCTION, SUBNETS, shop, WEB } from '../../support/synthesis';

const NAME = 'constructor';

class Named extends System<{ readonly host: string }> {
  constructor(scope: Construct, target: Target<{ readonly host: string }>) {
    super(scope, NAME, target);
    const { image: _, ...props } = WEB;
    const web = new WebService(this, NAME, { ...props, env: { [NAME]: 'a', toString: 'b' } });
    web.exposeAt(this.settings.host);
  }
}

const cluster = (region: string) =>
  eks({
    region,
    zones: [`${region}a`, `${region}b`],
    kubernetes: '1.36',
    ...SUBNETS,
    groups: { [NAME]: 'arn:aws:iam::111122223333:role/team', viewers: 'arn:aws:iam::111122223333:role/viewers' },
  });

const platform = (tag: unknown) =>
  synthesize(
    new Platform({
      home: NAME,
      clusters: { [NAME]: cluster('ap-south-1'), other: cluster('eu-west-1') },
      environments: { [NAME]: { ...PRODUCTION, access: { constructor: 'deployer', viewers: 'viewer' } as Access } },
      images: { [NAME]: { [NAME]: tag as string } },
    })
      .place(Named, {
        [NAME]: { on: [NAME, 'other'], settings: { host: 'shop.example.com' } },
      })
      .app(),
    check,
  );

test('a platform in which everything is called constructor', () => {
  const synthesis = platform({ [NAME]: '412' });
  expect(errors(synthesis).filter((error) => !error.startsWith('host-overwritten'))).toEqual([]);
  const names = synthesis.objects.map(
    ({ entry: { identity, cluster } }) => `${cluster} ${identity.kind} ${identity.name}`,
  );
  expect(names).toContain('constructor Deployment constructor');
  expect(names).toContain('other Deployment constructor');
  const deployment = synthesis.objects.find(({ entry }) => entry.identity.kind === 'Deployment');
  expect(JSON.stringify(deployment?.entry.manifest)).toContain('registry.example/constructor/constructor:412');
  const data = synthesis.objects.find(({ entry }) => entry.identity.kind === 'ConfigMap')?.entry.manifest.data;
  expect(data).toEqual({ constructor: 'a', toString: 'b' });
});

test('a tag of it is checked like any other, and one that is not given is missed', () => {
  expect(errors(platform({ [NAME]: 5 }))).toContain('input images.constructor.constructor.constructor');
  expect(errors(platform({ web: '1' }))).toContain('image-tag images.constructor.constructor.constructor');
});

test('traffic that leaves it out gives it none', () => {
  expect(trafficShares([NAME, 'other'], { other: 1 })(NAME)).toEqual({ weight: 0, all: 1 });
});

test('a construct of the user in a system, too', () => {
  const synthesis = shop((system) => {
    const { image: _, ...props } = WEB;
    for (const id of ['constructor', 'prototype', 'valueof'])
      new WebService(system, id, { ...props, image: 'registry.example/a/b:1' });
  });
  expect(errors(synthesis)).toEqual([]);
});
