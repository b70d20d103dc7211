// Kinds that a cluster has only by a capability.
import { ApiObject } from 'cdk8s';
import type { System } from '../../../lib/constructs';
import { errors, shop, TWO_ZONES } from '../../support/synthesis';

const place = (apiVersion: string, kind: string) => (system: System) => {
  new ApiObject(system, 'object', { apiVersion, kind, metadata: { name: 'object' } });
};

test.each([
  ['keda.sh/v1alpha1', 'ScaledJob', 'keda'],
  ['cert-manager.io/v1', 'Certificate', 'cert-manager'],
  ['monitoring.coreos.com/v1', 'ServiceMonitor', 'prometheus-operator'],
  ['gateway.networking.k8s.io/v1', 'GRPCRoute', 'gateway-api'],
  ['velero.io/v1', 'Schedule', 'velero'],
  ['postgresql.cnpg.io/v1', 'Cluster', 'cloudnative-pg'],
  ['externaldns.k8s.io/v1alpha1', 'DNSEndpoint', 'external-dns'],
] as const)('%s %s wants %s', (apiVersion, kind, capability) => {
  expect(shop(place(apiVersion, kind)).findings).toMatchObject([
    {
      rule: 'capability',
      construct: 'mumbai/shop-production/object',
      value: apiVersion,
      expected: expect.stringContaining(`'${capability}'`),
    },
  ]);
  const cluster = { ...TWO_ZONES, capabilities: [capability] };
  expect(errors(shop(place(apiVersion, kind), { cluster })).filter((one) => one.startsWith('capability'))).toEqual([]);
});

test('an unknown kind needs no capability', () => {
  expect(errors(shop(place('example.com/v1', 'Widget'))).filter((one) => one.startsWith('capability'))).toEqual([]);
});
