import { readFileSync } from 'node:fs';
import { buildExamples } from '../../docs/examples.js';
import { SHIPPED_MAPPINGS } from '../../config/webhooks/shipped-templates.js';
import { templateEndpoint } from '../../../test/support/webhook-template.js';
import { outgoingOf } from './outgoing.js';
import { deliveryGap, webhookTest } from './own-events.js';

interface Golden {
  readonly url: string;
  readonly values: object;
  readonly requests: Readonly<Record<string, string | { line: string; type: string; json: object } | null>>;
}

const { events, ...GOLDEN } = JSON.parse(
  readFileSync('test/fixtures/webhook-requests.json', 'utf8'),
) as Record<string, Golden> & { events: Record<string, object> };

const event = (data: object, rest: object = {}) =>
  JSON.stringify({
    id: 'acme/c/call-ended',
    type: 'call-ended',
    time: '2026-03-02T03:00:29.400Z',
    data,
    ...rest,
  });

/** What a template makes of an event, at https://crm.example/base/?k=v. */
function made(template: object, data: object = {}, rest: object = {}) {
  const outgoing = outgoingOf(templateEndpoint('https://crm.example/base/?k=v', template), event(data, rest));
  return (
    outgoing && {
      ...outgoing,
      line: `${outgoing.method} ${outgoing.url}`,
      type: outgoing.headers.get('content-type'),
    }
  );
}

describe.each(Object.keys(GOLDEN))('the template %s', (name) => {
  const { url, values, requests } = GOLDEN[name]!;
  const endpoint = templateEndpoint(url, { name, values });

  it.each(Object.entries(requests))(
    'makes of the event %s what the receiver’s page shows',
    (which, expected) => {
      const outgoing = outgoingOf(endpoint, JSON.stringify(events[which]));
      if (expected === null) {
        expect(outgoing).toBeNull();
        return;
      }
      const { method, url: to, headers, body, id } = outgoing!;
      expect(id).toMatch(/^evt_[0-9a-f]{32}$/);
      const got = `${method} ${to}`;
      if (typeof expected === 'string') {
        expect({ got, body, headers: [...headers] }).toEqual({ got: expected, body: '', headers: [] });
      } else {
        expect(got).toBe(expected.line);
        expect([...headers]).toEqual([['content-type', expected.type]]);
        expect(JSON.parse(body)).toEqual(expected.json);
      }
    },
  );

  it('makes the same request each time, and fails for no event that the bridge emits', () => {
    const own = [
      deliveryGap('acme', 'crm', { from: 'e:1', to: 'e:9', count: null, reason: 'trimmed' }),
      webhookTest('acme', 'crm', 0),
    ];
    const all = [...Object.values(buildExamples().events).map((one) => JSON.stringify(one)), ...own];
    for (const json of all) expect(outgoingOf(endpoint, json)).toEqual(outgoingOf(endpoint, json));
  });
});

it('every mapping that is shipped has golden requests', () => {
  expect(Object.keys(GOLDEN)).toEqual(SHIPPED_MAPPINGS);
});

describe('a template', () => {
  /** Everything that ends a value somewhere. */
  const HOSTILE = `a&b=c#d?e/f\\g"h'i+j %41{customer.raw}\r\nX-Injected: 1\u2028é\u0000`;

  it('escapes a value for its place', () => {
    const data = { customer: { raw: HOSTILE } };
    const query = made({ path: '/p/{customer.raw}/q', query: { number: '{customer.raw}', x: 'y' } }, data);
    const parsed = new URL(query!.url!);
    expect(query!.url).toMatch(/^[\x21-\x7e]+$/);
    expect(parsed.origin).toBe('https://crm.example');
    expect(parsed.pathname.split('/').map(decodeURIComponent)).toEqual(['', 'base', 'p', HOSTILE, 'q']);
    expect([...parsed.searchParams]).toEqual([
      ['k', 'v'],
      ['number', HOSTILE],
      ['x', 'y'],
    ]);
    const form = made({ form: { number: 'is {customer.raw}', x: 'y' } }, data);
    expect(form!.type).toBe('application/x-www-form-urlencoded');
    expect([...new URLSearchParams(form!.body)]).toEqual([
      ['number', `is ${HOSTILE}`],
      ['x', 'y'],
    ]);
    const json = made({ body: { number: 'is {customer.raw}', deep: [{ x: '{customer.raw}' }] } }, data);
    expect(JSON.parse(json!.body)).toEqual({ number: `is ${HOSTILE}`, deep: [{ x: HOSTILE }] });
  });

  it('writes half a character, as a name that was cut has it, as no character', () => {
    const data = { customer: { raw: 'Lan \ud83d' } };
    const { url } = made({ path: '/p/{customer.raw}', query: { a: '{customer.raw}' } }, data)!;
    expect(url).toBe('https://crm.example/base/p/Lan%20%EF%BF%BD?k=v&a=Lan%20%EF%BF%BD');
    expect(made({ form: { a: '{customer.raw}' } }, data)!.body).toBe('a=Lan+%EF%BF%BD');
  });

  it.each(['..', '.', '../..', '%2e%2e'])('lets no value be another path: %s', (raw) => {
    const { url } = made({ path: '/a/{customer.raw}/b' }, { customer: { raw } })!;
    expect(new URL(url!).pathname.split('/')).toHaveLength(5);
    expect(new URL(url!).pathname).toMatch(/^\/base\/a\/.*\/b$/);
  });

  it('takes the first alternative that has a value', () => {
    const template = { query: { a: "{customer.national|customer.raw|'none'}" } };
    const of = (customer: unknown) => new URL(made(template, { customer })!.url!).searchParams.get('a');
    expect(of({ national: '09', raw: '9' })).toBe('09');
    expect(of({ national: null, raw: '9' })).toBe('9');
    expect(of({ national: '', raw: 9 })).toBe('9');
    expect(of(null)).toBe('none');
    expect(of('text')).toBe('none');
  });

  it('leaves out a field that is nothing but a placeholder without a value, and keeps a longer text', () => {
    const texts = { a: '{customer.raw}', b: 'x{customer.raw}y', c: "{customer.raw|''}" };
    expect(made({ query: texts })!.url).toBe('https://crm.example/base/?k=v&b=xy&c=');
    expect(made({ form: texts })!.body).toBe('b=xy&c=');
    expect(JSON.parse(made({ body: { ...texts, d: ['{customer.raw}', 1, null, true] } })!.body)).toEqual({
      b: 'xy',
      c: '',
      d: [1, null, true],
    });
  });

  it('keeps numbers and truth values in JSON', () => {
    const data = { waitMs: 1_499, talkMs: 1_500, baseline: false };
    const body = { ms: '{waitMs}', s: '{talkMs:seconds}', b: '{baseline}', text: '{waitMs:seconds} s' };
    expect(JSON.parse(made({ body }, data)!.body)).toEqual({ ms: 1_499, s: 2, b: false, text: '1 s' });
  });

  it.each([
    ['rfc3339', '2026-03-02T17:30:29.400Z'],
    ['seconds', 1_772_472_629],
    ['milliseconds', 1_772_472_629_400],
    ['yyyy-MM-dd HH:mm:ss', '2026-03-03 00:30:29'],
    ['dd/MM/yyyy', '03/03/2026'],
    ['yyyyMMddTHHmmss.SSS', '20260303T003029.400'],
  ])('writes times as %s', (time, text) => {
    const data = { startedAt: '2026-03-02T17:30:29.400Z' };
    expect(JSON.parse(made({ time, body: { at: '{startedAt}' } }, data)!.body)).toEqual({ at: text });
  });

  it('writes times in its own zone, or in that of the tenant', () => {
    const data = { startedAt: '2026-07-02T23:30:00.000Z' };
    const at = (zone: object) => made({ time: 'dd HH:mm', query: { t: '{startedAt}' }, ...zone }, data)!.url;
    expect(at({ timeZone: 'Europe/Berlin' })).toContain('t=03%2001%3A30');
    expect(at({})).toContain('t=03%2006%3A30');
  });

  it('sends the words of the receiver instead of those of the contract', () => {
    const template = { words: { outcome: { answered: 'ANSWERED' } }, body: { o: '{outcome}' } };
    expect(made(template, { outcome: 'answered' })!.body).toBe('{"o":"ANSWERED"}');
    expect(made(template, { outcome: 'unknown' })!.body).toBe('{"o":"unknown"}');
  });

  it('repeats over the extensions of a call', () => {
    const extensions = [
      { extension: '100', agentName: 'Lan', state: 'ringing' },
      { extension: '101', agentName: null, state: 'ended' },
      { extension: '102', agentName: null, state: 'ringing' },
    ];
    const each = { each: 'extensions', where: { state: 'ringing' } };
    const query = made({ query: { 'extension[]': { ...each, value: '{item.extension}' } } }, { extensions });
    expect(query!.url).toBe('https://crm.example/base/?k=v&extension[]=100&extension[]=102');
    const body = { list: { ...each, value: { no: '{item.extension}', who: "{item.agentName|'-'}" } } };
    expect(JSON.parse(made({ body }, { extensions })!.body)).toEqual({
      list: [
        { no: '100', who: 'Lan' },
        { no: '102', who: '-' },
      ],
    });
    expect(made({ query: { e: { ...each, value: '{item.extension}' } } }, {})!.url).toBe(
      'https://crm.example/base/?k=v',
    );
  });

  it('carries a call-back and what each queue made of it, with times and units as it has them elsewhere', () => {
    const { data, ...rest } = events.due as { data: object };
    const template = {
      types: ['callback-due', 'callback-updated'],
      needs: ['callback.customer.raw'],
      time: 'dd/MM HH:mm',
      words: { 'callback.afterHours': { false: 'no' } },
      body: {
        task: '{callback.id}',
        number: '{callback.customer.raw}',
        title: 'Call {callback.customer.national} back ({callback.missed})',
        since: '{callback.firstAt}',
        afterHours: '{callback.afterHours}',
        calls: { each: 'callback.callIds', value: 'call {item}' },
        parts: {
          each: 'callback.parts',
          where: { 'queue.id': ['998', '999'] },
          value: {
            queue: '{item.queue.name}',
            at: '{item.lastAt}',
            wait: "{item.longestWaitMs:seconds|'?'}",
            missed: '{item.missed}',
          },
        },
      },
    };
    expect(JSON.parse(made(template, data, rest)!.body)).toEqual({
      task: 'cb-5e012a75',
      number: '0938363739',
      title: 'Call 0938 363 739 back (2)',
      since: '02/03 10:00',
      afterHours: 'no',
      calls: ['call 5e012a75-121b', 'call 77e2b8d4-a90c'],
      parts: [
        { queue: 'Chăm sóc & bán hàng', at: '02/03 10:00', wait: 29, missed: 1 },
        { queue: 'Kỹ thuật', at: '02/03 10:04', wait: '?', missed: 1 },
      ],
    });
  });

  it('sends the first request that fits the event, and none where none does', () => {
    const template = {
      requests: [
        {
          types: ['call-ended'],
          when: { outcome: ['answered', 'abandoned'], direction: 'inbound' },
          path: '/1',
        },
        { types: ['call-ended'], needs: ['customer.raw'], path: '/2' },
        { types: ['call-started'], method: 'PUT', path: '/3' },
      ],
    };
    expect(made(template, { outcome: 'abandoned', direction: 'inbound' })!.line).toBe(
      'GET https://crm.example/base/1?k=v',
    );
    expect(
      made(template, { outcome: 'answered', direction: 'local', customer: { raw: '1' } })!.url,
    ).toContain('/2');
    expect(made(template, { outcome: 'answered', direction: 'local' })).toBeNull();
    expect(made(template, {}, { type: 'call-started' })!.line).toBe('PUT https://crm.example/base/3?k=v');
    expect(made(template, {}, { type: 'call-offered' })).toBeNull();
  });

  it('writes braces that are doubled, and takes no placeholder from a value', () => {
    expect(made({ query: { a: '{{{customer.raw}}}' } }, { customer: { raw: '{callId}' } })!.url).toBe(
      'https://crm.example/base/?k=v&a=%7B%7BcallId%7D%7D',
    );
  });
});
