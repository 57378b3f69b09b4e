import type { Call, Certainty, Leg, Observed, OfferOutcome, Participant, QueueEntry } from '../model/call.js';
import { type MutableCall, copyOf } from '../model/call-copy.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import { endingOf } from './ending-rules.js';
import type { CallEventType, Transition } from '../model/event.js';
import type { Instant, ObservedQueueEntry } from '../model/observation.js';
import {
  isOffered,
  legsAt,
  OFFER_ENDS,
  type OfferEnd,
  offerFacts,
  whenRingingStopped,
  isAnswered,
} from './offer-rules.js';
import { abandonedEntry, isOverflow } from '../parts/overflow.js';
import { belongsToEntry, CLOCK_TOLERANCE_MS, isGone, pendingAbsence, entryBegan } from '../parts/part.js';
import { outlives, connectedParticipantOf, connectedLeg } from '../parts/connected-participant.js';
import { observedIn, whenGone } from '../parts/window.js';
import { type MutableCallView, callView, type Ending, offeredAgent } from './view.js';

/**
 * The life of one call: what its parts now show becomes its transitions. The one place that changes a call's state.
 *
 * A call that is new is started, with any part. It is answered when a leg of it talks or its queue entry is Answered, and
 * transferred when the leg that talked is gone and another one talks. A callee's leg that begins to ring is an offer. How offers
 * end is a table in `offer-rules.ts`; how calls end, two in `outcome-rules.ts` and `ending-rules.ts`; what a part's absence
 * means, four in `absence-rules.ts`. docs/events.md prints them.
 *
 * An Abandoned entry is an overflow, and the call goes on without it, where the call has a live leg when that is
 * confirmed and the monitor has been seen since, or a leg that begins to ring only when the entry is already
 * Abandoned: that is not the queue's ringing any more, and the call's end is this leg's and not the queue's.
 *
 * How sure a time is (`certainty`): `upstream` where the PBX gave it; `observed` where it lies between two polls that
 * saw the one and the other; `inferred` where it was deduced. The tables say it of every end; an answer is inferred where no
 * poll saw it ring, and of an outbound leg (click-to-call is ONCALL before the customer answers), the end of an offer where
 * the extension could not be seen.
 *
 * @param transitions gets what there is to say, in order
 */
export function advance(draft: Draft, cycle: CycleFacts, transitions: Transition[]): Advanced {
  const life = new Life(draft, cycle, transitions);
  life.start();
  life.offer();
  life.answer();
  life.dropGoneLegs();
  life.overflow();
  life.transfer();
  const ending = life.ending();
  life.endOffers(ending);
  if (ending !== null) life.end(ending);
  return { call: ending === null ? life.settled() : null, last: life.call };
}

/** A call with its parts brought up to date, before anything has been said about it. */
export interface Draft {
  /** False for a call that this observation shows for the first time. */
  readonly announced: boolean;
  readonly call: Call;
  /** Keys of the legs that this observation shows for the first time. */
  readonly newLegs: ReadonlySet<string>;
  /** Ends the call now, whatever its parts show: the row with which its caller has come back, as another call. */
  readonly returnRow?: ObservedQueueEntry;
}

export interface Advanced {
  /** Null when it has ended. */
  readonly call: Call | null;
  /** The call as it was last, also when it has ended. */
  readonly last: Call;
}

class Life {
  /** Its own, changed step by step; handed out when the life of this cycle is told. */
  readonly call: MutableCall;
  readonly #announced: boolean;
  readonly #newLegs: Draft['newLegs'];
  readonly returnRow: ObservedQueueEntry | null;
  readonly #cycle: CycleFacts;
  readonly #transitions: Transition[];
  #gone: readonly Leg[] = NONE;

  constructor(draft: Draft, cycle: CycleFacts, transitions: Transition[]) {
    this.call = copyOf(draft.call);
    this.#announced = draft.announced;
    this.#newLegs = draft.newLegs;
    this.returnRow = draft.returnRow ?? null;
    this.#cycle = cycle;
    this.#transitions = transitions;
  }

  start(): void {
    if (!this.#announced) this.emit('call-started', this.call.startedAt, callView(this.call));
  }

  offer(): void {
    const window = this.#cycle.monitor;
    if (window === null) return;
    for (const leg of this.call.legs) {
      if (!isOffered(leg) || leg.absence !== null) continue;
      const { seen } = leg;
      if (this.#newLegs.has(seen.key)) this.#endOfferBefore(seen.key, seen.extension);
      const participant = this.#participant(seen.extension);
      if (participant.offerOpen || this.#legsAt(participant).some(isAnswered)) continue;
      this.#replaceParticipant(
        withOffer(participant, {
          offers: participant.offers + 1,
          offerOpen: true,
          ringingStopped: participant.ringingStopped,
        }),
      );
      this.emitOffer('call-offered', seen.extension, null, this.#observed('monitor', 'observed'));
    }
  }

  answer(): void {
    const { call } = this;
    const { entry } = call;
    const leg = connectedLeg(call.legs);
    if (leg !== null && call.connected === null) call.connected = connectedParticipantOf(leg);
    if (call.answeredAt !== null) return this.#refineAnswer();

    const bridgedAt = entry?.answered === true ? bridged(entry) : null;
    if (bridgedAt !== null) {
      this.#answered(bridgedAt, this.#observed('queue', 'upstream'));
    } else if (leg !== null) {
      const seenBefore = this.#announced && leg.seen.direction !== 'outbound';
      this.#answered(null, this.#observed('monitor', seenBefore ? 'observed' : 'inferred'));
    } else if (entry?.answered === true) {
      this.#answered(null, this.#observed('queue', this.#announced ? 'observed' : 'inferred'));
    }
  }

  dropGoneLegs(): void {
    const { policy } = this.#cycle;
    const left: Leg[] = [];
    const gone: Leg[] = [];
    for (const leg of this.call.legs) (isGone(leg, policy) ? gone : left).push(leg);
    if (gone.length === 0) return;
    this.#gone = gone;
    this.call.legs = left;
    for (const { seen, absence } of this.#gone) {
      const participant = this.#participant(seen.extension);
      if (!participant.offerOpen || this.#legsAt(participant).length > 0) continue;
      const { lastPresent, firstAbsent } = absence!;
      const { offers, offerOpen } = participant;
      this.#replaceParticipant(
        withOffer(participant, { offers, offerOpen, ringingStopped: { lastPresent, firstAbsent } }),
      );
    }
  }

  overflow(): void {
    const left = abandonedEntry(this.call);
    if (left === null) return;
    const beginsElsewhere = ({ seen, absence }: Leg) =>
      this.#announced && absence === null && this.#newLegs.has(seen.key);
    if (!isOverflow(this.call, this.#cycle) && !this.call.legs.some(beginsElsewhere)) return;
    const { entryKey, rowKey } = left.seen;
    this.call.entry = null;
    this.call.pastEntries = [...this.call.pastEntries, { entryKey, rowKey }];
  }

  transfer(): void {
    const { connected, answeredAt, legs } = this.call;
    if (answeredAt === null || connected === null) return;
    if (legs.some((leg) => leg.seen.extension === connected.extension)) return;
    const absence = this.#gone.find((leg) => leg.seen.extension === connected.extension)?.absence ?? null;
    // The caller of a local call has talked all along; the call goes on with somebody else only at the other end.
    const candidates = legs.filter(
      (leg) => outlives(leg, absence) && (this.call.direction !== 'local' || leg.seen.role === 'callee'),
    );
    const next = connectedLeg(candidates);
    if (next === null) return;
    const observed: Observed =
      absence === null ? this.#observed('monitor', 'observed') : observedIn(whenGone(absence), 'observed');
    this.call.connected = connectedParticipantOf(next);
    this.call.transfers += 1;
    const data = this.#view(observed);
    data.transferredFrom = { extension: connected.extension };
    this.emit('call-transferred', observed.latest, data, `${this.call.transfers}/${next.seen.extension}`);
  }

  /** How the call ended, or null while a part of it is left. */
  ending(): Ending | null {
    return endingOf(this.call, this.#gone, this.returnRow, this.#cycle);
  }

  endOffers(ending: Ending | null): void {
    for (const participant of this.call.participants) {
      if (!participant.offerOpen) continue;
      const facts = offerFacts(participant, this.call, this.#gone, ending !== null, this.#cycle.policy);
      this.#endOffer(participant, OFFER_ENDS.decide(facts));
    }
  }

  end(ending: Ending): void {
    if (ending.outcome === 'abandoned')
      this.emit('call-abandoned', ending.endedAt, callView(this.call, ending));
    this.emit('call-ended', ending.endedAt, callView(this.call, ending));
  }

  settled(): Call {
    this.call.pendingAbsence = pendingAbsence(this.call, this.#cycle.policy);
    return this.call;
  }

  /** A telephone that rings with a new leg has stopped ringing with the old one, which is missing. */
  #endOfferBefore(legKey: string, extension: string): void {
    const participant = this.#participant(extension);
    const older = this.#legsAt(participant).filter((leg) => leg.seen.key !== legKey);
    const stopped =
      older.length > 0 ? older.every((leg) => leg.absence !== null) : participant.ringingStopped !== null;
    if (!participant.offerOpen || !stopped) return;
    const facts = offerFacts(participant, this.call, NONE, false, this.#cycle.policy);
    this.#endOffer(participant, OFFER_ENDS.decide({ ...facts, ringsAgain: true }), older);
  }

  #endOffer(
    participant: Participant,
    end: OfferEnd,
    legs = [...this.#gone, ...this.#legsAt(participant)],
  ): void {
    if (end === null) return;
    const { outcome, isInferred } = end;
    const stopped = whenRingingStopped(participant, legs);
    const seen = stopped === null ? this.sinceLastMonitorAnswer() : observedIn(stopped, 'observed');
    const observed: Observed = isInferred ? { ...seen, certainty: 'inferred' } : seen;
    this.#replaceParticipant(
      withOffer(participant, { offers: participant.offers, offerOpen: false, ringingStopped: null }),
    );
    this.emitOffer('call-offer-ended', participant.extension, outcome, observed);
  }

  #answered(time: Instant | null, observed: Observed): void {
    const answeredAt = time ?? observed.latest;
    this.call.answeredAt = answeredAt;
    this.call.answeredCertainty = observed.certainty;
    this.emit('call-answered', answeredAt, this.#view(observed));
  }

  /**
   * The queue's `bridged_time` may arrive after the leg was seen to talk: later events give the better time. Not of a queue
   * that the caller was passed into by who had answered him: that is another answer.
   */
  #refineAnswer(): void {
    const { entry, answeredAt, answeredCertainty, transfers } = this.call;
    if (answeredCertainty === 'upstream' || transfers > 0 || entry?.answered !== true) return;
    const bridgedAt = bridged(entry);
    if (bridgedAt === null || bridgedAt > answeredAt! + CLOCK_TOLERANCE_MS) return;
    if (entryBegan(entry.seen) > answeredAt!) return;
    this.call.answeredAt = bridgedAt;
    this.call.answeredCertainty = 'upstream';
  }

  #participant(extension: string): Participant {
    return this.call.participants.find((candidate) => candidate.extension === extension)!;
  }

  #observed(endpoint: 'monitor' | 'queue', certainty: Certainty): Observed {
    const window = this.#cycle[endpoint] ?? this.#cycle.monitor ?? this.#cycle.queue!;
    return observedIn(window, certainty);
  }

  /** For what a telephone did by this cycle: while it could not be seen, any time since it was. */
  sinceLastMonitorAnswer(): Observed {
    const { monitor, monitorSeenAt, queue } = this.#cycle;
    if (monitor !== null) return this.#observed('monitor', 'observed');
    return observedIn({ after: monitorSeenAt, by: queue!.by }, 'inferred');
  }

  #legsAt(participant: Participant): readonly Leg[] {
    return legsAt(participant, this.call.legs);
  }

  #replaceParticipant(participant: Participant): void {
    const { participants } = this.call;
    this.call.participants = participants.map((old) =>
      old.extension === participant.extension ? participant : old,
    );
  }

  emitOffer(
    type: 'call-offered' | 'call-offer-ended',
    extension: string,
    outcome: OfferOutcome | null,
    observed: Observed,
  ): void {
    const participant = this.#participant(extension);
    const data = this.#view(observed);
    data.agent = offeredAgent(this.call, participant);
    data.offer = { extension, extensionId: participant.extensionId, outcome };
    if (outcome !== null) data.outcome = outcome;
    this.emit(type, observed.latest, data, `${extension}/${participant.offers}`);
  }

  /** The call as it is now, by its latest transition, which was observed like this. */
  #view(observed: Observed): MutableCallView {
    this.call.observed = observed;
    return callView(this.call);
  }

  emit(type: CallEventType, time: Instant, data: MutableCallView, discriminator?: string): void {
    const subject = this.call.callId;
    this.#transitions.push(
      discriminator === undefined
        ? { type, subject, time, data }
        : { type, subject, discriminator, time, data },
    );
  }
}

const NONE: readonly never[] = [];

/** Field by field, as `copyOf` copies calls. */
function withOffer(
  { extension, extensionId, agentName }: Participant,
  { offers, offerOpen, ringingStopped }: Pick<Participant, 'offers' | 'offerOpen' | 'ringingStopped'>,
): Participant {
  return { extension, extensionId, agentName, offers, offerOpen, ringingStopped };
}

function bridged({ seen }: QueueEntry): Instant | null {
  return belongsToEntry(seen.bridgedAt, seen) ? seen.bridgedAt : null;
}
