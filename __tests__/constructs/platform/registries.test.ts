// P8: each environment has its registry, and takes no image from another one's.
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { check } from '../../../lib/checks';
import { override, Platform, System, WebService } from '../../../lib/constructs';
import { type EnvironmentProps, local, type Target } from '../../../lib/model';
import { synthesize } from '../../../lib/synth/synthesize';
import { type Line, nextLine } from '../../support/next-line';
import { at, find, TWO_ZONES, WEB } from '../../support/synthesis';

const survives = { zones: 0, regions: 0 };
const DEVELOPMENT = 'dev.registry.example/acme';
const PRODUCTION = 'registry.example/acme';
const environments: Record<'development' | 'production' | 'local', EnvironmentProps> = {
  development: { survives, registry: { external: DEVELOPMENT } },
  production: { survives, registry: { external: PRODUCTION } },
  local: { survives },
};
const digest = `sha256:${'a'.repeat(64)}`;

const clusters = { mumbai: TWO_ZONES, laptop: local({ kubernetes: '1.36' }) };

type Build = (system: System) => void;

function synth(environment: keyof typeof environments, tag: string, build: Build, all = environments) {
  class Shop extends System {
    constructor(scope: Construct, target: Target<object>) {
      super(scope, 'shop', target);
      build(this);
    }
  }
  const platform = new Platform({
    home: 'mumbai',
    clusters,
    environments: all,
    images: { shop: { [environment]: tag } },
  });
  const on = environment === 'local' ? 'laptop' : 'mumbai';
  const placement = { on, settings: {} } as const;
  return synthesize(platform.place(Shop, { [environment]: placement }).app(), check);
}

/** Where the component was last made. */
let component: Line;
const web =
  (image?: string): Build =>
  (system) => {
    const props = { ...WEB, image: image ?? system.image('web') };
    component = nextLine();
    new WebService(system, 'web', props);
  };

const found = (synthesis: ReturnType<typeof synth>) =>
  synthesis.findings
    .filter(({ rule }) => rule === 'foreign-registry')
    .map(({ value, message }) => ({ value, message }));

test('the finding names the object, its field and the line of the component, not those of the system', () => {
  const { findings } = synth('production', '7', web(`${DEVELOPMENT}/shop/web:7`));
  expect(findings).toMatchObject([
    {
      rule: 'foreign-registry',
      construct: 'mumbai/shop-production/web/deployment',
      field: '/spec/template/spec/containers/0/image',
      source: component,
    },
  ]);
});

test('an image that is promoted keeps its digest, and changes its registry', () => {
  const images = (['development', 'production'] as const).map((environment) => {
    const synthesis = synth(environment, digest, web());
    expect(synthesis.findings).toEqual([]);
    return at(find(synthesis, 'Deployment', 'web'), 'spec', 'template', 'spec', 'containers', 0, 'image');
  });
  expect(images).toEqual([`${DEVELOPMENT}/shop/web@${digest}`, `${PRODUCTION}/shop/web@${digest}`]);
});

test.each(['production', 'local'] as const)(
  'in %s an image from the registry of development is refused',
  (environment) => {
    const image = `${DEVELOPMENT}/shop/web:7`;
    expect(found(synth(environment, '7', web(image)))).toEqual([
      { value: image, message: 'the image comes from the registry of development' },
    ]);
  },
);

test('also in a plain object outside our components', () => {
  const image = `${DEVELOPMENT}/shop/job:7`;
  const job: Build = (system) => {
    web()(system);
    const spec = { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'job', image }] } } };
    new ApiObject(system, 'job', { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'job' }, spec });
  };
  expect(found(synth('production', '7', job))).toEqual([
    { value: image, message: 'the image comes from the registry of development' },
  ]);
});

test('also where only an override says so', () => {
  const image = `${DEVELOPMENT}/shop/web:7`;
  const overridden: Build = (system) => {
    const component = new WebService(system, 'web', { ...WEB, image: system.image('web') });
    override(component.deployment).set('spec.template.spec.containers[web].image', image);
  };
  expect(found(synth('production', '7', overridden))).toHaveLength(1);
});

test('images of other registries are accepted, and latest is refused everywhere', () => {
  expect(found(synth('production', '7', web('quay.io/acme/web:7')))).toEqual([]);
  const { findings } = synth('production', 'latest', web());
  expect(findings.some(({ severity, value }) => severity === 'error' && String(value).includes('latest'))).toBe(true);
});

test('a registry nested in another is distinguished from it', () => {
  const nested = { ...environments, development: { survives, registry: { external: `${PRODUCTION}/dev` } } };
  expect(found(synth('production', '7', web(`${PRODUCTION}/dev/shop/web:7`), nested))).toHaveLength(1);
  expect(found(synth('development', '7', web(`${PRODUCTION}/dev/shop/web:7`), nested))).toEqual([]);
  expect(found(synth('development', '7', web(`${PRODUCTION}/shop/web:7`), nested))).toHaveLength(1);
});
