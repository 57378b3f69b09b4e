import { type Absence, ASSUMED_DIRECTION, type Call, type TenantState } from '../../src/core/model/call.js';
import { leg, number, entry, T0 } from './history.js';

/**
 * The state in the golden files of formats 0 and 1, in the domain's words: a busy call centre after seven polls of a simulated PBX, with a
 * caller who waits, one whose call rings at two extensions, one who was answered, one who was transferred, one who
 * overflowed, a local call, two ended calls, and an ignored queue entry.
 *
 * A field that is renamed in the domain is renamed here, and the golden files do not change.
 */

/** When the poll at that second was requested, and when its answer was received. */
export const polled = (second: number) => ({ startedAt: T0 + second * 1_000 - 40, at: T0 + second * 1_000 });

const missing: Absence = {
  polls: 1,
  lastPresent: polled(4).startedAt,
  firstAbsent: polled(5).at,
  unlisted: true,
};

/** What formats before 2 do not have of a leg. */
const seenLong = { joined: 'shown', firstSeen: 0, since: { after: null, by: 0 }, waited: false } as const;

/** What they do not have of an entry that began then. */
const unchanged = (changedAt: number) => ({ rang: 'no', quiet: null, changedAt }) as const;

const agent = (extension: string) => `Trần Thị ${extension}`;

const legOf = (ext: string, callId: string, mobile: string, signal: 'ringing' | 'answered') =>
  leg({ ext, callId, customer: number(mobile), startedAt: T0 - 1_000, agentName: agent(ext), signal });

const participant = (extension: string, offerOpen: boolean) => ({
  extension,
  extensionId: `uuid-${extension}`,
  agentName: agent(extension),
  username: null,
  userId: null,
  offers: 1,
  offerOpen,
  elsewhere: false,
  ringingStopped: null,
});

const connected = (extension: string) => ({
  extension,
  extensionId: `uuid-${extension}`,
  agentName: agent(extension),
  username: `user-${extension}`,
  userId: null,
});

/** An inbound call that has been in the queue `sales` since the first poll. */
const inbound: Omit<Call, 'callId' | 'upstreamIds' | 'customer'> = {
  linkedCallIds: [],
  direction: 'inbound',
  hotline: null,
  queues: [{ id: 'sales', name: 'sales-name' }],
  legs: [],
  entry: null,
  pastEntries: [],
  participants: [],
  startedAt: T0,
  startedCertainty: 'upstream',
  pbxStartedAt: T0,
  answeredAt: null,
  answeredCertainty: null,
  connected: null,
  consultation: null,
  transfers: 0,
  lastLegs: [],
  baseline: true,
  pendingAbsence: false,
  observed: { earliest: null, latest: T0, certainty: 'upstream' },
};

const answered: Call = {
  ...inbound,
  callId: 'call-answered',
  upstreamIds: ['call-answered', 'leg-a'],
  customer: number('0914000003'),
  hotline: number('19001234'),
  legs: [
    { seen: legOf('109', 'leg-a', '0914000003', 'answered'), state: 'answered', ...seenLong, absence: null },
  ],
  entry: {
    seen: entry({
      mobile: '0914000003',
      callId: 'call-answered',
      status: 'answered',
      agentId: 'agent-109',
      agentName: agent('109'),
      bridgedAt: T0 + 2_000,
    }),
    answered: true,
    ...unchanged(T0),
    absence: null,
  },
  participants: [participant('109', false)],
  answeredAt: T0 + 2_000,
  answeredCertainty: 'upstream',
  connected: connected('109'),
  observed: { earliest: polled(1).startedAt, latest: polled(2).at, certainty: 'observed' },
};

const overflowed: Call = {
  ...inbound,
  callId: 'call-overflow',
  upstreamIds: ['call-overflow'],
  customer: number('0914000005'),
  queues: [
    { id: 'sales', name: 'sales-name' },
    { id: 'support', name: 'support-name' },
  ],
  entry: {
    seen: entry({
      mobile: '0914000005',
      queueId: 'support',
      joinedAt: T0 + 2_000,
      callId: 'call-overflow',
    }),
    answered: false,
    ...unchanged(T0 + 2_000),
    absence: { ...missing, unlisted: false, kind: 'vanished' },
  },
  pastEntries: [{ entryKey: `sales|0914000005|${T0}|0`, rowKey: `sales|0914000005|${T0}` }],
  pendingAbsence: true,
};

const ringing: Call = {
  ...inbound,
  callId: 'call-ringing',
  upstreamIds: ['call-ringing', 'leg-r7', 'leg-r8'],
  customer: number('0914000002'),
  hotline: number('19001234'),
  legs: [
    { seen: legOf('107', 'leg-r7', '0914000002', 'ringing'), state: 'ringing', ...seenLong, absence: null },
    {
      seen: legOf('108', 'leg-r8', '0914000002', 'ringing'),
      state: 'ringing',
      ...seenLong,
      absence: missing,
    },
  ],
  entry: {
    seen: entry({ mobile: '0914000002', callId: 'call-ringing', status: 'trying' }),
    answered: false,
    ...unchanged(T0),
    absence: null,
  },
  participants: [participant('107', true), participant('108', true)],
  baseline: false,
  pendingAbsence: true,
  observed: { earliest: polled(1).startedAt, latest: polled(2).at, certainty: 'observed' },
};

const waiting: Call = {
  ...inbound,
  callId: 'call-waiting',
  upstreamIds: ['call-waiting'],
  customer: number('0914000001'),
  entry: {
    seen: entry({ mobile: '0914000001', callId: 'call-waiting' }),
    answered: false,
    ...unchanged(T0),
    absence: null,
  },
};

const local: Call = {
  ...inbound,
  callId: 'leg-local',
  upstreamIds: ['leg-local'],
  direction: 'local',
  customer: null,
  queues: [],
  legs: [
    {
      seen: leg({
        ext: '130',
        callId: 'leg-local',
        direction: 'local',
        role: 'caller',
        peer: '131',
        customer: null,
        hotline: null,
      }),
      state: 'ringing',
      ...seenLong,
      absence: missing,
    },
  ],
  participants: [{ ...participant('130', false), agentName: 'agent-130', offers: 0 }],
  startedCertainty: 'observed',
  pbxStartedAt: null,
  pendingAbsence: true,
  observed: { earliest: null, latest: T0, certainty: 'observed' },
};

const transferred: Call = {
  ...inbound,
  callId: 'leg-x1',
  upstreamIds: ['leg-x1'],
  customer: number('0914000006'),
  hotline: number('19001234'),
  queues: [],
  legs: [
    { seen: legOf('111', 'leg-x1', '0914000006', 'answered'), state: 'answered', ...seenLong, absence: null },
  ],
  participants: [participant('110', false), participant('111', false)],
  startedAt: T0 - 1_000,
  pbxStartedAt: T0 - 1_000,
  answeredAt: T0 + 2_000,
  answeredCertainty: 'observed',
  connected: connected('111'),
  transfers: 1,
  baseline: false,
  observed: { earliest: polled(3).startedAt, latest: polled(4).at, certainty: 'observed' },
};

export const GOLDEN_STATE_1: TenantState = {
  sources: {
    monitor: {
      status: 'up',
      since: null,
      lastComplete: polled(5),
      failures: 0,
      failingSince: null,
      lastError: null,
      incomplete: null,
      clock: [],
    },
    queue: {
      status: 'up',
      since: null,
      lastComplete: polled(5),
      failures: 1,
      failingSince: T0 + 6_000,
      lastError: 'no answer within 5000 ms',
      incomplete: null,
      clock: [],
    },
  },
  calls: new Map(
    [answered, overflowed, ringing, waiting, local, transferred].map((call) => [call.callId, call]),
  ),
  ended: new Map(
    [
      {
        callId: 'call-abandoned',
        upstreamIds: ['call-abandoned'],
        entries: [`sales|0914000004|${T0}|0`],
        rows: [`sales|0914000004|${T0}`],
        endedAt: T0 + 3_000,
      },
      {
        callId: 'leg-gone',
        upstreamIds: ['leg-gone'],
        entries: [],
        rows: [],
        endedAt: T0 + 3_000,
        legsOnly: { customer: '+84914000007', startedAt: T0 - 1_000 },
      },
    ].map((call) => [call.callId, call]),
  ),
  ignoredEntries: new Set([`sales|0914000009|${T0 - 900_000}|0`]),
  listsIdle: true,
  created: new Map(),
  agents: new Map(),
  hotlines: new Map(),
  direction: ASSUMED_DIRECTION,
  registrations: new Map(
    [
      {
        extension: '107',
        extensionId: 'uuid-107',
        registered: true,
        since: T0,
        checked: polled(2),
      },
      { extension: '108', extensionId: null, registered: false, since: T0, checked: polled(0) },
    ].map((known) => [known.extension, known]),
  ),
};
