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
import { NOT_SPLIT, type Split } from './judge-statement.js';
import type { CallTruth, TruthEvent } from './truth.js';

export type { JudgedEvent, JudgeOptions, PollInstants, Report } from './judge-report.js';

/**
 * Compares the events that a bridge emitted with what happened and what its polls could have seen.
 *
 * A pure function. `events` are the bridge's CloudEvents in the order of its log, of one tenant; the calls' events are
 * judged, others are ignored. `polls` are the instants of the complete answers it got. After a loss of the store's
 * memory events repeat by contract, with the same ids: pass only the first of each.
 *
 * What it demands follows from `events.md`; what polls cannot show is never demanded, but counted in `unseen` with
 * the reason. It is strict about certainty: a wrong event that says `inferred` is forgiven only where no poll showed the truth.
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
  const emitted = events.filter(({ type }) => type.startsWith('call-'));
  judgeLog(emitted, findings);

  const byCall = new Map<CallTruth, Map<string, JudgedEvent[]>>();
  const groups = new Map<string, JudgedEvent[]>();
  for (const event of emitted) {
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
    const split = parts.length > 1 ? judgeSplit(call, parts, sight, index, findings) : NOT_SPLIT;
    judgeCall(call, parts.flat(), split, sight, index, findings);
  }
  return findings.report();
}

/** The event of the truth that this event announces, if there is one: for showing the two side by side. */
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

/** Judges one call emitted as several: right if no poll could find it in between and the new one links the old, or if ambiguous. */
function judgeSplit(
  call: CallTruth,
  parts: readonly (readonly JudgedEvent[])[],
  sight: Sight,
  index: TruthIndex,
  findings: Findings,
): Split {
  const ambiguous = index.isAmbiguous(call) || mayLoseItsCaller(call, sight);
  const earlier = new Set<string>();
  const continued = new Set<string>();
  let kind: Split['kind'] = null;
  for (const [nth, part] of parts.entries()) {
    const [first] = part;
    if (first === undefined) continue;
    const { callId, linkedCallIds } = first.data;
    if (nth > 0) {
      const ended = parts[nth - 1]?.find(({ type }) => type === 'call-ended');
      const linked = linkedCallIds.some((id) => earlier.has(id));
      const lost = ended !== undefined && outOfSight(call, ended, sight);
      if (linked && lost) {
        continued.add(callId);
        findings.unseen.push(about(first, call, 'out-of-sight'));
      } else if (ambiguous) {
        kind = 'ambiguous';
        findings.unseen.push(about(first, call, 'split-ambiguous'));
      } else {
        kind = 'wrong';
        findings.doubled.push(about(first, call, 'one call emitted as two'));
      }
    }
    earlier.add(callId);
  }
  return { kind, continued };
}

/** A row first found Abandoned may not identify its caller, who a moment later rings elsewhere or waits in another queue. */
function mayLoseItsCaller(call: CallTruth, sight: Sight): boolean {
  const rows = call.sightings.filter(({ endpoint }) => endpoint === 'queue');
  return rows.some((row) => sight.onlyAbandoned(row) && (rows.length > 1 || goneAt(row) !== call.endedAt));
}
