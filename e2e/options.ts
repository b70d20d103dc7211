// The command line of `npm run e2e`.
import { Command } from 'commander';

export interface Options {
  /** Ids of the proofs to run; none means all. */
  readonly ids: readonly string[];
  readonly full: boolean;
  readonly hold: boolean;
  readonly kubeconfig?: string;
  readonly report?: string;
  /** Folder of the run whose end to wait for and to clean up after. */
  readonly watchdog?: string;
}

export function parseOptions(args: readonly string[]): Options {
  const program = new Command('npm run e2e --')
    .description('Proves the promises of the manifests on a real cluster. See e2e/README.md.')
    .argument('[ids...]', 'proofs to run, such as E4 (default: all)')
    .option('--full', 'run the long proofs too', false)
    .option('--kubeconfig <file>', 'run what applies against a cluster of yours, leaving alone whatever is not ours')
    .option('--hold', 'keep the cluster, with both systems on it, until interrupted', false)
    .option('--report <file>', 'write the counts as JSON')
    .option('--watchdog <folder>', 'clean up after the run of that folder once standard input ends')
    .parse(args, { from: 'user' });
  return { ids: program.args, ...program.opts<Omit<Options, 'ids'>>() };
}
