// `evenkeel secrets`: the Secrets that somebody must create before the manifests work.
import { Command } from 'commander';
import { listSecrets } from '../analysis/secrets';
import { check } from '../checks';
import { synthesize } from '../synth/synthesize';
import { formatTable, printFindings } from './output';
import { type Context, loadApp } from './project';

/** The verb. */
export function secretsCommand({ load, output, finish }: Context): Command {
  return new Command('secrets')
    .description('list every Secret that the manifests refer to: cluster, namespace, name, keys, and who uses it')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(async ({ json }: { readonly json?: true }) => {
      const app = await loadApp(load);
      const findings = 'rule' in app ? [app] : [];
      const synthesis = 'rule' in app ? undefined : synthesize(app, check);
      const errors = [...findings, ...(synthesis?.findings ?? [])].filter(({ severity }) => severity === 'error');
      printFindings(output, errors);
      if (synthesis === undefined || errors.length > 0) return finish(1);
      const secrets = listSecrets(synthesis.objects.map(({ entry }) => entry));
      if (json) output.out(`${JSON.stringify(secrets, null, 2)}\n`);
      else {
        const rows = secrets.map(({ cluster, namespace, name, type, keys, users }) => [
          cluster,
          namespace,
          name,
          type,
          keys.length === 0 ? '(all keys)' : keys.join(','),
          users.join(', '),
        ]);
        output.out(formatTable([['CLUSTER', 'NAMESPACE', 'NAME', 'TYPE', 'KEYS', 'USED BY'], ...rows]));
      }
      finish(0);
    });
}

const EXAMPLES = `
Examples:
  evenkeel secrets
  evenkeel secrets --json`;
