// E36: an API server with the whole definitions of each bundle takes what we write for every controller, in each step of a move, and adds nothing to it.
import assert from 'node:assert/strict';
import { join, relative } from 'node:path';
import { LIMITS } from '../../lib/model/exposure/bundles';
import { BUNDLES, type Bundle } from '../../lib/model/exposure/gateway-api';
import { groupOf } from '../../lib/model/manifest/object';
import { ControlPlane } from '../cluster/control-plane';
import type { Kubectl } from '../cluster/kubectl';
import { type AnyObject, readObjects } from '../manifests/manifests';
import { clusterFolders } from '../manifests/systems';
import { linesOf } from '../measure/acceptance';
import type { Figure } from '../measure/figure';
import { CommandError } from '../process/command';
import type { Run } from '../process/run';
import { defineGatewayApi, defineProviders, defineStandIns } from '../world/definitions';
import type { List } from '../world/objects';
import { Project } from '../world/project';
import type { Proof } from './proof';

const APP = join('e2e', 'apps', 'stalls.ts');
/** What serves the hosts, from step to step. */
const STEPS = ["['ingress']", "['ingress', 'gateway']", "['gateway', 'ingress']", "['gateway']"] as const;
const [FIRST] = STEPS;
const LAST = STEPS[3];
/** Groups of the objects that a Gateway, or its controller, reads: all that an Ingress does not have. */
const GROUPS = ['gateway.networking.k8s.io', 'gateway.k8s.aws', 'networking.gke.io'];

export const gateways: Proof = {
  id: 'E36',
  title: `Gateways, routes and policies for each controller: taken with the definitions of ${BUNDLES.join(', ')}, and nothing is added`,
  needs: 'api',
  full: true,
  prove: async ({ run }, figure) => {
    const folder = join(run.folder, 'stalls');
    const plane = await ControlPlane.start(run, { name: 'gateways', controllers: true });
    try {
      await new Acceptance(run, plane.kubectl, Project.create(folder), folder, figure).prove();
    } finally {
      await plane.stop();
    }
  },
};

class Acceptance {
  private bundle: Bundle = '1.3';
  private entries: (typeof STEPS)[number] = FIRST;
  private applied: readonly AnyObject[] = [];
  private readonly standIns = new Set<string>();

  constructor(
    private readonly run: Run,
    private readonly kubectl: Kubectl,
    private readonly project: Project,
    private readonly folder: string,
    private readonly figure: Figure,
  ) {}

  async prove(): Promise<void> {
    await defineProviders(this.kubectl);
    for (const bundle of BUNDLES) {
      await defineGatewayApi(this.kubectl, bundle);
      this.edit(`'${this.bundle}' as`, `'${bundle}' as`);
      this.bundle = bundle;
      // what the steps do does not depend on the bundle
      await this.move(bundle === '1.3' ? STEPS : [LAST]);
      await this.refuseBeyondLimits();
    }
    this.figure(`any fields are kept of kinds without public definitions: ${[...this.standIns].sort().join(', ')}`);
  }

  /** Each cluster goes through the steps, on the same server; what a step has no more is deleted, as a controller prunes it. */
  private async move(steps: readonly (typeof STEPS)[number][]): Promise<void> {
    const written = new Map<string, string[]>();
    for (const entries of steps) {
      if (entries !== this.entries) this.edit(`> = ${this.entries};`, `> = ${entries};`);
      this.entries = entries;
      const output = await this.project.synthesize(`${this.bundle}-${STEPS.indexOf(entries)}`, '--app', APP);
      for (const folder of clusterFolders(output)) {
        const name = relative(output, folder);
        written.set(name, [...(written.get(name) ?? []), folder]);
      }
    }
    const counts: number[] = [];
    for (const folders of written.values()) {
      for (const folder of folders) counts.push(await this.accept(folder));
    }
    const kept = counts.reduce((sum, count) => sum + count, 0);
    this.figure(
      `bundle ${this.bundle}: ${written.size} clusters, ${steps.length} steps: ${kept} objects of Gateways stored as written; a second apply changes nothing`,
    );
  }

  /** Applies a folder twice. Gives the number of objects that a Gateway or its controller reads. */
  private async accept(folder: string): Promise<number> {
    const objects = readObjects(folder);
    for (const kind of await defineStandIns(this.kubectl, objects)) this.standIns.add(kind);
    await this.prune(objects);
    const apply = ['apply', '-f', folder, '--validate=strict'];
    // the admission policy, which lists the hosts, is read a moment after it is applied
    await this.kubectl.run(['apply', '-f', join(folder, '00-cluster.yaml')]);
    await this.run.until(`${relative(this.folder, folder)} admitted`, 60, async () => {
      assert.equal(linesOf(await this.kubectl.run(apply)).length, objects.length);
      return true;
    });
    this.applied = objects;
    for (const line of linesOf(await this.kubectl.run(apply))) {
      // kubectl's own patch of a budget is never empty, since its selector is replaced as a whole: the server changes nothing
      assert.match(line, line.startsWith('poddisruptionbudget.') ? / (unchanged|configured)$/ : / unchanged$/);
    }
    const { items } = await this.kubectl.get<List<AnyObject>>(['-f', folder]);
    const stored = new Map(items.map((item) => [keyOf(item), item]));
    const ours = objects.filter(({ apiVersion }) => GROUPS.includes(groupOf(apiVersion)));
    for (const object of ours)
      assert.deepEqual(
        stored.get(keyOf(object))?.spec,
        object.spec,
        `${relative(this.folder, folder)}: ${keyOf(object)}`,
      );
    return ours.length;
  }

  private async prune(next: readonly AnyObject[]): Promise<void> {
    const kept = new Set(next.map(keyOf));
    const gone = this.applied.filter((object) => !kept.has(keyOf(object)) && object.kind !== 'Namespace');
    if (gone.length > 0) await this.kubectl.deleteAtOnce(gone);
  }

  /** What the rules refuse is refused by the server too, and one less is not. */
  private async refuseBeyondLimits(): Promise<void> {
    for (const { name, most, make } of BOUNDS) {
      await this.kubectl.run(DRY_RUN, JSON.stringify(make(most)));
      await assert.rejects(
        this.kubectl.run(DRY_RUN, JSON.stringify(make(most + 1))),
        (error) =>
          error instanceof CommandError &&
          /Too many|Too long|should be less than|must have at most/.test(error.message),
        `bundle ${this.bundle}: ${name} beyond ${most}`,
      );
    }
    this.figure(
      `bundle ${this.bundle}: refused beyond ${BOUNDS.map(({ name, most }) => `${most} ${name}`).join(', ')}`,
    );
  }

  private edit(from: string, to: string): void {
    if (from !== to) this.project.edit(APP, from, to);
  }
}

const keyOf = ({ apiVersion, kind, metadata: { namespace = '', name } }: AnyObject): string =>
  `${apiVersion} ${kind} ${namespace}/${name}`;

const DRY_RUN = ['create', '--dry-run=server', '-f', '-'];
const API_VERSION = 'gateway.networking.k8s.io/v1';

const times = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index));

const route = (spec: object): object => ({
  apiVersion: API_VERSION,
  kind: 'HTTPRoute',
  metadata: { name: 'bounds', namespace: 'default' },
  spec: { parentRefs: [{ name: 'shared' }], ...spec },
});

const gateway = (listeners: readonly object[]): object => ({
  apiVersion: API_VERSION,
  kind: 'Gateway',
  metadata: { name: 'bounds', namespace: 'default' },
  spec: { gatewayClassName: 'bounds', listeners },
});

const backends = (count: number): object[] => times(count, (index) => ({ name: `web-${index}`, port: 80 }));

/** The bounds that rules of synth know. */
const BOUNDS: readonly { readonly name: string; readonly most: number; readonly make: (count: number) => object }[] = [
  { name: 'backends', most: LIMITS.backendRefs, make: (count) => route({ rules: [{ backendRefs: backends(count) }] }) },
  {
    name: 'rules',
    most: LIMITS.rules,
    make: (count) => route({ rules: times(count, () => ({ backendRefs: backends(1) })) }),
  },
  {
    name: 'hostnames',
    most: LIMITS.hostnames,
    make: (count) => route({ hostnames: times(count, (index) => `h${index}.example`) }),
  },
  {
    name: 'parents',
    most: LIMITS.parentRefs,
    make: (count) => route({ parentRefs: times(count, (index) => ({ name: `g${index}` })) }),
  },
  {
    name: 'matches of a rule',
    most: LIMITS.matches,
    make: (count) => route({ rules: [{ matches: times(count, (index) => ({ path: { value: `/${index}` } })) }] }),
  },
  {
    name: 'of a weight',
    most: LIMITS.weight,
    make: (weight) => route({ rules: [{ backendRefs: [{ name: 'web', port: 80, weight }] }] }),
  },
  {
    name: 'characters of a path',
    most: LIMITS.path,
    make: (count) => route({ rules: [{ matches: [{ path: { value: `/${'a'.repeat(count - 1)}` } }] }] }),
  },
  {
    name: 'listeners',
    most: LIMITS.listeners,
    make: (count) =>
      gateway(
        times(count, (index) => ({ name: `l${index}`, port: 80, protocol: 'HTTP', hostname: `h${index}.example` })),
      ),
  },
];
