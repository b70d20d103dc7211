// A cell of the table: a verdict, the numbers behind it, and the object that decides it.

import { defined } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import type { Interval } from '../scheduling/world';
import type { Loss, Scale } from './component';
import { duration } from './timing';

/** From the best to the worst. */
export const VERDICTS = ['holds', 'degraded', 'depends on scheduling order', 'fails'] as const;

export type Verdict = (typeof VERDICTS)[number];

/** What happens to one component at one scale. */
export interface Numbers {
  /** Pods that the component should have. */
  readonly wanted: number;
  /** Pods that carry the load. */
  readonly needed: number;
  /** Pods that serve immediately after the event, before anything is replaced. */
  readonly left: Interval;
  /** Pods that serve after recovery, without the lost nodes or zones coming back. */
  readonly placed: Interval;
  /** Seconds until then. Absent where the manifests do not determine it. */
  readonly seconds?: number;
  /** How requests are lost on the way, though enough pods serve. @default none is */
  readonly losses?: readonly Loss[];
  /** Why recovery begins only when the control plane is back, and nothing can be changed until then. @default it answers */
  readonly unchangeable?: string;
}

/** What is lost, for the components of these names. */
const LOST: Readonly<Record<Loss, (names: string) => string>> = {
  'no preStop': (names) => `loses requests unless ${names} can serve on after SIGTERM: no preStop`,
  'no readiness': (names) => `loses requests unless ${names} can serve once started: no readiness probe`,
  'no probe': (names) => `loses requests: new pods of ${names} get them before they can serve: no readiness probe`,
};

/** One sentence for each kind of loss. */
export function lossesOf(results: readonly Pick<Result, 'component' | 'losses'>[]): string[] {
  return Object.entries(LOST).flatMap(([loss, says]) => {
    const losing = results.filter(({ losses = [] }) => losses.some((one) => one === loss));
    const names = [...new Set(losing.map(({ component }) => component))];
    return names.length === 0 ? [] : [says(names.join(', '))];
  });
}

export interface Result extends Numbers {
  readonly component: string;
  readonly scale: Scale;
  readonly verdict: Verdict;
  /** The largest share of the needed pods that is missing, immediately or after recovery, from 0 to 1. */
  readonly missing: number;
  /** Whether at least one pod serves all the time, and the needed pods serve after recovery. */
  readonly survives: boolean;
  /** The object that decides, and the field in it. */
  readonly decides?: Decider;
  /** How the numbers are derived, sentence by sentence. */
  readonly working: readonly string[];
}

export interface Decider {
  readonly entry: ApiEntry;
  /** JSON pointer (RFC 6901). */
  readonly pointer: string;
}

/** One event, for all components of a system in an environment on a cluster. */
export interface Cell {
  readonly event: string;
  /** The worst verdict of its results. Absent where the event cannot happen or its outcome is unknown. */
  readonly verdict?: Verdict;
  /** A short explanation. */
  readonly says: string;
  readonly results: readonly Result[];
}

/**
 * The verdict that follows from the numbers:
 *
 * - fails: no pod is left at once, or fewer than needed after recovery;
 * - depends on scheduling order: some orders of pods fail and others do not, or only some leave the needed pods at once;
 * - degraded: at least one pod serves all the time, but fewer than needed at once, or fewer than wanted after recovery, or requests
 *   are lost on the way, or nothing can be changed meanwhile;
 * - holds: the needed pods serve all the time, and the wanted ones after recovery.
 */
export function verdictOf({ wanted, needed, left, placed, losses = [], unchangeable }: Numbers): Verdict {
  if (wanted === 0) return 'holds';
  if (left.most === 0 || placed.most < needed) return 'fails';
  if (left.fewest === 0 || placed.fewest < needed) return 'depends on scheduling order';
  if (left.fewest < needed && left.most >= needed) return 'depends on scheduling order';
  const isWhole = left.fewest >= needed && placed.fewest >= wanted && losses.length === 0;
  return isWhole && unchangeable === undefined ? 'holds' : 'degraded';
}

/** Whether the operation never completes, whatever the numbers: for all orders of pods, or for some. */
export type Refused = boolean | 'in some orders';

/** A result with its verdict. */
export function judge(
  component: string,
  scale: Scale,
  numbers: Numbers,
  working: readonly string[],
  decides: Decider | undefined,
  refused: Refused = false,
): Result {
  const { wanted, needed, left, placed } = numbers;
  const least = Math.min(left.fewest, placed.fewest);
  return {
    ...numbers,
    component,
    scale,
    verdict: refusedVerdict(refused, verdictOf(numbers)),
    missing: needed === 0 ? 0 : Math.max(0, needed - least) / needed,
    survives: refused === false && (wanted === 0 || (left.fewest > 0 && placed.fewest >= needed)),
    ...defined({ decides }),
    working,
  };
}

function refusedVerdict(refused: Refused, otherwise: Verdict): Verdict {
  if (refused === true || otherwise === 'fails') return 'fails';
  return refused === 'in some orders' ? 'depends on scheduling order' : otherwise;
}

/** The cell for these results, with the worst of them in front. */
export function cellOf(event: string, results: readonly Result[]): Cell {
  const worst = worstOf(results);
  if (worst === undefined) return { event, says: 'no serving workloads', results };
  const frozen = new Set(results.flatMap(({ unchangeable }) => unchangeable ?? []));
  const says = [explain(worst), ...frozen, ...lossesOf(results)].filter((sentence) => sentence !== '').join('; ');
  return { event, verdict: worst.verdict, says, results };
}

/** The result with the worst verdict; among equals the one with most pods missing, then the one that takes longest. */
export function worstOf(results: readonly Result[]): Result | undefined {
  const rank = ({ verdict, missing }: Result) => VERDICTS.indexOf(verdict) + missing / 2;
  return [...results].sort((a, b) => rank(b) - rank(a) || (b.seconds ?? 0) - (a.seconds ?? 0))[0];
}

export const absent = (event: string, says: string): Cell => ({ event, says, results: [] });

function explain(result: Result): string {
  const { verdict, component, scale, left, needed, missing, placed, wanted, seconds, unchangeable } = result;
  const at = scale === 'peak' ? ' at peak' : '';
  if (verdict === 'holds') return seconds === undefined || seconds === 0 ? '' : `recovered within ${duration(seconds)}`;
  const until = unchangeable === undefined ? '' : ' and until the control plane is back';
  const numbers = `${component}${at}: ${range(left)} of ${needed} at once${until}, ${range(placed)} of ${wanted} after recovery`;
  if (verdict !== 'degraded') return numbers;
  if (left.fewest >= needed && placed.fewest >= wanted) return ''; // it loses requests, or cannot be changed
  const share = Math.round(missing * 100);
  return `${share === 0 ? '' : `by ${share} %, `}${numbers}${seconds === undefined ? '' : `, within ${duration(seconds)}`}`;
}

/** `3`, or `1–3`. */
export const range = ({ fewest, most }: Interval): string => (fewest === most ? String(fewest) : `${fewest}–${most}`);
