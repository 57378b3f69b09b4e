import { describe, expect, it } from '@jest/globals';
import { BoundedReader } from './bounded-reader.js';
import { StoreClosedError } from './errors.js';
import { MemoryStore } from './memory/memory-store.js';
import type { LogSlice } from './store.js';

const settled = () => new Promise(setImmediate);
const SLICE: LogSlice = {
  epoch: 'e1',
  first: 0,
  last: 0,
  epochStart: 1,
  continues: [],
  foreign: [],
  events: [],
};

/** A store whose reads are answered when a test says so. */
class HeldStore extends MemoryStore {
  readonly answers: { readonly tenant: string; readonly answer: (error?: Error) => void }[] = [];

  override read(tenant: string): Promise<LogSlice> {
    return new Promise((resolve, reject) => {
      this.answers.push({
        tenant,
        answer: (error) => (error === undefined ? resolve(SLICE) : reject(error)),
      });
    });
  }
}

describe('a store for readers', () => {
  it('has no more reads under way than it may, and serves the others in order', async () => {
    const held = new HeldStore({ maxEvents: 1 });
    const reader = new BoundedReader(held, 2);
    const reads = ['a', 'b', 'c', 'd'].map((tenant) => reader.read(tenant, 0, 1));
    await settled();
    expect(held.answers.map(({ tenant }) => tenant)).toEqual(['a', 'b']);
    held.answers[1]!.answer();
    await settled();
    expect(held.answers.map(({ tenant }) => tenant)).toEqual(['a', 'b', 'c']);
    for (let turn = 0; turn < reads.length; turn++) {
      for (const { answer } of held.answers) answer();
      await settled();
    }
    expect(await Promise.all(reads)).toEqual([SLICE, SLICE, SLICE, SLICE]);
  });

  it('gives the slot of a failed read to the next', async () => {
    const held = new HeldStore({ maxEvents: 1 });
    const reader = new BoundedReader(held, 1);
    const failed = reader.read('a', 0, 1);
    const next = reader.read('b', 0, 1);
    await settled();
    held.answers[0]!.answer(new Error('away'));
    await expect(failed).rejects.toThrow('away');
    await settled();
    held.answers[1]!.answer();
    expect(await next).toBe(SLICE);
  });

  it('rejects those who wait when it is closed', async () => {
    const held = new HeldStore({ maxEvents: 1 });
    const reader = new BoundedReader(held, 1);
    void reader.read('a', 0, 1);
    const waiting = reader.read('b', 0, 1);
    await reader.close();
    await expect(waiting).rejects.toThrow(StoreClosedError);
    await expect(reader.snapshot('a')).rejects.toThrow(StoreClosedError);
  });
});
