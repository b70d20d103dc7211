// An application beside the shipped systems, on the same cluster: a user's file of `apps/`, by the public command.
import { join } from 'node:path';
import type { Behaviour } from '../images/components';
import { type Manifest, ofKind, readManifests } from '../manifests/manifests';
import type { SecretNeed, Survival } from './project';
import { type World, waitForRollout } from './world';

export interface ApplicationProps {
  /** Name of its file in `apps/`, and of its system. */
  readonly name: string;
  /** What its images are like. */
  readonly behaviour: Behaviour;
  /** What its Secrets hold, by key. */
  readonly secrets: Readonly<Record<string, string>>;
}

export class Application {
  private namespaces: readonly string[] = [];
  private written = 0;
  private tag = 1;

  constructor(
    private readonly world: World,
    private readonly props: ApplicationProps,
  ) {}

  /** Writes its manifests and makes its images available; nothing is applied. */
  async write(): Promise<Written> {
    const { name, behaviour } = this.props;
    const { cluster } = await this.world.deployed();
    this.written += 1;
    const folder = await this.world.project.synthesize(`${name}-${this.written}`, ...this.app);
    await cluster.provideImages(folder, behaviour);
    const manifests = readManifests(folder);
    this.namespaces = ofKind(manifests, 'Namespace').map(({ metadata }) => metadata.name);
    return { folder, manifests };
  }

  /** Applies manifests of its, with the Secrets that they need and nothing in the cluster makes. */
  async apply({ folder }: Written): Promise<void> {
    const { cluster } = await this.world.deployed();
    await cluster.kubectl.run(['apply', '-f', folder]);
    const all = await this.world.project.secrets(...this.app);
    const needs = all.filter(({ madeBy }) => madeBy === undefined);
    if (needs.length > 0) await cluster.kubectl.apply(needs.map((need) => secretOf(need, this.props.secrets)));
  }

  /** Sets the next tag of its images, as a pipeline would, and applies that release. */
  async release(): Promise<Written> {
    this.edit(`production: '${this.tag}'`, `production: '${this.tag + 1}'`);
    this.tag += 1;
    const written = await this.write();
    await this.apply(written);
    return written;
  }

  /** Changes its file by hand. */
  edit(from: string, to: string): void {
    this.world.project.edit(this.file, from, to);
  }

  /** Waits until each of its rollouts is complete. */
  async complete({ manifests }: Written): Promise<void> {
    const { cluster } = await this.world.deployed();
    for (const { metadata } of ofKind(manifests, 'Deployment')) await waitForRollout(cluster, metadata);
  }

  /** What `prove` says of it. */
  async prove(): Promise<readonly Survival[]> {
    return this.world.project.prove(...this.app);
  }

  async remove(): Promise<void> {
    const { cluster } = await this.world.deployed();
    // what was written last need not have been applied
    await cluster.kubectl.run(['delete', 'namespace', ...this.namespaces, '--ignore-not-found', '--timeout=600s']);
  }

  private get file(): string {
    return join('e2e', 'apps', `${this.props.name}.ts`);
  }

  private get app(): string[] {
    return ['--app', this.file];
  }
}

/** Manifests as they were written. */
export interface Written {
  readonly folder: string;
  readonly manifests: readonly Manifest[];
}

function secretOf({ namespace, name, type, keys }: SecretNeed, values: Readonly<Record<string, string>>): object {
  const missing = keys.filter((key) => values[key] === undefined);
  if (missing.length > 0) throw new Error(`no value for ${missing.join(', ')} of the Secret ${name}`);
  const stringData = Object.fromEntries(keys.map((key) => [key, values[key]]));
  return { apiVersion: 'v1', kind: 'Secret', type, metadata: { namespace, name }, stringData };
}
