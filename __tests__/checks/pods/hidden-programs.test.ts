// A scratch folder, or a volume that begins empty, over the program of the image: refused where the command says so.

import { deployment, object, running } from '../../../lib/checks/examples';
import { StatefulService, WebService, type WebServiceProps } from '../../../lib/constructs';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { shop, WEB } from '../../support/synthesis';
import { fields } from '../support';

const RULE = 'hidden-program';
const hidden = (props: Partial<WebServiceProps>) =>
  shop((system) => void new WebService(system, 'web', { ...WEB, ...props })).findings.filter(
    ({ rule }) => rule === RULE,
  );
const at = (path: string) => ({ scratch: [{ path, size: '1Mi' }] });

test.each<[string, string, string[], string]>([
  ['its folder', '/app', ['/app/server'], '/app/server'],
  ['a folder above', '/srv/', ['/srv/app/bin/server'], '/srv/app/bin/server'],
  ['what an interpreter runs', '/app', ['node', '--enable-source-maps', '/app/server.js'], '/app/server.js'],
  ['a jar', '/app', ['java', '-jar', '/app/app.jar'], '/app/app.jar'],
  ['what is after an option with a file', '/app', ['node', '-r', '/opt/otel.js', '/app/server.js'], '/app/server.js'],
  ['behind an init', '/app', ['tini', '--', '/app/server'], '/app/server'],
  ['a script', '/app', ['sh', '-c', 'exec /app/server --port 80'], '/app/server'],
])('scratch over %s is refused', (_, path, command, program) => {
  expect(hidden({ ...at(path), command })).toEqual([
    expect.objectContaining({
      field: expect.stringMatching(/volumeMounts\/\d\/mountPath$/),
      message: `the empty folder ${path} hides ${program} of the image`,
      source: expect.objectContaining({ file: '__tests__/checks/pods/hidden-programs.test.ts' }),
    }),
  ]);
});

test('args belong to the command', () => {
  expect(hidden({ ...at('/app'), command: ['node'], args: ['/app/server.js'] })).toHaveLength(1);
  expect(hidden({ ...at('/app'), args: ['/app/server.js'] })).toEqual([]);
});

test.each<[string, string, string[]]>([
  ['beside the program', '/app/cache', ['/app/server']],
  ['whose name only begins alike', '/app', ['/app-server/run']],
  ['for an output', '/app', ['/bin/server', '--socket', '/app/web.sock']],
  ['for an output of an interpreter', '/tmp', ['node', '--report-directory', '/tmp/reports', '/app/server.js']],
  ['for an agent', '/opt', ['java', '-javaagent:/opt/otel.jar', '-jar', '/app/app.jar']],
  ['for what is preloaded', '/opt', ['node', '--require=/opt/x.js', '/app/server.js']],
  ['of a script', '/app', ['sh', '-c', 'cp /dist/server /app/server && /app/server']],
  ['in a folder that is not known', '/app', ['./server']],
])('scratch %s is not', (_, path, command) => {
  expect(hidden({ ...at(path), command })).toEqual([]);
});

test('what another container, or a file, puts there is not hidden', () => {
  const command = ['/app/server'];
  const mounts = ['/app'];
  const one = { image: 'copy:1', resources: { cpu: '10m', memory: '16Mi' }, mounts };
  expect(hidden({ ...at('/app'), command, initContainers: { copy: { ...one, seconds: 5 } } })).toEqual([]);
  expect(hidden({ ...at('/app'), command, files: { '/app/server': '#!/bin/sh\n' } })).toEqual([]);
});

test('a sidecar is judged as the component is', () => {
  const sidecar = { image: 'proxy:1', resources: { cpu: '10m', memory: '16Mi' }, command: ['/tmp/proxy'] };
  expect(hidden({ sidecars: { proxy: sidecar } })).toHaveLength(1);
});

test('a claim that begins empty hides it; one that others fill, or made elsewhere, need not', () => {
  const volumes = [{ name: 'work', persistentVolumeClaim: { claimName: 'site' } }];
  const volumeMounts = [{ name: 'work', mountPath: '/app' }];
  const web = running({ command: ['/app/server'], volumeMounts }, { volumes });
  const claim = (spec: JsonObject = {}) => object('v1', 'PersistentVolumeClaim', 'site', { spec });
  expect(fields(RULE, web, claim())).toHaveLength(1);
  expect(fields(RULE, web, claim({ dataSource: { kind: 'VolumeSnapshot', name: 'site' } }))).toEqual([]);
  expect(fields(RULE, web, claim(), deployment({}, { volumes }, 'fill'))).toEqual([]);
  expect(fields(RULE, web)).toEqual([]);
});

test('a claim that takes a volume that someone made need not begin empty', () => {
  const volumes = [{ name: 'work', persistentVolumeClaim: { claimName: 'site' } }];
  const web = running({ command: ['/app/server'], volumeMounts: [{ name: 'work', mountPath: '/app' }] }, { volumes });
  const claim = (spec: JsonObject = {}) => object('v1', 'PersistentVolumeClaim', 'site', { spec });
  const volume = (spec: JsonObject): JsonObject => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'site' },
    spec,
  });
  const kept = (name: string, namespace = 'shop') => volume({ claimRef: { name, namespace } });
  expect(fields(RULE, web, claim({ selector: { matchLabels: { site: 'shop' } } }))).toEqual([]);
  expect(fields(RULE, web, claim({ storageClassName: '' }))).toEqual([]);
  expect(fields(RULE, web, claim({ storageClassName: 'fast' }))).toHaveLength(1);
  expect(fields(RULE, web, claim(), kept('site'))).toEqual([]);
  expect(fields(RULE, web, claim(), kept('other'))).toHaveLength(1);
  expect(fields(RULE, web, claim(), kept('site', 'other'))).toHaveLength(1);
  expect(fields(RULE, web, claim({ storageClassName: 'by-hand' }), volume({ storageClassName: 'by-hand' }))).toEqual(
    [],
  );
  expect(fields(RULE, web, claim({ storageClassName: 'fast' }), volume({ storageClassName: 'by-hand' }))).toHaveLength(
    1,
  );

  const set = object('apps/v1', 'StatefulSet', 'db', {
    spec: {
      selector: { matchLabels: { app: 'db' } },
      template: {
        metadata: { labels: { app: 'db' } },
        spec: {
          containers: [
            { name: 'db', image: 'db:1', command: ['/app/db'], volumeMounts: [{ name: 'd', mountPath: '/app' }] },
          ],
        },
      },
      volumeClaimTemplates: [{ metadata: { name: 'd' }, spec: {} }],
    },
  });
  expect(fields(RULE, set, kept('d-db-0'))).toEqual([]);
  expect(fields(RULE, set, kept('d-cart-0'))).toHaveLength(1);
});

test('so does the claim of each pod', () => {
  const { findings } = shop(
    (system) =>
      void new StatefulService(system, 'db', {
        ...WEB,
        image: 'db:1',
        port: 5432,
        size: { replicas: 1 },
        claims: { '/app': { size: '1Gi' } },
        command: ['/app/server'],
        survives: { zones: 0, because: 'a test' },
      } as never),
  );
  expect(findings.filter(({ rule }) => rule === RULE)).toHaveLength(1);
});

test.each<[string, string[]]>([
  ['a program', ['./server']],
  ['what an interpreter runs', ['node', 'server.js']],
  ['a jar', ['java', '-jar', 'app.jar']],
])('%s is looked for in the working directory of a manifest', (_, command) => {
  const pod = (mountPath: string): JsonObject =>
    running(
      { command, workingDir: '/app', volumeMounts: [{ name: 'work', mountPath }] },
      { volumes: [{ name: 'work', emptyDir: {} }] },
    );
  expect(fields(RULE, pod('/app'))).toHaveLength(1);
  expect(fields(RULE, pod('/app/data'))).toEqual([]);
});

test('a program without a folder is on the path of the image', () => {
  const mounted = { workingDir: '/app', volumeMounts: [{ name: 'work', mountPath: '/app' }] };
  const pod = running({ command: ['server'], ...mounted }, { volumes: [{ name: 'work', emptyDir: {} }] });
  expect(fields(RULE, pod)).toEqual([]);
});
