import { describe, expect, it } from '@jest/globals';
import { Semaphore } from './semaphore.js';

const patient = new AbortController().signal;
const settled = () => new Promise(setImmediate);

/** Takes a slot for each of `names`, and notes which were served, and which were not. */
function line(slots: Semaphore, names: string[], signals: Record<string, AbortSignal> = {}) {
  const served: string[] = [];
  const unserved: string[] = [];
  for (const name of names) {
    void slots.take(signals[name] ?? patient).then((taken) => (taken ? served : unserved).push(name));
  }
  return { served, unserved };
}

describe('slots', () => {
  it('are given in order of arrival', async () => {
    const slots = new Semaphore(2);
    const { served } = line(slots, ['a', 'b', 'c', 'd']);
    await settled();
    expect([served, slots.taken, slots.waiting]).toEqual([['a', 'b'], 2, 2]);
    slots.release();
    // A request that comes now waits behind those in line, although a slot has just become free.
    const late = line(slots, ['e']);
    await settled();
    expect([served, late.served]).toEqual([['a', 'b', 'c'], []]);
    slots.release();
    slots.release();
    await settled();
    expect([served, late.served, slots.taken]).toEqual([['a', 'b', 'c', 'd'], ['e'], 2]);
  });

  it('are free again when all have released them', async () => {
    const slots = new Semaphore(1);
    line(slots, ['a', 'b']);
    slots.release();
    slots.release();
    expect(slots.taken).toBe(0);
    expect(await slots.take(patient)).toBe(true);
  });

  it('do not go to a request that has been given up, before or while waiting', async () => {
    const slots = new Semaphore(1);
    const leaving = new AbortController();
    const { served, unserved } = line(slots, ['a', 'b', 'c'], { b: leaving.signal });
    leaving.abort();
    slots.release();
    await settled();
    expect([served, unserved]).toEqual([['a', 'c'], ['b']]);
    expect(await slots.take(leaving.signal)).toBe(false);
  });

  it('remain taken when the line is dismissed', async () => {
    const slots = new Semaphore(1);
    const { served, unserved } = line(slots, ['a', 'b', 'c']);
    slots.dismiss();
    await settled();
    expect([served, unserved, slots.taken, slots.waiting]).toEqual([['a'], ['b', 'c'], 1, 0]);
  });
});
