// Every script of the Azure pipelines is one that bash can read: the shipped files are, and a change is seen.
import { spawnSync } from 'node:child_process';
import { broken, FLASCHENPOST, PANTHER, type Sources, shipped, stagesBy } from '../support/azure-pipelines';

function unreadable(sources: Sources): string[] {
  const commands = [FLASCHENPOST, PANTHER].flatMap((main) =>
    [...stagesBy(sources, main).values()].flatMap((stage) => stage.commands),
  );
  const scripts = commands.filter((command) => !command.startsWith('{'));
  expect(scripts.length).toBeGreaterThan(10);
  return scripts.filter((script) => spawnSync('bash', ['-n'], { input: script }).status !== 0);
}

test('it holds', () => expect(unreadable(shipped)).toEqual([]));

test('and is broken by a quote that never ends', () => {
  expect(unreadable(broken("'**/coverage.opencover.xml'", "'**/coverage.opencover.xml"))).not.toEqual([]);
});
