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

const PATHS = ['/docs', '/docs/openapi.json', '/docs/asyncapi.json'] as const;

type Answers = Readonly<Record<(typeof PATHS)[number], readonly [mediaType: string, body: string]>>;

/**
 * Serves `/docs`, `/docs/openapi.json` and `/docs/asyncapi.json`. They are made once, when the first of them is asked for: a bridge
 * that starts has calls to look at.
 * They are public, because a browser's address bar cannot send a token and they hold no customer data. The page's style
 * and script are in `public/`. `headers` are those of the other pages; the servers in the documents, the links and the examples
 * are at `publicUrl`, where there is one, and the page's tag is of `client`.
 */
export function serveDocs(
  app: INestApplication,
  headers: Readonly<Record<string, string>>,
  served: Served = {},
): void {
  let made: Answers | null = null;
  for (const path of PATHS) {
    app.getHttpAdapter().get(path, (_request: unknown, response: Response) => {
      made ??= makeAnswers(served);
      const [mediaType, body] = made[path];
      response.set({
        ...headers,
        'Cache-Control': 'no-cache',
        'Content-Type': `${mediaType}; charset=utf-8`,
      });
      response.send(body);
    });
  }
}

function makeAnswers({ publicUrl = null, client = null }: Served): Answers {
  const examples = buildExamples();
  const openapi = openApiDocument(examples, publicUrl);
  const asyncapi = asyncApiDocument(examples, publicUrl);
  return {
    '/docs': ['text/html', docsPage(openapi, asyncapi, { publicUrl, client })],
    '/docs/openapi.json': ['application/json', JSON.stringify(openapi)],
    '/docs/asyncapi.json': ['application/json', JSON.stringify(asyncapi)],
  };
}
