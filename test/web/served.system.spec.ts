import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { servePages } from '../../src/app/pages.js';

const MOST_BYTES = 250 * 1024;

@Module({})
class Nothing {}

describe('what is served', () => {
  let app: NestExpressApplication;
  let url: string;

  beforeAll(async () => {
    app = await NestFactory.create<NestExpressApplication>(Nothing, { logger: false });
    servePages(app);
    await app.listen(0, '127.0.0.1');
    url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    await app.close();
  });

  /** Everything that a page's HTML asks for. */
  async function assetsOf(path: string): Promise<string[]> {
    const html = await (await fetch(url + path)).text();
    return [...html.matchAll(/(?:src|href)="(\.\/[^"]+)"/g)].map(([, address]) => address!);
  }

  it.each(['/', '/callbacks', '/reports', '/pop', '/webhooks'])(
    'is small at %s: the first load is at most 250 KB with gzip',
    async (path) => {
      const assets = await assetsOf(path);
      expect(assets.length).toBeGreaterThan(1);
      let bytes = gzipSync(await (await fetch(url + path)).text()).length;
      for (const asset of assets) {
        bytes += gzipSync(await (await fetch(new URL(asset, url + path))).text()).length;
      }
      expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
    },
  );

  it('is kept for good where its name holds its hash, and asked for again otherwise', async () => {
    const caching = async (path: string) => (await fetch(url + path)).headers.get('cache-control');
    expect(await caching('/')).toBe('no-cache');
    expect(await caching('/pop')).toBe('no-cache');
    expect(await caching('/docs.css')).toBe('no-cache');
    const [asset] = await assetsOf('/');
    expect(await caching(asset!.slice(1))).toBe('public, max-age=31536000, immutable');
  });

  it('may run nothing but its own scripts and ask no server but the bridge', async () => {
    for (const path of ['/', '/callbacks', '/reports', '/pop', '/webhooks']) {
      const response = await fetch(url + path);
      const policy = response.headers.get('content-security-policy')!;
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("connect-src 'self'");
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
      expect(await response.text()).not.toMatch(/<script(?![^>]*src=)|style=|<style/);
    }
  });

  it('names no other host in the styles', async () => {
    for (const asset of await assetsOf('/')) {
      if (!asset.endsWith('.css')) continue;
      const css = await (await fetch(new URL(asset, `${url}/`))).text();
      expect(css).not.toMatch(/@import|url\((?!data:)/);
    }
    const folder = fileURLToPath(new URL('../../public/', import.meta.url));
    expect(await readFile(`${folder}docs.css`, 'utf8')).not.toMatch(/@import|url\(/);
  });
});
