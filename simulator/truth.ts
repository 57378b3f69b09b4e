import type { Customer } from './numbers.js';
import type { CallKind, HabitName } from './options.js';

/**
 * What really happened, with exact instants, and what of it a poll could have seen. The judge compares the bridge's events
 * with this and with nothing else.
 *
 * Guarantees: `calls` and `log` are only appended to (the oldest ended calls leave past `limit`); a call's `events`
 * begin with `call-started`, and end with `call-ended` once `outcome` is set. A call's record grows while it lives.
 */
export type TruthType =
  | 'call-started'
  | 'call-answered'
  | 'call-abandoned'
  | 'call-ended'
  | 'call-transferred'
  | 'call-offered'
  | 'call-offer-ended'
  | 'extension-registered'
  | 'extension-unregistered';

export type CallOutcome = 'answered' | 'abandoned' | 'no-answer';
export type OfferOutcome = 'answered' | 'answered-elsewhere' | 'not-answered' | 'caller-left';

export interface TruthEvent {
  readonly seq: number;
  /** Null for an extension's registration. */
  readonly callKey: string | null;
  readonly type: TruthType;
  readonly at: number;
  readonly extension?: string;
  readonly outcome?: CallOutcome | OfferOutcome;
  /** The sightings that show it have this `part`: an offer's leg, a transfer's new leg. */
  readonly part?: number;
}

/**
 * An interval in which a poll would have found this row, `from` inclusive, `to` exclusive: the row, not the leg. Where rows
 * trail (the habit `trail`), it begins after the leg and outlives it, and may begin after the call has ended.
 */
export interface Sighting {
  readonly endpoint: 'monitor' | 'queue';
  /** One leg, or one queue entry. A leg whose row was gone for a while, or passed to another call, has several sightings. */
  readonly part: number;
  /** The row's call id when it appeared. */
  readonly callId: string;
  /**
   * The ids that the row had afterwards, and since when (the habit `legIds`: `call-uuid`). All are in `upstreamIds`. `phantom`:
   * the leg's own id, which the row of an ended leg shows until it goes.
   */
  ids?: { at: number; callId: string; phantom?: true }[];
  /** What the leg is, where it is no ordinary offer or talk: see `LegRole`. */
  role?: LegRole;
  readonly extension?: string;
  readonly queueId?: string;
  /** Queue rows: the instants that identify the queue entry. */
  readonly joinedAt?: number;
  readonly rejoinedAt?: number | null;
  readonly from: number;
  to: number | null;
  /**
   * `unregistered`: the row went while the call went on. `resumed`: the queue row now belongs to another call. `joined`: the
   * leg of a consultation is a leg of the customer's call from now on, whose sighting of the same `part` begins here.
   */
  closedBy?: 'gone' | 'unregistered' | 'resumed' | 'joined';
  /** Queue rows: `abandoned_time`, null while it shows the sentinel or an older entry's; and each that it has shown. */
  abandonedAt?: number | null;
  /** Its values over time: that of a caller who hung up as the agent answered moves. */
  readonly abandonedTimes?: Shown<number | null>[];
  bridgedAt?: number | null;
  /** `call_state` or `status` over time; the first begins at `from`. */
  readonly states: { at: number; state: string | null }[];
  /** Every number that the row shows, whatever it stands for. */
  readonly numbers?: readonly string[];
  /** Legs: the word of direction in the row, where it is the leg's and differs from the call's. */
  readonly says?: CallTruth['direction'];
  /** Legs: who has the extension, as the row names them. An empty text is shown as such. */
  readonly who?: Who;
  /** Legs: `call_time` over time. Queue rows: `call_uuid`, and the agent that the row names. */
  readonly callTimes?: Shown<number>[];
  readonly callIds?: Shown<string>[];
  readonly agents?: Shown<Agent | null>[];
}

interface Who {
  readonly extensionId: string;
  readonly agentName: string;
  readonly userId: string;
}

interface Agent {
  readonly id: string;
  readonly name: string;
  /** Where the agent is; null: on a mobile. The row's name need not be one that the monitor shows. */
  readonly extension: string | null;
}

/** A value that a row shows from this instant on. */
interface Shown<Value> {
  readonly at: number;
  readonly value: Value;
}

/**
 * `picker`: picked up a call that rang elsewhere. `supervisor`: listens, whispers or barges. `void`: the agent's leg answered
 * and was never bridged with the caller.
 */
export type LegRole = 'picker' | 'supervisor' | 'void';

/** A transfer of an answered call, from the instant at which the transferor asked for it. */
export interface TransferTruth {
  readonly as: 'blind' | 'attended' | 'semi-attended' | 'queue' | 'barge';
  readonly from: string;
  /** Null: a queue's, before an agent answers. */
  to: string | null;
  readonly queueId?: string;
  /** Blind and queue: the transferor left. Attended and semi-attended: the consultation began. */
  readonly at: number;
  /** The instant at which the transferor's leg of the customer's call ended, null while it lives. */
  leftAt: number | null;
  /** The instant of `call-transferred`; null: it never came to that. */
  answeredAt: number | null;
  /** `silent`: the target did not answer. `given-up`: the caller left before. Null while it is open. */
  outcome: 'answered' | 'silent' | 'given-up' | null;
  /** Attended and semi-attended: the consultation's call. */
  readonly consultation?: string;
}

export interface CallTruth {
  readonly callKey: string;
  readonly kind: CallKind;
  readonly direction: 'inbound' | 'outbound' | 'local';
  /** The call that this caller abandoned before. */
  readonly linkedTo: string | null;
  /** Outbound: the abandoned call whose caller this call calls back. */
  callsBack?: string;
  /** Every id under which a row has shown this call. */
  readonly upstreamIds: string[];
  readonly customer: Customer | null;
  readonly hotline: string | null;
  /** In the order the caller went through them. */
  readonly queues: { readonly id: string; readonly name: string }[];
  readonly startedAt: number;
  endedAt: number | null;
  readonly events: TruthEvent[];
  readonly sightings: Sighting[];
  readonly transfers: TransferTruth[];
  outcome: CallOutcome | null;
  /** An agent's leg answered, and the caller was gone, or the leg, before the two were bridged: the outcome is `abandoned`. */
  neverBridged?: true;
  /** How far the PBX's clock was ahead when the call began (negative: behind); all its times are written by that clock. */
  readonly clockSkewMs: number;
  /** How much more since then, in millionths of the time that has passed. */
  readonly clockDriftPpm?: number;
  /** The habits that touched this call, in the order in which they did. */
  readonly habits: HabitName[];
}

type Detail = Pick<TruthEvent, 'extension' | 'outcome' | 'part'>;

export class Truth {
  readonly calls: CallTruth[] = [];
  readonly log: TruthEvent[] = [];
  #seq = 0;
  #keys = 0;
  #parts = 0;

  constructor(private readonly limit: number) {}

  /** How many calls there have ever been. */
  get count(): number {
    return this.#keys;
  }

  open(
    at: number,
    call: Pick<
      CallTruth,
      'kind' | 'direction' | 'linkedTo' | 'customer' | 'hotline' | 'clockSkewMs' | 'clockDriftPpm'
    >,
  ): CallTruth {
    const truth: CallTruth = {
      callKey: `call-${++this.#keys}`,
      ...call,
      upstreamIds: [],
      queues: [],
      startedAt: at,
      endedAt: null,
      events: [],
      sightings: [],
      transfers: [],
      outcome: null,
      habits: [],
    };
    this.calls.push(truth);
    this.#forget();
    this.record(truth, 'call-started', at);
    return truth;
  }

  record(call: CallTruth | null, type: TruthType, at: number, detail: Detail = {}): void {
    const event: TruthEvent = { seq: ++this.#seq, callKey: call?.callKey ?? null, type, at, ...detail };
    call?.events.push(event);
    this.log.push(event);
  }

  close(call: CallTruth, at: number, outcome: CallOutcome): void {
    if (outcome === 'abandoned') this.record(call, 'call-abandoned', at);
    call.outcome = outcome;
    call.endedAt = at;
    this.record(call, 'call-ended', at, { outcome });
  }

  nextPart(): number {
    return ++this.#parts;
  }

  appear(
    call: CallTruth,
    sighting: Omit<Sighting, 'to' | 'states' | 'closedBy'>,
    state: string | null,
  ): Sighting {
    const seen: Sighting = { ...sighting, to: null, states: [{ at: sighting.from, state }] };
    call.sightings.push(seen);
    if (seen.callId !== '' && !call.upstreamIds.includes(seen.callId)) call.upstreamIds.push(seen.callId);
    return seen;
  }

  change(sighting: Sighting, at: number, state: string | null): void {
    const last = sighting.states.at(-1);
    // No poll falls between two changes of one instant: only the latter can ever be seen.
    if (last?.at === at) last.state = state;
    else if (last?.state !== state) sighting.states.push({ at, state });
  }

  /** The row shows another value from now on; a value that it shows already changes nothing. */
  show<Value>(values: Shown<Value>[] | undefined, at: number, value: Value): void {
    if (values !== undefined && values.at(-1)?.value !== value) values.push({ at, value });
  }

  /** The row goes on under another call id. */
  rename(call: CallTruth, sighting: Sighting, at: number, callId: string, isPhantom: boolean): void {
    (sighting.ids ??= []).push({ at, callId, ...(isPhantom ? { phantom: true } : {}) });
    if (!call.upstreamIds.includes(callId)) call.upstreamIds.push(callId);
  }

  mark(call: CallTruth, habit: HabitName): void {
    if (!call.habits.includes(habit)) call.habits.push(habit);
  }

  vanish(sighting: Sighting, at: number, closedBy: NonNullable<Sighting['closedBy']>): void {
    sighting.to = at;
    sighting.closedBy = closedBy;
  }

  #forget(): void {
    // Many at once, because cutting an array's head costs its length.
    if (this.calls.length < this.limit * 1.25 + 100) return;
    const surplus = this.calls.length - this.limit;
    const head = this.calls.splice(0, surplus);
    this.calls.unshift(...head.filter(({ outcome }) => outcome === null));
    const oldest = head.findLast(({ endedAt }) => endedAt !== null)?.events.at(-1)?.seq ?? 0;
    const cut = this.log.findIndex(({ seq }) => seq > oldest);
    if (cut > 0) this.log.splice(0, cut);
  }
}
