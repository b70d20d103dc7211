// What a platform is given, and what of it is accepted.

import { type ClusterDescription, isDescription } from '../../model/cluster/cluster';
import { fields, like, optional, table, text } from '../../model/finding/schema';
import { isJsonObject } from '../../model/manifest/json';
import type { EnvironmentProps } from '../../model/platform/environment';
import { GITOPS_PROPS, type GitOpsProps } from '../../model/platform/gitops';
import { IMAGES, type Images } from '../../model/platform/target';

/** Clusters and environments by name. */
export interface PlatformProps<ClusterName extends string, EnvironmentName extends string> {
  /** The cluster whose files go to the root of the output directory; the others' go to `clusters/<name>/`. */
  readonly home: NoInfer<ClusterName>;
  /** Clusters by name, each by a provider's function such as `eks({ … })`. */
  readonly clusters: Readonly<Record<ClusterName, ClusterDescription>>;
  /** Environments by name. */
  readonly environments: Readonly<Record<EnvironmentName, EnvironmentProps>>;
  /**
   * The tags of the images: system → environment → one build number for all components, or for each its own build number or
   * digest (`sha256:…`). Usually `images.json`, which `evenkeel image` edits. An entry that no system asks for is reported.
   * @default none: components name their images
   */
  readonly images?: Images;
  /** The controller that applies `dist/` from git, from which `evenkeel gitops` writes its objects. @default none: kubectl applies it */
  readonly gitops?: GitOpsProps<NoInfer<ClusterName>>;
}

/** What a platform may say. Clusters are checked by their providers' functions, and each environment on its own. */
export const PLATFORM = fields<PlatformProps<string, string>>({
  home: text('the name of a cluster'),
  clusters: table(
    like("a cluster as gke({ … }) or another provider's function makes it", isDescription),
    'clusters: { name: gke({ … }) }',
  ),
  environments: table(like('{ survives, registry, access }', isJsonObject), 'environments: { name: { … } }'),
  images: optional(IMAGES),
  gitops: optional(GITOPS_PROPS),
});

/** Stands for a platform that is refused. */
export const NOTHING: PlatformProps<string, string> = { home: '', clusters: {}, environments: {} };

/** What `place` takes. */
export const PLACE = fields<{ system: unknown; environments: unknown }>({
  system: like('a class that extends System', (value) => typeof value === 'function'),
  environments: like('{ environment: { on, settings } }', isJsonObject),
});
