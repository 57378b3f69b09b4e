import { jest } from '@jest/globals';
import { DeliveryUnderTest, LogWriter, ManualClock, token } from '../../../test/support/delivery.js';
import { until } from '../../../test/support/until.js';
import { UNCHANGED } from '../../core/model/delta.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import type { AskRegistration, RegistrationNow } from './registration-query.js';

const UUID = '290619f4-c6db-40b2-8bb5-38f0ae5c3185';

describe('GET /v1/extensions/{id}/registration', () => {
  let clock: ManualClock;
  let store: MemoryStore;
  let delivery: DeliveryUnderTest;
  const ask = jest.fn<AskRegistration>();

  beforeEach(async () => {
    clock = new ManualClock();
    store = new MemoryStore({ maxEvents: 1_000 });
    await new LogWriter(store).claim('e1');
    ask.mockReset();
    ask.mockImplementation((_, id) => Promise.resolve(found(id === UUID ? '107' : id)));
    delivery = await DeliveryUnderTest.start(store, { clock, askRegistration: ask });
  });
  afterEach(async () => {
    await delivery.stop();
    await store.close();
  });

  const found = (extension: string, registered = true): RegistrationNow => ({
    outcome: 'found',
    extension,
    registered,
    at: clock.now(),
  });
  const asked = async (id: string, claims: object = {}) => {
    const response = await delivery.get(`/v1/extensions/${id}/registration`, await token({ ...claims }));
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  async function known(extension: string, registered: boolean, ageMs: number): Promise<void> {
    const at = clock.now() - ageMs;
    const { fence } = await store.claim('acme', { epoch: 'e1' });
    const one = { extension, extensionId: UUID, registered, since: at, checked: { startedAt: at, at } };
    await store.touch('acme', fence, { ...UNCHANGED, registrations: new Map([[extension, one]]) });
  }

  it('asks the PBX about an extension that is not watched, by number or uuid', async () => {
    const checkedAt = new Date(clock.now()).toISOString();
    for (const id of ['107', UUID])
      expect(await asked(id)).toEqual({
        status: 200,
        body: { extension: '107', registered: true, checkedAt },
      });
    expect(ask.mock.calls).toEqual([
      ['acme', '107'],
      ['acme', UUID],
    ]);
  });

  it('answers from the state while that is fresh, and asks once it is not', async () => {
    await known('107', false, 40_000);
    const checkedAt = new Date(clock.now() - 40_000).toISOString();
    for (const id of ['107', UUID.toUpperCase()])
      expect((await asked(id)).body).toEqual({ extension: '107', registered: false, checkedAt });
    expect(ask).not.toHaveBeenCalled();
    clock.advance(6_000);
    expect((await asked('107')).body).toMatchObject({ registered: true });
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it('is never behind the event that announced a change', async () => {
    await known('107', true, 1_000);
    expect((await asked('107')).body).toMatchObject({ registered: true });
    const latest = new Date(clock.now()).toISOString();
    const observed = { earliest: null, latest, certainty: 'observed' } as const;
    const log = await new LogWriter(store).claim('e1');
    await log.commit({
      type: 'extension-unregistered',
      subject: '107',
      time: clock.now(),
      data: { extension: '107', registered: false, observed },
    });
    expect((await asked('107')).body).toMatchObject({ registered: false, checkedAt: latest });
  });

  it('shares one question among all who ask at the same time, and a moment longer', async () => {
    let answer: (now: RegistrationNow) => void = () => undefined;
    ask.mockImplementation(() => new Promise((resolve) => (answer = resolve)));
    const all = Array.from({ length: 20 }, () => asked('107'));
    await until(() => ask.mock.calls.length > 0);
    // All of them are in by the time that another, later one has been refused.
    await delivery.get('/v1/calls', null);
    answer(found('107'));
    expect(new Set((await Promise.all(all)).map(({ status }) => status))).toEqual(new Set([200]));
    await asked('107');
    expect(ask).toHaveBeenCalledTimes(1);
    clock.advance(2_001);
    const later = asked('107');
    await until(() => ask.mock.calls.length === 2);
    answer(found('107'));
    await later;
  });

  it('keeps no answer of the PBX any longer when the clock is set back', async () => {
    await asked('107');
    clock.behindMs = 3_600_000;
    await asked('107');
    expect(ask).toHaveBeenCalledTimes(1);
    clock.advance(2_001);
    await asked('107');
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it('takes what the state says of a far later time for stale, and not what a clock a little ahead has said', async () => {
    await known('107', false, -1_000);
    expect((await asked('107')).body).toMatchObject({ registered: false });
    expect(ask).not.toHaveBeenCalled();
    clock.behindMs = 3_600_000;
    expect((await asked('107')).body).toMatchObject({ registered: true });
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it('lets a tenant have only so many questions under way', async () => {
    const answers: (() => void)[] = [];
    ask.mockImplementation((_, id) => new Promise((resolve) => answers.push(() => resolve(found(id)))));
    const first = Array.from({ length: 8 }, (_, n) => asked(String(100 + n)));
    await until(() => answers.length === 8);
    expect(await asked('999')).toMatchObject({ status: 429, body: { code: 'too-many-requests' } });
    for (const answer of answers) answer();
    await Promise.all(first);
  });

  it('says that there is no such extension with a 404', async () => {
    ask.mockResolvedValue({ outcome: 'not-found' });
    expect(await asked('999')).toEqual({
      status: 404,
      body: {
        type: 'urn:pitel-event-bridge:problem:extension-not-found',
        title: 'Not Found',
        status: 404,
        detail: 'the PBX knows no such extension',
        instance: '/v1/extensions/999/registration',
        code: 'extension-not-found',
      },
    });
  });

  it.each(['*97', 'abc', '1'.repeat(16), 'a@b'])(
    'does not ask the PBX about %s, which is no extension’s number or uuid, and answers 404',
    async (id) => {
      expect(await asked(encodeURIComponent(id))).toMatchObject({
        status: 404,
        body: {
          code: 'extension-not-found',
          detail: 'an extension is asked for by its number, 1 to 15 digits, or its uuid',
        },
      });
      expect(ask).not.toHaveBeenCalled();
    },
  );

  it('says that the PBX could not be asked with a 502', async () => {
    ask.mockResolvedValue({ outcome: 'failed', reason: 'connection refused', retryAfterMs: null });
    expect(await asked('107')).toMatchObject({
      status: 502,
      body: { code: 'upstream-failed', detail: 'the PBX could not be asked: connection refused' },
    });
  });

  it('hides from a token what is not its own, and does not even ask for it', async () => {
    const own = { extensions: ['107'] };
    await known('107', false, 40_000);
    const others = '7bc3db7b-e95e-4afe-a345-a8385dfb31b7';
    const hidden = [
      await asked('108', own),
      await asked(others, own),
      await asked('107', { queues: ['sales'] }),
      await asked(UUID, { queues: ['sales'] }),
      await asked(UUID, { extensions: ['108'] }),
    ];
    const { detail } = hidden[0]!.body;
    const refusal = { status: 404, code: 'extension-not-found', detail };
    for (const { body } of hidden) expect(body).toMatchObject(refusal);
    for (const id of ['107', UUID])
      expect((await asked(id, own)).body).toMatchObject({ extension: '107', registered: false });
    expect(ask).not.toHaveBeenCalled();
    clock.advance(60_000);
    expect((await asked(UUID, own)).body).toMatchObject({ extension: '107', registered: true });
    ask.mockImplementation(() => Promise.resolve(found('108')));
    clock.advance(60_000);
    expect((await asked(UUID, own)).body).toMatchObject(refusal);
  });

  it('asks the PBX of a tenant ten times at once and once a second, and says when to come back', async () => {
    const ids = Array.from({ length: 10 }, (_, n) => String(100 + n));
    for (const id of ids) expect((await asked(id)).status).toBe(200);
    const response = await delivery.get('/v1/extensions/200/registration', await token());
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '1']);
    expect((await asked('201', { tenant: 'globex' })).status).toBe(200);
    expect((await asked('100')).status).toBe(200);
    clock.advance(1_000);
    expect([(await asked('200')).status, (await asked('202')).status]).toEqual([200, 429]);
    expect(ask).toHaveBeenCalledTimes(12);
  });

  it('does not ask the PBX before it wants to be asked again', async () => {
    ask.mockResolvedValueOnce({ outcome: 'failed', reason: 'HTTP 429', retryAfterMs: 30_000 });
    const get = async (id: string) => {
      const response = await delivery.get(`/v1/extensions/${id}/registration`, await token());
      return [response.status, response.headers.get('retry-after')];
    };
    expect(await get('107')).toEqual([502, '30']);
    clock.advance(10_000);
    expect(await get('108')).toEqual([502, '20']);
    expect((await asked('107', { tenant: 'globex' })).status).toBe(200);
    expect(ask).toHaveBeenCalledTimes(2);
    clock.advance(20_000);
    expect(await get('108')).toEqual([200, null]);
  });

  it('asks the PBX when the store is away', async () => {
    jest.spyOn(store, 'read').mockRejectedValue(new Error('away'));
    jest.spyOn(store, 'snapshot').mockRejectedValue(new Error('away'));
    expect((await asked('107')).status).toBe(200);
  });

  it('wants a token', async () => {
    expect((await delivery.get('/v1/extensions/107/registration', null)).status).toBe(401);
  });
});
