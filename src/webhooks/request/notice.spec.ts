import { readFileSync } from 'node:fs';
import { BOT_TOKEN, NOTICE_KINDS, noticeEndpoint } from '../../../test/support/notices.js';
import { refusedIn } from '../../../test/support/vietnamese.js';
import { MORE_NOTICE_TYPES, NOTICE_TYPES } from '../../config/webhooks/notices.js';
import { EVENT_TYPES } from '../../core/model/event.js';
import { buildExamples } from '../../docs/examples.js';
import type { ParsedEvent } from './event-fields.js';
import { NOTICE_LENGTH, noticeOf } from './notice.js';
import { NOTICES_PER_MESSAGE } from './notice-request.js';
import { NOTICE_WORDS } from './notice-words.js';
import { outgoingOf, outgoingOfAll } from './outgoing.js';
import { deliveryGap, webhookTest } from './own-events.js';

interface Golden {
  readonly events: Readonly<Record<string, ParsedEvent>>;
  /** By kind, language and event. */
  readonly requests: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
}
const { events, requests } = JSON.parse(readFileSync('test/fixtures/notices.json', 'utf8')) as Golden;
const LANGUAGES = ['vi', 'en'] as const;
const ZONE = { timeZone: 'Asia/Ho_Chi_Minh', numbers: 'masked' } as const;

const request = (endpoint: ReturnType<typeof noticeEndpoint>, event: object) => {
  const outgoing = outgoingOf(endpoint, JSON.stringify(event));
  return outgoing && { line: `${outgoing.method} ${outgoing.url}`, json: JSON.parse(outgoing.body) as Body };
};
interface Body {
  readonly text: string;
}
const textOf = (endpoint: ReturnType<typeof noticeEndpoint>, event: object) =>
  request(endpoint, event)!.json.text;

describe.each(NOTICE_KINDS.flatMap((kind) => LANGUAGES.map((language) => [kind, language] as const)))(
  'a message by %s in %s',
  (kind, language) => {
    const endpoint = noticeEndpoint(kind, { template: { language } });

    it.each(Object.keys(events))('says the event %s as the fixture has it', (which) => {
      expect(request(endpoint, events[which]!)).toEqual(requests[kind]![language]![which]);
    });

    it('fits what the chat takes, whatever events hold, and brings neither lines nor markup of theirs', () => {
      const texts = Object.values(events).map((event) =>
        JSON.stringify({ ...event, data: hostile(event.data) }),
      );
      for (const json of texts) {
        const many = Array.from({ length: NOTICES_PER_MESSAGE }, () => ({ json }));
        const outgoing = outgoingOfAll(endpoint, many);
        if (outgoing === null) continue;
        const { text } = JSON.parse(outgoing.body) as Body;
        const shown = text.replace(/<\/?b>/g, '').replace(/&(?:amp|lt|gt);/g, '_');
        expect(shown.length).toBeLessThan(4_096);
        if (kind !== 'notice') expect(text.replace(/<\/?b>/g, '')).not.toMatch(/<|>|&(?!amp;|lt;|gt;)/);
        for (const notice of text.split('\n\n')) expect(notice.split('\n').length).toBeLessThanOrEqual(5);
        // oxlint-disable-next-line no-control-regex
        expect(text).not.toMatch(/[\0-\x09\x0b-\x1f\u2028\u202e]/);
      }
    });

    it('makes the same request each time, and fails for no event, of a form that is not the contract’s either', () => {
      const own = [
        deliveryGap('acme', 'floor', { from: 'e:1', to: 'e:9', count: null, reason: 'trimmed' }),
        webhookTest('acme', 'floor', 0),
      ];
      const odd = Object.values(events).flatMap(({ id, type }) =>
        [null, 'text', [], {}, { callback: 7 }, { queue: 'x', customer: { raw: 5 } }].map((data) =>
          JSON.stringify({ id, type, data }),
        ),
      );
      const emitted = Object.values(buildExamples().events).map((one) => JSON.stringify(one));
      for (const json of [...own, ...emitted, ...odd])
        expect(outgoingOf(endpoint, json)).toEqual(outgoingOf(endpoint, json));
    });
  },
);

describe('a message', () => {
  it('is there for each type that is sent, in both languages, and for the two that only webhooks have', () => {
    const types = [...NOTICE_TYPES, ...MORE_NOTICE_TYPES, 'delivery-gap', 'webhook-test'].sort();
    for (const language of LANGUAGES) expect(Object.keys(NOTICE_WORDS[language].texts).sort()).toEqual(types);
    expect(EVENT_TYPES).toEqual(expect.arrayContaining([...NOTICE_TYPES, ...MORE_NOTICE_TYPES]));
  });

  it('says in Vietnamese nothing that a call centre does not say', () => {
    for (const event of Object.values(events)) {
      const notice = noticeOf(event, { ...ZONE, language: 'vi' });
      if (notice !== null) expect([notice.title, ...notice.lines].flatMap(refusedIn)).toEqual([]);
    }
  });

  it('has at most its length', () => {
    for (const language of LANGUAGES)
      for (const event of Object.values(events)) {
        const notice = noticeOf({ ...event, data: hostile(event.data) }, { ...ZONE, language });
        const text = notice === null ? '' : [notice.title, ...notice.lines].join('\n');
        expect(text.length).toBeLessThanOrEqual(NOTICE_LENGTH);
      }
  });

  it('masks numbers unless it may show them, and shows nothing then of what a receiver has answered', () => {
    const [masked, full] = [noticeEndpoint('notice'), noticeEndpoint('notice', { numbers: 'full' })];
    for (const event of Object.values(events)) {
      if (request(masked, event) === null) continue;
      expect(textOf(masked, event)).not.toMatch(/237|383$|no such customer/);
    }
    expect(textOf(masked, events.due!)).toContain('0914 *** 383');
    expect(textOf(full, events.due!)).toContain('0914 237 383');
    expect(textOf(full, events.failing!)).toContain('HTTP 500: no such customer ***383');
  });

  it('says times in the zone of the tenant, or in its own', () => {
    expect(textOf(noticeEndpoint('notice'), events.down!)).toContain('10:40 02/03');
    expect(textOf(noticeEndpoint('notice', { template: { timeZone: 'UTC' } }), events.down!)).toContain(
      '03:40 02/03',
    );
  });

  it('names no tenant of a bridge that has one without a name', () => {
    const event = { ...events.test!, data: { tenant: 'default', endpoint: 'floor' } };
    expect(textOf(noticeEndpoint('notice'), event)).not.toContain('default');
  });

  it('is one of several events, in their order; those without a text are left out', () => {
    const endpoint = noticeEndpoint('notice', { template: { language: 'en' } });
    const texts = ['down', 'other', 'up'].map((which) => ({ json: JSON.stringify(events[which]) }));
    const { text } = JSON.parse(outgoingOfAll(endpoint, texts)!.body) as Body;
    expect(text.split('\n\n').map((one) => one.split('\n')[0])).toEqual([
      '🔴 No connection to the PBX: extensions (monitor) [acme]',
      '🟢 The PBX is connected again: extensions (monitor) [acme]',
    ]);
    expect(outgoingOfAll(endpoint, [texts[1]!])).toBeNull();
  });

  it('writes a topic of a group as a number, and a token that the address has already nowhere else', () => {
    const values = { chatId: '@floor', threadId: '7' };
    const endpoint = noticeEndpoint('telegram', { template: { values } });
    const { line, json } = request(endpoint, events.test!)!;
    expect(line).toBe(`POST https://api.telegram.org/bot${BOT_TOKEN}/sendMessage`);
    expect(json).toMatchObject({ chat_id: '@floor', message_thread_id: 7 });
  });
});

/** Each text as long and as disturbing as another program may have made it. */
function hostile(data: unknown): unknown {
  if (typeof data === 'string')
    return Number.isNaN(Date.parse(data))
      ? `${data}</b><a href="x">&amp;<!channel>\r\n\n*\u202e\ud83d${'📞'.repeat(9_999)}`
      : data;
  if (typeof data === 'number') return 1e15;
  if (typeof data === 'boolean') return true;
  if (Array.isArray(data)) return [...data, ...data, ...data].map(hostile);
  if (typeof data !== 'object' || data === null) return data;
  // The rule decides which text there is.
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [
      name,
      name === 'rule' ? (value as unknown) : hostile(value),
    ]),
  );
}
