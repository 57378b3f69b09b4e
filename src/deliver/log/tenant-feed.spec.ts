import { jest } from '@jest/globals';
import { LogWriter, ManualClock, silent, transition, view } from '../../../test/support/delivery.js';
import { EMPTY_STATE } from '../../core/model/call.js';
import { UNTRACED } from '../../core/model/tracer.js';
import { NewerFormatError } from '../../store/errors.js';
import { UNCHANGED } from '../../core/model/delta.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import { NEXT_FORM } from '../../store/store.contract-formats.js';
import { audienceOf } from '../access/audience.js';
import type { Batch } from './batch.js';
import type { ResetReason } from './resumption.js';
import { TenantFeed } from './tenant-feed.js';

const everybody = audienceOf({ tenant: 'acme', expiresAt: Infinity }, {});
const started = (id: string | number) => transition('call-started', `c${id}`);
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("a tenant's feed", () => {
  let store: MemoryStore;
  let log: LogWriter;
  let feed: TenantFeed;
  let batches: number[][];
  let resets: ResetReason[];

  const member = {
    events: (batch: Batch) => void batches.push(batch.entries.map((entry) => entry.sequence)),
    reset: (reason: ResetReason) => void resets.push(reason),
  };
  const sharedDeps = () => ({ tenant: 'acme', store, logger: silent, tracer: UNTRACED });
  const feedOf = (bufferEvents = 100, clock = new ManualClock()) =>
    new TenantFeed({ ...sharedDeps(), clock, limits: { bufferEvents, bufferBytes: 1_000_000 } });

  beforeEach(async () => {
    store = new MemoryStore({ maxEvents: 10_000 });
    log = await new LogWriter(store).claim('e1');
    feed = feedOf();
    batches = [];
    resets = [];
    await feed.sync();
    feed.live.join(member, everybody);
  });

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
    const deps = {
      ...sharedDeps(),
      clock: new ManualClock(),
      limits: { bufferEvents: 100, bufferBytes: 1_000_000 },
    };
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

  it('fills its buffer backwards, once for all who ask', async () => {
    await log.commit(...Array.from({ length: 90 }, (_, n) => started(n)));
    const fresh = feedOf();
    await fresh.sync();
    const read = jest.spyOn(store, 'read');
    const pages = await Promise.all(
      Array.from({ length: 50 }, async () => fresh.pages.after(40, 20, Infinity)),
    );
    for (const page of pages)
      expect(page!.entries.map((entry) => entry.sequence)).toEqual(
        Array.from({ length: 20 }, (_, n) => 41 + n),
      );
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('fills its buffer with what an earlier epoch left, too', async () => {
    await log.commit(...Array.from({ length: 30 }, (_, n) => started(n)));
    await log.claim('e2', true);
    await log.commit(started(30));
    const fresh = feedOf();
    await fresh.sync();
    const read = jest.spyOn(store, 'read');
    for (const from of [0, 10, 20]) {
      const page = await fresh.pages.after(from, 10, Infinity);
      expect(page!.entries[0]!.sequence).toBe(from + 1);
    }
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('reads the state again when the last read is too old, though the wall clock has been set back', async () => {
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
    clock.advance(5_000);
    await fresh.freshness.refresh();
    expect(fresh.view.sourcesJson()).toContain('"state":"up"');
    await fresh.freshness.refresh();
    expect(snapshot).toHaveBeenCalledTimes(1);
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
    const page = await small.pages.after(5, 3, Infinity);
    expect(page!.entries.map((entry) => entry.sequence)).toEqual([6, 7, 8]);
  });

  it('hands out nothing from the store that it has not taken itself', async () => {
    const small = feedOf(10);
    await small.sync();
    await log.commit(...Array.from({ length: 50 }, (_, n) => started(n)));
    await small.sync();
    // Committed, and not heard of here yet.
    await log.commit(started(51), started(52));
    const page = await small.pages.after(5, 100, Infinity);
    expect(page!.entries.at(-1)!.sequence).toBe(small.position.current!.sequence);
    expect(small.position.current!.sequence).toBe(50);
  });

  it('rejects when the store does not answer, and goes on when it does', async () => {
    jest.spyOn(store, 'read').mockRejectedValueOnce(new Error('away'));
    await expect(feed.sync()).rejects.toThrow('away');
    await log.commit(started(1));
    await feed.sync();
    expect(batches).toEqual([[1]]);
  });
});
