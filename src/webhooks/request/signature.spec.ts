import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';
import { byName, OTHER_WEBHOOK_SECRET, WEBHOOK_SECRET } from '../../../test/support/webhook-endpoint.js';
import { Secret } from '../../config/secrets/secret.js';
import { signatureHeaders, verifySignature } from './signature.js';
import { webhookId } from './webhook-id.js';

interface Vector {
  readonly name: string;
  readonly id: string;
  readonly timestamp: string;
  readonly body: string;
  readonly secrets: readonly string[];
  readonly signature: string;
}

const { vectors } = JSON.parse(readFileSync('docs/webhook-vectors.json', 'utf8')) as { vectors: Vector[] };
const secretsOf = (texts: readonly string[]) => texts.map((text) => new Secret(text));

describe('a signature', () => {
  it.each(vectors.map((vector) => [vector.name, vector] as const))(
    'is that of the published example: %s',
    (_, vector) => {
      const { id, timestamp, body, signature } = vector;
      const headers = signatureHeaders({ id, body }, Number(timestamp), secretsOf(vector.secrets));
      expect(byName(headers)).toEqual({
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': signature,
      });
    },
  );

  it('is left out where there is no secret', () => {
    expect(Object.keys(byName(signatureHeaders({ id: 'evt_1', body: '' }, 1, [])))).toEqual([
      'webhook-id',
      'webhook-timestamp',
    ]);
  });

  it.each([
    ['ASCII', '{"a":1}'],
    ['other characters', '{"name":"Chăm sóc 😀"}'],
    ['nothing', ''],
  ])('over %s is verified by the library of Standard Webhooks, with each secret', (_, body) => {
    const now = Math.floor(Date.now() / 1_000);
    const headers = signatureHeaders(
      { id: 'evt_1', body },
      now,
      secretsOf([WEBHOOK_SECRET, OTHER_WEBHOOK_SECRET]),
    );
    for (const secret of [WEBHOOK_SECRET, OTHER_WEBHOOK_SECRET])
      new Webhook(secret).verify(body, byName(headers), { jsonParse: false });
    expect(() =>
      new Webhook(WEBHOOK_SECRET).verify(`${body} `, byName(headers), { jsonParse: false }),
    ).toThrow();
  });
});

describe('the verification', () => {
  const BODY = JSON.stringify({ id: 'acme/c/call-started', data: { name: 'Chăm sóc / 1' } });
  const AT = 1_772_420_405;
  const secrets = secretsOf([WEBHOOK_SECRET]);
  const headers = signatureHeaders({ id: 'evt_1', body: BODY }, AT, secrets);
  const received = {
    id: 'evt_1',
    timestamp: String(AT),
    signature: byName(headers)['webhook-signature']!,
    body: BODY,
  };
  const verify = (
    given: object,
    { with: by = secrets, now = AT * 1_000 }: { with?: Secret[]; now?: number } = {},
  ) => verifySignature({ ...received, ...given }, by, now);

  it('accepts what was sent, as text and as bytes, with either secret of a rotation', () => {
    expect(verify({})).toEqual({ ok: true });
    expect(verify({ body: Buffer.from(BODY) })).toEqual({ ok: true });
    expect(verify({}, { with: secretsOf([OTHER_WEBHOOK_SECRET, WEBHOOK_SECRET]) })).toEqual({ ok: true });
    expect(verify({ signature: `v1,AAAA v2,xyz ${received.signature}` })).toEqual({ ok: true });
  });

  it.each<[string, object, Parameters<typeof verify>[1], object]>([
    ['another secret', {}, { with: secretsOf([OTHER_WEBHOOK_SECRET]) }, { reason: 'secret' }],
    ['no secret', {}, { with: [] }, { reason: 'secret' }],
    ['another id', { id: 'evt_2' }, {}, { reason: 'secret' }],
    ['another timestamp', { timestamp: String(AT + 1) }, {}, { reason: 'secret' }],
    ['another body', { body: BODY.replace('call-started', 'call-ended') }, {}, { reason: 'secret' }],
    [
      'white space',
      { body: `${BODY}\n` },
      {},
      { reason: 'altered-body', detail: 'white space, or a byte order mark, was added around it' },
    ],
    [
      'a body written by PHP',
      { body: String.raw`{"id":"acme\/c\/call-started","data":{"name":"Ch\u0103m s\u00f3c \/ 1"}}` },
      {},
      { reason: 'altered-body', detail: 'it was parsed and written again' },
    ],
    [
      'a pretty body',
      { body: JSON.stringify(JSON.parse(BODY), null, 2) },
      {},
      { reason: 'altered-body', detail: 'it was parsed and written again' },
    ],
    [
      'a mark',
      { body: `\ufeff${BODY}` },
      {},
      { reason: 'altered-body', detail: 'white space, or a byte order mark, was added around it' },
    ],
    ['an old request', {}, { now: (AT + 301) * 1_000 }, { reason: 'clock', ageSeconds: 301 }],
    ['one of the future', {}, { now: (AT - 301) * 1_000 }, { reason: 'clock', ageSeconds: -301 }],
    ['no id', { id: '' }, {}, { reason: 'malformed', detail: 'webhook-id is missing' }],
    [
      'no timestamp',
      { timestamp: '' },
      {},
      { reason: 'malformed', detail: 'webhook-timestamp must be whole seconds since 1970' },
    ],
    [
      'a date',
      { timestamp: '2026-03-02T03:00:05Z' },
      {},
      { reason: 'malformed', detail: 'webhook-timestamp must be whole seconds since 1970' },
    ],
    [
      'no signature',
      { signature: '' },
      {},
      { reason: 'malformed', detail: 'webhook-signature has no part that begins with v1,' },
    ],
    ['an empty one', { signature: 'v1,' }, {}, { reason: 'secret' }],
  ])('refuses %s, and says why', (_, given, around, expected) => {
    expect(verify(given, around)).toEqual({ ok: false, ...expected });
  });

  it('allows five minutes either way', () => {
    for (const seconds of [-300, 300])
      expect(verify({}, { now: (AT + seconds) * 1_000 })).toEqual({ ok: true });
  });

  it('recognises changed line breaks', () => {
    const body = '{\n"a": 1\n}';
    const signature = byName(signatureHeaders({ id: 'evt_1', body }, AT, secrets))['webhook-signature']!;
    expect(verify({ signature, body: body.replaceAll('\n', '\r\n') })).toEqual({
      ok: false,
      reason: 'altered-body',
      detail: 'its line breaks were changed',
    });
  });
});

describe('the id of a webhook', () => {
  it('is the same for one event, another for another, and has no dot', () => {
    expect(webhookId('acme/1.2/call-started')).toMatch(/^evt_[0-9a-f]{32}$/);
    expect(webhookId('acme/1.2/call-started')).toBe(webhookId('acme/1.2/call-started'));
    expect(webhookId('acme/1.2/call-ended')).not.toBe(webhookId('acme/1.2/call-started'));
  });
});
