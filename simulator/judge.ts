import { outOfSight } from './judge-absence.js';
import { about, judgeCall, pairUp } from './judge-call.js';
import { judgeGrammar, judgeLog } from './judge-grammar.js';
import { TruthIndex } from './judge-match.js';
import {
  Findings,
  type JudgedEvent,
  type JudgeOptions,
  type PollInstants,
  type Report,
} from './judge-report.js';
import { goneAt, Sight } from './judge-sight.js';
import { IN_ONE, type Telling } from './judge-statement.js';
import type { CallTruth, TruthEvent } from './truth.js';

export type { JudgedEvent, JudgeOptions, PollInstants, Report } from './judge-report.js';

/**
 * The judge: what a bridge told, against what happened and what its polls could have seen.
 *
 * A pure function. `events` are the bridge's CloudEvents in the order of its log, of one tenant; the calls' events are
 * judged, others are passed over. `polls` are the instants of the complete answers it got. After a loss of the store's
 * memory events repeat by contract, with the same ids: hand over the first of each.
 *
 * What it demands follows from `events.md`; what polls cannot show is never demanded, but counted in `unseen` with
 * the reason. It is strict about certainty: a guess that says `inferred` is forgiven where it had to be a guess.
 */
export function judge(
  truth: readonly CallTruth[],
  events: readonly JudgedEvent[],
  polls: PollInstants,
  options: JudgeOptions = {},
): Report {
  const findings = new Findings();
  const sight = new Sight(polls, options);
  const index = new TruthIndex(truth);
  const told = events.filter(({ type }) => type.startsWith('call-'));
  judgeLog(told, findings);

  const byCall = new Map<CallTruth, Map<string, JudgedEvent[]>>();
  const groups = new Map<string, JudgedEvent[]>();
  for (const event of told) {
    const group = groups.get(event.data.callId);
    if (group === undefined) groups.set(event.data.callId, [event]);
    else group.push(event);
  }
  for (const [callId, group] of groups) {
    judgeGrammar(callId, group, findings);
    const call = group.map((event) => index.callOf(event)).find((found) => found !== null) ?? null;
    if (call === null) {
      for (const event of group) findings.invented.push(about(event, null, 'no such call'));
      continue;
    }
    const parts = byCall.get(call) ?? new Map<string, JudgedEvent[]>();
    byCall.set(call, parts.set(callId, group));
  }
  for (const call of truth) {
    const parts = [...(byCall.get(call)?.values() ?? [])];
    const telling = parts.length > 1 ? judgeSplit(call, parts, sight, index, findings) : IN_ONE;
    judgeCall(call, parts.flat(), telling, sight, index, findings);
  }
  return findings.report();
}

/** The event of the truth that this event tells, if there is one: for showing the two side by side. */
export function truthOf(
  truth: readonly CallTruth[],
  event: JudgedEvent,
  polls: PollInstants,
): { readonly call: CallTruth; readonly event: TruthEvent | null } | null {
  const call = new TruthIndex(truth).callOf(event);
  if (call === null) return null;
  const sight = new Sight(polls, {});
  const pairs = pairUp(sight.expectations(call), [event], sight);
  const [pair] = pairs.keys();
  return { call, event: pair?.event ?? null };
}

/** One call told as several: right where it was out of sight in between and the new one names the old, or in doubt. */
function judgeSplit(
  call: CallTruth,
  parts: readonly (readonly JudgedEvent[])[],
  sight: Sight,
  index: TruthIndex,
  findings: Findings,
): Telling {
  const doubt = index.inDoubt(call) || hasLostItsWay(call, sight);
  const earlier = new Set<string>();
  const continued = new Set<string>();
  let split: Telling['split'] = null;
  for (const [place, part] of parts.entries()) {
    const [first] = part;
    if (first === undefined) continue;
    const { callId, linkedCallIds } = first.data;
    if (place > 0) {
      const ended = parts[place - 1]?.find(({ type }) => type === 'call-ended');
      const linked = linkedCallIds.some((id) => earlier.has(id));
      const lost = ended !== undefined && outOfSight(call, ended, sight);
      if (linked && lost) {
        continued.add(callId);
        findings.unseen.push(about(first, call, 'out-of-sight'));
      } else if (doubt) {
        split = 'in-doubt';
        findings.unseen.push(about(first, call, 'split-in-doubt'));
      } else {
        split = 'wrongly';
        findings.doubled.push(about(first, call, 'one call told as two'));
      }
    }
    earlier.add(callId);
  }
  return { split, continued };
}

/** A row that polls found Abandoned may not say whose caller rings elsewhere, or waits in another queue, a moment later. */
function hasLostItsWay(call: CallTruth, sight: Sight): boolean {
  const rows = call.sightings.filter(({ endpoint }) => endpoint === 'queue');
  return rows.some((row) => sight.onlyAbandoned(row) && (rows.length > 1 || goneAt(row) !== call.endedAt));
}
