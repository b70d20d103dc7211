// `evenkeel secrets`: the Secrets that must be created before the manifests work.
import { Command } from 'commander';
import { listSecrets } from '../analysis/access/secrets';
import { formatTable } from '../report/output';
import { loadObjects } from './project/objects';
import type { Context } from './project/project';

/** The verb. */
export function secretsCommand({ load, output, finish }: Context): Command {
  return new Command('secrets')
    .description('list every Secret that the manifests refer to: cluster, namespace, name, keys, and who uses it')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(async ({ json }: { readonly json?: true }) => {
      const loaded = await loadObjects(load, output);
      if (loaded === undefined) return finish(1);
      const secrets = listSecrets(loaded.objects);
      if (json) output.out(`${JSON.stringify(secrets, null, 2)}\n`);
      else {
        const isMade = secrets.some(({ madeBy }) => madeBy !== undefined);
        const rows = secrets.map(({ cluster, namespace, name, type, keys, users, madeBy = 'hand' }) => [
          cluster,
          namespace,
          name,
          type,
          keys.length === 0 ? '(all keys)' : keys.join(','),
          users.join(', '),
          ...(isMade ? [madeBy] : []),
        ]);
        output.out(
          formatTable([
            ['CLUSTER', 'NAMESPACE', 'NAME', 'TYPE', 'KEYS', 'USED BY', ...(isMade ? ['MADE BY'] : [])],
            ...rows,
          ]),
        );
      }
      finish(0);
    });
}

const EXAMPLES = `
Examples:
  evenkeel secrets
  evenkeel secrets --json`;
