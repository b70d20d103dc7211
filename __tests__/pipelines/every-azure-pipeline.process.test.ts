// Bash can parse every script of the shipped Azure pipelines, and a broken script is noticed.
import { spawnSync } from 'node:child_process';
import { broken, PIPELINES, type Sources, shipped, stagesBy } from '../support/azure-pipelines';

function unreadable(sources: Sources): string[] {
  const commands = PIPELINES.flatMap((main) =>
    [...stagesBy(sources, main).values()].flatMap((stage) => stage.commands),
  );
  const scripts = commands.filter((command) => !command.startsWith('{'));
  expect(scripts.length).toBeGreaterThan(10);
  return scripts.filter((script) => spawnSync('bash', ['-n'], { input: script }).status !== 0);
}

test('bash parses the shipped files', () => expect(unreadable(shipped)).toEqual([]));

test('broken by an unclosed quote', () => {
  expect(unreadable(broken("'**/coverage.opencover.xml'", "'**/coverage.opencover.xml"))).not.toEqual([]);
});
