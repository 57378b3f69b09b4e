import type { SourceEntry } from '@pitel-event-bridge/client';
import { iso, NINE } from './data.fixtures.js';
import { type Contact, freshnessOf, LATE_MS, SILENCE_MS } from './freshness.js';

const source = (given: Partial<SourceEntry> = {}): SourceEntry => ({
  endpoint: 'monitor',
  state: 'up',
  lastCompleteAt: iso(NINE - 1_000),
  lastError: null,
  clockSkewMs: null,
  ...given,
});
const now = (given: Partial<Contact> = {}) =>
  freshnessOf({ status: { state: 'live' }, confirmedAt: NINE, sources: [source()], now: NINE, ...given });

describe('the numbers', () => {
  it('are fresh while the bridge answers and sees the PBX', () => {
    expect(now()).toEqual({ state: 'fresh', reason: null, asOf: NINE });
    expect(now({ sources: [source({ state: 'unknown', lastCompleteAt: null })] }).state).toBe('fresh');
  });

  it('are not there before the first answer, and not stale either', () => {
    expect(now({ status: { state: 'connecting' }, confirmedAt: null, sources: [] }).state).toBe('connecting');
  });

  it('are stale when the connection is lost, as of the last answer', () => {
    const status = { state: 'stale', reason: 'disconnected' } as const;
    expect(now({ status, confirmedAt: NINE - 3_000 })).toEqual({
      state: 'stale',
      reason: 'disconnected',
      asOf: NINE - 3_000,
    });
  });

  it('are stale when the bridge has been silent for too long, whatever the socket believes', () => {
    expect(now({ confirmedAt: NINE - SILENCE_MS }).state).toBe('fresh');
    expect(now({ confirmedAt: NINE - SILENCE_MS - 1 }).reason).toBe('disconnected');
  });

  it('are stale as of the last poll when a source is down, or was polled too long ago', () => {
    const at = NINE - 9_000;
    const down = [source(), source({ endpoint: 'queue', state: 'down', lastCompleteAt: iso(at) })];
    expect(now({ sources: down })).toEqual({ state: 'stale', reason: 'source-down', asOf: at });
    const degraded = [source({ state: 'degraded', lastCompleteAt: iso(at) }), source()];
    expect(now({ sources: degraded })).toEqual({ state: 'stale', reason: 'source-degraded', asOf: at });
    const late = NINE - LATE_MS - 1;
    expect(now({ sources: [source({ lastCompleteAt: iso(late) })] })).toEqual({
      state: 'stale',
      reason: 'source-late',
      asOf: late,
    });
  });
});
