// `evenkeel plan`: what each cluster needs of nodes, addresses, targets and headroom, beside what it says that there is.
import { Command } from 'commander';
import { findClusterProblems, planCluster } from '../analysis/nodes/plan';
import { check } from '../checks';
import { nodeLoads } from '../constructs/platform/nodes';
import { printFindings } from '../report/output';
import { planAsJson, planInMarkdown, planInText } from '../report/plan';
import { synthesize } from '../synth/synthesize';
import { type Context, loadApp } from './project/project';

interface Options {
  readonly json?: true;
  readonly markdown?: true;
}

/** The verb. */
export function planCommand({ load, output, finish }: Context): Command {
  return new Command('plan')
    .description('say what each cluster needs of nodes, addresses, targets and headroom, and why')
    .argument('[cluster]', 'this cluster only (default: all on which a system lies)')
    .option('--json', 'print JSON')
    .option('--markdown', 'print Markdown')
    .addHelpText('after', EXAMPLES)
    .action(async (cluster: string | undefined, { json, markdown }: Options) => {
      const app = await loadApp(load);
      if ('rule' in app) {
        printFindings(output, [app]);
        return finish(1);
      }
      const errors = synthesize(app, check).findings.filter(({ severity }) => severity === 'error');
      const loads = nodeLoads(app);
      const wrong = findClusterProblems(loads, cluster);
      // what follows from too few nodes is what is to be shown; with any other error there is nothing to trust
      if (wrong.length > 0 || errors.some(({ rule }) => !SHOWN.has(rule))) {
        printFindings(output, [...wrong, ...errors]);
        return finish(1);
      }
      const plans = loads.filter((one) => cluster === undefined || one.cluster === cluster).map(planCluster);
      if (json) output.out(`${JSON.stringify(plans.map(planAsJson), null, 2)}\n`);
      else for (const plan of plans) output.out((markdown ? planInMarkdown : planInText)(plan));
      printFindings(output, errors);
      finish(errors.length === 0 ? 0 : 1);
    });
}

const SHOWN: ReadonlySet<string> = new Set(['provider-plan', 'survives-zones', 'survives-regions']);

const EXAMPLES = `
Examples:
  evenkeel plan
  evenkeel plan westeurope --markdown
  evenkeel plan --json | jq '.[] | select(.unplanned | length > 0)'

Nothing is written. What a system places as plain objects, Jobs and DaemonSets are not counted.`;
