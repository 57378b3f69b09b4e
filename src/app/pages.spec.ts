import type { AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { pageHeaders, servePages } from './pages.js';

@Module({})
class Nothing {}

describe('the pages below a path', () => {
  let app: NestExpressApplication;
  let url: string;

  beforeAll(async () => {
    app = await NestFactory.create<NestExpressApplication>(Nothing, { logger: false });
    servePages(app, '/a/bridge');
    await app.listen(0, '127.0.0.1');
    url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  });
  afterAll(() => app.close());

  const ask = (path: string) => fetch(url + path, { redirect: 'manual' });

  it.each([
    ['/a/bridge', '/a/bridge/'],
    ['/a/bridge?tenant=acme', '/a/bridge/?tenant=acme'],
  ])('begin with a slash after it: %s leads to %s, whatever Host says', async (asked, target) => {
    const { status, headers } = await ask(asked);
    expect([status, headers.get('location')]).toEqual([308, target]);
  });

  it.each(['/a/bridgehead', '/a', '/A/BRIDGE', '/bridge'])('have no other address: %s', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  it('never lead out of it', async () => {
    expect((await ask('/assets')).status).toBe(404);
  });
});

describe('a page in a frame', () => {
  const policyOf = (origins?: readonly string[]) => pageHeaders(origins)['Content-Security-Policy'];

  it('is shown by no page, unless the operator names its origin', () => {
    expect(policyOf()).toMatch(/; frame-ancestors 'none'$/);
    expect(policyOf([])).toMatch(/; frame-ancestors 'none'$/);
    expect(policyOf(['https://crm.example', 'http://127.0.0.1:5173'])).toMatch(
      /; frame-ancestors https:\/\/crm\.example http:\/\/127\.0\.0\.1:5173$/,
    );
  });

  it('may still run nothing but its own scripts', () => {
    const policy = policyOf(['https://crm.example'])!;
    expect(policy.replace(/ frame-ancestors .*$/, '')).toBe(policyOf()!.replace(/ frame-ancestors .*$/, ''));
  });
});
