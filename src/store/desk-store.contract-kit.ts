import type { Callback } from '../core/callbacks/callback.js';
import type { EndedCallRecord, HistoryTerms } from '../core/day/ended-call-record.js';
import type { CallStory, KnownTime } from '../core/day/story.js';
import type { Tally } from '../core/day/tally.js';
import { type DeskDelta, NO_DESK_CHANGE } from '../core/desk-state.js';
import { rfc3339 } from '../core/model/event.js';
import type { KnownQueue } from '../core/queues/known-queue.js';

/** What the tests of the desk's store are written with. */

/** Within every retention: stores measure ages by clocks that are not the tests'. */
export const NOON = Date.now() - 60_000;
export const TODAY = new Date(NOON).toISOString().slice(0, 10);
/** Long past every retention. */
export const LONG_AGO = '2001-02-03';

export function deskDelta(changes: Partial<DeskDelta>): DeskDelta {
  return { ...NO_DESK_CHANGE, ...changes };
}

export function aCallback(id: string, more: Partial<Callback> = {}): Callback {
  return {
    id,
    line: '+84905111222',
    customer: { raw: '0905111222', e164: '+84905111222', national: '0905111222' },
    parts: [
      {
        queue: { id: '9', name: 'Bán hàng' },
        missed: 2,
        firstAt: NOON - 90_000,
        lastAt: NOON,
        longestWaitMs: 31_000,
        callIds: ['call-1', 'call-2'],
        probable: false,
        afterHours: false,
      },
      {
        queue: null,
        missed: 1,
        firstAt: NOON,
        lastAt: NOON,
        longestWaitMs: null,
        callIds: ['call-3'],
        probable: true,
        afterHours: true,
      },
    ],
    tried: 1,
    deeds: [
      { what: 'missed', at: NOON, by: null },
      { what: 'dismissed', at: NOON + 1, by: 'lan' },
    ],
    events: 3,
    claim: { by: 'lan', until: NOON + 600_000 },
    done: { reason: 'dismissed', at: NOON + 1, probable: false, callId: null, by: 'lan', why: 'not-needed' },
    ...more,
  };
}

export function aStory(callId: string): CallStory {
  return {
    callId,
    started: { ...known(NOON - 60_000), certainty: 'upstream' },
    visits: [
      {
        queue: { id: '9', name: 'Bán hàng' },
        key: 'visit-1',
        joined: known(NOON - 60_000),
        left: { ...known(NOON - 30_000), earliest: null, certainty: 'inferred' },
        how: 'answered',
      },
      { queue: { id: '8', name: 'Kho' }, key: 'visit-2', joined: known(NOON), left: null, how: null },
    ],
    segments: [
      { extension: '101', agentName: 'Lan', placed: true, from: known(NOON - 30_000), to: known(NOON) },
      { extension: '102', agentName: null, placed: false, from: known(NOON), to: null },
    ],
    offers: [{ extension: '103', agentName: null, outcome: 'answered-elsewhere', at: NOON - 30_000 }],
  };
}

export function aQueue(id: string): KnownQueue {
  const calm = { after: null, by: NOON + 1 };
  const crossed = [{ rule: 'waiting', limit: 3, since: NOON, heldAt: null, calm }] as const;
  return { id, name: `Queue ${id}`, lastAt: NOON, crossed };
}

export interface EndedCallOptions {
  readonly endedAt?: number;
  readonly terms?: Partial<HistoryTerms>;
  readonly eventId?: string;
  /** Nothing is known of it but what must be. */
  readonly isBare?: boolean;
}

export function anEndedCall(callId: string, options: EndedCallOptions = {}): EndedCallRecord {
  const { endedAt = NOON, eventId = `${callId}/call-ended`, isBare = false } = options;
  const { started, visits, segments, offers } = aStory(callId);
  const bare = {
    callId,
    linkedCallIds: [],
    upstreamIds: [],
    direction: 'inbound',
    state: 'ended',
    customer: null,
    hotline: null,
    queue: null,
    queues: [],
    agent: null,
    extensions: [],
    startedAt: rfc3339(endedAt - 60_000),
    answeredAt: null,
    endedAt: rfc3339(endedAt),
    waitMs: null,
    talkMs: null,
    outcome: 'unknown',
    baseline: false,
    observed: { earliest: null, latest: rfc3339(endedAt), certainty: 'inferred' },
  } as const;
  const full = {
    ...bare,
    linkedCallIds: ['call-0'],
    upstreamIds: [callId],
    customer: { raw: '0905111222', e164: '+84905111222', national: '0905111222' },
    hotline: { raw: '19001234', e164: null, national: null },
    queue: { id: '9', name: 'Bán hàng' },
    queues: [{ id: '9', name: 'Bán hàng' }],
    agent: { id: '7', name: 'Lan', username: 'lan', extension: '101' },
    extensions: [{ extension: '101', extensionId: '1', agentName: 'Lan', state: 'ended' }],
    answeredAt: rfc3339(endedAt - 30_000),
    waitMs: 30_000,
    talkMs: 0,
    outcome: 'answered',
    baseline: true,
    observed: {
      earliest: rfc3339(endedAt - 1_000),
      latest: rfc3339(endedAt),
      certainty: 'upstream',
      precisionMs: 1_000,
    },
    stale: true,
  } as const;
  return {
    eventId,
    view: isBare ? bare : full,
    story: isBare ? { started, visits: [], segments: [], offers: [] } : { started, visits, segments, offers },
    terms: {
      line: '+84905111222',
      extensions: ['101'],
      queues: ['9'],
      ...options.terms,
    },
  };
}

export function aTally(more: Partial<Tally> = {}): Tally {
  return {
    day: TODAY,
    row: { of: 'queue', name: '9', slot: 40 },
    add: [
      [0, 1],
      [5, 30_000],
    ],
    callId: null,
    ...more,
  };
}

function known(at: number): KnownTime {
  return { at, earliest: at - 1_000, latest: at, certainty: 'observed' };
}

/** What people and exchanges call things, and what would break out of a key, a member or a row. */
export const ODD_NAMES = [
  'a b',
  'call:1:2',
  'x\ny',
  'x\ty',
  '\t',
  '\u0000',
  '"\\u0009"',
  "'; --",
  '😀 Tổng đài',
  '\ud83d',
  '}:state{',
  '0:1 2:3',
  '=call-1',
  '9\t1',
  '9'.repeat(300),
];
