// A move of traffic from one cluster to another: for each step the line to write, its weights, what to check, and the way back.

import type { Finding } from '../../model/finding/finding';
import { defined } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { compareKeys } from '../../model/manifest/text';
import {
  endpointSetting,
  LARGEST_WEIGHT,
  moveTraffic,
  TRAFFIC_STEPS,
  type TrafficStep,
} from '../../model/platform/traffic';
import { answerOf, type Host } from './hosts';
import { askedMove, type MoveRequest, problem } from './request';

/** The move of all common hosts of one system in one environment: they share its `traffic`. */
export interface Move {
  readonly namespace: string;
  readonly from: string;
  readonly to: string;
  readonly hosts: readonly Host[];
  /** The current step of the manifests. Absent between two steps. */
  readonly now?: TrafficStep;
  readonly steps: readonly MoveStep[];
}

/** One step. */
export interface MoveStep {
  readonly step: TrafficStep;
  /** The line of the placement in the platform file. */
  readonly line: string;
  readonly shares: readonly MoveShare[];
  /** What must hold before the next step. */
  readonly checks: readonly string[];
  /** The step that undoes this one. Absent where nothing has moved. */
  readonly back?: TrafficStep;
}

/** What one cluster gets in a step. */
export interface MoveShare {
  readonly cluster: string;
  readonly weight: number;
  /** Of all traffic. */
  readonly percent: number;
  /** What external-dns writes, or what must be set by hand. */
  readonly setting: string;
}

type Weights = Readonly<Record<string, number>>;

/** The requested moves, or all problems of the request. */
export function planMoves(
  entries: readonly ApiEntry[],
  request: MoveRequest,
): { readonly moves: readonly Move[] } | { readonly errors: readonly Finding[] } {
  const asked = askedMove(entries, request);
  if ('errors' in asked) return asked;
  const { moving, from, to } = asked;
  const moves = [...groups(moving, from)].map(([name, group]) => moveOf(name, group, from, to));
  const errors = moves.flatMap(findWeightProblems);
  return errors.length > 0 ? { errors } : { moves };
}

function groups(movable: readonly Host[], from: string): Map<string, Host[]> {
  const found = new Map<string, Host[]>();
  for (const one of movable) {
    const namespace = answerOf(one, from)?.namespace ?? '';
    found.set(namespace, [...(found.get(namespace) ?? []), one]);
  }
  return found;
}

function moveOf(namespace: string, moving: readonly Host[], from: string, to: string): Move {
  const now: Weights = Object.fromEntries(moving[0]?.answers.map(({ cluster, weight = 0 }) => [cluster, weight]) ?? []);
  const others = othersOf(now, from, to);
  // one service answers a name: if one of its records is set by hand, all may be
  const byHand = moving.some(({ answers }) => answers.some(({ record }) => record.by === 'hand'));
  const steps = TRAFFIC_STEPS.map((step, index): MoveStep => {
    const weights = { ...now, ...moveTraffic(from, to, step, others) };
    const percentOf = percentsIn(weights);
    const shares = Object.entries(weights)
      .sort(compareKeys)
      .map(([cluster, weight]) => {
        const setting = byHand ? endpointSetting(weight) : `weight ${weight}`;
        return { cluster, weight, percent: percentOf(cluster), setting };
      });
    const back = TRAFFIC_STEPS[index - 1];
    return {
      step,
      line: lineOf(from, to, step, others),
      shares,
      checks: checksOf({ from, to, step, moving, others, shares }),
      ...defined({ back }),
    };
  });
  // rounding to whole weights may change a share by half a percent
  const percentNow = percentsIn(now);
  const isNow = ({ cluster, percent }: MoveShare) => Math.abs(percent - percentNow(cluster)) < 0.5;
  const at = steps.find(({ shares }) => shares.every(isNow))?.step;
  return { namespace, from, to, hosts: moving, steps, ...(at === undefined ? {} : { now: at }) };
}

/** Weights of the other clusters that keep their shares, while the two clusters have 100 together. */
function othersOf(now: Weights, from: string, to: string): Weights {
  const both = weightOf(now, from) + weightOf(now, to);
  const rest = Object.entries(now).filter(([cluster, weight]) => cluster !== from && cluster !== to && weight > 0);
  return Object.fromEntries(rest.map(([cluster, weight]) => [cluster, Math.max(1, Math.round((weight / both) * 100))]));
}

/** The percentage of each cluster. */
function percentsIn(weights: Weights): (cluster: string) => number {
  const all = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  return (cluster) => (weightOf(weights, cluster) / all) * 100;
}

function weightOf(weights: Weights, cluster: string): number {
  return Object.hasOwn(weights, cluster) ? (weights[cluster] ?? 0) : 0;
}

/** Weights too large for a record, without which the others would lose their shares. */
function findWeightProblems({ steps: [first], hosts: [one], from, to }: Move): Finding[] {
  return (first?.shares ?? [])
    .filter(({ weight }) => weight > LARGEST_WEIGHT)
    .map(({ cluster, weight }) =>
      problem('traffic', weight, {
        message: `${cluster} needs weight ${weight} to keep its share of ${one?.host}`,
        expected: `at most ${LARGEST_WEIGHT}, while ${from} and ${to} have 100 together: change the weights first`,
      }),
    );
}

function lineOf(from: string, to: string, step: TrafficStep, others: Weights): string {
  const kept = Object.keys(others).length === 0 ? '' : `, ${tableOf(others)}`;
  return `traffic: moveTraffic('${from}', '${to}', ${step}${kept}),`;
}

function tableOf(weights: Weights): string {
  const pairs = Object.entries(weights).map(
    ([cluster, weight]) => `${/^[a-z][a-z0-9]*$/.test(cluster) ? cluster : `'${cluster}'`}: ${weight}`,
  );
  return `{ ${pairs.join(', ')} }`;
}

interface Moment {
  readonly from: string;
  readonly to: string;
  readonly step: TrafficStep;
  readonly moving: readonly Host[];
  readonly others: Weights;
  readonly shares: readonly MoveShare[];
}

function checksOf({ from, to, step, moving, others, shares }: Moment): readonly string[] {
  if (step === 0) return moving.map((one) => `this answers, with a certificate for the name: \`${request(one, to)}\``);
  if (step === 100) {
    return [
      `no request reaches ${from} during the record's time to live and the longest session`,
      `then ${from} leaves \`on\`, with ${lineAfter(to, others)}`,
    ];
  }
  const percent = shares.find(({ cluster }) => cluster === to)?.percent ?? 0;
  return [
    `after the record's time to live, about ${rounded(percent)} % of new requests reach ${to}`,
    `errors and latency on ${to} are no worse than on ${from}, and its autoscalers are below their maximum`,
  ];
}

/** A request to one cluster as clients will send it after the move, with the certificate checked. */
function request({ host, answers }: Host, to: string): string {
  const { endpoint, healthPath = '/' } = answers.find(({ cluster }) => cluster === to) ?? {};
  const address = endpoint !== undefined && 'name' in endpoint ? endpoint.name : '<address of its load balancer>';
  return `curl -fsS --connect-to ${host}:443:${address}:443 https://${host}${healthPath}`;
}

/** The line once the old cluster has left `on`: it may no longer have a weight. */
function lineAfter(to: string, others: Weights): string {
  const left = { ...others, [to]: 100 };
  return new Set(Object.values(left)).size === 1 ? 'no `traffic` at all' : `\`traffic: ${tableOf(left)},\``;
}

/** To one decimal. */
export const rounded = (value: number): number => Math.round(value * 10) / 10;
