// Overrides: lossless on the final JSON; one that cannot be made, or that makes nothing, is an error.
import { ApiObject } from 'cdk8s';
import { type Overrides, override, WebService } from '../../../lib/constructs';
import type { Json } from '../../../lib/model';
import { formatPath, parsePath } from '../../../lib/synth/object/path';
import { at, errors, find, shop, WEB } from '../../support/synthesis';

function overridden(
  change: (overrides: Overrides) => void,
  pick: (service: WebService) => ApiObject = (web) => web.deployment,
) {
  return shop((system) => change(override(pick(new WebService(system, 'web', WEB)))));
}

const CONTAINER = 'spec.template.spec.containers[web]';

function container(synthesis: ReturnType<typeof overridden>) {
  return at(find(synthesis, 'Deployment', 'web'), 'spec', 'template', 'spec', 'containers', 0);
}

describe('changes', () => {
  test('set: a field that exists, and one that is new below a parent that exists', () => {
    const synthesis = overridden((it) => it.set('spec.minReadySeconds', 15).set('spec.revisionHistoryLimit', 5));
    expect(synthesis.findings).toEqual([]);
    expect(find(synthesis, 'Deployment', 'web').spec).toMatchObject({ minReadySeconds: 15, revisionHistoryLimit: 5 });
  });

  test('list items are named by their merge key, keys with dots are quoted', () => {
    const synthesis = overridden((it) =>
      it
        .replace(`${CONTAINER}.imagePullPolicy`, 'IfNotPresent')
        .set('metadata.annotations["example.com/team"]', 'shop')
        .set(`${CONTAINER}.ports[8080].hostIP`, '127.0.0.1')
        .replace('spec.template.spec.topologySpreadConstraints[kubernetes.io/hostname].maxSkew', 2),
    );
    expect(errors(synthesis)).toEqual(['override metadata.annotations["example.com/team"]']);
    const annotated = shop((system) => {
      const { deployment } = new WebService(system, 'web', { ...WEB, security: { serviceAccountToken: 'x' } });
      override(deployment).set('metadata.annotations["example.com/team"]', 'shop');
    });
    expect(at(find(annotated, 'Deployment', 'web'), 'metadata', 'annotations', 'example.com/team')).toBe('shop');
  });

  test('remove: a field, and an item of a list', () => {
    const synthesis = overridden((it) =>
      it
        .remove(`${CONTAINER}.livenessProbe`)
        .remove('spec.template.spec.topologySpreadConstraints[kubernetes.io/hostname]'),
    );
    expect(synthesis.findings).toEqual([]);
    expect(container(synthesis)).not.toHaveProperty('livenessProbe');
    expect(
      at(find(synthesis, 'Deployment', 'web'), 'spec', 'template', 'spec', 'topologySpreadConstraints'),
    ).toHaveLength(1);
  });

  test('a list without a merge key is addressed by index', () => {
    const synthesis = overridden((it) => it.replace(`${CONTAINER}.securityContext.capabilities.drop[0]`, 'NET_RAW'));
    expect(at(container(synthesis), 'securityContext', 'capabilities', 'drop')).toEqual(['NET_RAW']);
  });

  test('D1: append adds an item to the end of a list, or makes the list', () => {
    const proxy = { name: 'proxy', image: 'registry.example/proxy:1' };
    const synthesis = overridden((it) =>
      it
        .append('spec.template.spec.containers', proxy)
        .append('spec.template.spec.containers[proxy].args', '--listen')
        .append('spec.template.spec.containers[proxy].args', '8081'),
    );
    expect(at(find(synthesis, 'Deployment', 'web'), 'spec', 'template', 'spec', 'containers', 1)).toEqual({
      ...proxy,
      args: ['--listen', '8081'],
    });
    expect(errors(synthesis).filter((error) => error.startsWith('override'))).toEqual([]);
  });

  test('set adds an item that is named by its merge key', () => {
    const synthesis = overridden((it) =>
      it
        .set(`${CONTAINER}.env[MODE]`, { name: 'MODE', value: 'slow' })
        .set(`${CONTAINER}.ports[9090]`, { name: 'admin', containerPort: 9090, protocol: 'TCP' }),
    );
    expect(errors(synthesis)).toEqual([`override ${CONTAINER}.env[MODE]`]);
    expect(at(container(synthesis), 'ports')).toHaveLength(2);
  });

  test('objects are reached by name', () => {
    const synthesis = shop((system) => {
      const web = new WebService(system, 'web', { ...WEB, size: { min: 3, max: 6, cpu: 0.6 } });
      const label = 'metadata.labels.team';
      for (const object of [
        web.autoscaler,
        web.disruptionBudget,
        web.networkPolicy,
        web.serviceAccount,
        web.service,
        system.namespaceObject,
      ]) {
        if (object !== undefined) override(object).set(label, 'shop');
      }
      expect(new WebService(system, 'single', { ...WEB, size: { replicas: 1 } }).autoscaler).toBeUndefined();
    });
    const labelled = synthesis.objects.filter(
      ({ entry }) => at(entry.manifest, 'metadata', 'labels', 'team') === 'shop',
    );
    expect(labelled.map(({ entry }) => entry.identity.kind).sort()).toEqual([
      'HorizontalPodAutoscaler',
      'Namespace',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'Service',
      'ServiceAccount',
    ]);
  });

  test('the order of calls is the order of changes', () => {
    const synthesis = overridden((it) => it.set('spec.minReadySeconds', 11).set('spec.minReadySeconds', 12));
    expect(find(synthesis, 'Deployment', 'web').spec).toMatchObject({ minReadySeconds: 12 });
  });

  test('the overridden object is what the checks see', () => {
    expect(errors(overridden((it) => it.set(`${CONTAINER}.ports[8080].containerPort`, 0)))).toContain(
      'port-range /spec/template/spec/containers/0/ports/0/containerPort',
    );
  });
});

describe('fields that the types do not know are kept, and listed as unchecked', () => {
  test('a native sidecar, a new field, and a value of any shape', () => {
    const sidecar = {
      name: 'proxy',
      image: 'registry.example/proxy:1',
      restartPolicy: 'Always',
      resources: { requests: { cpu: '10m', memory: '16Mi' } },
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    };
    const synthesis = overridden((it) =>
      it.set('spec.template.spec.initContainers', [sidecar]).set('spec.template.spec.futureField', { a: [{ b: 1 }] }),
    );
    expect(at(find(synthesis, 'Deployment', 'web'), 'spec', 'template', 'spec')).toMatchObject({
      initContainers: [sidecar],
      futureField: { a: [{ b: 1 }] },
    });
    expect(synthesis.findings.map(({ rule, severity, field }) => `${severity} ${rule} ${field}`)).toEqual([
      'note unchecked-field /spec/template/spec/futureField',
      'note unchecked-field /spec/template/spec/initContainers/0/restartPolicy',
    ]);
  });

  test('fields that they do know are not listed, quantities and ports among them', () => {
    const synthesis = overridden((it) =>
      it
        .set(`${CONTAINER}.resources.limits.cpu`, '2')
        .set(`${CONTAINER}.readinessProbe.httpGet.scheme`, 'HTTPS')
        .set('spec.template.spec.hostAliases', [{ ip: '10.0.0.1', hostnames: ['a'] }]),
    );
    expect(synthesis.findings).toEqual([]);
  });

  // F31: jsii spells them hostPid, clusterIp
  test('fields with acronyms are known, in the spelling of the API only', () => {
    const listed = (change: (it: Overrides) => void) =>
      overridden(change)
        .findings.filter(({ rule }) => rule === 'unchecked-field')
        .map(({ field }) => field);
    const pod = (field: string, value: Json) => listed((it) => it.set(`spec.template.spec.${field}`, value));
    for (const field of ['hostPID', 'hostIPC', 'setHostnameAsFQDN']) expect(pod(field, true)).toEqual([]);
    expect(pod('hostAliases', [{ ip: '10.0.0.1' }])).toEqual([]);
    expect(pod('volumes', [{ name: 'a', downwardAPI: {}, scaleIO: {} }])).toEqual([]);
    for (const field of ['hostPid', 'hostpid', 'HostPID']) {
      expect(pod(field, true)).toEqual([`/spec/template/spec/${field}`]);
    }
    const service = (field: string, value: Json) =>
      shop((system) => {
        const made = new ApiObject(system, 'x', {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: 'x' },
          spec: { ports: [{ port: 80 }] },
        });
        override(made).set(`spec.${field}`, value);
      }).findings.filter(({ rule }) => rule === 'unchecked-field');
    for (const field of ['clusterIP', 'loadBalancerIP']) expect(service(field, '10.0.0.1')).toEqual([]);
    expect(service('sessionAffinityConfig', { clientIP: { timeoutSeconds: 5 } })).toEqual([]);
    expect(service('clusterIp', '10.0.0.1')).toHaveLength(1);
  });
});

describe('refused, with the expected path or value', () => {
  test.each<[string, (it: Overrides) => void, string, string]>([
    [
      'a path that does not exist',
      (it) => it.set('spec.template.speck.x', 1),
      'the path does not exist',
      'of spec.template, which has metadata, spec',
    ],
    [
      'an item that does not exist',
      (it) => it.set('spec.template.spec.containers[wep].image', 'a'),
      'the path does not exist',
      'is a list of [web]',
    ],
    [
      'replace of a field that does not exist',
      (it) => it.replace('spec.paused', true),
      'replace needs an existing field',
      'of spec, which has minReadySeconds',
    ],
    [
      'remove of a field that does not exist',
      (it) => it.remove('spec.paused'),
      'remove needs an existing field',
      'of spec, which has minReadySeconds',
    ],
    [
      'the same value',
      (it) => it.set('spec.replicas', 3),
      'the field already has this value',
      'another value, or no override',
    ],
    [
      'a path below a number',
      (it) => it.set('spec.replicas.x', 3),
      'the path does not exist',
      'of spec.replicas, which is 3',
    ],
    [
      'an item that the list has',
      (it) => it.append('spec.template.spec.containers', { name: 'web' }),
      'has an item [web] already',
      "replace('spec.template.spec.containers[web]', …)",
    ],
    [
      'an item for what is not a list',
      (it) => it.append('spec.replicas', 3),
      'spec.replicas is not a list',
      'set(path, value)',
    ],
    [
      'a new item of another name',
      (it) => it.set('spec.template.spec.containers[proxy]', { name: 'porxy' }),
      'the new item has no name proxy',
      '{ name: proxy, … }',
    ],
    ['no path', (it) => it.set('spec..x', 3), 'not a valid path', 'spec.template.spec.containers[web].image'],
    ['an empty path', (it) => it.set('', 3), 'not a valid path', 'a path such as'],
  ])('%s', (_, change, message, expected) => {
    const { findings } = overridden(change);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      rule: 'override',
      severity: 'error',
      construct: 'mumbai/shop-production/web/deployment',
      message: expect.stringContaining(message),
      expected: expect.stringContaining(expected),
      source: { file: expect.stringContaining('override.test.ts') },
    });
  });

  test('an inherited name is not a field', () => {
    expect(errors(overridden((it) => it.replace('spec.constructor', 1)))).toEqual(['override spec.constructor']);
    const synthesis = overridden((it) => it.set('spec["__proto__"]', { polluted: true }));
    expect(Object.hasOwn({}, 'polluted')).toBe(false);
    expect(synthesis.findings).toMatchObject([{ rule: 'unchecked-field' }]);
  });
});

test.each(['spec.a', 'spec.containers[web].image', 'metadata.annotations["a.b/c"].d', 'a[0][1]', '["x.y"]'])(
  'the path %s is read and written alike',
  (path) => expect(formatPath(parsePath(path) ?? [])).toBe(path),
);
