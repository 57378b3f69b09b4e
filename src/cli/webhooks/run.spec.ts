import { SECRET, token } from '../../../test/support/delivery.js';
import { startWebhooksApp, type WebhooksApp } from '../../../test/support/webhooks-app.js';
import { DELIVERED, ScriptedWebhooks, webhookView } from '../../../test/support/webhooks-control.js';
import { noFiles } from '../../config/secrets/read-text.js';
import type { Environment } from '../../config/tenants/tenant.js';
import type { Result } from '../../webhooks/sender.js';
import { parseWebhooksArguments } from './arguments.js';
import { bridgeOf, secretsOf } from './environment.js';
import { runWebhooks } from './run.js';

const CURSOR = 'e1:0000000000000007';
const REFUSED: Result = {
  verdict: { kind: 'event-failed' },
  status: 422,
  tookMs: 5,
  error: 'status 422: no',
};

describe('npm run webhooks at a bridge', () => {
  let webhooks: ScriptedWebhooks;
  let app: WebhooksApp;
  let progress: string[];

  beforeEach(async () => {
    webhooks = new ScriptedWebhooks();
    webhooks.tenants.set('acme', [
      webhookView('crm'),
      webhookView('chat', {
        state: 'failing',
        lagEvents: 12,
        lagMs: 312_000,
        lastError: 'status 503',
        lastDeliveredAt: null,
      }),
    ]);
    app = await startWebhooksApp(webhooks);
    progress = [];
  });
  afterEach(() => app.close());

  const run = async (argv: string, env: Environment = { AUTH_JWT_SECRET: SECRET, TENANT_ID: 'acme' }) => {
    const now = () => Date.now();
    const hasAddress = argv.startsWith('verify') || argv.includes('--url');
    const words = [...argv.split(' '), ...(hasAddress ? [] : ['--url', app.url])];
    const request = parseWebhooksArguments(words, now());
    if (!request.ok) throw new Error(request.problem);
    const surroundings = { env, readText: noFiles, now };
    return runWebhooks(request.value, {
      bridge: (at) => bridgeOf(at, surroundings),
      secrets: (verify) => secretsOf(verify, surroundings),
      readBytes: () => Promise.resolve({ ok: true, value: Buffer.from('webhook-id: evt_1\n\n{}') }),
      progress: (line) => progress.push(line),
      now,
    });
  };
  it('lists, with a token that it signs itself', async () => {
    expect(await run('list')).toEqual({
      ok: true,
      value: {
        isRight: true,
        text: [
          'ID    STATE    BEHIND            LAST DELIVERED            ADDRESS',
          'crm   active   up to date        2026-03-02T03:00:00.000Z  https://crm.example.com/…',
          'chat  failing  12 events, 5m12s  never                     https://crm.example.com/…',
          '  last error: status 503',
        ].join('\n'),
      },
    });
  });

  it('prints what the bridge answers, on request', async () => {
    const result = await run('list --json');
    expect(result.ok && JSON.parse(result.value.text)).toEqual({ webhooks: webhooks.tenants.get('acme') });
  });

  it('tests: a failure is one for the shell too', async () => {
    expect(await run('test crm')).toEqual({
      ok: true,
      value: { isRight: true, text: 'delivered: status 200, 12 ms' },
    });
    webhooks.result = REFUSED;
    expect(await run('test crm')).toEqual({
      ok: true,
      value: { isRight: false, text: 'event-failed: status 422, 5 ms: status 422: no' },
    });
  });

  it('replays until all is sent', async () => {
    let requests = 0;
    webhooks.replayOf = () =>
      Promise.resolve({ delivered: 10, last: DELIVERED, cursor: ++requests < 3 ? `e1:${requests}` : null });
    expect(await run('replay crm --since 2026-03-02T03:00:00Z')).toEqual({
      ok: true,
      value: { isRight: true, text: '30 delivered' },
    });
    expect(progress).toEqual(['10 delivered …', '20 delivered …']);
    expect(webhooks.calls.map(([, , , what]) => what)).toEqual([
      { since: Date.UTC(2026, 2, 2, 3) },
      { after: 'e1:1' },
      { after: 'e1:2' },
    ]);
  });

  it('ends a replay at what the receiver does not take, and says how to go on', async () => {
    webhooks.replayOf = () => Promise.resolve({ delivered: 4, last: REFUSED, cursor: CURSOR });
    expect(await run(`replay crm --after ${CURSOR}`)).toEqual({
      ok: true,
      value: {
        isRight: false,
        text: `4 delivered, then event-failed: status 422, 5 ms: status 422: no\ngo on with: npm run webhooks -- replay crm --after ${CURSOR}`,
      },
    });
  });

  it('resumes, and shows attempts and what was given up', async () => {
    webhooks.attemptsOf = [
      {
        at: 0,
        cursor: CURSOR,
        id: 'evt_1',
        kind: 'event',
        outcome: 'delivered',
        status: 200,
        tookMs: 9,
        error: null,
      },
    ];
    expect(await run('resume crm')).toMatchObject({ value: { text: 'crm will go on within a few seconds' } });
    expect(await run('attempts crm')).toMatchObject({
      value: {
        text: expect.stringMatching(/^TIME .*\n1970-01-01T00:00:00.000Z {2}event {2}delivered {2}200 /),
      },
    });
    expect(await run('dead crm')).toMatchObject({ value: { text: 'No event was given up.' } });
  });

  it.each<[string, string, Environment, RegExp]>([
    [
      'there is no such webhook',
      'test none',
      { AUTH_JWT_SECRET: SECRET, TENANT_ID: 'acme' },
      /^no webhook of this tenant has this id/,
    ],
    [
      'the key is another',
      'list',
      { AUTH_JWT_SECRET: `${SECRET}!`, TENANT_ID: 'acme' },
      /another key than this configuration/,
    ],
    ['there is no key', 'list', { TENANT_ID: 'acme' }, /^AUTH_JWT_SECRET is not set.*or set BRIDGE_TOKEN/],
    ['the token is none', 'list', { BRIDGE_TOKEN: 'x' }, /BRIDGE_TOKEN/],
    [
      'it does not know which tenant',
      'list',
      { TENANTS_FILE: 't.yaml', AUTH_JWT_SECRET: SECRET },
      /^--tenant is needed/,
    ],
    [
      'no bridge is there',
      'list --url http://127.0.0.1:1',
      { AUTH_JWT_SECRET: SECRET },
      /^no bridge answers at http:\/\/127.0.0.1:1 \(/,
    ],
    ['verify has no secret', 'verify', {}, /^which secret\?/],
    [
      'the secret of verify is none',
      'verify',
      { WEBHOOK_SECRET: 'secret' },
      /^WEBHOOK_SECRET must be whsec_/,
    ],
  ])('says in one line that %s', async (_, argv, env, problem) => {
    const result = await run(argv, env);
    expect(result).toEqual({ ok: false, problem: expect.stringMatching(problem) });
    expect(!result.ok && result.problem).not.toContain('\n');
  });

  it('uses the token that it is given, and says what that one lacks', async () => {
    const env = { BRIDGE_TOKEN: await token({ webhooks: true }) };
    expect(await run('list', env)).toMatchObject({ ok: true });
    expect(await run('list', { BRIDGE_TOKEN: await token({}) })).toEqual({
      ok: false,
      problem: expect.stringMatching(/claim webhooks: true.*npm run token/),
    });
  });

  it('asks without a token where the bridge asks for none, for the tenant that it is to be', async () => {
    await app.close();
    webhooks.tenants.set('globex', [webhookView('theirs')]);
    app = await startWebhooksApp(webhooks, { auth: { mode: 'none' } });
    await run('list --tenant globex', { AUTH_MODE: 'none' });
    expect(webhooks.calls).toEqual([['list', 'globex']]);
  });
});
