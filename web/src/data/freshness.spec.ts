import type { SourceEntry } from '@pitel-event-bridge/client';
import { iso, NINE } from './data.fixtures.js';
import { type Contact, freshnessOf, LATE_MS, queuesAsOf, SILENCE_MS } from './freshness.js';

const source = (given: Partial<SourceEntry> = {}): SourceEntry => ({
  endpoint: 'monitor',
  state: 'up',
  lastCompleteAt: iso(NINE - 1_000),
  lastError: null,
  clockSkewMs: null,
  ...given,
});
const now = (given: Partial<Contact> = {}) =>
  freshnessOf({
    status: { state: 'live' },
    confirmedAt: NINE,
    sources: [source()],
    openedAt: NINE,
    now: NINE,
    ...given,
  });

describe('the numbers', () => {
  it('are fresh while the bridge answers and sees the PBX', () => {
    expect(now()).toEqual({ state: 'fresh', reason: null, asOf: NINE });
  });

  it('are not known before the PBX was seen for the first time', () => {
    expect(now({ sources: [source({ state: 'unknown', lastCompleteAt: null })] }).state).toBe('connecting');
  });

  it('are said to be missing where the PBX hangs from the beginning: a page does not connect for ever', () => {
    const hanging = { sources: [source({ state: 'unknown', lastCompleteAt: null })] };
    expect(now({ ...hanging, openedAt: NINE - LATE_MS }).state).toBe('connecting');
    expect(now({ ...hanging, openedAt: NINE - LATE_MS - 1 })).toEqual({
      state: 'stale',
      reason: 'source-down',
      asOf: null,
    });
  });

  it('of queues alone are old while only the queues cannot be seen', () => {
    const at = NINE - 9_000;
    for (const state of ['down', 'degraded'] as const) {
      const queue = source({ endpoint: 'queue', state, lastCompleteAt: iso(at) });
      expect(now({ sources: [source(), queue] })).toEqual({ state: 'stale', reason: 'queue-away', asOf: at });
    }
  });

  it('of queues are as of the last time that the queues themselves were seen, whatever is lost later', () => {
    const [before, at] = [NINE - 9_000, NINE - 3_000];
    const away = source({ endpoint: 'queue', state: 'down', lastCompleteAt: iso(at) });
    const seenBefore = source({ lastCompleteAt: iso(before) });
    const known = now({ sources: [seenBefore, away] });
    expect(known.asOf).toBe(at);
    expect(queuesAsOf(known, [seenBefore, away])).toBe(at);
    expect(now({ sources: [source(), { ...away, lastCompleteAt: null }] }).asOf).toBeNull();

    const lost = { state: 'stale', reason: 'disconnected', asOf: NINE } as const;
    expect(queuesAsOf(lost, [source(), away])).toBe(at);
    expect(queuesAsOf(lost, [source(), { ...away, state: 'up' }])).toBe(NINE);
    expect(queuesAsOf(now(), [source()])).toBeNull();
  });

  it('are not there before the first answer, and not stale either', () => {
    expect(now({ status: { state: 'connecting' }, confirmedAt: null, sources: [] }).state).toBe('connecting');
  });

  it('are not lost while the page loads, whichever answer comes first; only after a while without a connection', () => {
    const loading = { status: { state: 'connecting' }, confirmedAt: NINE } as const;
    expect(now({ ...loading, openedAt: NINE - SILENCE_MS }).state).toBe('connecting');
    expect(now({ ...loading, openedAt: NINE - SILENCE_MS - 1 })).toEqual({
      state: 'stale',
      reason: 'disconnected',
      asOf: null,
    });
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
    const down = [source({ state: 'down', lastCompleteAt: iso(at) }), source({ endpoint: 'queue' })];
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
