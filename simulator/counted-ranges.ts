import type { DeskFindings } from './judge-desk-report.js';
import type { Mean } from './numbers-case.js';

/** A thing of the truth that a number counts, as far as polls let a bridge know it. */
export interface Countable {
  /** Between which instants a bridge may say that it was. */
  readonly at: { readonly from: number; readonly to: number };
  /** Polls must have shown it. */
  readonly isSure: boolean;
  /** How long it was, by what a bridge may say; null: nothing is known of that. */
  readonly lasted: { readonly least: number; readonly most: number } | null;
}

interface Interval {
  readonly from: number;
  readonly to: number;
}

/** Those that may be counted in the interval. */
export function mayBeIn<Of extends Countable>(all: readonly Of[], { from, to }: Interval): Of[] {
  return all.filter(({ at }) => at.from < to && at.to >= from);
}

/** Those that must be: in no other one can they be. */
export function mustBeIn<Of extends Countable>(all: readonly Of[], { from, to }: Interval): Of[] {
  return all.filter(({ at, isSure }) => isSure && from <= at.from && at.to < to);
}

/** Compares a number with the least and the most that is right. */
export function compareCount(
  findings: DeskFindings,
  rule: string,
  about: string,
  at: number | null,
  stated: number,
  [least, most]: readonly [least: number, most: number],
): void {
  findings.holds(rule, about, at, least <= stated && stated <= most, `${stated}, not ${least} to ${most}`);
}

/**
 * Compares a mean: of so many as are known, each of which lasted as long as it may have. Where all that can count are known, their
 * sum is between the two sums; where some are left out, it is at least that of the shortest and at most that of the longest.
 */
export function compareMean(
  findings: DeskFindings,
  rule: string,
  about: string,
  at: number,
  { ms, known }: Mean,
  all: readonly Countable[],
): void {
  findings.holds(rule, about, at, (ms === null) === (known === 0), `${String(ms)} ms of ${known}`);
  // More than there are: a call was emitted as two, by a reason.
  if (ms === null || known > all.length) return;
  const least = all.map(({ lasted }) => lasted?.least ?? 0).sort((one, other) => one - other);
  const most = all.map(({ lasted }) => lasted?.most ?? Infinity).sort((one, other) => other - one);
  const sum = (values: readonly number[]): number =>
    values.slice(0, known).reduce((total, value) => total + value, 0);
  const [low, high] = [sum(least) / known, sum(most) / known];
  const isIn = low - ROUNDING_MS <= ms && ms <= high + ROUNDING_MS;
  findings.holds(rule, about, at, isIn, `a mean of ${ms} ms, not ${low} to ${high} ms`);
}

const ROUNDING_MS = 1;
