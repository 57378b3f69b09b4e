import { endedOutOfSight, seemedAbandoned } from './judge-absence.js';
import { type Expectation, expectationsOf } from './judge-expect.js';
import type { TruthIndex } from './judge-match.js';
import { extensionOf, type Findings, instant, type JudgedEvent } from './judge-report.js';
import type { Reason } from './judge-reasons.js';
import { HOLDS_FOR_PARTS, RULE_LIST } from './judge-rules.js';
import { isAnswer, type Sight, spansOf } from './judge-sight.js';
import { Statement } from './judge-statement.js';
import type { CallTruth } from './truth.js';

/** Whether a call was emitted as several calls, and whether that was right. */
export interface Split {
  /** The split is counted once, whatever each part lacks. A reason: rows do not say whose they are. */
  readonly kind: 'wrong' | Reason | null;
  /** The `callId`s that rightly continue a call that no poll could find for a while, and from when on they have its rows. */
  readonly continued: ReadonlyMap<string, number>;
}

export const NOT_SPLIT: Split = { kind: null, continued: new Map() };

interface Judgement {
  readonly call: CallTruth;
  readonly emitted: readonly JudgedEvent[];
  readonly split: Split;
  readonly sight: Sight;
  readonly index: TruthIndex;
  readonly findings: Findings;
}

/**
 * Compares the events that were emitted for one call with its truth: every demanded event is there once, no other is, and
 * each field of each is true.
 */
export function judgeCall(judgement: Judgement): void {
  const { call, emitted, sight, findings } = judgement;
  const expectations = expectationsOf(call, sight);
  const pairs = pairUp(expectations, emitted, sight);
  const paired = new Map<JudgedEvent, Expectation>();
  for (const expectation of expectations) {
    const event = pairs.get(expectation);
    findings.statements += 1;
    if (expectation.demanded) findings.expected += 1;
    if (event === undefined) judgeAbsent(expectation, judgement);
    else {
      if (expectation.demanded) findings.matched += 1;
      paired.set(event, expectation);
    }
  }
  for (const event of emitted) {
    const expectation = paired.get(event) ?? null;
    if (expectation === null && !judgeUnpaired(event, judgement)) continue;
    judgeFields(event, expectation, judgement);
  }
}

function judgeAbsent(
  { event: { type, at, extension }, demanded, reason }: Expectation,
  { call, emitted, split, sight, findings }: Judgement,
): void {
  const finding = {
    rule: 'demanded',
    callKey: call.callKey,
    callId: null,
    type,
    at,
    ...(extension ? { extension } : {}),
  };
  const isRedial = split.kind === 'looks-like-a-redial' && type === 'call-transferred';
  const isEnded = ENDINGS.has(type) && emitted.some((other) => endedEarly(call, other, at, sight));
  if (isEnded) findings.unseen.push({ ...finding, reason: 'out-of-sight' });
  else if (isRedial) findings.unseen.push({ ...finding, reason: 'looks-like-a-redial' });
  else if (demanded) findings.missing.push({ ...finding, reason: 'polls saw it, no event was emitted' });
  else findings.unseen.push({ ...finding, reason: reason! });
}

function judgeFields(
  event: JudgedEvent,
  expectation: Expectation | null,
  { call, emitted, split, sight, index, findings }: Judgement,
): void {
  const { callId } = event.data;
  const all = emitted.filter((one) => one.data.callId === callId);
  const stated = all.slice(0, all.indexOf(event) + 1);
  const since = split.kind === null ? (split.continued.get(callId) ?? -Infinity) : Infinity;
  const statement = new Statement({ call, event, expectation, stated, sight, index, since });
  for (const [rule, compare] of RULE_LIST) {
    findings.statements += 1;
    const verdict = compare(statement);
    if (verdict === null) continue;
    if (typeof verdict !== 'string') {
      findings.forgiven.push({ ...about(event, call, rule), reason: verdict.excused });
    } else if (split.kind === null || HOLDS_FOR_PARTS.has(rule)) {
      findings.misreported.push({ ...about(event, call, rule), reason: verdict });
    } else if (split.kind !== 'wrong') {
      findings.forgiven.push({ ...about(event, call, rule), reason: split.kind });
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
      if (pairs.has(expectation) || (!ringsOn && expectation.reason === 'rings-on')) continue;
      const { type, extension, at, outcome } = expectation.event;
      const perExtension = OF_AN_EXTENSION.has(type);
      for (const event of left) {
        if (event.type !== type) continue;
        if (perExtension && extensionOf(event) !== extension) continue;
        if (ENDINGS.has(type) && emittedTooEarly(event, at, sight)) continue;
        const fits = isInTime(expectation, event, sight) && (event.data.outcome ?? outcome) === outcome;
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
const ENDINGS: ReadonlySet<string> = new Set(['call-abandoned', 'call-ended']);

function isInTime({ from, to }: Expectation, { data: { observed } }: JudgedEvent, sight: Sight): boolean {
  const earliest = observed.earliest === null ? -Infinity : instant(observed.earliest);
  // The PBX shows whole seconds.
  const precision = observed.certainty === 'upstream' ? 1000 : 0;
  const slack = sight.toleranceMs + precision;
  return instant(observed.latest) >= from - slack && earliest <= to + slack;
}

/** Judges an event that announces nothing of the truth. True: it may stand, and its fields are judged. */
function judgeUnpaired(event: JudgedEvent, judgement: Judgement): boolean {
  const { call, emitted, split, sight, findings } = judgement;
  const forgive = (reason: Reason): true => {
    findings.forgiven.push({ ...about(event, call, 'event'), reason });
    return true;
  };
  const wrong = (reason: string): false => {
    findings.misreported.push({ ...about(event, call, 'event'), reason });
    return false;
  };
  if (split.kind === 'wrong') return false;
  if (split.kind !== null) return forgive(split.kind);
  if (split.continued.has(event.data.callId) && event.type !== 'call-ended') return forgive('out-of-sight');
  const isInferred = event.data.observed.certainty === 'inferred';
  switch (event.type) {
    case 'call-started':
      return false;
    case 'call-answered':
      if (isRepeat(event, emitted)) return false;
      if (call.kind === 'click-to-call' && sight.may(call.sightings, isAnswer, instant(event.recordedtime)))
        return forgive('click-to-call-looks-answered');
      if (call.neverBridged === true && sight.may(call.sightings, isAnswer, instant(event.recordedtime)))
        return forgive('never-bridged');
      if (call.neverBridged === true && isInferred && namesAgent(call, event, sight))
        return forgive('never-bridged');
      if (isInferred && isAnsweredByConsequence(call, sight)) return forgive('abandon-not-shown');
      return wrong('no agent answered');
    case 'call-abandoned': {
      if (isRepeat(event, emitted)) return false;
      if (seemedAbandoned(call, event, sight)) return forgive('out-of-sight');
      const isHidden = call.outcome === 'answered' && !sight.isAnswerDemanded(call);
      if (isInferred && isHidden) return forgive('answer-between-polls');
      if (endedOutOfSight(call, event, sight)) return forgive('out-of-sight');
      return wrong(call.outcome === 'answered' ? 'the call was answered' : 'the caller had not left');
    }
    case 'call-ended':
      if (isRepeat(event, emitted)) return false;
      if (endedOutOfSight(call, event, sight)) return forgive('out-of-sight');
      if (seemedAbandoned(call, event, sight)) return forgive('out-of-sight');
      return wrong(call.outcome === null ? 'the call goes on' : 'the call had not ended yet');
    case 'call-offered':
    case 'call-offer-ended': {
      const extension = extensionOf(event);
      if (call.sightings.some((one) => one.extension === extension && one.closedBy === 'unregistered'))
        return forgive('out-of-sight');
      const isKnown = call.events.some((one) => one.type === event.type && one.extension === extension);
      if (isKnown) findings.doubled.push({ ...about(event, call, 'event'), reason: `${event.type} again` });
      else
        findings.invented.push({
          ...about(event, call, 'event'),
          reason: 'this extension did not ring for this call',
        });
      return false;
    }
    default:
      findings.invented.push({
        ...about(event, call, 'event'),
        reason: 'nothing like it happened in this call',
      });
      return false;
  }
}

/** The row in the queue was deleted, never Abandoned as far as polls show, after a leg had rung: by the contract an answer. */
function isAnsweredByConsequence(call: CallTruth, sight: Sight): boolean {
  const row = call.sightings.findLast(({ endpoint }) => endpoint === 'queue');
  const hasRung = call.sightings.some((one) => one.endpoint === 'monitor' && sight.may([one], () => true));
  return (
    row !== undefined &&
    row.to !== null &&
    hasRung &&
    sight.firstSeen(row, (state) => state === 'Abandoned') === null
  );
}

/**
 * A row that named no agent while it was Trying, and then does: a ring-all queue names an agent when that agent has answered, even
 * if the row stays Trying (`docs/upstream.md`).
 */
function namesAgent({ sightings }: CallTruth, event: JudgedEvent, sight: Sight): boolean {
  const recorded = instant(event.recordedtime);
  return sightings.some((row) => {
    if (row.endpoint !== 'queue' || row.agents === undefined) return false;
    const named = row.agents.find(({ at, value }, index) => {
      const tried = spansOf(row).find(({ state, from, to }) => state === 'Trying' && from < at && at < to);
      return value !== null && tried !== undefined && row.agents![index - 1]?.value === null;
    });
    return (
      named !== undefined &&
      sight.polls('queue').some(named.at, row.to ?? Infinity, recorded + sight.toleranceMs)
    );
  });
}

/** A second event of one type in one call, which `judgeGrammar` has already counted. */
function isRepeat(event: JudgedEvent, emitted: readonly JudgedEvent[]): boolean {
  return emitted.some(
    (other) =>
      other !== event &&
      other.type === event.type &&
      other.data.callId === event.data.callId &&
      !(event.epoch === other.epoch && event.sequence < other.sequence),
  );
}

function emittedTooEarly(event: JudgedEvent, endedAt: number, sight: Sight): boolean {
  const { latest, certainty } = event.data.observed;
  // The queue's time is cut to a second, and its window ends within that second.
  const precision = certainty === 'upstream' ? 1000 : 0;
  return instant(latest) < endedAt - precision - sight.toleranceMs;
}

/** The end was emitted while no poll could find the call, or followed the queue status. */
function endedEarly(call: CallTruth, event: JudgedEvent, endedAt: number, sight: Sight): boolean {
  return (
    ENDINGS.has(event.type) &&
    emittedTooEarly(event, endedAt, sight) &&
    (endedOutOfSight(call, event, sight) || seemedAbandoned(call, event, sight))
  );
}

export function about(event: JudgedEvent, call: CallTruth | null, rule: string) {
  const extension = extensionOf(event);
  return {
    rule,
    callKey: call?.callKey ?? null,
    callId: event.data.callId,
    type: event.type,
    at: instant(event.time),
    ...(extension === null ? {} : { extension }),
  };
}
