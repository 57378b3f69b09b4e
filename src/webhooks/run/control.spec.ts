import { webhookEndpoint } from '../../../test/support/webhook-endpoint.js';
import { DELIVERED, REFUSED } from '../../../test/support/webhook-log.js';
import { WebhooksUnderTest } from '../../../test/support/webhook-run.js';
import type { WebhookEndpoint } from '../../config/webhooks/webhook-endpoint.js';
import { NoSuchEndpointError, type ReplayOf, UnusableCursorError } from '../webhooks-control.js';
import { StoredWebhooksControl } from './control.js';

const cursor = (sequence: number, epoch = 'e1') => `${epoch}:${String(sequence).padStart(16, '0')}`;

describe('what people can have a webhook do', () => {
  let rig: WebhooksUnderTest;
  let control: StoredWebhooksControl;
  const ending = new AbortController();

  async function begin(given: Partial<WebhookEndpoint> = {}, maxEvents = 100_000): Promise<void> {
    rig = new WebhooksUnderTest([webhookEndpoint('https://crm.example/hook', given)], maxEvents);
    const replica = rig.replica();
    control = controlOf(replica);
    await rig.log.claim('e1');
  }
  const controlOf = (replica: ReturnType<WebhooksUnderTest['replica']>) =>
    new StoredWebhooksControl({
      endpointsOf: () => rig.endpoints,
      store: rig.progress,
      logs: rig.store,
      logOf: (tenant) => replica.logOf(tenant),
      sender: rig.receivers,
      stats: rig.stats,
      clock: rig.clock,
    });
  const replayed = async (what: ReplayOf, signal = ending.signal, ms = 60_000) => {
    const replaying = control.replay('acme', 'crm', what, signal);
    // Looked at below, after time has passed.
    replaying.catch(() => undefined);
    await rig.pass(ms);
    return replaying;
  };
  const reasonOf = (what: ReplayOf) =>
    replayed(what).catch((error: unknown) => (error instanceof UnusableCursorError ? error.reason : error));

  it('sends again all since an instant, in the log’s order, with the ids that they had', async () => {
    await begin();
    const before = await rig.commit('a', ['call-ended', 'a']);
    await rig.pass(1_000);
    const since = rig.time.now;
    const events = await rig.commit('b', ['call-ended', 'b'], 'c');
    expect(await replayed({ since })).toEqual({ delivered: 3, last: DELIVERED, cursor: null });
    expect(rig.receivers.arrivals.map(({ body }) => body)).toEqual(events);
    const ids = rig.receivers.arrivals.map(({ id }) => id);
    expect(await replayed({ since: 0 })).toMatchObject({ delivered: 5 });
    expect(rig.receivers.arrivals.slice(3).map(({ body }) => body)).toEqual([...before, ...events]);
    expect(rig.receivers.arrivals.slice(5).map(({ id }) => id)).toEqual(ids);
  });

  it('sends again what is after a cursor, or one event only', async () => {
    await begin();
    await rig.commit('a', 'b', 'c');
    expect(await replayed({ after: cursor(1) })).toMatchObject({ delivered: 2, cursor: null });
    expect(await replayed({ only: cursor(2) })).toMatchObject({ delivered: 1, cursor: null });
    expect(rig.receivers.sequences()).toEqual([2, 3, 2]);
    expect(await replayed({ after: cursor(3) })).toEqual({ delivered: 0, last: null, cursor: null });
  });

  it('goes through more pages than one', async () => {
    await begin();
    await rig.commit(...Array.from({ length: 150 }, (_, n) => `c${n}`));
    expect(await replayed({ since: 0 })).toMatchObject({ delivered: 150 });
    expect(rig.receivers.sequences()).toEqual(Array.from({ length: 150 }, (_, n) => n + 1));
  });

  it('ends at the first event that is refused, and says where it can go on', async () => {
    await begin();
    await rig.commit('a', 'b', 'c');
    rig.receivers.answers.set('crm', ({ body }) => (body.subject === 'b' ? REFUSED : DELIVERED));
    const ended = await replayed({ since: 0 });
    expect(ended).toEqual({ delivered: 1, last: REFUSED, cursor: cursor(1) });
    expect(rig.receivers.sequences()).toEqual([1, 2]);
    rig.receivers.answers.clear();
    expect(await replayed({ after: ended.cursor! })).toMatchObject({ delivered: 2, cursor: null });
  });

  it('ends where it is aborted, and says where it can go on', async () => {
    await begin({ ratePerSecond: 1 });
    await rig.commit('a', 'b', 'c');
    const aborting = new AbortController();
    const replaying = control.replay('acme', 'crm', { since: 0 }, aborting.signal);
    // One at once, then one a second.
    await rig.pass(500);
    aborting.abort();
    await rig.pass(1_000);
    expect(await replaying).toMatchObject({ delivered: 1, cursor: cursor(1) });
    expect(rig.receivers.sequences()).toEqual([1]);
  });

  it('sends only what the endpoint wants, at its rate', async () => {
    await begin({ types: ['call-ended'], ratePerSecond: 1 });
    await rig.commit('a', ['call-ended', 'a'], 'b', ['call-ended', 'b']);
    expect(await replayed({ since: 0 })).toMatchObject({ delivered: 2 });
    const [first, second] = rig.receivers.arrivals;
    expect(rig.receivers.sequences()).toEqual([2, 4]);
    expect(second!.at - first!.at).toBe(1_000);
    // One that the endpoint would never get is not sent because somebody asks for it.
    expect(await replayed({ only: cursor(1) })).toEqual({ delivered: 0, last: null, cursor: null });
  });

  it('refuses what the log does not hold any more, or never held', async () => {
    await begin({}, 2);
    await rig.commit('a', 'b', 'c', 'd');
    expect(await reasonOf({ after: cursor(9) })).toBe('cursor-unknown');
    expect(await reasonOf({ only: cursor(9) })).toBe('cursor-unknown');
    expect(await reasonOf({ after: cursor(1, 'e0') })).toBe('epoch-changed');
    expect(await reasonOf({ only: 'nonsense' })).toBe('cursor-malformed');
    expect(await reasonOf({ after: cursor(0) })).toBe('cursor-too-old');
    expect(await reasonOf({ only: cursor(1) })).toBe('cursor-too-old');
    expect(rig.receivers.arrivals).toEqual([]);
    expect(await replayed({ only: cursor(3) })).toMatchObject({ delivered: 1 });
  });

  it('shows no cursor of an endpoint that began before there was a log', async () => {
    rig = new WebhooksUnderTest([webhookEndpoint('https://crm.example/hook')]);
    const replica = rig.replica();
    control = controlOf(replica);
    const running = replica.begin('acme');
    await rig.pass(100);
    expect(await control.list('acme')).toMatchObject([{ state: 'active', cursor: null, lagEvents: 0 }]);
    await rig.log.claim('e1');
    await rig.commit('a');
    await rig.pass(4_000);
    expect(await control.list('acme')).toMatchObject([{ cursor: cursor(1), lagEvents: 0 }]);
    const ended = running.stop();
    await rig.pass(2_000);
    await ended;
  });

  it('touches neither position nor state of the endpoint, and lists its attempts', async () => {
    await begin();
    const running = rig.replica().begin('acme');
    await rig.pass(100);
    await rig.commit('a');
    await rig.pass(1_000);
    const before = (await rig.progress.progress('acme')).get('crm');
    rig.receivers.answers.set('crm', () => REFUSED);
    await replayed({ only: cursor(1) }, ending.signal, 1_000);
    expect((await rig.progress.progress('acme')).get('crm')).toEqual(before);
    expect(await control.attempts('acme', 'crm')).toMatchObject([
      { kind: 'replay', outcome: 'event-failed', cursor: cursor(1) },
      { kind: 'event', outcome: 'delivered', cursor: cursor(1) },
    ]);
    const stopped = running.stop();
    await rig.pass(5_000);
    await stopped;
  });

  it('knows no endpoint that is not configured', async () => {
    await begin();
    await expect(control.replay('acme', 'other', { since: 0 }, ending.signal)).rejects.toThrow(
      NoSuchEndpointError,
    );
    await expect(control.attempts('acme', 'other')).rejects.toThrow(NoSuchEndpointError);
  });
});
