import type { INestApplication } from '@nestjs/common';
import type { Response } from 'express';
import { asyncApiDocument } from './asyncapi.js';
import { buildExamples } from './examples.js';
import { openApiDocument } from './openapi.js';
import { docsPage } from './page.js';

/**
 * Serves `/docs`, `/docs/openapi.json` and `/docs/asyncapi.json`, which are made once, when the application is assembled.
 * They are public, because a browser's address bar cannot send a token and they hold no customer data. The page's style
 * and script are in `public/`. `headers` are those of the other pages.
 */
export function serveDocs(app: INestApplication, headers: Readonly<Record<string, string>>): void {
  const examples = buildExamples();
  const openapi = openApiDocument(examples);
  const asyncapi = asyncApiDocument(examples);
  const answers: Readonly<Record<string, readonly [mediaType: string, body: string]>> = {
    '/docs': ['text/html', docsPage(openapi, asyncapi)],
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
