// Argo CD: an Application for the cluster, one for the platform's part of each namespace, and one for each system, in projects that
// bound them. Source: argo-cd, docs/user-guide (directory, sync-options, sync-waves), docs/operator-manual/app-sync-using-impersonation.

import type { JsonObject } from '../../model/manifest/json';
import { KINDS } from '../../model/manifest/kinds';
import type { GitOps } from '../../model/platform/gitops';
import { folderOf, joined, type ObjectFiles, type Paths, rootName, stageName } from './place';
import { type Account, type Delivery, isPlatforms, namespacesOf, type Stage } from './stages';

const API_VERSION = 'argoproj.io/v1alpha1';
const HERE = 'https://kubernetes.default.svc';
const WAVE = 'argocd.argoproj.io/sync-wave';
/** Deletes the objects of an Application before the Application itself. */
const CASCADE = 'resources-finalizer.argocd.argoproj.io';

/** In the order of application; pruning goes the other way. */
const WAVES: Readonly<Record<Stage['phase'], string>> = { '00': '0', '05': '1', '07': '2', '10': '2' };

/** The objects of Argo CD for one cluster. */
export function argoFiles({ cluster, stages, named: byName }: Delivery, settings: GitOps, paths: Paths): ObjectFiles {
  const first = stages.filter(isPlatforms);
  // one Application has a migration and what waits for it: its waves are in their manifests
  const systems = stages.filter((stage) => stage.phase === '10' || isAlone(stage, byName));
  const named = new Map<string, readonly JsonObject[]>([
    ...first.map((stage) => [`${stage.name}.yaml`, [application(stage, [stage], settings, paths)]] as const),
    ...systems.map((stage) => {
      const own = ['07', '10'].flatMap((phase) => byName.get(phase + restOf(stage)) ?? []);
      return [`${stage.name}.yaml`, [project(stage, own, settings), application(stage, own, settings, paths)]] as const;
    }),
  ]);
  const list = ['root.yaml', ...named.keys()].sort();
  const files = new Map(named).set('root.yaml', [
    platformProject(stages, settings),
    root(cluster, list, settings, paths),
  ]);
  return new Map([...files].map(([path, documents]) => [`${cluster}/${path}`, documents]));
}

const restOf = ({ name, phase }: Stage): string => name.slice(phase.length);

/** A migration of a system that has nothing else. */
const isAlone = (stage: Stage, byName: Delivery['named']): boolean =>
  stage.phase === '07' && !byName.has(`10${restOf(stage)}`);

function root(cluster: string, files: readonly string[], settings: GitOps, { gitops }: Paths): JsonObject {
  const { repository, branch, namespace } = settings;
  return {
    apiVersion: API_VERSION,
    kind: 'Application',
    metadata: { name: rootName(settings), namespace },
    spec: {
      destination: { namespace, server: HERE },
      project: rootName(settings),
      source: {
        directory: { include: `{${files.join(',')}}` },
        path: joined(gitops, cluster),
        repoURL: repository,
        targetRevision: branch,
      },
      syncPolicy: syncPolicy([]),
    },
  };
}

function application(stage: Stage, own: readonly Stage[], settings: GitOps, { dist }: Paths): JsonObject {
  const { repository, branch, namespace } = settings;
  const names = own.map(({ file }) => file.split('/').at(-1) ?? file);
  const [target] = targetsOf(own, settings);
  return {
    apiVersion: API_VERSION,
    kind: 'Application',
    metadata: {
      annotations: { 'argocd.argoproj.io/compare-options': 'ServerSideDiff=true', [WAVE]: WAVES[stage.phase] },
      // the objects of the cluster stay when their Application goes
      ...(stage.phase === '00' ? {} : { finalizers: [CASCADE] }),
      name: stageName(settings, stage.name),
      namespace,
    },
    spec: {
      destination: { namespace: target ?? 'default', server: HERE },
      project: isPlatforms(stage) ? rootName(settings) : stageName(settings, stage.name),
      source: {
        directory: { include: names.length === 1 ? (names[0] ?? '') : `{${names.join(',')}}` },
        path: folderOf(joined(dist, stage.file)) || '.',
        repoURL: repository,
        targetRevision: branch,
      },
      syncPolicy: syncPolicy([
        ...(stage.phase === '00' ? ['Prune=confirm'] : []),
        ...(hasClaims(own) ? ['Delete=confirm'] : []),
      ]),
    },
  };
}

/** Namespaces that an Application names, which its project must allow even where its objects have none. */
function targetsOf(stages: readonly Stage[], { namespace }: GitOps): string[] {
  const own = [
    ...new Set([...stages.flatMap(namespacesOf), ...(stages.some(({ phase }) => phase === '00') ? [namespace] : [])]),
  ];
  return own.length === 0 ? ['default'] : own.sort();
}

/** What each Application has: changes by hand are undone, and what another Application owns is refused. */
function syncPolicy(options: readonly string[]): JsonObject {
  return {
    automated: { prune: true, selfHeal: true },
    retry: { backoff: { duration: '10s', factor: 2, maxDuration: '5m' }, limit: 10 },
    syncOptions: [
      'FailOnSharedResource=true',
      'RespectIgnoreDifferences=true',
      'ServerSideApply=true',
      ...options,
    ].sort(),
  };
}

const hasClaims = (stages: readonly Stage[]): boolean =>
  stages.some(({ objects }) => objects.some(({ identity }) => identity.kind === 'PersistentVolumeClaim'));

/** The platform team's: what has no namespace, and its part of each namespace. */
function platformProject(stages: readonly Stage[], settings: GitOps): JsonObject {
  const { namespace } = settings;
  const first = stages.filter(isPlatforms);
  const account = first[0]?.account;
  return {
    apiVersion: API_VERSION,
    kind: 'AppProject',
    metadata: { name: rootName(settings), namespace },
    spec: {
      clusterResourceWhitelist: [{ group: '*', kind: '*' }],
      description: 'What the platform team applies: the cluster, and quota, access and defaults of each namespace',
      ...bounds(targetsOf(first, settings), account, settings),
    },
  };
}

/** Kinds that the platform team owns in each namespace. */
const OF_PLATFORM = KINDS.filter(({ owner, scope }) => owner === 'platform' && scope !== 'cluster')
  .map(({ group, kind }) => ({ group, kind }))
  .sort((a, b) => (`${a.group}/${a.kind}` < `${b.group}/${b.kind}` ? -1 : 1));

/** A system's: its own namespace, nothing without a namespace, and nothing that the platform team owns. */
function project(stage: Stage, own: readonly Stage[], settings: GitOps): JsonObject {
  const namespaces = targetsOf(own, settings);
  return {
    apiVersion: API_VERSION,
    kind: 'AppProject',
    metadata: {
      annotations: { [WAVE]: '-1' },
      name: stageName(settings, stage.name),
      namespace: settings.namespace,
    },
    spec: {
      description: `What the deployer of ${namespaces.join(', ')} applies`,
      namespaceResourceBlacklist: OF_PLATFORM,
      ...bounds(namespaces, stage.account, settings),
    },
  };
}

/** Argo CD reads accounts only where impersonation is switched on, and then needs one for each destination. */
function bounds(
  namespaces: readonly string[],
  account: Account | undefined,
  { namespace, repository }: GitOps,
): JsonObject {
  const own: Account = { namespace, name: 'argocd-application-controller' };
  const { namespace: of, name } = account ?? own;
  return {
    destinationServiceAccounts: namespaces.map((one) => ({
      defaultServiceAccount: `${of}:${name}`,
      namespace: one,
      server: HERE,
    })),
    destinations: namespaces.map((one) => ({ namespace: one, server: HERE })),
    sourceRepos: [repository],
  };
}
