// The page "From Ingress to a Gateway": its cluster, in each of its commits, serves the host as it says.

import * as evenkeel from '../../lib';
import { hosts } from '../../lib/analysis/traffic/hosts';
import { WebService } from '../../lib/constructs';
import type { ClusterDescription } from '../../lib/model';
import type { Synthesis } from '../../lib/synth/synthesize';
import { blockWith, readPage, runPage } from '../support/page';
import { at, find, shop, WEB } from '../support/synthesis';

const page = readPage('how-to/ingress-to-gateway.md');
const block = blockWith(page, 'charts/clusters.ts');
const [, OF_BLOCK = ''] = /hosts: \{ (.*) \}/.exec(block) ?? [];
/** What `hosts` says in each commit of the table. */
const COMMITS = [...page.matchAll(/^\| \d \| `('shop\.example': .*?)` \|/gm)].map(([, line = '']) => line);

function clusterWith(line: string): ClusterDescription {
  const code = block.replace(OF_BLOCK, line).replace('frankfurt: ', 'return ').replace(/,\s*$/, '');
  return runPage(code, { ...evenkeel }) as ClusterDescription;
}

const served = (cluster: ClusterDescription): Synthesis =>
  shop((system) => new WebService(system, 'web', WEB).exposeAt('shop.example'), {
    cluster,
    environment: { survives: { zones: 0, regions: 0 }, registry: { external: 'registry.example' } },
  });
const kinds = ({ objects }: Synthesis) => new Set(objects.map(({ entry }) => entry.identity.kind));
const record = ({ objects }: Synthesis) => hosts(objects.map(({ entry }) => entry))[0]?.answers[0]?.endpoint;

test('its block is the first of three commits', () => {
  expect(COMMITS).toHaveLength(3);
  expect(OF_BLOCK).toBe(COMMITS[0]);
});

test.each([
  [0, ['HTTPRoute', 'Ingress'], { loadBalancerOf: 'Ingress shop-production/web' }],
  [1, ['HTTPRoute', 'Ingress'], { loadBalancerOf: 'HTTPRoute shop-production/web', gateway: 'Gateway gateway/shared' }],
  [2, ['HTTPRoute'], { loadBalancerOf: 'HTTPRoute shop-production/web', gateway: 'Gateway gateway/shared' }],
])('commit %d + 1: %j, and the record leads to %j', (commit, entries, leadsTo) => {
  const synthesis = served(clusterWith(COMMITS[commit] ?? ''));
  expect(synthesis.findings).toEqual([]);
  expect([...kinds(synthesis)].filter((kind) => entries.includes(kind) || kind === 'Ingress').sort()).toEqual(entries);
  expect(record(synthesis)).toEqual(leadsTo);
});

test('before the first, and without any, an Ingress serves the host; after the last, the shorter description says the same', () => {
  const description = (code: string) => runPage(code, { ...evenkeel }) as ClusterDescription;
  const cluster = (api: string) =>
    description(`return onPrem({ distribution: 'k3s', kubernetes: '1.36', capabilities: ['external-dns'], ${api} })`);
  const files = (of: ClusterDescription) => [...served(of).files].filter(([name]) => name !== 'inventory.txt');
  const [, after = ''] = /has moved, `(gatewayApi: \{.*?\})` says the same/.exec(page) ?? [];
  expect(files(cluster(after))).toEqual(files(clusterWith(COMMITS[2] ?? '')));
  const [, none = ''] = COMMITS[0]?.match(/('.*?'): /) ?? [];
  expect(kinds(served(clusterWith(`${none}: ['ingress']`)))).toEqual(kinds(served(cluster(''))));
});

test('its table of files says what each has', () => {
  const { files } = served(clusterWith(COMMITS[2] ?? ''));
  const rows = [...page.matchAll(/^\| `(\d\d-[a-z-]+\.yaml)` \|/gm)].map(([, name = '']) => name);
  expect(rows).toHaveLength(4);
  const text = (name: string) => [...files].find(([path]) => path.endsWith(name))?.[1] ?? '';
  const [cluster = '', gateway = '', platform = '', deployed = ''] = rows.map(text);
  expect(cluster).toMatch(/^kind: Namespace\nmetadata:\n(?: .*\n)*? {2}name: gateway$/m);
  for (const kind of ['Gateway', 'HTTPRoute']) expect(gateway).toMatch(new RegExp(`^kind: ${kind}$`, 'm'));
  expect(platform).toMatch(/^kind: ReferenceGrant$/m);
  expect(deployed).toMatch(/^kind: HTTPRoute$/m);
});

test('its commands name what is written', () => {
  const synthesis = served(clusterWith(COMMITS[1] ?? ''));
  const named = [...page.matchAll(/-n (\S+) (gateway|httproute)\/(\S+)/g)];
  expect(named).toHaveLength(3);
  for (const [, namespace, kind, name = ''] of named) {
    const object = find(synthesis, kind === 'gateway' ? 'Gateway' : 'HTTPRoute', name);
    expect(at(object, 'metadata', 'namespace')).toBe(namespace);
  }
});

test('the classes of its table are those of the profiles', () => {
  const gateway = (cluster: ClusterDescription) =>
    at(find(served(cluster), 'Gateway', 'shared'), 'spec', 'gatewayClassName');
  const { aks, eks, gke, onPrem, local } = evenkeel;
  const api = { kubernetes: '1.36', gatewayApi: {} } as const;
  const azure = { ...api, region: 'westeurope', gatewaySubnets: ['10.0.0.0/24'] };
  const of = [
    gateway(eks({ ...api, region: 'eu-central-1', loadBalancerSubnets: ['10.0.0.0/24'] })),
    gateway(aks({ ...azure, gateway: { albName: 'alb', albNamespace: 'alb' } })),
    gateway(gke({ ...api, region: 'europe-west1' })),
    gateway(onPrem({ ...api, distribution: 'k3s' })),
    gateway(local(api)),
  ];
  expect(of).toEqual(['alb', 'azure-alb-external', 'gke-l7-global-external-managed', 'traefik', 'traefik']);
  for (const name of of) expect(page).toContain(`| \`${String(name)}\``);
});
