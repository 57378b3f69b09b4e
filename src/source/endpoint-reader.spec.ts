import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_POLICY } from '../core/model/call.js';
import type { MonitorObservation } from '../core/model/observation.js';
import { bodyOf, captureRecord } from './capture/capture-record.js';
import { connectedPbx } from '../../test/support/connected-pbx.js';
import { EndpointReader } from './endpoint-reader.js';
import { localeOf } from './parse/locale.js';
import { ListReader } from './parse/list-reader.js';
import type { TenantConnectionOptions } from './tenant-connection.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Page = (offset: number, limit: number | null, response: ServerResponse) => void;

const row = (index: number, call: string | null = null) => ({
  extension: String(101 + index),
  call_id: call ?? '',
  call_state: call === null ? '' : 'ONCALL',
  direction: call === null ? '' : 'inbound',
});
/** 25 extensions, of which the third and the twenty-first talk. */
const ROWS = Array.from({ length: 25 }, (_, index) =>
  row(index, index === 2 ? 'early' : index === 20 ? 'late' : null),
);
const send = (response: ServerResponse, data: readonly object[], total = ROWS.length) =>
  void response.end(JSON.stringify({ data, total }));
/** At most `most` rows a page. */
const pages =
  (most: number): Page =>
  (offset, limit, response) =>
    send(response, ROWS.slice(offset, offset + Math.min(limit ?? 10, most)));

async function pbx(page: Page, options: Partial<TenantConnectionOptions> = {}) {
  const state = { page, asked: [] as string[] };
  const { connection, close } = await connectedPbx(
    (request, response) => {
      const query = new URL(request.url!, 'http://pbx').searchParams;
      state.asked.push(request.url!);
      const limit = query.get('limit');
      state.page(Number(query.get('offset') ?? 0), limit === null ? null : Number(limit), response);
    },
    { token: 'secret-token', ...options },
  );
  closing.push(close);
  const reader = new EndpointReader(connection);
  return { state, connection, poll: () => reader.poll('monitor') };
}

const keysOf = (observation: object) => [...(observation as { rows: Map<string, unknown> }).rows.keys()];

describe('a poll of a list that comes in pages', () => {
  it('shows the rows of all of them, at once and with fewer requests later', async () => {
    const { state, poll } = await pbx(pages(Infinity));
    const first = await poll();
    expect(first).toMatchObject({
      requests: 2,
      status: 200,
      observation: { outcome: 'complete', reason: null },
    });
    expect(keysOf(first.observation)).toEqual(['103|early', '121|late']);
    const next = await poll();
    expect(next.requests).toBe(1);
    expect(keysOf(next.observation)).toEqual(['103|early', '121|late']);
    expect(state.asked).toEqual([
      '/v3/monitor?=null',
      '/v3/monitor?=null&limit=100&offset=10',
      '/v3/monitor?=null&limit=100&offset=0',
    ]);
  });

  it('gives the same objects as the one before, however many pages there are', async () => {
    const { poll } = await pbx(pages(10));
    const [first, next] = [await poll(), await poll()].map(({ observation, requests }) => ({
      rows: (observation as { rows: unknown }).rows,
      requests,
    }));
    expect(first!.requests).toBe(3);
    expect(next!.requests).toBe(3);
    expect(next!.rows).toBe(first!.rows);
  });

  it('is partial if one of them fails, and says which', async () => {
    const { state, poll } = await pbx(pages(10));
    await poll();
    state.page = (offset, limit, response) =>
      offset < 20 ? pages(10)(offset, limit, response) : void response.writeHead(502).end();
    const { observation, retryAfterMs } = await poll();
    expect(observation).toMatchObject({
      outcome: 'partial',
      reason: 'page 3: HTTP 502; 20 of 25 rows came',
    });
    expect(keysOf(observation)).toEqual(['103|early']);
    expect(retryAfterMs).toBeNull();
  });

  it('is partial if they are not over in time, together', async () => {
    const { poll } = await pbx(
      (offset, limit, response) => {
        if (offset < 10) pages(10)(offset, limit, response);
      },
      { timeoutMs: 300 },
    );
    expect((await poll()).observation).toMatchObject({
      outcome: 'partial',
      reason: 'page 2: not all pages within 300 ms; 10 of 25 rows came',
    });
  });

  it('has failed if the PBX asks to wait before the last of them', async () => {
    const { poll } = await pbx((offset, limit, response) =>
      offset < 10
        ? pages(10)(offset, limit, response)
        : void response.writeHead(429, { 'retry-after': '12' }).end(),
    );
    expect(await poll()).toMatchObject({
      status: 429,
      retryAfterMs: 12_000,
      requests: 2,
      observation: { outcome: 'failed', reason: 'page 2: HTTP 429', heldUntil: 1_700_000_012_000 },
    });
  });

  it('is asked conditionally only where one request brought the whole list', async () => {
    const tagged: Page = (offset, limit, response) => {
      response.setHeader('etag', '"1"');
      const isKnown = response.req.headers['if-none-match'] === '"1"';
      if (isKnown) response.writeHead(304).end();
      else pages(Infinity)(offset, limit, response);
    };
    const { state, poll } = await pbx(tagged);
    const all = [await poll(), await poll(), await poll(), await poll()];
    expect(all.map(({ status, requests }) => [status, requests])).toEqual([
      [200, 2],
      [200, 1],
      [304, 1],
      [304, 1],
    ]);
    for (const { observation } of all) expect(keysOf(observation)).toEqual(['103|early', '121|late']);
    expect(state.asked).toHaveLength(5);
  });

  it('is recorded so that its bodies show the same again', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'pages-'));
    closing.push(() => rm(directory, { recursive: true }));
    const { state, poll, connection } = await pbx(pages(10), {
      capture: {
        directory,
        maxBytes: 1_000_000,
        maxFiles: 10,
        numbers: 'plain',
        id: 'one',
        key: Buffer.alloc(32),
        policy: DEFAULT_POLICY,
        onStopped: (_, reason) => {
          throw new Error(reason);
        },
      },
    });
    const polled = [await poll()];
    state.page = (offset, limit, response) =>
      offset < 20 ? pages(10)(offset, limit, response) : send(response, ROWS.slice(20), 26);
    polled.push(await poll());
    await connection.close();

    const [file] = await readdir(directory, { recursive: true }).then((names) =>
      names.filter((name) => name.endsWith('.ndjson')),
    );
    const lines = (await readFile(join(directory, file!), 'utf8')).trim().split('\n');
    const reader = new ListReader('monitor', localeOf('Asia/Ho_Chi_Minh', 'VN'));
    let body = Buffer.alloc(0);
    const seen: MonitorObservation[] = [];
    for (const line of lines) {
      const record = captureRecord.parse(JSON.parse(line));
      if (record.record !== 'answer') continue;
      body = (bodyOf(record) as Buffer<ArrayBuffer> | null) ?? body;
      const { startedAt, at, doubt = null } = record;
      seen.push(reader.read(body, { startedAt, at, doubt }));
    }
    expect(seen).toEqual(polled.map(({ observation }) => observation));
    expect(seen).toMatchObject([
      { outcome: 'complete' },
      { outcome: 'partial', reason: 'the totals of its pages differ' },
    ]);
  });
});
