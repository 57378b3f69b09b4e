import type { TruthIndex } from './judge-match.js';
import type { Finding, JudgedEvent } from './judge-report.js';
import { isAnswer, type Sight, spansOf } from './judge-sight.js';
import type { CallTruth, Sighting } from './truth.js';

/**
 * Two callers of one number, or who both withhold theirs, in queues of one hotline: events-2.md gives a leg that may be rung for
 * either to the one who joined first, then to the first in the PBX's order. That is as often wrong as the PBX serves the other
 * first, and no row says so: "two callers of one number and hotline" are among what is not to be known from polls.
 *
 * It is known, and a mistake, where one row of what polls had shown when they first showed the leg is evidence against it:
 * the queue's row was not Trying, or names the agent of another extension by a name that the monitor shows or an answer has taught;
 * it names one by a name of which nothing is known, and the leg of that one was there already; the caller joined after
 * the leg began, or after the other one, or was connected.
 */
export class AlikeCallers {
  /** The calls between which a leg was mistaken, and since when what is stated of them need not be true. */
  readonly #since = new Map<CallTruth, number>();
  readonly #mistaken = new Set<Sighting>();
  readonly #taught: readonly { readonly id: string; readonly at: number }[];

  constructor(
    truth: readonly CallTruth[],
    emitted: ReadonlyMap<CallTruth, readonly JudgedEvent[]>,
    index: TruthIndex,
    private readonly sight: Sight,
  ) {
    this.#taught = truth.flatMap((call) => taughtBy(call, sight));
    for (const { owner, leg, taker } of takenLegs(truth, emitted, index)) {
      const shownAt = sight.polls('monitor').firstAfter(leg.from)?.shown ?? Infinity;
      if (!areAlike(owner, taker) || !this.#mayRingFor(taker, owner, leg, shownAt)) continue;
      this.#mistaken.add(leg);
      for (const call of [owner, taker])
        this.#since.set(call, Math.min(leg.from - LAG_MS, this.#since.get(call) ?? Infinity));
    }
  }

  /** What follows from whose the leg is; never that a call began, was emitted twice or ended, nor its outcome. */
  excuses(call: CallTruth, { at, rule, type }: Finding): boolean {
    const since = this.#since.get(call);
    if (since === undefined) return false;
    if (rule === 'demanded' || rule === 'event') return OF_LEGS.has(type) && at !== null && at >= since;
    return FOLLOWS.has(rule) && !(rule === 'outcome' && !OF_LEGS.has(type));
  }

  #mayRingFor(taker: CallTruth, owner: CallTruth, leg: Sighting, shownAt: number): boolean {
    const shown = this.#rowShown(taker, shownAt);
    if (shown === null) return false;
    const { row, at } = shown;
    const began = row.rejoinedAt ?? row.joinedAt ?? row.from;
    const [other] = owner.sightings
      .filter((one) => one.endpoint === 'queue' && one.from <= shownAt)
      .slice(-1);
    const status = spansOf(row).find(({ from, to }) => from <= at && at < to)?.state;
    const isTrying = status === 'Trying' || (status === 'Waiting' && at < shownAt);
    const otherTries = other !== undefined && this.#rowShown(owner, shownAt)?.row === other;
    const isFirst = !otherTries || second(began) <= second(other.rejoinedAt ?? other.joinedAt ?? other.from);
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

  /** The last row of the caller that the queue had shown by then, and the answer that did. */
  #rowShown({ sightings }: CallTruth, by: number): { readonly row: Sighting; readonly at: number } | null {
    const poll = this.sight.polls('queue').before(by + 1);
    if (poll === null) return null;
    const row = sightings.findLast(
      ({ endpoint, from, to }) =>
        endpoint === 'queue' && from <= poll.shown && (to === null || poll.shown < to),
    );
    return row === undefined ? null : { row, at: poll.shown };
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

const SECOND = 1000;
/** The device rings, and its row comes, so much later than the PBX made the leg. */
const LAG_MS = 500;
const OF_LEGS: ReadonlySet<string> = new Set(['call-offered', 'call-offer-ended', 'call-transferred']);
/** Whose leg it is decides these fields of both calls. */
const FOLLOWS: ReadonlySet<string> = new Set([
  'customer',
  'hotline',
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

function areAlike(a: CallTruth, b: CallTruth): boolean {
  if (a.direction !== 'inbound' || b.direction !== 'inbound' || a.hotline !== b.hotline) return false;
  if (a.customer === null || b.customer === null) return false;
  return a.customer.e164 === b.customer.e164;
}

/** The agents whose extension is known since polls showed an answer of theirs, with the only leg that talks. */
function taughtBy(call: CallTruth, sight: Sight): { readonly id: string; readonly at: number }[] {
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
