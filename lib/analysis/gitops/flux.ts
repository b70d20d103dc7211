// Flux: one source for each account, and a Kustomization for each stage, which waits for the one before at the same commit.
// Source: kustomize-controller, internal/controller (checkDependencies, finalize, deleteObjects); pkg/kustomize (SecureBuild).

import { defined, type JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import type { GitOps } from '../../model/platform/gitops';
import { DEPLOYER } from '../../model/platform/roles';
import { keptAmong } from './kept';
import {
  folderOf,
  ignoreAllBut,
  joined,
  type ObjectFiles,
  type Paths,
  relativePath,
  rootName,
  stageName,
} from './place';
import { type Delivery, isPlatforms, namespacesOf, type Stage } from './stages';

const KUSTOMIZE = 'kustomize.toolkit.fluxcd.io/v1';
const SOURCE = 'source.toolkit.fluxcd.io/v1';
const NOTIFICATION = 'notification.toolkit.fluxcd.io/v1beta3';

/** How often each stage is compared with the cluster, and changes made there undone. */
const INTERVAL = '10m';
const RETRY = '1m';
/** How often the repository is asked for a new commit. */
const POLL = '1m';

type HasState = (cluster: string, namespace: string) => boolean;

/** The objects of Flux for one cluster, and the folder of each stage with the file that it applies. */
export function fluxFiles(delivery: Delivery, settings: GitOps, paths: Paths, hasState: HasState): ObjectFiles {
  const { cluster, stages } = delivery;
  const namespaces = [...new Set([settings.namespace, ...stages.map((stage) => namespaceOf(stage, settings))])].sort();
  const files = new Map<string, readonly JsonObject[]>([
    ['source.yaml', namespaces.map((namespace) => repository(namespace, delivery, settings, paths))],
    ['root.yaml', [root(delivery, settings, paths)]],
    ...(settings.alerts === undefined
      ? []
      : [['alerts.yaml', namespaces.flatMap((namespace) => alerts(namespace, cluster, settings))] as const]),
    ...stages.map(
      (stage) => [`${stage.name}.yaml`, [kustomization(stage, delivery, settings, paths, hasState)]] as const,
    ),
  ]);
  const list = { resources: [...files.keys()].sort() };
  const folders = stages.map(
    (stage) => [`${stage.name}/kustomization.yaml`, [overlay(stage, delivery, paths, hasState)]] as const,
  );
  const all = [...files, ['kustomization.yaml', [plainKustomization(list)]] as const, ...folders];
  return new Map(all.map(([path, documents]) => [`${cluster}/${path}`, documents]));
}

/** A Kustomization acts as a ServiceAccount of its own namespace only. */
const namespaceOf = ({ account }: Stage, { namespace }: GitOps): string => account?.namespace ?? namespace;

function repository(
  namespace: string,
  { stages, cluster }: Delivery,
  settings: GitOps,
  { dist, gitops }: Paths,
): JsonObject {
  const { repository: url, branch, secret } = settings;
  const folders = [...new Set(stages.map(({ file }) => folderOf(joined(dist, file))))];
  // the home cluster's folder has those of the others in it
  const others = stages.some(({ file }) => !file.includes('/')) ? [joined(dist, 'clusters/')] : [];
  return {
    apiVersion: SOURCE,
    kind: 'GitRepository',
    metadata: { name: rootName(settings), namespace },
    spec: {
      ...(secret === undefined ? {} : { secretRef: { name: secret } }),
      ignore: ignoreAllBut([...folders, joined(gitops, cluster)], others),
      interval: POLL,
      ref: { branch },
      url,
    },
  };
}

function root({ cluster, stages }: Delivery, settings: GitOps, { gitops }: Paths): JsonObject {
  const account = stages.find(isPlatforms)?.account;
  return {
    apiVersion: KUSTOMIZE,
    kind: 'Kustomization',
    metadata: { name: rootName(settings), namespace: settings.namespace },
    spec: {
      // without it all of the cluster would go: deleting the root ends the delivery, and nothing else
      deletionPolicy: 'Orphan',
      interval: INTERVAL,
      path: `./${joined(gitops, cluster)}`,
      prune: true,
      retryInterval: RETRY,
      ...(account === undefined ? {} : { serviceAccountName: account.name }),
      sourceRef: { kind: 'GitRepository', name: rootName(settings) },
      timeout: '5m',
    },
  };
}

function kustomization(
  stage: Stage,
  { cluster, named }: Delivery,
  settings: GitOps,
  { gitops }: Paths,
  hasState: HasState,
): JsonObject {
  const namespace = namespaceOf(stage, settings);
  const before = named.get(stage.after ?? '');
  return {
    apiVersion: KUSTOMIZE,
    kind: 'Kustomization',
    metadata: { name: stageName(settings, stage.name), namespace },
    spec: defined({
      deletionPolicy: isLeftBehind(stage, cluster, hasState) ? 'Orphan' : undefined,
      dependsOn: before && [dependency(before, namespace, settings)],
      interval: INTERVAL,
      path: `./${joined(gitops, cluster, stage.name)}`,
      prune: true,
      retryInterval: RETRY,
      serviceAccountName: stage.account?.name,
      sourceRef: { kind: 'GitRepository', name: rootName(settings) },
      timeout: duration(stage.timeoutSeconds),
      wait: true,
    }),
  };
}

function dependency(before: Stage, namespace: string, settings: GitOps): JsonObject {
  const name = stageName(settings, before.name);
  const of = namespaceOf(before, settings);
  return of === namespace ? { name } : { name, namespace: of };
}

/**
 * Whether the objects stay when the Kustomization goes: those of the cluster always; and those that a deployer applied into a Namespace
 * that is pruned. They go with it. Its right to delete them goes at the same time, and without that right Flux would try for ever.
 */
function isLeftBehind(stage: Stage, cluster: string, hasState: HasState): boolean {
  if (stage.phase === '00') return true;
  const isDeployers = !isPlatforms(stage) && stage.account !== undefined;
  return isDeployers && namespacesOf(stage).every((namespace) => !hasState(cluster, namespace));
}

/** What a stage applies: its file, with what must not be pruned marked as such. The manifests themselves name no controller. */
function overlay(stage: Stage, delivery: Delivery, { dist, gitops }: Paths, hasState: HasState): JsonObject {
  const folder = joined(gitops, delivery.cluster, stage.name);
  const kept = [...keptAmong(stage.objects, hasState), ...rightsOfDeployer(stage, delivery, hasState)];
  return plainKustomization({
    resources: [relativePath(folder, joined(dist, stage.file))],
    ...(kept.length === 0 ? {} : { patches: kept.map(unpruned) }),
  });
}

/** Where a Namespace stays, its deployer must still be able to delete what it applied when the system goes. */
function rightsOfDeployer(stage: Stage, { named }: Delivery, hasState: HasState): ApiEntry[] {
  if (stage.phase !== '05') return [];
  if (named.get(`10${stage.name.slice(stage.phase.length)}`)?.account === undefined) return [];
  return stage.objects.filter(
    ({ cluster, identity: { kind, name, namespace } }) =>
      ['Role', 'RoleBinding'].includes(kind) && name === DEPLOYER && hasState(cluster, namespace ?? ''),
  );
}

function unpruned({
  identity: { group, kind, name, namespace },
  manifest: { apiVersion = 'v1' },
}: ApiEntry): JsonObject {
  return {
    patch: `${[
      `apiVersion: ${String(apiVersion)}`,
      `kind: ${kind}`,
      'metadata:',
      `  name: ${JSON.stringify(name)}`,
      '  annotations:',
      '    kustomize.toolkit.fluxcd.io/prune: disabled',
    ].join('\n')}\n`,
    target: defined({
      group: group === '' ? undefined : group,
      kind,
      name: `^${name.replaceAll('.', '\\.')}$`,
      namespace,
    }),
  };
}

const plainKustomization = (content: JsonObject): JsonObject => ({
  apiVersion: 'kustomize.config.k8s.io/v1beta1',
  kind: 'Kustomization',
  ...content,
});

function alerts(namespace: string, cluster: string, settings: GitOps): JsonObject[] {
  const { alerts: receiver } = settings;
  if (receiver === undefined) return [];
  const metadata = { name: rootName(settings), namespace };
  const { type, secret, channel } = receiver;
  return [
    {
      apiVersion: NOTIFICATION,
      kind: 'Provider',
      metadata,
      spec: { ...(channel === undefined ? {} : { channel }), secretRef: { name: secret }, type },
    },
    {
      apiVersion: NOTIFICATION,
      kind: 'Alert',
      metadata,
      spec: {
        eventMetadata: { cluster },
        // a healed drift is information, not an error
        eventSeverity: 'info',
        eventSources: ['GitRepository', 'Kustomization'].map((kind) => ({ kind, name: '*' })),
        providerRef: { name: metadata.name },
      },
    },
  ];
}

const duration = (seconds: number): string => (seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`);
