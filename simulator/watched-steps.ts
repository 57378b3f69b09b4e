import type { PollInstants } from './judge-polls.js';

/** From one complete answer of an endpoint to the next, and whether it was watched in between. */
export interface Step {
  readonly from: number;
  readonly to: number;
  /** `perhaps`: some polls failed, and whether they were enough is a matter of their number. */
  readonly isWatched: 'yes' | 'perhaps' | 'no';
}

/** An endpoint is not watched after so long without a complete answer, or three failures (docs/upstream.md). */
const AWAY_AFTER_MS = 10_000;
const FAILURES = 3;
/** What one answer missed is asked again soon after, beside the pace. */
const CONFIRMED_MS = 400;

/** @param until the present, up to which the last answer counts */
export function stepsOf(polls: PollInstants['monitor'], paceMs: number, until: number): readonly Step[] {
  const answers = polls.map((poll) => (typeof poll === 'number' ? poll : poll.received));
  return answers.map((from, nth) => {
    const to = answers[nth + 1] ?? Math.max(from, until);
    const ms = to - from;
    const isSurely = ms <= 2 * paceMs + CONFIRMED_MS;
    const isAway = ms >= AWAY_AFTER_MS && ms >= (FAILURES + 2) * paceMs + CONFIRMED_MS;
    return { from, to, isWatched: isSurely ? 'yes' : isAway ? 'no' : 'perhaps' };
  });
}
