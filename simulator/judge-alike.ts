import type { TruthIndex } from './judge-match.js';
import type { Polls } from './judge-polls.js';
import type { Finding, JudgedEvent } from './judge-report.js';
import { isAnswer, isConnected, mayRing, type Sight, spansOf } from './judge-sight.js';
import type { CallTruth, Sighting } from './truth.js';

/**
 * Two callers of one number, or who both withhold theirs, in queues of one hotline: events-2.md gives a leg that may be rung for
 * either to the one who joined first, then to the first in the PBX's order. That is as often wrong as the PBX serves the other
 * first, and no row says so: "two callers of one number and hotline" are among what is not to be known from polls.
 *
 * A row in a queue shows no hotline. So the two are alike too where they called two, one of them in the queue, and no row has shown
 * by which that caller came: no leg of that call, nor an answered caller of that queue. Then the other's leg may be the queue's.
 *
 * Before the queue has shown either of them, the legs of two callers of one hotline that began within a second of each other are a ring group
 * (events-2.md): nothing distinguishes them from one.
 *
 * It is known, and a mistake, where one row of what polls had shown when they first showed the leg is evidence against it:
 * the queue's row was not Trying, nor became Answered in that very answer, or names the agent of another extension by a name that the monitor shows or an answer has taught;
 * it names one by a name of which nothing is known, and the leg of that one was there already; the caller joined after
 * the leg began, or after the other one, or was connected.
 */
export class AlikeCallers {
  /** The calls between which a leg was mistaken, and since when what is stated of them need not be true. */
  readonly #since = new Map<CallTruth, number>();
  readonly #mistaken = new Set<Sighting>();
  /** The calls of which all legs that there were are another's: nothing else of them can be emitted. */
  readonly #absorbed = new Set<CallTruth>();
  readonly #truth: readonly CallTruth[];
  readonly #taught: readonly { readonly id: string; readonly at: number }[];

  constructor(
    truth: readonly CallTruth[],
    emitted: ReadonlyMap<CallTruth, readonly JudgedEvent[]>,
    index: TruthIndex,
    private readonly sight: Sight,
  ) {
    this.#truth = truth;
    this.#taught = truth.flatMap((call) => taughtBy(call, sight));
    for (const { owner, leg, taker } of takenLegs(truth, emitted, index)) {
      if (!shownAts(leg, sight).some((at) => this.#isMistakable(taker, owner, leg, at))) continue;
      if (!emitted.has(owner) && isAllOf(owner, taker, emitted)) this.#absorbed.add(owner);
      this.#mistaken.add(leg);
      for (const call of [owner, taker])
        this.#since.set(call, Math.min(leg.from - LAG_MS, this.#since.get(call) ?? Infinity));
    }
  }

  /** What follows from whose the leg is; never that a call began, was emitted twice or ended, nor its outcome. */
  excuses(call: CallTruth, { at, rule, type }: Finding): boolean {
    const since = this.#since.get(call);
    if (since === undefined) return false;
    if (rule === 'demanded' && this.#absorbed.has(call)) return true;
    if (rule === 'demanded' || rule === 'event') return OF_LEGS.has(type) && at !== null && at >= since;
    return FOLLOWS.has(rule) && !(rule === 'outcome' && !OF_LEGS.has(type));
  }

  /** Whether a leg was mistaken between the call and another one. */
  concerns(call: CallTruth): boolean {
    return this.#since.has(call);
  }

  #isMistakable(taker: CallTruth, owner: CallTruth, leg: Sighting, shownAt: number): boolean {
    if (!this.#areAlike(owner, taker, shownAt)) return false;
    return this.#mayRingFor(taker, owner, leg, shownAt) || this.#looksLikeGroup(taker, owner, leg, shownAt);
  }

  #areAlike(owner: CallTruth, taker: CallTruth, shownAt: number): boolean {
    if (!areOfOneCaller(owner, taker)) return false;
    return owner.hotline === taker.hotline || !this.#isHotlineShown(taker, shownAt);
  }

  /** Whether a leg of the call has shown its hotline, or an answered caller of its queue by which numbers callers come to it. */
  #isHotlineShown(call: CallTruth, shownAt: number): boolean {
    const before = shownAt - this.sight.toleranceMs - 1;
    const own = call.sightings.filter((one) => one.endpoint === 'monitor' && !this.#mistaken.has(one));
    if (this.sight.may(own, () => true, before)) return true;
    const queues = call.sightings.flatMap(({ queueId }) => queueId ?? []);
    return this.#truth.some(({ sightings }) => {
      const isOfQueue = sightings.some(
        (one) =>
          queues.includes(one.queueId ?? '') &&
          this.sight.may([one], (state) => state === 'Answered', before),
      );
      const legs = sightings.filter((one) => one.endpoint === 'monitor');
      return isOfQueue && this.sight.may(legs, isConnected, before);
    });
  }

  #mayRingFor(taker: CallTruth, owner: CallTruth, leg: Sighting, shownAt: number): boolean {
    const shown = this.#rowShown(taker, shownAt);
    if (shown === null) return false;
    const { row, at } = shown;
    const began = row.rejoinedAt ?? row.joinedAt ?? row.from;
    const [other] = owner.sightings
      .filter((one) => one.endpoint === 'queue' && one.from <= shownAt)
      .slice(-1);
    const status = statusAt(shown);
    const isTrying =
      status === 'Trying' ||
      (status === 'Waiting' && at < shownAt) ||
      this.#hasJustBeenAnswered(taker, shown, leg);
    const otherShown = other === undefined ? null : this.#rowShown(owner, shownAt);
    // A row that is Abandoned is of a caller who has left the queue: none of its legs is the queue's.
    const otherTries =
      otherShown !== null && otherShown.row === other && statusAt(otherShown) !== 'Abandoned';
    const isFirst =
      !otherTries ||
      other === undefined ||
      second(began) <= second(other.rejoinedAt ?? other.joinedAt ?? other.from);
    const wasConnected = taker.sightings.some(
      (one) =>
        one.endpoint === 'monitor' && this.sight.may([one], isAnswer, shownAt - this.sight.toleranceMs - 1),
    );
    return (
      isTrying &&
      isFirst &&
      leg.from >= began - SECOND &&
      !wasConnected &&
      this.#isUnnamed(taker, row, leg, at, shownAt)
    );
  }

  /** Whether only a ring of the caller's was shown, which began with the leg, and of neither caller a row in a queue. */
  #looksLikeGroup(taker: CallTruth, owner: CallTruth, leg: Sighting, shownAt: number): boolean {
    if (owner.hotline === null || owner.hotline !== taker.hotline) return false;
    if (this.#wasQueued(taker, shownAt) || this.#wasQueued(owner, shownAt)) return false;
    return taker.sightings.some(
      (one) =>
        one.endpoint === 'monitor' &&
        Math.abs(second(one.from) - second(leg.from)) <= 1 &&
        mayRing(statusAt({ row: one, at: shownAt }) ?? null),
    );
  }

  #wasQueued({ sightings }: CallTruth, by: number): boolean {
    return this.sight.may(
      sightings.filter(({ endpoint }) => endpoint === 'queue'),
      () => true,
      by - this.sight.toleranceMs,
    );
  }

  /** events-2.md: an entry that turns Answered in the very answer may own the leg, if that began before. */
  #hasJustBeenAnswered(call: CallTruth, { row, at }: ShownRow, leg: Sighting): boolean {
    if (statusAt({ row, at }) !== 'Answered') return false;
    const before = this.#queuePolls(call).lastBefore(at);
    return (
      before !== null &&
      statusAt({ row, at: before.shown }) !== 'Answered' &&
      leg.from <= (row.bridgedAt ?? at) + SECOND
    );
  }

  /** The last row of the caller that the queue had shown by then, and the answer that did. */
  #rowShown(call: CallTruth, by: number): ShownRow | null {
    const { sightings } = call;
    // What a partial answer shows is known too.
    const poll = this.#queuePolls(call).lastBefore(by + 1);
    if (poll === null) return null;
    const row = sightings.findLast(
      ({ endpoint, from, to }) =>
        endpoint === 'queue' && from <= poll.shown && (to === null || poll.shown < to),
    );
    return row === undefined ? null : { row, at: poll.shown };
  }

  /** With the partial answers that cannot lack a row of the call. */
  #queuePolls(call: CallTruth): Polls {
    return this.sight.of(call).polls('queue');
  }

  /** Whether the row does not say that the leg is another's. */
  #isUnnamed(taker: CallTruth, row: Sighting, leg: Sighting, at: number, shownAt: number): boolean {
    const agent = row.agents?.findLast((one) => one.at <= at)?.value ?? null;
    if (agent === null) return true;
    const isShown = leg.who !== undefined && agent.extension !== null && this.#isNameShown(agent.name, taker);
    if (isShown || this.#taught.some((one) => one.id === agent.id && one.at < shownAt))
      return agent.extension === leg.extension;
    const own = taker.sightings.filter(
      (one) =>
        one.endpoint === 'monitor' &&
        one !== leg &&
        !this.#mistaken.has(one) &&
        one.extension !== leg.extension,
    );
    return !own.some(
      ({ from, to }) =>
        from <= shownAt && (to === null || shownAt < to) && this.sight.polls('monitor').some(from, shownAt),
    );
  }

  #isNameShown(name: string, { sightings }: CallTruth): boolean {
    return sightings.some(
      ({ who }) => who?.agentName === name || who?.userId === name || who?.extensionId === name,
    );
  }
}

interface ShownRow {
  readonly row: Sighting;
  readonly at: number;
}

function statusAt({ row, at }: ShownRow): string | null | undefined {
  return spansOf(row).find(({ from, to }) => from <= at && at < to)?.state;
}

const SECOND = 1000;
/** The device rings, and its row comes, so much later than the PBX made the leg. */
const LAG_MS = 500;
const OF_LEGS: ReadonlySet<string> = new Set(['call-offered', 'call-offer-ended', 'call-transferred']);
/** Whose leg it is decides these fields of both calls. */
const FOLLOWS: ReadonlySet<string> = new Set([
  'customer',
  'hotline',
  'queues',
  'upstreamIds',
  'linkedCallIds',
  'extensions',
  'agent',
  'offer',
  'state',
  'transferredFrom',
  'certainty',
  'observed',
  'recordedtime',
  'answeredAt',
  'talkMs',
  'waitMs',
  'outcome',
]);

/** The legs that were emitted as another call's, in the order in which they appeared. */
function takenLegs(
  truth: readonly CallTruth[],
  emitted: ReadonlyMap<CallTruth, readonly JudgedEvent[]>,
  index: TruthIndex,
): { readonly owner: CallTruth; readonly leg: Sighting; readonly taker: CallTruth }[] {
  const taken = truth.flatMap((taker) => {
    const ids = new Set((emitted.get(taker) ?? []).flatMap(({ data }) => data.upstreamIds));
    return [...ids].flatMap((id) => {
      const owner = index.byUpstreamId(id);
      if (owner === null || owner === taker) return [];
      const leg = owner.sightings.find(
        (one) =>
          one.endpoint === 'monitor' &&
          (one.callId === id || one.ids?.some(({ callId }) => callId === id) === true),
      );
      return leg === undefined ? [] : [{ owner, leg, taker }];
    });
  });
  return taken.sort((a, b) => a.leg.from - b.leg.from);
}

/** The answers that first showed the leg, and that first showed it in a state: one without a state may wait for its call. */
function shownAts(leg: Sighting, sight: Sight): readonly number[] {
  const since = [leg.from, leg.states.find(({ state }) => state !== null && state !== '')?.at ?? leg.from];
  return since.map((from) => sight.polls('monitor').firstAfter(from)?.shown ?? Infinity);
}

/** Whether each row of the call was a leg that was emitted as the other's. */
function isAllOf(
  { sightings }: CallTruth,
  taker: CallTruth,
  emitted: ReadonlyMap<CallTruth, readonly JudgedEvent[]>,
): boolean {
  const ids = new Set((emitted.get(taker) ?? []).flatMap(({ data }) => data.upstreamIds));
  return sightings.every(
    (one) =>
      one.endpoint === 'monitor' &&
      (ids.has(one.callId) || one.ids?.some(({ callId }) => ids.has(callId)) === true),
  );
}

function areOfOneCaller(a: CallTruth, b: CallTruth): boolean {
  if (a.direction !== 'inbound' || b.direction !== 'inbound') return false;
  if (a.customer === null || b.customer === null) return false;
  // A row and a leg that withhold the number in two ways are of two callers.
  if (a.customer.e164 === null && a.customer.raw !== b.customer.raw) return false;
  return a.customer.e164 === b.customer.e164;
}

/** The agents whose extension is known since polls showed an answer of theirs, with the only leg that talks. */
export function taughtBy(call: CallTruth, sight: Sight): { readonly id: string; readonly at: number }[] {
  return call.sightings.flatMap((row) => {
    const answered = row.endpoint === 'queue' ? sight.firstSeen(row, isAnswer) : null;
    const agent = row.agents?.at(-1)?.value;
    const leg = call.sightings.find(
      (one) => one.endpoint === 'monitor' && one.extension === agent?.extension && sight.may([one], isAnswer),
    );
    if (answered === null || agent === null || agent === undefined || leg === undefined) return [];
    return [{ id: agent.id, at: Math.max(answered, sight.firstSeen(leg, isAnswer) ?? Infinity) }];
  });
}

/** The PBX counts whole seconds. */
function second(at: number): number {
  return Math.floor(at / SECOND);
}
