// A Python environment with what a requirements file pins by version and hash.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOLDER } from '../process/paths';
import { cached } from './cache';

/** Why there is no such environment on this machine. */
export function pythonObstacle(): string | undefined {
  const { status } = spawnSync('python3', ['-c', 'import ensurepip, venv']);
  return status === 0 ? undefined : "it needs Debian's python3-venv, see e2e/README.md";
}

/** Path of the interpreter that finds what `<folder>/requirements.txt` lists. Wheels only: nothing of theirs runs while they are installed. */
export function python(folder: string): string {
  const requirements = join(FOLDER, folder, 'requirements.txt');
  const version = createHash('sha256')
    .update(execFileSync('python3', ['-VV']))
    .update(process.arch)
    .update(readFileSync(requirements))
    .digest('hex')
    .slice(0, 12);
  const environment = cached(folder, version, (unfinished) => {
    execFileSync('python3', ['-m', 'venv', unfinished], { stdio: ['ignore', 'ignore', 'inherit'] });
    const options = ['--quiet', '--disable-pip-version-check', '--require-hashes', '--only-binary', ':all:'];
    execFileSync(interpreterOf(unfinished), ['-m', 'pip', 'install', ...options, '-r', requirements], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  });
  return interpreterOf(environment);
}

function interpreterOf(environment: string): string {
  return join(environment, 'bin', 'python');
}
