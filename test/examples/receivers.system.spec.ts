import type { BridgeEvent } from '../../src/core/model/event.js';
import { answered, started } from '../conformance/played-calls.js';
import { PlayedLog } from '../conformance/played-log.js';
import {
  csharp,
  EXAMPLES,
  laravel,
  odoo,
  phpPage,
  pythonProgram,
  type Receiver,
  type StartReceiver,
} from './runtimes.js';
import { deliver, OLD_SECRET, OTHER_SECRET, post, SECRET, signedByNone } from './signed.js';

/** The receivers of examples/, as they are, with what the bridge sends and with what it does not. */
const RECEIVERS: Readonly<Record<string, StartReceiver>> = {
  'PHP under php-fpm': phpPage('receive.php'),
  'Laravel under php-fpm': laravel,
  Python: pythonProgram(`${EXAMPLES}python/receive.py`),
  Odoo: odoo,
  'C#': csharp,
};

const FIVE_MINUTES_MS = 300_000;
const ago = (ms: number) => new Date(Date.now() - ms);

describe.each(Object.entries(RECEIVERS))('the receiver in %s', (_name, start) => {
  let receiver: Receiver;
  const log = new PlayedLog();
  let calls = 0;
  const another = (): BridgeEvent => log.append([started(`c${(calls += 1)}`)])[0]!.event;
  const done = { status: 200, text: 'done' };

  beforeAll(async () => {
    // As during a rotation: the new secret, and the one that it replaces.
    receiver = await start({ PITEL_WEBHOOK_SECRET: `${SECRET} ${OLD_SECRET}` });
  });
  afterAll(() => receiver.stop());

  it('takes a webhook of the bridge', async () => {
    expect(await deliver(receiver.url, another())).toEqual(done);
  });

  it('verifies the bytes: names in Vietnamese, and characters of four bytes', async () => {
    const [entry] = log.append([answered(`c${(calls += 1)}`)], { note: 'Nguyễn Thị Ánh 📞 \u2028' });
    expect(await deliver(receiver.url, entry!.event)).toEqual(done);
  });

  it('refuses an altered body', async () => {
    const event = another();
    const altered = JSON.stringify(event).replace('"107"', '"108"');
    expect(await deliver(receiver.url, event, { altered })).toMatchObject({
      status: 400,
      text: 'wrong signature',
    });
    expect(await deliver(receiver.url, event)).toEqual(done);
  });

  it.each([
    ['earlier', FIVE_MINUTES_MS + 60_000],
    ['later', -FIVE_MINUTES_MS - 60_000],
  ])('refuses a timestamp that is more than five minutes %s', async (_when, ms) => {
    const refusal = { status: 400, text: 'too old, or one of the two clocks is wrong' };
    expect(await deliver(receiver.url, another(), { at: ago(ms) })).toEqual(refusal);
  });

  it('takes a timestamp of four minutes ago', async () => {
    expect(await deliver(receiver.url, another(), { at: ago(FIVE_MINUTES_MS - 60_000) })).toEqual(done);
  });

  it('refuses a wrong secret', async () => {
    const refused = await deliver(receiver.url, another(), { secrets: [OTHER_SECRET] });
    expect(refused).toEqual({ status: 400, text: 'wrong signature' });
  });

  it('takes either secret during a rotation, and finds its own among two signatures', async () => {
    expect(await deliver(receiver.url, another(), { secrets: [OLD_SECRET] })).toEqual(done);
    expect(await deliver(receiver.url, another(), { secrets: [OTHER_SECRET, SECRET] })).toEqual(done);
  });

  it('does not do a repeat again, and says that all is well', async () => {
    const event = another();
    expect(await deliver(receiver.url, event)).toEqual(done);
    expect(await deliver(receiver.url, event)).toEqual({ status: 200, text: 'repeat' });
    // At another position of another epoch, it is the same event.
    const again = { ...event, epoch: 'e9', sequence: '0000000000000001' };
    expect(await deliver(receiver.url, again)).toEqual({ status: 200, text: 'repeat' });
  });

  it.each([
    ['nothing that a webhook has', {}],
    ['no signature', { 'webhook-id': 'evt_1', 'webhook-timestamp': String(Math.floor(Date.now() / 1_000)) }],
    [
      'a timestamp that is no number',
      { 'webhook-id': 'evt_1', 'webhook-timestamp': '1e9', 'webhook-signature': 'v1,' },
    ],
  ])('refuses a request with %s', async (_what, headers) => {
    expect(await post(receiver.url, '{}', headers as Record<string, string>)).toMatchObject({ status: 400 });
  });
});

describe.each(Object.entries(RECEIVERS))('the receiver in %s without a proper secret', (_name, start) => {
  it.each(['', 'whsec_', 'whsec_!!!!'])('lets no request pass: "%s"', async (secret) => {
    const receiver = await start({ PITEL_WEBHOOK_SECRET: secret });
    try {
      const [entry] = new PlayedLog().append([started('forged')]);
      const answer = await deliver(receiver.url, entry!.event, { sign: signedByNone });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.text).not.toBe('done');
    } finally {
      await receiver.stop();
    }
  });
});
