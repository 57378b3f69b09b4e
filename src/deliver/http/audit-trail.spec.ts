import type { AuditEntry } from '../../core/callbacks/audit-entry.js';
import { jest } from '@jest/globals';
import { DeliveryUnderTest, LogWriter, ManualClock, token } from '../../../test/support/delivery.js';
import { DeskOwner, item, part } from '../../../test/support/desk-owner.js';
import { asTimePasses, until } from '../../../test/support/until.js';
import { MemoryDeskStore } from '../../store/memory/memory-desk-store.js';
import { MemoryInbox } from '../../store/memory/memory-inbox.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import { AuditTrail } from './audit-trail.js';

describe('what people do', () => {
  let clock: ManualClock;
  let store: MemoryStore;
  let desk: MemoryDeskStore;
  let delivery: DeliveryUnderTest;
  let owner: DeskOwner;
  let isOwned: boolean;

  beforeEach(async () => {
    clock = new ManualClock();
    store = new MemoryStore({ maxEvents: 1_000, now: () => clock.now() });
    desk = new MemoryDeskStore(store);
    const inbox = new MemoryInbox(store);
    owner = new DeskOwner(store, clock);
    await (await new LogWriter(store).claim('e1')).commit();
    await owner.put(item('cb-1', [part('Sales', 100)]));
    isOwned = true;
    delivery = await DeliveryUnderTest.start(store, {
      clock,
      desk,
      inbox: {
        ask: async (tenant, request) => {
          const asked = await inbox.ask(tenant, request);
          if (isOwned && asked.status === 'waiting') await owner.answer();
          return asked;
        },
      },
    });
  });
  afterEach(async () => {
    await delivery.stop();
    await store.close();
  });

  const kept = async (): Promise<readonly AuditEntry[]> => (await desk.audit('acme', null, 100)).entries;
  const post = async (path: string, body: object = {}) => {
    const asking = fetch(`${delivery.url}/v1/callbacks/${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await token({ sub: 'lan', callbacks: true })}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    });
    return (await asTimePasses(asking, () => clock.advance(500))).status;
  };

  it.each([
    ['/v1/callbacks?format=csv', 'call-backs that are open'],
    ['/v1/callbacks?state=done&format=csv', 'call-backs that are done'],
    ['/v1/calls?state=ended&format=csv', 'ended calls from any time to any time'],
    [
      '/v1/calls?state=ended&format=csv&customer=0905111222&since=2026-03-01T00:00:00Z&until=2026-03-02T00:00:00Z',
      'ended calls from 2026-03-01T00:00:00.000Z to 2026-03-02T00:00:00.000Z, of 1 customer',
    ],
    ['/v1/stats/queues?format=csv', expect.stringMatching(/^stats of queues by \w+ from 2026-03-01T17:/)],
    ['/v1/stats/agents?format=csv', expect.stringMatching(/^stats of agents by \w+ from 2026-03-01T17:/)],
  ])('is noted of a table of %s', async (path, about) => {
    const answer = await delivery.get(path, await token({ sub: 'an.nguyen' }));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/csv'),
    ]);
    await answer.text();
    expect(await kept()).toEqual([{ at: clock.now(), by: 'an.nguyen', what: 'export', about }]);
    expect(JSON.stringify(await kept())).not.toContain('905111222');
  });

  it('is noted of a token without a sub, without a name', async () => {
    await (await delivery.get('/v1/callbacks?format=csv', await token())).text();
    expect(await kept()).toMatchObject([{ by: null }]);
  });

  it('is not noted of what a page reads', async () => {
    for (const path of ['/v1/callbacks', '/v1/calls', '/v1/calls?state=ended', '/v1/stats/queues'])
      expect((await delivery.get(path, await token({ sub: 'lan' }))).status).toBe(200);
    expect((await delivery.get('/v1/callbacks?format=xlsx', await token({ sub: 'lan' }))).status).toBe(400);
    expect(await kept()).toEqual([]);
  });

  it('is noted of dismissals that were written, and of what undoes one, once each', async () => {
    expect(await post('cb-1/claim')).toBe(200);
    expect(await post('cb-1/dismiss', { why: 'wrong-number' })).toBe(200);
    expect(await post('cb-1/dismiss', { why: 'wrong-number' })).toBe(200);
    expect(await post('cb-1/undo')).toBe(200);
    expect(await post('cb-none/dismiss', { why: 'wrong-number' })).toBe(404);
    expect((await kept()).map(({ by, what, about }) => [by, what, about])).toEqual([
      ['lan', 'callback-reopened', 'cb-1'],
      ['lan', 'callback-dismissed', 'cb-1 wrong-number'],
    ]);
  });

  it('is noted where no answer came, as it may still happen', async () => {
    isOwned = false;
    expect(await post('cb-1/dismiss', { why: 'not-needed' })).toBe(503);
    expect(await kept()).toMatchObject([{ by: 'lan', what: 'callback-unanswered', about: 'dismiss cb-1' }]);
    // It happens, whether anybody waits for it or not.
    await owner.answer();
    expect((await kept())[0]).toMatchObject({
      by: 'lan',
      what: 'callback-dismissed',
      about: 'cb-1 not-needed',
    });
  });
});

describe('the audit', () => {
  const logger = { info: jest.fn(), warn: jest.fn() };
  const clock = new ManualClock();
  beforeEach(() => [logger.info, logger.warn].forEach((mock) => mock.mockClear()));

  it('is in the log too, with the reason where it is not kept', async () => {
    const trail = new AuditTrail({ noteAudit: () => Promise.reject(new Error('away')) }, clock, logger);
    trail.note({ tenant: 'acme', sub: 'lan' }, 'export', 'call-backs that are open');
    await until(() => logger.warn.mock.calls.length === 1);
    expect(logger.info.mock.calls).toEqual([
      [{ tenant: 'acme', by: 'lan', what: 'export', about: 'call-backs that are open' }, 'audit: export'],
    ]);
    expect(logger.warn.mock.calls).toEqual([
      [{ tenant: 'acme', what: 'export', reason: 'away' }, 'audit not kept'],
    ]);
  });

  it('keeps so much of a sub and no more', () => {
    const noteAudit = jest.fn(() => Promise.resolve());
    new AuditTrail({ noteAudit }, clock, logger).note(
      { tenant: 'acme', sub: 'x'.repeat(5_000) },
      'export',
      '',
    );
    expect(noteAudit.mock.calls).toEqual([['acme', expect.objectContaining({ by: 'x'.repeat(256) })]]);
  });
});
