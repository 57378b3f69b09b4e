import { describe, expect, it, jest } from '@jest/globals';
import { ENDED_MEMORY_MS, type EndedCall } from '../model/call.js';
import { EndedCalls } from './ended-calls.js';

const call = (callId: string, endedAt: number): EndedCall => ({
  callId,
  upstreamIds: [callId],
  stays: [],
  rows: [],
  endedAt,
});

function fill(count: number, everyMs: number) {
  const forgotten: string[] = [];
  let ended: ReadonlyMap<string, EndedCall> = new Map();
  for (let index = 0; index < count; index++) {
    const now = index * everyMs;
    ended = EndedCalls.remembering(ended, [call(`c${index}`, now)], now, ({ callId }) =>
      forgotten.push(callId),
    );
  }
  return { ended, forgotten };
}

describe('ended calls', () => {
  it('are a map of what was added, in order, however many layers it took', () => {
    const { ended, forgotten } = fill(1_000, 1);
    expect([...ended.keys()]).toEqual(Array.from({ length: 1_000 }, (_, index) => `c${index}`));
    expect(ended.size).toBe(1_000);
    expect(ended.get('c7')).toEqual(call('c7', 7));
    expect(ended.has('nobody')).toBe(false);
    expect(forgotten).toEqual([]);
  });

  it('leave the map they were added to as it was', () => {
    const before = EndedCalls.remembering(new Map(), [call('a', 1)], 1, () => undefined);
    EndedCalls.remembering(before, [call('b', 2)], 2, () => undefined);
    expect([...before.keys()]).toEqual(['a']);
  });

  it('tell what differs, and look only at what is not shared', () => {
    const { ended: before } = fill(1_000, 1);
    const looked: string[] = [];
    const get = jest.spyOn(EndedCalls.prototype, 'get').mockImplementation(function (this: EndedCalls, id) {
      looked.push(id);
      return [...this.values()].find(({ callId }) => callId === id);
    });
    const after = EndedCalls.remembering(
      before,
      [call('a', 1_000), call('b', 1_000)],
      1_000,
      () => undefined,
    );
    const { added, removed } = EndedCalls.difference(before, after);
    get.mockRestore();
    expect(added.map(({ callId }) => callId)).toEqual(['a', 'b']);
    expect(removed).toEqual([]);
    expect(looked.length).toBeLessThan(50);
    const back = EndedCalls.difference(after, before);
    expect([back.added, back.removed]).toEqual([[], ['a', 'b']]);
  });

  it('differ from any other map by what it holds', () => {
    const plain = new Map([
      ['a', call('a', 1)],
      ['b', call('b', 1)],
    ]);
    const { added, removed } = EndedCalls.difference(
      plain,
      new Map([
        ['b', plain.get('b')!],
        ['c', call('c', 2)],
      ]),
    );
    expect([added.map(({ callId }) => callId), removed]).toEqual([['c'], ['a']]);
    const grown = EndedCalls.remembering(plain, [call('c', 2)], 2, () => undefined);
    expect(EndedCalls.difference(plain, grown)).toEqual({ added: [call('c', 2)], removed: [] });
  });

  it('are forgotten, and said to be, once they are too old, so that memory is bounded', () => {
    const everyMs = ENDED_MEMORY_MS / 100;
    const { ended, forgotten } = fill(1_000, everyMs);
    expect(ended.size).toBeLessThan(300);
    expect(forgotten.length + ended.size).toBe(1_000);
    expect(forgotten).not.toContain('c999');
  });
});
