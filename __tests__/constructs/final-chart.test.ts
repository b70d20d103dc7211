// cdk8s' own Testing.synth of a system: the objects that synth writes, overrides, quotas and rights of deployers included.
import { ApiObject, Testing } from 'cdk8s';
import type { Construct } from 'constructs';
import { override, Platform, System, WebService } from '../../lib/constructs';
import { eks, type Target } from '../../lib/model';
import { isJsonObject, type JsonObject } from '../../lib/model/manifest/json';
import { PRODUCTION, SUBNETS, WEB } from '../support/synthesis';

const MAIN = eks({
  region: 'ap-south-1',
  zones: ['ap-south-1a', 'ap-south-1b'],
  kubernetes: '1.36',
  groups: { pipeline: 'pipeline' },
  ...SUBNETS,
});

/** The system `shop` with one component, and what `build` adds. */
function shop(build: (system: System, web: WebService) => void = () => {}, replicas = 3): System<unknown> {
  class Shop extends System {
    constructor(scope: Construct, target: Target<object>) {
      super(scope, 'shop', target);
      build(this, new WebService(this, 'web', { ...WEB, size: { replicas } }));
    }
  }
  const environments = { production: { ...PRODUCTION, access: { pipeline: 'deployer' } } } as const;
  const app = new Platform({ home: 'main', clusters: { main: MAIN }, environments, images: {} })
    .place(Shop, { production: { on: 'main', settings: {} } })
    .app();
  const system = app.node.findAll().find(System.isSystem);
  if (system === undefined) throw new Error('no system');
  return system;
}

function find(objects: readonly unknown[], kind: string): JsonObject {
  const found = objects.filter(isJsonObject).find((object) => object.kind === kind);
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
}

test('what cdk8s alone leaves out', () => {
  const objects = Testing.synth(shop((_, web) => void override(web.deployment).set('spec.revisionHistoryLimit', 5)));
  expect(find(objects, 'Deployment')).toHaveProperty('spec.revisionHistoryLimit', 5);
  expect(find(objects, 'ResourceQuota')).toHaveProperty(['spec', 'hard', 'pods']);
  expect(find(objects, 'Role')).toHaveProperty(['rules', 0]);
  expect(find(objects, 'Namespace')).not.toHaveProperty('metadata.namespace');
});

test('objects of any construct in the chart are in it', () => {
  const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: 'b' } };
  const objects = Testing.synth(shop((system) => void new ApiObject(system, 'settings', settings)));
  expect(find(objects, 'ConfigMap')).toMatchObject({ metadata: { namespace: 'shop-production' }, data: { a: 'b' } });
});

test('what a construct refuses is thrown', () => {
  expect(() => Testing.synth(shop(() => {}, 1))).toThrow(/1 replica/);
});
