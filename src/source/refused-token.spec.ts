import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { connectedPbx } from '../../test/support/connected-pbx.js';
import { EndpointReader } from './endpoint-reader.js';
import { askRegistration } from './registration.js';

const EMPTY = '{"data":[]}';
const JSON_TYPE = { 'content-type': 'application/json' };
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

type Refuse = (response: ServerResponse) => unknown;
const answer =
  (status: number, body = '', headers: Record<string, string> = JSON_TYPE): Refuse =>
  (response) =>
    response.writeHead(status, headers).end(body);

/**
 * A PBX that accepts only the token `t<valid>`, refuses every other in its way, and gives `t<valid>` for the API key
 * unless `exchange` answers instead.
 */
async function guarded(refuse: Refuse, credential: object = { apiKey: 'k3y' }) {
  const pbx = { valid: 1, exchanges: 0, refused: 0, exchange: null as Refuse | null };
  const { connection, clock, close } = await connectedPbx(
    (request, response) => {
      if (request.method === 'POST') {
        pbx.exchanges++;
        if (pbx.exchange !== null) return void pbx.exchange(response);
        return void response.end(JSON.stringify({ token: `t${pbx.valid}`, expired_in: 15_000_000 }));
      }
      if (request.headers.authorization === `Bearer t${pbx.valid}`) return void response.end(EMPTY);
      pbx.refused++;
      refuse(response);
    },
    { timeZone: 'UTC', ...credential },
  );
  closing.push(close);
  const reader = new EndpointReader(connection);
  const poll = async () => {
    const { observation, heldBackMs } = await reader.poll('monitor');
    return { outcome: observation.outcome, reason: observation.reason, heldBackMs };
  };
  return { pbx, clock, poll, connection };
}

const PAGE = '<!doctype html><title>Login</title>';
const HTML = { 'content-type': 'text/html' };
/** Every way to refuse a token that is known, and the reason where no other helps. */
const WAYS: readonly (readonly [how: string, refuse: Refuse, reason: string])[] = [
  ['401', answer(401), 'HTTP 401'],
  ['403 with an error', answer(403, '{"error":"token is invalid"}'), 'HTTP 403: "token is invalid"'],
  ['403 without a body', answer(403), 'HTTP 403'],
  ['400 with an error', answer(400, '{"error":"invalid token"}'), 'HTTP 400: "invalid token"'],
  ['400 with another error', answer(400, '{"error":"bad request"}'), 'HTTP 400: "bad request"'],
  ['419', answer(419, '{"error":"session expired"}'), 'HTTP 419: "session expired"'],
  ['498', answer(498), 'HTTP 498'],
  ['500 that speaks of the token', answer(500, '{"error":"jwt expired"}'), 'HTTP 500: "jwt expired"'],
  [
    'a redirect to a login',
    answer(302, '', { location: '/login' }),
    'HTTP 302: redirect to another path refused',
  ],
  [
    'a redirect elsewhere',
    answer(307, '', { location: 'https://sso.example/' }),
    'HTTP 307: redirect to sso.example refused',
  ],
  ['200 with a login page', answer(200, PAGE, HTML), 'not JSON (text/html)'],
  ['200 with a page without its type', answer(200, `\n${PAGE}`), 'not JSON (application/json)'],
  [
    '200 with a plain text',
    answer(200, 'Unauthorized', { 'content-type': 'text/plain' }),
    'not JSON (text/plain)',
  ],
  [
    '200 with an error',
    answer(200, '{"error":"token is invalid or expired"}'),
    'error body with 200: "token is invalid or expired"',
  ],
  ['200 with a code', answer(200, '{"code":401,"error":"no","data":null}'), 'error body with 200: "no"'],
  ['200 with a code as text', answer(200, '{"status":"401"}'), 'error body with 200: "401"'],
  [
    '200 with a nested error',
    answer(200, '{"error":{"message":"Token expired"}}'),
    'error body with 200: "Token expired"',
  ],
  [
    '200 with content',
    answer(200, '{"code":400,"error":"failed","content":"token expired"}'),
    'error body with 200: "failed"',
  ],
  ['200 with a message only', answer(200, '{"message":"Unauthenticated."}'), 'error body with 200'],
  [
    '200 in Vietnamese',
    answer(200, '{"error":"Phiên làm việc đã hết hạn"}'),
    'error body with 200: "Phiên làm việc đã hết hạn"',
  ],
];

describe.each(WAYS)('a token that dies early, which the PBX says with %s', (_, refuse, reason) => {
  it('is exchanged once, by all who wait, and each asks again', async () => {
    const { pbx, poll, clock } = await guarded(refuse);
    await poll();
    clock.at += 1_500;
    pbx.valid = 2;
    const polls = await Promise.all(Array.from({ length: 5 }, poll));
    expect(polls.map(({ outcome }) => outcome)).toEqual(Array(5).fill('complete'));
    expect(pbx.exchanges).toBe(2);
    expect(pbx.refused).toBeLessThanOrEqual(5);
  });

  it('makes no loop of exchanges where the next token is refused too, and says why', async () => {
    const { pbx, poll, clock } = await guarded(refuse);
    pbx.exchange = answer(200, '{"token":"other"}');
    const said = new Set<string | null>();
    for (let second = 0; second < 3_600; second += 30) {
      said.add((await poll()).reason);
      clock.at += 30_000;
    }
    expect([...said]).toEqual([`${reason}; a renewed token was refused too`]);
    // Two at once, and then 10, 20, 40, 80, 160 and 300 seconds apart.
    expect(pbx.exchanges).toBeLessThanOrEqual(20);
    pbx.exchange = null;
    clock.at += 300_000;
    expect((await poll()).outcome).toBe('complete');
  });

  it('that is fixed fails with a reason that says that there is no other', async () => {
    const { pbx, poll } = await guarded(refuse, { token: 'fixed' });
    expect((await poll()).reason).toBe(`${reason}; the token is fixed, so no other can be tried`);
    expect(pbx).toMatchObject({ refused: 1, exchanges: 0 });
  });
});

describe('what refuses no token', () => {
  it.each<readonly [string, Refuse]>([
    ['404', answer(404, '{"error":"no such token"}')],
    ['429', answer(429, '{"error":"too many requests for this token"}')],
    ['407 of a proxy', answer(407)],
    ['502', answer(502, PAGE, HTML)],
    ['503', answer(503)],
    ['200 with another error', answer(200, '{"error":"database locked"}')],
    ['200 with an empty body', answer(200)],
    ['200 that is cut', answer(200, '{"data":[{"token"')],
  ])('%s: nothing is exchanged', async (_, refuse) => {
    const { pbx, poll } = await guarded(refuse);
    pbx.exchange = answer(200, '{"token":"other"}');
    await poll();
    expect((await poll()).outcome).toBe('failed');
    expect(pbx.exchanges).toBe(1);
  });

  it('is a row that has such a word, and an odd answer about one extension', async () => {
    const row = '{"extension":"107","call_id":"","agent_name":"token expired","status":"Busy"}';
    const words = await guarded(answer(200, `{"data":[${row}],"message":"ok"}`), { token: 'fixed' });
    expect((await words.poll()).outcome).toBe('complete');
    const { pbx, connection } = await guarded(answer(400, '{"error":"odd extension"}'));
    pbx.exchange = answer(200, '{"token":"other"}');
    await askRegistration(connection, '107');
    await askRegistration(connection, '107');
    expect(pbx.exchanges).toBe(1);
  });
});

describe('an exchange that fails', () => {
  it('is repeated after longer and longer waits, for which polls are held back, until it works again', async () => {
    const { pbx, poll, clock } = await guarded(answer(401));
    await poll();
    Object.assign(pbx, { valid: 2, exchange: answer(502, PAGE, HTML) });
    expect(await poll()).toMatchObject({ reason: 'HTTP 401; token exchange: HTTP 502' });
    const waits: number[] = [];
    for (let failed = 0; failed < 7; failed++) {
      const { reason, heldBackMs } = await poll();
      expect(reason).toBe('token exchange: HTTP 502');
      waits.push(heldBackMs!);
      clock.at += heldBackMs!;
      await poll();
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
    expect(pbx).toMatchObject({ exchanges: 9, refused: 1 });
    pbx.exchange = null;
    clock.at += 15_000;
    expect((await poll()).outcome).toBe('complete');
    expect(pbx.exchanges).toBe(10);
  });

  it('does not end polling under a token that the PBX accepts again', async () => {
    const { pbx, poll, clock } = await guarded(answer(200, PAGE, HTML));
    await poll();
    Object.assign(pbx, { valid: 2, exchange: answer(200, PAGE, HTML) });
    expect((await poll()).reason).toBe('not JSON (text/html); token exchange: not JSON (text/html)');
    pbx.valid = 1;
    clock.at += 200;
    expect((await poll()).outcome).toBe('complete');
  });
});

it('a token that another client takes away again and again is exchanged at a growing distance', async () => {
  const { pbx, poll, clock } = await guarded(answer(401));
  for (let second = 0; second < 1_200; second++) {
    if ((await poll()).outcome === 'complete') pbx.valid++;
    clock.at += 1_000;
  }
  expect(pbx.exchanges).toBeLessThanOrEqual(11);
  clock.at += 300_000;
  expect((await poll()).outcome).toBe('complete');
});

it('a refused token is not exchanged again and again where the PBX gives it again as one that has expired', async () => {
  const { pbx, poll, clock } = await guarded(answer(401));
  pbx.exchange = answer(200, '{"token":"same","expired_in":0}');
  for (let second = 0; second < 600; second++) {
    expect((await poll()).outcome).toBe('failed');
    clock.at += 1_000;
  }
  expect(pbx.exchanges).toBeLessThanOrEqual(8);
});
