import { jest } from '@jest/globals';
import { desksOf, LogWriter, ManualClock, silent, transition, view } from '../../../test/support/delivery.js';
import { EMPTY_STATE } from '../../core/model/call.js';
import { UNTRACED } from '../../core/model/tracer.js';
import { NewerFormatError } from '../../store/errors.js';
import { UNCHANGED } from '../../core/model/delta.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import { NEXT_FORM } from '../../store/store.contract-formats.js';
import { audienceOf } from '../access/audience.js';
import { DEFAULT_LIMITS } from '../access/options.js';
import { DeliverStats } from '../stats.js';
import type { Batch } from './batch.js';
import type { Page } from './page-cache.js';
import { SharedBounds } from './shared-bounds.js';
import type { ResetReason } from './resumption.js';
import { TenantFeed } from './tenant-feed.js';

const everybody = audienceOf({ tenant: 'acme', expiresAt: Infinity }, {});
const started = (id: string | number) => transition('call-started', `c${id}`);
const numbers = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, n) => first + n);
const sequencesOf = ({ batch }: Page) => batch.entries.map(({ sequence }) => sequence);
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("a tenant's feed", () => {
  let store: MemoryStore;
  let log: LogWriter;
  let feed: TenantFeed;
  let clock: ManualClock;
  let stats: DeliverStats;
  let batches: number[][];
  let resets: ResetReason[];

  const member = {
    events: (batch: Batch) => void batches.push(batch.entries.map((entry) => entry.sequence)),
    reset: (reason: ResetReason) => void resets.push(reason),
    fellBehind: () => undefined,
  };
  const depsOf = (bufferEvents = 100, clock = new ManualClock(), stats = new DeliverStats()) => {
    const bounds = new SharedBounds({ limits: DEFAULT_LIMITS, clock, stats, logger: silent });
    const limits = { bufferEvents, bufferBytes: 1_000_000 };
    const { desk } = desksOf(store);
    return { tenant: 'acme', store, desk, logger: silent, tracer: UNTRACED, clock, stats, bounds, limits };
  };
  const feedOf = (bufferEvents?: number, clock?: ManualClock) => new TenantFeed(depsOf(bufferEvents, clock));

  beforeEach(async () => {
    store = new MemoryStore({ maxEvents: 10_000 });
    log = await new LogWriter(store).claim('e1');
    clock = new ManualClock();
    stats = new DeliverStats();
    feed = new TenantFeed(depsOf(100, clock, stats));
    batches = [];
    resets = [];
    await feed.sync();
    feed.live.join(member, everybody);
  });

  afterEach(() => jest.restoreAllMocks());

  it('hands on what one commit brought in one batch', async () => {
    for (const event of await log.commit(started(1), started(2), started(3)))
      feed.published(JSON.stringify(event));
    await nextTurn();
    expect(batches).toEqual([[1, 2, 3]]);
  });

  it('ignores what it has, and reads what a hole hides', async () => {
    const [one] = await log.commit(started(1));
    feed.published(JSON.stringify(one));
    feed.published(JSON.stringify(one));
    await log.commit(started(2));
    const [three] = await log.commit(started(3));
    feed.published(JSON.stringify(three));
    await feed.sync();
    feed.published(JSON.stringify(three));
    await nextTurn();
    expect(batches.flat()).toEqual([1, 2, 3]);
  });

  it('takes each event once when publishing and reading race', async () => {
    for (let n = 0; n < 200; n += 1) {
      const [event] = await log.commit(started(n));
      const reading = n % 3 === 0 ? feed.sync() : null;
      if (n % 5 !== 0) feed.published(JSON.stringify(event));
      if (n % 7 === 0) await reading;
    }
    await feed.sync();
    await nextTurn();
    expect(batches.flat()).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
  });

  it('reads a long gap page by page', async () => {
    await log.commit(...Array.from({ length: 1_700 }, (_, n) => started(n)));
    await feed.sync();
    expect(batches.flat()).toHaveLength(1_700);
    expect(feed.position.current).toEqual({ epoch: 'e1', sequence: 1_700 });
  });

  it('goes on with the log where a newer build has taken over a state that this one cannot read', async () => {
    const next = new MemoryStore({ maxEvents: 10_000, form: NEXT_FORM, memoryOf: store });
    const newer = await new LogWriter(next).claim('e1');
    store.overwrite('acme', 'format', String(NEXT_FORM.format));
    await newer.commit(started(1));
    await feed.sync();
    expect(batches).toEqual([[1]]);
    await expect(feed.freshness.refresh(0)).rejects.toThrow(NewerFormatError);
    expect([feed.isUnreadable, resets]).toEqual([false, []]);
    const late = feedOf();
    await expect(late.sync()).rejects.toThrow(NewerFormatError);
    expect(late.isUnreadable).toBe(true);
  });

  it('begins again when the epoch has changed', async () => {
    await log.commit(started(1));
    await feed.sync();
    await log.claim('e2', true);
    await feed.sync();
    expect(resets).toEqual(['epoch-changed']);
    expect(feed.position.current).toEqual({ epoch: 'e2', sequence: 1 });
    expect(feed.live.size).toBe(0);
  });

  describe('after a fail-over', () => {
    const fenced = (epoch: string, last?: number) => {
      store.failOver('acme', epoch, last);
      return new LogWriter(store).claim(epoch);
    };

    it('goes on where nothing was lost, in the epoch that continues its own', async () => {
      await log.commit(started(1), started(2));
      await feed.sync();
      log = await fenced('e2');
      await feed.sync();
      expect(feed.position.current).toEqual({ epoch: 'e2', sequence: 2 });
      const [three] = await log.commit(started(3));
      feed.published(JSON.stringify(three));
      await nextTurn();
      log = await fenced('e3');
      await log.commit(started(4));
      await feed.sync();
      expect([batches.flat(), resets]).toEqual([[1, 2, 3, 4], []]);
      for (const cursor of ['e1:0', 'e1:2', 'e2:2', 'e2:3', 'e3:1', 'e3:4'])
        expect(feed.position.resume(cursor)).toEqual({ sequence: Number(cursor.slice(3)) });
      for (const cursor of ['e1:3', 'e2:4', 'e3:5'])
        expect(feed.position.resume(cursor)).toEqual({ reset: 'cursor-unknown' });
      expect(feed.position.resume('e4:2')).toEqual({ reset: 'epoch-changed' });
    });

    it('goes on where it had not taken what was lost', async () => {
      await log.commit(started(1));
      await feed.sync();
      await log.commit(started(2), started(3));
      log = await fenced('e2', 2);
      await log.commit(started(4));
      await feed.sync();
      expect([batches.flat(), resets]).toEqual([[1, 2, 3], []]);
      const page = await feed.pages.after(0);
      expect(page!.batch.entries.map(({ cursor }) => cursor)).toEqual([
        'e1:0000000000000001',
        'e1:0000000000000002',
        'e2:0000000000000003',
      ]);
    });

    it('begins again where it had, once', async () => {
      await log.commit(started(1), started(2), started(3));
      await feed.sync();
      log = await fenced('e2', 2);
      await log.commit(started(4));
      await log.commit(started(5));
      await feed.sync();
      expect(resets).toEqual(['cursor-unknown']);
      expect(feed.position.current).toEqual({ epoch: 'e2', sequence: 4 });
    });

    it('begins again where the old master published what the new one never had', async () => {
      await log.commit(started(1));
      await feed.sync();
      const stray = await log.commit(started(2));
      log = await fenced('e2', 1);
      await log.commit(started(3));
      const reading = feed.sync();
      feed.published(JSON.stringify(stray[0]));
      await reading;
      expect(resets).toEqual(['cursor-unknown']);
      expect(feed.position.current).toEqual({ epoch: 'e2', sequence: 2 });
    });

    it('reads no page from a log that has lost what it had', async () => {
      feed = feedOf(1);
      await log.commit(...numbers(1, 5).map(started));
      await feed.sync();
      store.failOver('acme', 'e2', 4);
      await expect(feed.pages.after(0)).resolves.toBeNull();
      store.failOver('acme', 'e3');
      await expect(feed.pages.after(1)).resolves.toBeNull();
    });
  });

  it('begins again when the log is shorter than it was, though the epoch is the same', async () => {
    await log.commit(started(1), started(2));
    await feed.sync();
    store.loseMemory();
    await log.claim('e1');
    await log.commit(started(3));
    await feed.sync();
    expect(resets).toEqual(['cursor-unknown']);
    expect(feed.position.current).toEqual({ epoch: 'e1', sequence: 1 });
  });

  it('does not take an answer that was overtaken by an event for a shorter log', async () => {
    const reading = feed.sync();
    const [one] = await log.commit(started(1));
    feed.published(JSON.stringify(one));
    await nextTurn();
    await reading;
    expect(resets).toEqual([]);
    expect(batches).toEqual([[1]]);
  });

  it('keeps what it knows while the store is empty and the tenant not claimed', async () => {
    await log.commit(started(1));
    await feed.sync();
    store.loseMemory();
    await feed.sync();
    expect(JSON.parse(feed.view.callsJson(everybody))).toHaveLength(1);
    expect(resets).toEqual([]);
  });

  it('begins again when the log has been cut behind it', async () => {
    const deps = depsOf();
    const cut = new TenantFeed(deps);
    cut.live.join(member, everybody);
    await log.commit(started(1));
    await cut.sync();
    const short = new MemoryStore({ maxEvents: 2 });
    const refilled = await new LogWriter(short).claim('e1');
    await refilled.commit(...Array.from({ length: 5 }, (_, n) => started(n)));
    deps.store = short;
    await cut.sync();
    expect(resets).toEqual(['cursor-too-old']);
  });

  it('reads a page once for all who ask, together or one after the other', async () => {
    await log.commit(...Array.from({ length: 300 }, (_, n) => started(n)));
    const fresh = feedOf();
    await fresh.sync();
    const read = jest.spyOn(store, 'read');
    const pages = await Promise.all(Array.from({ length: 50 }, async () => fresh.pages.after(40)));
    expect(read).toHaveBeenCalledTimes(1);
    const again = await fresh.pages.after(40);
    expect(read).toHaveBeenCalledTimes(1);
    for (const page of [...pages, again]) {
      expect(page!.batch).toBe(pages[0]!.batch);
      expect(sequencesOf(page!)).toEqual(numbers(41, 128));
    }
    const next = await fresh.pages.after(128);
    expect([sequencesOf(next!), next!.through]).toEqual([numbers(129, 256), 256]);
  });

  it('ends a page after so many bytes, and goes on from there', async () => {
    const large = Array.from({ length: 10 }, (_, n) =>
      transition('call-started', `c${n}`, { upstreamIds: ['x'.repeat(50_000)] }),
    );
    await log.commit(...large);
    const fresh = feedOf();
    await fresh.sync();
    const page = await fresh.pages.after(0);
    expect([sequencesOf(page!), page!.through]).toEqual([[1, 2, 3], 3]);
    expect(sequencesOf((await fresh.pages.after(3))!)).toEqual([4, 5, 6]);
  });

  it('has no page of a log that was replaced meanwhile', async () => {
    await log.commit(...Array.from({ length: 30 }, (_, n) => started(n)));
    const fresh = feedOf();
    await fresh.sync();
    expect(sequencesOf((await fresh.pages.after(0))!)).toEqual(numbers(1, 30));
    store.loseMemory();
    await log.claim('e1');
    await log.commit(started('other'));
    await log.commit(...Array.from({ length: 10 }, (_, n) => started(n)));
    await fresh.sync();
    const page = await fresh.pages.after(0);
    expect([page!.batch.entries[0]!.json, page!.through]).toEqual([expect.stringContaining('other'), 11]);
  });

  it('reads the state again when the last read is too old (sooner before the first answer), though the wall clock has been set back', async () => {
    const clock = new ManualClock();
    const fresh = feedOf(100, clock);
    await fresh.sync();
    const snapshot = jest.spyOn(store, 'snapshot');
    await fresh.freshness.refresh();
    expect(snapshot).not.toHaveBeenCalled();
    const lastComplete = { startedAt: clock.now(), at: clock.now() };
    const up = {
      ...EMPTY_STATE.sources.monitor,
      status: 'up' as const,
      lastComplete,
    };
    const { fence } = await store.claim('acme', { epoch: 'e1' });
    await store.touch('acme', fence, { ...UNCHANGED, sources: { monitor: up, queue: up } });
    clock.behindMs = 3_600_000;
    await fresh.freshness.refresh();
    expect(snapshot).not.toHaveBeenCalled();
    clock.advance(250);
    await fresh.freshness.refresh();
    expect(fresh.view.sourcesJson()).toContain('"state":"up"');
    clock.advance(4_999);
    await fresh.freshness.refresh();
    expect(snapshot).toHaveBeenCalledTimes(1);
    clock.advance(1);
    await fresh.freshness.refresh();
    expect(snapshot).toHaveBeenCalledTimes(2);
  });

  it('shows a call without what an event added to its view', async () => {
    const call = { tenant: 'acme', ...view('c1') };
    for (const event of [
      transition('call-offered', 'c1', { offer: { extension: '107', extensionId: null, outcome: null } }),
      transition('call-transferred', 'c1', { transferredFrom: { extension: '107' } }),
    ]) {
      await log.commit(event);
      await feed.sync();
      expect(JSON.parse(feed.view.callsJson(everybody))).toEqual([call]);
    }
  });

  it('reads from the store what the buffer cannot hold', async () => {
    const small = feedOf(10);
    await small.sync();
    await log.commit(...Array.from({ length: 50 }, (_, n) => started(n)));
    await small.sync();
    const read = jest.spyOn(store, 'read');
    expect(sequencesOf((await small.pages.after(5))!)).toEqual(numbers(6, 50));
    expect(read).toHaveBeenCalledTimes(1);
    expect(sequencesOf((await small.pages.after(45))!)).toEqual(numbers(46, 50));
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('hands out nothing from the store that it has not taken itself', async () => {
    const small = feedOf(10);
    await small.sync();
    await log.commit(...Array.from({ length: 50 }, (_, n) => started(n)));
    await small.sync();
    // Committed, and not heard of here yet.
    await log.commit(started(51), started(52));
    const page = await small.pages.after(5);
    expect([sequencesOf(page!).at(-1), page!.through]).toEqual([50, 50]);
    expect(small.position.current!.sequence).toBe(50);
  });

  it('skips, counts and names what no bridge has published, without a read of the log', async () => {
    const [event] = await log.commit(started(1));
    const read = jest.spyOn(store, 'read');
    const warn = jest.spyOn(silent, 'warn');
    for (const json of ['x', 'null', '{}', '[1]']) for (let n = 0; n < 50; n += 1) feed.published(json);
    feed.published(JSON.stringify({ ...event, data: { ...event!.data, tenant: 'globex' } }));
    feed.published(JSON.stringify(event));
    await nextTurn();
    expect(batches).toEqual([[1]]);
    expect([...stats.foreign]).toEqual([['channel', 201]]);
    expect(read).not.toHaveBeenCalled();
    const said = { tenant: 'acme', reason: 'not JSON', count: 1 };
    expect(warn.mock.calls).toEqual([[said, 'published message skipped: no bridge has written it']]);
    clock.advance(60_000);
    feed.published('x');
    expect(warn.mock.lastCall?.[0]).toEqual({ ...said, count: 201 });
  });

  it('does not read the log again and again for announcements that it does not bear out', async () => {
    const [event] = await log.commit(started(1));
    await feed.sync();
    const read = jest.spyOn(store, 'read');
    const reads = async (announcements: number) => {
      read.mockClear();
      for (let n = 0; n < announcements; n += 1) {
        feed.published(JSON.stringify({ ...event, sequence: '0000000000000900' }));
        feed.published(JSON.stringify({ ...event, epoch: 'e9' }));
        await nextTurn();
      }
      return read.mock.calls.length;
    };
    expect(await reads(100)).toBeLessThanOrEqual(2);
    clock.advance(101);
    expect(await reads(100)).toBeLessThanOrEqual(2);
    clock.advance(101);
    expect(await reads(100)).toBe(0);
    // What follows is taken all the same, and a true announcement is believed again.
    const [two] = await log.commit(started(2));
    feed.published(JSON.stringify(two));
    await nextTurn();
    clock.advance(5_000);
    await log.commit(started(3));
    const [four] = await log.commit(started(4));
    feed.published(JSON.stringify(four));
    await feed.sync();
    await nextTurn();
    expect(batches.flat()).toEqual([1, 2, 3, 4]);
  });

  it('begins again where the log holds something else than its next event', async () => {
    const reads = jest.spyOn(store, 'read');
    await log.commit(started(1));
    await feed.sync();
    await log.commit(started(2));
    reads.mockResolvedValueOnce({
      epoch: 'e1',
      first: 1,
      last: 2,
      epochStart: 1,
      continues: [],
      events: [{ sequence: 2, json: 'garbage' }],
      foreign: [],
    });
    await feed.sync();
    expect([resets, feed.position.current?.sequence]).toEqual([['cursor-too-old'], 2]);
    expect([...stats.foreign]).toEqual([['log', 1]]);
  });

  it('rejects when the store does not answer, and goes on when it does', async () => {
    jest.spyOn(store, 'read').mockRejectedValueOnce(new Error('away'));
    await expect(feed.sync()).rejects.toThrow('away');
    await log.commit(started(1));
    await feed.sync();
    expect(batches).toEqual([[1]]);
  });
});
