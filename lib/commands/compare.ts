// `evenkeel compare`: the same systems on every provider, or in two environments.
import { Command } from 'commander';
import { compareEnvironmentsCommand } from './comparison/compare-environments';
import { compareProvidersCommand } from './comparison/compare-providers';
import type { Context } from './project/project';

/** The verb, with a subcommand for each thing to compare. */
export function compareCommand(context: Context): Command {
  return new Command('compare')
    .description('compare all providers, or the environments of each system')
    .addCommand(compareProvidersCommand(context))
    .addCommand(compareEnvironmentsCommand(context))
    .addHelpText('after', EXAMPLES);
}

const EXAMPLES = `
Examples:
  evenkeel compare providers
  evenkeel compare environments toytrex/production toytrex/local`;
