import type { DeskFindings } from './judge-desk-report.js';
import type { NumbersCase } from './numbers-case.js';
import { stepsOf } from './watched-steps.js';

/** Compares for how long nothing was watched with the complete answers that there were. */
export function judgeUnwatched(given: NumbersCase, findings: DeskFindings): void {
  const { unwatched, polls, paceMs, until } = given;
  const starts = unwatched.map(({ from }) => from);
  findings.holds('interval', 'unwatched', null, new Set(starts).size === starts.length, 'an interval twice');
  // Answers that were lost with a bridge that was killed were not watched either.
  if ((given.sightingsToDemand ?? 1) > 1) return;
  for (const endpoint of ['monitor', 'queue'] as const) {
    const steps = stepsOf(polls[endpoint], paceMs[endpoint], until);
    const first = steps[0]?.from ?? until;
    // Before the first answer nothing was.
    const all = [{ from: -Infinity, to: first, isWatched: 'no' as const }, ...steps];
    for (const { from, to, unwatchedMs } of unwatched) {
      const about = `${endpoint} ${new Date(from).toISOString()}`;
      const end = Math.min(to, until);
      let [least, most] = [0, 0];
      for (const step of all) {
        const ms = Math.min(step.to, end) - Math.max(step.from, from);
        if (ms <= 0 || step.isWatched === 'yes') continue;
        most += ms;
        if (step.isWatched === 'no') least += ms;
      }
      const stated = unwatchedMs[endpoint];
      const isRight = least <= stated && stated <= most;
      findings.holds('unwatched', about, from, isRight, `${stated} ms, not ${least} to ${most}`);
    }
    for (const step of steps) {
      const isThere = unwatched.some(({ from, to }) => from <= step.from && step.from < to);
      if (!isThere) {
        findings.wrong('interval', `unwatched ${endpoint}`, step.from, 'an answer in no interval');
        break;
      }
    }
  }
}
