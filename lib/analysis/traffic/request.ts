// A question about traffic: whether there are such clusters and such a host, and whether the host can move between them.

import type { Finding } from '../../model/finding/finding';
import type { ApiEntry } from '../../model/manifest/object';
import { answerOf, type Host, hosts, isCommon } from './hosts';

/** The move that is asked for. */
export interface MoveRequest {
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** One of the hosts that are to move. @default every host that both clusters answer to */
  readonly host: string | undefined;
}

/** A move that can be made. */
export interface AskedMove {
  readonly from: string;
  readonly to: string;
  /** With a host that was asked for, those that share its `traffic`. */
  readonly moving: readonly Host[];
}

type Asked = AskedMove | { readonly errors: readonly Finding[] };

/** What is to move, or all that is wrong with the question. */
export function askedMove(entries: readonly ApiEntry[], { from, to, host }: MoveRequest): Asked {
  const found = hosts(entries);
  const wrong = [
    ...findClusterProblems(entries, '--from', from),
    ...findClusterProblems(entries, '--to', to),
    ...findHostProblems(found, host),
    ...(to !== undefined && to === from
      ? [problem('--to', to, { message: 'it moves nowhere', expected: 'another cluster' })]
      : []),
  ];
  if (wrong.length > 0 || from === undefined || to === undefined) return { errors: wrong };
  const candidates = found.filter((one) =>
    host === undefined ? answerOf(one, from) && (isCommon(one) || answerOf(one, to)) : one.host === host,
  );
  if (candidates.length === 0) {
    const expected = 'a cluster that answers to a host to which others can answer too';
    return { errors: [problem('--from', from, { message: `nothing can move away from ${from}`, expected })] };
  }
  const moving = candidates.filter((one) => findMoveProblems(one, from, to).length === 0);
  // Without a host, whatever cannot move is not meant, as long as anything can.
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
    return [problem(field, undefined, { message: 'a move has two ends, and this one is missing', expected })];
  return known.includes(name) ? [] : [problem(field, name, { message: 'there is no cluster of that name', expected })];
}

/** A host to which no cluster answers. */
export function findHostProblems(found: readonly Host[], host: string | undefined): Finding[] {
  if (host === undefined || found.some((one) => one.host === host)) return [];
  const expected = `one of ${found.map((one) => one.host).join(', ')}`;
  return [problem('host', host, { message: 'no cluster answers to this host', expected })];
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
    const message = `this cluster does not answer to ${host}`;
    const expected = `one of ${one.answers.map(({ cluster }) => cluster).join(', ')}; or this one in the placement's \`on\` too`;
    return missing.map(({ field, cluster }) => problem(field, cluster, { message, expected }));
  }
  if (!isCommon(one)) {
    const message = 'several clusters answer to it, and nothing divides its traffic';
    return [problem('host', host, { message, expected: `exposeAt(…, { common: ['${host}'] })` })];
  }
  const placements = new Set(ends.map(({ answer }) => answer?.namespace));
  if (placements.size > 1) {
    const message = `it belongs to two placements, in ${[...placements].join(' and ')}`;
    return [problem('host', host, { message, expected: 'one placement on both clusters, whose `traffic` divides it' })];
  }
  if (ends.some(({ answer }) => answer?.weight !== 0)) return [];
  const message = `neither ${from} nor ${to} gets anything of ${host}`;
  return [problem('--from', from, { message, expected: 'a cluster that has a weight' })];
}

/** A finding about the question; what it says of a value is said of the option. */
export function problem(
  field: string,
  value: string | number | undefined,
  said: Pick<Finding, 'message' | 'expected'>,
): Finding {
  return { rule: 'traffic-move', severity: 'error', field, ...said, ...(value === undefined ? {} : { value }) };
}
