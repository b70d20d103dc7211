// A StoredSecret: an ExternalSecret where the cluster can make it, otherwise the same name, made by hand.

import { listSecrets } from '../../../lib/analysis/access/secrets';
import { ExternalService, StoredSecret, type System, WebService } from '../../../lib/constructs';
import { type ClusterDescription, type ClusterProps, eks } from '../../../lib/model';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { at, errors, find, SUBNETS, shop, WEB } from '../../support/synthesis';
import { unchecked } from '../../support/unchecked';

const STORE = { secretStore: { name: 'vault' } };

const cluster = (more: Partial<ClusterProps> = STORE): ClusterDescription =>
  eks({
    region: 'ap-south-1',
    zones: ['ap-south-1a', 'ap-south-1b'],
    kubernetes: '1.36',
    ...SUBNETS,
    capabilities: ['external-secrets'],
    ...more,
  });
const BY_HAND = cluster({ capabilities: [] });

const KEYS = { token: 'prod/payments#token', cert: 'prod/payments-cert' };

function payments(on: ClusterDescription, build: (secret: StoredSecret, system: System) => void = () => {}): Synthesis {
  return shop((system) => build(new StoredSecret(system, 'payments', { keys: KEYS }), system), { cluster: on });
}

const user = (secret: StoredSecret, system: System) => {
  const web = new WebService(system, 'web', {
    ...WEB,
    env: { PAYMENTS_TOKEN: secret.key('token') },
    volumes: { '/etc/payments': secret },
  });
  const bank = { host: 'bank.example', port: 443, tls: true, credentials: secret };
  web.connectTo(new ExternalService(system, 'bank', bank));
};

const secretsOf = ({ objects }: Synthesis) => listSecrets(objects.map(({ entry }) => entry));

test('13: with external-secrets it is an ExternalSecret with the defaults that the API server would add', () => {
  const synthesis = payments(cluster(), user);
  expect(synthesis.findings).toEqual([]);
  const defaults = { conversionStrategy: 'Default', decodingStrategy: 'None', metadataPolicy: 'None' };
  expect(find(synthesis, 'ExternalSecret', 'payments')).toMatchObject({
    apiVersion: 'external-secrets.io/v1',
    spec: {
      refreshInterval: '1h0m0s',
      secretStoreRef: { name: 'vault', kind: 'ClusterSecretStore' },
      target: { name: 'payments', creationPolicy: 'Owner', deletionPolicy: 'Retain' },
      data: [
        { secretKey: 'token', remoteRef: { key: 'prod/payments', property: 'token', ...defaults } },
        { secretKey: 'cert', remoteRef: { key: 'prod/payments-cert', ...defaults } },
      ],
    },
  });
  expect(secretsOf(synthesis)).toMatchObject([
    {
      name: 'payments',
      keys: ['cert', 'token'],
      madeBy: 'external-secrets.io/ExternalSecret shop-production/payments',
    },
  ]);
});

test('13: without it no object is written, and the same Secret is made by hand', () => {
  const synthesis = payments(BY_HAND, user);
  expect(synthesis.findings).toEqual([]);
  expect(synthesis.objects.map(({ entry }) => entry.identity.kind)).not.toContain('ExternalSecret');
  const [need, ...more] = secretsOf(synthesis);
  expect(more).toEqual([]);
  expect(need).toMatchObject({ name: 'payments', keys: ['cert', 'token'] });
  expect(need).not.toHaveProperty('madeBy');
});

test('it is the platform team’s to apply: it reads what the store gives', () => {
  const { files } = payments(cluster(), user);
  const holding = [...files].filter(([, text]) => text.includes('kind: ExternalSecret')).map(([path]) => path);
  expect(holding).toEqual(['05-shop-production.yaml']);
});

test('a store in each namespace', () => {
  const synthesis = payments(cluster({ secretStore: { name: 'own', kind: 'SecretStore' } }));
  expect(at(find(synthesis, 'ExternalSecret', 'payments'), 'spec', 'secretStoreRef')).toEqual({
    name: 'own',
    kind: 'SecretStore',
  });
});

test('the capability without a store is refused', () => {
  const synthesis = payments(cluster({}));
  expect(synthesis.findings).toMatchObject([
    { rule: 'secret-store', severity: 'error', expected: 'in clusters.mumbai, secretStore: { name }' },
  ]);
});

test.each<[string, Partial<ClusterProps>, string]>([
  ['a store without the capability', { ...STORE, capabilities: [] }, 'secretStore'],
  ['an issuer without cert-manager', { ...STORE, issuer: { name: 'letsencrypt' } }, 'issuer'],
  ['a kind that does not exist', unchecked({ secretStore: { name: 'a', kind: 'Store' } }), 'secretStore.kind'],
  ['a store without a name', unchecked({ secretStore: {} }), 'secretStore.name'],
])('%s is refused', (_, more, field) => {
  const { findings } = payments(cluster(more));
  expect(findings.filter(({ severity }) => severity === 'error')).toMatchObject([
    { field: expect.stringContaining(field) },
  ]);
});

test.each<[string, object, string]>([
  ['no keys', {}, 'keys'],
  ['a key with a blank', { 'a b': 'x' }, 'keys.a b'],
  ['a place without a property', { token: 'prod/payments#' }, 'keys.token'],
  ['an empty place', { token: '' }, 'keys.token'],
])('%s is refused', (_, keys, field) => {
  const synthesis = shop((system) => void new StoredSecret(system, 'payments', unchecked({ keys })), {
    cluster: cluster(),
  });
  expect(synthesis.findings).toMatchObject([{ rule: 'input', field }]);
});

test('a key that it does not have is refused, with what was meant', () => {
  const synthesis = payments(cluster(), (secret) => void secret.key('tokn'));
  expect(errors(synthesis)).toEqual(['input key']);
  expect(synthesis.findings[0]?.message).toContain('did you mean token');
});
