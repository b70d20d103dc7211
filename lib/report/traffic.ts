// The forms in which `evenkeel traffic` prints hosts and moves: text, Markdown, JSON.
import { type Answer, type Host, isCommon, isMixed, percentOf } from '../analysis/traffic/hosts';
import { type Move, rounded } from '../analysis/traffic/move';
import { endpointSetting, WEIGHT_ZERO } from '../model/platform/traffic';
import { formatTable } from './output';

const HEADER = ['CLUSTER', 'ENDPOINT', 'WEIGHT', 'SHARE', 'HEALTH PATH', 'RECORD'];

/** The current state, for a terminal. */
export function hostsInText(found: readonly Host[]): string {
  const rows = found.flatMap((one) => rowsOf(one).map((cells, index) => [index === 0 ? one.host : '', ...cells]));
  return [formatTable([['HOST', ...HEADER], ...rows]), ...notesOn(found)].join('\n');
}

/** For a page: a table for each host with several clusters, and one for all others. */
export function hostsInMarkdown(found: readonly Host[]): string {
  const common = found.filter(isShared);
  const others = found.filter((one) => !isShared(one));
  return [
    ...common.map((one) => `**${one.host}**\n\n${inTable([HEADER, ...rowsOf(one)])}`),
    ...(others.length === 0
      ? []
      : [inTable([['HOST', ...HEADER], ...others.flatMap((one) => rowsOf(one).map((cells) => [one.host, ...cells]))])]),
    ...notesOn(found),
  ].join('\n');
}

const rowsOf = (one: Host): string[][] => one.answers.map((answer) => cellsOf(one, answer));
const isShared = ({ answers }: Host): boolean => answers.length > 1;

function inTable([header = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return `${line(header.map((name) => name.toLowerCase()))}|${header.map(() => '---|').join('')}\n${rows.map(line).join('')}`;
}

function cellsOf(one: Host, answer: Answer): string[] {
  const { cluster, endpoint, weight, healthPath, record } = answer;
  const percent = percentOf(one, answer);
  return [
    cluster,
    'name' in endpoint ? endpoint.name : `load balancer of ${endpoint.gateway ?? endpoint.loadBalancerOf}`,
    weight === undefined || one.all === undefined ? '–' : `${weight} of ${one.all}`,
    percent === undefined ? '–' : `${rounded(percent)} %`,
    healthPath ?? '–',
    record.by === 'hand'
      ? `by hand${weight === undefined || one.answers.length === 1 ? '' : `: ${endpointSetting(weight)}`}`
      : `external-dns${record.setIdentifier === undefined ? '' : `, set-identifier ${record.setIdentifier}`}`,
  ];
}

/** Notes below the table. */
function notesOn(found: readonly Host[]): string[] {
  const by = (one: Host, who: 'hand' | 'external-dns') =>
    one.answers
      .filter(({ record }) => record.by === who)
      .map(({ cluster }) => cluster)
      .join(', ');
  return [
    ...found
      .filter((one) => isCommon(one) && isMixed(one))
      .map(
        (one) =>
          `${one.host}: one service must answer a name. Either Route 53 does, with the records of ${by(one, 'external-dns')} by external-dns ` +
          `and weighted ones of the same name and type for ${by(one, 'hand')} by hand; or a traffic manager does, ` +
          `and ${by(one, 'external-dns')} is set there like the others, disabled at weight 0.\n`,
      ),
  ];
}

/** A move, for a terminal. */
export function moveInText(move: Move, name: string): string {
  return moveIn({ strong: (it) => it, code: (it) => it, hosts: hostsInText, table: formatTable }, move, name);
}

/** A move, for a page. */
export function moveInMarkdown(move: Move, name: string): string {
  return moveIn(
    { strong: (it) => `**${it}**`, code: (it) => `\`${it}\``, hosts: hostsInMarkdown, table: inTable },
    move,
    name,
  );
}

interface Form {
  readonly strong: (text: string) => string;
  readonly code: (text: string) => string;
  readonly hosts: (found: readonly Host[]) => string;
  /** The first row is the header, in capitals. */
  readonly table: (rows: readonly (readonly string[])[]) => string;
}

function moveIn({ strong, code, hosts: hostsIn, table }: Form, move: Move, name: string): string {
  const { from, to, now, hosts, steps } = move;
  const clusters = steps[0]?.shares.map(({ cluster }) => cluster.toUpperCase()) ?? [];
  const rows = steps.map(({ step, line, shares, back }) => [
    `${step} %`,
    code(line),
    ...shares.map(({ setting, percent }) => `${setting} (${rounded(percent)} %)`),
    back === undefined ? '–' : `${back} %`,
  ]);
  const checks = steps.flatMap(({ step, checks: all }) => all.map((check) => `- ${step} %: ${check}\n`));
  const writers = new Set(hosts.flatMap(({ answers }) => answers.map(({ record }) => record.by)));
  return [
    `${strong(name)} from ${from} to ${to}, now ${now === undefined ? 'at none of these steps' : `at ${now} %`}\n`,
    hostsIn(hosts),
    table([['STEP', 'LINE', ...clusters, 'BACK'], ...rows]),
    `Before the next step:\n\n${checks.join('')}`,
    `At weight 0: ${[...writers].map((by) => WEIGHT_ZERO[by]).join('; ')}.\n\n`,
  ].join('\n');
}

/** A host with its shares. */
export function hostAsJson(one: Host): object {
  return { ...one, answers: one.answers.map((answer) => ({ ...answer, percent: percentOf(one, answer) })) };
}

/** A move with the shares of its hosts. */
export function moveAsJson({ hosts: moving, ...move }: Move): object {
  return { ...move, hosts: moving.map(hostAsJson) };
}
