// `evenkeel plan`: the nodes, addresses, targets and headroom that each cluster needs, beside those it declares.
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
    .description('show the nodes, addresses, targets and headroom that each cluster needs, and why')
    .argument('[cluster]', 'this cluster only (default: all with a system)')
    .option('--json', 'print JSON')
    .option('--markdown', 'print Markdown')
    .addHelpText('after', EXAMPLES)
    .action(async (cluster: string | undefined, { json, markdown }: Options) => {
      const app = await loadApp(load);
      if ('errors' in app) {
        printFindings(output, app.errors);
        return finish(1);
      }
      const { findings, entries } = synthesize(app, check);
      const errors = findings.filter(({ severity }) => severity === 'error');
      const loads = nodeLoads(app, entries);
      const problems = findClusterProblems(loads, cluster);
      // the plan explains errors about too few nodes; after any other error it would be unreliable
      if (problems.length > 0 || errors.some(({ rule }) => !SHOWN.has(rule))) {
        printFindings(output, [...problems, ...errors]);
        return finish(1);
      }
      const plans = loads.filter((one) => cluster === undefined || one.cluster === cluster).map(planCluster);
      if (json) output.out(`${JSON.stringify(plans.map(planAsJson), null, 2)}\n`);
      else for (const plan of plans) output.out(markdown ? planInMarkdown(plan) : planInText(plan, output));
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

Nothing is written. Jobs are not counted. A terminal gets the beginning of long sentences, a pipe all of them.`;
