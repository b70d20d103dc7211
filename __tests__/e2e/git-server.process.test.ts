// The git server of E30 gives a repository to those who know its password, and to no one else.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CREDENTIALS, GitServer, gitObstacle } from '../../e2e/outside/git';
import { command } from '../../e2e/process/command';

const withGit = gitObstacle() === undefined ? test : test.skip;

withGit('a clone with the password has what was committed; without it, there is none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-git-'));
  const git = await GitServer.start(folder);
  try {
    writeFileSync(join(folder, 'kept.txt'), 'kept');
    writeFileSync(join(folder, 'left.txt'), 'left');
    const commit = await git.commit('one', 'kept.txt');
    expect(commit).toMatch(/^[0-9a-f]{40}$/);
    const clone = (url: string, name: string) =>
      command('git', ['clone', '--quiet', url, join(folder, name)], { env: { GIT_TERMINAL_PROMPT: '0' } });
    const url = git.url.replace('//', `//${CREDENTIALS.username}:${CREDENTIALS.password}@`);
    await clone(url, 'clone');
    expect(readFileSync(join(folder, 'clone', 'kept.txt'), 'utf8')).toBe('kept');
    expect(() => readFileSync(join(folder, 'clone', 'left.txt'))).toThrow('ENOENT');
    await expect(clone(url.replace(CREDENTIALS.password, 'other'), 'refused')).rejects.toThrow(/Authentication failed/);
  } finally {
    await git.close();
    rmSync(folder, { recursive: true });
  }
});
