import { lookedAbandoned, outOfSight } from './judge-absence.js';
import type { TruthIndex } from './judge-match.js';
import { type Findings, type JudgedEvent, extensionOf } from './judge-report.js';
import { type Expectation, RINGS_ON, type Sight } from './judge-sight.js';
import { ENDINGS, instant, type Telling, wrongIn, wrongTime } from './judge-statement.js';
import type { CallTruth } from './truth.js';

/**
 * Holds what was told about one call against its truth: every demanded event is there once, nothing else is, and each
 * says what was so. A false statement is forgiven only where the polls could not tell and the event says `inferred`.
 *
 * `telling` says whether, and with what right, the call was told as several.
 */
export function judgeCall(
  call: CallTruth,
  told: readonly JudgedEvent[],
  telling: Telling,
  sight: Sight,
  index: TruthIndex,
  findings: Findings,
): void {
  const expectations = sight.expectations(call);
  const pairs = pairUp(expectations, told, sight);
  for (const expectation of expectations) {
    const event = pairs.get(expectation);
    if (expectation.demanded) findings.expected += 1;
    if (event !== undefined) {
      if (expectation.demanded) findings.matched += 1;
      for (const reason of wrongIn(call, expectation, event, telling, sight))
        findings.misreported.push(about(event, call, reason));
    } else {
      const { type, at, extension } = expectation.event;
      const finding = { callKey: call.callKey, callId: null, type, at, ...(extension ? { extension } : {}) };
      const gone = ENDINGS.has(type) && told.some((other) => guessedEnd(call, other, at, sight));
      if (gone) findings.unseen.push({ ...finding, reason: 'out-of-sight' });
      else if (expectation.demanded)
        findings.missing.push({ ...finding, reason: 'polls saw it, nobody was told' });
      else findings.unseen.push({ ...finding, reason: expectation.reason });
    }
  }
  const paired = new Set(pairs.values());
  for (const event of told) {
    if (!paired.has(event)) judgeUnpaired(call, event, told, telling, sight, findings);
    for (const other of index.mergedInto(event, call)) {
      findings.misreported.push(about(event, call, `merges ${other.callKey} into this call`));
    }
  }
}

/**
 * Each event of the truth with the event that tells it: same type, same extension. An agent may be rung twice for one
 * caller, so what fits in time and outcome is paired first, and only then what is merely about the same; what may as
 * well be told as one with another is paired last, with what is left.
 */
export function pairUp(
  expectations: readonly Expectation[],
  told: readonly JudgedEvent[],
  sight: Sight,
): Map<Expectation, JudgedEvent> {
  const pairs = new Map<Expectation, JudgedEvent>();
  const left = new Set(told);
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
        if (ENDINGS.has(type) && toldTooEarly(event, at, sight)) continue;
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
  told: readonly JudgedEvent[],
  telling: Telling,
  sight: Sight,
  findings: Findings,
): void {
  const inferred = event.data.observed.certainty === 'inferred';
  const forgive = (reason: string): void => void findings.unseen.push(about(event, call, reason));
  const wrong = (reason: string): void => void findings.misreported.push(about(event, call, reason));
  if (telling.split === 'in-doubt') return forgive('split-in-doubt');
  if (telling.split === 'wrongly') return;
  if (telling.continued.has(event.data.callId) && event.type !== 'call-ended') return forgive('out-of-sight');
  switch (event.type) {
    case 'call-answered':
      if (call.kind === 'click-to-call' && sight.answerSeenAt(call) !== null)
        return forgive('click-to-call-looks-answered');
      return isRepeat(event, told) ? undefined : wrong('nobody answered');
    case 'call-abandoned': {
      if (isRepeat(event, told)) return;
      if (lookedAbandoned(call, event, sight)) return forgive('overflow-out-of-sight');
      const hidden = call.outcome === 'answered' && sight.answerSeenAt(call) === null;
      if (inferred && (hidden || outOfSight(call, event, sight))) return forgive('answer-between-polls');
      return wrong(call.outcome === 'answered' ? 'the call was answered' : 'the caller had not left');
    }
    case 'call-ended':
      if (isRepeat(event, told)) return;
      if (inferred && outOfSight(call, event, sight)) return forgive('out-of-sight');
      if (lookedAbandoned(call, event, sight)) return forgive('overflow-out-of-sight');
      return wrong(call.outcome === null ? 'the call goes on' : 'the call had not ended yet');
    case 'call-started':
      return;
    case 'call-offered':
    case 'call-offer-ended': {
      const extension = extensionOf(event);
      if (call.sightings.some((one) => one.extension === extension && one.closedBy === 'unregistered'))
        return forgive('out-of-sight');
      const known = call.events.some((one) => one.type === event.type && one.extension === extension);
      if (known) findings.doubled.push(about(event, call, `${event.type} once more`));
      else findings.invented.push(about(event, call, 'this extension did not ring for this call'));
      return;
    }
    default:
      findings.invented.push(about(event, call, 'nothing like it happened in this call'));
  }
}

/** The grammar has already counted the second one of a kind in one call. */
function isRepeat(event: JudgedEvent, told: readonly JudgedEvent[]): boolean {
  return told.some(
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

function toldTooEarly(event: JudgedEvent, endedAt: number, sight: Sight): boolean {
  return instant(event.data.observed.latest) < endedAt - sight.toleranceMs;
}

/** The end was told while the call was out of sight, and was said to be a guess, or was the queue's own word. */
function guessedEnd(call: CallTruth, event: JudgedEvent, endedAt: number, sight: Sight): boolean {
  return (
    ENDINGS.has(event.type) &&
    toldTooEarly(event, endedAt, sight) &&
    ((event.data.observed.certainty === 'inferred' && outOfSight(call, event, sight)) ||
      lookedAbandoned(call, event, sight))
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
