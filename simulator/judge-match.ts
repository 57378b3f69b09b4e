import { TRUSTED_SKEW_MS } from './judge-clock.js';
import { instant, type JudgedEvent } from './judge-report.js';
import type { CallTruth, Sighting } from './truth.js';

const SECOND = 1000;
/** The times of a clock that is off are corrected as exactly as polls can: `docs/judge.md`. */
const CORRECTED_WITHIN_MS = 5 * SECOND;

/**
 * Finds the call of the truth that an event is about: by the upstream ids it carries, and, for a row to which the PBX gave
 * no id, by queue, number and the instant of joining (`docs/upstream.md`: the identity that never changes).
 */
export class TruthIndex {
  readonly #byKey = new Map<string, CallTruth>();
  readonly #byId = new Map<string, CallTruth>();
  readonly #byQueueEntry = new Map<string, { readonly call: CallTruth; readonly sighting: Sighting }[]>();
  readonly #byCustomer = new Map<string, CallTruth[]>();
  readonly #byConsultation = new Map<string, CallTruth>();
  readonly #after = new Map<string, CallTruth[]>();
  readonly #stated = new Map<string, CallTruth>();
  readonly #callIds = new Map<CallTruth, string[]>();
  readonly #events = new Map<string, readonly JudgedEvent[]>();
  readonly #begun = new Map<string, number>();
  readonly #ended = new Map<string, number>();

  /**
   * @param clockKnownAt since when polls show how far off the PBX's clock is
   * @param clockAheadAt since when they show that it is ahead by more than is trusted
   */
  constructor(
    readonly truth: readonly CallTruth[],
    readonly clockKnownAt = Infinity,
    readonly clockAheadAt = Infinity,
  ) {
    for (const call of truth) {
      this.#byKey.set(call.callKey, call);
      if (call.linkedTo !== null) append(this.#after, call.linkedTo, call);
      for (const id of call.upstreamIds) this.#byId.set(id, call);
      for (const { consultation } of call.transfers)
        if (consultation !== undefined) this.#byConsultation.set(consultation, call);
      for (const sighting of call.sightings) {
        if (sighting.endpoint !== 'queue') continue;
        append(this.#byQueueEntry, `${sighting.queueId}|${call.customer?.queueRaw ?? ''}`, {
          call,
          sighting,
        });
      }
      if (call.customer !== null) append(this.#byCustomer, keyOf(call), call);
    }
  }

  callOf(event: JudgedEvent): CallTruth | null {
    const { callId, upstreamIds, queue, customer, startedAt } = event.data;
    for (const id of [callId.replace(/~\d+$/, ''), ...upstreamIds]) {
      const call = this.#byId.get(id);
      if (call !== undefined) return call;
    }
    if (queue === null) return null;
    const started = Date.parse(startedAt);
    const rows = this.#byQueueEntry.get(`${queue.id}|${customer?.raw ?? ''}`) ?? [];
    // As the row shows it only where nothing has shown yet that the clock is off.
    return nearestTo(started, rows, () => 0) ?? nearestTo(started, rows, ({ clockSkewMs }) => clockSkewMs);
  }

  byKey(callKey: string): CallTruth | null {
    return this.#byKey.get(callKey) ?? null;
  }

  /** The call whose caller was transferred, or was to be, by this consultation. */
  consultedFor({ callKey }: CallTruth): CallTruth | null {
    return this.#byConsultation.get(callKey) ?? null;
  }

  byUpstreamId(id: string): CallTruth | null {
    return this.#byId.get(id) ?? null;
  }

  /** Remembers which call was emitted under a `callId`, by which events, and when its end was committed. */
  remember(callId: string, call: CallTruth, events: readonly JudgedEvent[], ended: number): void {
    this.#stated.set(callId, call);
    this.#events.set(callId, events);
    this.#begun.set(callId, instant(events[0]!.recordedtime));
    this.#ended.set(callId, ended);
    this.#callIds.set(call, [...this.toldOf(call), callId]);
  }

  toldAs(callId: string): CallTruth | null {
    return this.#stated.get(callId) ?? null;
  }

  /** The hotline that had been emitted of it by then. */
  toldHotline(callId: string, by: number): string | null {
    const last = (this.#events.get(callId) ?? []).findLast(({ recordedtime }) => instant(recordedtime) <= by);
    return last?.data.hotline?.raw ?? null;
  }

  /** When the later one of two that were emitted was begun. */
  bothBegunAt(callId: string, other: string): number {
    return Math.max(this.#begun.get(callId) ?? -Infinity, this.#begun.get(other) ?? -Infinity);
  }

  /** Whether one of two that were emitted had ended when the other was begun. */
  wereApart(callId: string, other: string): boolean {
    const ended = [callId, other].map((one) => this.#ended.get(one) ?? Infinity);
    return Math.min(...ended) < this.bothBegunAt(callId, other);
  }

  /** The `callId`s under which a call was emitted. */
  toldOf(call: CallTruth): readonly string[] {
    return this.#callIds.get(call) ?? [];
  }

  /** The queue rows of the caller's later calls: those that show how an earlier one ended. */
  rowsAfter({ callKey }: CallTruth): Sighting[] {
    const later = this.#after.get(callKey) ?? [];
    return later.flatMap(({ sightings }) => sightings.filter(({ endpoint }) => endpoint === 'queue'));
  }

  /** The same caller again, or two of one number whom the rows cannot distinguish. A withheld number distinguishes no callers. */
  areRelated(a: CallTruth, b: CallTruth): boolean {
    const [first, second] = a.startedAt <= b.startedAt ? [a, b] : [b, a];
    for (let call: CallTruth | null = second; call !== null;) {
      if (call === first) return true;
      call = call.linkedTo === null ? null : this.byKey(call.linkedTo);
    }
    return (a.customer?.e164 ?? a.customer?.line ?? null) !== null && areAlike(a, b);
  }

  /** Whether another caller of the number, or who withholds it too, was in a queue at the same time; `at`: then. */
  hasRival(call: CallTruth, at: number | null = null): boolean {
    if (call.customer === null) return false;
    const isInQueue = ({ endpoint, from, to }: Sighting): boolean =>
      endpoint === 'queue' && (at === null || (from <= at && (to ?? Infinity) > at));
    return (this.#byCustomer.get(keyOf(call)) ?? []).some(
      (other) => areOfOneNumber(call, other) && other.sightings.some(isInQueue),
    );
  }

  /** The contract's ambiguous case, in which two rows remain two calls: another call alive at the same time looks the same. */
  isAmbiguous(call: CallTruth): boolean {
    if (call.customer === null) return false;
    return (this.#byCustomer.get(keyOf(call)) ?? []).some((other) => areAlike(call, other));
  }
}

/** Two callers who withhold their number may have joined within a second of each other: the nearest to `started` counts. */
function nearestTo(
  started: number,
  rows: readonly { readonly call: CallTruth; readonly sighting: Sighting }[],
  shift: (call: CallTruth) => number,
): CallTruth | null {
  let nearest: { readonly call: CallTruth; readonly off: number } | null = null;
  for (const { call, sighting } of rows) {
    const off = Math.abs(started - (sighting.rejoinedAt ?? sighting.joinedAt ?? 0) - shift(call));
    const isCorrected = Math.abs(call.clockSkewMs) > TRUSTED_SKEW_MS;
    if (off > (isCorrected ? CORRECTED_WITHIN_MS : SECOND)) continue;
    if (nearest === null || off < nearest.off) nearest = { call, off };
  }
  return nearest?.call ?? null;
}

/** One number, or both withheld, and one hotline, at the same time. */
function areAlike(a: CallTruth, b: CallTruth): boolean {
  return a.hotline === b.hotline && areOfOneNumber(a, b);
}

/** One number, or both withheld, at the same time. `until`: for how long each counts as alive. */
export function areOfOneNumber(
  a: CallTruth,
  b: CallTruth,
  until: (call: CallTruth) => number = lastSeen,
): boolean {
  if (a === b || a.direction !== b.direction || !haveOneNumber(a, b)) return false;
  return a.startedAt <= until(b) && b.startedAt <= until(a);
}

export function haveOneNumber(a: CallTruth, b: CallTruth): boolean {
  return a.customer !== null && b.customer !== null && keyOf(a) === keyOf(b);
}

function keyOf({ customer }: CallTruth): string {
  return customer?.e164 ?? customer?.line ?? customer?.raw ?? '';
}

function lastSeen({ sightings, startedAt }: CallTruth): number {
  return Math.max(...sightings.map(({ to }) => to ?? Infinity), startedAt);
}

function append<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}
