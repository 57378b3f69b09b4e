import { ManualClock, token } from '../../../test/support/delivery.js';
import { until } from '../../../test/support/until.js';
import { startWebhooksApp, type WebhooksApp } from '../../../test/support/webhooks-app.js';
import { DELIVERED, ScriptedWebhooks, webhookView } from '../../../test/support/webhooks-control.js';
import type { DeliverOptions } from '../../deliver/access/options.js';
import { NAMED_SCHEMAS } from '../../schema/json-schema.js';
import { UnusableCursorError } from '../webhooks-control.js';

const AT = Date.UTC(2026, 2, 2, 3);
const CURSOR = 'e1:0000000000000007';

describe('the webhooks over HTTP', () => {
  let webhooks: ScriptedWebhooks;
  let clock: ManualClock;
  let app: WebhooksApp;

  async function start(options: Partial<DeliverOptions> = {}): Promise<void> {
    clock = new ManualClock();
    webhooks = new ScriptedWebhooks();
    webhooks.tenants.set('acme', [
      webhookView('crm'),
      webhookView('chat', { state: 'paused', cursor: null }),
    ]);
    webhooks.tenants.set('globex', [webhookView('theirs')]);
    app = await startWebhooksApp(webhooks, { clock, ...options });
  }
  beforeEach(() => start());
  afterEach(() => app.close());

  interface Asked {
    readonly claims?: Record<string, unknown>;
    readonly body?: unknown;
    readonly headers?: Record<string, string>;
    readonly signal?: AbortSignal;
  }
  async function ask(
    address: string,
    { claims = { webhooks: true }, body, headers = {}, signal }: Asked = {},
  ) {
    const [method, path] = address.split(' ') as [string, string];
    const response = await fetch(app.url + path, {
      method,
      headers: {
        authorization: `Bearer ${await token(claims)}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  // Each with a body, since Jest would give a callback in its place.
  const EVERY: [string, object | undefined][] = [
    ['GET /v1/webhooks', undefined],
    ['GET /v1/webhooks/crm/attempts', undefined],
    ['GET /v1/webhooks/crm/dead', undefined],
    ['POST /v1/webhooks/crm/test', undefined],
    ['POST /v1/webhooks/crm/replay', { only: CURSOR }],
    ['POST /v1/webhooks/crm/resume', undefined],
  ];

  it('lists those of the token’s tenant as the document says', async () => {
    const { status, body } = await ask('GET /v1/webhooks');
    expect(status).toBe(200);
    expect(NAMED_SCHEMAS.Webhooks!.parse(body)).toStrictEqual(body);
    expect(body).toEqual({ webhooks: webhooks.tenants.get('acme') });
  });

  it('shows the last attempts and what was given up, with times as texts', async () => {
    webhooks.attemptsOf = [
      {
        at: AT,
        cursor: CURSOR,
        id: 'evt_1',
        kind: 'event',
        outcome: 'event-failed',
        status: 422,
        tookMs: 9,
        error: 'no',
      },
    ];
    webhooks.deadOf = [{ at: AT, cursor: CURSOR, reason: 'refused', tries: 3 }];
    const attempts = await ask('GET /v1/webhooks/crm/attempts');
    const dead = await ask('GET /v1/webhooks/crm/dead');
    expect(NAMED_SCHEMAS.WebhookAttempts!.parse(attempts.body)).toStrictEqual(attempts.body);
    expect(NAMED_SCHEMAS.WebhookDeadLetters!.parse(dead.body)).toStrictEqual(dead.body);
    expect(attempts.body).toMatchObject({ attempts: [{ at: '2026-03-02T03:00:00.000Z', status: 422 }] });
    expect(dead.body).toMatchObject({ dead: [{ at: '2026-03-02T03:00:00.000Z', reason: 'refused' }] });
  });

  it('sends a test, and says what came of it, a failure too', async () => {
    expect(await ask('POST /v1/webhooks/crm/test')).toEqual({
      status: 200,
      body: { outcome: 'delivered', status: 200, tookMs: 12, error: null },
    });
    webhooks.result = {
      verdict: { kind: 'endpoint-failed', retryAfterMs: null },
      status: null,
      tookMs: 3,
      error: 'ECONNREFUSED',
    };
    const { status, body } = await ask('POST /v1/webhooks/crm/test');
    expect([status, body]).toEqual([
      200,
      { outcome: 'endpoint-failed', status: null, tookMs: 3, error: 'ECONNREFUSED' },
    ]);
    expect(NAMED_SCHEMAS.WebhookResult!.parse(body)).toStrictEqual(body);
  });

  it.each<[object, object]>([
    [{ since: '2026-03-02T10:00:00+07:00' }, { since: AT }],
    [{ after: CURSOR }, { after: CURSOR }],
    [{ only: CURSOR }, { only: CURSOR }],
  ])('replays %j', async (body, what) => {
    const answer = await ask('POST /v1/webhooks/crm/replay', { body });
    expect(answer).toEqual({
      status: 200,
      body: {
        delivered: 1,
        cursor: null,
        last: { outcome: 'delivered', status: 200, tookMs: 12, error: null },
      },
    });
    expect(NAMED_SCHEMAS.WebhookReplayed!.parse(answer.body)).toStrictEqual(answer.body);
    expect(webhooks.calls).toEqual([['replay', 'acme', 'crm', what]]);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['an empty object', {}],
    ['two of them', { since: '2026-03-02T03:00:00Z', only: CURSOR }],
    ['one that there is not', { until: '2026-03-02T03:00:00Z' }],
    ['an instant without a zone', { since: '2026-03-02T03:00:00' }],
    ['a text that is no cursor', { after: 'yesterday' }],
    ['a list', [CURSOR]],
    ['no JSON', '{'],
  ])('replays nothing for %s, and says what it must be', async (_, body) => {
    const { status, body: problem } = await ask('POST /v1/webhooks/crm/replay', { body });
    expect(status).toBe(400);
    expect(problem).toMatchObject({ code: 'bad-request', status: 400 });
    expect(webhooks.calls).toEqual([]);
  });

  it('ends a long replay in time, and says where to go on', async () => {
    webhooks.replayOf = (_, signal) =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () => resolve({ delivered: 40, last: DELIVERED, cursor: CURSOR })),
      );
    const answer = ask('POST /v1/webhooks/crm/replay', { body: { since: '2026-03-02T03:00:00Z' } });
    await until(() => webhooks.calls.length === 1);
    clock.advance(20_000);
    expect((await answer).body).toMatchObject({ delivered: 40, cursor: CURSOR });
  });

  it('ends a replay when its client has gone', async () => {
    let aborted = false;
    webhooks.replayOf = (_, signal) =>
      new Promise((resolve) =>
        signal.addEventListener('abort', () => {
          aborted = true;
          resolve({ delivered: 0, last: null, cursor: CURSOR });
        }),
      );
    const client = new AbortController();
    const gone = ask('POST /v1/webhooks/crm/replay', { body: { after: CURSOR }, signal: client.signal });
    await until(() => webhooks.calls.length === 1);
    client.abort();
    await expect(gone).rejects.toThrow();
    await until(() => aborted);
  });

  it('says why the log cannot give what a replay asks for', async () => {
    webhooks.replayOf = () => Promise.reject(new UnusableCursorError('cursor-too-old'));
    expect(await ask('POST /v1/webhooks/crm/replay', { body: { only: CURSOR } })).toMatchObject({
      status: 410,
      body: { code: 'cursor-too-old', reason: 'cursor-too-old' },
    });
  });

  it('resumes', async () => {
    expect(await ask('POST /v1/webhooks/chat/resume')).toEqual({ status: 200, body: { id: 'chat' } });
    expect(webhooks.calls).toEqual([['resume', 'acme', 'chat']]);
  });

  it.each(EVERY)(
    '%s is not there for a token without the claim, nor for a narrowed one',
    async (address, body) => {
      for (const claims of [
        {},
        { webhooks: 'true' },
        { webhooks: true, extensions: ['107'] },
        { webhooks: true, queues: ['sales'] },
        { webhooks: true, extensions: [] },
      ]) {
        const answer = await ask(address, { claims, body });
        expect([answer.status, answer.body.code]).toEqual([404, 'webhooks-not-granted']);
      }
      expect(webhooks.calls).toEqual([]);
    },
  );

  it.each(EVERY)('%s asks for a token', async (address) => {
    const [method, path] = address.split(' ') as [string, string];
    expect((await fetch(app.url + path, { method })).status).toBe(401);
    expect((await fetch(`${app.url}${path}?token=x`, { method })).status).toBe(401);
    expect(webhooks.calls).toEqual([]);
  });

  it.each(EVERY.slice(1))('%s of another tenant is one that there is not', async (address, body) => {
    const theirs = await ask(address.replace('crm', 'theirs'), { body });
    const none = await ask(address.replace('crm', 'none'), { body });
    expect([theirs.status, theirs.body.code]).toEqual([404, 'not-found']);
    expect({ ...theirs.body, instance: '' }).toEqual({ ...none.body, instance: '' });
    const foreign = await ask(address.replace('crm', 'theirs?tenant=globex'), { body });
    expect(foreign.status).toBe(404);
  });

  it.each(EVERY)('%s knows no parameter', async (address, body) => {
    expect(await ask(`${address}?limit=10`, { body })).toMatchObject({
      status: 400,
      body: { code: 'bad-request' },
    });
    expect(webhooks.calls).toEqual([]);
    expect((await ask(`${address}?_=1`, { body })).status).toBe(200);
  });

  it.each(EVERY)('%s is a 503 while the store does not answer', async (address, body) => {
    webhooks.before = () => Promise.reject(new Error('Connection is closed'));
    expect(await ask(address, { body })).toMatchObject({ status: 503, body: { code: 'store-away' } });
    webhooks.before = () => new Promise(() => undefined);
    webhooks.calls.length = 0;
    const frozen = ask(address, { body });
    await until(() => webhooks.calls.length === 1);
    clock.advance(120_000);
    expect(await frozen).toMatchObject({ status: 503, body: { code: 'store-away' } });
  });

  it('sends nothing for a page of another origin where no token is asked for', async () => {
    await app.close();
    await start({ auth: { mode: 'none' } });
    const post = (origin?: string, type = 'application/json') =>
      fetch(`${app.url}/v1/webhooks/crm/test`, {
        method: 'POST',
        headers: { 'content-type': type, ...(origin === undefined ? {} : { origin }) },
        body: '{}',
      });
    for (const origin of ['https://evil.example', 'null', `${app.url.replace(/\d+$/, '1')}`])
      for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded'])
        expect((await post(origin, type)).status).toBe(403);
    expect(webhooks.calls).toEqual([]);
    expect([(await post()).status, (await post(app.url)).status]).toEqual([200, 200]);
  });
});
