import { inspect } from 'node:util';
import { OTHER_WEBHOOK_SECRET, WEBHOOK_SECRET } from '../../../test/support/webhook-endpoint.js';
import { parseConfig } from '../parse-config.js';
import { readWebhooksFile } from './webhooks-file.js';
import type { WebhookEndpoint } from './webhook-endpoint.js';

const URL_ = 'https://crm.example/hooks/pitel';
const CRM = { id: 'crm', url: URL_, secret: WEBHOOK_SECRET };

function read(
  endpoints: readonly object[] | string,
  { files = {}, env = {} }: { files?: Record<string, string>; env?: Record<string, string> } = {},
) {
  const all: Record<string, string> = {
    '/etc/bridge/w.json': typeof endpoints === 'string' ? endpoints : JSON.stringify({ endpoints }),
    ...files,
  };
  return readWebhooksFile('/etc/bridge/w.json', {
    env,
    timeZone: 'Asia/Ho_Chi_Minh',
    readText: (path) => {
      if (!Object.hasOwn(all, path)) throw Object.assign(new Error(path), { code: 'ENOENT' });
      return all[path]!;
    },
  });
}

function one(row: object, more: Parameters<typeof read>[1] = {}): WebhookEndpoint {
  const result = read([row], more);
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.endpoints[0]!;
}

function problems(...rows: object[]): readonly string[] {
  const result = read(rows);
  return result.ok ? [] : result.problems;
}

const revealed = (endpoint: WebhookEndpoint) => ({
  url: endpoint.url.reveal(),
  secrets: endpoint.secrets.map((secret) => secret.reveal()),
  headers: Object.fromEntries([...endpoint.headers].map(([name, value]) => [name, value.reveal()])),
});

describe('a webhook', () => {
  it('has defaults for all that is left out', () => {
    const endpoint = one(CRM);
    expect(endpoint).toMatchObject({
      id: 'crm',
      types: null,
      extensions: null,
      queues: null,
      numbers: 'full',
      timeoutMs: 15_000,
      ratePerSecond: null,
      from: { kind: 'now' },
      template: null,
      allowHttp: false,
      allowAddresses: [],
    });
    expect(endpoint.maxAge.default).toBe(259_200_000);
    expect([...endpoint.maxAge.byType]).toEqual([
      ['call-offered', 60_000],
      ['call-offer-ended', 60_000],
    ]);
    expect(revealed(endpoint)).toEqual({ url: URL_, secrets: [WEBHOOK_SECRET], headers: {} });
  });

  it('takes every field', () => {
    const endpoint = one({
      ...CRM,
      url: 'http://10.0.0.7:8080/hook?k=v',
      secret: [WEBHOOK_SECRET, OTHER_WEBHOOK_SECRET],
      types: ['call-started', 'call-ended', 'call-started'],
      extensions: ['101', '*97'],
      queues: ['Sales'],
      maxAge: { default: 3_600_000, 'call-offered': 5_000 },
      headers: { 'X-Firewall': 'let me in' },
      timeoutMs: 500,
      ratePerSecond: 0.5,
      from: 'mm8x4r3k-9f41c0de:0000000000000012',
      allowHttp: true,
      allowAddresses: ['10.0.0.0/8'],
    });
    expect(endpoint).toMatchObject({
      types: ['call-started', 'call-ended'],
      extensions: ['101', '*97'],
      queues: ['Sales'],
      timeoutMs: 500,
      ratePerSecond: 0.5,
      from: { kind: 'cursor', cursor: 'mm8x4r3k-9f41c0de:0000000000000012' },
      allowHttp: true,
      allowAddresses: ['10.0.0.0/8'],
    });
    expect(endpoint.maxAge.default).toBe(3_600_000);
    expect(endpoint.maxAge.byType.get('call-offered')).toBe(5_000);
    expect(endpoint.maxAge.byType.get('call-offer-ended')).toBe(60_000);
    expect(revealed(endpoint)).toEqual({
      url: 'http://10.0.0.7:8080/hook?k=v',
      secrets: [WEBHOOK_SECRET, OTHER_WEBHOOK_SECRET],
      headers: { 'x-firewall': 'let me in' },
    });
    expect(one({ ...CRM, from: '2026-11-29T08:00:00+07:00' }).from).toEqual({
      kind: 'time',
      at: Date.UTC(2026, 10, 29, 1),
    });
  });

  it('takes secrets from variables and files, which are watched and no typos', () => {
    const row = {
      id: 'crm',
      urlEnv: 'CRM_URL',
      secretFile: ['crm.new', '/run/secrets/crm.old'],
      headersEnv: { authorization: 'CRM_AUTH' },
      headersFile: { 'x-key': 'key' },
    };
    const env = { CRM_URL: ` ${URL_} `, CRM_AUTH: 'Basic dTpw' };
    const files = {
      '/etc/bridge/crm.new': `${WEBHOOK_SECRET}\n`,
      '/run/secrets/crm.old': OTHER_WEBHOOK_SECRET,
      '/etc/bridge/key': 'k\n',
    };
    expect(revealed(one(row, { env, files }))).toEqual({
      url: URL_,
      secrets: [WEBHOOK_SECRET, OTHER_WEBHOOK_SECRET],
      headers: { authorization: 'Basic dTpw', 'x-key': 'k' },
    });
    expect(read([row], { env, files })).toMatchObject({ variables: ['CRM_URL', 'CRM_AUTH'] });
    const missing = read([row], { env: { constructor: 'x' } });
    expect(missing).toEqual({
      ok: false,
      problems: [
        'endpoints[0].urlEnv names a variable that is not set',
        'endpoints[0].secretFile[0] cannot be read (ENOENT)',
        'endpoints[0].secretFile[1] cannot be read (ENOENT)',
        'endpoints[0].headersEnv.authorization names a variable that is not set',
        'endpoints[0].headersFile.x-key cannot be read (ENOENT)',
      ],
    });
  });

  it.each<[string, object, RegExp]>([
    ['an unknown field', { retry: 3 }, /^endpoints\[0\] may have no other fields than id, url, /],
    [
      'a type that is none',
      { types: ['call-begun'] },
      /^endpoints\[0\]\.types\[0\] must be one of call-started, /,
    ],
    ['no type', { types: [] }, /^endpoints\[0\]\.types must not be empty/],
    ['an id of another form', { id: 'CRM' }, /^endpoints\[0\]\.id must be 1 to 63/],
    ['no address', { url: undefined }, /^endpoints\[0\] must have exactly one of url, urlEnv, urlFile$/],
    ['two addresses', { urlEnv: 'X' }, /^endpoints\[0\] must have exactly one of url, urlEnv, urlFile$/],
    [
      'plain http',
      { url: 'http://crm.example/' },
      /^endpoints\[0\]\.url must be https, unless allowHttp is true$/,
    ],
    ['another scheme', { url: 'ftp://crm.example/' }, /^endpoints\[0\]\.url must be an https address/],
    ['no absolute address', { url: '/hook' }, /^endpoints\[0\]\.url must be an https address/],
    [
      'a password in it',
      { url: 'https://u:p@crm.example/' },
      /^endpoints\[0\]\.url must not hold a user and a password: use headers/,
    ],
    ['a fragment', { url: 'https://crm.example/#x' }, /^endpoints\[0\]\.url must not hold a fragment/],
    [
      'a loopback address',
      { url: 'https://127.0.0.1/' },
      /^endpoints\[0\]\.url is a loopback address, which allowAddresses/,
    ],
    ['a decimal one', { url: 'https://2130706433/' }, /^endpoints\[0\]\.url is a loopback address/],
    ['a private one', { url: 'https://[fd00::1]/' }, /^endpoints\[0\]\.url is a private address/],
    [
      'one of another network',
      { url: 'https://10.0.0.1/', allowAddresses: ['10.1.0.0/16'] },
      /^endpoints\[0\]\.url is a private/,
    ],
    [
      'every address allowed',
      { allowAddresses: ['0.0.0.0/0'] },
      /^endpoints\[0\]\.allowAddresses\[0\] must be an address or a network/,
    ],
    [
      'a name allowed',
      { allowAddresses: ['crm.lan'] },
      /^endpoints\[0\]\.allowAddresses\[0\] must be an address or a network/,
    ],
    [
      'no secret',
      { secret: undefined },
      /^endpoints\[0\] must have one of secret, secretEnv, secretFile, which only a template/,
    ],
    ['two kinds of secrets', { secretEnv: 'X' }, /^endpoints\[0\] may have only one of secret/],
    [
      'a secret without whsec_',
      { secret: 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0' },
      /^endpoints\[0\]\.secret must be whsec_ and/,
    ],
    [
      'a short secret',
      { secret: 'whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ=' },
      /^endpoints\[0\]\.secret must be whsec_ and/,
    ],
    [
      'a secret of another alphabet',
      { secret: [WEBHOOK_SECRET, 'whsec_c2Vj-mV0_XNlY3JldC1zZWNyZXQtc2VjcmV0'] },
      /^endpoints\[0\]\.secret\[1\] must be/,
    ],
    [
      'three secrets',
      { secret: [WEBHOOK_SECRET, OTHER_WEBHOOK_SECRET, WEBHOOK_SECRET] },
      /^endpoints\[0\]\.secret must be a text, or a list of one or two/,
    ],
    [
      'a header of the bridge',
      { headers: { 'Webhook-Id': 'x' } },
      /^endpoints\[0\]\.headers\.Webhook-Id is a header that the bridge sets itself/,
    ],
    ['another one', { headers: { 'content-type': 'x' } }, /is a header that the bridge sets itself/],
    ['a third one', { headers: { Host: 'x' } }, /is a header that the bridge sets itself/],
    [
      'a header that is split',
      { headers: { a: 'b\r\nc: d' } },
      /^endpoints\[0\]\.headers\.a must be text that a header can hold/,
    ],
    ['no header', { headers: { 'a b': 'c' } }, /^endpoints\[0\]\.headers\.a b is not the name of a header/],
    [
      'a header twice',
      { headers: { 'X-A': '1', 'x-a': '2' } },
      /^endpoints\[0\]\.headers\.x-a is given twice/,
    ],
    [
      'an age of a type that is none',
      { maxAge: { 'call-begun': 1_000 } },
      /^endpoints\[0\]\.maxAge may have no other fields than default, /,
    ],
    [
      'an age out of range',
      { maxAge: { default: 1 } },
      /^endpoints\[0\]\.maxAge\.default must be a whole number/,
    ],
    [
      'a time-out out of range',
      { timeoutMs: 60_001 },
      /^endpoints\[0\]\.timeoutMs must be a whole number from 100 to 60000/,
    ],
    ['a rate of nothing', { ratePerSecond: 0 }, /^endpoints\[0\]\.ratePerSecond must be a number/],
    [
      'a time without a zone',
      { from: '2026-11-29T08:00:00' },
      /^endpoints\[0\]\.from must be now, a cursor, or a time/,
    ],
    ['a date that is none', { from: '2026-13-29T08:00:00Z' }, /^endpoints\[0\]\.from must be now/],
    [
      'a template that is none',
      { template: 'hubspot' },
      /^endpoints\[0\]\.template must be one of getfly, bizfly, generic, telegram, slack, notice, or an object$/,
    ],
    ['a list for it', { template: [] }, /^endpoints\[0\]\.template /],
  ])('is refused with %s, and with its place', (_, row, problem) => {
    const found = problems({ ...CRM, ...row });
    expect(found).toEqual([expect.stringMatching(problem)]);
  });

  it('has a name of its own', () => {
    expect(problems(CRM, { ...CRM, id: 'other' }, CRM)).toEqual([
      'endpoints[2].id is taken by an earlier endpoint',
    ]);
  });

  it('shows no secret: neither in a problem nor when it is printed', () => {
    const secret = 'Qx7hunter2Qx7hunter2';
    const bad = read([
      {
        id: secret,
        url: `ftp://${secret}`,
        secret,
        headers: { host: secret },
        from: secret,
        types: [secret],
      },
      { ...CRM, template: { query: { a: `{${secret}}` }, values: { a: secret } } },
    ]);
    expect(JSON.stringify(bad)).not.toContain('Qx7hunter2');
    const good = one({
      ...CRM,
      url: `https://crm.example/${secret}`,
      headers: { 'x-a': secret },
      template: { name: 'getfly', values: { secret } },
    });
    expect(inspect(good, { depth: 9, showHidden: true })).not.toContain('Qx7hunter2');
    expect(JSON.stringify(good)).not.toContain('Qx7hunter2');
  });
});

describe('a webhook of messages to people', () => {
  const TOKEN = '123456789:AAqX7hunter2Qx7hunter2_Qx7';
  const GROUP = { id: 'floor', template: { name: 'telegram', values: { chatId: '-100123' } } };
  const BOT = { ...GROUP, template: { ...GROUP.template, valuesEnv: { botToken: 'BOT' } } };
  const env = { BOT: TOKEN, URL_WITH_IT: `https://api.telegram.org/bot${TOKEN}` };

  it('needs no more of Telegram than the chat and the bot', () => {
    const endpoint = one(BOT, { env });
    expect(endpoint).toMatchObject({
      types: [
        'queue-threshold-crossed',
        'queue-threshold-cleared',
        'callback-due',
        'source-down',
        'source-degraded',
        'source-up',
        'webhook-failing',
        'webhook-recovered',
      ],
      numbers: 'masked',
      ratePerSecond: 0.05,
      secrets: [],
      template: {
        name: 'telegram',
        timeZone: 'Asia/Ho_Chi_Minh',
        notices: { via: 'telegram', language: 'vi' },
      },
    });
    expect(endpoint.url.reveal()).toBe('https://api.telegram.org/');
    expect(endpoint.maxAge.byType.get('queue-threshold-crossed')).toBe(900_000);
    expect(endpoint.maxAge.byType.get('callback-due')).toBeUndefined();
  });

  it('lets all of that be another', () => {
    const row = {
      ...BOT,
      url: 'https://chat.example/telegram',
      types: ['callback-done'],
      numbers: 'full',
      ratePerSecond: 1,
      maxAge: { 'queue-threshold-crossed': 60_000 },
      template: { ...BOT.template, language: 'en', timeZone: 'UTC' },
    };
    const endpoint = one(row, { env });
    expect(endpoint).toMatchObject({
      types: ['callback-done'],
      numbers: 'full',
      ratePerSecond: 1,
      template: { timeZone: 'UTC', notices: { language: 'en' } },
    });
    expect(endpoint.maxAge.byType.get('queue-threshold-crossed')).toBe(60_000);
  });

  it('takes the bot’s token in an address that is given apart, too', () => {
    const endpoint = one({ ...GROUP, urlEnv: 'URL_WITH_IT' }, { env });
    expect(endpoint.url.reveal()).toBe(env.URL_WITH_IT);
  });

  it.each<[string, object, string[]]>([
    ['no token', GROUP, ['.template.valuesEnv.botToken is required by the template']],
    [
      'the token in the file itself',
      { ...GROUP, template: { name: 'telegram', values: { chatId: '1', botToken: TOKEN } } },
      ['.template.values.botToken must be in valuesEnv or valuesFile: it is a secret'],
    ],
    [
      'the token in an address of the file itself',
      { ...GROUP, url: env.URL_WITH_IT },
      ['.url must not hold the token of a bot: use template.valuesEnv.botToken, urlEnv or urlFile'],
    ],
    [
      'two tokens',
      { ...BOT, urlEnv: 'URL_WITH_IT' },
      ['.template must not have a botToken beside the one of the url'],
    ],
    [
      'another text as the token',
      { ...GROUP, template: { ...GROUP.template, valuesEnv: { botToken: 'URL_WITH_IT' } } },
      ['.template must have a botToken as Telegram writes it: digits, a colon, and letters'],
    ],
    [
      'a variable that is not set',
      { ...GROUP, template: { ...GROUP.template, valuesEnv: { botToken: 'NONE' } } },
      ['.template.valuesEnv.botToken names a variable that is not set'],
    ],
    [
      'a type that has no message',
      { ...BOT, types: ['callback-due', 'call-started'] },
      [
        '.types[1] has no message; there are queue-threshold-crossed, queue-threshold-cleared, callback-due, source-down, source-degraded, source-up, webhook-failing, webhook-recovered, callback-done, call-abandoned',
      ],
    ],
    [
      'no address for Slack',
      { id: 's', template: 'slack' },
      [' must have exactly one of url, urlEnv, urlFile'],
    ],
    [
      'a request of its own',
      { ...BOT, template: { ...BOT.template, path: '/x' } },
      [
        '.template may have, with a name, no other fields than name, values, valuesEnv, valuesFile, timeZone, language',
      ],
    ],
  ])('is refused with %s, whose token no problem repeats', (_, row, expected) => {
    const result = read([row], { env });
    const found = result.ok ? [] : result.problems;
    expect(found).toEqual(expected.map((problem) => `endpoints[0]${problem}`));
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  it('shows no token where it is printed', () => {
    for (const endpoint of [one(BOT, { env }), one({ ...GROUP, urlEnv: 'URL_WITH_IT' }, { env })]) {
      expect(inspect(endpoint, { depth: 9, showHidden: true })).not.toContain('hunter2');
      expect(JSON.stringify(endpoint)).not.toContain('hunter2');
    }
  });
});

describe('the file of webhooks', () => {
  it.each<[string, string, string]>([
    ['no YAML', 'endpoints: [', 'is not valid YAML or JSON (line 1, column 13)'],
    ['another field', '{"endpoints":[],"x":1}', 'must hold an object with the one field endpoints'],
    ['a list', '[]', 'must hold an object with the one field endpoints'],
    ['no list', 'endpoints: {}', 'endpoints must be a list'],
  ])('with %s is refused', (_, text, problem) => {
    expect(read(text)).toEqual({ ok: false, problems: [expect.stringContaining(problem)] });
  });

  const ENV = { PITEL_BASE_URL: 'https://pbx.example', PITEL_TOKEN: 't', STORE: 'memory', AUTH_MODE: 'none' };

  it('gives the single tenant its webhooks, and is read again with the same tenant', () => {
    let text = JSON.stringify({ endpoints: [CRM] });
    const parsed = parseConfig({ ...ENV, WEBHOOKS_FILE: '/w.json', TENANT_ID: 'acme' }, () => text);
    if (!parsed.ok) throw new Error(parsed.problems.join());
    expect(parsed.config.tenants[0]).toMatchObject({ id: 'acme', webhooks: [{ id: 'crm' }] });
    expect(parsed.config.leaseGroup).toBe('tenant-acme');
    text = JSON.stringify({ endpoints: [CRM, { ...CRM, id: 'other' }] });
    const again = parsed.config.singleTenantFiles!.read(() => text);
    expect(again).toMatchObject({
      ok: true,
      tenants: [{ id: 'acme', baseUrl: 'https://pbx.example', webhooks: [{ id: 'crm' }, { id: 'other' }] }],
    });
  });

  it('reports its problems by the name of the variable, together with those of others', () => {
    const text = JSON.stringify({ endpoints: [{ ...CRM, url: 'http://crm.example' }] });
    expect(parseConfig({ ...ENV, PORT: 'x', WEBHOOKS_FILE: '/w.json' }, () => text)).toEqual({
      ok: false,
      problems: [
        expect.stringMatching(/^PORT: /),
        'WEBHOOKS_FILE: endpoints[0].url must be https, unless allowHttp is true',
      ],
    });
  });

  it('is for a single tenant; those of the file of tenants have webhooks of their own', () => {
    const { STORE, AUTH_MODE } = ENV;
    const tenant = {
      id: 'a',
      baseUrl: 'https://a.example',
      token: 't',
      webhooks: [CRM, { ...CRM, id: 'x', timeoutMs: 1 }],
    };
    const withFile = (webhooks: object[]) =>
      parseConfig({ STORE, AUTH_MODE, TENANTS_FILE: '/t.json' }, () =>
        JSON.stringify({ tenants: [{ ...tenant, webhooks }] }),
      );
    const good = withFile([CRM]);
    expect(good.ok && good.config.tenants[0]!.webhooks).toMatchObject([{ id: 'crm' }]);
    expect(withFile(tenant.webhooks)).toEqual({
      ok: false,
      problems: [expect.stringMatching(/^TENANTS_FILE: tenants\[0\]\.webhooks\[1\]\.timeoutMs must be/)],
    });
    expect(withFile([{ ...CRM, url: 'https://10.0.0.1/' }])).toEqual({
      ok: false,
      problems: [
        'TENANTS_FILE: tenants[0].webhooks[0].url is a private address, which allowAddresses does not name',
      ],
    });
    expect(
      parseConfig({ STORE, AUTH_MODE, TENANTS_FILE: '/t.json', WEBHOOKS_FILE: '/w.json' }, () =>
        JSON.stringify({ tenants: [{ ...tenant, webhooks: [] }] }),
      ),
    ).toEqual({ ok: false, problems: [expect.stringMatching(/^WEBHOOKS_FILE: is for a single tenant/)] });
  });

  it('warns of plain http to another machine', () => {
    const warnings = (url: string, allowAddresses?: string[]) => {
      const text = JSON.stringify({ endpoints: [{ ...CRM, url, allowHttp: true, allowAddresses }] });
      const parsed = parseConfig({ ...ENV, WEBHOOKS_FILE: '/w.json' }, () => text);
      return parsed.ok ? parsed.warnings.filter((line) => line.startsWith('WEBHOOKS')) : parsed.problems;
    };
    expect(warnings('http://crm.example/')).toEqual([
      'WEBHOOKS_FILE: webhooks are sent over plain http, which shows customers and their numbers to the network',
    ]);
    expect(warnings('http://127.0.0.1/', ['127.0.0.1'])).toEqual([]);
  });
});
