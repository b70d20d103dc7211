// `evenkeel init`: writes a repository with one system, its tests and its pipeline into an empty folder.
import { Command } from 'commander';
import { plural } from '../model/finding/derivation';
import { printFindings } from '../report/output';
import { type Choice, PIPELINES, PROVIDERS, writeRepository } from './project/new-repository';
import type { Context } from './project/project';

/** The verb. */
export function initCommand({ output, finish }: Context): Command {
  return new Command('init')
    .description('write a new repository into an empty folder: one system, its tests, a pipeline')
    .option('--provider <name>', `where it runs: ${PROVIDERS.join(', ')}`, 'local')
    .option('--pipeline <name>', `what checks it: ${PIPELINES.join(', ')}`, 'github')
    .addHelpText('after', EXAMPLES)
    .action((choice: Choice) => {
      const result = writeRepository(process.cwd(), choice);
      if ('errors' in result) {
        printFindings(output, result.errors);
        output.err(`${plural(result.errors.length, 'error')}, nothing written\n`);
        return finish(1);
      }
      output.out(`${result.files.join('\n')}\n\n${NEXT}`);
      finish(0);
    });
}

const NEXT = 'next: npm install && npm run synth && npm test && npm run typecheck, then commit everything\n';

const EXAMPLES = `
Examples:
  evenkeel init
  evenkeel init --provider eks --pipeline gitlab
  npx <path>/evenkeel-<version>.tgz init      from a packed file`;
