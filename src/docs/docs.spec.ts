import { readFile } from 'node:fs/promises';
import { get as httpGet } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Test } from '@nestjs/testing';
import type { NestExpressApplication } from '@nestjs/platform-express';
import asyncApiSpecs from '@asyncapi/specs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Calendar } from '../core/day/calendar.js';
import { AGENT, QUEUE } from '../core/day/columns.js';
import type { CallStory } from '../core/day/story.js';
import { DEFAULT_DESK_RULES } from '../core/desk-rules.js';
import type { DeskDelta } from '../core/desk-state.js';
import { at, endedRecord } from '../../test/support/ended-calls.js';
import { EVENT_TYPES, schemaUri } from '../core/model/event.js';
import { DeliverModule } from '../deliver/deliver.module.js';
import { pageHeaders, servePages } from '../app/pages.js';
import { MemoryStore } from '../store/memory/memory-store.js';
import { HealthController } from '../health/health.controller.js';
import { callView, EVENT_SCHEMAS, registrationView, sourceView } from '../schema/event-schemas.js';
import { NAMED_SCHEMAS, componentSchemas, type JsonSchema } from '../schema/json-schema.js';
import { expectValidEvent } from '../../test/support/valid-event.js';
import {
  desksOf,
  LogWriter,
  noPbx,
  SECRET,
  silent,
  TENANTS,
  token,
  transition,
  vietnamese,
} from '../../test/support/delivery.js';
import { type AsyncApiDocument, asyncApiDocument } from './asyncapi.js';
import { buildExamples } from './examples.js';
import { html, prose } from './html.js';
import { type OpenApiDocument, openApiDocument, type OpenApiOperation } from './openapi.js';
import { WebhooksController } from '../webhooks/http/webhooks.controller.js';
import { operations } from './operations.js';
import { docsPage } from './page.js';
import { DocsModule } from './schema.controller.js';
import { serveDocs } from './serve.js';

const PAGE_HEADERS = pageHeaders();
const CLIENT = {
  version: '0.1.0-0a1b2c3d',
  module: { file: '0.1.0-0a1b2c3d.js', integrity: 'sha384-bW9kdWxl' },
  classic: { file: '0.1.0-0a1b2c3d.global.js', integrity: 'sha384-Y2xhc3NpYw' },
};

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
    ...desksOf(store),
    logger: silent,
    askRegistration: noPbx,
    readNumber: vietnamese,
    options: { tenants: TENANTS, auth: { mode: 'jwt', secret: SECRET } as const, corsOrigins: [] },
  });
  const deliver = DeliverModule.registerAsync({ useFactory: parts });
  const module = await Test.createTestingModule({
    imports: [deliver, DocsModule.with(deliver)],
    controllers: [HealthController, WebhooksController],
  })
    .useMocker(() => ({}))
    .compile();
  app = module.createNestApplication<NestExpressApplication>({ logger: false });
  servePages(app);
  serveDocs(app, PAGE_HEADERS, { client: CLIENT });
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

/** A call that has ended, and what it has counted. */
function deskOfADay(now: number): Partial<DeskDelta> {
  const { day } = new Calendar(DEFAULT_DESK_RULES.timeZone).dayAt(now);
  const story: Partial<CallStory> = {
    visits: [
      { queue: { id: 'q', name: 'Sales' }, key: 's', joined: at(now), left: at(now), how: 'answered' },
    ],
    segments: [{ extension: '107', agentName: null, placed: false, from: at(now), to: null }],
    offers: [{ extension: '107', agentName: 'Lan', outcome: 'answered', at: now }],
  };
  const row = { name: 'q', slot: 0 };
  return {
    records: [endedRecord('c2', { endedAt: now, story })],
    tallies: [
      { day, row: { of: 'queue', ...row }, add: [[QUEUE.offered, 3] as const], callId: null },
      { day, row: { of: 'agent', ...row }, add: [[AGENT.answered, 3] as const], callId: null },
    ],
  };
}

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

  it('knows at each address the parameters that the service knows there, and no others', async () => {
    const bearer = await token({ webhooks: true });
    const ofService = addressesOf(openapi).filter(({ path }) => path.startsWith('/v1/'));
    for (const { address, path, operation } of ofService) {
      const described = operation.parameters.filter((one) => one.in === 'query').map(({ name }) => name);
      const answer = await fetch(`${url}${targetOf(path, operation)}?nonsense=1`, {
        method: address.split(' ', 1)[0]!,
        headers: { authorization: `Bearer ${bearer}` },
      });
      expect([path, answer.status]).toEqual([path, 400]);
      expect(await answer.json()).toMatchObject({
        code: 'bad-request',
        detail: `a parameter is unknown: known here are ${described.join(', ')}`,
      });
    }
  });

  it('has examples of parameters that the service takes, lists in the singular too', async () => {
    const bearer = await token();
    await get('/v1/calls', bearer);
    for (const { path, operation } of addressesOf(openapi)) {
      for (const { name, in: where, schema, example, description } of operation.parameters) {
        if (where !== 'query' || example === undefined) continue;
        const isList = (schema as { type: string }).type === 'array';
        for (const written of isList ? [name, name.slice(0, -1)] : [name]) {
          const beside = /^With `state=ended`/.test(description) ? { state: 'ended' } : {};
          const query = new URLSearchParams({ ...beside, [written]: String(example) });
          const answer = await get(`${targetOf(path, operation)}?${query.toString()}`, bearer);
          // The log of the test has another epoch than the example's cursor, and no PBX an extension.
          expect([200, 404, 410].includes(answer.status) || [path, written, answer.status]).toBe(true);
          await answer.body!.cancel();
        }
      }
    }
  });

  it('describes the answers that the service gives, problems among them', async () => {
    const ajv = new Ajv2020({ strict: false, formats: { 'date-time': /Z$/, date: /^\d{4}-\d\d-\d\d$/ } });
    ajv.addSchema({ $id: 'openapi', components: openapi.components });
    const bearer = await token();
    await get('/v1/calls', bearer);
    await log.commit(transition('call-started', 'c1'), transition('call-offered', 'c1', { offer: OFFER }));
    await log.commitWith(deskOfADay(Date.now()));
    const asked: readonly (readonly [string, string, string?])[] = [
      ['/v1/calls', 'Calls', bearer],
      ['/v1/calls', 'CallList', bearer],
      ['/v1/calls/c1', 'Call', bearer],
      ['/v1/calls/c1', 'AnyCall', bearer],
      ['/v1/calls?state=ended', 'EndedCalls', bearer],
      ['/v1/calls?state=ended', 'CallList', bearer],
      ['/v1/calls/c2', 'EndedCall', bearer],
      ['/v1/stats/queues?by=quarter', 'QueueStatsList', bearer],
      ['/v1/stats/agents', 'AgentStatsList', bearer],
      ['/v1/events', 'Events', bearer],
      ['/v1/sources', 'Sources', bearer],
      ['/v1/callbacks', 'Callbacks', bearer],
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

/** What linters and generators of clients ask of the two documents. */
describe('for generators', () => {
  it('an operation keeps its name', () => {
    const ids = addressesOf(openapi).map(({ address, operation }) => [address, operation.operationId]);
    expect(Object.fromEntries(ids)).toEqual({
      'GET /v1/callbacks': 'listCallbacks',
      'POST /v1/callbacks/{id}/claim': 'claimCallback',
      'POST /v1/callbacks/{id}/release': 'releaseCallback',
      'POST /v1/callbacks/{id}/dismiss': 'dismissCallback',
      'POST /v1/callbacks/{id}/undo': 'undoCallback',
      'GET /v1/calls': 'listCalls',
      'GET /v1/calls/{callId}': 'getCall',
      'GET /v1/stats/queues': 'listQueueStats',
      'GET /v1/stats/agents': 'listAgentStats',
      'GET /v1/events': 'listEvents',
      'GET /v1/events/stream': 'streamEvents',
      'GET /v1/extensions/{id}/registration': 'getRegistration',
      'GET /v1/queues': 'listQueues',
      'GET /v1/sources': 'listSources',
      'GET /v1/schemas/{type}': 'getEventSchema',
      'GET /v1/webhooks': 'listWebhooks',
      'GET /v1/webhooks/{id}/attempts': 'listWebhookAttempts',
      'GET /v1/webhooks/{id}/dead': 'listWebhookDeadLetters',
      'POST /v1/webhooks/{id}/test': 'testWebhook',
      'POST /v1/webhooks/{id}/replay': 'replayWebhook',
      'POST /v1/webhooks/{id}/resume': 'resumeWebhook',
      'GET /health/live': 'getLiveness',
      'GET /health/ready': 'getReadiness',
      'GET /metrics': 'getMetrics',
    });
    expect(Object.keys(asyncapi.operations)).toEqual([
      'sendEvents',
      'subscribe',
      'refresh',
      'publishEvents',
      'appendEvents',
    ]);
  });

  it('an enum has a title, and a title one list of values', () => {
    for (const document of [openapi, asyncapi]) {
      const titles = new Map<string, string>();
      for (const [place, { enum: values, title }] of schemasIn(document)) {
        if (values === undefined) continue;
        expect([place, title]).toEqual([place, expect.stringMatching(/^[A-Z]\w+$/)]);
        const text = JSON.stringify(values);
        expect([title, titles.get(title!) ?? text]).toEqual([title, text]);
        titles.set(title!, text);
      }
      expect(titles.size).toBeGreaterThan(8);
    }
  });

  it('there is a server, a license, and a description of every tag', () => {
    expect(openapi.servers).toHaveLength(1);
    expect(openapi.info).toMatchObject({ license: { name: 'MIT' } });
    const described = (openapi.tags as { name: string; description: string }[]).map(
      ({ name, description }) => {
        expect(description).not.toBe('');
        return name;
      },
    );
    const used = addressesOf(openapi).flatMap(({ operation }) => operation.tags);
    expect([...new Set(used)].sort()).toEqual(described.sort());
  });

  it('no schema is there for nothing, and an event’s type says which of them it has', () => {
    const text = JSON.stringify([openapi.paths, openapi.components]);
    for (const name of Object.keys(openapi.components.schemas))
      expect([name, text.includes(`"#/components/schemas/${name}"`)]).toEqual([name, true]);
    const { mapping } = (openapi.components.schemas.Event as { discriminator?: { mapping: object } })
      .discriminator!;
    expect(Object.keys(mapping)).toEqual([...EVENT_TYPES]);
    expect(Object.values(mapping)).toEqual(openapi.components.schemas.Event!.oneOf!.map(({ $ref }) => $ref));
  });

  it('every address with a token says when it is refused', () => {
    for (const { path, operation } of addressesOf(openapi).filter(({ path }) => path.startsWith('/v1/')))
      expect([path, Object.keys(operation.responses)]).toEqual([
        path,
        expect.arrayContaining(['400', '401', '403', '429', '503']),
      ]);
  });

  it('the examples of parameters and answers are as their schemas say', () => {
    const ajv = new Ajv2020({ strict: false, formats: { 'date-time': /Z$/, date: /^\d{4}-\d\d-\d\d$/ } });
    ajv.addSchema({ $id: 'openapi', components: openapi.components });
    for (const { address, operation } of addressesOf(openapi)) {
      const answers = Object.values(operation.responses).flatMap(({ content }) => Object.values(content));
      for (const { schema, example } of [...operation.parameters, ...answers]) {
        if (example === undefined) continue;
        const { $ref } = schema as { $ref?: string };
        const validate = $ref === undefined ? ajv.compile(schema) : ajv.getSchema(`openapi${$ref}`)!;
        expect({ address, valid: validate(example), errors: validate.errors }).toMatchObject({ valid: true });
      }
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
    const ajv = new Ajv({ strict: false, formats: { 'date-time': /Z$/, date: /^\d{4}-\d\d-\d\d$/ } });
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

  it('has the tag for other pages, with the hash of the newest file, and both files’ hashes', async () => {
    const text = unescaped(await (await get('/docs')).text());
    expect(text).toContain(`<script type="module" src="https://bridge.example/client/0.1.0-0a1b2c3d.js"
  integrity="sha384-bW9kdWxl" crossorigin></script>
<pitel-pop extension="107" token-url="/bridge-token"></pitel-pop>`);
    for (const { file, integrity } of [CLIENT.module, CLIENT.classic]) {
      expect(text).toContain(`<td><code>/client/${file}</code></td><td><code>${integrity}</code></td>`);
    }
    const without = docsPage(openapi, asyncapi, { publicUrl: null });
    expect(without).not.toContain('id="tag"');
    expect(without).not.toContain('href="#tag"');
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
    return { open, async, page: unescaped(docsPage(open, async, { publicUrl, client: CLIENT })) };
  };

  it('the documents name it, and are as valid as before', async () => {
    const { open, async } = at('https://example.com:8443', '/a/bridge');
    expect(open.servers).toMatchObject([{ url: 'https://example.com:8443/a/bridge' }]);
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
    const isBelow = (link: string) => /^(https:\/\/example\.com)?\/bridge\//.test(link);
    expect(links.filter((link) => link !== 'data:,' && !isBelow(link))).toEqual([]);
    expect(page).toContain('src="https://example.com/bridge/client/0.1.0-0a1b2c3d.js"');
    expect(page).toContain('BRIDGE=https://example.com/bridge\ncurl ');
    expect(page).toContain("io('https://example.com', { path: '/bridge/socket.io', auth:");
  });

  it('at a root has no path', () => {
    const { open, page } = at('https://bridge.example', '');
    expect(open.servers).toMatchObject([{ url: 'https://bridge.example' }]);
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
    expect(openapi.servers).toMatchObject([{ url: '/' }]);
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

/** The address with the examples of its path. */
function targetOf(path: string, { parameters }: OpenApiOperation): string {
  const inPath = parameters.filter((one) => one.in === 'path');
  return inPath.reduce((so, { name, example }) => so.replace(`{${name}}`, String(example)), path);
}

/** Every schema of a document with its place, those of parameters too. */
function schemasIn(document: OpenApiDocument | AsyncApiDocument): [string, JsonSchema][] {
  const found: [string, JsonSchema][] = [];
  const visit = (place: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (!Array.isArray(value)) found.push([place, value]);
    for (const [name, inner] of Object.entries(value)) visit(`${place}/${name}`, inner);
  };
  visit('schemas', document.components.schemas);
  if ('paths' in document)
    for (const { address, operation } of addressesOf(document))
      for (const { name, schema } of operation.parameters) visit(`${address} ${name}`, schema);
  return found;
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
