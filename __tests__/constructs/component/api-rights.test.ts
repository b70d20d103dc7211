// Rights at the Kubernetes API: a Role, its binding and a token, for a reason.

import { type ApiRights, Worker } from '../../../lib/constructs';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { at, find, shop } from '../../support/synthesis';
import { unchecked } from '../../support/unchecked';

const LEASES: ApiRights = {
  group: 'coordination.k8s.io',
  resources: ['leases'],
  verbs: ['get', 'create', 'update'],
  because: 'elects a leader',
};

const mailer = (...rights: ApiRights[]): Synthesis =>
  shop((system) => {
    const worker = new Worker(system, 'mailer', {
      image: 'registry.example/shop/mailer:1',
      resources: { cpu: '100m', memory: '64Mi' },
      probes: { bootSeconds: 10 },
      size: { replicas: 2 },
    });
    for (const one of rights) worker.mayCall(one);
  });

test('are a Role for its ServiceAccount, a token and the reason (15)', () => {
  const synthesis = mailer(LEASES, {
    resources: ['configmaps'],
    names: ['flags'],
    verbs: ['get'],
    because: 'reads flags',
  });
  expect(synthesis.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(at(find(synthesis, 'Role', 'mailer'), 'rules')).toEqual([
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
    { apiGroups: [''], resources: ['configmaps'], verbs: ['get'], resourceNames: ['flags'] },
  ]);
  expect(find(synthesis, 'RoleBinding', 'mailer')).toMatchObject({
    roleRef: { kind: 'Role', name: 'mailer' },
    subjects: [{ kind: 'ServiceAccount', name: 'mailer', namespace: 'shop-production' }],
  });
  const deployment = find(synthesis, 'Deployment', 'mailer');
  expect(at(deployment, 'spec', 'template', 'spec', 'automountServiceAccountToken')).toBe(true);
  expect(at(deployment, 'metadata', 'annotations', 'evenkeel.dev/service-account-token')).toBe(
    'elects a leader; reads flags',
  );
});

test('without any there is neither Role nor token', () => {
  const synthesis = mailer();
  expect(() => find(synthesis, 'Role', 'mailer')).toThrow();
  expect(at(find(synthesis, 'Deployment', 'mailer'), 'spec', 'template', 'spec', 'automountServiceAccountToken')).toBe(
    false,
  );
});

test('that lead to others are refused as those of any Role', () => {
  const { findings } = mailer({ resources: ['secrets'], verbs: ['list'], because: 'looks around' });
  expect(findings).toContainEqual(expect.objectContaining({ rule: 'rbac-secrets', severity: 'error' }));
});

test.each<[string, object, string]>([
  ['no reason', { resources: ['leases'], verbs: ['get'] }, 'mayCall.because'],
  ['no verb', { ...LEASES, verbs: [] }, 'mayCall.verbs'],
  ['a misspelt key', { ...LEASES, resource: ['leases'] }, 'mayCall.resource'],
])('%s is refused', (_, rights, field) => {
  expect(mailer(unchecked<ApiRights>(rights)).findings).toMatchObject([{ rule: 'input', field }]);
});
