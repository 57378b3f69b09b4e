import { type Endpoint, type Poll, type Polls } from './judge-polls.js';
import type { JudgeOptions } from './judge-report.js';
import type { CallTruth, Sighting, TruthEvent } from './truth.js';

/**
 * What polls at given instants could have seen: a poll sees a row in the state it has at the poll's instant.
 *
 * Two questions, and the judge asks both: may the bridge know it (some answer showed it, also a partial one), and must it
 * (so many complete answers showed it that not all of them can have been lost with a killed bridge)?
 */

/** A row in one state, `from` inclusive, `to` exclusive. */
export interface Span {
  readonly sighting: Sighting;
  readonly state: string | null;
  readonly from: number;
  readonly to: number;
}

type Wanted = (state: string | null) => boolean;

/** The words that say that two are connected (`docs/upstream.md`); any other word shows at most that a leg is there. */
const CONNECTED = new Set(['ONCALL', 'ACTIVE', 'HELD', 'UNHELD']);
const RINGING = new Set(['RINGING', 'EARLY', 'DIALING', 'RING_WAIT']);
const BEGINS = new Set(['RINGING', 'Waiting', 'Trying']);

export const isConnected: Wanted = (state) => state !== null && CONNECTED.has(state);
export const isAnswer: Wanted = (state) => isConnected(state) || state === 'Answered';
/** RINGING must be taken for ringing; the others may be. */
export const mayRing: Wanted = (state) => state !== null && RINGING.has(state);
export const isRinging: Wanted = (state) => state === 'RINGING';

/** The monitor shows what happened up to so much later than it did (`docs/upstream.md`). */
const MONITOR_LAG_MS = 300;

export class Sight {
  readonly until: number;
  readonly absencePolls: number;
  readonly lookbackMs: number;
  readonly toDemand: number;
  readonly toleranceMs: number;
  readonly commitMs: number;
  readonly listsIdle: boolean;
  readonly #polls: Readonly<Record<Endpoint, Polls>>;
  readonly #options: JudgeOptions;
  readonly #others: Sight[] = [];
  readonly #signedOff: ReadonlyMap<string, readonly SignedOff[]>;
  readonly #spans = new WeakMap<Sighting, readonly Span[]>();

  constructor(polls: Readonly<Record<Endpoint, Polls>>, options: JudgeOptions) {
    this.#polls = polls;
    this.#options = options;
    const last = Math.max(this.#polls.monitor.last?.shown ?? 0, this.#polls.queue.last?.shown ?? 0);
    this.until = options.until ?? last;
    this.absencePolls = options.absencePolls ?? 2;
    this.lookbackMs = options.abandonedLookbackMs ?? 60_000;
    this.toDemand = options.sightingsToDemand ?? 1;
    this.toleranceMs = options.toleranceMs ?? 20;
    this.commitMs = options.commitMs ?? 0;
    this.listsIdle = options.listsIdle ?? true;
    this.#signedOff = signedOffIn(options.log ?? []);
  }

  /** The same, where the partial answers that cannot lack a row of this call count as complete ones. */
  of({ sightings, startedAt }: CallTruth): Sight {
    const first = (endpoint: Endpoint): number => {
      const own = sightings.filter((one) => one.endpoint === endpoint).map(({ from }) => from);
      return own.length === 0 ? startedAt : Math.min(...own);
    };
    const monitor = this.#polls.monitor.asSeenSince(first('monitor'));
    const queue = this.#polls.queue.asSeenSince(first('queue'));
    const isOf = (other: Sight): boolean => other.#polls.monitor === monitor && other.#polls.queue === queue;
    if (isOf(this)) return this;
    let sight = this.#others.find(isOf);
    if (sight === undefined) this.#others.push((sight = new Sight({ monitor, queue }, this.#options)));
    return sight;
  }

  /** Whether the first poll after `at` did not list the extension because its device had signed off. */
  signedOffAt(extension: string | null, at: number): boolean {
    const shown = this.polls('monitor').firstAfter(at)?.shown;
    if (extension === null || shown === undefined || !this.listsIdle) return false;
    return (this.#signedOff.get(extension) ?? []).some(({ from, to }) => from <= shown && shown < to);
  }

  polls(endpoint: Endpoint): Polls {
    return this.#polls[endpoint];
  }

  /** The row's states one after the other. The truth does not change while it is judged. */
  spans(sighting: Sighting): readonly Span[] {
    const known = this.#spans.get(sighting);
    if (known !== undefined) return known;
    const spans = spansOf(sighting);
    this.#spans.set(sighting, spans);
    return spans;
  }

  /** How many polls there are in [from, to), up to `until`. */
  countIn(endpoint: Endpoint, from: number, to: number): number {
    return this.#polls[endpoint].count(from, Math.min(to, this.until + 1));
  }

  /** The poll that is number `nth` (from 0) at or after this instant; Infinity when it is not up to `until`. */
  pollAfter(endpoint: Endpoint, instant: number, nth: number): number {
    const poll = this.#polls[endpoint].after(instant, nth)?.shown ?? Infinity;
    return poll <= this.until ? poll : Infinity;
  }

  /** The last poll before this instant. */
  pollBefore(endpoint: Endpoint, instant: number): number | null {
    return this.#polls[endpoint].before(instant)?.shown ?? null;
  }

  // ----- what a bridge knows by an instant

  /** Some answer showed the row in such a state, and the bridge may have had it by then. */
  may(sightings: readonly Sighting[], wanted: Wanted, by = Infinity): boolean {
    return sightings.some((one) =>
      this.spans(one).some(
        ({ state, from, to }) =>
          wanted(state) && this.#polls[one.endpoint].some(from, to, by + this.toleranceMs),
      ),
    );
  }

  /**
   * So many complete answers of one endpoint did, in a row, that the bridge must have known by then: one answer counts once,
   * however many rows it showed. Only what polls since `since` showed counts.
   */
  must(sightings: readonly Sighting[], wanted: Wanted, by: number, since = -Infinity): boolean {
    const received = Math.min(by - this.commitMs, this.until);
    const found = { monitor: new Set<number>(), queue: new Set<number>() };
    for (const one of sightings)
      for (const { state, from, to } of this.spans(one)) {
        if (!wanted(state) || from > by) continue;
        const numbers = this.#polls[one.endpoint].received(Math.max(from, since), to, received);
        for (const number of numbers) {
          if (this.toDemand === 1) return true;
          found[one.endpoint].add(number);
        }
      }
    return [found.monitor, found.queue].some((numbers) => hasRun(numbers, this.toDemand));
  }

  /** How many complete answers up to `by` may have shown that the row is gone. */
  absencesBy(sighting: Sighting, by: number): number {
    const gone = goneAt(sighting);
    return gone > by ? 0 : this.#polls[sighting.endpoint].count(gone, by + this.toleranceMs + 1);
  }

  /** How many complete answers showed that the row is gone, and had been received by then. */
  absencesReceived(sighting: Sighting, by: number): number {
    return [...this.#polls[sighting.endpoint].received(goneAt(sighting), Infinity, by)].length;
  }

  /** How many answers up to `by` may have been taken for its absence: see `Polls.countLongPartial`. */
  mayBeAbsencesBy(sighting: Sighting, by: number): number {
    const gone = goneAt(sighting);
    if (gone > by) return 0;
    const long = this.#polls[sighting.endpoint].countLongPartial(gone, by + this.toleranceMs + 1);
    return this.absencesBy(sighting, by) + long;
  }

  /** The latest answer that the bridge must have had by then, apart from those that may have been lost. */
  latestSure(endpoint: Endpoint, by: number): Poll | null {
    return this.#polls[endpoint].before(by - this.commitMs + 1, this.toDemand - 1);
  }

  // ----- windows

  /** How much later than it happens the endpoint may show something. */
  lagOf(endpoint: Endpoint): number {
    return endpoint === 'monitor' ? MONITOR_LAG_MS : 0;
  }

  /**
   * The widest window that polls leave for a change at this instant: from the last answer before it to the first one after
   * it. `earliest` is null where the bridge may have got no answer before.
   */
  windowAround(
    endpoint: Endpoint,
    at: number,
  ): { readonly earliest: number | null; readonly latest: number } {
    const polls = this.#polls[endpoint];
    const before = polls.before(at, this.toDemand - 1);
    return {
      earliest: before === null ? null : before.sent - this.lagOf(endpoint),
      latest: polls.after(at, this.toDemand - 1)?.received ?? Infinity,
    };
  }

  // ----- what polls showed of a row, of a call

  /** The first poll that found the row in one of these states, as soon as enough polls did; null: none. */
  firstSeen(sighting: Sighting, wanted: Wanted): number | null {
    let seen = 0;
    let first: number | null = null;
    for (const { state, from, to } of this.spans(sighting)) {
      if (!wanted(state)) continue;
      const count = this.countIn(sighting.endpoint, from, to);
      if (count > 0) first ??= this.pollAfter(sighting.endpoint, from, 0);
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

  /** The latest poll that can have confirmed such an absence. */
  confirmedAt(endpoint: Endpoint, goneAt: number): number {
    return this.pollAfter(endpoint, goneAt, this.absencePolls + this.toDemand - 2);
  }

  /** The first poll that showed this call alive, or abandoned recently enough to be news. */
  begunAt(call: CallTruth): number | null {
    let first: number | null = null;
    for (const sighting of call.sightings) {
      const begins: Wanted = (state) => isAnswer(state) || (state !== null && BEGINS.has(state));
      const seen = this.firstSeen(sighting, begins) ?? this.#news(sighting, call);
      if (seen !== null && (first === null || seen < first)) first = seen;
    }
    return first;
  }

  /**
   * The latest poll that may be the first the bridge got of those that found some part of the call in a wanted state. Of
   * `sightingsToDemand` polls of one endpoint at least one was not lost, however many parts it showed. Null: no poll did.
   */
  latestFirst(sightings: readonly Sighting[], from: number, wanted: Wanted): number | null {
    const found = { monitor: new Set<number>(), queue: new Set<number>() };
    for (const sighting of sightings)
      for (const span of this.spans(sighting)) {
        if (!wanted(span.state)) continue;
        for (let nth = 0; nth < this.toDemand; nth++) {
          const poll = this.pollAfter(sighting.endpoint, Math.max(span.from, from), nth);
          if (poll < span.to) found[sighting.endpoint].add(poll);
        }
      }
    const sorted = [found.monitor, found.queue].map((polls) => [...polls].sort((a, b) => a - b));
    const sure = sorted.map((polls) => polls[this.toDemand - 1]).filter((poll) => poll !== undefined);
    const all = sorted.flat();
    if (all.length === 0) return null;
    return sure.length > 0 ? Math.min(...sure) : Math.max(...all);
  }

  /** The first poll at or after `from` that found the call answered. */
  answerSeenAt(call: CallTruth, from = -Infinity): number | null {
    let first: number | null = null;
    for (const sighting of call.sightings) {
      for (const span of this.spans(sighting)) {
        if (!isAnswer(span.state)) continue;
        const seen = this.pollAfter(sighting.endpoint, Math.max(span.from, from), 0);
        if (seen < span.to && (first === null || seen < first)) first = seen;
      }
    }
    return first;
  }

  /** How many polls from `from` up to `to` found the call answered. */
  answerSightings(call: CallTruth, from: number, to: number): number {
    let count = 0;
    for (const sighting of call.sightings) {
      for (const span of this.spans(sighting)) {
        if (!isAnswer(span.state)) continue;
        count += this.countIn(sighting.endpoint, Math.max(span.from, from), Math.min(span.to, to + 1));
      }
    }
    return count;
  }

  /** Polls found this row, but never before it was Abandoned: its `call_uuid` may have been emptied by then. */
  onlyAbandoned(sighting: Sighting): boolean {
    return this.seen(sighting) && this.firstSeen(sighting, (state) => state !== 'Abandoned') === null;
  }

  /** Enough polls found the call answered for the event to be demanded. */
  isAnswerDemanded(call: CallTruth): boolean {
    return call.sightings.some((one) => this.firstSeen(one, isAnswer) !== null);
  }

  /**
   * A row first found Abandoned is news, at the first poll of all only if it was abandoned shortly before: by the time that it shows,
   * since nothing has shown yet that the PBX's clock is behind.
   */
  #news(sighting: Sighting, { clockSkewMs }: CallTruth): number | null {
    if (sighting.endpoint !== 'queue') return null;
    const seen = this.firstSeen(sighting, (state) => state === 'Abandoned');
    if (seen === null || this.pollBefore('queue', seen) !== null) return seen;
    const abandonedAt = sighting.abandonedAt ?? null;
    // The shown time is cut to whole seconds; at the edge of `lookbackMs` nothing is demanded.
    const shownAt = abandonedAt === null ? null : abandonedAt + Math.min(clockSkewMs, 0);
    return shownAt !== null && shownAt >= seen - this.lookbackMs + 2000 ? seen : null;
  }
}

/** Whether there are so many numbers in a row. */
function hasRun(numbers: ReadonlySet<number>, length: number): boolean {
  for (const first of numbers) {
    let end = first;
    while (numbers.has(end)) end++;
    if (end - first >= length) return true;
  }
  return false;
}

export function spansOf(sighting: Sighting): Span[] {
  return sighting.states.map(({ at, state }, index) => ({
    sighting,
    state,
    from: at,
    to: sighting.states[index + 1]?.at ?? sighting.to ?? Infinity,
  }));
}

/** When this row stopped showing its call alive: the row was deleted, or became Abandoned. */
export function goneAt(sighting: Sighting): number {
  const abandoned = sighting.states.find(({ state }) => state === 'Abandoned')?.at ?? Infinity;
  return Math.min(abandoned, sighting.to ?? Infinity);
}

/** When the last row stopped showing the call alive. */
export function lastGone(call: CallTruth): number {
  return Math.max(...call.sightings.map(goneAt));
}

interface SignedOff {
  readonly from: number;
  readonly to: number;
}

function signedOffIn(log: readonly TruthEvent[]): ReadonlyMap<string, readonly SignedOff[]> {
  const spans = new Map<string, { from: number; to: number }[]>();
  for (const { type, extension, at } of log) {
    if (extension === undefined) continue;
    if (type === 'extension-unregistered')
      spans.set(extension, [...(spans.get(extension) ?? []), { from: at, to: Infinity }]);
    if (type === 'extension-registered')
      for (const span of spans.get(extension) ?? []) span.to = Math.min(span.to, at);
  }
  return spans;
}
