import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { serveBelow } from '../deliver/http/sub-path.js';
import { readBuiltClient } from './client-bundles.js';
import { serveClient } from './serve-client.js';

@Module({})
class Nothing {}

const NEWEST = '0.2.0-0a1b2c3d';
const OLD = '0.1.0-aaaaaaaa';
const textOf = (file: string) => `console.log(${JSON.stringify(file)}); // ${'x'.repeat(200)}`;

describe('the client package', () => {
  let folder: string;
  let app: NestExpressApplication;
  let port: number;
  let url: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pitel-client-'));
    for (const version of [NEWEST, OLD])
      for (const end of ['.js', '.global.js', '.licenses.txt']) {
        const file = version + end;
        writeFileSync(join(folder, file), textOf(file));
        writeFileSync(join(folder, `${file}.br`), brotliCompressSync(textOf(file)));
        writeFileSync(join(folder, `${file}.gz`), gzipSync(textOf(file)));
      }
    const served = (file: string) => ({ file, integrity: `sha384-${file.length}` });
    const list = {
      version: NEWEST,
      module: served(`${NEWEST}.js`),
      classic: served(`${NEWEST}.global.js`),
    };
    writeFileSync(join(folder, 'client.json'), JSON.stringify(list));
    app = await NestFactory.create<NestExpressApplication>(Nothing, { logger: false });
    serveClient(app, readBuiltClient(folder));
    await app.listen(0, '127.0.0.1');
    serveBelow(app.getHttpServer(), '/a/bridge');
    ({ port } = app.getHttpServer().address() as AddressInfo);
    url = `http://127.0.0.1:${port}`;
  });
  afterAll(async () => {
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = (path: string, init: RequestInit = {}) => fetch(url + path, { redirect: 'manual', ...init });

  /** As the bytes come, which `fetch` would decode. */
  const raw = (path: string, headers: Readonly<Record<string, string>>) =>
    new Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
      request({ port, host: '127.0.0.1', path, headers }, (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.on('end', () =>
          resolve({ status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(pieces) }),
        );
      })
        .on('error', reject)
        .end();
    });

  it.each([
    [`/client/${NEWEST}.js`, 'text/javascript; charset=utf-8'],
    [`/client/${NEWEST}.global.js`, 'text/javascript; charset=utf-8'],
    [`/client/${NEWEST}.licenses.txt`, 'text/plain; charset=utf-8'],
    // A page that names a released version goes on after an upgrade.
    [`/client/${OLD}.js`, 'text/javascript; charset=utf-8'],
    [`/a/bridge/client/${NEWEST}.js`, 'text/javascript; charset=utf-8'],
  ])('is served to any site, and kept for good: %s', async (path, mediaType) => {
    const answer = await ask(path, { headers: { Origin: 'https://crm.example' } });
    expect([answer.status, await answer.text()]).toEqual([200, textOf(path.split('/').at(-1)!)]);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': mediaType,
      'cache-control': 'public, max-age=31536000, immutable',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
      vary: 'Accept-Encoding',
    });
  });

  it.each([
    ['br', 'gzip, deflate, br, zstd', (body: Buffer) => brotliDecompressSync(body)],
    ['gzip', 'gzip, deflate', (body: Buffer) => gunzipSync(body)],
    ['gzip', 'br;q=0, gzip', (body: Buffer) => gunzipSync(body)],
    [undefined, 'identity', (body: Buffer) => body],
  ])('comes as %s to a browser that takes %s, and has a tag of its own', async (coding, taken, decode) => {
    const { headers, body } = await raw(`/client/${NEWEST}.js`, { 'Accept-Encoding': taken });
    expect([headers['content-encoding'], decode(body).toString()]).toEqual([coding, textOf(`${NEWEST}.js`)]);
    expect(headers.etag).toMatch(new RegExp(`^"[\\w-]{22}-${coding ?? 'identity'}"$`));
    const again = await raw(`/client/${NEWEST}.js`, {
      'Accept-Encoding': taken,
      'If-None-Match': headers.etag!,
    });
    expect([again.status, again.body.length]).toEqual([304, 0]);
  });

  it.each([
    ['/client.js', `client/${NEWEST}.js`],
    ['/client.global.js', `client/${NEWEST}.global.js`],
    ['/client.js?page=1', `client/${NEWEST}.js`],
  ])('of the newest version is where %s leads, below any path, and that is asked again', async (path, to) => {
    for (const below of ['', '/a/bridge']) {
      const answer = await ask(below + path, { headers: { Origin: 'https://crm.example' } });
      expect([answer.status, answer.headers.get('location')]).toEqual([302, to]);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'cache-control': 'no-cache',
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
      });
      const followed = await fetch(url + below + path);
      expect([followed.status, followed.url]).toEqual([200, `${url}${below}/${to}`]);
    }
  });

  it('is named for programs, with its hashes', async () => {
    const answer = await ask('/client.json');
    expect(await answer.json()).toEqual({
      version: NEWEST,
      module: { file: `client/${NEWEST}.js`, integrity: 'sha384-17' },
      classic: { file: `client/${NEWEST}.global.js`, integrity: 'sha384-24' },
    });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-cache',
      'access-control-allow-origin': '*',
    });
  });

  it.each(['/client/0.0.9.js', `/client/${NEWEST}.js.br`, '/client/client.json', '/client/__proto__'])(
    'of a version that is not served is a 404 that names the newest: %s',
    async (path) => {
      const answer = await ask(path, { headers: { Origin: 'https://crm.example' } });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
      expect([
        answer.headers.get('cache-control'),
        answer.headers.get('access-control-allow-origin'),
      ]).toEqual(['no-store', '*']);
      expect(await answer.json()).toMatchObject({
        status: 404,
        code: 'not-found',
        detail: `this version is not served; the newest is ${NEWEST}`,
        instance: path,
        newest: NEWEST,
      });
    },
  );

  it('has no other address, and leads nowhere else', async () => {
    for (const path of ['/client', '/client/', '/client.jsx', '/client/../client.json/x', '/clients/a.js'])
      expect([path, (await ask(path)).headers.get('access-control-allow-origin')]).toEqual([path, null]);
    const posted = await ask(`/client/${NEWEST}.js`, { method: 'POST' });
    expect([posted.status, posted.headers.get('access-control-allow-origin')]).toEqual([404, null]);
    const head = await ask(`/client/${NEWEST}.js`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('that was not built is no reason not to start', () => {
    expect(readBuiltClient(join(folder, 'none'))).toBe(null);
    expect(() => serveClient(app, null)).not.toThrow();
  });
});
