import { seemedAbandoned } from './judge-absence.js';
import type { JudgedEvent } from './judge-report.js';
import type { Expectation, Sight } from './judge-sight.js';
import type { CallTruth, TruthEvent } from './truth.js';

/** Checks each statement of an event against the call that it is about. Each reason is one wrong statement. */

export interface Split {
  /** Emitted as several calls, because it was ambiguous or by mistake: the split is counted once, whatever each part lacks. */
  readonly kind: 'ambiguous' | 'wrong' | null;
  /** The `callId`s that rightly continue a call that no poll could find for a while: answered at the first poll that shows it. */
  readonly continued: ReadonlySet<string>;
}

export const ENDINGS: ReadonlySet<string> = new Set(['call-abandoned', 'call-ended']);

export const NOT_SPLIT: Split = { kind: null, continued: new Set() };

/** What is wrong in this event. An inferred outcome of an offer is forgiven, unless the offer was answered. */
export function wrongIn(
  call: CallTruth,
  expectation: Expectation,
  event: JudgedEvent,
  split: Split,
  sight: Sight,
): string[] {
  const wrong = wrongFacts(call, event);
  if (split.kind !== null) return wrong;
  const { type } = event;
  const { certainty } = event.data.observed;
  const inferred = certainty === 'inferred';
  const untimely = wrongTime(expectation, event, sight);
  if (untimely !== null && !isQueueTime(call, event, sight)) wrong.push(untimely);
  if (type === 'call-ended' && event.data.outcome !== call.outcome) {
    const why = wrongOutcome(call, event.data.outcome, sight);
    if (why !== null) wrong.push(why);
  }
  const truly = expectation.event.outcome;
  const isForgiven = inferred && truly !== 'answered';
  const left = event.data.outcome === 'caller-left' && seemedAbandoned(call, event, sight);
  if (type === 'call-offer-ended' && event.data.outcome !== truly && !isForgiven && !left) {
    const why = wrongOfferOutcome(call, expectation, event.data.outcome, sight);
    if (why !== null) wrong.push(why);
  }
  if (type === 'call-answered') {
    const by = event.data.agent?.extension ?? null;
    if (by !== null && !call.sightings.some(({ extension }) => extension === by)) {
      wrong.push(`answered by ${by}, who had no part in it`);
    }
  }
  return wrong;
}

/** An end at the time at which the row became Abandoned, where no poll could show that the call went on. */
function isQueueTime(call: CallTruth, event: JudgedEvent, sight: Sight): boolean {
  if (!ENDINGS.has(event.type) || !seemedAbandoned(call, event, sight)) return false;
  const time = instant(event.time);
  const times = call.sightings.flatMap(({ states }) => states.filter(({ state }) => state === 'Abandoned'));
  // The PBX shows whole seconds.
  return times.some(({ at }) => time >= at - 1000 - sight.toleranceMs && time <= at + sight.toleranceMs);
}

function wrongFacts(call: CallTruth, event: JudgedEvent): string[] {
  const { direction, customer, hotline, queue } = event.data;
  const wrong: string[] = [];
  if (direction !== call.direction) wrong.push(`direction ${direction} instead of ${call.direction}`);
  if (call.customer !== null && customer !== null) {
    const spellings = [call.customer.raw, call.customer.queueRaw];
    if (!spellings.includes(customer.raw)) wrong.push('another customer');
    if (customer.e164 !== null && customer.e164 !== call.customer.e164) wrong.push('a wrong E.164 number');
  }
  if (call.hotline !== null && hotline !== null && hotline.raw !== call.hotline) {
    wrong.push(`hotline ${hotline.raw} instead of ${call.hotline}`);
  }
  if (queue !== null && !call.queues.some(({ id }) => id === queue.id)) wrong.push(`queue ${queue.name}`);
  return wrong;
}

export function wrongTime({ from, to }: Expectation, event: JudgedEvent, sight: Sight): string | null {
  const { observed } = event.data;
  const [time, latest] = [instant(event.time), instant(observed.latest)];
  const earliest = observed.earliest === null ? -Infinity : instant(observed.earliest);
  const slack = sight.toleranceMs;
  if (latest < from - slack) return `emitted ${from - latest} ms before it happened`;
  if (observed.certainty === 'upstream') {
    // The PBX shows whole seconds.
    if (time < from - 1000 - slack || time > to + slack) {
      return `time ${time - from} ms off, said to be the upstream's`;
    }
  } else if (observed.certainty === 'observed') {
    if (earliest > to + slack) return `happened ${earliest - to} ms before the window it was said to lie in`;
    if (time < earliest - slack || time > latest + slack) return 'time outside its own window';
  }
  return null;
}

function wrongOutcome(call: CallTruth, outcome: string | null, sight: Sight): string | null {
  const wrong = `outcome ${outcome} instead of ${call.outcome}`;
  const answerSeen = sight.answerSeenAt(call);
  if (call.outcome === 'answered') return !sight.isAnswerDemanded(call) && outcome !== null ? null : wrong;
  // Click-to-call shows ONCALL before the customer answers: no poll can distinguish it from an answer.
  if (outcome === 'answered') return call.kind === 'click-to-call' && answerSeen !== null ? null : wrong;
  if (outcome === 'unknown') return sight.expectations(call).some(isDemandedAbandon) ? wrong : null;
  return wrong;
}

/**
 * What the call did next shows why a leg stopped ringing. The reason is demanded where the polls that confirm the leg's
 * absence also show that. A talk that no poll showed looks the same as a caller who left.
 */
function wrongOfferOutcome(
  call: CallTruth,
  { event: truth }: Expectation,
  outcome: string | null,
  sight: Sight,
): string | null {
  const wrong = `offer ended ${outcome} instead of ${truth.outcome}`;
  // Some of these polls may have been lost, and the ones that confirmed the absence are among them. The answer is demanded
  // only if so many of them show it that every possible choice contains one that does.
  const confirmedAt = sight.pollAfter('monitor', truth.at, sight.absencePolls + sight.toDemand - 2);
  const answerShown = sight.answerSightings(call, truth.at, confirmedAt) >= sight.toDemand;
  if (outcome === 'answered') return wasTransferredTo(call, truth, sight) ? null : wrong;
  switch (truth.outcome) {
    case 'answered': {
      const part = call.sightings.find((sighting) => sighting.part === truth.part);
      const talked = part !== undefined && sight.firstSeen(part, (state) => state === 'ONCALL') !== null;
      return talked ? wrong : null;
    }
    case 'answered-elsewhere':
      return answerShown ? wrong : null;
    case 'caller-left': {
      // The event is emitted as soon as the absence is confirmed, if no poll was lost: a later poll of the queue is too late.
      const soonest = sight.pollAfter('monitor', truth.at, sight.absencePolls - 1);
      const hangUpShown = sight.countIn('queue', truth.at, soonest) >= sight.toDemand;
      return call.queues.length === 0 || hangUpShown ? wrong : null;
    }
    default: {
      const soon = sight.pollAfter('monitor', truth.at, sight.absencePolls + sight.toDemand - 1);
      const changes = call.events.filter(({ type }) => type === 'call-answered' || type === 'call-ended');
      // A queue that lets the caller go looks like a hang-up until the caller turns up elsewhere.
      const letGo = call.sightings.flatMap(({ states }) =>
        states.filter(({ state }) => state === 'Abandoned'),
      );
      return [...changes, ...letGo].some(({ at }) => at >= truth.at && at <= soon) ? null : wrong;
    }
  }
}

/** The call was transferred to this extension, which talks before enough polls could show that it had stopped ringing. */
function wasTransferredTo(call: CallTruth, { at: stoppedAt, extension }: TruthEvent, sight: Sight): boolean {
  const talks = call.sightings.flatMap((one) =>
    one.endpoint === 'monitor' && one.extension === extension
      ? one.states.filter(({ at, state }) => state === 'ONCALL' && at >= stoppedAt)
      : [],
  );
  return talks.some(({ at }) => sight.countIn('monitor', stoppedAt, at) < sight.toDemand);
}

function isDemandedAbandon({ event, demanded }: Expectation): boolean {
  return event.type === 'call-abandoned' && demanded;
}

export function instant(text: string): number {
  return Date.parse(text);
}
