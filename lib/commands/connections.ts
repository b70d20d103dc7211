// `evenkeel connections`: who may talk to whom once the network policies are applied.
import { Command } from 'commander';
import { type Connection, connections } from '../analysis/connections';
import { check } from '../checks';
import { synthesize } from '../synth/synthesize';
import { formatTable, printFindings } from './output';
import { type Context, loadApp } from './project';

/** The verb. */
export function connectionsCommand({ load, output, finish }: Context): Command {
  return new Command('connections')
    .description('list who may talk to whom, in the cluster and beyond, once the network policies are applied')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(async ({ json }: { readonly json?: true }) => {
      const app = await loadApp(load);
      const synthesis = 'rule' in app ? undefined : synthesize(app, check);
      const findings = 'rule' in app ? [app] : (synthesis?.findings ?? []);
      const errors = findings.filter(({ severity }) => severity === 'error');
      printFindings(output, errors);
      if (synthesis === undefined || errors.length > 0) return finish(1);
      const found = connections(synthesis.objects.map(({ entry }) => entry));
      if (json) output.out(`${JSON.stringify(found, null, 2)}\n`);
      else {
        output.out(formatTable([['CLUSTER', 'FROM', 'TO', 'PORTS'], ...byEnds(found)]));
      }
      finish(0);
    });
}

/** One row for each two ends, with all ports. */
function byEnds(found: readonly Connection[]): string[][] {
  const rows = new Map<string, string[]>();
  for (const { cluster, from, to, port } of found) {
    const key = [cluster, from, to].join('\n');
    const [, , , ports] = rows.get(key) ?? [];
    rows.set(key, [cluster, from, to, ports === undefined ? port : `${ports}, ${port}`]);
  }
  return [...rows.values()];
}

const EXAMPLES = `
Examples:
  evenkeel connections
  evenkeel connections --json`;
