// `evenkeel connections`: who may talk to whom once the network policies are applied.
import { Command } from 'commander';
import { type Connection, connections, isUnsure, notEvaluated } from '../analysis/network/connections';
import { describeIdentity } from '../model/manifest/object';
import { formatTable } from '../report/output';
import { loadObjects } from './project/objects';
import type { Context } from './project/project';

/** The verb. */
export function connectionsCommand({ load, output, finish }: Context): Command {
  return new Command('connections')
    .description('list who may talk to whom, in the cluster and beyond, once the network policies are applied')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(async ({ json }: { readonly json?: true }) => {
      const loaded = await loadObjects(load, output);
      if (loaded === undefined) return finish(1);
      const found = connections(loaded.objects);
      if (json) output.out(`${JSON.stringify(found, null, 2)}\n`);
      else {
        output.out(formatTable([['CLUSTER', 'FROM', 'TO', 'PORTS'], ...byEnds(found)]));
        if (found.some(isUnsure)) output.out(UNSURE);
      }
      for (const { cluster, identity } of notEvaluated(loaded.objects)) {
        output.err(`not evaluated: ${describeIdentity(identity)} on ${cluster}\n`);
      }
      finish(0);
    });
}

const UNSURE = `
?: may be let through. It depends on the network plugin (whether address blocks hold pods, whether
policies hold for pods on the host network) or on labels that the manifests do not have.
`;

/** One row for each pair of ends, with all ports. */
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
