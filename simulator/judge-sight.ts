import type { JudgeOptions, PollInstants } from './judge-report.js';
import type { CallTruth, Sighting, TruthEvent } from './truth.js';

/**
 * What polls at given instants could have seen of a call: for each event of the truth, whether the bridge must emit it, why
 * not otherwise, and between which instants polls first showed it.
 *
 * A poll sees a row in the state it has at the poll's instant. `call_state` RINGING and ONCALL mean what they say;
 * any other word shows only that the leg is there (`docs/upstream.md`), so nothing is demanded because of it.
 */
export interface Expectation {
  readonly event: TruthEvent;
  readonly demanded: boolean;
  /** Why it is not demanded; empty when it is. */
  readonly reason: string;
  /** From the instant at which it was true to the poll that could show it: any time in between is right. */
  readonly from: number;
  readonly to: number;
}

/** The same extension rings for the same call again before a poll could see it idle: one offer or two, both are right. */
export const RINGS_ON = 'rings-on';

const BEGINS = new Set(['RINGING', 'ONCALL', 'Waiting', 'Trying', 'Answered']);
const ANSWERS = new Set(['ONCALL', 'Answered']);
const isAnswer = (state: string | null): boolean => state !== null && ANSWERS.has(state);
type Endpoint = Sighting['endpoint'];

export class Sight {
  readonly until: number;
  readonly absencePolls: number;
  readonly lookbackMs: number;
  readonly toDemand: number;
  readonly toleranceMs: number;
  readonly #polls: Record<Endpoint, readonly number[]>;

  constructor(polls: PollInstants, options: JudgeOptions) {
    const sorted = (instants: readonly number[]): number[] => [...instants].sort((a, b) => a - b);
    this.#polls = { monitor: sorted(polls.monitor), queue: sorted(polls.queue) };
    this.until = options.until ?? Math.max(this.#polls.monitor.at(-1) ?? 0, this.#polls.queue.at(-1) ?? 0);
    this.absencePolls = options.absencePolls ?? 2;
    this.lookbackMs = options.abandonedLookbackMs ?? 60_000;
    this.toDemand = options.sightingsToDemand ?? 1;
    this.toleranceMs = options.toleranceMs ?? 20;
  }

  /** How many polls there are in [from, to), up to `until`. */
  countIn(endpoint: Endpoint, from: number, to: number): number {
    const polls = this.#polls[endpoint];
    return Math.max(0, lowerBound(polls, Math.min(to, this.until + 1)) - lowerBound(polls, from));
  }

  /** The poll that is number `nth` (from 0) at or after this instant; Infinity when it is not up to `until`. */
  pollAfter(endpoint: Endpoint, instant: number, nth: number): number {
    const polls = this.#polls[endpoint];
    const poll = polls[lowerBound(polls, instant) + nth] ?? Infinity;
    return poll <= this.until ? poll : Infinity;
  }

  /** The last poll before this instant. */
  pollBefore(endpoint: Endpoint, instant: number): number | null {
    const polls = this.#polls[endpoint];
    return polls[lowerBound(polls, instant) - 1] ?? null;
  }

  /** The first poll that found the row in one of these states, as soon as enough polls did; null: none. */
  firstSeen(sighting: Sighting, wanted: (state: string | null) => boolean): number | null {
    let seen = 0;
    let first: number | null = null;
    for (const [index, { at, state }] of sighting.states.entries()) {
      if (!wanted(state)) continue;
      const end = sighting.states[index + 1]?.at ?? sighting.to ?? Infinity;
      const count = this.countIn(sighting.endpoint, at, end);
      if (count > 0) first ??= this.pollAfter(sighting.endpoint, at, 0);
      seen += count;
      if (seen >= this.toDemand) return first;
    }
    return null;
  }

  seen(sighting: Sighting): boolean {
    return this.firstSeen(sighting, () => true) !== null;
  }

  /** Enough polls came after this instant for an absence to be confirmed, with one to spare for the reader. */
  confirmed(endpoint: Endpoint, goneAt: number): boolean {
    return this.countIn(endpoint, goneAt, Infinity) >= this.absencePolls + this.toDemand;
  }

  /** The first poll that showed this call alive, or abandoned recently enough to be news. */
  begunAt(call: CallTruth): number | null {
    let first: number | null = null;
    for (const sighting of call.sightings) {
      const seen =
        this.firstSeen(sighting, (state) => state !== null && BEGINS.has(state)) ?? this.#news(sighting);
      if (seen !== null && (first === null || seen < first)) first = seen;
    }
    return first;
  }

  /**
   * The latest poll that may be the first the bridge got of those that found some part of the call in a wanted state. Of
   * `sightingsToDemand` polls of one endpoint at least one was not lost, however many parts it showed. Null: no poll did.
   */
  #latestFirst(call: CallTruth, from: number, wanted: (state: string | null) => boolean): number | null {
    const found = { monitor: new Set<number>(), queue: new Set<number>() };
    for (const sighting of call.sightings)
      for (const [index, { at, state }] of sighting.states.entries()) {
        if (!wanted(state)) continue;
        const end = sighting.states[index + 1]?.at ?? sighting.to ?? Infinity;
        for (let nth = 0; nth < this.toDemand; nth++) {
          const poll = this.pollAfter(sighting.endpoint, Math.max(at, from), nth);
          if (poll < end) found[sighting.endpoint].add(poll);
        }
      }
    const [monitor, queue] = [found.monitor, found.queue].map((polls) => [...polls].sort((a, b) => a - b));
    const sure = [monitor, queue]
      .map((polls) => polls![this.toDemand - 1])
      .filter((poll) => poll !== undefined);
    const all = [...monitor!, ...queue!];
    if (all.length === 0) return null;
    return sure.length > 0 ? Math.min(...sure) : Math.max(...all);
  }

  /**
   * The latest poll that may be the first the bridge got that found this row in this state: the first that did, or, where
   * polls may have been lost, that many later. Null: no poll did. An event may follow it even if it was not demanded.
   */
  #latestFirstIn(sighting: Sighting, wanted: string): number | null {
    let left = this.toDemand;
    let last: number | null = null;
    for (const [index, { at, state }] of sighting.states.entries()) {
      if (state !== wanted) continue;
      const end = sighting.states[index + 1]?.at ?? sighting.to ?? Infinity;
      const found = Math.min(left, this.countIn(sighting.endpoint, at, end));
      if (found > 0) last = this.pollAfter(sighting.endpoint, at, found - 1);
      left -= found;
    }
    return last;
  }

  /** The first poll at or after `from` that found the call answered. */
  answerSeenAt(call: CallTruth, from = -Infinity): number | null {
    let first: number | null = null;
    for (const sighting of call.sightings) {
      for (const [index, { at, state }] of sighting.states.entries()) {
        if (!isAnswer(state)) continue;
        const end = sighting.states[index + 1]?.at ?? sighting.to ?? Infinity;
        const seen = this.pollAfter(sighting.endpoint, Math.max(at, from), 0);
        if (seen < end && (first === null || seen < first)) first = seen;
      }
    }
    return first;
  }

  /** How many polls from `from` up to `to` found the call answered. */
  answerSightings(call: CallTruth, from: number, to: number): number {
    let count = 0;
    for (const sighting of call.sightings) {
      for (const [index, { at, state }] of sighting.states.entries()) {
        if (!isAnswer(state)) continue;
        const end = sighting.states[index + 1]?.at ?? sighting.to ?? Infinity;
        count += this.countIn(sighting.endpoint, Math.max(at, from), Math.min(end, to + 1));
      }
    }
    return count;
  }

  /** Polls found this row, but never before it was Abandoned: its `call_uuid` may have been emptied by then. */
  onlyAbandoned(sighting: Sighting): boolean {
    return this.seen(sighting) && this.firstSeen(sighting, (state) => state !== 'Abandoned') === null;
  }

  expectations(call: CallTruth): Expectation[] {
    const begun = this.begunAt(call);
    const hasBegun = begun !== null && begun <= this.until;
    return call.events.map((event) => {
      const expectation = this.#expect(call, event);
      if (hasBegun) return { event, ...expectation, demanded: expectation.reason === '' };
      // A bridge that makes a call of such a row all the same, unclear or seen too rarely, knows only what the row shows.
      const to = Math.max(expectation.to, lastGone(call));
      return { event, ...expectation, demanded: false, reason: this.#whyNotBegun(call), to };
    });
  }

  #expect(call: CallTruth, event: TruthEvent): Omit<Expectation, 'event' | 'demanded'> {
    const when = (from: number, to: number | null, reason: string) => ({
      from,
      to: Math.max(from, to ?? from),
      reason,
    });
    const parts = call.sightings.filter(({ part }) => part === event.part);
    switch (event.type) {
      case 'call-started': {
        // The upstream's time may move until then; and a row whose identity was in use shows a later second.
        const latest = this.#latestFirst(call, this.begunAt(call) ?? 0, () => true);
        return when(event.at, Math.max(latest ?? 0, call.sightings[0]?.joinedAt ?? 0), '');
      }
      case 'call-answered': {
        const seen = this.answerSeenAt(call, event.at);
        const early = call.kind === 'click-to-call' ? onCallSince(call) : event.at;
        const bridged = Math.max(...call.sightings.map(({ bridgedAt }) => bridgedAt ?? 0));
        const reason =
          seen === null ? 'answer-between-polls' : this.isAnswerDemanded(call) ? '' : 'seen-too-rarely';
        const latest = this.#latestFirst(call, event.at, isAnswer);
        return when(early, Math.max(event.at, latest ?? 0, bridged), reason);
      }
      case 'call-abandoned':
        // A caller whom the queue let go, and whom no row showed afterwards, left then as far as polls show.
        return when(Math.min(event.at, lastGone(call)), event.at, this.#whyNotAbandoned(call));
      case 'call-ended': {
        const last = lastGone(call);
        const open = call.sightings.some(
          (one) => this.seen(one) && !this.confirmed(one.endpoint, goneAt(one)),
        );
        return when(Math.min(event.at, last), Math.max(event.at, last), open ? 'end-after-last-poll' : '');
      }
      case 'call-offered': {
        const rangOn = call.events.some(
          (one) =>
            one.type === 'call-offer-ended' &&
            one.extension === event.extension &&
            one.at <= event.at &&
            one.seq < event.seq &&
            this.countIn('monitor', one.at, event.at) === 0,
        );
        const latest = firstOf(parts, (part) => this.#latestFirstIn(part, 'RINGING'));
        if (rangOn) return when(event.at, latest, RINGS_ON);
        const seen = firstOf(parts, (part) => this.firstSeen(part, (state) => state === 'RINGING'));
        return when(event.at, latest, seen === null ? 'ringing-between-polls' : '');
      }
      case 'call-offer-ended': {
        const ringsOn = call.events.some(
          (one) =>
            one.type === 'call-offered' &&
            one.extension === event.extension &&
            one.seq > event.seq &&
            this.countIn('monitor', event.at, one.at) === 0,
        );
        if (ringsOn) return when(event.at, null, RINGS_ON);
        const rang = firstOf(parts, (part) => this.firstSeen(part, (state) => state === 'RINGING'));
        const talked = firstOf(parts, (part) => this.firstSeen(part, (state) => state === 'ONCALL'));
        const gone = parts.every((part) => this.confirmed('monitor', goneAt(part)));
        const reason =
          rang === null ? 'ringing-between-polls' : talked === null && !gone ? 'end-after-last-poll' : '';
        const latest = firstOf(parts, (part) => this.#latestFirstIn(part, 'ONCALL'));
        return when(event.at, latest, reason);
      }
      case 'call-transferred': {
        const talked = firstOf(parts, (part) => this.firstSeen(part, (state) => state === 'ONCALL'));
        const before = call.sightings.some(
          (one) =>
            one.endpoint === 'monitor' &&
            one.extension !== event.extension &&
            one.from < event.at &&
            this.firstSeen(one, (state) => state === 'ONCALL') !== null,
        );
        const shown = Math.min(event.at, ...parts.map(({ from }) => from));
        const latest = firstOf(parts, (part) => this.#latestFirstIn(part, 'ONCALL'));
        return when(
          shown,
          Math.max(event.at, latest ?? 0),
          talked === null || !before ? 'talk-between-polls' : '',
        );
      }
      case 'extension-registered':
      case 'extension-unregistered':
        return when(event.at, null, 'not-a-call');
    }
  }

  /** Enough polls found the call answered for the event to be demanded. */
  isAnswerDemanded(call: CallTruth): boolean {
    return call.sightings.some((one) => this.firstSeen(one, isAnswer) !== null);
  }

  /** A row first found Abandoned is news if it was abandoned since the last poll, or shortly before the first one. */
  #news(sighting: Sighting): number | null {
    const abandonedAt = sighting.abandonedAt ?? null;
    if (sighting.endpoint !== 'queue' || abandonedAt === null) return null;
    const seen = this.firstSeen(sighting, (state) => state === 'Abandoned');
    if (seen === null) return null;
    const before = this.pollBefore('queue', seen);
    // The shown time is cut to whole seconds; at the edge of `lookbackMs` nothing is demanded.
    if (before !== null) return abandonedAt >= before + 1000 ? seen : null;
    return abandonedAt >= seen - this.lookbackMs + 2000 ? seen : null;
  }

  #whyNotBegun(call: CallTruth): string {
    if (!call.sightings.some((one) => this.seen(one))) return 'call-between-polls';
    return call.sightings.some((one) => this.onlyAbandoned(one)) ? 'first-seen-abandoned' : 'state-unclear';
  }

  #whyNotAbandoned(call: CallTruth): string {
    const rows = call.sightings.filter((one) => one.endpoint === 'queue' && this.seen(one));
    const last = rows.at(-1);
    if (last !== undefined && goneAt(last) === call.endedAt) {
      // A row that just vanishes does not show why: the contract's outcome is then `unknown`.
      if (this.firstSeen(last, (state) => state === 'Abandoned') === null) return 'abandon-not-shown';
    }
    const open = call.sightings.some((one) => this.seen(one) && !this.confirmed(one.endpoint, goneAt(one)));
    return open ? 'end-after-last-poll' : '';
  }
}

/** When this row stopped showing its call alive: the row was deleted, or became Abandoned. */
export function goneAt(sighting: Sighting): number {
  const abandoned = sighting.states.find(({ state }) => state === 'Abandoned')?.at ?? Infinity;
  return Math.min(abandoned, sighting.to ?? Infinity);
}

/** When the last row stopped showing the call alive. */
function lastGone(call: CallTruth): number {
  return Math.max(...call.sightings.map(goneAt));
}

function onCallSince(call: CallTruth): number {
  const instants = call.sightings.flatMap(({ states }) =>
    states.filter(({ state }) => state === 'ONCALL').map(({ at }) => at),
  );
  return Math.min(Infinity, ...instants);
}

function firstOf(parts: readonly Sighting[], seen: (part: Sighting) => number | null): number | null {
  for (const part of parts) {
    const at = seen(part);
    if (at !== null) return at;
  }
  return null;
}

/** Index of the first instant that is not before `at`. */
function lowerBound(instants: readonly number[], at: number): number {
  let [low, high] = [0, instants.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((instants[middle] ?? Infinity) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
