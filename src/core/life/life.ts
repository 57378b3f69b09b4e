import type {
  Call,
  Certainty,
  ConnectedParticipant,
  Leg,
  Observed,
  OfferOutcome,
  Participant,
  QueueEntry,
} from '../model/call.js';
import { type MutableCall, copyOf } from '../model/call-copy.js';
import { awaitsQueue, type CycleFacts } from '../parts/cycle-facts.js';
import { withPast } from '../correlate/call-parts.js';
import { endingOf } from './ending-rules.js';
import type { CallEventType, Transition } from '../model/event.js';
import type { Instant, ObservedQueueEntry } from '../model/observation.js';
import {
  isCreated,
  isOffered,
  legsAt,
  talks,
  OFFER_ENDS,
  type OfferEnd,
  type OfferFacts,
  offerFacts,
  whenRingingStopped,
} from './offer-rules.js';
import { consequenceOf } from './consequence.js';
import { honestTime, refinedTime, seenIn, type Timed } from '../parts/honest-time.js';
import { hasJustGone, lastLegsOf } from '../parts/last-leg.js';
import {
  abandonedEntry,
  isAfterCallerLeft,
  isOverflow,
  isOverflowLeg,
  surelyOverflows,
} from '../parts/overflow.js';
import {
  belongsToEntry,
  entryBegan,
  isGone,
  isLegGone,
  listsAnswered,
  pendingAbsence,
} from '../parts/part.js';
import { isClockOff, onOurClock } from '../parts/pbx-clock.js';
import { outlives, connectedParticipantOf, connectedLeg } from '../parts/connected-participant.js';
import { quietSinceGone } from '../parts/staleness.js';
import {
  commonOf,
  isAfter,
  isBefore,
  isJustSeen,
  isSeenLater,
  lastOf,
  outlasts,
  observedIn,
  whenGone,
  type Window,
  windowOf,
} from '../parts/window.js';
import { type MutableCallView, callView, type Ending, offeredAgent } from './view.js';

/**
 * Turns what the parts of one call now show into its transitions. Nothing else changes a call's state.
 *
 * A new call is started by any part. It is answered when one of its legs or its queue entry is answered, and transferred
 * when the connected participant's leg is gone and another leg is answered. A callee's leg that begins to ring is an
 * offer. Tables decide the rest: `offer-rules.ts` has one for the end of offers, `outcome-rules.ts` and `ending-rules.ts`
 * have two for the end of calls, `absence-rules.ts` has four for the absence of parts. docs/events.md prints them.
 *
 * An Abandoned entry is an overflow, and the call goes on without it, in two cases: the call still has a leg when the
 * Abandoned status is confirmed and the monitor has answered since; or a leg begins to ring when the entry is already
 * Abandoned. Such a leg is not rung by the queue, so the call ends with this leg and not with the entry.
 *
 * The `certainty` of a time is `upstream` if the PBX gave it, `observed` if it lies between two polls, one without the
 * change and one with it, and `inferred` if it was deduced. The tables give it for every end. An answer is inferred if no
 * poll showed the ringing, or if the leg is outbound (a click-to-call leg is ONCALL before the customer answers). The end
 * of an offer is inferred if the monitor was unavailable.
 *
 * @param transitions receives the changes, in order
 */
export function advance(draft: Draft, cycle: CycleFacts, transitions: Transition[]): Advanced {
  const life = new Life(draft, cycle, transitions);
  life.correctTimes();
  life.start();
  life.offer();
  life.answer();
  life.dropGoneLegs();
  life.answerWithoutCaller();
  life.overflow();
  life.transfer();
  life.answerByConsequence();
  const ending = life.ending();
  life.endOffers(ending);
  if (ending !== null) life.end(ending);
  return { call: ending === null ? life.settled() : null, last: life.call };
}

/** A call whose parts are up to date and whose transitions have not been made yet. */
export interface Draft {
  /** Whether `call-started` has been emitted for it: false if this cycle shows the call for the first time. */
  readonly announced: boolean;
  readonly call: Call;
  /** Keys of the legs that this cycle shows for the first time. */
  readonly newLegs: ReadonlySet<string>;
  /** The row with which the caller has come back, as another call. It ends this call now, whatever its parts show. */
  readonly returnRow?: ObservedQueueEntry;
  /** When the new legs began to ring that an earlier answer has shown ringing, by their keys. */
  readonly rungBefore?: ReadonlyMap<string, Window>;
  /** The call was held open for a consultation, and its caller had gone when the connected participant did. */
  readonly isLeft?: boolean;
  /**
   * The leg of this extension has moved on from the call: it is a consultation, and the leg talks with the caller who was transferred;
   * or the leg was rung for another caller of the same number.
   */
  readonly movedFrom?: string;
  /**
   * A leg of the call talks, and the next poll shows with whom: it is a consultation, and it may be the extension that consulted; or
   * there is another caller of the same number.
   */
  readonly isUndecided?: boolean;
  /** A consulted leg has joined the call: when the leg of the participant who was connected before went. */
  readonly connectedWent?: Window;
}

export interface Advanced {
  /** The live call; null if it has ended. */
  readonly call: Call | null;
  /** The call's last state, also if it has ended. */
  readonly last: Call;
}

class Life {
  /** A copy that the steps below change one after the other. */
  readonly call: MutableCall;
  readonly #announced: boolean;
  readonly #newLegs: Draft['newLegs'];
  readonly #rungBefore: ReadonlyMap<string, Window>;
  readonly #returnRow: ObservedQueueEntry | null;
  readonly #isLeft: boolean;
  readonly #movedFrom: string | null;
  readonly #isUndecided: boolean;
  readonly #connectedWent: Window | null;
  readonly #cycle: CycleFacts;
  readonly #transitions: Transition[];
  #gone: readonly Leg[] = NONE;
  #isDeduced = false;

  constructor(draft: Draft, cycle: CycleFacts, transitions: Transition[]) {
    this.call = copyOf(draft.call);
    this.#announced = draft.announced;
    this.#newLegs = draft.newLegs;
    this.#rungBefore = draft.rungBefore ?? NEVER;
    this.#returnRow = draft.returnRow ?? null;
    this.#isLeft = draft.isLeft ?? false;
    this.#movedFrom = draft.movedFrom ?? null;
    this.#isUndecided = draft.isUndecided ?? false;
    this.#connectedWent = draft.connectedWent ?? null;
    this.#cycle = cycle;
    this.#transitions = transitions;
  }

  /** Corrects times that were taken from the PBX before its clock was known to be off. */
  correctTimes(): void {
    const { call } = this;
    const { skewMs } = this.#cycle;
    if (!isClockOff(skewMs)) return;
    if (call.answeredAt !== null && call.answeredCertainty === 'upstream') {
      call.answeredAt = Math.min(onOurClock(call.answeredAt, skewMs), this.#latest());
      call.answeredCertainty = 'observed';
    }
    if (call.startedCertainty === 'upstream') {
      call.startedAt = Math.min(
        onOurClock(call.pbxStartedAt ?? call.startedAt, skewMs),
        call.answeredAt ?? this.#latest(),
      );
      call.startedCertainty = 'observed';
    }
    // Of a call that began on the bridge's clock, such as one that had been shown late.
    if (call.answeredAt !== null) call.answeredAt = Math.max(call.answeredAt, call.startedAt);
  }

  start(): void {
    if (!this.#announced) this.#emit('call-started', this.call.startedAt, this.#callView());
  }

  offer(): void {
    const window = this.#cycle.monitor;
    if (window === null) return;
    for (const leg of this.call.legs) {
      const { seen } = leg;
      const rung = this.#rungBefore.get(seen.key);
      if (rung === undefined && (!isOffered(leg) || leg.absence !== null)) continue;
      // The PBX may have created it some polls ago: then it begins to ring now.
      if (this.#newLegs.has(seen.key) || isJustSeen(leg.since, window.by))
        this.#endOfferBefore(seen.key, seen.extension);
      const participant = this.#participant(seen.extension);
      const talksHere = (one: Leg) => talks(one) && !(one === leg && rung !== undefined);
      if (participant.offerOpen || this.#legsAt(participant).some(talksHere)) continue;
      this.#replaceParticipant(
        withOffer(participant, { offers: participant.offers + 1, offerOpen: true, elsewhere: false }),
      );
      const rings = rung ?? (isBefore(leg.firstSeen, window) ? this.#cycle.legChanged(seen.key)! : window);
      this.#emitOffer('call-offered', seen.extension, null, observedIn(rings, 'observed'));
    }
  }

  answer(): void {
    const { call } = this;
    const { entry } = call;
    const leg =
      this.#isUndecided || isCallerMissing(call)
        ? null
        : connectedLeg(call.legs.filter((one) => !isAfterCallerLeft(one, call)));
    if (leg !== null && call.connected === null && !isAwaitingCallee(leg, call))
      call.connected = connectedParticipantOf(leg);
    if (call.answeredAt !== null) return this.#refineAnswer();

    const bridgedAt = entry?.answered === true ? bridged(entry) : null;
    if (bridgedAt !== null) {
      this.#answered(
        honestTime(bridgedAt, this.#bridged(bridgedAt, leg), this.#cycle.skewMs, call.startedAt),
      );
    } else if (leg !== null) {
      const certainty = this.#isAnswerSeen(leg) ? 'observed' : 'inferred';
      this.#answered(seenIn(this.#sinceAnswered(leg), certainty, call.startedAt));
    } else if (entry?.answered === true) {
      const certainty = this.#announced ? 'observed' : 'inferred';
      this.#answered(seenIn(this.#window('queue'), certainty, call.startedAt));
    }
  }

  /** When the queue's row came to say so or, where the answer waited for that, when the leg did. */
  #bridged(bridgedAt: Instant, leg: Leg | null): Window {
    const window = this.#window('queue');
    if (leg === null || !isSeenLater(window, leg.since)) return window;
    return isClockOff(this.#cycle.skewMs) || isBefore(bridgedAt, leg.since) ? leg.since : window;
  }

  /**
   * Whether polls showed the call without the answer and then with it. An outbound leg can talk before the customer does,
   * unless it has shown RING_WAIT; and a leg that joined by inference may be another call's.
   */
  #isAnswerSeen({ seen, joined, waited }: Leg): boolean {
    return this.#announced && joined === 'shown' && (seen.direction !== 'outbound' || waited);
  }

  /** Answers a local call whose caller is confirmed as gone, and whose other extension talks all the same. */
  answerWithoutCaller(): void {
    const { direction, answeredAt } = this.call;
    if (direction === 'local' && answeredAt === null && this.#gone.length > 0) this.answer();
  }

  /**
   * The last legs of an answered call stay until the queue has been asked since they went, and until the end of its entry, which
   * polls must confirm for longer, is confirmed too: they show how the call ended and, where the row remains, since when it is stale.
   */
  dropGoneLegs(): void {
    const left: Leg[] = [];
    const gone: Leg[] = [];
    for (const leg of this.call.legs) (isLegGone(leg, this.call, this.#cycle) ? gone : left).push(leg);
    if (gone.length === 0 || (left.length === 0 && this.#awaitsEntry(gone))) return;
    this.#gone = gone;
    this.call.legs = left;
    const earlier = this.call.lastLegs.filter((leg) => hasJustGone(leg, this.#cycle.now));
    this.call.lastLegs = [...earlier, ...lastLegsOf(gone)];
    const quiet = quietSinceGone(this.call, gone, this.#cycle);
    if (this.call.entry !== null && quiet !== this.call.entry.quiet)
      this.call.entry = { ...this.call.entry, quiet };
    for (const { seen, absence } of this.#gone) {
      const participant = this.#participant(seen.extension);
      const isNext = (leg: Leg) => isCreated(leg) && !isBefore(leg.firstSeen, whenGone(absence!));
      if (!participant.offerOpen || !this.#legsAt(participant).every(isNext)) continue;
      const { lastPresent, firstAbsent } = absence!;
      this.#replaceParticipant(withOffer(participant, { ringingStopped: { lastPresent, firstAbsent } }));
    }
  }

  #awaitsEntry(gone: readonly Leg[]): boolean {
    const { entry, answeredAt } = this.call;
    if (entry === null || answeredAt === null) return false;
    if (entry.absence !== null) return !isGone(entry, this.#cycle.policy);
    return awaitsQueue(this.#cycle, entry.seen.key, lastOf(gone.map(({ absence }) => whenGone(absence!))));
  }

  overflow(): void {
    const left = abandonedEntry(this.call);
    if (left === null) return;
    const beginsElsewhere = (leg: Leg) =>
      this.#announced && this.#newLegs.has(leg.seen.key) && surelyOverflows(leg, left, this.#cycle);
    if (!isOverflow(this.call, this.#cycle) && !this.call.legs.some(beginsElsewhere)) return;
    this.call.entry = null;
    this.call.pastEntries = withPast(this.call.pastEntries, [left.seen]);
    // What looked like a ring of the queue, which was asked before that, continues the call instead: only its time says so.
    this.call.legs = this.call.legs.map((leg) =>
      isOverflowLeg(leg, left) && leg.joined === 'shown' && !this.#hasSharedId(leg, left)
        ? { ...leg, joined: 'inferred' }
        : leg,
    );
  }

  /** Whether the leg shows the caller's id: the legs of a ring group share no other. */
  #hasSharedId({ seen }: Leg, { seen: { callId } }: QueueEntry): boolean {
    const isOther = (other: Leg): boolean =>
      other.seen.callId === seen.callId && other.seen.extension !== seen.extension;
    return [callId, this.call.callId].includes(seen.callId) || this.call.legs.some(isOther);
  }

  transfer(): void {
    const { connected, answeredAt, legs } = this.call;
    if (answeredAt === null || connected === null) return;
    if (legs.some((leg) => leg.seen.extension === connected.extension)) return;
    const absence = this.#gone.find((leg) => leg.seen.extension === connected.extension)?.absence ?? null;
    // In a local call the caller has been connected all along, so only another callee can take over.
    const candidates = [...legs, ...this.#goneAfter(absence)].filter(
      (leg) => outlives(leg, absence) && (this.call.direction !== 'local' || leg.seen.role === 'callee'),
    );
    const next = connectedLeg(candidates) ?? candidates.find(isListener) ?? null;
    if (next === null || this.#isHeardBy(next, connected)) return;
    const certainty = next.joined === 'shown' ? 'observed' : 'inferred';
    const went = absence === null ? this.#whenHiddenWent(next) : this.#whenLeft(whenGone(absence));
    // The caller may have waited for the other extension to answer.
    const isOver = went !== null && this.#gone.includes(next);
    const when = isOver
      ? commonOf([went, next.since])
      : went === null || isSeenLater(next.since, went)
        ? next.since
        : went;
    this.call.connected = connectedParticipantOf(next);
    this.call.transfers += 1;
    const observed = observedIn(when, certainty);
    const data = this.#view(observed);
    data.transferredFrom = { extension: connected.extension };
    this.#emit('call-transferred', observed.latest, data, `${this.call.transfers}/${next.seen.extension}`);
  }

  /** The legs that went in this cycle, and that an answer still showed when it lacked the other leg: partial answers confirm neither. */
  #goneAfter(absence: Leg['absence']): readonly Leg[] {
    if (absence === null) return NONE;
    return this.#gone.filter((leg) => outlasts(whenGone(leg.absence!), whenGone(absence)));
  }

  /**
   * Whether the leg only listens to the connected participant, whose device has signed off, and who has the caller for as long as the
   * queue lists the row as Answered.
   */
  #isHeardBy(leg: Leg, { extension }: ConnectedParticipant): boolean {
    const { listsIdle, isListed, policy } = this.#cycle;
    const { entry } = this.call;
    if (!isListener(leg) || entry === null || !listsIdle || isListed(extension)) return false;
    const isPending = entry.absence?.kind === 'vanished' && !isGone(entry, policy);
    return listsAnswered(entry, this.#cycle) || isPending;
  }

  /** The same of one whose leg had gone before, or who was only hidden from the leg that listens. */
  #whenHiddenWent(next: Leg): Window | null {
    const absence = this.call.entry?.absence;
    const isShown = isListener(next) && absence?.kind === 'vanished';
    return this.#connectedWent ?? (isShown ? whenGone(absence) : null);
  }

  /** When the connected participant left, whose leg went then: it was only hidden for as long as the queue listed the row. */
  #whenLeft(went: Window): Window {
    const absence = this.call.entry?.absence;
    const isHidden = absence?.kind === 'vanished' && isAfter(whenGone(absence), went);
    return isHidden ? whenGone(absence) : went;
  }

  /** Notes an answer that no poll showed, where what followed could not be without one. */
  answerByConsequence(): void {
    const { call } = this;
    if (call.answeredAt !== null || this.#returnRow !== null) return;
    const consequence = consequenceOf(call, this.#gone, this.#cycle);
    if (consequence === null) return;
    this.#isDeduced = true;
    call.connected = consequence.connected;
    this.#answered(seenIn(consequence.window, 'inferred', call.startedAt));
  }

  /** Says how the call ended; null while a part of it is left. */
  ending(): Ending | null {
    return endingOf(
      { call: this.call, gone: this.#gone, returnRow: this.#returnRow, isLeft: this.#isLeft },
      this.#cycle,
    );
  }

  endOffers(ending: Ending | null): void {
    for (const participant of this.call.participants) {
      if (!participant.offerOpen) continue;
      const end = OFFER_ENDS.decide(this.#offerFacts(participant, this.#gone, ending !== null));
      this.#endOffer(participant, end, ending);
    }
  }

  #offerFacts(participant: Participant, gone: readonly Leg[], over: boolean): OfferFacts {
    return offerFacts(participant, this.call, {
      gone,
      over,
      isDeduced: this.#isDeduced,
      movedFrom: this.#movedFrom,
      isUndecided: this.#isUndecided,
      facts: this.#cycle,
    });
  }

  end(ending: Ending): void {
    if (ending.outcome === 'abandoned') this.#emit('call-abandoned', ending.endedAt, this.#callView(ending));
    this.#emit('call-ended', ending.endedAt, this.#callView(ending));
  }

  settled(): Call {
    this.call.pendingAbsence = pendingAbsence(this.call, this.#cycle.policy);
    return this.call;
  }

  /** Ends the extension's open offer when a new leg rings there and its older legs are missing: that ringing is over. */
  #endOfferBefore(legKey: string, extension: string): void {
    const participant = this.#participant(extension);
    const older = this.#legsAt(participant).filter((leg) => leg.seen.key !== legKey);
    const stopped =
      older.length > 0 ? older.every((leg) => leg.absence !== null) : participant.ringingStopped !== null;
    if (!participant.offerOpen || !stopped) return;
    const facts = this.#offerFacts(participant, NONE, false);
    this.#endOffer(participant, OFFER_ENDS.decide({ ...facts, ringsAgain: true }), null, older);
  }

  #endOffer(
    participant: Participant,
    end: OfferEnd,
    ending: Ending | null,
    legs = [...this.#gone, ...this.#legsAt(participant)],
  ): void {
    if (end === null) return;
    const { outcome, isInferred } = end;
    const stopped = whenRingingStopped(participant, legs);
    const answered = outcome === 'answered' ? connectedLeg(this.#legsAt(participant)) : null;
    const seen =
      stopped !== null
        ? observedIn(stopped, 'observed')
        : answered !== null && this.#isOwnTime(answered, this.#cycle.monitor)
          ? observedIn(answered.since, 'observed')
          : this.#endOfRinging(ending);
    const observed: Observed = isInferred ? observedIn(windowOf(seen), 'inferred') : seen;
    this.#replaceParticipant(
      withOffer(participant, { offerOpen: false, elsewhere: false, ringingStopped: null }),
    );
    this.#emitOffer('call-offer-ended', participant.extension, outcome, observed);
  }

  #answered({ time, observed }: Timed): void {
    this.call.answeredAt = time;
    this.call.answeredCertainty = observed.certainty;
    const by = this.call.connected?.extension;
    // The offers elsewhere end for that reason, even if their rows remain until the whole group is over.
    this.call.participants = this.call.participants.map((participant) => {
      const { extension, offerOpen } = participant;
      return !offerOpen || extension === by ? participant : withOffer(participant, { elsewhere: true });
    });
    this.#emit('call-answered', time, this.#view(observed));
  }

  /**
   * Takes the answer time from the queue's `bridged_time` if that arrives after a poll showed the answered leg, so that
   * later events have the better time. If an agent answered and then transferred the caller into the queue, the time is
   * of another answer and is not taken.
   */
  #refineAnswer(): void {
    const { entry, answeredAt, answeredCertainty, transfers } = this.call;
    if (answeredCertainty === 'upstream' || transfers > 0 || entry?.answered !== true) return;
    const bridgedAt = bridged(entry);
    const { skewMs } = this.#cycle;
    if (bridgedAt === null || onOurClock(entryBegan(entry.seen), skewMs) > answeredAt!) return;
    const refined = refinedTime(bridgedAt, { startedAt: this.call.startedAt, seenAt: answeredAt! }, skewMs);
    if (refined === null) return;
    this.call.answeredAt = refined.time;
    this.call.answeredCertainty = refined.certainty;
  }

  #participant(extension: string): Participant {
    return this.call.participants.find((candidate) => candidate.extension === extension)!;
  }

  #observed(endpoint: 'monitor' | 'queue', certainty: Certainty): Observed {
    return observedIn(this.#window(endpoint), certainty);
  }

  #window(endpoint: 'monitor' | 'queue'): Window {
    return this.#cycle[endpoint] ?? this.#cycle.monitor ?? this.#cycle.queue!;
  }

  /** When the later of this cycle's answers was received. */
  #latest(): Instant {
    const { monitor, queue } = this.#cycle;
    return lastOf([monitor, queue].filter((window) => window !== null)).by;
  }

  /** When the leg was answered, where that is the answer of the call; else when this cycle's answer was given. */
  #sinceAnswered(leg: Leg): Window {
    const window = this.#window('monitor');
    return this.#isOwnTime(leg, window) ? leg.since : window;
  }

  /**
   * Whether this cycle's answer is the first to show the leg answered, or that had to wait for this answer: for the end of the
   * caller's leg, or for what the queue says.
   */
  #isOwnTime({ since, seen }: Leg, window: Window | null): boolean {
    if (isJustSeen(since, window?.by ?? null) || this.#newLegs.has(seen.key)) return true;
    const { direction, entry } = this.call;
    return this.#announced && (direction === 'local' || entry !== null);
  }

  /** The end of a ringing whose leg is still there: its caller has left, or it is the next call's now. */
  #endOfRinging(ending: Ending | null): Observed {
    if (ending === null) return this.#sinceLastMonitorAnswer();
    const { observed } = ending;
    if (observed.certainty !== 'upstream') return observed;
    // The PBX gave the time of the call's end, and not that of the ringing's: polls alone show that.
    const absence = this.call.entry?.absence ?? null;
    return observedIn(absence === null ? this.#window('queue') : whenGone(absence), 'observed');
  }

  /** The time of a change at an extension: in this cycle or, without a monitor answer, since the last complete one. */
  #sinceLastMonitorAnswer(): Observed {
    const { monitor, monitorSeenAt, queue, policy } = this.#cycle;
    if (monitor !== null) return this.#observed('monitor', 'observed');
    const after = monitorSeenAt === null ? null : monitorSeenAt - policy.monitorLagMs;
    return observedIn({ after, by: queue!.by }, 'inferred');
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

  #emitOffer(
    type: 'call-offered' | 'call-offer-ended',
    extension: string,
    outcome: OfferOutcome | null,
    observed: Observed,
  ): void {
    const participant = this.#participant(extension);
    const data = this.#view(observed);
    data.agent = offeredAgent(participant);
    data.offer = { extension, extensionId: participant.extensionId, outcome };
    if (outcome !== null) data.outcome = outcome;
    this.#emit(type, observed.latest, data, `${extension}/${participant.offers}`);
  }

  /** Makes the view of the call with its latest transition, whose time is `observed`. */
  #view(observed: Observed): MutableCallView {
    this.call.observed = observed;
    return this.#callView();
  }

  #callView(ending: Ending | null = null): MutableCallView {
    const { skewMs, policy } = this.#cycle;
    return callView(this.call, skewMs, ending, policy.absencePolls);
  }

  #emit(type: CallEventType, time: Instant, data: MutableCallView, discriminator?: string): void {
    const subject = this.call.callId;
    this.#transitions.push(
      discriminator === undefined
        ? { type, subject, time, data }
        : { type, subject, discriminator, time, data },
    );
  }
}

const NONE: readonly never[] = [];
const NEVER: ReadonlyMap<string, Window> = new Map<string, Window>();

/** Copies field by field, as `copyOf` does for calls. */
function withOffer(
  participant: Participant,
  {
    offers = participant.offers,
    offerOpen = participant.offerOpen,
    elsewhere = participant.elsewhere,
    ringingStopped = participant.ringingStopped,
  }: Partial<Pick<Participant, 'offers' | 'offerOpen' | 'elsewhere' | 'ringingStopped'>>,
): Participant {
  const { extension, extensionId, agentName, username, userId } = participant;
  return {
    extension,
    extensionId,
    agentName,
    username,
    userId,
    offers,
    offerOpen,
    elsewhere,
    ringingStopped,
  };
}

/**
 * Whether the leg of a local call's caller is missing and not confirmed as gone. An extension that answers then talks to a
 * customer whom the caller has transferred, if the next poll confirms it.
 */
function isCallerMissing({ direction, legs }: Call): boolean {
  return (
    direction === 'local' && legs.some(({ seen, absence }) => seen.role === 'caller' && absence !== null)
  );
}

/** Whether the leg is the caller's own of a local call, whose other extension still rings: that one is the connected participant. */
function isAwaitingCallee({ seen: { role } }: Leg, { direction, legs }: Call): boolean {
  return (
    direction === 'local' &&
    role === 'caller' &&
    legs.some(({ seen, absence }) => seen.role === 'callee' && absence === null)
  );
}

function isListener({ joined }: Leg): boolean {
  return joined === 'listens';
}

function bridged({ seen }: QueueEntry): Instant | null {
  return belongsToEntry(seen.bridgedAt, seen) ? seen.bridgedAt : null;
}
