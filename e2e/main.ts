// `npm run e2e`: runs the proofs on what they share, and prints what each of them took.
import { writeFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { Cluster } from './cluster/cluster';
import { systemsIn } from './manifests/systems';
import { cleanUp } from './process/journal';
import { Run } from './process/run';
import { buildAll } from './programs/build';
import { builds } from './programs/cache';
import { PROOFS } from './proofs';
import type { Proof } from './proofs/proof';
import { choose, findGone } from './runner/choice';
import { type Duration, formatDurations } from './runner/durations';
import { lanesOf, Machine } from './runner/lanes';
import { type Options, parseOptions } from './runner/options';
import { visit } from './runner/visit';
import { DEPLOYED, DIST, World } from './world/world';

void main(parseOptions(process.argv.slice(2)));

async function main(options: Options): Promise<void> {
  if (options.watchdog !== undefined) return watch(options.watchdog);
  if (options.kubeconfig !== undefined) {
    return visit(options.kubeconfig, options.manifests, (line) => process.stdout.write(`    ${line}\n`));
  }
  const proofs = chosen(options);
  const present = systemsIn(DIST.mumbai);
  if (options.hold) refuseHold(present);
  const able = proofs.filter((proof) => findGone(proof, present) === undefined);
  const obstacle = await Cluster.obstacle();
  const nodes = options.build || options.hold || able.some(({ needs }) => needs === 'nodes');
  if (nodes || able.length > 0)
    buildAll({
      nodes: nodes && obstacle === undefined,
      extras: new Set(able.flatMap(({ programs = [] }) => programs)),
    });
  if (options.build) return report(options, { passed: 0, failed: 0, skipped: 0 }, builds);
  await prove(proofs, present, obstacle, options);
}

function chosen(options: Options): readonly Proof[] {
  try {
    return choose(PROOFS, options);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}

/** Ends the run where the cluster that is wanted has lost its systems. */
function refuseHold(present: ReadonlySet<string>): void {
  const gone = findGone({ systems: DEPLOYED }, present);
  if (gone === undefined) return;
  process.stderr.write(`--hold ${gone}\n`);
  process.exit(1);
}

/** Registers the proofs as tests, and their end. */
async function prove(
  proofs: readonly Proof[],
  present: ReadonlySet<string>,
  obstacle: string | undefined,
  options: Options,
): Promise<void> {
  /** Why the proof cannot run in this project, or on this machine. */
  const hindrance = (proof: Proof) =>
    findGone(proof, present) ??
    (proof.needs === 'nodes' || process.platform !== 'linux' ? obstacle : undefined) ??
    proof.obstacle?.();
  const run = await Run.begin();
  const world = new World(run);
  const machine = new Machine();
  const durations: Duration[] = [];
  const counts = { passed: 0, failed: 0, skipped: proofs.filter((proof) => hindrance(proof) !== undefined).length };
  const attempt = async (proof: Proof) => {
    const started = Date.now();
    try {
      await proof.prove(world, (line) => process.stdout.write(`    ${proof.id}: ${line}\n`));
      counts.passed += 1;
    } catch (error) {
      counts.failed += 1;
      throw error;
    } finally {
      const seconds = (Date.now() - started) / 1000;
      durations.push({ name: `${proof.id} ${proof.title}`, seconds });
      process.stdout.write(`    ${proof.id}: ${seconds.toFixed(0)} s\n`);
    }
  };
  after(async () => {
    if (options.hold) await hold(world);
    await run.end(counts.failed > 0);
    report(options, counts, [...builds, ...durations]);
    if (counts.failed > 0) process.stdout.write(`logs: ${run.folder}/logs\n`);
  });
  await describe('proofs', { concurrency: true }, () => {
    for (const { needs, own, width } of lanesOf(proofs)) {
      void describe(`that need ${needs}`, { concurrency: width }, () => {
        for (const proof of own) {
          const skip = hindrance(proof);
          const options = skip === undefined ? {} : { skip };
          void test(`${proof.id} ${proof.title}`, options, () => machine.run(proof, () => attempt(proof)));
        }
      });
    }
  });
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

function report({ report: file }: Options, counts: Counts, durations: readonly Duration[]): void {
  process.stdout.write(formatDurations(durations));
  if (file !== undefined) writeFileSync(file, JSON.stringify({ ...counts, durations }));
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
