import { outOfSight, seemedAbandoned } from './judge-absence.js';
import { AlikeCallers } from './judge-alike.js';
import { HiddenConsultations } from './judge-consultation.js';
import { HOLDS_IN_ANY_DIRECTION, ShownDirection } from './judge-direction.js';
import { about, judgeCall, NOT_SPLIT, pairUp, type Split } from './judge-call.js';
import { aheadAt, clockKnownAt } from './judge-clock.js';
import { expectationsOf } from './judge-expect.js';
import { judgeGrammar, judgeLog } from './judge-grammar.js';
import { withoutPhantoms } from './judge-phantom.js';
import { TruthIndex } from './judge-match.js';
import { type PollInstants, pollsOf } from './judge-polls.js';
import { Findings, instant, type JudgedEvent, type JudgeOptions, type Report } from './judge-report.js';
import { goneAt, Sight } from './judge-sight.js';
import type { CallTruth, TruthEvent } from './truth.js';

export type { PollInstants } from './judge-polls.js';
export type { JudgedEvent, JudgeOptions, Report } from './judge-report.js';

/**
 * Compares the events that a bridge emitted with what happened and what its polls could have seen (`docs/judge.md`).
 *
 * A pure function. `events` are the bridge's CloudEvents in the order of its log, of one tenant; the calls' events are
 * judged, of others only the envelope. `polls` are the answers it got. After a loss of the store's
 * memory events repeat by contract, with the same ids: pass only the first of each.
 *
 * What it demands follows from `events.md`. What polls could not show is not demanded, and counted in `unseen`; a
 * statement that differs from the truth is excused only for a reason of `judge-reasons.ts`, and counted in `forgiven`.
 */
export function judge(
  whole: readonly CallTruth[],
  events: readonly JudgedEvent[],
  polls: PollInstants,
  options: JudgeOptions = {},
): Report {
  const findings = new Findings();
  const sight = new Sight(pollsOf(polls), options);
  const truth = withoutPhantoms(whole, (from, to) => sight.polls('monitor').some(from, to));
  const index = new TruthIndex(truth, clockKnownAt(truth, sight), aheadAt(truth, sight));
  judgeLog(events, { wholeLog: options.wholeLog ?? true, toleranceMs: sight.toleranceMs }, findings);

  const groups = new Map<string, JudgedEvent[]>();
  for (const event of events) {
    if (!event.type.startsWith('call-')) continue;
    const group = groups.get(event.data.callId);
    if (group === undefined) groups.set(event.data.callId, [event]);
    else group.push(event);
  }
  const byCall = new Map<CallTruth, JudgedEvent[][]>();
  for (const [callId, group] of groups) {
    judgeGrammar(group, findings);
    const call = group.map((event) => index.callOf(event)).find((found) => found !== null) ?? null;
    if (call === null) {
      for (const event of group)
        findings.invented.push({ ...about(event, null, 'event'), reason: 'no such call' });
      continue;
    }
    const ended = group.find(({ type }) => type === 'call-ended')?.recordedtime;
    const endedAt = ended === undefined ? Infinity : instant(ended);
    index.remember(callId, call, group, endedAt);
    const parts = byCall.get(call) ?? [];
    byCall.set(call, [...parts, group]);
  }
  const direction = new ShownDirection(truth, sight);
  const emittedFor = new Map([...byCall].map(([call, parts]) => [call, parts.flat()]));
  const alike = new AlikeCallers(truth, emittedFor, index, sight);
  const consultations = new HiddenConsultations(truth, index, sight);
  for (const call of truth) {
    const parts = byCall.get(call) ?? [];
    const emitted = parts.flat();
    const own = sight.of(call);
    const found = new Findings();
    const split =
      parts.length > 1 ? judgeSplit(call, parts, own, { index, alike, findings: found }) : NOT_SPLIT;
    judgeCall({ call, emitted, split, sight: own, index, findings: found });
    const isUnknown = direction.isUnknownOf(call, emitted);
    findings.take(found, (finding) =>
      isUnknown && !HOLDS_IN_ANY_DIRECTION.has(finding.rule)
        ? 'direction-not-shown'
        : consultations.excuses(call, finding)
          ? 'consultation-not-shown'
          : alike.excuses(call, finding)
            ? 'alike-callers'
            : null,
    );
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
  const sight = new Sight(pollsOf(polls), {}).of(call);
  const pairs = pairUp(expectationsOf(call, sight), [event], sight);
  const [pair] = pairs.keys();
  return { call, event: pair?.event ?? null };
}

/** Judges one call emitted as several: right if no poll could find it in between and the new one links the old, or if ambiguous. */
function judgeSplit(
  call: CallTruth,
  parts: readonly (readonly JudgedEvent[])[],
  sight: Sight,
  { index, alike, findings }: { index: TruthIndex; alike: AlikeCallers; findings: Findings },
): Split {
  const doubt =
    index.isAmbiguous(call) || alike.concerns(call)
      ? 'alike-callers'
      : mayLoseItsCaller(call, sight)
        ? 'first-seen-abandoned'
        : null;
  const earlier = new Set<string>();
  const earlierIds = new Set<string>();
  const continued = new Map<string, number>();
  let kind: Split['kind'] = null;
  for (const [nth, part] of parts.entries()) {
    const [first] = part;
    if (first === undefined) continue;
    const { callId, linkedCallIds, observed } = first.data;
    if (nth > 0) {
      const ended = parts[nth - 1]?.find(({ type }) => type === 'call-ended');
      const isLinked = linkedCallIds.some((id) => earlier.has(id));
      const sharesId = part.some(({ data }) => data.upstreamIds.some((id) => earlierIds.has(id)));
      const isLost =
        ended !== undefined && (outOfSight(call, ended, sight) || seemedAbandoned(call, ended, sight));
      // An id that the leg shows only when it is answered comes too late.
      const beginsWithId = first.data.upstreamIds.some((id) => earlierIds.has(id));
      const isRedial = isLinked && !beginsWithId && looksLikeRedial(call, part, sight);
      // A part that was alive when a redial began, or an alike caller's part did, goes on beside it.
      const wasAlive = ended === undefined || ended.recordedtime > first.recordedtime;
      // A call that has ended is linked by a shared id alone.
      if (isLost && (isLinked || !sharesId) && !(wasAlive && (isRedial || alike.concerns(call)))) {
        continued.set(callId, instant(observed.latest));
      } else if (isRedial) {
        kind = 'looks-like-a-redial';
      } else if (doubt !== null) {
        kind = doubt;
      } else {
        kind = 'wrong';
        findings.doubled.push({ ...about(first, call, 'split'), reason: 'one call emitted as two' });
      }
    }
    earlier.add(callId);
    for (const { data } of part) for (const id of data.upstreamIds) earlierIds.add(id);
  }
  return { kind, continued };
}

/** Polls found a row only when it was Abandoned and had lost its id, and the caller is at an extension or in another queue. */
function mayLoseItsCaller(call: CallTruth, sight: Sight): boolean {
  const rows = call.sightings.filter(({ endpoint }) => endpoint === 'queue');
  const hasNoId = ({ callIds }: (typeof rows)[number]): boolean => callIds?.at(-1)?.value === '';
  return rows.some(
    (row) => sight.onlyAbandoned(row) && hasNoId(row) && (rows.length > 1 || goneAt(row) !== call.endedAt),
  );
}

/** The first leg of this part is at an extension that had rung or talked for the call before. */
function looksLikeRedial(call: CallTruth, part: readonly JudgedEvent[], sight: Sight): boolean {
  const ids = new Set(part.flatMap(({ data }) => data.upstreamIds));
  const [leg] = call.sightings
    .filter((one) => one.endpoint === 'monitor' && ids.has(one.callId))
    .sort((a, b) => a.from - b.from);
  return call.sightings.some(
    (one) =>
      one.endpoint === 'monitor' &&
      one.extension === leg?.extension &&
      one.part !== leg?.part &&
      one.from < leg!.from &&
      sight.may([one], () => true),
  );
}
