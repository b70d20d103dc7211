// `evenkeel traffic`: what DNS must say for each host, who writes it, and the steps in which traffic moves to another cluster.
import { Command } from 'commander';
import type { IConstruct } from 'constructs';
import { hosts } from '../analysis/traffic/hosts';
import { type Move, planMoves } from '../analysis/traffic/move';
import { findHostProblems } from '../analysis/traffic/request';
import { System } from '../constructs/system/system';
import { printFindings } from '../report/output';
import { hostAsJson, hostsInMarkdown, hostsInText, moveAsJson, moveInMarkdown, moveInText } from '../report/traffic';
import { loadObjects } from './project/objects';
import type { Context } from './project/project';

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly json?: true;
  readonly markdown?: true;
}

/** The verb. */
export function trafficCommand({ load, output, finish }: Context): Command {
  return new Command('traffic')
    .description('list what DNS must say for each host and who writes it, or the steps of a move to another cluster')
    .argument('[host]', 'this host only (default: all of them)')
    .option('--from <cluster>', 'the cluster that traffic moves away from')
    .option('--to <cluster>', 'the cluster that it moves to')
    .option('--json', 'print JSON')
    .option('--markdown', 'print Markdown')
    .addHelpText('after', EXAMPLES)
    .action(async (host: string | undefined, { from, to, json, markdown }: Options) => {
      const loaded = await loadObjects(load, output);
      if (loaded === undefined) return finish(1);
      const { app, objects } = loaded;
      if (from === undefined && to === undefined) {
        const errors = findHostProblems(hosts(objects), host);
        printFindings(output, errors);
        if (errors.length > 0) return finish(1);
        const asked = hosts(objects).filter((one) => host === undefined || one.host === host);
        if (json) output.out(`${JSON.stringify(asked.map(hostAsJson), null, 2)}\n`);
        else output.out(markdown ? hostsInMarkdown(asked) : hostsInText(asked));
        return finish(0);
      }
      const plan = planMoves(objects, { from, to, host });
      if ('errors' in plan) {
        printFindings(output, plan.errors);
        return finish(1);
      }
      const names = placementNames(app);
      const called = (move: Move) => names.get(`${move.from}\n${move.namespace}`) ?? move.namespace;
      if (json) output.out(`${JSON.stringify(plan.moves.map(moveAsJson), null, 2)}\n`);
      else for (const move of plan.moves) output.out((markdown ? moveInMarkdown : moveInText)(move, called(move)));
      finish(0);
    });
}

const EXAMPLES = `
Examples:
  evenkeel traffic
  evenkeel traffic --json | jq '.[] | select(.answers | length > 1)'
  evenkeel traffic --from westeurope --to frankfurt
  evenkeel traffic booking.example.com --from westeurope --to frankfurt --markdown

Nothing is written: a step is a line in charts/platform.ts, and what to set by hand.`;

/** Names of placements (`panther/clinic`), by cluster and namespace. */
function placementNames(app: IConstruct): ReadonlyMap<string, string> {
  const systems = System.allIn(app);
  return new Map(
    systems.map(({ system, target, namespace }) => [
      `${target.cluster.name}\n${namespace}`,
      `${system}/${target.environment.name}`,
    ]),
  );
}
