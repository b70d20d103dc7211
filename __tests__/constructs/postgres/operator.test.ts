// G4: where a cluster has CloudNativePG, a PostgreSQL is one object of it, and everything that its pods need around them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { parseAllDocuments } from 'yaml';
import { listSecrets } from '../../../lib/analysis/access/secrets';
import { connections, notEvaluated } from '../../../lib/analysis/network/connections';
import { override } from '../../../lib/constructs';
import { conformant, eks, type Json, type JsonObject } from '../../../lib/model';
import { isJsonObject } from '../../../lib/model/manifest/json';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { DEVELOPMENT, OPERATED, operated, SURVIVING, withLedger } from '../../support/databases';
import { at, errors, find, SUBNETS } from '../../support/synthesis';

const found = operated();
const spec = (synthesis: Synthesis, ...keys: readonly (string | number)[]): Json | undefined =>
  at(find(synthesis, 'Cluster', 'ledger'), 'spec', ...keys);
const objectsOf = ({ objects }: Synthesis) => objects.map(({ entry }) => entry);

/** The definition, in which every object has the fields that it names and no others. */
function closed(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(closed);
  if (!isJsonObject(schema)) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const isOpen =
    schema['additionalProperties'] !== undefined || schema['x-kubernetes-preserve-unknown-fields'] === true;
  return isJsonObject(schema['properties']) && !isOpen ? { ...inner, additionalProperties: false } : inner;
}

const [definition] = parseAllDocuments(
  readFileSync(join(__dirname, '../../../imports/crds/cloudnative-pg.yaml'), 'utf8'),
).map((document) => document.toJS() as JsonObject);
const schema = at(definition, 'spec', 'versions', 0, 'schema', 'openAPIV3Schema', 'properties', 'spec') ?? null;
const judge = new Ajv({ strict: false, validateFormats: false }).compile(closed(schema) as JsonObject);

describe('G4: a Cluster of CloudNativePG', () => {
  test('has no findings, and none of the pods is ours', () => {
    expect(found.findings).toEqual([]);
    expect(objectsOf(found).map(({ identity }) => identity.kind)).not.toContain('StatefulSet');
    expect(errors(operated({}, { environment: DEVELOPMENT }))).toEqual([]);
  });

  test('has three instances where a zone is survived, in three zones, and each commit in two of them', () => {
    expect(spec(found, 'instances')).toBe(3);
    expect(spec(found, 'postgresql', 'synchronous')).toEqual({
      method: 'any',
      number: 1,
      dataDurability: 'required',
      failoverQuorum: true,
    });
    expect(spec(found, 'topologySpreadConstraints', 0)).toEqual({
      labelSelector: { matchLabels: { 'cnpg.io/cluster': 'ledger' } },
      maxSkew: 1,
      minDomains: 2,
      nodeTaintsPolicy: 'Honor',
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'DoNotSchedule',
    });
    expect(at(find(found, 'Cluster', 'ledger'), 'metadata', 'annotations')).toMatchObject({
      'evenkeel.dev/quorum': '2 of 3 members',
      'evenkeel.dev/connections': expect.stringMatching(/^80 of 91: api 80 needed/),
    });
  });

  test('has five of them where two zones are survived', () => {
    const cluster = conformant({ kubernetes: '1.36', zones: [...'abcde'], capabilities: ['cloudnative-pg'] });
    const environment = { ...SURVIVING, survives: { zones: 2, regions: 0 } };
    const five = operated({}, { cluster, environment });
    expect([spec(five, 'instances'), spec(five, 'postgresql', 'synchronous', 'number')]).toEqual([5, 2]);
  });

  test('has one where nothing is promised, and no budget, which would let no node be drained', () => {
    const one = withLedger({}, { cluster: OPERATED });
    expect(one.findings).toEqual([]);
    expect(spec(one, 'instances')).toBe(1);
    expect(spec(one, 'enablePDB')).toBe(false);
    expect(spec(one, 'postgresql', 'synchronous')).toBeUndefined();
    expect(spec(one, 'topologySpreadConstraints')).toBeUndefined();
    expect(spec(found, 'enablePDB')).toBe(true);
  });

  test('two zones are refused: they keep no majority of three', () => {
    const cluster = conformant({ kubernetes: '1.36', zones: ['a', 'b'], capabilities: ['cloudnative-pg'] });
    expect(operated({}, { cluster }).findings).toMatchObject([
      {
        rule: 'database-copies',
        message: 'production survives losing a zone, for which 3 instances must be in 3 zones: mumbai has 2',
        expected: "a cluster of 3 zones, a Database outside the cluster, or survives: { zones: 0, because: '…' }",
      },
    ]);
  });

  test('has the database, its owner, a disk of one zone for each instance, and requests', () => {
    const cluster = eks({
      region: 'ap-south-1',
      zones: ['ap-south-1a', 'ap-south-1b', 'ap-south-1c'],
      kubernetes: '1.36',
      capabilities: ['cloudnative-pg'],
      ...SUBNETS,
    });
    const made = operated({ database: 'books', owner: 'bank', parameters: { work_mem: '6MB' } }, { cluster });
    expect(made.findings).toEqual([]);
    expect(spec(made)).toMatchObject({
      bootstrap: { initdb: { database: 'books', owner: 'bank' } },
      storage: { size: '20Gi', storageClass: 'one-zone-retain' },
      resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '1Gi' } },
      postgresql: { parameters: { max_connections: '100', shared_buffers: '256MB', work_mem: '6MB' } },
    });
    expect(find(made, 'StorageClass', 'one-zone-retain')['reclaimPolicy']).toBe('Retain');
  });

  test('runs on a pool, with a priority, and pulls with the Secret of the environment', () => {
    const cluster = conformant({
      kubernetes: '1.36',
      capabilities: ['cloudnative-pg'],
      priorityClasses: { payments: 1000 },
      nodePools: [
        {
          name: 'data',
          cpu: '4',
          memory: '16Gi',
          pods: 30,
          nodesPerZone: { min: 2, max: 2 },
          labels: { pool: 'data' },
          taints: [{ key: 'data', value: 'yes', effect: 'NoSchedule' }],
        },
        { name: 'general', cpu: '4', memory: '16Gi', pods: 30, nodesPerZone: { min: 2, max: 2 } },
      ],
    });
    const environment = { ...DEVELOPMENT, registry: { external: 'ghcr.io/cloudnative-pg', pullSecret: 'pull' } };
    const made = operated({ pool: 'data', priorityClass: 'payments' }, { cluster, environment });
    expect(errors(made)).toEqual([]);
    expect(spec(made)).toMatchObject({
      affinity: { nodeSelector: { pool: 'data' }, tolerations: [expect.objectContaining({ key: 'data' })] },
      priorityClassName: 'payments',
      imagePullSecrets: [{ name: 'pull' }],
    });
    const unknown = operated({ pool: 'dta' }, { cluster, environment: DEVELOPMENT });
    expect(errors(unknown)).toEqual(['input pool']);
  });

  test('clients use the Service of the writer, under the same variables as a Database', () => {
    const data = objectsOf(found).find(({ identity }) => /^api-config-/.test(identity.name))?.manifest['data'];
    expect(data).toEqual({
      LEDGER_HOST: 'ledger-rw',
      LEDGER_PORT: '5432',
      LEDGER_USERNAME_FILE: '/etc/secrets/ledger/username',
      LEDGER_PASSWORD_FILE: '/etc/secrets/ledger/password',
    });
  });

  test('the operator makes the Secret, unless another one is given', () => {
    const listed = (synthesis: Synthesis) =>
      listSecrets(objectsOf(synthesis)).map(({ name, keys, madeBy }) => ({ name, keys, madeBy }));
    const keys = ['password', 'username'];
    expect(listed(found)).toEqual([
      { name: 'ledger-app', keys, madeBy: 'postgresql.cnpg.io/Cluster shop-production/ledger' },
    ]);
    const given = operated({ credentials: { secret: 'database', keys: ['username', 'password'] } });
    expect(spec(given, 'bootstrap', 'initdb', 'secret')).toEqual({ name: 'database' });
    expect(listed(given)).toEqual([{ name: 'database', keys, madeBy: undefined }]);
  });

  test('a key that the operator does not make is noticed', () => {
    const wrong = operated(
      {},
      {
        build: (_ledger, _system, api) =>
          override(api.deployment).append('spec.template.spec.containers[api].env', {
            name: 'URL',
            valueFrom: { secretKeyRef: { name: 'ledger-app', key: 'url' } },
          }),
      },
    );
    expect(errors(wrong)).toEqual(['secret-key /spec/template/spec/containers/0/env/0/valueFrom/secretKeyRef/key']);
  });
});

describe('its network', () => {
  const ingressOf = (synthesis: Synthesis) => at(find(synthesis, 'NetworkPolicy', 'ledger'), 'spec', 'ingress');
  const operator = {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'cnpg-system' } },
    podSelector: { matchLabels: { 'app.kubernetes.io/name': 'cloudnative-pg' } },
  };
  const own = { podSelector: { matchLabels: { 'cnpg.io/cluster': 'ledger' } } };
  const api = {
    podSelector: { matchLabels: { 'app.kubernetes.io/name': 'api', 'app.kubernetes.io/instance': 'api' } },
  };

  test('lets in clients at the database, the operator and each other at that and the status; and no one else', () => {
    expect(at(find(found, 'NetworkPolicy', 'ledger'), 'spec', 'podSelector')).toEqual({
      matchLabels: { 'cnpg.io/cluster': 'ledger' },
    });
    expect(ingressOf(found)).toEqual([
      { from: [operator, api, own], ports: [{ port: 5432, protocol: 'TCP' }] },
      { from: [operator, own], ports: [{ port: 8000, protocol: 'TCP' }] },
    ]);
  });

  test('lets instances reach each other and the API server', () => {
    const egress = at(find(found, 'NetworkPolicy', 'ledger'), 'spec', 'egress');
    expect(egress).toEqual(
      expect.arrayContaining([
        { to: [own], ports: [{ port: 5432, protocol: 'TCP' }] },
        { to: [own], ports: [{ port: 8000, protocol: 'TCP' }] },
        {
          ports: [
            { port: 443, protocol: 'TCP' },
            { port: 6443, protocol: 'TCP' },
          ],
        },
      ]),
    );
  });

  test('is that of its instances, as connections are listed', () => {
    const all = connections(objectsOf(found));
    expect(all).toContainEqual({
      cluster: 'mumbai',
      from: 'shop-production/api',
      to: 'shop-production/ledger',
      port: '5432/TCP',
    });
    expect(notEvaluated(objectsOf(found))).toEqual([]);
  });

  test('follows the cluster: the operator elsewhere, and Prometheus', () => {
    const cluster = conformant({
      kubernetes: '1.36',
      zones: ['a', 'b', 'c'],
      capabilities: ['cloudnative-pg'],
      cloudNativePg: { namespace: 'databases', podLabels: { app: 'operator' } },
      prometheus: { namespace: 'watch', podLabels: { app: 'prometheus' } },
    });
    const made = operated({}, { cluster });
    expect(made.findings).toEqual([]);
    expect(JSON.stringify(ingressOf(made))).toContain('"kubernetes.io/metadata.name":"databases"');
    expect(JSON.stringify(at(ingressOf(made), 2))).toMatch(/watch.*9187/);
    // of the pods alone: annotations that they inherit would be on their Services too
    const patch = at(find(made, 'Cluster', 'ledger'), 'metadata', 'annotations', 'cnpg.io/podPatch');
    expect(JSON.parse(String(patch))).toContainEqual({
      op: 'add',
      path: '/metadata/annotations/prometheus.io~1port',
      value: '9187',
    });
  });

  test('with prometheus-operator a PodMonitor selects the instances', () => {
    const cluster = conformant({
      kubernetes: '1.36',
      zones: ['a', 'b', 'c'],
      capabilities: ['cloudnative-pg', 'prometheus-operator'],
    });
    const made = operated({}, { cluster });
    expect(made.findings).toEqual([]);
    expect(at(find(made, 'PodMonitor', 'ledger-instances'), 'spec')).toMatchObject({
      selector: { matchLabels: { 'cnpg.io/cluster': 'ledger' } },
      podMetricsEndpoints: [{ port: 'metrics', path: '/metrics' }],
    });
    expect(JSON.stringify(at(find(made, 'Cluster', 'ledger'), 'metadata'))).not.toContain('podPatch');
  });
});

describe('the definition of the operator', () => {
  const variants: readonly Synthesis[] = [
    found,
    withLedger({}, { cluster: OPERATED }),
    operated({ credentials: { secret: 'database', keys: ['username', 'password'] }, parameters: { work_mem: '8MB' } }),
  ];

  test('accepts what is written, in every form', () => {
    for (const one of variants) expect([judge(spec(one)), judge.errors]).toEqual([true, null]);
  });

  test('twin: it refuses a misspelt field, another type and a value of no list', () => {
    const text = JSON.stringify(spec(found));
    for (const [from, to] of [
      ['"instances":3', '"instances":"3"'],
      ['"failoverQuorum"', '"failoverQuorom"'],
      ['"method":"any"', '"method":"all"'],
      ['"storageClass"', '"storageclass"'],
      ['"imageName"', '"image"'],
    ] as const) {
      const broken: unknown = JSON.parse(text.replace(from, to));
      if (!text.includes(from)) continue;
      expect([from, judge(broken)]).toEqual([from, false]);
    }
  });
});
