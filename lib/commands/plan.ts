// `evenkeel plan`: the nodes, addresses, targets and headroom that each cluster needs, beside those it declares.
import { Command } from 'commander';
import type { IConstruct } from 'constructs';
import { type ClusterPlan, findClusterProblems, type NodeLoad, planCluster } from '../analysis/nodes/plan';
import { previewRooms } from '../analysis/nodes/previews';
import { check } from '../checks';
import { nodeLoads } from '../constructs/platform/nodes';
import { previewsOn, withOneMore } from '../constructs/platform/preview';
import type { Finding } from '../model/finding/finding';
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
      const next = nextPreviews(app);
      if (next.errors.length > 0) {
        printFindings(output, next.errors);
        return finish(1);
      }
      const plans = loads
        .filter((one) => cluster === undefined || one.cluster === cluster)
        .map((one) => ({ ...planCluster(one), ...previewsOf(app, one, next) }));
      if (json) output.out(`${JSON.stringify(plans.map(planAsJson), null, 2)}\n`);
      else for (const plan of plans) output.out(markdown ? planInMarkdown(plan) : planInText(plan, output));
      printFindings(output, errors);
      finish(errors.length === 0 ? 0 : 1);
    });
}

/** The app with one more preview of each system that has previews, and the load of its clusters. */
interface NextPreviews {
  readonly app?: IConstruct;
  readonly loads: readonly NodeLoad[];
  /** Why a preview could not be added, but for images, which come with its branch. */
  readonly errors: readonly Finding[];
}

function nextPreviews(app: IConstruct): NextPreviews {
  const next = withOneMore(app);
  if (next === undefined) return { loads: [], errors: [] };
  const { findings, entries } = synthesize(next, check);
  const errors = findings.filter(
    ({ severity, rule }) => severity === 'error' && rule !== 'image-tag' && !SHOWN.has(rule),
  );
  return { app: next, loads: nodeLoads(next, entries), errors };
}

function previewsOf(app: IConstruct, load: NodeLoad, next: NextPreviews): Pick<ClusterPlan, 'previews'> {
  const nextLoad = next.loads.find(({ cluster }) => cluster === load.cluster);
  if (next.app === undefined || nextLoad === undefined) return {};
  const previews = previewsOn(next.app, load.cluster, true);
  const rooms = previewRooms(load.input, previewsOn(app, load.cluster), { input: nextLoad.input, previews });
  return rooms.length === 0 ? {} : { previews: rooms };
}

const SHOWN: ReadonlySet<string> = new Set(['provider-plan', 'survives-zones', 'survives-regions']);

const EXAMPLES = `
Examples:
  evenkeel plan
  evenkeel plan westeurope --markdown
  evenkeel plan --json | jq '.[] | select(.unplanned | length > 0)'

Nothing is written. Jobs are not counted. A terminal gets the beginning of long sentences, a pipe all of them.`;
