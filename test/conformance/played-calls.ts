import type { CallView, Transition } from '../../src/core/model/event.js';

const BEGUN = '2026-03-02T03:00:00.000Z';
const ANSWERED = '2026-03-02T03:00:05.000Z';
const OVER = '2026-03-02T03:01:05.000Z';
const AT = Date.parse(BEGUN);

/** The transitions of a plain inbound call at extension 107, one after the other. */
export function started(callId: string): Transition {
  return { type: 'call-started', subject: callId, time: AT, data: view(callId) };
}

export function offered(callId: string): Transition {
  const data = view(callId, { offer: { extension: '107', extensionId: null, outcome: null } });
  return { type: 'call-offered', subject: callId, discriminator: '107', time: AT, data };
}

export function answered(callId: string): Transition {
  return {
    type: 'call-answered',
    subject: callId,
    time: Date.parse(ANSWERED),
    data: view(callId, talking()),
  };
}

export function ended(callId: string): Transition {
  const data = view(callId, {
    ...talking('ended'),
    state: 'ended',
    endedAt: OVER,
    talkMs: 60_000,
    outcome: 'answered',
  });
  return { type: 'call-ended', subject: callId, time: Date.parse(OVER), data };
}

/** The end of a call without an answer. */
export function abandoned(callId: string): Transition[] {
  const data = view(callId, { state: 'ended', endedAt: OVER, waitMs: 65_000, outcome: 'abandoned' });
  const time = Date.parse(OVER);
  return [
    { type: 'call-abandoned', subject: callId, time, data },
    { type: 'call-ended', subject: callId, time, data },
  ];
}

export function sourceIs(state: 'down' | 'up'): Transition {
  const observed = { earliest: null, latest: BEGUN, certainty: 'observed' } as const;
  const reason = state === 'down' ? 'timed out' : null;
  const unwatchedMs = state === 'up' ? 4_000 : null;
  return {
    type: `source-${state}`,
    subject: 'monitor',
    discriminator: BEGUN,
    time: AT,
    data: { endpoint: 'monitor', state, since: BEGUN, reason, lastCompleteAt: null, unwatchedMs, observed },
  };
}

/** An event type of a later version. */
export function unheardOf(callId: string): Transition {
  return { ...answered(callId), type: 'recording-ready' } as unknown as Transition;
}

function talking(state: 'answered' | 'ended' = 'answered'): Partial<CallView> {
  return {
    state: 'answered',
    agent: { id: null, name: 'An', username: null, extension: '107' },
    extensions: [{ extension: '107', extensionId: null, agentName: 'An', state }],
    answeredAt: ANSWERED,
    waitMs: 5_000,
  };
}

function view(callId: string, given: Partial<CallView> = {}): Omit<CallView, 'tenant'> {
  return {
    callId,
    linkedCallIds: [],
    upstreamIds: [callId],
    direction: 'inbound',
    state: 'ringing',
    customer: { raw: '0914237383', e164: '+84914237383', national: '0914237383' },
    hotline: { raw: '02871099999', e164: '+842871099999', national: '02871099999' },
    queue: null,
    queues: [],
    agent: null,
    extensions: [{ extension: '107', extensionId: null, agentName: null, state: 'ringing' }],
    startedAt: BEGUN,
    answeredAt: null,
    endedAt: null,
    waitMs: null,
    talkMs: null,
    outcome: null,
    baseline: false,
    observed: { earliest: null, latest: BEGUN, certainty: 'observed' },
    ...given,
  };
}
