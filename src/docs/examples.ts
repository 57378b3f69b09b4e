import { Desk } from '../core/desk.js';
import { DEFAULT_DESK_RULES } from '../core/desk-rules.js';
import { EMPTY_DESK } from '../core/desk-state.js';
import { TenantCalls } from '../core/index/tenant-calls.js';
import { DEFAULT_POLICY, EMPTY_STATE, type TenantState } from '../core/model/call.js';
import { formatCursor } from '../core/model/position.js';
import {
  type BridgeEvent,
  EVENT_TYPES,
  type EventType,
  rfc3339OrNull,
  toEvents,
  type Transition,
} from '../core/model/event.js';
import {
  ENDPOINTS,
  type LegSignal,
  type ObservedLeg,
  type ObservedQueueEntry,
  type PhoneNumber,
} from '../core/model/observation.js';
import { audienceOf } from '../deliver/access/audience.js';
import { HeldQueues } from '../deliver/log/held-queues.js';
import { decide } from '../core/reconcile.js';
import { type DayExamples, ExampleDay } from './day-examples.js';
import { deskTransitions } from './desk-examples.js';
import { callView } from '../core/life/view.js';
import { answersTo, webhookRequest } from '../core/requests.js';
import { skewOf } from '../core/parts/pbx-clock.js';

/**
 * The examples in the documents. The two of registrations (`registration` below) and those of the desk
 * (`desk-examples.ts`) are typed by hand: the others come from a small history and two requests that go through the core, so
 * that they are what the bridge emits, and change with it.
 *
 * One caller waits in a queue, two extensions ring, one answers and transfers the call; another caller hangs up; then the
 * PBX is away for a moment, and then sends incomplete lists.
 */
export interface Examples extends DayExamples {
  /** The first of each type. */
  readonly events: Readonly<Record<EventType, BridgeEvent>>;
  /** Taken while the first caller is being answered. */
  readonly snapshot: {
    readonly cursor: string;
    readonly calls: readonly object[];
    readonly queues: readonly object[];
    readonly sources: readonly object[];
  };
}

const TENANT = 'acme';
const EPOCH = 'mm8x4r3k-9f41c0de';
/** 10:00 in Vietnam. */
const START = Date.UTC(2026, 2, 2, 3);
const COMMIT_MS = 9;

const HOTLINE: PhoneNumber = { raw: '19001234', e164: null, national: null };
const CUSTOMER: PhoneNumber = { raw: '0914237383', e164: '+84914237383', national: '0914 237 383' };
const OTHER: PhoneNumber = { raw: '0987654321', e164: '+84987654321', national: '0987 654 321' };
const SALES = { id: '5d7a3b1c-sales', name: 'Sales' };
const IMPATIENT = '77e2b8d4-a90c';
const NAMES: Readonly<Record<string, string>> = { '107': 'Lan', '108': 'Minh', '112': 'Hoa' };

export function buildExamples(): Examples {
  const events: BridgeEvent[] = [];
  const known = new TenantCalls(EMPTY_STATE);
  const day = new ExampleDay(TENANT);
  let snapshot: Examples['snapshot'] | null = null;
  const append = (transitions: readonly Transition[], at: number) => {
    const stamp = { tenant: TENANT, epoch: EPOCH, sequence: events.length, recordedAt: at + COMMIT_MS };
    events.push(...toEvents(transitions, stamp));
  };
  for (const [seconds, poll] of POLLS) {
    const at = START + seconds * 1_000;
    const before = known.sources;
    const decision = decide(known, observations(poll, at), DEFAULT_POLICY);
    append(decision.transitions, at);
    day.follow(decision, before, known, at);
    if (snapshot === null && events.some(({ type }) => type === 'call-answered')) {
      snapshot = snapshotOf(known, events.length);
    }
  }
  append([registration(true), registration(false)], START + 60_000);
  append(webhook(), START + 600_000);
  append(
    deskTransitions({ queue: SALES, customer: OTHER, callId: IMPATIENT, missedAt: START + 620_000 }),
    START + 920_000,
  );
  return {
    events: Object.fromEntries(
      EVENT_TYPES.map((type) => [type, found(events.find((event) => event.type === type))]),
    ) as Record<EventType, BridgeEvent>,
    snapshot: found(snapshot),
    ...day.shown(START + 1_000_000),
  };
}

/** A poll of both endpoints. */
interface Poll {
  /** Null: the monitor did not answer. */
  readonly legs?: readonly ObservedLeg[] | null;
  /** The monitor's list is short. */
  readonly isShort?: boolean;
  readonly entries?: readonly ObservedQueueEntry[];
}

const POLLS: readonly (readonly [seconds: number, Poll])[] = [
  [0, {}],
  [1, { entries: [entry('waiting')] }],
  [3, { entries: [entry('trying')], legs: [leg('107', 'ringing'), leg('108', 'ringing')] }],
  [8, { entries: [entry('answered')], legs: [leg('107', 'answered')] }],
  [9, { entries: [entry('answered')], legs: [leg('107', 'answered')] }],
  [40, { entries: [entry('answered')], legs: [leg('112', 'answered')] }],
  [41, { entries: [entry('answered')], legs: [leg('112', 'answered')] }],
  [95, { entries: [impatient('waiting')] }],
  [96, { entries: [impatient('abandoned')] }],
  [97, { entries: [impatient('abandoned')] }],
  [110, { legs: null }],
  [111, { legs: null }],
  [112, { legs: null }],
  [131, {}],
  [140, { isShort: true }],
  [141, { isShort: true }],
  [142, { isShort: true }],
];

function leg(extension: string, signal: LegSignal): ObservedLeg {
  const callId = `8f1c0d52-${extension}`;
  return {
    key: `${extension}|${callId}`,
    callId,
    extension,
    extensionId: `c41e77a0-${extension}`,
    agentName: NAMES[extension] ?? null,
    username: NAMES[extension]?.toLowerCase() ?? null,
    userId: null,
    signal,
    direction: 'inbound',
    role: 'callee',
    customer: CUSTOMER,
    hotline: HOTLINE,
    peer: null,
    dialled: null,
    ringWait: false,
    ownCustomer: false,
    startedAt: null,
  };
}

function entry(status: ObservedQueueEntry['status']): ObservedQueueEntry {
  const bridged = status === 'answered';
  return {
    ...queueEntry('0c5a9e3e-4be1', CUSTOMER, START + 400, status),
    ...(bridged ? { agentName: NAMES['107']!, agentId: 'd0f2-lan', bridgedAt: START + 7_200 } : {}),
  };
}

function impatient(status: ObservedQueueEntry['status']): ObservedQueueEntry {
  const abandonedAt = status === 'abandoned' ? START + 95_600 : null;
  return { ...queueEntry(IMPATIENT, OTHER, START + 94_300, status), abandonedAt };
}

function queueEntry(
  callId: string,
  customer: PhoneNumber,
  joinedAt: number,
  status: ObservedQueueEntry['status'],
): ObservedQueueEntry {
  const rowKey = `sales|${customer.raw}|${joinedAt}`;
  const entryKey = `${rowKey}|0`;
  return {
    key: `${entryKey}|${callId}`,
    rowKey,
    entryKey,
    queueId: SALES.id,
    queueName: SALES.name,
    agentId: null,
    agentName: null,
    customer,
    status,
    joinedAt,
    rejoinedAt: null,
    bridgedAt: null,
    abandonedAt: null,
    callId,
    fallbackId: callId,
  };
}

function observations({ legs = [], isShort = false, entries = [] }: Poll, at: number) {
  const times = { startedAt: at - 40, at };
  return {
    monitor:
      legs === null
        ? ({ endpoint: 'monitor', ...times, outcome: 'failed', reason: 'no answer within 5000 ms' } as const)
        : ({
            endpoint: 'monitor',
            ...times,
            outcome: isShort ? 'partial' : 'complete',
            reason: isShort ? '10 of 25 rows came' : null,
            rows: new Map(legs.map((row) => [row.key, row])),
            idleExtensions: new Map(),
          } as const),
    queue: {
      endpoint: 'queue',
      ...times,
      outcome: 'complete',
      reason: null,
      rows: new Map(entries.map((row) => [row.entryKey, row])),
    } as const,
  };
}

function registration(registered: boolean): Transition {
  const at = START + (registered ? 30_000 : 60_000);
  return {
    type: registered ? 'extension-registered' : 'extension-unregistered',
    subject: '107',
    discriminator: String(at),
    time: at,
    data: {
      extension: '107',
      registered,
      observed: {
        earliest: rfc3339OrNull(at - 30_000),
        latest: new Date(at).toISOString(),
        certainty: 'observed',
      },
    },
  };
}

/** A webhook endpoint fails for more than five minutes. */
function webhook(): readonly Transition[] {
  const since = START + 200_000;
  const reason = 'no answer within 15000 ms';
  const asked = [
    webhookRequest('webhook-failing', { endpoint: 'crm', since, at: since + 300_400, reason, waiting: 41 }),
    webhookRequest('webhook-recovered', { endpoint: 'crm', since, at: since + 391_700, reason, waiting: 52 }),
  ];
  const desk = new Desk(EMPTY_DESK, DEFAULT_DESK_RULES);
  const waiting = asked.map((request) => ({ id: request.id, request }));
  return answersTo(waiting, desk, since + 391_700).transitions;
}

function snapshotOf(state: TenantState, sequence: number): Examples['snapshot'] {
  const clockSkewMs = skewOf(state.sources);
  return {
    cursor: formatCursor({ epoch: EPOCH, sequence }),
    calls: [...state.calls.values()].map((call) => ({ tenant: TENANT, ...callView(call, clockSkewMs) })),
    queues: queuesOf(state),
    sources: ENDPOINTS.map((endpoint) => {
      const { status, lastComplete, lastError } = state.sources[endpoint];
      return {
        endpoint,
        state: status,
        lastCompleteAt: rfc3339OrNull(lastComplete?.at ?? null),
        lastError,
        clockSkewMs,
      };
    }),
  };
}

function queuesOf(state: TenantState): readonly object[] {
  const queues = new HeldQueues();
  queues.replacePlaces(state);
  const everything = audienceOf({ tenant: TENANT, expiresAt: Infinity }, {});
  return JSON.parse(queues.json(everything)) as readonly object[];
}

function found<T>(example: T | null | undefined): T {
  if (example === null || example === undefined) throw new Error('the example history lacks something');
  return example;
}
