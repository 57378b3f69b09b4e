import { TenantCalls } from '../../src/core/index/tenant-calls.js';
import { DEFAULT_POLICY, EMPTY_STATE, type Policy } from '../../src/core/model/call.js';
import type { Transition } from '../../src/core/model/event.js';
import type {
  MonitorObservation,
  ObservedLeg,
  ObservedQueueEntry,
  Observations,
  PhoneNumber,
  QueueObservation,
  RegistrationAnswer,
} from '../../src/core/model/observation.js';
import { decide } from '../../src/core/reconcile.js';
import { decode, encodeWhole } from '../../src/store/stored/codec.js';

/** 2026-03-02T03:00:00.000Z, which is ten in the morning in Vietnam. */
export const T0 = Date.UTC(2026, 2, 2, 3);

export function number(raw: string): PhoneNumber {
  const mobile = /^0\d{9}$/.test(raw);
  return { raw, e164: mobile ? `+84${raw.slice(1)}` : null, national: mobile ? raw : null };
}

/** Makes a ringing inbound leg of extension 107, with the given fields in place of its own. */
export function leg(given: Partial<ObservedLeg> & { readonly ext?: string } = {}): ObservedLeg {
  const { ext, ...fields } = given;
  const extension = ext ?? given.extension ?? '107';
  const callId = given.callId ?? 'leg-1';
  const direction = given.direction ?? 'inbound';
  return {
    key: `${extension}|${callId}`,
    callId,
    extension,
    extensionId: `uuid-${extension}`,
    agentName: `agent-${extension}`,
    username: `user-${extension}`,
    userId: null,
    signal: 'ringing',
    direction,
    role: direction === 'outbound' ? 'caller' : 'callee',
    customer: number('0914237383'),
    hotline: number('19001234'),
    peer: null,
    startedAt: null,
    ...fields,
  };
}

/** Makes the entry of a caller who waits in the queue `sales` since T0, with the given fields in place of its own. */
export function entry(
  given: Partial<ObservedQueueEntry> & { readonly mobile?: string } = {},
): ObservedQueueEntry {
  const { mobile = '0914237383', ...fields } = given;
  const queueId = given.queueId ?? 'sales';
  const joinedAt = given.joinedAt ?? T0;
  const rowKey = `${queueId}|${mobile}|${joinedAt}`;
  return {
    rowKey,
    entryKey: `${rowKey}|${given.rejoinedAt ?? 0}`,
    queueId,
    queueName: `${queueId}-name`,
    agentId: null,
    agentName: null,
    customer: number(mobile),
    status: 'waiting',
    joinedAt,
    rejoinedAt: null,
    bridgedAt: null,
    abandonedAt: null,
    callId: 'queue-call-1',
    fallbackId: `q-${rowKey}`,
    ...fields,
  };
}

interface Failure {
  readonly failed: string;
  /** Seconds after the poll until which the PBX asks not to be polled. */
  readonly heldFor?: number;
}
interface Incomplete<Row> {
  readonly partial: readonly Row[];
  /** The ids of rows that cannot be read. Without them, the answer lacks rows. */
  readonly unreadable?: readonly string[];
}
type Rows<Row> = readonly Row[] | Failure | Incomplete<Row>;

export interface Poll {
  /** Seconds since T0. By default, one second after the last poll. */
  readonly at?: number;
  readonly legs?: Rows<ObservedLeg> | 'not asked';
  readonly entries?: Rows<ObservedQueueEntry> | 'not asked';
  readonly idle?: readonly string[];
  /** The answers about the registration of extensions, by number or uuid. */
  readonly registered?: Readonly<Record<string, boolean | 'not found'>>;
}

/**
 * Decides one poll after the other and keeps the transitions. An endpoint that a poll does not name answers with no rows.
 */
export class History {
  state = new TenantCalls(EMPTY_STATE);
  readonly transitions: Transition[] = [];
  confirm = false;
  readonly #policy: Policy;
  #at = T0 - 1000;

  constructor(policy: Partial<Policy> = {}) {
    this.#policy = { ...DEFAULT_POLICY, ...policy };
  }

  /** Decides a poll and returns its transitions. */
  poll(poll: Poll = {}): Transition[] {
    this.#at = poll.at === undefined ? this.#at + 1000 : T0 + poll.at * 1000;
    const { transitions, confirm } = decide(this.state, observations(poll, this.#at), this.#policy);
    this.confirm = confirm;
    this.transitions.push(...transitions);
    return [...transitions];
  }

  /** Goes on from the state as it is stored. */
  restart(): void {
    this.state = new TenantCalls(decode('acme', encodeWhole(this.state)));
  }

  /** Decides a poll and returns summaries of its transitions: `call-offered 107`, `call-ended answered`. */
  emitted(poll: Poll = {}): string[] {
    return this.poll(poll).map(summaryOf);
  }
}

export function summaryOf(transition: Transition): string {
  const { type, data } = transition;
  if ('offer' in data && data.offer !== undefined) {
    return [type, data.offer.extension, data.offer.outcome].filter((word) => word !== null).join(' ');
  }
  if (type === 'call-ended') return `${type} ${data.outcome}`;
  if (type === 'call-transferred') return `${type} ${data.agent?.extension}`;
  return type;
}

export function observations(poll: Poll, at: number): Observations {
  const startedAt = at - 40;
  return {
    ...(poll.legs === 'not asked' ? {} : { monitor: monitor(poll, startedAt, at) }),
    ...(poll.entries === 'not asked' ? {} : { queue: queue(poll, startedAt, at) }),
    ...(poll.registered === undefined ? {} : { registrations: registrations(poll, startedAt, at) }),
  };
}

function monitor(poll: Poll, startedAt: number, at: number): MonitorObservation {
  const legs = poll.legs as Rows<ObservedLeg> | undefined;
  const base = { endpoint: 'monitor', startedAt, at } as const;
  if (isFailure(legs)) return { ...base, ...failure(legs, at) };
  const rows = new Map(list(legs).map((row) => [row.key, row]));
  return { ...base, ...outcome(legs), rows, idleExtensions: new Set(poll.idle ?? []) };
}

function queue(poll: Poll, startedAt: number, at: number): QueueObservation {
  const entries = poll.entries as Rows<ObservedQueueEntry> | undefined;
  const base = { endpoint: 'queue', startedAt, at } as const;
  if (isFailure(entries)) return { ...base, ...failure(entries, at) };
  return { ...base, ...outcome(entries), rows: new Map(list(entries).map((row) => [row.entryKey, row])) };
}

function registrations(poll: Poll, startedAt: number, at: number): RegistrationAnswer[] {
  return Object.entries(poll.registered ?? {}).map(([id, is]) => {
    const base = { id, startedAt, at };
    if (is === 'not found') return { ...base, outcome: 'not-found' };
    return { ...base, outcome: 'found', extension: id.replace('uuid-', ''), registered: is };
  });
}

function isFailure(rows: unknown): rows is Failure {
  return typeof rows === 'object' && rows !== null && 'failed' in rows;
}

function failure({ failed, heldFor }: Failure, at: number) {
  const held = heldFor === undefined ? {} : { heldUntil: at + heldFor * 1000 };
  return { outcome: 'failed', reason: failed, ...held } as const;
}

function list<Row>(rows: Exclude<Rows<Row>, Failure> | undefined): readonly Row[] {
  return rows === undefined ? [] : 'partial' in rows ? rows.partial : rows;
}

function outcome(rows: Exclude<Rows<unknown>, Failure> | undefined) {
  if (rows === undefined || !('partial' in rows)) return { outcome: 'complete', reason: null } as const;
  return rows.unreadable === undefined
    ? ({ outcome: 'partial', reason: 'total above the number of rows' } as const)
    : ({ outcome: 'partial', reason: 'bad rows', unreadable: new Set(rows.unreadable) } as const);
}
