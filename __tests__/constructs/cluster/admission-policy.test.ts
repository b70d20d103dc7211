// F9: one admission policy a cluster refuses what RBAC cannot, and admits what the manifests themselves have. E23 asks an API server.
import { ApiObject } from 'cdk8s';
import { DnsRecord, override, WebService } from '../../../lib/constructs';
import type { JsonObject, Minor } from '../../../lib/model';
import { at, find, type Surroundings, shop, TWO_ZONES, WEB } from '../../support/synthesis';

const on = (kubernetes: Minor): Surroundings => ({ cluster: { ...TWO_ZONES, kubernetes } });

const exposed = (build: (web: WebService) => void = () => {}, surroundings: Surroundings = {}) =>
  shop((system) => {
    const web = new WebService(system, 'web', WEB).exposeAt(['shop.example', 'www.shop.example']);
    build(web);
  }, surroundings);

type Synthesis = ReturnType<typeof shop>;

const policy = (synthesis: Synthesis) => find(synthesis, 'ValidatingAdmissionPolicy', 'evenkeel');
const written = (synthesis: Synthesis) => at(policy(synthesis), 'spec', 'variables', 0, 'expression');
const expressions = (synthesis: Synthesis): string => JSON.stringify(at(policy(synthesis), 'spec', 'validations'));

describe('F9: where it is', () => {
  test('one policy and its binding, in the file of the cluster, from the first minor that serves it', () => {
    const { files, findings } = exposed(undefined, on('1.30'));
    expect(findings).toEqual([]);
    expect(files.get('00-cluster.yaml')?.match(/^kind: ValidatingAdmission\w+$/gm)).toEqual([
      'kind: ValidatingAdmissionPolicy',
      'kind: ValidatingAdmissionPolicyBinding',
    ]);
    expect([...exposed(undefined, on('1.29')).files.values()].join('')).not.toContain('Admission');
  });

  test('it is bound to the namespaces that have our label, and those have it', () => {
    const synthesis = exposed();
    const label = { 'app.kubernetes.io/managed-by': 'evenkeel' };
    expect(at(find(synthesis, 'ValidatingAdmissionPolicyBinding', 'evenkeel'), 'spec')).toEqual({
      policyName: 'evenkeel',
      validationActions: ['Deny'],
      matchResources: { matchPolicy: 'Equivalent', namespaceSelector: { matchLabels: label }, objectSelector: {} },
    });
    expect(at(find(synthesis, 'Namespace', 'shop-production'), 'metadata', 'labels')).toMatchObject(label);
  });
});

test('it has all that the API server would add: without it, applying it again would change it or meet a conflict (E1b)', () => {
  const synthesis = exposed((web) => web.exposeAt('late.example'));
  const constraints = at(find(synthesis, 'ValidatingAdmissionPolicy', 'evenkeel'), 'spec', 'matchConstraints');
  expect(constraints).toMatchObject({ matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} });
  const rules = [0, 1, 2, 3, 4].map((index) => at(constraints, 'resourceRules', index, 'scope'));
  expect(rules).toEqual(['*', '*', '*', '*', '*']);
});

describe('F9: what it admits', () => {
  test('the hosts of the final objects, by namespace', () => {
    const synthesis = exposed((web) => {
      web.exposeAt('late.example');
      const exposure = web.node.findChild('exposure').node.findChild('ingress');
      if (ApiObject.isApiObject(exposure)) override(exposure).set('spec.rules[0].host', 'shop.overridden.example');
    });
    expect(written(synthesis)).toBe(
      '{\n  "shop-production": ["late.example", "shop.example", "shop.overridden.example", "www.shop.example"]\n}',
    );
  });

  test('a namespace without hosts has an empty list, so that no host is admitted there', () => {
    expect(written(shop((system) => new WebService(system, 'web', WEB)))).toBe('{\n  "shop-production": []\n}');
  });

  const object = (apiVersion: string, kind: string, spec: JsonObject, annotations: JsonObject = {}) =>
    shop((system) => {
      const metadata = {
        name: 'more',
        annotations: Object.fromEntries(Object.entries(annotations).map(([key, value]) => [key, String(value)])),
      };
      new ApiObject(system, 'more', { apiVersion, kind, metadata, spec });
    });
  const gateway = 'gateway.networking.k8s.io/v1';

  test.each<[string, Synthesis, string]>([
    ['a route', object(gateway, 'HTTPRoute', { hostnames: ['a.example'] }), '["a.example"]'],
    ['a route without hosts stands for every host', object(gateway, 'HTTPRoute', {}), '[""]'],
    ['a listener', object(gateway, 'Gateway', { listeners: [{ hostname: '*.a.example' }, {}] }), '["", "*.a.example"]'],
    ['a certificate', object('cert-manager.io/v1', 'Certificate', { dnsNames: ['a.example'] }), '["a.example"]'],
    [
      'a default backend and TLS',
      object('networking.k8s.io/v1', 'Ingress', { defaultBackend: {}, tls: [{ hosts: ['a.example'] }] }),
      '["", "a.example"]',
    ],
    [
      'an alias',
      object(
        'networking.k8s.io/v1',
        'Ingress',
        { rules: [{ host: 'a.example' }] },
        { 'nginx.ingress.kubernetes.io/server-alias': 'b.example, c.example' },
      ),
      '["a.example", "b.example", "c.example"]',
    ],
    [
      'a record',
      object('externaldns.k8s.io/v1alpha1', 'DNSEndpoint', { endpoints: [{ dnsName: 'a.example' }] }),
      '["a.example"]',
    ],
  ])('%s', (_, synthesis, hosts) => {
    expect(written(synthesis)).toBe(`{\n  "shop-production": ${hosts}\n}`);
  });

  test('a record that external-dns writes', () => {
    const synthesis = shop(
      (system) => new DnsRecord(system, 'cdn', { hosts: ['www.shop.example'], target: 'cdn.example' }),
      { cluster: { ...TWO_ZONES, capabilities: ['external-dns'] } },
    );
    expect(written(synthesis)).toBe('{\n  "shop-production": ["www.shop.example"]\n}');
  });

  test('external addresses and priorities of Kubernetes: only those that have their reason', () => {
    expect(expressions(exposed())).toContain('object.spec.?externalIPs.orValue([]).all(address, false)');
    const synthesis = shop((system) => {
      const web = new WebService(system, 'web', WEB);
      override(web.service).set('spec.externalIPs', ['192.0.2.7']);
      web.service.metadata.addAnnotation('evenkeel.dev/service-external-ips-reason', 'the router sends it here');
      override(web.deployment).set('spec.template.spec.priorityClassName', 'system-cluster-critical');
      web.deployment.metadata.addAnnotation('evenkeel.dev/priority-system-reason', 'the cluster depends on it');
    });
    expect(synthesis.findings).toEqual([]);
    const text = expressions(synthesis).replaceAll('\\"', '"');
    expect(text).toContain('address in { "shop-production": ["192.0.2.7"] }[request.namespace]');
    expect(text).toContain(
      'object.spec.priorityClassName in { "shop-production": ["system-cluster-critical"] }[request.namespace]',
    );
  });
});
