import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DeliveryUnderTest, ManualClock, token } from '../../../test/support/delivery.js';
import { entry, observations, type Poll, T0 } from '../../../test/support/history.js';
import { DEFAULT_DESK_RULES } from '../../core/desk-rules.js';
import { DEFAULT_POLICY } from '../../core/model/call.js';
import { TenantLedger } from '../../poll/cycle/tenant-ledger.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import type { QueueEntry } from '../log/held-queues.js';

/** Polls a tenant as its owner does, and asks for its queues. */
describe('GET /v1/queues', () => {
  let store: MemoryStore;
  let ledger: TenantLedger;
  let delivery: DeliveryUnderTest;
  let clock: ManualClock;
  let commits: number;

  const thresholds = [{ queue: 'care-name', rule: 'waiting', limit: 2 } as const];
  const newLedger = () =>
    new TenantLedger({
      tenant: 'acme',
      store,
      policy: DEFAULT_POLICY,
      desk: { ...DEFAULT_DESK_RULES, thresholds },
      time: clock,
      newEpoch: () => 'e1',
      newCommitId: () => `commit-${(commits += 1)}`,
    });

  beforeEach(async () => {
    clock = new ManualClock();
    commits = 0;
    store = new MemoryStore({ maxEvents: 1_000 });
    ledger = newLedger();
    await ledger.claim();
    delivery = await DeliveryUnderTest.start(store, { clock });
  });

  afterEach(() => delivery.stop());

  const poll = async (given: Poll) => {
    await ledger.write(ledger.decide(observations(given, T0 + given.at! * 1_000)));
    clock.advance(1_000);
  };
  const ask = async (path: string, claims: Readonly<Record<string, unknown>> = {}) => {
    const response = await fetch(`${delivery.url}${path}`, {
      headers: { authorization: `Bearer ${await token(claims)}` },
    });
    return { status: response.status, body: (await response.json()) as Body };
  };
  const caller = (name: string, queueId: string, joined: number) =>
    entry({ mobile: `091423738${name}`, callId: name, queueId, joinedAt: T0 + joined * 1_000 });

  interface Body {
    readonly cursor: string;
    readonly queues: readonly QueueEntry[];
    readonly sources: readonly { readonly state: string }[];
    readonly detail: string;
  }

  it('shows who waits, since when, and which thresholds are crossed, as every snapshot does', async () => {
    await poll({ at: 1, entries: [caller('1', 'sales', 0)] });
    const first = await ask('/v1/queues');
    expect(first).toMatchObject({ status: 200, body: { sources: [{ state: 'up' }, { state: 'up' }] } });
    const rows = [caller('1', 'sales', 0), caller('2', 'care', 2), caller('3', 'care', 3)];
    await poll({ at: 4, entries: rows });
    const { body } = await ask('/v1/queues');
    const crossed = [{ rule: 'waiting', limit: 2, since: '2026-03-02T03:00:03.000Z' }];
    expect(body.queues).toEqual([
      {
        queue: { id: 'care', name: 'care-name' },
        waiting: 2,
        ringing: 0,
        talking: 0,
        longestWait: { since: '2026-03-02T03:00:02.000Z' },
        thresholds: crossed,
      },
      {
        queue: { id: 'sales', name: 'sales-name' },
        waiting: 1,
        ringing: 0,
        talking: 0,
        longestWait: { since: '2026-03-02T03:00:00.000Z' },
        thresholds: [],
      },
    ]);
    expect((await ask('/v1/calls')).body.queues).toEqual(body.queues);
    const client = delivery.connect({ token: await token() });
    expect(await client.first('snapshot')).toMatchObject({ cursor: body.cursor, queues: body.queues });
  });

  it('shows idle queues, and what is crossed, to a replica that has just begun', async () => {
    const rows = [caller('1', 'sales', 0), caller('2', 'care', 2), caller('3', 'care', 3)];
    await poll({ at: 4, entries: rows });
    for (const at of [5, 6]) await poll({ at, entries: rows.slice(1) });
    const other = await DeliveryUnderTest.start(store, { clock });
    const response = await fetch(`${other.url}/v1/queues`, {
      headers: { authorization: `Bearer ${await token()}` },
    });
    expect(((await response.json()) as Body).queues).toMatchObject([
      { queue: { id: 'care' }, waiting: 2, thresholds: [{ rule: 'waiting', limit: 2 }] },
      { queue: { id: 'sales' }, waiting: 0, longestWait: null, thresholds: [] },
    ]);
    await other.stop();
  });

  it('goes on after the owner has changed: nothing is crossed twice', async () => {
    const rows = [caller('2', 'care', 2), caller('3', 'care', 3)];
    await poll({ at: 4, entries: rows });
    ledger = newLedger();
    await ledger.claim();
    await poll({ at: 5, entries: rows });
    const { events } = (await ask('/v1/events?types=queue-threshold-crossed')).body as never as {
      events: { id: string }[];
    };
    expect(events.map(({ id }) => id)).toEqual([
      `acme/queue/care/queue-threshold-crossed/waiting/${T0 + 3_000}`,
    ]);
  });

  it('shows a caller in the next queue before an extension rings there, for which there is no event', async () => {
    await poll({ at: 1, entries: [caller('1', 'sales', 0)] });
    await ask('/v1/queues');
    const { body: before } = await ask('/v1/queues');
    await poll({ at: 20, entries: [caller('1', 'care', 19)] });
    const { body } = await ask('/v1/queues');
    expect(body.cursor).toBe(before.cursor);
    expect(body.queues).toMatchObject([
      { queue: { id: 'care' }, waiting: 1, longestWait: { since: '2026-03-02T03:00:19.000Z' } },
      { queue: { id: 'sales' }, waiting: 0 },
    ]);
  });

  it.each<[string, object, string, string[]]>([
    ['its own queues', { queues: ['sales-name'] }, '', ['sales']],
    ['none to a token of extensions', { extensions: ['107'] }, '', []],
    ['those that are asked for', {}, '?queue=care,unknown', ['care']],
    ['none that the token may not see, asked for or not', { queues: ['sales'] }, '?queues=care', []],
  ])('shows %s', async (_, claims, query, ids) => {
    await poll({ at: 4, entries: [caller('1', 'sales', 0), caller('2', 'care', 2), caller('3', 'care', 3)] });
    for (const path of [`/v1/queues${query}`, `/v1/calls${query}`]) {
      const { body } = await ask(path, { ...claims });
      expect({ path, ids: body.queues.map(({ queue }) => queue.id) }).toEqual({ path, ids });
    }
    const text = JSON.stringify((await ask(`/v1/queues${query}`, { ...claims })).body);
    for (const other of ['sales', 'care'].filter((id) => !ids.includes(id)))
      expect(text).not.toContain(other);
  });

  it('refuses a parameter that it does not know', async () => {
    await poll({ at: 1 });
    const { status, body } = await ask('/v1/queues?name=Sales');
    expect([status, body.detail]).toEqual([400, expect.stringContaining('known here are queues')]);
  });
});
