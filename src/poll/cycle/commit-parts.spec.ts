import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { entry, leg, number, observations, T0, type Poll } from '../../../test/support/history.js';
import { timeAt } from '../../../test/support/time.js';
import { TenantCalls } from '../../core/index/tenant-calls.js';
import { DEFAULT_POLICY, EMPTY_STATE } from '../../core/model/call.js';
import type { BridgeEvent } from '../../core/model/event.js';
import { decide } from '../../core/reconcile.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import { commitParts, type PartLimits } from './commit-parts.js';
import { TenantLedger } from './tenant-ledger.js';

const ALONE: PartLimits = { events: 1, bytes: 1 };
const times = <One>(count: number, one: (nth: number) => One): One[] =>
  Array.from({ length: count }, (_, nth) => one(nth));
const many = (count: number, given: (nth: number) => Parameters<typeof leg>[0] = () => ({})) =>
  times(count, (nth) =>
    leg({
      ext: String(100 + nth),
      callId: `c${nth}`,
      customer: number(`09${10_000_000 + nth}`),
      ...given(nth),
    }),
  );

/** What the polls lead to, the last of them in parts. */
function decided(...polls: Poll[]) {
  const known = new TenantCalls(EMPTY_STATE);
  const all = polls.map((poll, at) => decide(known, observations(poll, T0 + at * 1_000), DEFAULT_POLICY));
  return all.at(-1)!;
}

describe('a decision', () => {
  it('is one part as a rule', () => {
    const decision = decided({ legs: many(5) });
    expect(commitParts(decision)).toEqual([{ delta: decision.delta, transitions: decision.transitions }]);
  });

  it('that is too large is as many parts as it takes, with the freshness in the last', () => {
    const decision = decided({}, { legs: many(1_200), idle: ['9'] });
    const parts = commitParts(decision);
    // Two events a call.
    expect(parts.map(({ transitions }) => transitions.length)).toEqual([1_000, 1_000, 400]);
    expect(parts.map(({ delta }) => delta.calls.size)).toEqual([500, 500, 200]);
    expect(parts.map(({ delta }) => [delta.sources !== null, delta.listsIdle])).toEqual([
      [false, null],
      [false, null],
      [true, true],
    ]);
  });

  it('is split by what its calls weigh too', () => {
    const legs = many(200, (nth) => ({
      callId: `c${nth % 2}`,
      customer: number(`09${10_000_000 + (nth % 2)}`),
    }));
    const parts = commitParts(decided({ legs }), { events: 1_000, bytes: 2_000_000 });
    expect(parts.map(({ delta }) => [...delta.calls.keys()])).toEqual([['c0'], ['c1']]);
  });

  it('keeps calls together that name each other, or share an id, as long as they fit into a part', () => {
    const twice = [...many(30), leg({ ext: '500', callId: 'c3', customer: number('0987654321') })];
    const linked = [
      ...twice,
      leg({ ext: '501', callId: 'd1', startedAt: T0 - 60_000 }),
      leg({ ext: '502', callId: 'd2', startedAt: T0 - 30_000 }),
    ];
    const partOf = new Map<string, number>();
    const parts = commitParts(decided({ legs: linked }), { events: 4, bytes: 1_000_000 });
    for (const [nth, { delta }] of parts.entries())
      for (const callId of delta.calls.keys()) partOf.set(callId, nth);
    expect(partOf.get('c3')).toBe(partOf.get('c3~2'));
    expect(partOf.get('d1')).toBe(partOf.get('d2'));
    expect(new Set(partOf.values()).size).toBeGreaterThan(10);
    // A chain of links is no reason for a commit of any size.
    const chain = times(60, (nth) =>
      leg({ ext: String(nth), callId: `e${nth}`, startedAt: T0 - nth * 60_000 }),
    );
    for (const { transitions } of commitParts(decided({ legs: chain }), { events: 8, bytes: 1_000_000 }))
      expect(transitions.length).toBeLessThanOrEqual(8);
  });

  it('writes calls last whose legs were awaited', () => {
    const awaited = leg({ ext: '900', callId: 'awaited', signal: 'unclear' });
    const decision = decided(
      { legs: [awaited] },
      { legs: [leg({ ...awaited, signal: 'ringing' }), ...many(30)] },
    );
    expect(decision.tied).toEqual(new Set(['awaited']));
    expect([...commitParts(decision, ALONE).at(-1)!.delta.calls.keys()]).toEqual(['awaited']);
  });
});

const legRow = fc
  .record({
    nth: fc.nat(11),
    signal: fc.constantFrom('ringing' as const, 'answered' as const, 'unclear' as const),
    customer: fc.constantFrom('0914237383', '0987654321', 'anonymous', '0900000001'),
    callId: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'q1', 'q2'),
  })
  .map(({ nth, customer, ...fields }) =>
    leg({ ext: String(100 + nth), customer: number(customer), ...fields }),
  );
const entryRow = fc
  .record({
    mobile: fc.constantFrom('0914237383', '0987654321', 'anonymous'),
    queueId: fc.constantFrom('sales', 'support'),
    status: fc.constantFrom('waiting' as const, 'trying' as const, 'answered' as const, 'abandoned' as const),
    callId: fc.constantFrom('q1', 'q2', null),
    abandonedAt: fc.constantFrom(null, T0 + 3_000),
  })
  .map((fields) => entry(fields));
const history: fc.Arbitrary<Poll[]> = fc.array(
  fc.record({
    legs: fc.array(legRow, { maxLength: 20 }),
    entries: fc.array(entryRow, { maxLength: 8 }),
    idle: fc.subarray(['100', '101', '102']),
  }),
  { minLength: 1, maxLength: 8 },
);

describe('a ledger that writes in parts', () => {
  const stores: MemoryStore[] = [];
  afterEach(() => Promise.all(stores.splice(0).map((store) => store.close())));

  /** Commits the polls, and crashes in place of the `crash`-th commit: then another owner goes on with the same poll. */
  async function through(polls: readonly Poll[], limits: PartLimits | undefined, crash = Infinity) {
    const store = new MemoryStore({ maxEvents: 100_000 });
    stores.push(store);
    let now = T0;
    let commits = 0;
    const faulty = Object.assign(Object.create(store) as MemoryStore, {
      claim: store.claim.bind(store),
      touch: store.touch.bind(store),
      format: store.format,
      commit: (...args: Parameters<MemoryStore['commit']>) => {
        if (++commits === crash) throw new TypeError('crashed');
        return store.commit(...args);
      },
    });
    const owner = () =>
      new TenantLedger({
        tenant: 'acme',
        store: faulty,
        policy: DEFAULT_POLICY,
        time: timeAt(() => now),
        newEpoch: () => 'e1',
        newCommitId: () => `commit-${commits}-${Math.random()}`,
        ...(limits === undefined ? {} : { limits }),
      });
    let ledger = owner();
    for (const poll of [...polls, {}, {}, {}]) {
      now += 1_000;
      for (let tries = 0; tries < 2; tries++) {
        try {
          if (ledger.known === null) await ledger.claim();
          await ledger.write(ledger.decide(observations(poll, now)));
          break;
        } catch {
          ledger = owner();
        }
      }
    }
    const { state } = (await store.snapshot('acme'))!;
    const { events } = await store.read('acme', 0, 100_000);
    return { state, commits, log: events.map(({ json }) => JSON.parse(json) as BridgeEvent) };
  }

  const idsByCall = (log: readonly BridgeEvent[]) => {
    const ids: Record<string, string[]> = {};
    for (const { subject, id } of log) (ids[subject] ??= []).push(id);
    return ids;
  };

  it('ends with the same state and the same events, those of a call in the same order', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (polls) => {
        const [whole, parts] = [await through(polls, undefined), await through(polls, ALONE)];
        expect(parts.state).toEqual(whole.state);
        expect(idsByCall(parts.log)).toEqual(idsByCall(whole.log));
        expect(parts.log.map(({ sequence }) => Number(sequence))).toEqual(
          times(parts.log.length, (nth) => nth + 1),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('leaves nothing half done where its owner ends between two parts', async () => {
    const polls = [
      { legs: many(40) },
      { legs: many(40, (nth) => ({ signal: nth % 2 ? 'answered' : 'ringing' })) },
      { legs: many(20) },
      { legs: many(20) },
    ];
    const whole = idsByCall((await through(polls, undefined)).log);
    const { commits } = await through(polls, ALONE);
    expect(commits).toBeGreaterThan(100);
    for (const crash of [1, 2, 20, 39, 40, 41, 60, 100, commits - 1]) {
      const { log } = await through(polls, ALONE, crash);
      expect(idsByCall(log)).toEqual(whole);
    }
  });
});
