// A request about traffic: whether its clusters and its host exist, and whether the host can move between them.

import type { Finding } from '../../model/finding/finding';
import type { ApiEntry } from '../../model/manifest/object';
import { answerOf, type Host, hosts, isCommon } from './hosts';

/** The move that is asked for. */
export interface MoveRequest {
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** One of the hosts to move. @default every host that both clusters answer to */
  readonly host: string | undefined;
}

/** A move that can be made. */
export interface AskedMove {
  readonly from: string;
  readonly to: string;
  /** With a requested host, all that share its `traffic`. */
  readonly moving: readonly Host[];
}

type Asked = AskedMove | { readonly errors: readonly Finding[] };

/** What moves, or all problems of the request. */
export function askedMove(entries: readonly ApiEntry[], { from, to, host }: MoveRequest): Asked {
  const found = hosts(entries);
  const problems = [
    ...findClusterProblems(entries, '--from', from),
    ...findClusterProblems(entries, '--to', to),
    ...findHostProblems(found, host),
    ...(to !== undefined && to === from
      ? [problem('--to', to, { message: 'is the cluster that traffic moves from', expected: 'another cluster' })]
      : []),
  ];
  if (problems.length > 0 || from === undefined || to === undefined) return { errors: problems };
  const candidates = found.filter((one) =>
    host === undefined ? answerOf(one, from) && (isCommon(one) || answerOf(one, to)) : one.host === host,
  );
  if (candidates.length === 0) {
    const expected = 'a cluster with a host that other clusters can serve too';
    return { errors: [problem('--from', from, { message: `nothing can move away from ${from}`, expected })] };
  }
  const moving = candidates.filter((one) => findMoveProblems(one, from, to).length === 0);
  // Without a requested host, those that cannot move are skipped, as long as any can.
  if (moving.length === 0) return { errors: candidates.flatMap((one) => findMoveProblems(one, from, to)) };
  if (host === undefined) return { from, to, moving };
  const [namespace] = moving.map((one) => answerOf(one, from)?.namespace);
  const together = found.filter((one) => answerOf(one, from)?.namespace === namespace);
  return { from, to, moving: together.filter((one) => findMoveProblems(one, from, to).length === 0) };
}

function findClusterProblems(entries: readonly ApiEntry[], field: string, name: string | undefined): Finding[] {
  const known = [...new Set(entries.map(({ cluster }) => cluster))].sort();
  const expected = `one of ${known.join(', ')}`;
  if (name === undefined)
    return [problem(field, undefined, { message: 'is missing: a move needs both clusters', expected })];
  return known.includes(name) ? [] : [problem(field, name, { message: 'unknown cluster', expected })];
}

/** The error for a host that no cluster serves. */
export function findHostProblems(found: readonly Host[], host: string | undefined): Finding[] {
  if (host === undefined || found.some((one) => one.host === host)) return [];
  const expected = `one of ${found.map((one) => one.host).join(', ')}`;
  return [problem('host', host, { message: 'unknown host: no cluster serves it', expected })];
}

/** Why a host cannot move between these two. */
function findMoveProblems(one: Host, from: string, to: string): Finding[] {
  const { host } = one;
  const ends = [
    { field: '--from', cluster: from, answer: answerOf(one, from) },
    { field: '--to', cluster: to, answer: answerOf(one, to) },
  ];
  const missing = ends.filter(({ answer }) => answer === undefined);
  if (missing.length > 0) {
    const message = `does not serve ${host}`;
    const expected = `one of ${one.answers.map(({ cluster }) => cluster).join(', ')}; or add this one to the placement's \`on\``;
    return missing.map(({ field, cluster }) => problem(field, cluster, { message, expected }));
  }
  if (!isCommon(one)) {
    const message = 'several clusters serve it, and nothing divides its traffic';
    return [problem('host', host, { message, expected: `exposeAt(…, { common: ['${host}'] })` })];
  }
  const placements = new Set(ends.map(({ answer }) => answer?.namespace));
  if (placements.size > 1) {
    const message = `belongs to two placements, in ${[...placements].join(' and ')}`;
    return [problem('host', host, { message, expected: 'one placement on both clusters, whose `traffic` divides it' })];
  }
  if (ends.some(({ answer }) => answer?.weight !== 0)) return [];
  const message = `neither ${from} nor ${to} gets traffic of ${host}`;
  return [problem('--from', from, { message, expected: 'a cluster with a weight' })];
}

/** A finding about the request: its field is the option. */
export function problem(
  field: string,
  value: string | number | undefined,
  problem: Pick<Finding, 'message' | 'expected'>,
): Finding {
  return { rule: 'traffic-move', severity: 'error', field, ...problem, ...(value === undefined ? {} : { value }) };
}
