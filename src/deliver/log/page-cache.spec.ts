import { transition } from '../../../test/support/delivery.js';
import { toEvents } from '../../core/model/event.js';
import { Batch } from './batch.js';
import { LogEntry } from './log-entry.js';
import { type Page, PageCache } from './page-cache.js';

const pageOf = (bytes: number): Page => {
  const stamp = { tenant: 'acme', epoch: 'e1', sequence: 0, recordedAt: 0 };
  const [event] = toEvents([transition('call-started', 'c1')], stamp);
  return { batch: new Batch([new LogEntry(event!, 'x'.repeat(bytes))]), through: 1 };
};

describe('the cache of pages', () => {
  it('drops the page that was not asked for longest, once they take too much', () => {
    const cache = new PageCache(1_000);
    const pages = ['a', 'b', 'c'].map((key) => [key, pageOf(100)] as const);
    for (const [key, page] of pages) cache.set(key, page);
    expect([cache.get('a'), cache.bytes]).toEqual([pages[0]![1], 900]);
    cache.set('d', pageOf(100));
    expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key) !== undefined)).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect(cache.bytes).toBe(900);
  });

  it('counts a page that is set again once, and keeps none that is larger than all may be', () => {
    const cache = new PageCache(1_000);
    for (let n = 0; n < 5; n += 1) cache.set('a', pageOf(100));
    expect(cache.bytes).toBe(300);
    cache.set('b', pageOf(1_000));
    expect([cache.get('b'), cache.bytes]).toEqual([undefined, 0]);
  });
});
