// `npm run e2e`: runs the proofs one after the other on what they share, and prints what each of them took.
import { writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { Cluster } from './cluster/cluster';
import { cleanUp } from './process/journal';
import { Run } from './process/run';
import { buildAll } from './programs/build';
import { PROOFS } from './proofs';
import type { Proof } from './proofs/proof';
import { type Options, parseOptions } from './runner/options';
import { visit } from './runner/visit';
import { World } from './world/world';

void main(parseOptions(process.argv.slice(2)));

async function main(options: Options): Promise<void> {
  if (options.watchdog !== undefined) return watch(options.watchdog);
  if (options.kubeconfig !== undefined) {
    return visit(options.kubeconfig, options.manifests, (line) => process.stdout.write(`    ${line}\n`));
  }
  const proofs = choose(options);
  const obstacle = await Cluster.obstacle();
  /** Why the proof cannot run on this machine. */
  const hindrance = (proof: Proof) =>
    (proof.needs === 'nodes' || process.platform !== 'linux' ? obstacle : undefined) ?? proof.obstacle?.();
  buildAll({ nodes: obstacle === undefined, full: proofs.some(({ full }) => full) });
  if (options.build) return;
  const run = await Run.begin();
  const world = new World(run);
  const minutes: string[] = [];
  const counts = { passed: 0, failed: 0, skipped: proofs.filter((proof) => hindrance(proof) !== undefined).length };
  for (const proof of proofs) {
    const skip = hindrance(proof);
    test(`${proof.id} ${proof.title}`, skip === undefined ? {} : { skip }, async () => {
      const started = Date.now();
      try {
        await proof.prove(world, (line) => process.stdout.write(`    ${proof.id}: ${line}\n`));
        counts.passed += 1;
      } catch (error) {
        counts.failed += 1;
        throw error;
      } finally {
        minutes.push(`${proof.id} ${((Date.now() - started) / 60_000).toFixed(1)} min`);
      }
    });
  }
  after(async () => {
    if (options.hold) await hold(world);
    await run.end(counts.failed > 0);
    process.stdout.write(`${minutes.join(', ')}\n`);
    if (options.report !== undefined) writeFileSync(options.report, JSON.stringify(counts));
    if (counts.failed > 0) process.stdout.write(`logs: ${run.folder}/logs\n`);
  });
}

function choose({ ids, full, hold: holding }: Options) {
  const unknown = ids.filter((id) => !PROOFS.some((proof) => proof.id === id));
  if (unknown.length > 0) {
    process.stderr.write(
      `no proof is called ${unknown.join(', ')}; there are ${PROOFS.map(({ id }) => id).join(', ')}\n`,
    );
    process.exit(1);
  }
  if (ids.length > 0) return PROOFS.filter(({ id }) => ids.includes(id));
  return holding ? [] : PROOFS.filter((proof) => full || proof.full === undefined);
}

async function hold(world: World): Promise<void> {
  const { cluster } = await world.deployed();
  process.stdout.write(`the cluster is up: KUBECONFIG=${cluster.kubectl.kubeconfig}\nInterrupt to end it.\n`);
  const awake = setInterval(() => {}, 60_000);
  await new Promise<void>((resolve) => process.once('SIGINT', () => resolve()));
  clearInterval(awake);
}

/** Reads until the run that started us is gone, then ends what it left. */
function watch(folder: string): void {
  process.stdin.resume();
  process.stdin.on('end', () => void cleanUp(folder, true));
}
