// F17: what Linux can pass to a process has no NUL, and at most 131,071 bytes in each text.
import { ApiObject } from 'cdk8s';
import { configMap, deployment, running } from '../../../lib/checks/examples';
import { WebService } from '../../../lib/constructs';
import type { Json } from '../../../lib/model/manifest/json';
import { errors, shop, WEB } from '../../support/synthesis';
import { fields, findings } from '../support';

const NUL = 'a\0b';
const CONTAINER = '/spec/template/spec/containers/0';
const envFrom = (name: string, prefix?: string): Json => ({
  configMapRef: { name },
  ...(prefix === undefined ? {} : { prefix }),
});
const envOf = (name: string, key: string): Json => ({ name, valueFrom: { configMapKeyRef: { name: 'web', key } } });

describe('a NUL', () => {
  test.each<[string, { readonly [key: string]: Json }, string]>([
    ['a variable', { env: [{ name: 'A', value: NUL }] }, '/env/0/value'],
    ['an argument', { args: ['a', NUL] }, '/args/1'],
    ['a command', { command: [NUL] }, '/command/0'],
    ['the command of a probe', { livenessProbe: { exec: { command: ['a', NUL] } } }, '/livenessProbe/exec/command/1'],
    [
      'the command of a hook',
      { lifecycle: { preStop: { exec: { command: [NUL] } } } },
      '/lifecycle/preStop/exec/command/0',
    ],
  ])('in %s is refused', (_, container, field) => {
    expect(fields('process-text', running(container))).toEqual([CONTAINER + field]);
  });

  test('in an init container is refused', () => {
    const pod = deployment({}, { initContainers: [{ name: 'init', args: [NUL] }] });
    expect(fields('process-text', pod)).toEqual(['/spec/template/spec/initContainers/0/args/0']);
  });

  test.each<[string, Json]>([
    ['envFrom', { envFrom: [envFrom('web')] }],
    ['envFrom with a prefix', { envFrom: [envFrom('web', 'P_')] }],
    ['configMapKeyRef', { env: [envOf('X', 'A')] }],
    ['both', { envFrom: [envFrom('web')], env: [envOf('X', 'A'), envOf('Y', 'A')] }],
  ])('in a ConfigMap that is read by %s is refused once, there', (_, container) => {
    const found = findings(
      'process-text',
      running(container as { [key: string]: Json }),
      configMap({ A: NUL, B: 'b' }),
    );
    expect(found.map(({ object, field }) => [object, field])).toEqual([['ConfigMap shop/web', '/data/A']]);
  });

  test('in a ConfigMap of two workloads is refused once', () => {
    const pod = (name: string) => deployment({}, { containers: [{ name: 'web', envFrom: [envFrom('web')] }] }, name);
    expect(fields('process-text', pod('a'), pod('b'), configMap({ A: NUL }))).toEqual(['/data/A']);
  });

  test.each<[string, Json]>([
    ['no container', {}],
    ['one key, which is another', { env: [envOf('X', 'B')] }],
    ['a container of another ConfigMap', { envFrom: [envFrom('other')] }],
    ['a file', { volumeMounts: [{ name: 'files', mountPath: '/files' }] }],
  ])('in a ConfigMap that is read by %s is not', (_, container) => {
    const volumes = [{ name: 'files', configMap: { name: 'web' } }];
    const pod = running(container as { [key: string]: Json }, { volumes });
    expect(fields('process-text', pod, configMap({ A: NUL, B: 'b' }))).toEqual([]);
  });
});

describe('the length', () => {
  test.each<[string, { readonly [key: string]: Json }, { readonly [key: string]: Json }]>([
    ['an argument', { args: ['x'.repeat(131_071)] }, { args: ['x'.repeat(131_072)] }],
    ['bytes, not characters', { args: ['ü'.repeat(65_535)] }, { args: ['ü'.repeat(65_536)] }],
    [
      'a variable with its name',
      { env: [{ name: 'AB', value: 'x'.repeat(131_068) }] },
      { env: [{ name: 'AB', value: 'x'.repeat(131_069) }] },
    ],
  ])('of %s', (_, fits, tooLong) => {
    expect(fields('process-text', running(fits))).toEqual([]);
    expect(fields('process-text', running(tooLong))).toHaveLength(1);
  });

  test('of a variable from a ConfigMap counts its prefix', () => {
    const long = configMap({ A: 'x'.repeat(131_069) });
    expect(fields('process-text', running({ envFrom: [envFrom('web')] }), long)).toEqual([]);
    const found = findings('process-text', running({ envFrom: [envFrom('web', 'P')] }), long);
    expect(found.map(({ message }) => message)).toEqual(['variable PA, with its name, has 131072 bytes']);
  });
});

describe('configure', () => {
  test.each<[string, string, string[]]>([
    ['a NUL', NUL, ['process-text /data/A']],
    ['131,072 bytes with the name', 'x'.repeat(131_070), ['process-text /data/A']],
    ['131,071 bytes with the name', 'x'.repeat(131_069), []],
  ])('with %s', (_, value, expected) => {
    const synthesis = shop((system) => new WebService(system, 'web', { ...WEB, env: { A: value } }));
    expect(errors(synthesis)).toEqual(expected);
  });

  test('a ConfigMap that no container has as variables may hold both', () => {
    const data = { nul: NUL, long: 'x'.repeat(200_000) };
    const synthesis = shop((system) => {
      new ApiObject(system, 'files', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'files' }, data });
    });
    expect(errors(synthesis)).toEqual([]);
  });
});
