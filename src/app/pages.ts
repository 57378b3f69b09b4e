import type { ServerResponse } from 'node:http';
import { sep } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import express, { type NextFunction, type Request, type Response } from 'express';
import { installed } from '../base/installed.js';

/**
 * Serves the pages `/`, `/callbacks`, `/reports`, `/pop` and `/webhooks`, and the assets of `/docs`. The pages are ordinary clients,
 * which get all they show over the public interface with a token, and load nothing from other origins. Browsers cache files with a content hash
 * in their name for good, and revalidate all others.
 *
 * @param path that the bridge lies below, as in `PublicUrl`
 * @param headers of every page, as `pageHeaders` makes them
 */
export function servePages(
  app: NestExpressApplication,
  path = '',
  headers: Readonly<Record<string, string>> = pageHeaders(),
): void {
  // What lies below a path begins with a slash after it: the pages' addresses are relative.
  if (path !== '')
    app.use((request: Request, response: Response, next: NextFunction) => {
      if (request.path === path) response.redirect(308, `${path}/${request.url.slice(path.length)}`);
      else next();
    });
  for (const folder of [installed('dist/web'), installed('public')]) {
    const files = express.static(folder, {
      // `/pop` is pop.html.
      extensions: ['html'],
      // It would lead out of the path that the bridge lies below.
      redirect: false,
      setHeaders: (response: ServerResponse, path: string) => {
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        const isHashed = path.startsWith(`${folder}${sep}assets${sep}`);
        response.setHeader('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
    app.use((request: Request, response: Response, next: NextFunction) => {
      if (NO_PAGE.test(request.path)) next();
      else void files(request, response, next);
    });
  }
}

/** Addresses that are no files: under load, looking for them on the disk would keep everything else waiting. */
const NO_PAGE = /^\/(v1|health|metrics)(\/|$)/;

/**
 * The headers of every page, of these folders or not.
 *
 * @param frameAncestors origins whose pages may show them in a frame; where there is none, no page may, not even the bridge's own
 */
export function pageHeaders(frameAncestors: readonly string[] = []): Readonly<Record<string, string>> {
  const framing = frameAncestors.length === 0 ? "'none'" : frameAncestors.join(' ');
  return {
    'Content-Security-Policy': [...CONTENT_SECURITY_POLICY, `frame-ancestors ${framing}`].join('; '),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  };
}

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
];
