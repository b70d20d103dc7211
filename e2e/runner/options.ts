// The command line of `npm run e2e`.
import { Command } from 'commander';

export interface Options {
  /** Ids of the proofs to run; none means all. */
  readonly ids: readonly string[];
  readonly full: boolean;
  /** Only build the programs. */
  readonly build: boolean;
  readonly hold: boolean;
  readonly kubeconfig?: string;
  /** Folder of the manifests that belong on the cluster of the kubeconfig. */
  readonly manifests: string;
  readonly report?: string;
  /** Folder of the run whose end to wait for and to clean up after. */
  readonly watchdog?: string;
}

export function parseOptions(args: readonly string[]): Options {
  const program = new Command('npm run e2e --')
    .description('Proves the promises of the manifests on a real cluster. See e2e/README.md.')
    .argument('[ids...]', 'proofs to run, such as E4 (default: all)')
    .option('--build', 'only build the programs that the cluster is made of', false)
    .option('--full', 'run the long proofs too', false)
    .option('--kubeconfig <file>', 'run what applies against a cluster of yours, leaving alone whatever is not ours')
    .option('--manifests <folder>', 'with --kubeconfig: the manifests that belong there', 'dist')
    .option('--hold', 'keep the cluster, with both systems on it, until interrupted', false)
    .option('--report <file>', 'write the counts as JSON')
    .option('--watchdog <folder>', 'clean up after the run of that folder once standard input ends')
    .parse(args, { from: 'user' });
  return { ids: program.args, ...program.opts<Omit<Options, 'ids'>>() };
}
