import { readFile } from 'node:fs/promises';
import { get as httpGet } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Test } from '@nestjs/testing';
import type { NestExpressApplication } from '@nestjs/platform-express';
import asyncApiSpecs from '@asyncapi/specs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { EVENT_TYPES, schemaUri } from '../core/model/event.js';
import { DeliverModule } from '../deliver/deliver.module.js';
import { PAGE_HEADERS, servePages } from '../app/pages.js';
import { MemoryStore } from '../store/memory/memory-store.js';
import { HealthController } from '../health/health.controller.js';
import { callView, EVENT_SCHEMAS, registrationView, sourceView } from '../schema/event-schemas.js';
import { NAMED_SCHEMAS, componentSchemas } from '../schema/json-schema.js';
import { expectValidEvent } from '../../test/support/valid-event.js';
import { LogWriter, noPbx, SECRET, silent, TENANTS, token, transition } from '../../test/support/delivery.js';
import { type AsyncApiDocument, asyncApiDocument } from './asyncapi.js';
import { buildExamples } from './examples.js';
import { html, prose } from './html.js';
import { type OpenApiDocument, openApiDocument } from './openapi.js';
import { operations } from './operations.js';
import { docsPage } from './page.js';
import { DocsModule } from './schema.controller.js';
import { serveDocs } from './serve.js';

let app: NestExpressApplication;
let store: MemoryStore;
let log: LogWriter;
let url: string;
let openapi: OpenApiDocument;
let asyncapi: AsyncApiDocument;

beforeAll(async () => {
  store = new MemoryStore({ maxEvents: 100 });
  log = await new LogWriter(store).claim('e1');
  const parts = () => ({
    store,
    logger: silent,
    askRegistration: noPbx,
    options: { tenants: TENANTS, auth: { mode: 'jwt', secret: SECRET } as const, corsOrigins: [] },
  });
  const deliver = DeliverModule.registerAsync({ useFactory: parts });
  const module = await Test.createTestingModule({
    imports: [deliver, DocsModule.with(deliver)],
    controllers: [HealthController],
  })
    .useMocker(() => ({}))
    .compile();
  app = module.createNestApplication<NestExpressApplication>({ logger: false });
  servePages(app);
  serveDocs(app, PAGE_HEADERS);
  await app.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  openapi = (await (await fetch(`${url}/docs/openapi.json`)).json()) as OpenApiDocument;
  asyncapi = (await (await fetch(`${url}/docs/asyncapi.json`)).json()) as AsyncApiDocument;
});

afterAll(async () => {
  await app.close();
  await store.close();
});

const OFFER = { extension: '107', extensionId: null, outcome: null };
const examples = buildExamples();

const get = async (path: string, bearer?: string) =>
  fetch(url + path, bearer === undefined ? {} : { headers: { authorization: `Bearer ${bearer}` } });

describe('the examples', () => {
  it.each(EVENT_TYPES)('have a %s that is as its schema says', (type) => {
    expect(examples.events[type].type).toBe(type);
    expectValidEvent(examples.events[type]);
  });

  it('have a snapshot with a call in it that is as its schema says', () => {
    expect(examples.snapshot.calls).toHaveLength(1);
    expect(NAMED_SCHEMAS.Snapshot!.parse(examples.snapshot)).toStrictEqual(examples.snapshot);
  });
});

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1, and all its references lead somewhere', async () => {
    const result = await new Validator().validate(
      structuredClone(openapi) as unknown as Record<string, unknown>,
    );
    expect(result).toEqual({ valid: true });
    expect(openapi.openapi).toBe('3.1.0');
    expect(danglingReferences(openapi)).toEqual([]);
  });

  it('has every address that there is, each with its parameters, and says something about it', () => {
    const addresses = addressesOf(openapi);
    expect(addresses.map(({ address }) => address)).toEqual(
      expect.arrayContaining([
        'GET /v1/calls',
        'GET /v1/calls/{callId}',
        'GET /v1/events',
        'GET /v1/events/stream',
        'GET /v1/schemas/{type}',
        'GET /v1/sources',
        'GET /health/live',
        'GET /health/ready',
      ]),
    );
    const known = operations(examples);
    for (const { address, path, operation } of addresses) {
      expect(known).toHaveProperty([address]);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(operation.parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(inPath);
    }
  });

  it('asks for a token everywhere but for health and metrics', () => {
    for (const { path, operation } of addressesOf(openapi)) {
      const open = /^\/(health\/|metrics$)/.test(path);
      expect([path, operation.security]).toEqual([path, open ? [] : [{ bearer: [] }]]);
    }
  });

  it('describes the answers that the service gives, problems among them', async () => {
    const ajv = new Ajv2020({ strict: false, formats: { 'date-time': /Z$/ } });
    ajv.addSchema({ $id: 'openapi', components: openapi.components });
    const bearer = await token();
    await get('/v1/calls', bearer);
    await log.commit(transition('call-started', 'c1'), transition('call-offered', 'c1', { offer: OFFER }));
    const asked: readonly (readonly [string, string, string?])[] = [
      ['/v1/calls', 'Calls', bearer],
      ['/v1/calls/c1', 'Call', bearer],
      ['/v1/events', 'Events', bearer],
      ['/v1/sources', 'Sources', bearer],
      ['/v1/calls', 'Problem'],
      ['/v1/events?after=nonsense', 'Problem', bearer],
      ['/v1/nothing', 'Problem', bearer],
    ];
    for (const [path, component, given] of asked) {
      const body: unknown = await (await get(path, given)).json();
      const validate = ajv.getSchema(`openapi#/components/schemas/${component}`)!;
      expect({ path, errors: validate(body) ? null : validate.errors }).toEqual({ path, errors: null });
      expect({ path, body: NAMED_SCHEMAS[component]!.parse(body) }).toStrictEqual({ path, body });
    }
  });
});

describe('the AsyncAPI document', () => {
  it('is valid AsyncAPI 3.0, and all its references lead somewhere', () => {
    // The published schema brings draft 7 along.
    const ajv = new Ajv({ meta: false, validateSchema: false, strict: false, validateFormats: false });
    const valid = ajv.validate(asyncApiSpecs.schemas['3.0.0'] as object, asyncapi);
    expect(valid ? [] : ajv.errors).toEqual([]);
    expect(danglingReferences(asyncapi)).toEqual([]);
  });

  it('has every event on Socket.IO, in the channels and in the stream', () => {
    for (const name of ['socket', 'pubsub', 'stream']) {
      const { messages } = asyncapi.channels[name] as { readonly messages: object };
      expect(Object.keys(messages)).toEqual(expect.arrayContaining([...EVENT_TYPES]));
    }
  });

  it('has examples that its own schemas accept', () => {
    const ajv = new Ajv({ strict: false, formats: { 'date-time': /Z$/ } });
    ajv.addSchema({ $id: 'asyncapi', components: { schemas: componentSchemas('draft-7') } });
    for (const { name, payload, examples: given } of Object.values(asyncapi.components.messages)) {
      for (const example of given ?? []) {
        const validate = ajv.getSchema(`asyncapi${payload.$ref}`)!;
        expect({ name, errors: validate(example.payload) ? null : validate.errors }).toEqual({
          name,
          errors: null,
        });
      }
    }
  });
});

describe('the schemas of events', () => {
  it.each(EVENT_TYPES)('are served for %s to a client with a token', async (type) => {
    const answer = await get(`/v1/schemas/${type}`, await token());
    expect(answer.headers.get('content-type')).toMatch(/^application\/schema\+json/);
    expect(await answer.json()).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: schemaUri(type),
      type: 'object',
    });
  });

  it('are not served without a token, and no other name has one', async () => {
    expect((await get('/v1/schemas/call-started')).status).toBe(401);
    const missing = await get('/v1/schemas/constructor', await token());
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ code: 'not-found', instance: '/v1/schemas/constructor' });
  });
});

describe('the page', () => {
  it('shows every address and every event, in a form that can be linked to, without a token', async () => {
    const answer = await get('/docs');
    const text = await answer.text();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    for (const { path } of addressesOf(openapi)) expect(text).toContain(`<code>${path}</code>`);
    for (const type of EVENT_TYPES) expect(text).toContain(`<h3 id="${type}"><code>${type}</code></h3>`);
    const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of text.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  });

  it('forbids and needs nothing from elsewhere: no inline script or style, no other origin', async () => {
    for (const path of ['/docs', '/docs/openapi.json', '/docs/asyncapi.json', '/docs.css', '/docs.js']) {
      const { headers, status } = await get(path);
      expect([path, status]).toEqual([path, 200]);
      for (const [name, value] of Object.entries(PAGE_HEADERS)) expect(headers.get(name)).toBe(value);
    }
    const text = await (await get('/docs')).text();
    expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?! src="\/)/);
    const loaded = [...text.matchAll(/<(?:script|link|img|iframe)[^>]* (?:src|href)="([^"]+)"/g)].map(
      ([, at]) => at,
    );
    expect(loaded).toEqual(['data:,', '/docs.css', '/docs.js']);
    expect(await readFile('public/docs.css', 'utf8')).not.toMatch(/@import|url\(/);
  });

  it('gives examples that are the events themselves when they are copied', async () => {
    const text = await (await get('/docs')).text();
    const copied = [...text.matchAll(/<pre tabindex="0"><code>([^]*?)<\/code>/g)].map(([, code]) =>
      unescaped(code!),
    );
    for (const type of EVENT_TYPES) expect(copied).toContain(JSON.stringify(examples.events[type], null, 2));
  });

  it('escapes what it is given', () => {
    const given = `<b a="1">&'</b>`;
    expect(html`<p>${given}</p>`.text).toBe('<p>&lt;b a=&quot;1&quot;&gt;&amp;&#39;&lt;/b&gt;</p>');
    expect(prose('see `<x>`').text).toBe('see <code>&lt;x&gt;</code>');
  });
});

describe('at PUBLIC_URL', () => {
  const at = (origin: string, path: string) => {
    const publicUrl = { origin, path };
    const [open, async] = [openApiDocument(examples, publicUrl), asyncApiDocument(examples, publicUrl)];
    return { open, async, page: unescaped(docsPage(open, async, publicUrl)) };
  };

  it('the documents name it, and are as valid as before', async () => {
    const { open, async } = at('https://example.com:8443', '/a/bridge');
    expect(open.servers).toEqual([{ url: 'https://example.com:8443/a/bridge' }]);
    expect(
      await new Validator().validate(structuredClone(open) as unknown as Record<string, unknown>),
    ).toEqual({
      valid: true,
    });
    expect(async).toMatchObject({
      servers: { bridge: { host: 'example.com:8443', pathname: '/a/bridge/socket.io' } },
    });
    expect(JSON.stringify(async)).not.toContain('localhost:3000');
    const ajv = new Ajv({ meta: false, validateSchema: false, strict: false, validateFormats: false });
    expect(ajv.validate(asyncApiSpecs.schemas['3.0.0'] as object, async)).toBe(true);
  });

  it('the page links below the path, and its examples work as they are copied', () => {
    const { page } = at('https://example.com', '/bridge');
    const links = [...page.matchAll(/ (?:href|src)="([^#"][^"]*)"/g)].map(([, link]) => link!);
    expect(links.length).toBeGreaterThan(6);
    expect(links.filter((link) => link !== 'data:,' && !link.startsWith('/bridge/'))).toEqual([]);
    expect(page).toContain('BRIDGE=https://example.com/bridge\ncurl ');
    expect(page).toContain("io('https://example.com', { path: '/bridge/socket.io', auth:");
  });

  it('at a root has no path', () => {
    const { open, page } = at('https://bridge.example', '');
    expect(open.servers).toEqual([{ url: 'https://bridge.example' }]);
    expect(page).toContain("io('https://bridge.example', { auth:");
    expect(page).toContain('href="/docs.css"');
  });

  it('is not guessed where it is not set, whatever Host says', async () => {
    const { port } = new URL(url);
    const answers = await Promise.all(
      ['/docs', '/docs/openapi.json', '/docs/asyncapi.json'].map(
        (path) =>
          new Promise<string>((resolve, reject) => {
            const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' };
            httpGet({ port, path, headers, agent: false }, (answer) => {
              let text = '';
              answer.on('data', (piece) => (text += String(piece))).on('end', () => resolve(text));
            }).on('error', reject);
          }),
      ),
    );
    for (const text of answers) expect(text).not.toContain('evil.example');
    expect(openapi.servers).toEqual([]);
  });
});

describe('docs/events.md', () => {
  it('names every event and every field', async () => {
    const text = await readFile('docs/events.md', 'utf8');
    const words = [
      EVENT_SCHEMAS['call-started'].shape,
      callView.shape,
      sourceView.shape,
      registrationView.shape,
    ].flatMap(Object.keys);
    for (const word of [...EVENT_TYPES, ...words]) expect(text).toContain(`\`${word}\``);
  });
});

function addressesOf({ paths }: OpenApiDocument) {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      address: `${method.toUpperCase()} ${path}`,
      path,
      operation,
    })),
  );
}

function danglingReferences(document: object): string[] {
  const dangling: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { $ref } = value as { readonly $ref?: unknown };
    if (typeof $ref === 'string' && !resolves(document, $ref)) dangling.push($ref);
    for (const inner of Object.values(value)) visit(inner);
  };
  visit(document);
  return dangling;
}

function resolves(document: unknown, ref: string): boolean {
  const found = ref
    .split('/')
    .slice(1)
    .reduce((at: unknown, step) => (at as Record<string, unknown> | undefined)?.[step], document);
  return ref.startsWith('#/') && found !== undefined;
}

function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
