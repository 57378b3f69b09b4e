import type { Endpoint } from './judge-polls.js';
import type { Reason } from './judge-reasons.js';
import {
  goneAt,
  isAnswer,
  isConnected,
  isRinging,
  lastGone,
  mayRing,
  type Sight,
  type Span,
  spansOf,
} from './judge-sight.js';
import type { CallTruth, Sighting, TruthEvent } from './truth.js';

/**
 * For each event of the truth: whether the bridge must emit it, why not otherwise, and which changes of which rows show it.
 */
export interface Expectation {
  readonly event: TruthEvent;
  readonly demanded: boolean;
  /** Why it is not demanded; null when it is. */
  readonly reason: Reason | null;
  /** From the instant at which it was true to the poll that could show it: an event in between is about it. */
  readonly from: number;
  readonly to: number;
  /** The changes of rows that show it. The window of an event is that of one of them. */
  readonly evidence: readonly Evidence[];
}

/** A row changes at `at`, because of what happened between `since` and `until`. */
export interface Evidence {
  readonly endpoint: Endpoint;
  readonly at: number;
  readonly since: number;
  readonly until: number;
}

export function expectationsOf(call: CallTruth, sight: Sight): Expectation[] {
  const begun = sight.begunAt(call);
  const hasBegun = begun !== null && begun <= sight.until;
  return call.events.map((event) => {
    const { from, to, reason } = expect(call, event, sight);
    const evidence = evidenceOf(call, event, sight);
    if (hasBegun) return { event, from, to: Math.max(from, to), reason, evidence, demanded: reason === null };
    // A bridge that makes a call of such a row all the same, unclear or seen too rarely, knows only what the row shows.
    const latest = Math.max(from, to, lastGone(call));
    return { event, from, to: latest, evidence, demanded: false, reason: whyNotBegun(call, sight) };
  });
}

type Expected = Pick<Expectation, 'from' | 'to' | 'reason'>;

function expect(call: CallTruth, event: TruthEvent, sight: Sight): Expected {
  const { at, extension } = event;
  const parts = partsOf(call, event);
  switch (event.type) {
    case 'call-started': {
      // The upstream's time may move until then; and a row whose identity was in use shows a later second.
      const latest = sight.latestFirst(call.sightings, sight.begunAt(call) ?? 0, () => true);
      return { from: at, to: Math.max(latest ?? 0, call.sightings[0]?.joinedAt ?? 0), reason: null };
    }
    case 'call-answered': {
      const seen = sight.answerSeenAt(call, at);
      const early = call.kind === 'click-to-call' ? Math.min(at, connectedSince(call)) : at;
      const bridged = Math.max(...call.sightings.map(({ bridgedAt }) => bridgedAt ?? 0));
      const latest = sight.latestFirst(call.sightings, at, isAnswer);
      const reason =
        seen === null ? 'answer-between-polls' : sight.isAnswerDemanded(call) ? null : 'seen-too-rarely';
      return { from: early, to: Math.max(at, latest ?? 0, bridged), reason };
    }
    case 'call-abandoned':
      // A caller whom the queue let go, and whom no row showed afterwards, left then as far as polls show.
      return { from: Math.min(at, lastGone(call)), to: at, reason: whyNotAbandoned(call, sight) };
    case 'call-ended': {
      const last = lastGone(call);
      return {
        from: Math.min(at, last),
        to: Math.max(at, last),
        reason: isOpen(call, sight) ? 'end-after-last-poll' : null,
      };
    }
    case 'call-offered': {
      const latest = sight.latestFirst(parts, at, isRinging) ?? at;
      const before = call.events.some(
        (one) =>
          one.type === 'call-offer-ended' && one.seq < event.seq && isOneRinging(call, one, event, sight),
      );
      if (before) return { from: at, to: latest, reason: 'rings-on' };
      return { from: at, to: latest, reason: rang(parts, sight) ? null : 'ringing-between-polls' };
    }
    case 'call-offer-ended': {
      const latest = sight.latestFirst(parts, at, isConnected) ?? at;
      const again = call.events.some(
        (one) => one.type === 'call-offered' && one.seq > event.seq && isOneRinging(call, event, one, sight),
      );
      if (again) return { from: at, to: latest, reason: 'rings-on' };
      const talked = parts.some((part) => sight.firstSeen(part, isConnected) !== null);
      const gone = parts.every((part) => sight.confirmed('monitor', goneAt(part)));
      const reason = !rang(parts, sight)
        ? 'ringing-between-polls'
        : talked || gone
          ? null
          : 'end-after-last-poll';
      return { from: at, to: latest, reason };
    }
    case 'call-transferred': {
      const talked = parts.some((part) => sight.firstSeen(part, isConnected) !== null);
      const before = call.sightings.some(
        (one) =>
          one.endpoint === 'monitor' &&
          one.extension !== extension &&
          one.from < at &&
          sight.firstSeen(one, isConnected) !== null,
      );
      const latest = sight.latestFirst(parts, at, isConnected);
      return {
        from: Math.min(at, ...parts.map(({ from }) => from)),
        to: Math.max(at, latest ?? 0),
        reason: talked && before ? null : 'talk-between-polls',
      };
    }
    case 'extension-registered':
    case 'extension-unregistered':
      return { from: at, to: at, reason: 'state-unclear' };
  }
}

/** Which changes of rows show the event, by its type. */
function evidenceOf(call: CallTruth, event: TruthEvent, sight: Sight): Evidence[] {
  const { at } = event;
  const because = (changes: readonly Pick<Evidence, 'endpoint' | 'at'>[]): Evidence[] =>
    changes.map((one) => ({
      endpoint: one.endpoint,
      at: one.at,
      since: Math.min(at, one.at),
      until: Math.max(at, one.at),
    }));
  const parts = partsOf(call, event);
  switch (event.type) {
    case 'call-started':
      return because(startShown(call, sight));
    case 'call-answered':
      return because(firstShown(starts(call.sightings, isAnswer), sight));
    case 'call-offered':
      return because(starts(parts, mayRing));
    case 'call-offer-ended':
      return because([
        ...starts(parts, isConnected).slice(0, 1),
        ...ends(parts),
        // A leg that talks only after its caller has gone is no answer: what its offer ended with is the row in the queue.
        ...(call.neverBridged === true ? lastEnds(call, sight) : []),
      ]);
    case 'call-transferred':
      return because([
        ...starts(parts, isConnected).slice(0, 1),
        ...ends(legsBefore(call, event)),
        ...endsOfHidden(call, event),
      ]);
    case 'call-abandoned':
    case 'call-ended':
      return because(lastEnds(call, sight));
    default:
      return [];
  }
}

/** Every change of every row of the call: where an inferred event may have its window. */
export function allChanges(call: CallTruth): Evidence[] {
  const changes = [...starts(call.sightings, () => true), ...ends(call.sightings)];
  return changes.map(({ endpoint, at }) => ({ endpoint, at, since: at, until: at }));
}

type Change = Pick<Evidence, 'endpoint' | 'at'>;

function starts(
  sightings: readonly Sighting[],
  wanted: (state: string | null) => boolean,
): (Span & Change)[] {
  const changes: (Span & Change)[] = [];
  for (const one of sightings)
    for (const span of spansOf(one))
      if (wanted(span.state)) changes.push({ ...span, endpoint: one.endpoint, at: span.from });
  return changes;
}

function ends(sightings: readonly Sighting[]): Change[] {
  return sightings.flatMap((one) => {
    const gone = goneAt(one);
    const changes = [gone, one.to ?? Infinity].filter((at) => at < Infinity);
    return [...new Set(changes)].map((at) => ({ endpoint: one.endpoint, at }));
  });
}

/**
 * The changes that can have been the first that a poll showed of the call. A leg without a state begins no call, and when it
 * appeared does not say when its caller joined a queue: until a leg rings, that is shown by the row in the queue.
 */
function startShown({ sightings }: CallTruth, sight: Sight): Change[] {
  const all = starts(sightings, () => true);
  const first = firstShown(all, sight);
  const clear = all.filter(
    ({ endpoint, state }) => endpoint === 'queue' || isConnected(state) || mayRing(state),
  );
  const joined = firstShown(clear, sight).filter(({ endpoint }) => endpoint === 'queue');
  return [...new Set([...first, ...joined])];
}

/** The changes that can have been the first of them that a poll showed. */
function firstShown(changes: readonly (Span & Change)[], sight: Sight): (Span & Change)[] {
  const shown = changes.filter(({ endpoint, from, to }) => sight.polls(endpoint).some(from, to));
  let surest = Infinity;
  for (const { endpoint, from, to } of changes) {
    const sure = sight.pollAfter(endpoint, from, sight.toDemand - 1);
    if (sure < to) surest = Math.min(surest, sure);
  }
  return shown.filter(({ endpoint, from }) => (sight.polls(endpoint).firstAfter(from)?.shown ?? 0) <= surest);
}

/** The ends of rows that can have been the last ones: a poll that showed one of them came after the others'. */
function lastEnds(call: CallTruth, sight: Sight): Change[] {
  const seen = call.sightings.filter((one) => sight.polls(one.endpoint).some(one.from, one.to ?? Infinity));
  const firstAbsent = ({ endpoint, at }: Change, nth: number): number =>
    sight.polls(endpoint).after(at, nth)?.shown ?? Infinity;
  const gone = seen.map((one) => ({ endpoint: one.endpoint, at: goneAt(one) }));
  const last = Math.max(...gone.map((one) => firstAbsent(one, 0)));
  return ends(seen).filter((one) => one.endpoint === 'queue' || firstAbsent(one, sight.toDemand - 1) >= last);
}

/** The row of a leg that has gone may show it for 0.6 s more, and all rows of the monitor trail by up to 0.3 s. */
const ROWS_TRAIL_MS = 900;

/** The legs of the extensions that were connected before this transfer, whose rows may trail it. */
function legsBefore(call: CallTruth, { at, extension }: TruthEvent): Sighting[] {
  return call.sightings.filter(
    (one) =>
      one.endpoint === 'monitor' &&
      one.extension !== extension &&
      one.from < at &&
      goneAt(one) <= at + ROWS_TRAIL_MS,
  );
}

/** The queue deletes its row with the agent's leg: that alone shows when one went whose device had signed off before. */
function endsOfHidden(call: CallTruth, event: TruthEvent): Change[] {
  const isHidden = legsBefore(call, event).some(({ closedBy }) => closedBy === 'unregistered');
  const rows = call.sightings.filter(
    (one) =>
      one.endpoint === 'queue' && one.from < event.at && Math.abs(goneAt(one) - event.at) <= ROWS_TRAIL_MS,
  );
  return isHidden ? ends(rows) : [];
}

function partsOf(call: CallTruth, { part }: TruthEvent): Sighting[] {
  return part === undefined ? [] : call.sightings.filter((one) => one.part === part);
}

function rang(parts: readonly Sighting[], sight: Sight): boolean {
  return parts.some((part) => sight.firstSeen(part, isRinging) !== null);
}

/**
 * The extension rings again before a poll could show it idle or, where no poll shows it ringing again, before polls could
 * confirm that it was.
 */
function isOneRinging(call: CallTruth, ended: TruthEvent, offered: TruthEvent, sight: Sight): boolean {
  if (ended.extension !== offered.extension) return false;
  const idle = sight.countIn('monitor', ended.at, offered.at);
  return idle === 0 || (idle < sight.absencePolls && !rang(partsOf(call, offered), sight));
}

function connectedSince(call: CallTruth): number {
  return Math.min(Infinity, ...starts(call.sightings, isConnected).map(({ at }) => at));
}

function isOpen(call: CallTruth, sight: Sight): boolean {
  return call.sightings.some((one) => sight.seen(one) && !sight.confirmed(one.endpoint, goneAt(one)));
}

function whyNotBegun(call: CallTruth, sight: Sight): Reason {
  if (!call.sightings.some((one) => sight.seen(one))) return 'call-between-polls';
  return call.sightings.some((one) => sight.onlyAbandoned(one)) ? 'first-seen-abandoned' : 'state-unclear';
}

function whyNotAbandoned(call: CallTruth, sight: Sight): Reason | null {
  if (call.neverBridged === true && sight.answerSeenAt(call) !== null) return 'never-bridged';
  const rows = call.sightings.filter((one) => one.endpoint === 'queue' && sight.seen(one));
  const last = rows.at(-1);
  if (last !== undefined && goneAt(last) === call.endedAt) {
    // A row that just vanishes does not show why: the contract's outcome is then `unknown`.
    if (sight.firstSeen(last, (state) => state === 'Abandoned') === null) return 'abandon-not-shown';
  }
  return isOpen(call, sight) ? 'end-after-last-poll' : null;
}
