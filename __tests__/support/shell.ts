// Command lines as a user types them, in a clean environment, with the packages of the tests' registry.
import { execFile } from 'node:child_process';
import { cleanEnvironment } from './package';
import type { Registry } from './registry';

/** What a command line printed, stdout and stderr as they came, and its exit code. */
export interface Answer {
  readonly status: number;
  readonly printed: string;
}

/** Runs a script in `cwd` that ends at its first failure. Asynchronous, because the registry is in this process. */
export function shell(script: string, cwd: string, scratch: string, registry: Registry): Promise<Answer> {
  const npm = { npm_config_registry: registry.url, npm_config_offline: 'false', npm_config_fund: 'false' };
  const author = { GIT_AUTHOR_NAME: 'You', GIT_AUTHOR_EMAIL: 'you@shop.example' };
  const committer = { GIT_COMMITTER_NAME: 'You', GIT_COMMITTER_EMAIL: 'you@shop.example' };
  const env = { ...cleanEnvironment(scratch), ...npm, ...author, ...committer, CI: '' };
  return new Promise((done) => {
    execFile('bash', ['-ec', `exec 2>&1\n${script}`], { cwd, env, encoding: 'utf8' }, (error, printed) =>
      done({ status: error === null ? 0 : Number(error.code ?? 1), printed }),
    );
  });
}
