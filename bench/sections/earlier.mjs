// Section 5: the systems of an earlier commit, by its own command and by today's. The commit is built from git.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { count, duration, heading, paragraph, progress, ratio, table } from '../markdown.mjs';
import { rounds } from '../measure.mjs';
import { fresh, root, weigh } from '../places.mjs';

const COMMIT = '4abc7a5';
const FROZEN = join('bench', 'frozen', 'main.ts');

/** A checkout of the commit with the packages of today; undefined in a clone that does not have it. */
function checkout() {
  const { status } = spawnSync('git', ['cat-file', '-e', `${COMMIT}^{commit}`], { cwd: root });
  if (status !== 0) return undefined;
  const folder = fresh(COMMIT);
  mkdirSync(folder);
  const archive = execFileSync('git', ['archive', COMMIT], { cwd: root, maxBuffer: 2 ** 30 });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

const evenkeel = (name, cwd, args) => ({
  name,
  command: process.execPath,
  args: [join('bin', 'evenkeel.js'), ...args],
  cwd,
});

/** Measures both and prints the table. */
export async function earlier() {
  heading(`5. The systems of commit ${COMMIT}`);
  const then = checkout();
  if (then === undefined) return paragraph(`This clone does not have commit ${COMMIT}: not measured.`);
  progress(`the systems of ${COMMIT}`);
  const before = fresh('before');
  const after = fresh('after');
  const results = await rounds(
    [
      evenkeel('synth then', then, ['synth', '--outdir', before]),
      evenkeel('synth now', root, ['synth', '--app', FROZEN, '--outdir', after]),
      evenkeel('prove then', then, ['prove']),
      evenkeel('prove now', root, ['prove', '--app', FROZEN]),
    ],
    9,
  );
  paragraph(
    `What commit ${COMMIT} placed, written for the constructs of today in \`bench/frozen\`. Both commands run from a checkout and ` +
      `compile themselves at every start; ${COMMIT} writes ${count(weigh(before).objects)} objects, today's command ` +
      `${count(weigh(after).objects)}, and checks more. Medians.`,
  );
  table(
    ['', COMMIT, 'now', `now / ${COMMIT}`],
    ['synth', 'prove'].map((verb) => {
      const [first, last] = ['then', 'now'].map((age) => results.get(`${verb} ${age}`).seconds);
      return [`evenkeel ${verb}`, duration(first), duration(last), ratio(last / first)];
    }),
  );
}
