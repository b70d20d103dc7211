// `evenkeel compare providers`: the shipped systems are the same on every provider.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { platform } from '../../../charts/platform';
import { check } from '../../../lib/checks';
import { rebuildOf } from '../../../lib/constructs/platform/rebuild';
import type { JsonObject, Provider } from '../../../lib/model';
import { isJsonObject } from '../../../lib/model/manifest/json';
import { isNeutralKind } from '../../../lib/model/manifest/kind-lookup';
import { PROFILES, STANDARD } from '../../../lib/model/providers/profiles';
import { synthesize } from '../../../lib/synth/synthesize';
import { stringifyDocument } from '../../../lib/synth/text/yaml';
import { cli } from '../../support/cli';
import { isShipped, isShippedConstruct, isShippedPart, SHIPPED_PARTS, shippedRows } from './placements';

interface Shown {
  readonly placement: readonly { readonly construct: string; by: string; kind: string; pointer: string }[];
  readonly refused: readonly object[];
}

const load = () => ({ app: platform.app() });

/** A row of a part for each cluster of production. */
const onEach = (part: string, row: string): string[] =>
  ['mumbai', 'northeurope', 'westeurope'].map((cluster) => `${part} on ${cluster} | ${row}`);

describe('G14 no lock-in: the shipped systems', () => {
  test('differ in nothing but the allowed differences', async () => {
    const { code, out, err } = await cli(['compare', 'providers'], load);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^SYSTEM +OBJECTS {2}eks +eksAuto +aks +gke +onPrem +local +as placed$/m);
    expect(shippedRows(out)).toEqual([
      'backups-operations on mumbai | 4 | = | = | = | = | = | = | =',
      'backups-operations on northeurope | 4 | = | = | = | = | = | = | =',
      'backups-operations on westeurope | 4 | = | = | = | = | = | = | =',
      'configuration-operations on mumbai | 10 | 1 allowed | 1 allowed | 1 allowed | 1 allowed | = | = | 1 allowed',
      'configuration-operations on northeurope | 10 | 1 allowed | 1 allowed | 1 allowed | 1 allowed | = | = | 1 allowed',
      'configuration-operations on westeurope | 10 | 1 allowed | 1 allowed | 1 allowed | 1 allowed | = | = | 1 allowed',
      'flaschenpost-dev on westeurope | 28 | 2 allowed | 2 allowed | = | 4 allowed | = | = | =',
      'flaschenpost-prod on westeurope | 28 | 2 allowed | 2 allowed | = | 4 allowed | = | = | =',
      'flaschenpost-qa on westeurope | 28 | 2 allowed | 2 allowed | = | 4 allowed | = | = | =',
      'flaschenpost-staging on westeurope | 28 | 2 allowed | 2 allowed | = | 4 allowed | = | = | =',
      'logs-local on laptop | 7 | 1 allowed | 1 allowed | 1 allowed | 1 allowed | = | = | =',
      ...onEach('logs-operations', '8 | 1 allowed | 1 allowed | 1 allowed | 1 allowed | = | = | 1 allowed'),
      'metrics-local on laptop | 18 | 2 allowed | 2 allowed | 2 allowed | 2 allowed | = | = | =',
      ...onEach('metrics-operations', '20 | 1 allowed | 1 allowed | 1 allowed | 1 allowed | = | = | 1 allowed'),
      'node-metrics-local on laptop | 1 | = | = | = | = | = | = | =',
      ...onEach('node-metrics-operations', '1 | = | = | = | = | = | = | ='),
      'panther-clinic on northeurope | 7 | 2 allowed | 2 allowed | = | 4 allowed | = | = | =',
      'panther-clinic on westeurope | 7 | 2 allowed | 2 allowed | = | 4 allowed | = | = | =',
      'panther-clinic-dev on westeurope | 7 | 2 allowed | 2 allowed | = | 4 allowed | = | = | =',
      'panther-load-clinic-dev on westeurope | 2 | = | = | = | = | = | = | =',
      'pingpong-local on laptop | 5 | 2 allowed | 2 allowed | = | 4 allowed | = | = | =',
      'pingpong-production on mumbai | 5 | 2 allowed | 2 allowed | = | 4 allowed | = | = | 2 allowed',
      'toytrex-local on laptop | 13 | 2 allowed | 2 allowed | = | 4 allowed | = | = | =',
      'toytrex-production on mumbai | 13 | 2 allowed | 2 allowed | = | 4 allowed | = | = | 2 allowed',
      'traces-local on laptop | 9 | 1 allowed | 1 allowed | 1 allowed | 1 allowed | = | = | =',
      ...onEach('traces-operations', '10 | 1 allowed | 1 allowed | 1 allowed | 1 allowed | = | = | 1 allowed'),
    ]);
    const page = readFileSync(join(__dirname, '../../../docs/systems/flaschenpost.md'), 'utf8');
    const narrow = (text: string) => text.trimEnd().replace(/ {2,}/g, '  ');
    const [, table = ''] = /^```\n(SYSTEM .*?)^```$/ms.exec(page) ?? [];
    const lines = table.trimEnd().split('\n').map(narrow);
    expect(lines.length).toBeGreaterThan(4);
    expect(out.split('\n').map(narrow)).toEqual(expect.arrayContaining(lines));
  });

  test('changes by the real placement are listed by cause', async () => {
    const { out } = await cli(['compare', 'providers', '--json'], load);
    const { placement: all, refused }: Shown = JSON.parse(out);
    const shown = all.filter(({ construct }) => isShippedConstruct(construct));
    const isPart = ({ construct }: { readonly construct: string }) =>
      SHIPPED_PARTS.some((one) => construct.startsWith(`${one.cluster}/${one.system}-${one.environment}/`));
    const placement = shown.filter((one) => !isPart(one));
    const causes = (found: typeof all, cause: string) => [
      ...new Set(found.filter((one) => one.by === cause).map(({ kind, pointer }) => `${kind} ${pointer}`)),
    ];
    const by = (cause: string) => causes(placement, cause);
    expect(refused).toEqual([]);
    expect([...new Set(placement.map((one) => one.by))]).toEqual([
      'provider',
      'minor',
      'zones',
      'capabilities',
      'images, groups, identities and nodes',
    ]);
    // zones of one node each: sizes of parts follow from the number of nodes
    expect(causes(shown.filter(isPart), 'zones')).toEqual([
      'ResourceQuota /spec/hard/pods',
      'ResourceQuota /spec/hard/requests.cpu',
      'ResourceQuota /spec/hard/requests.memory',
      'ConfigMap /data/etc_prometheus_prometheus.yml', // the Alertmanagers, one a zone
      'ConfigMap /metadata/name',
      'DaemonSet /spec/template/spec/containers/0/resources/limits/memory',
      'DaemonSet /spec/template/spec/containers/0/resources/requests/memory',
      'Deployment /spec/template/spec/topologySpreadConstraints',
      'Deployment /spec/template/spec/topologySpreadConstraints/0/minDomains',
      'StatefulSet /spec/template/spec/topologySpreadConstraints/0/minDomains',
      'StatefulSet /spec/template/spec/topologySpreadConstraints',
      'StatefulSet /spec/replicas',
      'StatefulSet /spec/template/spec/containers/0/args',
      'StatefulSet /spec/template/spec/volumes/1/configMap/name',
    ]);
    expect(causes(shown.filter(isPart), 'capabilities')).toEqual([]);
    expect(by('minor').every((one) => one.startsWith('Namespace /metadata/labels/pod-security.'))).toBe(true);
    expect(by('zones')).toEqual([
      'Deployment /spec/template/spec/topologySpreadConstraints',
      'Deployment /spec/template/spec/topologySpreadConstraints/0/minDomains',
    ]);
    expect(by('capabilities').filter((one) => !one.includes('dns'))).toEqual([
      'TriggerAuthentication ',
      'ScaledObject ',
      'ValidatingAdmissionPolicy /spec/variables/0/expression', // the hosts of records that external-dns writes
      'HorizontalPodAutoscaler ',
    ]);
    expect(by('images, groups, identities and nodes')).toEqual([
      'Namespace ',
      'PriorityClass ',
      'ClusterRole ',
      'ClusterRoleBinding ',
      'ResourceQuota ',
      'LimitRange ',
      'Role ',
      'RoleBinding ',
      'ServiceAccount /metadata/annotations/azure.workload.identity~1client-id',
      'ConfigMap /data/DATA_LAKE_ACCOUNT_KEY_FILE',
      'ConfigMap /metadata/name',
      'NetworkPolicy /metadata/annotations/evenkeel.dev~1exit-identity',
      'NetworkPolicy /spec/egress', // the addresses where an identity gets its tokens
      'NetworkPolicy ',
      'Deployment /spec/template/spec/containers/0/image',
      'Deployment /spec/template/metadata/labels/azure.workload.identity~1use',
      'Deployment /spec/template/spec/containers/0/envFrom/0/configMapRef/name',
      'Deployment /spec/template/spec/containers/0/volumeMounts',
      'Deployment /spec/template/spec/volumes',
      'Deployment ',
      'Deployment /spec/template/spec/containers/0/imagePullPolicy',
      'Job /spec/template/spec/containers/0/image',
      'ValidatingAdmissionPolicy /spec/variables/0/expression', // it lists the namespace of the headroom too
    ]);
  });

  /** The documents of neutral kinds, as they would be written, on one profile. */
  function documents(provider: Provider): string[] {
    const rebuild = rebuildOf(platform.app());
    if (rebuild === undefined) throw new Error('no platform');
    const app = rebuild(({ cluster, environment, regions }) => ({
      cluster: {
        ...cluster,
        provider,
        zones: ['a', 'b', 'c'],
        capabilities: ['metrics-server'],
        identities: {},
        nodePools: [{ name: 'general', cpu: '100k', memory: '1Pi', pods: 100_000, nodesPerZone: { min: 1, max: 1 } }],
      },
      regions,
      environment: { ...environment, registry: { external: 'registry.example' } },
    }));
    const { objects, findings } = synthesize(app, check);
    expect(findings).toEqual([]);
    const comparable = objects
      .filter(({ entry }) => isNeutralKind(entry.identity.group, entry.identity.kind))
      .filter(({ entry: { cluster, identity } }) =>
        [isShipped, isShippedPart].some((isMeant) => isMeant(cluster, identity.namespace)),
      );
    return comparable.map(({ entry }) => stringifyDocument(withoutAllowed(entry.manifest)));
  }

  /** Without what may differ: two annotations of a Service that GKE needs, how late the balancers of EKS and GKE are, and classes of disks. */
  function withoutAllowed(manifest: JsonObject): JsonObject {
    const { metadata } = manifest;
    const text = JSON.stringify(manifest)
      .replace('"preStop":{"sleep":{"seconds":30}}', '"preStop":{"sleep":{"seconds":20}}')
      .replace(
        /"terminationGracePeriodSeconds":(45|65)\b/,
        (_, grace) => `"terminationGracePeriodSeconds":${grace - 10}`,
      );
    if (manifest.kind === 'Deployment') return JSON.parse(text);
    if (manifest.kind === 'StatefulSet') return JSON.parse(text.replace(/"storageClassName":"[^"]*",?/g, ''));
    if (manifest.kind !== 'Service' || !isJsonObject(metadata) || !isJsonObject(metadata.annotations)) return manifest;
    const { annotations, ...rest } = metadata;
    const kept = Object.entries(annotations).filter(
      ([key]) => key !== 'cloud.google.com/backend-config' && key !== 'cloud.google.com/neg',
    );
    return { ...manifest, metadata: kept.length === 0 ? rest : { ...rest, annotations: Object.fromEntries(kept) } };
  }

  let standard: string[] = [];
  beforeAll(() => {
    standard = documents(STANDARD);
  });

  test.each(PROFILES.map((profile) => [profile.name, profile] as const))('%s writes the same bytes', (_, profile) => {
    expect(standard).toHaveLength(36 + 4 * 28 + 3 * 7 + 2 + 3 * (39 + 4 + 10) + 35);
    expect(documents(profile)).toEqual(standard);
  });
});
