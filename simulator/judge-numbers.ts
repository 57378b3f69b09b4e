import { judgeAgentNumbers } from './judge-agent-numbers.js';
import { DeskFindings } from './judge-desk-report.js';
import { judgeQueueNumbers } from './judge-queue-numbers.js';
import { judgeUnwatched } from './judge-unwatched.js';
import type { NumbersCase } from './numbers-case.js';
import { NumbersSight } from './numbers-sight.js';

/**
 * Compares the numbers that a bridge gives of a day with what happened (`docs/judge.md`).
 *
 * A pure function. Each visit in a queue, each talk and each offer of the truth counts in the interval in which it began, once, and
 * each time in a state as the answers of the monitor showed it. What polls must have shown is demanded; what they can have missed,
 * and what the judge of calls has excused or found of the call, may be counted or not, and is the only play there is: a number is
 * right if it lies between the two, and a mean or a range if it does by the times that a bridge can know.
 */
export function judgeNumbers(given: NumbersCase): DeskFindings {
  const findings = new DeskFindings();
  const known = new NumbersSight(given);
  const { history } = given;
  const isOnce = new Set(history).size === history.length;
  findings.holds('history', 'history', null, isOnce, 'a call twice in the history');
  judgeHistory(given, known, findings);
  judgeQueueNumbers(given, known, findings);
  judgeAgentNumbers(given, known, findings);
  judgeUnwatched(given, findings);
  return findings;
}

/** Every call that polls showed, and that has ended, is there once. */
function judgeHistory(
  { truth, history, until }: NumbersCase,
  { callerDoubts: doubts, sight }: NumbersSight,
  findings: DeskFindings,
): void {
  const ended = truth.filter(({ endedAt }) => endedAt !== null && endedAt <= until);
  const isSure = ({ callKey, sightings }: (typeof truth)[number]): boolean =>
    !doubts.has(callKey) &&
    sightings.length > 0 &&
    sightings.some((one) => sight.firstSeen(one, shows) !== null);
  const sure = ended.filter((call) => isSure(call) && isConfirmed(call, sight.until)).length;
  const spare = truth.filter((call) => !isSure(call)).length;
  const right = sure <= history.length && history.length <= ended.length + spare;
  findings.holds(
    'history',
    'history',
    null,
    right,
    `${history.length} calls, not ${sure} to ${ended.length + spare}`,
  );
}

const shows = (state: string | null): boolean => state !== null && state !== '' && state !== 'Abandoned';

/** Its rows had gone long enough before the last answer. */
function isConfirmed({ sightings, endedAt }: NumbersCase['truth'][number], until: number): boolean {
  const last = Math.max(endedAt!, ...sightings.map(({ to }) => to ?? Infinity));
  return last + CONFIRMED_MS <= until;
}

const CONFIRMED_MS = 60_000;
