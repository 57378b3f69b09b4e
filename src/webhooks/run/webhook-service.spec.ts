import type { Transition } from '../../core/model/event.js';
import { transition } from '../../../test/support/delivery.js';
import { noticeEndpoint } from '../../../test/support/notices.js';
import { NOTICES_PER_MESSAGE } from '../request/notice-request.js';
import { webhookEndpoint } from '../../../test/support/webhook-endpoint.js';
import { AWAY, DELIVERED, GONE, REFUSED } from '../../../test/support/webhook-log.js';
import { WebhooksUnderTest } from '../../../test/support/webhook-run.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const missed = (call: string) =>
  ({ ...transition('call-ended', call), type: 'call-abandoned' }) as Transition;
const FROM_START = { from: { kind: 'time' as const, at: 0 } };

describe('the owner of a tenant’s webhooks', () => {
  let rig: WebhooksUnderTest;
  let running: { stop: () => Promise<void> } | null;

  async function start(...endpoints: Parameters<typeof webhookEndpoint>[1][]): Promise<void> {
    rig = new WebhooksUnderTest(
      endpoints.length === 0
        ? undefined
        : endpoints.map((more) => webhookEndpoint('https://crm.example/', more)),
    );
    await rig.log.claim('e1');
    running = rig.replica().begin('acme');
    await rig.pass(100);
  }
  async function stop(): Promise<void> {
    const stopped = running?.stop();
    running = null;
    await rig.pass(5_000);
    await stopped;
  }
  afterEach(() => stop());

  const progressOf = async (id = 'crm') => (await rig.progress.progress('acme')).get(id)!;

  it('delivers what is committed from then on, and saves how far it got', async () => {
    await start();
    await rig.commit('a', 'b');
    await rig.pass(1_000);
    expect(rig.receivers.sequences()).toEqual([1, 2]);
    expect(await progressOf()).toMatchObject({
      through: { epoch: 'e1', sequence: 2 },
      counts: { delivered: 2 },
    });
    expect(await rig.progress.attempts('acme', 'crm')).toMatchObject([
      { kind: 'event', outcome: 'delivered', cursor: 'e1:0000000000000002' },
      { kind: 'event', outcome: 'delivered', cursor: 'e1:0000000000000001' },
    ]);
  });

  it('sends the text of the log, under an id that does not change', async () => {
    await start();
    const [event] = await rig.commit('a');
    rig.receivers.answers.set('crm', () => (rig.receivers.arrivals.length === 0 ? REFUSED : DELIVERED));
    await rig.pass(3_000);
    const [first, second] = rig.receivers.arrivals;
    expect(first!.body).toEqual(event);
    expect(second).toMatchObject({ id: first!.id, body: first!.body });
  });

  it('begins with the first event of a tenant that had no log yet', async () => {
    rig = new WebhooksUnderTest();
    running = rig.replica().begin('acme');
    await rig.pass(1_000);
    await rig.log.claim('e1');
    await rig.commit('a', 'b');
    await rig.pass(4_000);
    expect(rig.receivers.sequences()).toEqual([1, 2]);
  });

  it('begins with the first event of a tenant that had no log yet, whichever replica delivers by then', async () => {
    rig = new WebhooksUnderTest();
    running = rig.replica().begin('acme');
    await rig.pass(1_000);
    await stop();
    await rig.log.claim('e1');
    await rig.commit('a', 'b');
    running = rig.replica().begin('acme');
    await rig.pass(4_000);
    expect(rig.receivers.sequences()).toEqual([1, 2]);
    expect(rig.stats.gaps).toBe(0);
    expect(await progressOf()).toMatchObject({ through: { epoch: 'e1', sequence: 2 } });
  });

  it('begins where the first owner decided, also where that was handing over meanwhile', async () => {
    rig = new WebhooksUnderTest();
    await rig.log.claim('e1');
    const read = rig.store.read.bind(rig.store);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    rig.store.read = async (...args) => {
      const slice = await read(...args);
      await held;
      return slice;
    };
    const first = rig.replica().begin('acme');
    await rig.pass(100);
    const ended = first.stop();
    release();
    rig.store.read = read;
    await rig.pass(100);
    await ended;
    await rig.commit('a');
    running = rig.replica().begin('acme');
    await rig.pass(4_000);
    expect(rig.receivers.sequences()).toEqual([1]);
  });

  it('delivers at once what was committed while it read the log, and not when it looks the next time', async () => {
    await start({ id: 'one' }, { id: 'other' });
    const read = rig.store.read.bind(rig.store);
    let release: (() => void) | null = null;
    rig.store.read = async (...args) => {
      const slice = await read(...args);
      await new Promise<void>((resolve) => (release = resolve));
      return slice;
    };
    // The regular one, which finds nothing.
    while (release === null) await rig.pass(100);
    rig.store.read = read;
    const committedAt = rig.time.now;
    await rig.commit('a');
    await rig.pass(10);
    (release as () => void)();
    await rig.pass(1_000);
    for (const id of ['one', 'other'])
      for (const { at } of rig.receivers.of(id)) expect(at - committedAt).toBeLessThanOrEqual(10);
    expect(['one', 'other'].map((id) => rig.receivers.sequences(id))).toEqual([[1], [1]]);
  });

  it('begins where the configuration says', async () => {
    await start({ id: 'now' }, { id: 'all', ...FROM_START });
    await stop();
    await rig.commit('a', 'b', 'c');
    rig.endpoints = [
      ...rig.endpoints,
      webhookEndpoint('https://crm.example/', { id: 'later' }),
      webhookEndpoint('https://crm.example/', { id: 'some', from: { kind: 'cursor', cursor: 'e1:2' } }),
      webhookEndpoint('https://crm.example/', { id: 'old', ...FROM_START }),
    ];
    running = rig.replica().begin('acme');
    await rig.pass(1_000);
    expect(['now', 'all', 'later', 'some', 'old'].map((id) => rig.receivers.sequences(id))).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [],
      [3],
      [1, 2, 3],
    ]);
  });

  it('delivers only what an endpoint wants', async () => {
    await start({ types: ['call-ended'] }, { id: 'queue', queues: ['sales'] });
    await rig.commit('a', ['call-ended', 'a'], 'b');
    await rig.pass(1_000);
    expect(rig.receivers.sequences()).toEqual([2]);
    expect(rig.receivers.sequences('queue')).toEqual([]);
    expect(await progressOf('queue')).toMatchObject({ through: { sequence: 3 }, open: [] });
  });

  it('brings a burst to people in a few messages, the first at once, and none of it twice', async () => {
    rig = new WebhooksUnderTest([
      noticeEndpoint('notice', { types: ['call-abandoned'], numbers: 'full', from: 'e1:0' }),
    ]);
    await rig.log.claim('e1');
    running = rig.replica().begin('acme');
    await rig.pass(100);
    await rig.log.commit(missed('first'));
    await rig.pass(1_000);
    expect(rig.receivers.of('floor')).toHaveLength(1);
    await rig.log.commit(...Array.from({ length: 99 }, (_, n) => missed(`c${n}`)));
    await rig.pass(10 * MINUTE);
    const messages = rig.receivers.of('floor').map(({ body }) => (body as unknown as { text: string }).text);
    expect(messages).toHaveLength(1 + Math.ceil(99 / NOTICES_PER_MESSAGE));
    expect(messages.flatMap((text) => text.split('\n\n'))).toHaveLength(100);
    expect(await progressOf('floor')).toMatchObject({
      through: { sequence: 100 },
      counts: { delivered: 100 },
    });
    const attempts = await rig.progress.attempts('acme', 'floor');
    expect(new Set(attempts.map(({ cursor }) => cursor)).size).toBe(100);
  });

  it('hands over without a loss and without a repeat, and gives what is in flight a moment', async () => {
    await start();
    rig.receivers.tookMs.set('crm', 1_000);
    await rig.commit('a', 'b');
    await rig.pass(100);
    const stopped = stop();
    await rig.commit('c');
    await stopped;
    running = rig.replica().begin('acme');
    await rig.pass(5_000);
    expect(rig.receivers.sequences()).toEqual([1, 2, 3]);
  });

  it('cuts off what takes longer when it stops, and the next owner sends it again', async () => {
    await start();
    rig.receivers.tookMs.set('crm', HOUR);
    await rig.commit('a');
    await rig.pass(100);
    await stop();
    rig.receivers.tookMs.set('crm', 10);
    running = rig.replica().begin('acme');
    await rig.pass(1_000);
    expect(rig.receivers.sequences()).toEqual([1, 1]);
    expect((await progressOf()).failingSince).toBeNull();
  });

  it('ends where another has claimed', async () => {
    await start();
    const other = rig.replica().begin('acme');
    await rig.pass(100);
    await rig.commit('a');
    await rig.pass(1_000);
    // Both had the same event before either could notice.
    expect(new Set(rig.receivers.sequences())).toEqual(new Set([1]));
    const before = rig.receivers.arrivals.length;
    await rig.commit('b');
    await rig.pass(5_000);
    expect(rig.receivers.arrivals.length - before).toBe(1);
    const ended = other.stop();
    await rig.pass(5_000);
    await ended;
  });

  it.each([
    ['hangs', 15_000, AWAY],
    ['answers slowly', 14_000, DELIVERED],
    ['refuses each event', 10, REFUSED],
    ['is down', 1, AWAY],
  ])('lets an endpoint that %s cost no other anything', async (_, tookMs, answer) => {
    /** When the other one got each event, in virtual time. */
    const delivered = async (isInTrouble: boolean) => {
      await start({ id: 'first' }, { id: 'well' });
      if (isInTrouble) {
        rig.receivers.tookMs.set('first', tookMs);
        rig.receivers.answers.set('first', () => answer);
      }
      for (let n = 0; n < 50; n++) {
        await rig.commit(`c${n}`, ['call-offered', `c${n}`]);
        await rig.pass(200);
      }
      const arrivals = rig.receivers.of('well').map(({ at, body }) => [Number(body.sequence), at]);
      await stop();
      return arrivals;
    };
    const without = await delivered(false);
    expect(without).toHaveLength(100);
    expect(await delivered(true)).toEqual(without);
  });

  it('takes new, altered and removed endpoints while it runs; a new address keeps its position', async () => {
    await start({ id: 'a' }, { id: 'b' });
    await rig.commit('1');
    await rig.pass(1_000);
    const service = rig.replica();
    await stop();
    running = service.begin('acme');
    await rig.pass(1_000);
    rig.receivers.answers.set('a', () => AWAY);
    await rig.commit('2');
    await rig.pass(20_000);
    rig.endpoints = [
      webhookEndpoint('https://other.example/', { id: 'a' }),
      webhookEndpoint('https://new.example/', { id: 'c' }),
    ];
    rig.receivers.answers.delete('a');
    service.change(['acme']);
    await rig.pass(100);
    // Asked at once, not when its next probe was due.
    expect(rig.receivers.sequences('a')).toEqual([1, 2]);
    await rig.commit('3');
    await rig.pass(1_000);
    expect(rig.receivers.sequences('a')).toEqual([1, 2, 3]);
    expect(rig.receivers.sequences('b')).toEqual([1, 2]);
    expect(rig.receivers.sequences('c')).toEqual([3]);
    expect([...(await rig.progress.progress('acme')).keys()].toSorted()).toEqual(['a', 'c']);
  });

  it('begins again with what comes then, where an endpoint was removed and is added again', async () => {
    const crm = { id: 'crm' };
    rig = new WebhooksUnderTest([webhookEndpoint('https://crm.example/', crm)]);
    // It waits for the tenant's first log, and is known to the store when it is claimed again.
    running = rig.replica().begin('acme');
    await rig.pass(100);
    await rig.log.claim('e1');
    await rig.commit('1');
    await rig.pass(4_000);
    await stop();
    const service = rig.replica();
    running = service.begin('acme');
    await rig.pass(100);
    const change = async (...endpoints: object[]) => {
      rig.endpoints = endpoints.map((more) => webhookEndpoint('https://crm.example/', more));
      service.change(['acme']);
      await rig.pass(1_000);
    };
    await rig.commit('2');
    await rig.pass(1_000);
    for (let turn = 0; turn < 2; turn++) {
      await change({ id: 'other' });
      await rig.commit('missed');
      await change({ id: 'other' }, crm);
    }
    await rig.commit('last');
    await rig.pass(4_000);
    expect(rig.receivers.sequences('crm')).toEqual([1, 2, 5]);
    expect(await progressOf()).toMatchObject({ through: { sequence: 5 } });
  });

  it('begins again also where it had waited for the log in this process', async () => {
    rig = new WebhooksUnderTest([webhookEndpoint('https://crm.example/', { id: 'crm' })]);
    const service = rig.replica();
    running = service.begin('acme');
    await rig.pass(100);
    await rig.log.claim('e1');
    await rig.commit('1');
    await rig.pass(4_000);
    const both = rig.endpoints;
    rig.endpoints = [];
    service.change(['acme']);
    await rig.pass(100);
    rig.endpoints = both;
    service.change(['acme']);
    await rig.pass(100);
    await rig.commit('2');
    await rig.pass(4_000);
    expect(rig.receivers.sequences()).toEqual([1, 2]);
  });

  it('counts an event of which no request can be made as refused, and goes on', async () => {
    await start();
    const spoilt = webhookEndpoint('https://crm.example/', { id: 'spoilt' });
    const template = {
      get requests(): never {
        throw new Error('spoilt');
      },
    } as never;
    const service = rig.replica();
    await stop();
    running = service.begin('acme');
    rig.endpoints = [...rig.endpoints, { ...spoilt, template }];
    service.change(['acme']);
    await rig.pass(100);
    await rig.commit('a', 'b');
    await rig.pass(2_000);
    expect(rig.receivers.sequences()).toEqual([1, 2]);
    expect(await progressOf('spoilt')).toMatchObject({
      open: [{ tries: 2 }, { tries: 2 }],
      lastError: 'no request can be made of the event',
    });
  });

  it('keeps what it does not know: a replica with a newer file may have begun it', async () => {
    await start({ id: 'crm' }, { id: 'new' });
    await rig.commit('a');
    await rig.pass(1_000);
    await stop();
    const newer = rig.endpoints;
    rig.endpoints = newer.filter(({ id }) => id === 'crm');
    const behind = rig.replica();
    running = behind.begin('acme');
    await rig.commit('b');
    await rig.pass(1_000);
    expect(rig.receivers.sequences('new')).toEqual([1]);
    rig.endpoints = newer;
    behind.change(['acme']);
    await rig.pass(1_000);
    expect(rig.receivers.sequences('new')).toEqual([1, 2]);
  });

  it('resumes what was disabled when somebody asks for it on any replica', async () => {
    await start();
    rig.receivers.answers.set('crm', () => GONE);
    await rig.commit('a');
    await rig.pass(1_000);
    expect(await progressOf()).toMatchObject({ state: 'disabled' });
    rig.receivers.answers.delete('crm');
    await rig.commit('b');
    await rig.pass(MINUTE);
    expect(rig.receivers.sequences()).toEqual([1]);
    await rig.progress.askToResume('acme', 'crm');
    await rig.pass(4_000);
    expect(rig.receivers.sequences()).toEqual([1, 1, 2]);
    expect(rig.announced.map(({ type }) => type)).toEqual(['webhook-failing', 'webhook-recovered']);
  });

  it('goes on in an epoch that continues the one before, and announces a gap in one that does not', async () => {
    await start();
    await rig.commit('a');
    await rig.pass(1_000);
    await rig.log.claim('e2', true);
    await rig.commit('b');
    await rig.pass(4_000);
    expect(rig.receivers.of('crm').map(({ body }) => body.type)).toEqual([
      'call-started',
      'delivery-gap',
      'call-started',
    ]);
    expect(rig.stats.gaps).toBe(1);
  });

  it('keeps trying to save while the store is away, and loses nothing of it', async () => {
    await start();
    const save = rig.progress.save.bind(rig.progress);
    rig.progress.save = () => Promise.reject(new Error('away'));
    await rig.commit('a', 'b');
    await rig.pass(10_000);
    expect(rig.receivers.sequences()).toEqual([1, 2]);
    rig.progress.save = save;
    await rig.pass(10_000);
    expect(await progressOf()).toMatchObject({ through: { sequence: 2 } });
  });

  it('is not set back where the store has lost what was saved', async () => {
    await start();
    await rig.commit('a');
    await rig.pass(1_000);
    rig.progress.loseMemory();
    await rig.commit('b');
    await rig.pass(MINUTE);
    await rig.commit('c');
    await rig.pass(MINUTE);
    expect(rig.receivers.sequences()).toEqual([1, 2, 3]);
    expect(await progressOf()).toMatchObject({ through: { sequence: 3 } });
  });

  it('counts what it does', async () => {
    await start();
    rig.receivers.answers.set('crm', ({ body }) => (body.subject === 'b' ? REFUSED : DELIVERED));
    await rig.commit('a', 'b', 'c');
    await rig.pass(500);
    expect(rig.stats.events.get('delivered')).toBe(2);
    expect(rig.stats.attempts('event', 'event-failed')).toBe(1);
    expect(rig.stats.owned()).toMatchObject([{ tenant: 'acme', id: 'crm', state: 'active', lagEvents: 1 }]);
    await rig.pass(5_000);
  });

  it('catches up after an hour’s outage: in order, no faster than its rate, all that is young enough, and it was said after five minutes', async () => {
    await start({ ratePerSecond: 20 });
    const end = rig.time.now + HOUR;
    const begun = rig.time.now;
    rig.receivers.answers.set('crm', () => AWAY);
    for (let n = 0; rig.time.now < end; n++) {
      await rig.commit(`c${n}`, ['call-offered', `c${n}`], ['call-ended', `c${n}`]);
      await rig.pass(10_000);
    }
    expect(rig.announced).toMatchObject([{ type: 'webhook-failing', endpoint: 'crm' }]);
    expect(rig.announced[0]!.at - begun).toBeLessThan(5 * MINUTE + 3_000);
    rig.receivers.answers.delete('crm');
    await rig.pass(10 * MINUTE);

    const arrivals = rig.receivers.of('crm');
    const offered = arrivals.filter(({ body }) => body.type === 'call-offered');
    // Of the rings only those of the last minute are worth delivering.
    expect(offered.length).toBeLessThanOrEqual(6);
    expect(arrivals.length - offered.length).toBe(2 * 360);
    for (const subject of new Set(arrivals.map(({ body }) => body.subject))) {
      const sequences = arrivals.flatMap(({ body }) => (body.subject === subject ? [body.sequence!] : []));
      expect(sequences).toEqual(sequences.toSorted());
    }
    for (const [n, { at }] of arrivals.entries()) {
      const within = arrivals.slice(n).filter((other) => other.at < at + 1_000).length;
      expect(within).toBeLessThanOrEqual(21);
    }
    expect(rig.announced.map(({ type }) => type)).toEqual(['webhook-failing', 'webhook-recovered']);
    expect(await progressOf()).toMatchObject({ open: [], state: 'active' });
    const { counts } = await progressOf();
    expect(counts.delivered + counts.expired).toBe(3 * 360);
    expect(counts.dead).toBe(0);
  });
});
