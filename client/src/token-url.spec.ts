import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ManualClock, token } from '../../test/support/delivery.js';
import { surroundingsOf } from '../test/watched.js';
import { ProblemError } from './problem.js';
import { fetchToken } from './token-url.js';

describe('a token from the back end of a page', () => {
  let server: Server;
  let answer: RequestListener;
  let url: string;
  let clock: ManualClock;
  let good: string;

  beforeAll(async () => {
    good = await token();
    server = createServer((asked, answered) => answer(asked, answered)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/bridge-token`;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  beforeEach(() => {
    clock = new ManualClock();
  });

  const ask = () => fetchToken({ url }, surroundingsOf(clock));
  const says = (text: string | Buffer, status = 200) => {
    answer = (_, answered) => answered.writeHead(status).end(text);
  };

  async function problem(): Promise<string> {
    try {
      await ask();
    } catch (error) {
      if (error instanceof ProblemError) return `${error.problem.code}: ${error.problem.text}`;
      throw error;
    }
    throw new Error('a token came');
  }

  it('is asked for with POST, past all caches, and comes as text or as JSON', async () => {
    const asked: unknown[] = [];
    answer = ({ method, headers }, answered) => {
      asked.push(method, headers['cache-control']);
      answered.end(good);
    };
    expect(await ask()).toEqual({ token: good, remark: null });
    expect(asked).toEqual(['POST', 'no-cache']);
    says(JSON.stringify({ token: good, more: true }));
    expect(await ask()).toEqual({ token: good, remark: null });
  });

  it('is taken out of white space and a byte-order mark, with a remark', async () => {
    says(`${good}\n`);
    expect(await ask()).toMatchObject({ token: good, remark: { code: 'token-white-space' } });
    says(`\uFEFF${good}\n`);
    expect(await ask()).toMatchObject({ token: good, remark: { code: 'token-byte-order-mark' } });
    says(`\uFEFF\uFEFF{"token":"${good}"}`);
    expect(await ask()).toMatchObject({ token: good, remark: { code: 'token-byte-order-mark' } });
    says(`{"token":"${good}"}\n`);
    expect(await ask()).toMatchObject({ remark: null });
  });

  it.each([
    ['a login page', '\n<!DOCTYPE html><title>Đăng nhập</title>', 'token-login-page: .*session over'],
    ['nothing', ' \n', 'token-empty: '],
    ['JSON with an empty token', '{"token":""}', 'token-empty: '],
    ['a text', 'not logged in', 'token-shape: '],
    ['a token that was broken into lines', 'aaa\n.bbb.ccc', 'token-shape: '],
    ['JSON without a token', '{"error":"x"}', 'token-shape: '],
    ['half a JSON', '{"token":', 'token-shape: '],
    ['a token that is longer than any', `a.${'b'.repeat(8_192)}.c`, 'token-shape: '],
  ])('names %s', async (_, text, expected) => {
    says(text);
    const named = await problem();
    expect(named).toMatch(new RegExp(`^${expected}`));
    // Another answer may be as secret as a token.
    expect(named).not.toContain('bbb');
  });

  it('names a status, and what it may come from', async () => {
    says('', 500);
    expect(await problem()).toBe(`token-http-status: token-url ${url} answered 500`);
    says('', 419);
    expect(await problem()).toContain('CSRF');
    says('', 405);
    expect(await problem()).toContain('POST');
  });

  it('names an address that cannot be reached, and one that does not answer', async () => {
    answer = ({ socket }) => socket.destroy();
    expect(await problem()).toMatch(/^token-unreachable: .*connect-src/);
    let isAsked: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => (isAsked = resolve));
    answer = () => isAsked();
    const late = problem();
    await arrived;
    clock.advance(15_000);
    expect(await late).toMatch(/^token-timeout: .*15 s/);
  });
});
