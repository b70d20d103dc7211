// The rows of the table: the command, its input, and the sizes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from 'cdk8s';
import { check, rules } from '../../../lib/checks';
import { synthesize } from '../../../lib/synth/synthesize';
import { cli } from '../../support/cli';
import { type Calls, countCalls } from './calls';
import { type Runs, without } from './growth';
import { equipped, overridden, plain, platform, tags } from './inputs';
import { VERBS, type Verb } from './verbs';

/** Sizes of the input: the second is twice the first, the third four times. */
export type Sizes = readonly [one: number, two: number, four: number];

/** One row. */
export interface Row {
  /** The command, as `verbs.ts` writes it. */
  readonly of: Verb | 'rules';
  /** The verb with its arguments as a user types them. */
  readonly asked: string;
  /** What of the input grows; everything else stays. */
  readonly grows: string;
  readonly sizes: Sizes;
  /** Whether only what the verb calls beyond building and synthesizing the app is counted. */
  readonly beyond: boolean;
  /** The calls at one size. */
  readonly count: (size: number) => Promise<Calls>;
}

/** What a row is called. */
export const nameOf = ({ of, grows }: Row): string => `${of} | ${grows}`;

/**
 * The counts of a row. What the process remembers from one run to the next is there before the first one: of each size where the
 * counts are so small that it shows.
 */
export async function measure({ sizes, beyond, count }: Row): Promise<Runs> {
  const [one, two, four] = sizes;
  for (const size of beyond ? sizes : [one]) await count(size);
  return [await count(one), await count(two), await count(four)];
}

const ROOT = join(__dirname, '../../..');

/** Functions of the product, and those of `constructs`, through which all visit the tree. */
function label(path: string): string | undefined {
  if (path.includes('/node_modules/constructs/')) return 'constructs';
  return path.startsWith(`${ROOT}/lib/`) ? path.slice(ROOT.length + 1) : undefined;
}

const INPUTS = {
  'components of a system': (size) => platform({ components: size }),
  'callers of a component': (size) => platform({ components: size, calls: 'first' }),
  'systems on a cluster': (size) => platform({ systems: size }),
  'systems beside metrics and traces': (size) => equipped(size),
  'environments of a system': (size) => platform({ environments: size }),
  'clusters of a system': (size) => platform({ clusters: size }),
  'plain applications of a chart': (size) => plain(size),
  'plain applications, object after object': (size) => plain(size, { dependent: true }),
  'overrides of an object': (size) => overridden(size),
} as const satisfies Record<string, (size: number) => App>;

type Input = keyof typeof INPUTS;

const SMALL: Sizes = [1, 2, 4];
const MIDDLE: Sizes = [2, 4, 8];
const LARGE: Sizes = [8, 16, 32];

/** A verb on a growing platform. */
function ask(verb: Verb, grows: Input, sizes: Sizes): Row {
  const count = (size: number) => withScratch((scratch) => countVerb(verb, () => INPUTS[grows](size), scratch));
  return { of: verb, asked: askedOf(verb), grows, sizes, beyond: false, count };
}

/** A verb on a growing platform, without what every verb does before it can answer. */
function askBeyond(verb: Verb, grows: Input, sizes: Sizes): Row {
  const row = ask(verb, grows, sizes);
  const count = async (size: number) => without(await row.count(size), await synthesisOf(grows, size));
  return { ...row, beyond: true, count };
}

const syntheses = new Map<string, Promise<Calls>>();

/** The calls of building and synthesizing an app, counted once. */
function synthesisOf(grows: Input, size: number): Promise<Calls> {
  const key = `${grows} ${size}`;
  const known = syntheses.get(key);
  if (known !== undefined) return known;
  const counted = countCalls(label, () => void synthesize(INPUTS[grows](size), check));
  syntheses.set(key, counted);
  return counted;
}

const askedOf = (verb: Verb): string => VERBS[verb].join(' ');

async function countVerb(verb: Verb, app: () => App, scratch: string): Promise<Calls> {
  const args = VERBS[verb];
  const writes = args[0] === VERBS.synth[0] || verb === 'picture';
  const dist = join(scratch, 'dist');
  const outdir = writes
    ? ['--outdir', dist]
    : verb === 'gitops'
      ? ['--dist', dist, '--outdir', join(scratch, 'gitops')]
      : [];
  const run = (verbArgs: readonly string[]) => succeed([...verbArgs, ...outdir], () => ({ app: app() }));
  if (verb === 'check') await run(VERBS.synth);
  if (verb === 'gitops') await succeed([...VERBS.synth, '--outdir', dist], () => ({ app: app() }));
  return countCalls(label, () => run(args));
}

/** A row that measures a failure measures nothing. */
async function succeed(args: readonly string[], load: () => unknown): Promise<void> {
  const { code, err } = await cli(args, load);
  if (code !== 0) throw new Error(`evenkeel ${args.join(' ')} exits ${code}: ${err}`);
}

async function withScratch<T>(use: (scratch: string) => Promise<T>): Promise<T> {
  const scratch = mkdtempSync(join(tmpdir(), 'evenkeel-growth-'));
  try {
    return await use(scratch);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

const entriesOf = (app: App) => synthesize(app, () => []).entries;

const OF_RULES: readonly Row[] = [
  {
    of: 'rules',
    asked: 'the rules',
    grows: 'objects',
    sizes: MIDDLE,
    beyond: false,
    count: (size) => {
      const entries = entriesOf(platform({ components: size }));
      return countCalls(label, () => void check(entries));
    },
  },
  {
    of: 'rules',
    asked: 'the rules',
    grows: 'rules, on the same objects',
    sizes: SMALL,
    beyond: false,
    count: (size) => {
      const entries = entriesOf(platform({}));
      const many = Array.from({ length: size }, () => rules).flat();
      return countCalls(label, () => void check(entries, many));
    },
  },
];

const IMAGE: Row = {
  of: 'image',
  asked: askedOf('image'),
  grows: 'systems in the file of tags',
  sizes: LARGE,
  beyond: false,
  count: (size) =>
    withScratch((scratch) => {
      const file = join(scratch, 'images.json');
      writeFileSync(file, tags(size));
      return countCalls(label, () => succeed([...VERBS.image, 'system-0/test', '2', '--file', file], () => ({})));
    }),
};

const PREVIEW: Row = {
  of: 'preview',
  asked: askedOf('preview'),
  grows: 'branches in the file of previews',
  sizes: LARGE,
  beyond: false,
  count: (size) =>
    withScratch((scratch) => {
      const file = join(scratch, 'previews.json');
      const branches = Array.from({ length: size }, (_, index) => [`feature/${index}`, { until: '2026-12-05' }]);
      writeFileSync(file, JSON.stringify(Object.fromEntries(branches)));
      return countCalls(label, () => succeed([...VERBS.preview, 'feature/new', '--file', file], () => ({})));
    }),
};

/** All rows, in the order of the table. */
export const ROWS: readonly Row[] = [
  ask('synth', 'components of a system', LARGE),
  ask('synth', 'systems on a cluster', MIDDLE),
  ask('synth', 'systems beside metrics and traces', MIDDLE),
  ask('synth', 'environments of a system', MIDDLE),
  ask('synth', 'clusters of a system', MIDDLE),
  ask('synth', 'plain applications of a chart', LARGE),
  ask('synth', 'plain applications, object after object', LARGE),
  ask('synth', 'overrides of an object', LARGE),
  ...OF_RULES,
  ask('check', 'components of a system', MIDDLE),
  ask('check', 'systems on a cluster', MIDDLE),
  ...(['secrets', 'access', 'connections', 'plan', 'traffic'] as const).flatMap((verb) => [
    askBeyond(verb, 'components of a system', MIDDLE),
    askBeyond(verb, 'systems on a cluster', MIDDLE),
    askBeyond(verb, 'clusters of a system', SMALL),
  ]),
  askBeyond('connections', 'callers of a component', MIDDLE),
  askBeyond('move', 'clusters of a system', MIDDLE),
  IMAGE,
  PREVIEW,
  askBeyond('gitops', 'components of a system', LARGE),
  askBeyond('gitops', 'systems on a cluster', MIDDLE),
  askBeyond('gitops', 'environments of a system', MIDDLE),
  askBeyond('gitops', 'clusters of a system', SMALL),
  askBeyond('picture', 'components of a system', MIDDLE),
  askBeyond('picture', 'callers of a component', MIDDLE),
  askBeyond('picture', 'systems on a cluster', SMALL),
  askBeyond('picture', 'environments of a system', SMALL),
  askBeyond('picture', 'clusters of a system', SMALL),
  ...(['providers', 'environments'] as const).flatMap((verb) => [
    ask(verb, 'components of a system', SMALL),
    ask(verb, 'systems on a cluster', SMALL),
    ask(verb, 'environments of a system', SMALL),
    ask(verb, 'clusters of a system', SMALL),
  ]),
  ask('prove', 'components of a system', SMALL),
  ask('prove', 'systems on a cluster', MIDDLE),
  ask('prove', 'environments of a system', MIDDLE),
  ask('prove', 'clusters of a system', SMALL),
];
