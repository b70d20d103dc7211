// Templates: what writes them, who sees the token, the way to the store, and what is refused.

import { CronJob, StatefulService, WebService, type WebServiceProps } from '../../../lib/constructs';
import { conformant } from '../../../lib/model';
import { isJsonObject, type JsonObject } from '../../../lib/model/manifest/json';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { fileOf, findIn } from '../../support/parts';
import { at, errors, shop, WEB } from '../../support/synthesis';

const STORE = { host: 'consul.kv.svc.cluster.local', namespace: 'kv', podLabels: { app: 'consul' } };
const ZONES = ['a', 'b'];
const cluster = conformant({ kubernetes: '1.36', zones: ZONES, configuration: STORE });
const FLAGS = { '/run/config/flags.json': '{{ key "shop-production/flags" }}' };
const CONFIG = '/etc/consul-template/templates.json';

const web = (props: Partial<WebServiceProps> = {}, on = cluster): Synthesis =>
  shop((system) => void new WebService(system, 'web', { ...WEB, templates: { files: FLAGS }, ...props }), {
    cluster: on,
  });
const pod = (found: Synthesis): JsonObject =>
  at(findIn(found, 'shop-production', 'Deployment', 'web'), 'spec', 'template', 'spec') as JsonObject;
const list = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : []);
const named = (found: Synthesis, kind: string, name: string): JsonObject | undefined =>
  list(pod(found)[kind]).find((one) => one['name'] === name);
const paths = (container: JsonObject | undefined): unknown[] =>
  list(container?.['volumeMounts']).map(({ mountPath }) => mountPath);
const refused = ({ findings }: Synthesis): (readonly [unknown, string])[] =>
  findings.filter(({ severity }) => severity === 'error').map(({ field, message }) => [field, message]);

describe('G12: a component with templates', () => {
  const found = web();

  test('finds its files at the start, and a sidecar writes them again', () => {
    expect(errors(found)).toEqual([]);
    const once = named(found, 'initContainers', 'consul-template-once');
    const watch = named(found, 'initContainers', 'consul-template');
    expect(once).toMatchObject({ command: ['/bin/consul-template'], args: [`-config=${CONFIG}`, '-once'] });
    expect(once).not.toHaveProperty('restartPolicy');
    expect(watch).toMatchObject({ args: [`-config=${CONFIG}`], restartPolicy: 'Always' });
    expect(list(pod(found)['initContainers']).map(({ name }) => name)).toEqual([
      'consul-template-once',
      'consul-template',
    ]);
  });

  test('shares their folder, and sees neither the token nor the configuration of the sidecar', () => {
    const main = list(pod(found)['containers'])[0];
    expect(paths(main)).toEqual(['/tmp', '/run/config']);
    for (const name of ['consul-template-once', 'consul-template']) {
      expect(paths(named(found, 'initContainers', name))).toEqual(
        expect.arrayContaining(['/run/config', '/etc/consul-template/token', CONFIG]),
      );
    }
  });

  test('reads without giving up, from any member, with the token of a Secret, and ends with the pod', () => {
    const config = JSON.parse(fileOf(found, 'shop-production', 'web', CONFIG));
    expect(config).toEqual({
      kill_signal: 'SIGTERM',
      consul: {
        address: 'consul.kv.svc.cluster.local:8500',
        token_file: '/etc/consul-template/token/token',
        retry: { enabled: true, attempts: 0, backoff: '250ms', max_backoff: '10s' },
        transport: { dial_keep_alive: '2s', dial_timeout: '5s' },
      },
      max_stale: '10m',
      wait: { min: '1s', max: '5s' },
      template: [
        {
          destination: '/run/config/flags.json',
          contents: '{{ key "shop-production/flags" }}',
          error_on_missing_key: true,
        },
      ],
    });
    expect(pod(found)['volumes']).toContainEqual({
      name: 'volume-0',
      secret: { secretName: 'configuration', defaultMode: 0o440, items: [{ key: 'token', path: 'token' }] },
    });
    const own = web({ templates: { files: FLAGS, token: { secret: 'web-kv', key: 'read' } } });
    expect(JSON.stringify(pod(own)['volumes'])).toContain('"secretName":"web-kv"');
    expect(fileOf(own, 'shop-production', 'web', CONFIG)).toContain('/etc/consul-template/token/read');
  });

  test('may reach the store, and nothing else of its namespace', () => {
    const egress = JSON.stringify(at(findIn(found, 'shop-production', 'NetworkPolicy', 'web'), 'spec', 'egress'));
    expect(egress).toContain('"podSelector":{"matchLabels":{"app":"consul"}}');
    expect(egress).toContain('"port":8500');
    const without = shop((system) => void new WebService(system, 'web', WEB), { cluster });
    expect(
      JSON.stringify(at(findIn(without, 'shop-production', 'NetworkPolicy', 'web'), 'spec', 'egress')),
    ).not.toContain('8500');
  });

  test('keeps its own files, folders and sidecars, and writes each folder once', () => {
    const files = { ...FLAGS, '/run/config/limits.json': '{{ keyOrDefault "shop-production/limits" "{}" }}' };
    const own = web({
      templates: { files },
      files: { '/etc/app/app.conf': 'level = info\n' },
      scratch: [{ path: '/var/cache/app', size: '1Gi' }],
      sidecars: { proxy: { image: 'proxy:1', resources: { cpu: '10m', memory: '16Mi' } } },
    });
    expect(errors(own)).toEqual([]);
    expect(paths(list(pod(own)['containers'])[0])).toEqual([
      '/tmp',
      '/var/cache/app',
      '/run/config',
      '/etc/app/app.conf',
    ]);
    expect(named(own, 'initContainers', 'proxy')).toBeDefined();
  });

  test('before 1.29 has the sidecar as an ordinary container, and its files at the start too', () => {
    const old = web({}, conformant({ kubernetes: '1.28', zones: ZONES, configuration: STORE }));
    expect(errors(old)).toEqual([]);
    expect(named(old, 'containers', 'consul-template')).toBeDefined();
    expect(list(pod(old)['initContainers']).map(({ name }) => name)).toEqual(['consul-template-once']);
  });

  test('of state has them too', () => {
    const found = shop(
      (system) =>
        void new StatefulService(system, 'db', {
          image: 'db:1',
          port: 5432,
          resources: WEB.resources,
          probes: WEB.probes,
          size: { replicas: 1 },
          claims: {},
          survives: { zones: 0, because: 'a test' },
          templates: { files: FLAGS },
        }),
      { cluster },
    );
    expect(errors(found)).toEqual([]);
    const set = JSON.stringify(findIn(found, 'shop-production', 'StatefulSet', 'db'));
    expect(set).toContain('consul-template-once');
  });
});

describe('refused', () => {
  test('a cluster without a store, with both ways to have one', () => {
    const { findings } = web({}, conformant({ kubernetes: '1.36', zones: ZONES }));
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([
      expect.objectContaining({
        rule: 'neighbour',
        field: 'templates',
        message: 'no key-value store of mumbai is known',
        expected:
          'the part configuration on mumbai; or, in clusters.mumbai, configuration: { host, namespace, podLabels }',
      }),
    ]);
  });

  test.each([
    ['run/flags.json', '{{ key "a" }}', 'run/flags.json is not the path of a file'],
    ['/flags.json', '{{ key "a" }}', 'the folder of the file would hide / of the image'],
    ['/etc/flags.json', '{{ key "a" }}', 'the folder of the file would hide /etc of the image'],
    ['/app/flags.json', '{{ key "a" }}', 'the folder of the file would hide /app of the image'],
    [
      '/usr/share/nginx/html/flags.json',
      '{{ key "a" }}',
      'the folder of the file would hide /usr/share/nginx/html of the image',
    ],
    ['/run/config/a', 'level = info', 'the template of /run/config/a reads no key, so that it would never change'],
    ['/run/config/a', '{{ env "KEY" }}', 'the template of /run/config/a reads no key, so that it would never change'],
    ['/run/config/a', '{{ key "a"', 'the template of /run/config/a has a {{ without its }}'],
  ])('%s with %s', (path, template, message) => {
    expect(refused(web({ templates: { files: { [path]: template } } }))).toEqual([
      [`templates.files["${path}"]`, message],
    ]);
  });

  test('a folder with the program of the component; a file of theirs may be among its words', () => {
    const templates = { files: { '/shop/flags.json': '{{ key "a" }}' } };
    expect(refused(web({ templates, command: ['/shop/server'] }))).toEqual([
      ['templates.files', 'templates are written to /shop, an empty folder that would hide /shop/server'],
    ]);
    expect(refused(web({ templates, command: ['node'], args: ['/shop/server.js'] }))).toEqual([
      ['templates.files', 'templates are written to /shop, an empty folder that would hide /shop/server.js'],
    ]);
    expect(errors(web({ templates, command: ['/bin/server', '/shop/flags.json'] }))).toEqual([]);
  });

  test('no file at all', () => {
    expect(refused(web({ templates: { files: {} } }))).toEqual([['templates.files', 'there is no file']]);
  });

  test('JSON around an action is not a fault', () => {
    const json = '{"limits":{"carts":{{ key "shop-production/carts" }}}}';
    expect(errors(web({ templates: { files: { '/run/config/a.json': json } } }))).toEqual([]);
  });

  test.each<[string, Partial<WebServiceProps>, string]>([
    ['a writable folder', { scratch: [{ path: '/run/config', size: '1Mi' }] }, '/run/config'],
    ['a folder above', { volumes: { '/run/config/tls': { secret: 'tls' } } }, '/run/config/tls'],
    ['a file in it', { files: { '/run/config/app.conf': 'a' } }, '/run/config/app.conf'],
  ])('their folder as %s', (_, props, other) => {
    expect(refused(web(props))).toContainEqual([
      'templates.files',
      `templates are written to /run/config, and the component mounts ${other}`,
    ]);
  });

  test('names and folders of what writes them', () => {
    const one = { image: 'other:1', resources: { cpu: '10m', memory: '16Mi' } };
    const found = web({ sidecars: { 'consul-template': one }, files: { '/etc/consul-template/x': 'a' } });
    expect(refused(found)).toEqual([
      ['files["/etc/consul-template/x"]', '/etc/consul-template has the configuration of what writes the templates'],
      ['sidecars.consul-template', 'consul-template is a container that writes the templates'],
    ]);
    const without = shop(
      (system) => void new WebService(system, 'web', { ...WEB, sidecars: { 'consul-template': one } }),
    );
    expect(errors(without)).toEqual([]);
  });

  test('a job before 1.29, whose end a sidecar would prevent', () => {
    const job = (kubernetes: '1.28' | '1.36') =>
      shop(
        (system) =>
          void new CronJob(system, 'report', {
            image: 'report:1',
            resources: WEB.resources as { cpu: string; memory: string },
            schedule: '@daily',
            deadlineSeconds: 600,
            templates: { files: FLAGS },
          }),
        { cluster: conformant({ kubernetes, zones: ZONES, configuration: STORE }) },
      );
    expect(refused(job('1.28'))).toEqual([
      ['templates', 'before Kubernetes 1.29 a sidecar never lets a Job end, and mumbai has 1.28'],
    ]);
    expect(errors(job('1.36'))).toEqual([]);
  });
});
