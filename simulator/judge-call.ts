import { seemedAbandoned, outOfSight } from './judge-absence.js';
import type { TruthIndex } from './judge-match.js';
import { type Findings, type JudgedEvent, extensionOf } from './judge-report.js';
import { type Expectation, RINGS_ON, type Sight } from './judge-sight.js';
import { ENDINGS, instant, type Split, wrongIn, wrongTime } from './judge-statement.js';
import type { CallTruth } from './truth.js';

/**
 * Compares the events that were emitted for one call with its truth: every demanded event is there once, no other is, and
 * each is correct. A false statement is forgiven only where the polls could not show the truth and the event says `inferred`.
 *
 * `split` says whether the call was emitted as several calls, and whether that was right.
 */
export function judgeCall(
  call: CallTruth,
  emitted: readonly JudgedEvent[],
  split: Split,
  sight: Sight,
  index: TruthIndex,
  findings: Findings,
): void {
  const expectations = sight.expectations(call);
  const pairs = pairUp(expectations, emitted, sight);
  for (const expectation of expectations) {
    const event = pairs.get(expectation);
    if (expectation.demanded) findings.expected += 1;
    if (event !== undefined) {
      if (expectation.demanded) findings.matched += 1;
      for (const reason of wrongIn(call, expectation, event, split, sight))
        findings.misreported.push(about(event, call, reason));
    } else {
      const { type, at, extension } = expectation.event;
      const finding = { callKey: call.callKey, callId: null, type, at, ...(extension ? { extension } : {}) };
      const gone = ENDINGS.has(type) && emitted.some((other) => inferredEnd(call, other, at, sight));
      if (gone) findings.unseen.push({ ...finding, reason: 'out-of-sight' });
      else if (expectation.demanded)
        findings.missing.push({ ...finding, reason: 'polls saw it, no event was emitted' });
      else findings.unseen.push({ ...finding, reason: expectation.reason });
    }
  }
  const paired = new Set(pairs.values());
  for (const event of emitted) {
    if (!paired.has(event)) judgeUnpaired(call, event, emitted, split, sight, findings);
    for (const other of index.mergedInto(event, call)) {
      findings.misreported.push(about(event, call, `merges ${other.callKey} into this call`));
    }
  }
}

/**
 * Pairs each event of the truth with the emitted event of the same type and extension. An agent may be rung twice for one
 * caller, so the events that fit in time and outcome are paired first, and only then those that merely concern the same
 * extension. Offers that may be emitted as one with another are paired last, with the events that are left.
 */
export function pairUp(
  expectations: readonly Expectation[],
  emitted: readonly JudgedEvent[],
  sight: Sight,
): Map<Expectation, JudgedEvent> {
  const pairs = new Map<Expectation, JudgedEvent>();
  const left = new Set(emitted);
  const rounds = [
    { exactly: true, ringsOn: true },
    { exactly: false, ringsOn: false },
    { exactly: false, ringsOn: true },
  ];
  for (const { exactly, ringsOn } of rounds) {
    for (const expectation of expectations) {
      if (pairs.has(expectation) || (!ringsOn && expectation.reason === RINGS_ON)) continue;
      const { type, extension, at, outcome } = expectation.event;
      const perExtension = OF_AN_EXTENSION.has(type);
      for (const event of left) {
        if (event.type !== type) continue;
        if (perExtension && extensionOf(event) !== extension) continue;
        if (ENDINGS.has(type) && emittedTooEarly(event, at, sight)) continue;
        const fits =
          wrongTime(expectation, event, sight) === null && (event.data.outcome ?? outcome) === outcome;
        if (exactly && !fits) continue;
        pairs.set(expectation, event);
        left.delete(event);
        break;
      }
    }
  }
  return pairs;
}

const OF_AN_EXTENSION = new Set(['call-offered', 'call-offer-ended', 'call-transferred']);

function judgeUnpaired(
  call: CallTruth,
  event: JudgedEvent,
  emitted: readonly JudgedEvent[],
  split: Split,
  sight: Sight,
  findings: Findings,
): void {
  const inferred = event.data.observed.certainty === 'inferred';
  const forgive = (reason: string): void => void findings.unseen.push(about(event, call, reason));
  const wrong = (reason: string): void => void findings.misreported.push(about(event, call, reason));
  if (split.kind === 'ambiguous') return forgive('split-ambiguous');
  if (split.kind === 'wrong') return;
  if (split.continued.has(event.data.callId) && event.type !== 'call-ended') return forgive('out-of-sight');
  switch (event.type) {
    case 'call-answered':
      if (call.kind === 'click-to-call' && sight.answerSeenAt(call) !== null)
        return forgive('click-to-call-looks-answered');
      return isRepeat(event, emitted) ? undefined : wrong('no agent answered');
    case 'call-abandoned': {
      if (isRepeat(event, emitted)) return;
      if (seemedAbandoned(call, event, sight)) return forgive('overflow-out-of-sight');
      const hidden = call.outcome === 'answered' && sight.answerSeenAt(call) === null;
      if (inferred && (hidden || outOfSight(call, event, sight))) return forgive('answer-between-polls');
      return wrong(call.outcome === 'answered' ? 'the call was answered' : 'the caller had not left');
    }
    case 'call-ended':
      if (isRepeat(event, emitted)) return;
      if (inferred && outOfSight(call, event, sight)) return forgive('out-of-sight');
      if (seemedAbandoned(call, event, sight)) return forgive('overflow-out-of-sight');
      return wrong(call.outcome === null ? 'the call goes on' : 'the call had not ended yet');
    case 'call-started':
      return;
    case 'call-offered':
    case 'call-offer-ended': {
      const extension = extensionOf(event);
      if (call.sightings.some((one) => one.extension === extension && one.closedBy === 'unregistered'))
        return forgive('out-of-sight');
      const known = call.events.some((one) => one.type === event.type && one.extension === extension);
      if (known) findings.doubled.push(about(event, call, `${event.type} again`));
      else findings.invented.push(about(event, call, 'this extension did not ring for this call'));
      return;
    }
    default:
      findings.invented.push(about(event, call, 'nothing like it happened in this call'));
  }
}

/** A second event of one type in one call, which `judgeGrammar` has already counted. */
function isRepeat(event: JudgedEvent, emitted: readonly JudgedEvent[]): boolean {
  return emitted.some(
    (other) =>
      other !== event &&
      other.type === event.type &&
      other.data.callId === event.data.callId &&
      !early(event, other),
  );
}

function early(event: JudgedEvent, other: JudgedEvent): boolean {
  return event.epoch === other.epoch && event.sequence < other.sequence;
}

function emittedTooEarly(event: JudgedEvent, endedAt: number, sight: Sight): boolean {
  return instant(event.data.observed.latest) < endedAt - sight.toleranceMs;
}

/** The end was emitted while no poll could find the call, and was marked as inferred, or followed the queue status. */
function inferredEnd(call: CallTruth, event: JudgedEvent, endedAt: number, sight: Sight): boolean {
  return (
    ENDINGS.has(event.type) &&
    emittedTooEarly(event, endedAt, sight) &&
    ((event.data.observed.certainty === 'inferred' && outOfSight(call, event, sight)) ||
      seemedAbandoned(call, event, sight))
  );
}

export function about(event: JudgedEvent, call: CallTruth | null, reason: string) {
  const extension = extensionOf(event);
  return {
    callKey: call?.callKey ?? null,
    callId: event.data.callId,
    type: event.type,
    at: instant(event.time),
    ...(extension === null ? {} : { extension }),
    reason,
  };
}
