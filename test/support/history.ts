import { TenantCalls } from '../../src/core/index/tenant-calls.js';
import {
  DEFAULT_POLICY,
  EMPTY_STATE,
  type Policy,
  type TenantState,
  type Leg,
} from '../../src/core/model/call.js';
import type { Transition } from '../../src/core/model/event.js';
import type {
  ExtensionOwner,
  LegsReading,
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

/** Whose an extension is, as every row of it shows. */
function ownerOf(extension: string): ExtensionOwner {
  const [agentName, username] = [`agent-${extension}`, `user-${extension}`];
  return { extensionId: `uuid-${extension}`, agentName, username, userId: null };
}

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
    ...ownerOf(extension),
    signal: 'ringing',
    direction,
    role: direction === 'outbound' ? 'caller' : 'callee',
    customer: number('0914237383'),
    hotline: number('19001234'),
    peer: null,
    dialled: null,
    ringWait: false,
    ownCustomer: false,
    startedAt: null,
    ...fields,
  };
}

/**
 * Makes an inbound call's leg as a PBX lists it that lists the leg's direction: `outbound`, and how it reads if that is the
 * leg's. `destination` is its row's.
 */
export function placedLeg(
  given: Parameters<typeof leg>[0] = {},
  destination: LegsReading['destination'] = 'own',
): ObservedLeg {
  const inbound = leg({ hotline: null, ...given });
  return {
    ...inbound,
    direction: 'outbound',
    role: 'caller',
    asLeg: { leg: inbound, destination, placed: false },
  };
}

/** Makes the part of a call that is such a leg, as the poll that first showed it knew it. */
export function legPart(given: Partial<Leg> = {}): Leg {
  const firstSeen = T0;
  return {
    seen: leg(),
    state: 'ringing',
    joined: 'shown',
    firstSeen,
    since: { after: null, by: firstSeen },
    waited: false,
    absence: null,
    ...given,
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
  const entryKey = `${rowKey}|${given.rejoinedAt ?? 0}`;
  const callId = given.callId === undefined ? 'queue-call-1' : given.callId;
  return {
    key: `${entryKey}|${callId ?? `@${given.abandonedAt ?? 0}`}`,
    rowKey,
    entryKey,
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
    callId,
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
  state: TenantCalls;
  readonly transitions: Transition[] = [];
  confirm = false;
  readonly #policy: Policy;
  #at = T0 - 1000;

  /** @param before what is known from before, as after a restart */
  constructor(policy: Partial<Policy> = {}, before: TenantState = EMPTY_STATE) {
    this.state = new TenantCalls(before);
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
  const idleExtensions = new Map((poll.idle ?? []).map((extension) => [extension, ownerOf(extension)]));
  return { ...base, ...outcome(legs), rows, idleExtensions };
}

function queue(poll: Poll, startedAt: number, at: number): QueueObservation {
  const entries = poll.entries as Rows<ObservedQueueEntry> | undefined;
  const base = { endpoint: 'queue', startedAt, at } as const;
  if (isFailure(entries)) return { ...base, ...failure(entries, at) };
  return { ...base, ...outcome(entries), rows: new Map(list(entries).map((row) => [row.key, row])) };
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
