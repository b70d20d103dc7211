// GitOps: the controller that applies `dist/` from git, and where it reads it.

import type { Problem } from '../finding/problem';
import { checked, choice, type Fields, fields, list, optional, type Schema, text, variant } from '../finding/schema';
import { dnsLabel, subdomain } from '../manifest/formats';
import { defined } from '../manifest/json';
import { entryKey } from './entries';

/** What is said of either controller. */
export interface GitOpsSource<ClusterName extends string = string> {
  /**
   * Address of the repository that has `dist/`, without credentials: `https://git.example.com/platform.git`,
   * `ssh://git@git.example.com/platform.git`.
   */
  readonly repository: string;
  /** The branch that runs. @default main */
  readonly branch?: string;
  /** Clusters on which the controller runs. @default every cluster that runs a system */
  readonly clusters?: readonly ClusterName[];
  /**
   * `all`, or `platform`: only `00-…` and `05-…`, where pipelines apply `07-…` and `10-…` as the deployers of their namespaces.
   * @default all
   */
  readonly applies?: 'all' | 'platform';
  /** Namespace of the controller. @default flux-system, or argocd */
  readonly namespace?: string;
  /** Begins the names of its objects, where several repositories write to one cluster. @default none: 00-cluster, evenkeel */
  readonly prefix?: string;
}

/** Who hears of a change, a failure and a healed drift. */
export interface FluxAlerts {
  /** What the receiver is: `generic` is a webhook. */
  readonly type: 'alertmanager' | 'generic' | 'msteams' | 'slack';
  /** Name of the Secret with its `address`, and a `token` where it needs one. It must exist beside each source. */
  readonly secret: string;
  /** Channel, where the receiver has such. @default the receiver's own */
  readonly channel?: string;
}

/** Flux applies `dist/`. */
export interface FluxProps<ClusterName extends string = string> extends GitOpsSource<ClusterName> {
  /** The controller: Flux. */
  readonly controller: 'flux';
  /** Name of the Secret with the credentials for the repository. It must exist beside each source. @default none: anyone may read it */
  readonly secret?: string;
  /** @default none: a failure is seen only by those who look */
  readonly alerts?: FluxAlerts;
}

/** Argo CD applies `dist/`. It finds the credentials of the repository, and receivers of alerts, by its own configuration. */
export interface ArgoProps<ClusterName extends string = string> extends GitOpsSource<ClusterName> {
  /** The controller: Argo CD. */
  readonly controller: 'argo';
}

/** The controller that applies `dist/`, from which `evenkeel gitops` writes its objects. */
export type GitOpsProps<ClusterName extends string = string> = FluxProps<ClusterName> | ArgoProps<ClusterName>;

/** The settings with their defaults. */
export type GitOps = Required<Pick<GitOpsSource, 'repository' | 'branch' | 'applies' | 'namespace'>> &
  Pick<GitOpsSource, 'clusters' | 'prefix'> &
  Pick<FluxProps, 'secret' | 'alerts'> & { readonly controller: GitOpsProps['controller'] };

/** On the app: the platform's settings. */
export const GITOPS = entryKey<GitOps>('gitops');

/** The platform's own objects, and the controller's root, are named so. */
export const ROOT = 'evenkeel';

const NAMESPACES: Readonly<Record<GitOpsProps['controller'], string>> = { argo: 'argocd', flux: 'flux-system' };

/** Settings as they are used. */
export function gitOpsOf(props: GitOpsProps): GitOps {
  const { branch = 'main', applies = 'all', namespace = NAMESPACES[props.controller] } = props;
  return { ...defined(props), repository: props.repository, controller: props.controller, branch, applies, namespace };
}

const ADDRESS = 'https://git.example.com/platform.git, or ssh://git@git.example.com/platform.git';

/** What is wrong with the address of a repository. A credential in it is not repeated. */
function findAddressProblems(address: string): Problem[] {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isPath = url !== undefined && url.pathname.length > 1 && url.host !== '';
  if (url === undefined || !isPath || !['https:', 'http:', 'ssh:'].includes(url.protocol)) {
    const isSecret = /:[^/@]*@/.test(address);
    const value = isSecret ? '(not shown: it may have a credential)' : address;
    return [{ message: 'not the address of a git repository', expected: ADDRESS, value }];
  }
  const hasCredential = url.password !== '' || (url.protocol !== 'ssh:' && url.username !== '') || url.search !== '';
  if (!hasCredential) return [];
  const value = `${url.protocol}//…@${url.host}${url.pathname}`;
  const fix = 'a Secret has the credential: secret of flux, a repository Secret of Argo CD';
  return [{ message: 'the address of the repository has a credential in it', expected: ADDRESS, fix, value }];
}

const NAME = text(dnsLabel.expected, dnsLabel.fits);
const SECRET = text('the name of a Secret', subdomain.fits);
/** What git allows in the name of a branch, as far as it matters: git-check-ref-format. */
const BRANCH = /^(?!-)(?!.*(?:\.\.|@\{|\/\/|\.lock$))[^\s~^:?*[\\]+$/;

const SOURCE: Fields<GitOpsSource> = {
  repository: checked<string>(text(ADDRESS), findAddressProblems),
  branch: optional(text('the name of a branch', (name) => BRANCH.test(name))),
  clusters: optional(list(text('the name of a cluster'), "a list of clusters: ['mumbai']")),
  applies: optional(choice(['all', 'platform'])),
  namespace: optional(NAME),
  prefix: optional(
    text('at most 20 lower-case letters, digits and "-"', (one) => one.length <= 20 && dnsLabel.fits(one)),
  ),
};

const ALERTS = fields<FluxAlerts>(
  {
    type: choice(['alertmanager', 'generic', 'msteams', 'slack']),
    secret: SECRET,
    channel: optional(text('the name of a channel')),
  },
  "alerts: { type: 'slack', secret: 'slack' }",
);

/** What the settings may say. */
export const GITOPS_PROPS: Schema = variant('controller', {
  flux: fields<FluxProps>(
    { ...SOURCE, controller: choice(['flux']), secret: optional(SECRET), alerts: optional(ALERTS) },
    "{ controller: 'flux', repository: 'https://git.example.com/platform.git' }",
  ),
  argo: fields<ArgoProps>(
    { ...SOURCE, controller: choice(['argo']) },
    "{ controller: 'argo', repository: 'https://git.example.com/platform.git' }",
  ),
});
