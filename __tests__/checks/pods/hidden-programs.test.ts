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

test('a relative program is looked for in the working directory of a manifest', () => {
  const pod = (mountPath: string): JsonObject =>
    running(
      { command: ['./server'], workingDir: '/app', volumeMounts: [{ name: 'work', mountPath }] },
      { volumes: [{ name: 'work', emptyDir: {} }] },
    );
  expect(fields(RULE, pod('/app'))).toHaveLength(1);
  expect(fields(RULE, pod('/app/data'))).toEqual([]);
});
