// A derived number with the sentence that derives it, the shape of a plan's outcome, and the check that every number passes.
import type { Problem } from './problem';

/** A number, and why it is this number: the formula with its figures, as one sentence without a full stop. */
export interface Derived {
  /** The number. */
  readonly value: number;
  /** The sentence that derives it, with its numbers. */
  readonly because: string;
}

/** The outcome of planning: the problems and, if the inputs are usable numbers, the plan. */
export interface Outcome<Plan> {
  /** Absent if an input is out of range; present, along with problems, if a demand exceeds a limit. */
  readonly plan?: Plan;
  /** What is wrong with the input; empty if nothing is. */
  readonly problems: readonly Problem[];
}

/** The range that a number must be in. */
export interface Range {
  readonly above?: number;
  readonly atLeast?: number;
  readonly below?: number;
  /** @default 1e9, so that every product stays exact */
  readonly atMost?: number;
  readonly whole?: boolean;
}

const MOST = 1e9;
/** Relative error of a few roundings: numbers that differ by less are the same. */
const ROUNDING = 1e-9;

export function derived(value: number, because: string): Derived {
  return { value, because };
}

/** The problem with a value that is out of range or not a number; empty if there is none. */
export function checkNumber(field: string, value: unknown, range: Range): Problem[] {
  const { above = -Infinity, atLeast = -Infinity, below = Infinity, atMost = MOST, whole = false } = range;
  const numeric = typeof value === 'number' && Number.isFinite(value);
  const fits = numeric && value > above && value >= atLeast && value < below && value <= atMost;
  if (fits && (!whole || Number.isInteger(value))) return [];
  const isNamed = range.atMost !== undefined || (numeric && value > MOST);
  const bounds = [
    ...(range.above === undefined ? [] : [`more than ${range.above}`]),
    ...(range.atLeast === undefined ? [] : [`at least ${range.atLeast}`]),
    ...(range.below === undefined ? [] : [`less than ${range.below}`]),
    ...(isNamed ? [`at most ${atMost}`] : []),
  ];
  return [
    {
      field,
      ...(value === undefined ? {} : { value: numeric ? value : String(value) }),
      message: describeProblem(field, value),
      expected: `${whole ? 'a whole number' : 'a number'}${bounds.length > 0 ? `, ${bounds.join(' and ')}` : ''}`,
    },
  ];
}

function describeProblem(field: string, value: unknown): string {
  if (value === undefined) return `${field} is required`;
  if (typeof value === 'string') return `${field} must be a number, not the text "${value}"`;
  if (typeof value !== 'number') return `${field} must be a number`;
  return `${field} cannot be ${value}`;
}

/** Rounded up, ignoring rounding errors: 10.000000000001 pods are 10. */
export function roundUp(value: number): number {
  return Math.ceil(value - Math.abs(value) * ROUNDING);
}

/** Rounded down, ignoring rounding errors. */
export function roundDown(value: number): number {
  return Math.floor(value + Math.abs(value) * ROUNDING);
}

/** Whether `value` is above `limit` by more than a rounding error. */
export function exceeds(value: number, limit: number): boolean {
  return value > limit + Math.abs(limit) * ROUNDING;
}

/** A number for a sentence: four significant digits, or all those before the decimal point. */
export function show(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  return String(Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4)));
}

/** A fraction for a sentence, as a percentage. */
export function percent(share: number): string {
  return `${show(share * 100)} %`;
}

/** `1 pod`, `2 pods`; `many` is the plural of a noun that does not just add an `s`. */
export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${show(count)} ${count === 1 ? noun : many}`;
}
