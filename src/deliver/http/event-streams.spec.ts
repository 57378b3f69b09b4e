import { channel } from 'node:diagnostics_channel';
import { createServer, get, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { jest } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { DeliveryUnderTest, LogWriter, token } from '../../../test/support/delivery.js';
import { until } from '../../../test/support/until.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import { TokenVerifier } from '../access/token.js';

const STREAM = '/v1/events/stream';
const LIMIT = 3;

/** A key set that answers when the test says so, and a token of it. */
async function slowKeySet() {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' };
  const asked: ServerResponse[] = [];
  const server = createServer((_, response) => void asked.push(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    server,
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    answer: () =>
      asked[0]!.setHeader('Content-Type', 'application/json').end(JSON.stringify({ keys: [jwk] })),
    token: await new SignJWT({ tenant: 'acme', display: true })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setExpirationTime(4_102_444_800)
      .sign(privateKey),
  };
}

describe('the event streams let go of a client', () => {
  let store: MemoryStore;
  let delivery: DeliveryUnderTest;
  let keySet: Server | null = null;
  const started = channel('http.server.request.start');
  let answers: ServerResponse[];
  const note = (message: unknown) => {
    const { request, response } = message as { request: { url: string }; response: ServerResponse };
    if (request.url === STREAM) answers.push(response);
  };

  beforeEach(async () => {
    store = new MemoryStore({ maxEvents: 1_000 });
    await new LogWriter(store).claim('e1');
    answers = [];
    started.subscribe(note);
  });

  afterEach(async () => {
    started.unsubscribe(note);
    jest.restoreAllMocks();
    await delivery.stop();
    await store.close();
    keySet?.close();
    keySet = null;
  });

  it('that has gone before its token was verified', async () => {
    const keys = await slowKeySet();
    keySet = keys.server;
    const auth = { mode: 'jwt', jwksUrl: keys.url } as const;
    delivery = await DeliveryUnderTest.start(store, { auth, connectionsPerSubject: LIMIT });
    const verify = jest.spyOn(TokenVerifier.prototype, 'verify');
    const headers = { authorization: `Bearer ${keys.token}` };
    const impatient = Array.from({ length: LIMIT }, () =>
      get(`${delivery.url}${STREAM}`, { headers, agent: false }).on('error', () => undefined),
    );
    await until(() => verify.mock.calls.length === LIMIT && keys.asked.length > 0);
    for (const request of impatient) request.destroy();
    await until(() => answers.length === LIMIT && answers.every(({ closed }) => closed));
    keys.answer();
    await Promise.all(verify.mock.results.map(({ value }) => value as Promise<unknown>));
    await (await delivery.get('/v1/calls', keys.token)).text();

    expect(delivery.stats.streams).toBe(0);
    expect(delivery.relay.feed('acme').readers).toBe(0);
    const patient = await Promise.all(Array.from({ length: LIMIT }, () => delivery.get(STREAM, keys.token)));
    expect(patient.map(({ status }) => status)).toEqual(patient.map(() => 200));
    expect(delivery.stats.streams).toBe(LIMIT);
    expect((await delivery.get(STREAM, keys.token)).status).toBe(429);
    await Promise.all(patient.map(({ body }) => body!.cancel()));
  });

  it('that has asked for several on one connection, of which one is open at a time', async () => {
    delivery = await DeliveryUnderTest.start(store, { connectionsPerSubject: LIMIT });
    const mine = await token();
    const client = connect(Number(new URL(delivery.url).port), '127.0.0.1');
    const request = `GET ${STREAM} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${mine}\r\n\r\n`;
    client.write(request.repeat(LIMIT));
    await until(() => delivery.stats.streams > 0);
    await (await delivery.get('/v1/calls', mine)).text();
    expect(delivery.stats.streams).toBe(1);
    client.destroy();
    await until(() => delivery.stats.streams === 0);
    expect(delivery.relay.feed('acme').readers).toBe(0);
    const next = await delivery.get(STREAM, mine);
    expect(next.status).toBe(200);
    await next.body!.cancel();
  });
});
