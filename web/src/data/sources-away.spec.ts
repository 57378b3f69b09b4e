import type { SourceEntry } from '@pitel-event-bridge/client';
import { sourcesAway } from './sources-away.js';

const AT = Date.UTC(2026, 2, 2, 3);

function source(
  endpoint: SourceEntry['endpoint'],
  state: SourceEntry['state'],
  seenAt: number | null = AT,
): SourceEntry {
  const lastCompleteAt = seenAt === null ? null : new Date(seenAt).toISOString();
  return { endpoint, state, lastCompleteAt, lastError: null, clockSkewMs: null };
}

describe('the sources that are away', () => {
  it('are none where all are seen, or were not asked yet', () => {
    expect(sourcesAway([])).toBeNull();
    expect(sourcesAway([source('monitor', 'up'), source('queue', 'unknown', null)])).toBeNull();
  });

  it('are named, with when they were seen last, and not when the others were', () => {
    expect(sourcesAway([source('monitor', 'up', AT - 60_000), source('queue', 'down')])).toEqual({
      reason: 'queue-away',
      asOf: AT,
    });
    expect(sourcesAway([source('monitor', 'degraded'), source('queue', 'up')])).toEqual({
      reason: 'source-degraded',
      asOf: AT,
    });
    expect(sourcesAway([source('monitor', 'down', AT - 5_000), source('queue', 'degraded')])).toEqual({
      reason: 'source-down',
      asOf: AT - 5_000,
    });
  });

  it('were never seen where no answer was complete', () => {
    expect(sourcesAway([source('queue', 'down', null)])).toEqual({ reason: 'queue-away', asOf: null });
  });
});
