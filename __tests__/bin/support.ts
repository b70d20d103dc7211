// A project of a few files, and the launcher that runs it.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const LAUNCHER = join(__dirname, '../../bin/evenkeel.js');

/** The oldest Node.js that package.json allows, and the newest that is supported for long: `.ci/run` fetches both. */
const VERSIONS = ['20.12.2', '24.11.0'];

/** Their programs, as far as they are here. */
export const otherNodes = VERSIONS.map((version) => {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return { version, program: join(cache, 'evenkeel', 'node', version, 'package', 'bin', 'node') };
}).filter(({ program }) => existsSync(program));

export const areOtherNodesHere = otherNodes.length === VERSIONS.length;

/** A chart of cdk8s, and `add`, which gives it a ConfigMap. Five lines. */
export const CHART = `import { ApiObject, App, Chart } from 'cdk8s';
export const app = new App();
const chart = new Chart(app, 'blog', { namespace: 'blog' });
const add = (data: Record<string, string>, name = 'map') =>
  new ApiObject(chart, name, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
`;

/** What is in a file, or where a link leads. */
export type Files = Readonly<Record<string, string | { readonly link: string }>>;

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The manifests of the chart, if any were written. */
  readonly written: string | undefined;
}

/** Runs `use` with a new folder, and removes it. */
function withFolder<Answer>(use: (folder: string) => Answer): Answer {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'evenkeel-bin-')));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Writes the files below `apps/infra` of a new folder, and runs `evenkeel synth` there. */
export function synth(
  files: Files,
  { node = process.execPath, folder = 'apps/infra', args = ['synth'] } = {},
): Outcome {
  return withFolder((root) => {
    const project = join(root, folder);
    for (const [name, content] of Object.entries(files)) {
      const path = join(project, name);
      mkdirSync(dirname(path), { recursive: true });
      if (typeof content === 'string') writeFileSync(path, content);
      else symlinkSync(content.link, path);
    }
    const { status, stdout, stderr } = spawnSync(node, [LAUNCHER, ...args], { cwd: project, encoding: 'utf8' });
    const dist = join(project, 'dist');
    const [name = ''] = existsSync(dist) ? readdirSync(dist).filter((file) => file.startsWith('10-')) : [];
    return { status, stdout, stderr, written: name === '' ? undefined : readFileSync(join(dist, name), 'utf8') };
  });
}

/** The data of the first object that was written, as `key: value` lines. */
export function dataOf({ written = '' }: Outcome): readonly string[] {
  const lines = written.split('\n');
  const from = lines.indexOf('data:') + 1;
  const to = lines.findIndex((line, index) => index >= from && !line.startsWith('  '));
  return from === 0 ? [] : lines.slice(from, to).map((line) => line.trim());
}
