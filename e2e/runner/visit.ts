// `npm run e2e -- --kubeconfig`: what can be shown on a cluster that the user has, without touching anything that is not ours.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ZONE } from '../../lib/model/manifest/well-known';
import { Kubectl } from '../cluster/kubectl';
import { type Deployment, ofKind, readManifests } from '../manifests/manifests';
import { assertEnforced, dryRun } from '../measure/acceptance';
import { countBy, isReady, type List, type Pod } from '../world/objects';

interface Node {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

/** Registers the tests. Dry runs only; namespaces that had to be created for them are deleted in the end. */
export function visit(kubeconfig: string, folder: string, figure: (line: string) => void): void {
  const manifests = readManifests(folder);
  const kubectl = new Kubectl('kubectl', kubeconfig);
  const ours: string[] = [];

  test(`E1 the API server accepts every object of ${folder}, strictly`, async () => {
    const { objects, created } = await dryRun(kubectl, folder);
    ours.push(...created);
    figure(`${objects} objects accepted as a dry run`);
  });

  test('E2 Pod Security restricted is enforced on our namespaces', async () => {
    for (const { metadata } of ofKind(manifests, 'Namespace')) await assertEnforced(kubectl, metadata.name);
  });

  test('E3 what is applied is available, and spread as promised', async (context) => {
    const { items: nodes } = await kubectl.get<List<Node>>(['nodes']);
    const zones = new Map(nodes.map(({ metadata }) => [metadata.name, metadata.labels?.[ZONE]]));
    let seen = 0;
    for (const deployment of ofKind(manifests, 'Deployment')) {
      const pods = await podsOf(kubectl, deployment);
      if (pods.length === 0) continue;
      seen += 1;
      assertSpread(deployment, pods, zones, figure);
    }
    if (seen === 0) context.skip('none of our workloads is applied there');
  });

  after(async () => {
    for (const namespace of ours) await kubectl.run(['delete', 'namespace', namespace, '--wait=false']);
  });
}

async function podsOf(kubectl: Kubectl, { metadata }: Deployment): Promise<readonly Pod[]> {
  const selector = ['-n', metadata.namespace ?? '', '-l', `app.kubernetes.io/name=${metadata.name}`];
  return (await kubectl.get<List<Pod>>(['pods', ...selector])).items;
}

function assertSpread(
  { metadata, spec }: Deployment,
  pods: readonly Pod[],
  zones: ReadonlyMap<string, string | undefined>,
  figure: (line: string) => void,
): void {
  const name = `${metadata.namespace}/${metadata.name}`;
  assert.ok(pods.every(isReady), `every pod of ${name} is ready`);
  const counts = countBy(pods, (pod) => zones.get(pod.spec.nodeName ?? ''));
  figure(`${name}: ${[...counts].map(([zone, count]) => `${count} in ${zone}`).join(', ')}`);
  const isSpread = JSON.stringify(spec.template.spec.topologySpreadConstraints ?? []).includes(ZONE);
  if (isSpread)
    assert.ok(Math.max(...counts.values()) - Math.min(...counts.values()) <= 1, `${name}: a skew of at most one`);
}
