import { createHash } from 'node:crypto';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import type { BuiltClient, ClientCoding, ClientFile } from './client-bundles.js';

/**
 * Serves the client package to pages of any site, for `<script>` and `import`:
 *
 *   /client/<version>.js           a module; `<version>.global.js`: a classic script. Kept by browsers for good
 *   /client.js, /client.global.js  302 to those of the newest version, never kept
 *   /client.json                   the newest version's name, files and hashes
 *
 * A version that is not served is a 404 that names the newest. Nothing of it is secret and nothing depends on who asks, so any origin
 * may read it: a script with `integrity` has to be fetched with CORS, and a page that isolates itself (COEP) asks for
 * `Cross-Origin-Resource-Policy`.
 */
export function serveClient(app: NestExpressApplication, built: BuiltClient | null): void {
  if (built === null) return;
  const { newest, files } = built;
  const etags = new Map([...files].map(([name, file]) => [name, etagOf(file)]));
  const list = JSON.stringify({
    version: newest.version,
    module: { ...newest.module, file: `client/${newest.module.file}` },
    classic: { ...newest.classic, file: `client/${newest.classic.file}` },
  });
  const aliases: Readonly<Record<string, string>> = {
    '/client.js': newest.module.file,
    '/client.global.js': newest.classic.file,
  };

  app.use((request: Request, response: Response, next: NextFunction) => {
    const { path, method } = request;
    if (!/^\/client[/.]/.test(path) || (method !== 'GET' && method !== 'HEAD')) return next();
    const alias = Object.hasOwn(aliases, path) ? aliases[path] : undefined;
    const [, name] = /^\/client\/([^/]+)$/.exec(path) ?? [];
    if (alias === undefined && name === undefined && path !== '/client.json') return next();
    response.set(OPEN);
    // Relative, so that it leads below the path that the bridge lies below, whether a proxy takes that path away or not.
    if (alias !== undefined) return response.set(CHANGES).redirect(302, `client/${alias}`);
    if (name === undefined) return void response.set(CHANGES).type('json').send(list);
    const file = files.get(name);
    if (file === undefined) return notServed(response, path, newest.version);
    const coding = CODINGS.find((one) => request.acceptsEncodings(one) !== false) ?? 'identity';
    response.set({
      'Content-Type': file.mediaType,
      'Cache-Control': 'public, max-age=31536000, immutable',
      Vary: 'Accept-Encoding',
      // Each form is another representation: with one tag a cache could take one for the other.
      ETag: `"${etags.get(name)}-${coding}"`,
      ...(coding !== 'identity' && { 'Content-Encoding': coding }),
    });
    response.send(file.bytes[coding]);
  });
}

/** The smallest first: browsers name them in an order that means nothing. */
const CODINGS: readonly ClientCoding[] = ['br', 'gzip', 'identity'];

const OPEN = {
  'Access-Control-Allow-Origin': '*',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'X-Content-Type-Options': 'nosniff',
};

const CHANGES = { 'Cache-Control': 'no-cache' };

function etagOf({ bytes }: ClientFile): string {
  return createHash('sha256').update(bytes.identity).digest('base64url').slice(0, 22);
}

function notServed(response: Response, path: string, newest: string): void {
  response.status(404).set({ 'Cache-Control': 'no-store', 'Content-Type': 'application/problem+json' });
  response.end(
    JSON.stringify({
      type: 'urn:pitel-event-bridge:problem:not-found',
      title: 'Not Found',
      status: 404,
      detail: `this version is not served; the newest is ${newest}`,
      instance: path,
      code: 'not-found',
      newest,
    }),
  );
}
