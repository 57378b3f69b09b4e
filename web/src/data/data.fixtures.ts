import type { CallEventType, CallView } from '@pitel-event-bridge/client';
import type { CallEvent } from './call-event.js';

/** Made-up calls for the tests of the statistics and drawings. */
export const NINE = new Date(2026, 2, 2, 9).getTime();
export const iso = (instant: number) => new Date(instant).toISOString();
export const SALES = { id: 'q1', name: 'Sales' };

export function callView(given: Partial<CallView> = {}): CallView {
  return {
    tenant: 'acme',
    callId: 'c1',
    linkedCallIds: [],
    upstreamIds: [],
    direction: 'inbound',
    state: 'queued',
    customer: { raw: '0914237383', e164: '+84914237383', national: '0914237383' },
    hotline: null,
    queue: SALES,
    queues: [SALES],
    agent: null,
    extensions: [],
    startedAt: iso(NINE),
    answeredAt: null,
    endedAt: null,
    waitMs: null,
    talkMs: null,
    outcome: null,
    baseline: false,
    observed: { earliest: iso(NINE - 500), latest: iso(NINE), certainty: 'observed' },
    ...given,
  };
}

export function part(extension: string, state: 'ringing' | 'answered' | 'ended') {
  return { extension, extensionId: null, agentName: `agent ${extension}`, state };
}

export function callEvent(type: CallEventType, at: number, given: Partial<CallView> = {}): CallEvent {
  const observed = { earliest: iso(at - 500), latest: iso(at), certainty: 'observed' } as const;
  return {
    specversion: '1.0',
    id: `${type}/${given.offer?.extension ?? ''}/${at}`,
    source: '/pitel/acme',
    type,
    subject: 'c1',
    time: iso(at),
    datacontenttype: 'application/json',
    dataschema: '',
    recordedtime: iso(at),
    sequence: String(at).padStart(16, '0'),
    epoch: 'e1',
    data: callView({ observed, ...given }),
  } as CallEvent;
}
