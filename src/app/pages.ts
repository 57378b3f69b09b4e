import { existsSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NestExpressApplication } from '@nestjs/platform-express';
import express, { type NextFunction, type Request, type Response } from 'express';

/**
 * Serves the pages `/` and `/pop`, and the assets of `/docs`. The pages are ordinary clients, which get all they show
 * over the public interface with a token, and load nothing from other origins. Browsers cache files with a content hash
 * in their name for good, and revalidate all others.
 *
 * @param path that the bridge lies below, as in `PublicUrl`
 */
export function servePages(app: NestExpressApplication, path = ''): void {
  // What lies below a path begins with a slash after it: the pages' addresses are relative.
  if (path !== '')
    app.use((request: Request, response: Response, next: NextFunction) => {
      if (request.path === path) response.redirect(308, `${path}/${request.url.slice(path.length)}`);
      else next();
    });
  for (const folder of [folderOf('dist/web'), folderOf('public')]) {
    const files = express.static(folder, {
      // `/pop` is pop.html.
      extensions: ['html'],
      // It would lead out of the path that the bridge lies below.
      redirect: false,
      setHeaders: (response: ServerResponse, path: string) => {
        for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value);
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

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The headers of every page, of these folders or not. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/** Finds a folder in the project's root: three levels above the compiled file, two above the source. */
function folderOf(name: string): string {
  const folders = ['../../../', '../../'].map((up) => fileURLToPath(new URL(up + name, import.meta.url)));
  return folders.find((folder) => existsSync(folder)) ?? folders[0]!;
}
