import { Webhook } from 'standardwebhooks';
import { Secret } from '../../config/secrets/secret.js';
import { webhookId } from '../../webhooks/request/webhook-id.js';
import { readSavedRequest } from './saved-request.js';
import { verdictOf } from './verify.js';

const AT = Date.UTC(2026, 2, 2, 3);
const EVENT_ID = 'acme/c-1/call-started';
const BODY = JSON.stringify({
  id: EVENT_ID,
  type: 'call-started',
  data: { name: 'Nguyễn Văn "A"/B', number: 1.0 },
});
const [OURS, OTHER, UNKNOWN] = ['a', 'b', 'c'].map(
  (letter) => `whsec_${Buffer.from(letter.repeat(32)).toString('base64')}`,
) as [string, string, string];

function request(
  body = BODY,
  {
    secret = OURS,
    id = webhookId(EVENT_ID),
    signed = BODY,
    headers = {},
  }: { secret?: string; id?: string; signed?: string; headers?: Record<string, string> } = {},
): Buffer {
  const all: Record<string, string> = {
    'Content-Type': 'application/cloudevents+json',
    'Webhook-Id': id,
    'Webhook-Timestamp': String(AT / 1_000),
    'Webhook-Signature': new Webhook(secret).sign(id, new Date(AT), signed),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST /hook HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

function verdict(bytes: Buffer, { at, now = AT }: { at?: number; now?: number } = {}) {
  const saved = readSavedRequest(bytes, null);
  if (!saved.ok) throw new Error(saved.problem);
  return verdictOf(saved.value, {
    secrets: [new Secret(OURS)],
    others: [{ tenant: 'acme', id: 'chat', secret: new Secret(OTHER) }],
    at,
    now,
  });
}

describe('the signature of a saved request', () => {
  it('is right', () => {
    expect(verdict(request())).toEqual({
      isRight: true,
      lines: ['The signature is right; it was signed just now.'],
    });
    expect(verdict(request(), { at: AT + 299_000 }).isRight).toBe(true);
  });

  it('is right although the request is old, which it says', () => {
    const { isRight, lines } = verdict(request(), { now: AT + 7_320_000 });
    expect([isRight, lines[0]]).toEqual([true, expect.stringContaining('2h2m ago: a receiver refuses')]);
  });

  it.each([
    [AT + 360_000, /The clock: .* 6m older/],
    [AT - 3_600_000, /The clock: .* 1h younger/],
  ])('is right, but not of the time when it came: %d', (at, why) => {
    const { isRight, lines } = verdict(request(), { at });
    expect([isRight, lines[0]]).toEqual([false, expect.stringMatching(why)]);
  });

  it.each<[string, string, RegExp]>([
    [
      'parsed and written again',
      JSON.stringify(JSON.parse(BODY), null, 2),
      /altered: it was parsed and written again/,
    ],
    [
      'written by PHP',
      JSON.stringify(JSON.parse(BODY)).replaceAll('/', '\\/').replace('ễ', '\\u1ec5'),
      /parsed and written/,
    ],
    ['with a line break at its end', `${BODY}\n`, /altered: white space, or a byte order mark/],
    ['with a mark of the byte order', `\uFEFF${BODY}`, /altered: white space, or a byte order mark/],
    ['encoded twice', Buffer.from(BODY).toString('latin1'), /altered: it was taken for ISO 8859-1/],
    ['that is empty', '', /altered: it is empty/],
    ['that was cut', BODY.slice(0, -9), /altered: .* It may be cut/],
    [
      'of another event',
      BODY.replace('c-1', 'c-2'),
      /altered: it is not that of the event that webhook-id names/,
    ],
    ['with another content', BODY.replace('Nguyễn', 'Trần'), /secret is another, or the content/],
  ])('does not fit a body %s', (_, body, why) => {
    const { isRight, lines } = verdict(request(body));
    expect([isRight, lines[0]]).toEqual([false, expect.stringMatching(why)]);
  });

  it('is of the secret of another webhook, or of one that is not known', () => {
    expect(verdict(request(BODY, { secret: OTHER })).lines[0]).toBe(
      'The secret is another: the request was signed for the webhook chat of the tenant acme.',
    );
    const { isRight, lines } = verdict(request(BODY, { secret: UNKNOWN }));
    expect([isRight, lines[0]]).toEqual([
      false,
      expect.stringMatching(/^The secret is another, or the content/),
    ]);
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ 'Webhook-Id': '' }, /webhook-id is missing/],
    [{ 'Webhook-Timestamp': 'now' }, /webhook-timestamp must be/],
    [{ 'Webhook-Signature': 'sha256=abc' }, /webhook-signature has no part/],
  ])('cannot be checked with %j', (headers, why) => {
    expect(verdict(request(BODY, { headers })).lines[0]).toMatch(why);
  });

  it('never shows the secret', () => {
    for (const secret of [OURS, OTHER, UNKNOWN])
      expect(verdict(request(`${BODY} `, { secret })).lines.join()).not.toMatch(/whsec_[A-Za-z0-9]/);
  });
});

describe('a saved request', () => {
  const read = (text: string, apart: string | null = null) =>
    readSavedRequest(Buffer.from(text), apart === null ? null : Buffer.from(apart));

  it('may have no request line, other ends of lines, and its body in a file of its own', () => {
    const { value } = read('webhook-id: evt_1\nwebhook-timestamp: 1\n\n{"a":\n\n1}') as {
      value: { headers: object; body: Buffer };
    };
    expect(value.headers).toEqual(
      new Map([
        ['webhook-id', 'evt_1'],
        ['webhook-timestamp', '1'],
      ]),
    );
    expect(value.body.toString()).toBe('{"a":\n\n1}');
    expect(read('webhook-id: evt_1', 'body')).toMatchObject({ value: { body: Buffer.from('body') } });
  });

  it('may have its headers as PHP prints them', () => {
    const { value } = read('HTTP_WEBHOOK_ID => evt_1\nwebhook-signature: v1,a=\n\n') as {
      value: { headers: object };
    };
    expect(value.headers).toEqual(
      new Map([
        ['webhook-id', 'evt_1'],
        ['webhook-signature', 'v1,a='],
      ]),
    );
  });

  it('is refused where it is none', () => {
    expect(read('{"id":"x"}')).toEqual({ ok: false, problem: expect.stringContaining('not understood') });
  });
});
