// E30: the loop of Flux on the committed objects of gitops/: a commit is applied in its order, a change by hand is healed, what leaves git is pruned.
import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ControlPlane } from '../cluster/control-plane';
import type { Kubectl } from '../cluster/kubectl';
import { readManifests } from '../manifests/manifests';
import { linesOf } from '../measure/acceptance';
import { type Figure, secondsSince } from '../measure/figure';
import { FLUX, startFlux } from '../outside/flux';
import { CREDENTIALS, GitServer, gitObstacle } from '../outside/git';
import { PROJECT } from '../process/paths';
import type { Run } from '../process/run';
import type { List } from '../world/objects';
import { Project } from '../world/project';
import type { Proof } from './proof';

/** What charts/platform.ts has, and with it the committed objects. */
const REPOSITORY = 'https://git.example.com/platform.git';
const IN_FLUX = ['-n', 'flux-system'];
const PREVIEW = 'pingpong-feature-e30';
/** The part that leaves mumbai: its Namespace has a claim, and stays. */
const PART = 'traces-operations';
const PART_LINE = "  traces({ retention: '14d', store: { s3: { bucket: 'mumbai-traces', region } } }),\n";
const PART_IDENTITY = "      'traces-operations/tempo': 'arn:aws:iam::123456789012:role/mumbai-tempo',\n";

/** Pods of a quota that a hand raised. */
const RAISED = '999';

const POLL_SECONDS = 60;
/** How often each stage is compared; Flux varies it by 5 %. */
const HEAL_SECONDS = 600;

export const gitops: Proof = {
  id: 'E30',
  title: 'Flux applies dist/ from git in its order, heals what is changed by hand, and prunes what leaves git',
  needs: 'api',
  full: true,
  programs: FLUX,
  systems: ['toytrex', 'pingpong'],
  obstacle: gitObstacle,
  prove: async ({ run }, figure) => {
    const ends: (() => Promise<unknown>)[] = [];
    try {
      const folder = join(run.folder, 'platform');
      const project = Project.create(folder);
      const git = await GitServer.start(folder);
      ends.unshift(() => git.close());
      await useRepository(project, folder, git, figure);
      const plane = await ControlPlane.start(run, { name: 'gitops', controllers: true });
      ends.unshift(() => plane.stop());
      for (const program of await startFlux(plane)) ends.unshift(() => program.stop());
      await new Loop(run, plane.kubectl, project, folder, git, figure).prove();
    } finally {
      for (const end of ends) await end();
    }
  },
};

/** The committed dist/ and gitops/ in a repository of ours, whose address is all that differs. */
async function useRepository(project: Project, folder: string, git: GitServer, figure: Figure): Promise<void> {
  for (const part of ['dist', 'gitops']) cpSync(join(PROJECT, part), join(folder, part), { recursive: true });
  project.edit('charts/platform.ts', REPOSITORY, git.url);
  await project.gitops();
  const committed = contents(join(PROJECT, 'gitops'));
  const ours = contents(join(folder, 'gitops'));
  assert.deepEqual([...ours.keys()], [...committed.keys()]);
  for (const [path, text] of ours)
    assert.equal(text, committed.get(path)?.replace(REPOSITORY, git.url), `${path}: only the address differs`);
  figure(`${committed.size} files of gitops/ as committed, but for the address of the repository`);
}

function contents(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return new Map(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]));
}

interface Stage {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly lastAppliedRevision?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message: string;
      readonly lastTransitionTime: string;
    }[];
  };
}

interface Created {
  readonly metadata: { readonly creationTimestamp: string };
}

class Loop {
  constructor(
    private readonly run: Run,
    private readonly kubectl: Kubectl,
    private readonly project: Project,
    private readonly folder: string,
    private readonly git: GitServer,
    private readonly figure: Figure,
  ) {}

  async prove(): Promise<void> {
    await this.begin();
    await this.beginPreview();
    await this.endPreviewAndPart();
    await this.healByHand();
    assert.equal(this.git.refused, 0, 'each request had the credentials of the Secret');
  }

  private async begin(): Promise<void> {
    const commit = await this.commit('the committed manifests');
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'platform-repository', namespace: 'flux-system' },
    };
    await this.kubectl.apply([{ ...secret, stringData: CREDENTIALS }]);
    const began = Date.now();
    await this.kubectl.run(['apply', '-k', join(this.folder, 'gitops', 'mumbai')]);
    await this.applied(commit);
    const seconds = secondsSince(began);
    const files = this.filesOf(/^0[05]-/);
    const counts = await Promise.all(files.map((file) => this.countObjects(file)));
    const released = this.filesOf(/^10-/);
    for (const file of released) assert.equal(await this.getAll(file, '--ignore-not-found'), '', `nothing of ${file}`);
    await this.assertOrder();
    const total = counts.reduce((sum, count) => sum + count, 0);
    this.figure(
      `${total} objects of ${files.length} files applied ${seconds} s after kubectl apply -k, 00- before 05-; none of ${released.length} files 10-`,
    );
  }

  /** No object of a namespace is older than the readiness of the stage with the Namespaces. */
  private async assertOrder(): Promise<void> {
    const cluster = await this.kubectl.get<Stage>(['kustomization', '00-cluster', ...IN_FLUX]);
    const ready = cluster.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? '';
    assert.notEqual(ready, '');
    for (const file of this.filesOf(/^05-/)) {
      const { items } = await this.kubectl.get<List<Created>>(['-f', this.pathOf(file)]);
      for (const { metadata } of items)
        assert.ok(metadata.creationTimestamp >= ready, `${file} after 00-cluster.yaml was ready`);
    }
  }

  /** One line of charts/previews.json, and what synth and gitops make of it. */
  private async beginPreview(): Promise<void> {
    await this.project.preview('feature/e30', '--until', '2030-01-01', '--image', 'pingpong=58');
    await this.synthesize();
    const commit = await this.commit('a preview begins');
    const began = Date.now();
    await this.applied(commit);
    const seconds = secondsSince(began);
    const count = await this.countObjects(`05-${PREVIEW}.yaml`);
    await this.kubectl.run(['get', 'namespace', PREVIEW]);
    this.figure(
      `a preview's Namespace and ${count} objects are there ${seconds} s after its commit; git is asked every ${POLL_SECONDS} s`,
    );
  }

  /** What leaves git goes, but for a Namespace with data. */
  private async endPreviewAndPart(): Promise<void> {
    const left = [`05-${PART}.yaml`, `05-${PREVIEW}.yaml`].map((file) => {
      const objects = readManifests(this.pathOf(file));
      return { file, list: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }), count: objects.length };
    });
    await this.project.preview('feature/e30', '--end');
    this.project.edit('charts/operations.ts', PART_LINE, '');
    this.project.edit('charts/clusters.ts', PART_IDENTITY, '');
    await this.synthesize();
    const commit = await this.commit('a preview and a part end');
    const began = Date.now();
    await this.applied(commit);
    await this.run.until('the preview is gone', 120, async () => {
      const output = await this.kubectl.run(['get', 'namespace', PREVIEW, '--ignore-not-found']);
      return output === '';
    });
    for (const { file, list } of left)
      await this.run.until(`${file} is pruned`, 60, async () => {
        const output = await this.kubectl.run(['get', '-f', '-', '--ignore-not-found'], list);
        return output === '';
      });
    const seconds = secondsSince(began);
    const kept = await this.kubectl.get<{ status: { phase: string } }>(['namespace', PART]);
    assert.equal(kept.status.phase, 'Active', 'a Namespace with a claim stays');
    const stages = (await this.stages()).map(({ metadata }) => metadata.name);
    assert.deepEqual(
      stages.filter((name) => name.endsWith(PREVIEW) || name.endsWith(PART)),
      [],
    );
    const counts = left.map(({ count }) => count).join(' + ');
    this.figure(
      `${counts} objects and the preview's Namespace pruned ${seconds} s after their commit; the Namespace ${PART}, with a claim, stays`,
    );
  }

  /** The clock heals, without a commit or a request; where a stage is suspended, nothing does. */
  private async healByHand(): Promise<void> {
    const suspended = 'metrics-operations';
    await this.suspend(suspended, true);
    const policies = ['networkpolicy', '-n', 'toytrex-production', '-o', 'name'];
    const policy = linesOf(await this.kubectl.run(['get', ...policies]));
    const written = { pingpong: await this.podsOf('pingpong-production'), suspended: await this.podsOf(suspended) };
    const began = Date.now();
    for (const namespace of ['pingpong-production', suspended]) await this.raiseQuota(namespace);
    await this.kubectl.run(['delete', 'networkpolicy', '--all', '-n', 'toytrex-production']);
    const seconds: number[] = [];
    await this.run.until('the quota is healed', HEAL_SECONDS + 120, async () => {
      const pods = await this.podsOf('pingpong-production');
      return pods === written.pingpong;
    });
    seconds.push(secondsSince(began));
    await this.run.until('the policy is healed', HEAL_SECONDS + 120, async () => {
      const found = linesOf(await this.kubectl.run(['get', ...policies]));
      return found.join() === policy.join();
    });
    seconds.push(secondsSince(began));
    this.figure(
      `a quota and a deleted NetworkPolicy healed by the clock, ${seconds.join(' and ')} s after the change; the interval is ${HEAL_SECONDS} s`,
    );
    await this.proveTwin(suspended, written.suspended);
  }

  private async proveTwin(suspended: string, written: string): Promise<void> {
    const ours = 'pingpong-production';
    const pods = await this.podsOf(ours);
    await this.raiseQuota(ours);
    const asked = Date.now();
    await this.request(suspended);
    await this.request(ours);
    await this.run.until('the request heals', 120, async () => (await this.podsOf(ours)) === pods);
    this.figure(`healed ${secondsSince(asked)} s after a request, as \`flux reconcile\` makes it`);
    assert.equal(await this.podsOf(suspended), RAISED, 'a suspended stage heals neither by the clock nor on request');
    await this.suspend(suspended, null);
    const began = Date.now();
    await this.run.until('the resumed stage heals', 120, async () => (await this.podsOf(suspended)) === written);
    this.figure(
      `twin: where the stage is suspended the change stays; healed ${secondsSince(began)} s after it is resumed`,
    );
  }

  /** As `flux suspend` does it: a field that kubectl owns would be taken away when the root is compared. */
  private async suspend(namespace: string, suspend: true | null): Promise<void> {
    const patch = ['--type=merge', '--field-manager=flux', '-p', JSON.stringify({ spec: { suspend } })];
    await this.kubectl.run(['patch', 'kustomization', `05-${namespace}`, ...IN_FLUX, ...patch]);
  }

  private async request(namespace: string): Promise<void> {
    const note = `reconcile.fluxcd.io/requestedAt=${Date.now()}`;
    await this.kubectl.run(['annotate', 'kustomization', `05-${namespace}`, ...IN_FLUX, '--overwrite', note]);
  }

  private async raiseQuota(namespace: string): Promise<void> {
    const patch = ['--type=merge', '-p', JSON.stringify({ spec: { hard: { pods: RAISED } } })];
    const [name = ''] = linesOf(await this.kubectl.run(['get', 'resourcequota', '-n', namespace, '-o', 'name']));
    await this.kubectl.run(['patch', name, '-n', namespace, ...patch]);
    assert.equal(await this.podsOf(namespace), RAISED);
  }

  /** Pods that the quota of a namespace allows. */
  private podsOf(namespace: string): Promise<string> {
    return this.kubectl.run(['get', 'resourcequota', '-n', namespace, '-o', 'jsonpath={.items[0].spec.hard.pods}']);
  }

  /** Writes dist/ and gitops/ as a user does before a commit. */
  private async synthesize(): Promise<void> {
    await this.project.synthesize('dist');
    await this.project.gitops();
  }

  private commit(message: string): Promise<string> {
    return this.git.commit(message, 'charts', 'dist', 'gitops');
  }

  /** Every stage of the folder is there, and ready at the commit. */
  private async applied(commit: string): Promise<void> {
    const names = ['evenkeel', ...this.filesOf(/^0[05]-/).map((file) => file.replace('.yaml', ''))].sort();
    await this.run.until(`all stages at ${commit}`, 300, async () => {
      const stages = await this.stages();
      const waiting = stages.flatMap(({ metadata, status }) => {
        const ready = status?.conditions?.find(({ type }) => type === 'Ready');
        const isThere = ready?.status === 'True' && status?.lastAppliedRevision?.endsWith(commit) === true;
        return isThere ? [] : [`${metadata.name}: ${ready?.message}`];
      });
      if (waiting.length > 0) throw new Error(waiting.join('; '));
      assert.deepEqual(stages.map(({ metadata }) => metadata.name).sort(), names);
      return true;
    });
  }

  private async stages(): Promise<readonly Stage[]> {
    const { items } = await this.kubectl.get<List<Stage>>(['kustomizations', ...IN_FLUX]);
    return items;
  }

  /** Names of files of mumbai. */
  private filesOf(pattern: RegExp): string[] {
    return readdirSync(join(this.folder, 'dist'))
      .filter((name) => pattern.test(name))
      .sort();
  }

  private pathOf(file: string): string {
    return join(this.folder, 'dist', file);
  }

  private getAll(file: string, ...options: string[]): Promise<string> {
    return this.kubectl.run(['get', '-f', this.pathOf(file), '-o', 'name', ...options]);
  }

  /** Number of objects of the file; each of them must be there. */
  private async countObjects(file: string): Promise<number> {
    const count = readManifests(this.pathOf(file)).length;
    assert.equal(linesOf(await this.getAll(file)).length, count, file);
    return count;
  }
}
