import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BridgeEvent, CallView, Transition } from '../../src/core/model/event.js';
import { abandoned, answered, ended, offered, started } from '../conformance/played-calls.js';
import { PlayedLog } from '../conformance/played-log.js';
import { EXAMPLES, phpPage, pythonProgram, type Receiver } from './runtimes.js';
import { deliver, SECRET } from './signed.js';

interface Heard {
  readonly path: string;
  readonly authorization: string | null;
  readonly fields: Readonly<Record<string, unknown>>;
}

type Reply = (heard: Heard) => { readonly status?: number; readonly body: object };

/** A vendor's server: what it was asked, in order. */
class Vendor {
  readonly heard: Heard[] = [];
  reply: Reply = () => ({ body: {} });
  private constructor(private readonly server: http.Server) {}

  static async start(): Promise<Vendor> {
    const server = http.createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (piece) => (text += piece));
      request.on('end', () => {
        const isJson = request.headers['content-type'] === 'application/json';
        const fields = isJson ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text));
        const heard = { path: request.url!, authorization: request.headers.authorization ?? null, fields };
        vendor.heard.push(heard);
        const { status = 200, body } = vendor.reply(heard);
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
    const vendor = new Vendor(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return vendor;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

let vendor: Vendor;
let receiver: Receiver;
const log = new PlayedLog();
let calls = 0;

const eventsOf = (...transitions: Transition[]): BridgeEvent[] =>
  log.append(transitions).map(({ event }) => event);
/** Each after the other, as the bridge sends the events of a call. */
async function send(...transitions: Transition[]): Promise<BridgeEvent[]> {
  const events = eventsOf(...transitions);
  for (const event of events)
    expect(await deliver(receiver.url, event)).toEqual({ status: 200, text: 'done' });
  return events;
}
const changed = (transition: Transition, change: Partial<CallView>): Transition =>
  ({ ...transition, data: { ...transition.data, ...change } }) as Transition;
const offerAt = (callId: string, extension: string): Transition => ({
  ...changed(offered(callId), { offer: { extension, extensionId: null, outcome: null } }),
  discriminator: extension,
});
const offerEndedAt = (
  callId: string,
  extension: string,
  outcome: 'answered' | 'answered-elsewhere',
): Transition =>
  ({
    ...changed(offered(callId), { offer: { extension, extensionId: null, outcome } }),
    type: 'call-offer-ended',
    discriminator: extension,
  }) as Transition;
let callId: string;

beforeEach(async () => {
  callId = `call-${(calls += 1)}`;
  vendor = await Vendor.start();
});
afterEach(async () => {
  await receiver.stop();
  await vendor.stop();
});

describe('Bitrix24', () => {
  let registered = 0;
  beforeEach(async () => {
    registered = 0;
    vendor.reply = ({ path }) =>
      path.endsWith('.register.json')
        ? { body: { result: { CALL_ID: `externalCall.${(registered += 1)}` } } }
        : { body: { result: true } };
    receiver = await phpPage('bitrix24.php')({
      PITEL_WEBHOOK_SECRET: SECRET,
      BITRIX_REST: `${vendor.url}/rest/1/code/`,
      BITRIX_USERS: '{"107": 12, "108": 13}',
      BITRIX_DESK: '1',
    });
  });
  const asked = () =>
    vendor.heard.map(({ path, fields }) => [
      path.replace('/rest/1/code/telephony.externalcall.', ''),
      fields,
    ]);

  it('shows the card where it rings, and finishes with the id that register returned', async () => {
    await send(
      started(callId),
      offerAt(callId, '107'),
      offerAt(callId, '108'),
      answered(callId),
      offerEndedAt(callId, '107', 'answered'),
      offerEndedAt(callId, '108', 'answered-elsewhere'),
      ended(callId),
    );
    const CALL_ID = 'externalCall.1';
    expect(asked()).toEqual([
      [
        'register.json',
        {
          USER_ID: 12,
          PHONE_NUMBER: '+84914237383',
          TYPE: 2,
          CALL_START_DATE: '2026-03-02T03:00:00.000Z',
          LINE_NUMBER: '02871099999',
          CRM_CREATE: 1,
          SHOW: 1,
          EXTERNAL_CALL_ID: callId,
        },
      ],
      ['show.json', { CALL_ID, USER_ID: 13 }],
      ['hide.json', { CALL_ID, USER_ID: 13 }],
      ['finish.json', { CALL_ID, USER_ID: 12, DURATION: 60, STATUS_CODE: '200' }],
    ]);
  });

  it('registers a call that rang nowhere when it has ended, for the desk', async () => {
    const nowhere = abandoned(callId).map((transition) => changed(transition, { extensions: [] }));
    await send(...nowhere);
    expect(asked()).toMatchObject([
      ['register.json', { USER_ID: 1, SHOW: 0 }],
      ['finish.json', { CALL_ID: 'externalCall.1', USER_ID: 1, DURATION: 0, STATUS_CODE: '304' }],
    ]);
  });

  it('asks again what Bitrix24 refused, when the bridge sends the event again, and nothing twice', async () => {
    const reply = vendor.reply;
    const [offer, end] = eventsOf(offerAt(callId, '107'), ended(callId));
    vendor.reply = () => ({ status: 503, body: { error: 'QUERY_LIMIT_EXCEEDED' } });
    expect(await deliver(receiver.url, offer!)).toEqual({
      status: 502,
      text: 'telephony.externalcall.register: QUERY_LIMIT_EXCEEDED',
    });
    // A refusal of this event holds no other call's up.
    vendor.reply = () => ({ status: 400, body: { error: 'ERROR_CORE' } });
    expect(await deliver(receiver.url, offer!)).toMatchObject({ status: 500 });
    vendor.reply = reply;
    expect(await deliver(receiver.url, offer!)).toEqual({ status: 200, text: 'done' });
    expect(await deliver(receiver.url, offer!)).toEqual({ status: 200, text: 'repeat' });
    expect(await deliver(receiver.url, end!)).toEqual({ status: 200, text: 'done' });
    const register = 'register.json';
    expect(asked().map(([method]) => method)).toEqual([register, register, register, 'finish.json']);
  });
});

describe('Zoho PhoneBridge', () => {
  let token: string;
  beforeEach(async () => {
    token = 'token-1';
    vendor.reply = ({ path, authorization }) => {
      if (path === '/oauth/v2/token')
        return { body: { access_token: token, api_domain: vendor.url, expires_in: 3600 } };
      if (authorization === `Zoho-oauthtoken ${token}`)
        return { body: { status: 'success', code: 'SUCCESS' } };
      return { status: 401, body: { code: 'INVALID_TOKEN', status: 'error' } };
    };
    receiver = await pythonProgram(`${EXAMPLES}python/zoho_phonebridge.py`)({
      PITEL_WEBHOOK_SECRET: SECRET,
      ZOHO_ACCOUNTS: vendor.url,
      ZOHO_CLIENT_ID: '1000.CLIENT',
      ZOHO_CLIENT_SECRET: 'client-secret',
      ZOHO_REFRESH_TOKEN: '1000.refresh',
      ZOHO_USERS: '{"107": "20068512682"}',
    });
  });
  const asked = () => vendor.heard.map(({ path, fields }) => ({ path, ...fields }));
  const notify = {
    path: '/phonebridge/v3/callnotify',
    from: '+84914237383',
    to: '107',
    zohouser: '20068512682',
  };
  const grant = {
    path: '/oauth/v2/token',
    grant_type: 'refresh_token',
    client_id: '1000.CLIENT',
    client_secret: 'client-secret',
    refresh_token: '1000.refresh',
  };

  it('gets one access token, and notifies of ringing, answer and end', async () => {
    await send(started(callId), offered(callId), answered(callId), ended(callId));
    const id = callId.replace('-', '');
    const start_time = '2026-03-02 03:00:00';
    expect(asked()).toEqual([
      grant,
      { ...notify, type: 'received', state: 'ringing', id },
      { ...notify, type: 'received', state: 'answered', id },
      { ...notify, type: 'received', state: 'ended', id, start_time, duration: '60' },
    ]);
    expect(vendor.heard.at(-1)!.authorization).toBe('Zoho-oauthtoken token-1');
  });

  it('gets another access token when one was revoked', async () => {
    await send(offered(callId));
    token = 'token-2';
    await send(answered(callId));
    expect(asked().map(({ path }) => path.split('/').at(-1))).toEqual([
      'token',
      'callnotify',
      'callnotify',
      'token',
      'callnotify',
    ]);
    expect(vendor.heard.at(-1)).toMatchObject({ authorization: 'Zoho-oauthtoken token-2' });
  });

  it('logs a call without an answer as missed, and an outbound one as noanswer', async () => {
    const outbound = `${callId}-out`;
    await send(...abandoned(callId));
    await send(changed(abandoned(outbound)[1]!, { direction: 'outbound', outcome: 'no-answer' }));
    expect(asked().slice(1)).toMatchObject([
      {
        type: 'received',
        state: 'missed',
        from: '+84914237383',
        to: '107',
        start_time: '2026-03-02 03:00:00',
      },
      { type: 'dialed', state: 'noanswer', from: '107', to: '+84914237383' },
    ]);
  });

  it('fails where the refresh token is wrong, so that the bridge sends the event again', async () => {
    const { reply } = vendor;
    vendor.reply = () => ({ body: { error: 'invalid_code' } });
    const [event] = eventsOf(offered(callId));
    expect(await deliver(receiver.url, event!)).toEqual({ status: 500, text: 'failed' });
    vendor.reply = reply;
    expect(await deliver(receiver.url, event!)).toEqual({ status: 200, text: 'done' });
  });
});
