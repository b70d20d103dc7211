// E11: an API server allows each group what `evenkeel access` says and nothing else; a deployer reaches its own file and no further.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { defineResources } from '../cluster/keda';
import type { Kubectl } from '../cluster/kubectl';
import { nodesInZones, SimulatedCluster } from '../cluster/kwok';
import { ofKind, readManifests } from '../manifests/manifests';
import { linesOf } from '../measure/acceptance';
import { compareMatrix, DEFAULT_DENY } from '../measure/access-matrix';
import type { Figure } from '../measure/figure';
import { CommandError } from '../process/command';
import type { List } from '../world/objects';
import type { Right } from '../world/project';
import { DIST, UNPLAYED, type World } from '../world/world';
import type { Proof } from './proof';

/** Two nodes in each zone of the cluster; the laptop has none, and takes any. */
const ZONES: Readonly<Record<string, readonly string[]>> = {
  mumbai: ['ap-south-1a', 'ap-south-1b'],
  laptop: ['ap-south-1a', 'ap-south-1b'],
  westeurope: ['westeurope-1', 'westeurope-2', 'westeurope-3'],
  northeurope: ['northeurope-1', 'northeurope-2', 'northeurope-3'],
};

/** Those of all clusters, whose rights are compared. */
const SYSTEMS = ['toytrex', 'pingpong', 'flaschenpost', 'panther', 'panther-load'];

const TITLE =
  'each group may do what `evenkeel access` says and nothing else; a deployer reaches its own file and no further';

export const access: Proof = {
  id: 'E11',
  title: TITLE,
  needs: 'api',
  systems: SYSTEMS,
  prove: (world, figure) => prove(world, { mumbai: DIST.mumbai }, figure),
};

export const accessElsewhere: Proof = {
  id: 'E11b',
  title: `${TITLE}: the other clusters`,
  needs: 'api',
  systems: SYSTEMS,
  full: true,
  prove: (world, figure) => prove(world, { laptop: DIST.laptop, ...UNPLAYED }, figure),
};

async function prove(world: World, folders: Readonly<Record<string, string>>, figure: Figure): Promise<void> {
  const { rights } = await world.project.access();
  const known = Object.keys({ ...DIST, ...UNPLAYED });
  assert.deepEqual([...new Set(rights.map(({ cluster }) => cluster))].sort(), known.sort());
  for (const [name, folder] of Object.entries(folders)) {
    const own = rights.filter(({ cluster, subject }) => cluster === name && subject.kind === 'Group');
    await proveCluster(world, name, folder, own, (line) => figure(`${name}: ${line}`));
  }
}

async function proveCluster(
  { run }: World,
  name: string,
  folder: string,
  rights: readonly Right[],
  figure: Figure,
): Promise<void> {
  const nodes = { zones: ZONES[name] ?? [], nodesPerZone: 2, cpu: '4', memory: '16Gi' };
  const cluster = await SimulatedCluster.start(run, `access-${name}`, nodesInZones(nodes));
  try {
    const { kubectl } = cluster.plane;
    await defineResources(kubectl); // roles name KEDA's kinds, whether a cluster has them or not
    const namespaces = ofKind(readManifests(folder), 'Namespace').map(({ metadata }) => metadata.name);
    await kubectl.run(['apply', '-f', join(folder, '00-cluster.yaml')]);
    for (const namespace of namespaces) await kubectl.run(['apply', '-f', join(folder, `05-${namespace}.yaml`)]);
    await kubectl.apply(namespaces.map(credentials));
    await compareMatrix(kubectl, rights, namespaces, figure);
    for (const { group, namespace } of deployers(rights)) {
      const deployer = await cluster.plane.as(group);
      const other = namespaces.find((one) => one !== namespace) ?? '';
      const file = join(folder, `10-${namespace}.yaml`);
      await deployOwnFile(deployer, file, namespace);
      const refused = await refuseEscalation(deployer, folder, namespace, other);
      const [component] = ofKind(readManifests(file), 'Deployment');
      await reachViaPods(deployer, cluster, namespace, other, component?.metadata.name ?? '');
      figure(
        `${group} applied 10-${namespace}.yaml; ${refused} ways out refused; a Secret there only by a pod that mounts it`,
      );
    }
  } finally {
    await cluster.stop();
  }
}

/** Those who may make Deployments in a namespace. */
function deployers(rights: readonly Right[]): { readonly group: string; readonly namespace: string }[] {
  return rights
    .filter(({ resource, verbs }) => resource === 'deployments' && verbs.includes('create'))
    .flatMap(({ subject, namespace }) => (namespace === undefined ? [] : [{ group: subject.name, namespace }]));
}

/** All that a pipeline does, with the deployer's own certificate. */
async function deployOwnFile(deployer: Kubectl, file: string, namespace: string): Promise<void> {
  const objects = readManifests(file).length;
  const created = linesOf(await deployer.run(['apply', '-f', file]));
  assert.equal(created.filter((line) => line.endsWith(' created')).length, objects);
  for (const { metadata } of ofKind(readManifests(file), 'Deployment')) {
    await deployer.run(['rollout', 'status', `deployment/${metadata.name}`, '-n', namespace, '--timeout=120s']);
  }
  assert.equal(await deployer.run(['diff', '-f', file]), '', 'nothing to change');
  const serverSide = linesOf(await deployer.run(['apply', '--server-side', '-f', file]));
  assert.equal(serverSide.length, objects);
  const labels = { 'app.kubernetes.io/managed-by': 'evenkeel' };
  const stale = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'stale', namespace, labels } };
  await deployer.apply([stale]);
  const prune = ['--prune', '-l', 'app.kubernetes.io/managed-by=evenkeel', '--prune-allowlist=core/v1/ConfigMap'];
  assert.match(await deployer.run(['apply', '-f', file, ...prune]), /^configmap\/stale pruned$/m);
}

/** Tries to get further, and gives the number of ways that were tried. */
async function refuseEscalation(deployer: Kubectl, folder: string, namespace: string, other: string): Promise<number> {
  for (const name of ['00-cluster', `05-${namespace}`, `10-${other}`]) {
    const file = join(folder, `${name}.yaml`);
    const { errorOutput } = await refused(deployer, ['apply', '--server-side', '--force-conflicts', '-f', file]);
    assert.equal(errorOutput.match(/\(Forbidden\)/g)?.length, readManifests(file).length, `all of ${name}`);
  }
  const group = `--group=${namespace}`;
  const ways = [
    ['create', 'rolebinding', 'up', '--clusterrole=evenkeel-operator', group, '-n', namespace],
    ['create', 'rolebinding', 'up', '--clusterrole=cluster-admin', group, '-n', namespace],
    ['create', 'clusterrolebinding', 'up', '--clusterrole=cluster-admin', group],
    ['create', 'role', 'up', '--verb=get', '--resource=secrets', '-n', namespace],
    ['get', 'secret', 'credentials', '-n', namespace],
    ['get', 'secret', 'credentials', '-n', other],
    ['get', 'secrets', '-A'],
    ['get', 'configmaps', '-n', other],
    ['label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=privileged', '--overwrite'],
    ['get', 'secrets', '-A', '--as=root', '--as-group=system:masters'],
    ['create', 'token', 'web', '-n', namespace],
    ['delete', 'networkpolicy', DEFAULT_DENY, '-n', namespace],
    ['delete', 'resourcequotas', '--all', '-n', namespace],
  ];
  for (const way of ways) await refused(deployer, way);
  // RBAC cannot say "any but this one" of what is made: docs/how-to/access.md says what follows.
  const open = { ...policy, metadata: { name: 'open', namespace } };
  await deployer.run(['create', '--dry-run=server', '-f', '-'], JSON.stringify(open));
  await refused(deployer, ['create', '--dry-run=server', '-f', '-'], {
    ...open,
    metadata: { name: 'open', namespace: other },
  });
  return ways.length + 4;
}

const policy = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  spec: { podSelector: {}, ingress: [{}], egress: [{}], policyTypes: ['Ingress', 'Egress'] },
};

async function refused(kubectl: Kubectl, args: readonly string[], input?: object): Promise<CommandError> {
  try {
    await kubectl.run(args, input === undefined ? undefined : JSON.stringify(input));
  } catch (error) {
    assert.ok(error instanceof CommandError && /forbidden/i.test(error.errorOutput), String(error));
    return error;
  }
  return assert.fail(`${args.join(' ')} was allowed`);
}

/** A pod that mounts the Secret which its writer may not read: it runs in the deployer's own namespace, and in no other. */
async function reachViaPods(
  deployer: Kubectl,
  { plane }: SimulatedCluster,
  namespace: string,
  other: string,
  account: string,
): Promise<void> {
  await deployer.run(['apply', '-f', '-'], JSON.stringify(mounting(namespace, account)));
  const pod = await plane.run.until('a pod that mounts the Secret', 60, async () => {
    const { items } = await plane.kubectl.get<List<MountingPod>>(['pods', '-n', namespace, '-l', 'app=mounting']);
    return items.find(({ status }) => status.phase === 'Running');
  });
  assert.ok(pod.spec.volumes.some(({ secret }) => secret?.secretName === 'credentials'));
  await deployer.run(['delete', 'deployment', 'mounting', '-n', namespace]);
  await refused(deployer, ['apply', '-f', '-'], mounting(other, account));
}

interface MountingPod {
  readonly spec: { readonly volumes: readonly { readonly secret?: { readonly secretName: string } }[] };
  readonly status: { readonly phase: string };
}

function credentials(namespace: string): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'credentials', namespace }, stringData: { key: 'e2e' } };
}

function mounting(namespace: string, serviceAccountName: string): object {
  const labels = { app: 'mounting' };
  const container = {
    name: 'main',
    image: 'mounting',
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    volumeMounts: [{ name: 'credentials', mountPath: '/credentials' }],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'mounting', namespace },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName,
          securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [container],
          volumes: [{ name: 'credentials', secret: { secretName: 'credentials' } }],
        },
      },
    },
  };
}
