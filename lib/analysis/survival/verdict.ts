// What a cell of the table says: a verdict with the numbers that it follows from, and the object that decides.
import { defined } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import type { Interval } from '../scheduling/world';
import type { Load } from './component';
import { duration } from './timing';

/** From the best to the worst. */
export const VERDICTS = ['holds', 'degraded', 'depends on order', 'fails'] as const;

export type Verdict = (typeof VERDICTS)[number];

/** What happens to one component at one load. */
export interface Numbers {
  /** Pods that are wanted. */
  readonly wanted: number;
  /** Pods that carry the load. */
  readonly needed: number;
  /** Pods that serve at once, before anything is replaced. */
  readonly left: Interval;
  /** Pods that serve in the end, without what was lost coming back. */
  readonly placed: Interval;
  /** Until that end, in seconds; absent where nothing in the manifests says. */
  readonly seconds?: number;
}

export interface Result extends Numbers {
  readonly component: string;
  readonly load: Load;
  readonly verdict: Verdict;
  /** Share of the needed pods that is missing at once, or lastingly, from 0 to 1. */
  readonly missing: number;
  /** Whether somebody serves all the time, and the need is met again in the end. */
  readonly survives: boolean;
  /** The object that decides, and where in it. */
  readonly decides?: Decider;
  /** How the numbers come about, sentence by sentence. */
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
  /** The worst of its results; absent where the question does not arise or cannot be answered. */
  readonly verdict?: Verdict;
  /** In a few words. */
  readonly says: string;
  readonly results: readonly Result[];
}

/**
 * The verdict that follows from the numbers:
 *
 * - fails: nobody is left at once, or fewer than needed in the end;
 * - depends on order: that is so for some orders in which pods are placed, and not for others; or whether the needed are left is;
 * - degraded: somebody serves all the time, though fewer than needed at once, or fewer than wanted in the end;
 * - holds: as many as needed serve all the time, and as many as wanted in the end.
 */
export function verdictOf({ wanted, needed, left, placed }: Numbers): Verdict {
  if (wanted === 0) return 'holds';
  if (left.most === 0 || placed.most < needed) return 'fails';
  if (left.fewest === 0 || placed.fewest < needed) return 'depends on order';
  if (left.fewest < needed && left.most >= needed) return 'depends on order';
  return left.fewest < needed || placed.fewest < wanted ? 'degraded' : 'holds';
}

/** Whether what is to happen is refused for ever, whatever the numbers are: for some orders in which pods are placed, or for all. */
export type Refused = boolean | 'in some orders';

/** A result with its verdict. */
export function judge(
  component: string,
  load: Load,
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
    load,
    verdict: refusedVerdict(refused, verdictOf(numbers)),
    missing: needed === 0 ? 0 : Math.max(0, needed - least) / needed,
    survives: refused === false && (wanted === 0 || (left.fewest > 0 && placed.fewest >= needed)),
    ...defined({ decides }),
    working,
  };
}

function refusedVerdict(refused: Refused, otherwise: Verdict): Verdict {
  if (refused === true || otherwise === 'fails') return 'fails';
  return refused === 'in some orders' ? 'depends on order' : otherwise;
}

/** A cell of the worst of its results. */
export function cellOf(event: string, results: readonly Result[]): Cell {
  const worst = worstOf(results);
  if (worst === undefined) return { event, says: 'nothing serves here', results };
  return { event, verdict: worst.verdict, says: sayOf(worst), results };
}

/** The result with the worst verdict, among those the one that misses most, and among those the one that takes longest. */
export function worstOf(results: readonly Result[]): Result | undefined {
  const rank = ({ verdict, missing }: Result) => VERDICTS.indexOf(verdict) + missing / 2;
  return [...results].sort((a, b) => rank(b) - rank(a) || (b.seconds ?? 0) - (a.seconds ?? 0))[0];
}

export const absent = (event: string, says: string): Cell => ({ event, says, results: [] });

function sayOf({ verdict, component, load, left, needed, missing, placed, wanted, seconds }: Result): string {
  const at = load === 'peak' ? ' at peak' : '';
  if (verdict === 'holds') return seconds === undefined || seconds === 0 ? '' : `whole in ${duration(seconds)}`;
  const numbers = `${component}${at}: ${range(left)} of ${needed} at once, ${range(placed)} of ${wanted} in the end`;
  if (verdict !== 'degraded') return numbers;
  const share = Math.round(missing * 100);
  return `${share === 0 ? '' : `by ${share} %, `}${numbers}${seconds === undefined ? '' : `, within ${duration(seconds)}`}`;
}

/** `3`, or `1–3`. */
export const range = ({ fewest, most }: Interval): string => (fewest === most ? String(fewest) : `${fewest}–${most}`);
