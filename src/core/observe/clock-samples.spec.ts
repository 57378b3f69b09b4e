import { describe, expect, it } from '@jest/globals';
import { entry, leg } from '../../../test/support/history.js';
import { at, completeAt, indexOf, monitorAnswer } from '../../../test/support/parts.js';
import { DEFAULT_POLICY, EMPTY_STATE, type SourceState, type TenantState } from '../model/call.js';
import type { ObservedLeg, QueueAnswer } from '../model/observation.js';
import { observeClock } from './clock-samples.js';

const rings = leg({ startedAt: at(5) });

/** What a monitor answer at second 6 with this new leg says about the PBX's clock. */
function samples(row: ObservedLeg, given: Partial<TenantState> = {}, before: Partial<SourceState> = {}) {
  const { monitor, queue } = completeAt(5);
  const sources = { monitor: { ...monitor, ...before }, queue };
  const known = { ...EMPTY_STATE, sources, ...given };
  const answer = monitorAnswer([row], [], 6);
  const legs = { answer, unknown: [row], changed: [], missing: [] };
  return observeClock({ observations: {}, legs }, known, indexOf([]), DEFAULT_POLICY, sources).monitor.clock;
}

describe('a new leg says when it began by the PBX’s clock', () => {
  it('if it does not talk yet', () => {
    expect(samples(rings).map(({ pbx, by }) => ({ pbx, by }))).toEqual([{ pbx: at(5), by: at(6) }]);
    expect(samples({ ...rings, signal: 'answered' })).toEqual([]);
    expect(samples({ ...rings, startedAt: null })).toEqual([]);
  });

  it('not if it was seen before, without a state: it is older than its first ring', () => {
    const created = { seen: rings, since: { after: at(1), by: at(2) }, polls: 1 };
    expect(samples(rings, { created: new Map([[rings.key, created]]) })).toEqual([]);
  });

  it('and that it began after the poll before only if that was complete', () => {
    const { monitorLagMs } = DEFAULT_POLICY;
    expect(samples(rings)[0]!.after).toBe(at(5) - 40 - monitorLagMs);
    expect(samples(rings, {}, { failures: 1 })[0]!.after).toBeNull();
    expect(samples(rings, {}, { lastError: 'bad rows' })[0]!.after).toBeNull();
  });
});

describe('a new row of the queue', () => {
  it('says it by each of its times, if the poll before did not show it', () => {
    const left = entry({ joinedAt: at(3), abandonedAt: at(5), status: 'abandoned' });
    const sources = completeAt(2);
    const answer: QueueAnswer = {
      endpoint: 'queue',
      outcome: 'complete',
      reason: null,
      rows: new Map([[left.key, left]]),
      startedAt: at(7) - 40,
      at: at(7),
    };
    const { queue } = observeClock(
      { observations: { queue: answer }, legs: null },
      { ...EMPTY_STATE, sources },
      indexOf([]),
      DEFAULT_POLICY,
      sources,
    );
    expect(queue.clock.map(({ pbx }) => pbx)).toEqual([at(5), at(3)]);
  });
});
