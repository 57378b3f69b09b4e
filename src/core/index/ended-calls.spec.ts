import { describe, expect, it } from '@jest/globals';
import { ENDED_MEMORY_MS, type EndedCall } from '../model/call.js';
import { EndedCalls } from './ended-calls.js';

const call = (callId: string, endedAt: number, upstreamId = callId): EndedCall => ({
  callId,
  upstreamIds: [upstreamId],
  entries: [`stay-${callId}`],
  rows: ['row'],
  endedAt,
  legsOnly: { customer: '+84914237383', startedAt: endedAt },
});

function fill(count: number, everyMs: number, clock = (index: number) => index * everyMs) {
  const forgotten: string[] = [];
  const ended = new EndedCalls([]);
  let largest = 0;
  for (let index = 0; index < count; index++) {
    forgotten.push(...ended.remember(call(`c${index}`, clock(index))));
    largest = Math.max(largest, ended.calls.size);
  }
  return { ended, forgotten, largest };
}

describe('ended calls', () => {
  it('are kept in the order in which they were added', () => {
    const { ended, forgotten } = fill(1_000, 1);
    expect([...ended.calls.keys()]).toEqual(Array.from({ length: 1_000 }, (_, index) => `c${index}`));
    expect(ended.calls.get('c7')).toEqual(call('c7', 7));
    expect([ended.has('c7', 1_000), ended.has('unknown', 1_000)]).toEqual([true, false]);
    expect(forgotten).toEqual([]);
  });

  it('are found by id, entry, row and customer; of several, the one that ended last is found', () => {
    const ended = new EndedCalls([call('a', 1, 'shared'), call('c', 2, 'shared'), call('b', 2, 'shared')]);
    expect(ended.byUpstreamId('shared', 2)?.callId).toBe('c');
    expect(ended.byEntry('stay-a', 2)?.callId).toBe('a');
    expect(ended.byRow('row', 2)?.callId).toBe('c');
    expect(ended.legsOnlyCallsOf('+84914237383', 2).map(({ startedAt }) => startedAt)).toEqual([1, 2, 2]);
    expect(ended.byUpstreamId('unknown', 2)).toBeUndefined();
  });

  it('are not found once they are too old, even while they are still kept', () => {
    const ended = new EndedCalls([call('a', 1)]);
    const late = 1 + ENDED_MEMORY_MS + 1;
    expect(ended.has('a', late - 1)).toBe(true);
    expect(ended.has('a', late)).toBe(false);
    expect([ended.byUpstreamId('a', late), ended.byEntry('stay-a', late)]).toEqual([undefined, undefined]);
    expect(ended.legsOnlyCallsOf('+84914237383', late)).toEqual([]);
  });

  it('replace an earlier call that had the same callId', () => {
    const ended = new EndedCalls([call('a', 1, 'before')]);
    const again = call('a', ENDED_MEMORY_MS + 2, 'now');
    expect(ended.remember(again)).toEqual([]);
    expect([...ended.calls.values()]).toEqual([again]);
    expect(ended.byUpstreamId('before', again.endedAt)).toBeUndefined();
  });

  it('are forgotten, and returned as forgotten, once they are too old, so that memory is bounded', () => {
    const everyMs = ENDED_MEMORY_MS / 100;
    const { ended, forgotten, largest } = fill(1_000, everyMs);
    expect(largest).toBeLessThan(200);
    expect(forgotten.length + ended.calls.size).toBe(1_000);
    expect(new Set(forgotten).size).toBe(forgotten.length);
    expect(forgotten).not.toContain('c999');
    expect(ended.byUpstreamId(forgotten[0]!, 0)).toBeUndefined();
  });

  it('are forgotten even if earlier calls have later times, because the clock was set back by days', () => {
    const everyMs = ENDED_MEMORY_MS / 100;
    const { largest } = fill(1_000, everyMs, (index) =>
      index < 10 ? 1_000 * ENDED_MEMORY_MS : index * everyMs,
    );
    expect(largest).toBeLessThan(220);
  });
});
