// PingPong, row by row: docs/systems/pingpong.md.

import type { Json, JsonObject } from '../../../lib/model';
import { isJsonObject } from '../../../lib/model/manifest/json';

import { readPage } from '../../support/page';
import { Placement } from '../../support/shipped';
import { at } from '../../support/synthesis';

const PAGE = readPage('systems/pingpong.md').replace(/\s+/g, ' ');

const production = new Placement('mumbai', 'pingpong-production');
const laptop = new Placement('laptop', 'pingpong-local');

describe('T1 namespace, Deployment with more than one replica, Service, image from a registry', () => {
  test('a namespace of its own', () => {
    expect(
      at(
        production.one('Namespace', 'pingpong-production'),
        'metadata',
        'labels',
        'pod-security.kubernetes.io/enforce',
      ),
    ).toBe('restricted');
  });

  test('three replicas behind a Service', () => {
    expect(production.one('Deployment', 'web').spec).toMatchObject({ replicas: 3 });
    const pods = at(production.one('Deployment', 'web'), 'spec', 'template', 'metadata', 'labels');
    expect(pods).toMatchObject(at(production.one('Service', 'web'), 'spec', 'selector') ?? { no: 'selector' });
  });

  test('an image from ECR by build number, pulled by the nodes: no pull secret', () => {
    const pod = at(production.one('Deployment', 'web'), 'spec', 'template', 'spec');
    expect(at(pod, 'containers', 0, 'image')).toMatch(
      /^\d{12}\.dkr\.ecr\.ap-south-1\.amazonaws\.com\/pingpong\/web:\d+$/,
    );
    expect(pod).not.toHaveProperty('imagePullSecrets');
  });

  test('its host, by TLS', () => {
    expect(production.one('Ingress', 'web').spec).toMatchObject({
      rules: [{ host: 'pingpong.example.com' }],
      tls: [{ hosts: ['pingpong.example.com'] }],
    });
  });

  test('the page says that each pod counts on its own, and the most that all of them let through', () => {
    const replicas = Number(at(production.one('Deployment', 'web'), 'spec', 'replicas'));
    const rate = Number(at(production.one('ConfigMap', 'web'), 'data', 'THROTTLE_REQUESTS_PER_SECOND'));
    expect(PAGE).toContain(`${rate} requests a second is per pod`);
    expect(PAGE).toContain(`up to ${replicas} × ${rate} = ${replicas * rate} a second`);
  });

  test('throttling is configuration, per environment', () => {
    expect(at(production.one('ConfigMap', 'web'), 'data')).toEqual({
      THROTTLE_REQUESTS_PER_SECOND: '100',
      THROTTLE_BURST: '200',
    });
    expect(at(laptop.one('ConfigMap', 'web'), 'data')).toEqual({
      THROTTLE_REQUESTS_PER_SECOND: '10',
      THROTTLE_BURST: '20',
    });
  });
});

describe('T4 developers run it locally', () => {
  test('images are loaded onto the nodes, not pulled', () => {
    const container = at(laptop.one('Deployment', 'web'), 'spec', 'template', 'spec', 'containers', 0);
    expect(at(container, 'image')).toMatch(/^pingpong\/web:\d+$/);
    expect(at(container, 'imagePullPolicy')).toBe('Never');
  });

  test('a name that needs no DNS record', () => {
    expect(laptop.one('Ingress', 'web').spec).toMatchObject({
      ingressClassName: 'traefik',
      rules: [{ host: 'pingpong.localhost' }],
    });
  });
});

describe('T5 a local cluster runs the same manifests', () => {
  const KINDS = ['Namespace', 'ServiceAccount', 'ConfigMap', 'Service', 'Ingress', 'PodDisruptionBudget', 'Deployment'];

  test('the same objects', () => {
    const count = (place: Placement) => KINDS.map((kind) => place.all(kind).length);
    expect(count(laptop)).toEqual(count(production));
  });

  test('the Deployments differ in image, pull policy, configuration, the zone that a laptop has not, and the wait for an ALB; in nothing else', () => {
    const pointers = differences(production.one('Deployment', 'web'), laptop.one('Deployment', 'web'));
    expect(pointers).toEqual([
      '/metadata/namespace',
      '/spec/template/spec/containers/0/envFrom/0/configMapRef/name',
      '/spec/template/spec/containers/0/image',
      '/spec/template/spec/containers/0/imagePullPolicy',
      '/spec/template/spec/containers/0/lifecycle/preStop/sleep/seconds',
      '/spec/template/spec/terminationGracePeriodSeconds',
      '/spec/template/spec/topologySpreadConstraints',
    ]);
  });

  test('no constraint needs a zone label', () => {
    const spread = at(laptop.one('Deployment', 'web'), 'spec', 'template', 'spec', 'topologySpreadConstraints');
    expect(spread).toMatchObject([{ topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' }]);
  });
});

/** Pointers at which two values differ; a list of another length differs as a whole. */
function differences(a: Json | undefined, b: Json | undefined, pointer = ''): string[] {
  if (isJsonObject(a) && isJsonObject(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
    return keys.flatMap((key) => differences(own(a, key), own(b, key), `${pointer}/${key}`));
  }
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    return a.flatMap((item, index) => differences(item, b[index], `${pointer}/${index}`));
  }
  return JSON.stringify(a) === JSON.stringify(b) ? [] : [pointer];
}

function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
