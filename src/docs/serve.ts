import type { INestApplication } from '@nestjs/common';
import type { Response } from 'express';
import type { PublicUrl } from '../base/public-url.js';
import { asyncApiDocument } from './asyncapi.js';
import type { ClientBundles } from './client-tag.js';
import { buildExamples } from './examples.js';
import { openApiDocument } from './openapi.js';
import { docsPage } from './page.js';

interface Served {
  readonly publicUrl?: PublicUrl | null;
  readonly client?: ClientBundles | null;
}

/**
 * Serves `/docs`, `/docs/openapi.json` and `/docs/asyncapi.json`, which are made once, when the application is assembled.
 * They are public, because a browser's address bar cannot send a token and they hold no customer data. The page's style
 * and script are in `public/`. `headers` are those of the other pages; the servers in the documents, the links and the examples
 * are at `publicUrl`, where there is one, and the page's tag is of `client`.
 */
export function serveDocs(
  app: INestApplication,
  headers: Readonly<Record<string, string>>,
  { publicUrl = null, client = null }: Served = {},
): void {
  const examples = buildExamples();
  const openapi = openApiDocument(examples, publicUrl);
  const asyncapi = asyncApiDocument(examples, publicUrl);
  const answers: Readonly<Record<string, readonly [mediaType: string, body: string]>> = {
    '/docs': ['text/html', docsPage(openapi, asyncapi, { publicUrl, client })],
    '/docs/openapi.json': ['application/json', JSON.stringify(openapi)],
    '/docs/asyncapi.json': ['application/json', JSON.stringify(asyncapi)],
  };
  for (const [path, [mediaType, body]] of Object.entries(answers)) {
    app.getHttpAdapter().get(path, (_request: unknown, response: Response) => {
      response.set({
        ...headers,
        'Cache-Control': 'no-cache',
        'Content-Type': `${mediaType}; charset=utf-8`,
      });
      response.send(body);
    });
  }
}
