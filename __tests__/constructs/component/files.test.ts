// What a component reads: files, each mounted alone, and variables from Secrets by explicit choice.

import { listSecrets } from '../../../lib/analysis/access/secrets';
import { ExternalService, WebService, type WebServiceProps } from '../../../lib/constructs';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { at, errors, find, shop, WEB } from '../../support/synthesis';
import { unchecked } from '../../support/unchecked';

const web = (props: Partial<WebServiceProps>): Synthesis =>
  shop((system) => new WebService(system, 'web', { ...WEB, ...props }));

const pod = (synthesis: Synthesis) => at(find(synthesis, 'Deployment', 'web'), 'spec', 'template', 'spec');
const container = (synthesis: Synthesis) => at(pod(synthesis), 'containers', 0);

const FILES = { '/etc/app/app.conf': 'level = info\n', '/app/rules.d/a.yaml': 'a: 1\n' };

/** The ConfigMap whose name begins so. */
function configMap(synthesis: Synthesis, prefix: string) {
  const found = synthesis.objects.find(({ entry: { identity } }) => identity.name.startsWith(prefix));
  return found?.entry.manifest;
}

describe('files', () => {
  test('are keys of one immutable ConfigMap, each mounted alone', () => {
    const synthesis = web({ files: FILES });
    expect(synthesis.findings).toEqual([]);
    const made = configMap(synthesis, 'web-files-');
    expect(made).toMatchObject({
      data: { 'etc_app_app.conf': 'level = info\n', 'app_rules.d_a.yaml': 'a: 1\n' },
      immutable: true,
      metadata: { labels: { 'app.kubernetes.io/component': 'files' } },
    });
    const name = at(made, 'metadata', 'name');
    expect(at(pod(synthesis), 'volumes')).toEqual([
      { name: 'scratch-0', emptyDir: { sizeLimit: '64Mi' } },
      { name: 'files', configMap: { name, defaultMode: 0o444 } },
    ]);
    expect(at(container(synthesis), 'volumeMounts')).toEqual([
      { name: 'scratch-0', mountPath: '/tmp' },
      { name: 'files', mountPath: '/etc/app/app.conf', subPath: 'etc_app_app.conf', readOnly: true },
      { name: 'files', mountPath: '/app/rules.d/a.yaml', subPath: 'app_rules.d_a.yaml', readOnly: true },
    ]);
  });

  test('a change rolls the pods', () => {
    const nameOf = (text: string) => at(configMap(web({ files: { '/a': text } }), 'web-files-'), 'metadata', 'name');
    expect(nameOf('1')).toBe(nameOf('1'));
    expect(nameOf('1')).not.toBe(nameOf('2'));
  });

  test.each<[object, string, string]>([
    [{ 'etc/app.conf': '' }, 'files["etc/app.conf"]', 'etc/app.conf is not the path of a file'],
    [{ '/etc/': '' }, 'files["/etc/"]', '/etc/ is not the path of a file'],
    [{ '/etc/../a': '' }, 'files["/etc/../a"]', '/etc/../a is not the path of a file'],
    [{ '/a b': '' }, 'files["/a b"]', '/a b is not the path of a file'],
    [{ '/a/b': '', '/a_b': '' }, 'files["/a_b"]', '/a_b and /a/b have the same key'],
    [{ '/a': 1 }, 'files./a', 'files./a cannot be 1'],
  ])('%j is refused', (files, field, message) => {
    expect(web(unchecked<Partial<WebServiceProps>>({ files })).findings).toMatchObject([
      { rule: 'input', field, message },
    ]);
  });
});

describe('a file that cannot be mounted', () => {
  const CREDENTIALS = { secret: 'api', keys: ['key'] };

  test.each<[Partial<WebServiceProps>, string, string]>([
    [{ files: { '/a': '', '/a/b': '' } }, 'files["/a"]', '/a is a file, and /a/b would be in it'],
    [
      { files: { '/data': '' }, scratch: [{ path: '/data/cache', size: '1Mi' }] },
      'files["/data"]',
      '/data is a file, and /data/cache would be in it',
    ],
    [
      { files: { '/etc/secrets/api/app.conf': '' } },
      'files["/etc/secrets/api/app.conf"]',
      '/etc/secrets/api is the read-only folder of a Secret',
    ],
  ])('%j', (props, field, message) => {
    const { findings } = shop((system) => {
      const api = new ExternalService(system, 'api', { host: 'api.example', port: 443, credentials: CREDENTIALS });
      new WebService(system, 'web', { ...WEB, ...props }).connectTo(api);
    });
    expect(findings).toMatchObject([{ rule: 'input', field, message }]);
  });

  test('one in a scratch folder can', () => {
    const props = { files: { '/data/app.conf': 'a' }, scratch: [{ path: '/data', size: '1Mi' }] };
    expect(web(props).findings).toEqual([]);
  });
});

describe('variables from Secrets', () => {
  const TOKEN = { secret: 'payments', key: 'token' };

  test('are beside those from the ConfigMap, and `secrets` lists the key', () => {
    const synthesis = web({ env: { LEVEL: 'info', TOKEN } });
    expect(synthesis.findings).toEqual([]);
    expect(at(container(synthesis), 'env')).toEqual([
      { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'payments', key: 'token' } } },
    ]);
    expect(at(configMap(synthesis, 'web-config-'), 'data')).toEqual({ LEVEL: 'info' });
    expect(listSecrets(synthesis.entries)).toMatchObject([{ name: 'payments', keys: ['token'] }]);
  });

  test('a field of the pod is one too, as the API server stores it; a field that no variable can have is refused', () => {
    const synthesis = web({ env: { POD_IP: { field: 'status.podIP' } } });
    expect(synthesis.findings).toEqual([]);
    expect(at(container(synthesis), 'env')).toEqual([
      { name: 'POD_IP', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.podIP' } } },
    ]);
    expect(errors(web(unchecked<Partial<WebServiceProps>>({ env: { PHASE: { field: 'status.phase' } } })))).toEqual([
      'input env.PHASE.field',
    ]);
  });

  test('a variable is not set by both', () => {
    const synthesis = shop((system) => {
      const api = new ExternalService(system, 'api', { host: 'api.example', port: 443 });
      new WebService(system, 'web', { ...WEB, env: { API_HOST: TOKEN } }).connectTo(api);
    });
    expect(errors(synthesis)).toEqual(['configuration-conflict API_HOST']);
  });

  test.each<[object, string]>([
    [{ secret: 'payments' }, 'env.TOKEN.key'],
    [{ secret: 'Payments', key: 'token' }, 'env.TOKEN.secret'],
    [{ secret: 'payments', kye: 'token' }, 'env.TOKEN.kye'],
  ])('%j is refused', (TOKEN, field) => {
    expect(web(unchecked<Partial<WebServiceProps>>({ env: { TOKEN } })).findings).toMatchObject([
      { rule: 'input', field },
    ]);
  });
});
