import type { Doubts } from './desk-doubt.js';
import { type VisitTruth, visitsOf } from './desk-truth.js';
import { goneAt, type Span, spansOf } from './judge-sight.js';
import type { CallTruth } from './truth.js';

/** Who really waits in one queue, and who may seem to, at each answer of it. */

export interface JudgedRule {
  /** A queue's id; null: every queue. */
  readonly queue: string | null;
  readonly rule: 'waiting' | 'longestWait';
  readonly limit: number;
}

export type Holds = 'yes' | 'perhaps' | 'no';

interface Caller extends VisitTruth {
  /** Why what the bridge said of the call need not be the truth; null: it is. */
  readonly doubt: string | null;
  readonly spans: readonly Span[];
}

/** When a rule begins or ceases to hold; of a beginning, the PBX's whole second of it too. */
export interface Change {
  readonly at: number;
  readonly holds: boolean;
}

/** The PBX's times are cut to seconds. */
const SECOND = 1_000;
/** A row that vanishes is a caller until so many answers have missed it. */
const MISSED = 3;

export class ThresholdCallers {
  readonly #callers: readonly Caller[];
  /** By the number of an answer: those who can have to do with it, as their rows are there or were not long before. */
  readonly #near: readonly (readonly Caller[])[];
  readonly #changes = new Map<string, readonly Change[]>();

  /**
   * @param polls when the complete answers of the queue show it
   * @param slackMs how far off times by the PBX's clock may be
   */
  constructor(
    truth: readonly CallTruth[],
    queueId: string,
    doubts: Doubts,
    private readonly polls: readonly number[],
    private readonly slackMs: number,
  ) {
    this.#callers = truth.flatMap((call) =>
      visitsOf(call).flatMap((visit) =>
        visit.queue.id === queueId
          ? [{ ...visit, doubt: doubts.reasonOf(call.callKey), spans: spansOf(visit.row) }]
          : [],
      ),
    );
    const near: Caller[][] = polls.map(() => []);
    for (const caller of this.#callers) {
      const { from, to } = caller.row;
      for (let nth = firstFrom(polls, from); nth < polls.length; nth++) {
        if (polls[Math.max(0, nth - MISSED)]! > (to ?? Infinity)) break;
        near[nth]!.push(caller);
      }
    }
    this.#near = near;
  }

  /** Whether the rule holds by the answer of this number. */
  held({ rule, limit }: JudgedRule, nth: number): Holds {
    const at = this.polls[nth]!;
    const [surely, perhaps] = [this.#waiting(nth), this.#seeming(nth)];
    if (rule === 'waiting')
      return surely.length >= limit ? 'yes' : perhaps.length >= limit ? 'perhaps' : 'no';
    const limitMs = limit * SECOND;
    if (surely.some(({ joined }) => at - joined >= limitMs + SECOND + this.slackMs)) return 'yes';
    const isNear = ({ joined }: Caller): boolean => at - joined >= limitMs - this.slackMs - ROUNDING_MS;
    return perhaps.some(isNear) ? 'perhaps' : 'no';
  }

  /** How much of the rule's unit there is by the answer of this number. */
  value({ rule }: JudgedRule, nth: number): { readonly least: number; readonly most: number } {
    const at = this.polls[nth]!;
    const [surely, perhaps] = [this.#waiting(nth), this.#seeming(nth)];
    if (rule === 'waiting') return { least: surely.length, most: perhaps.length };
    const longest = (callers: readonly Caller[]): number =>
      Math.max(0, ...callers.map(({ joined }) => at - Math.floor(joined / SECOND) * SECOND));
    return {
      least: Math.max(0, Math.floor((longest(surely) - this.slackMs - ROUNDING_MS) / SECOND)),
      most: Math.floor((longest(perhaps) + this.slackMs + ROUNDING_MS) / SECOND),
    };
  }

  /** Each time the rule began or ceased to hold. */
  changes(rule: JudgedRule): readonly Change[] {
    const key = `${rule.rule} ${rule.limit}`;
    let known = this.#changes.get(key);
    if (known === undefined) this.#changes.set(key, (known = this.#changed(rule)));
    return known;
  }

  /** Why what was said of the queue in this time need not be the truth; null: it is. */
  doubtIn(from: number, to: number): string | null {
    const isThere = ({ row, doubt }: Caller): boolean =>
      doubt !== null && row.from <= to && (row.to ?? Infinity) >= from;
    return this.#callers.find(isThere)?.doubt ?? null;
  }

  /** Those who wait, and the answer shows it. */
  #waiting(nth: number): Caller[] {
    const at = this.polls[nth]!;
    return this.#near[nth]!.filter((one) => one.doubt === null && isWaiting(one, at));
  }

  /**
   * Those whose row says so, or said so in one of the latest answers and has vanished since, or can still seem to: also that of a
   * caller whose row is stuck.
   */
  #seeming(nth: number): Caller[] {
    const [since, at] = [this.polls[Math.max(0, nth - MISSED)]!, this.polls[nth]!];
    return this.#near[nth]!.filter(({ row, doubt, spans }) => {
      if (doubt !== null) return row.from <= at && (row.to ?? Infinity) > since;
      const shown = spans.find(({ from, to }) => from <= at && at < to);
      if (shown !== undefined) return isOfWaiting(shown.state);
      return spans.some(({ state, from, to }) => isOfWaiting(state) && from <= at && to > since);
    });
  }

  #changed({ rule, limit }: JudgedRule): readonly Change[] {
    const full = rule === 'waiting' ? limit : 1;
    const lead = rule === 'waiting' ? 0 : limit * SECOND;
    const steps = this.#callers.flatMap((caller) => {
      const [from, to] = [caller.joined + lead, caller.left ?? goneAt(caller.row)];
      return from >= to
        ? []
        : [
            { at: from, by: 1 },
            { at: to, by: -1 },
          ];
    });
    steps.sort((a, b) => a.at - b.at || a.by - b.by);
    const changes: Change[] = [];
    let count = 0;
    for (const { at, by } of steps) {
      const before = count >= full;
      count += by;
      if (count >= full !== before) changes.push({ at, holds: !before });
    }
    return changes;
  }
}

/** Index of the first answer that is not before `at`. */
function firstFrom(polls: readonly number[], at: number): number {
  let [low, high] = [0, polls.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (polls[middle]! < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The row is there, in a state in which a caller waits, and no agent has answered. */
function isWaiting({ spans, joined, left }: Caller, at: number): boolean {
  if (joined > at || (left !== null && left <= at)) return false;
  return spans.some(({ state, from, to }) => isOfWaiting(state) && from <= at && at < to);
}

function isOfWaiting(state: string | null): boolean {
  return state === 'Waiting' || state === 'Trying';
}

/** The rows of a queue trail by 20 ms, and the judge allows for as much of rounding. */
export const ROUNDING_MS = 40;
