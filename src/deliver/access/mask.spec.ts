import fc from 'fast-check';
import { z } from 'zod';
import {
  type BridgeEvent,
  CALL_EVENT_TYPES,
  CALLBACK_EVENT_TYPES,
  type CallbackEventView,
  type CallEvent,
  EVENT_TYPES,
  type EventType,
  toEvents,
  type Transition,
} from '../../core/model/event.js';
import { EVENT_SCHEMAS } from '../../schema/event-schemas.js';
import { phoneNumber } from '../../schema/parts.js';
import { PhoneNumbers } from '../../source/parse/phone-number.js';
import { aCallback, callbackTransition } from '../../../test/support/callbacks.js';
import { transition } from '../../../test/support/delivery.js';
import { maskedCall, maskedCallback, maskedEvent, maskedNumber, maskingOf } from './mask.js';

const numbers = new PhoneNumbers('VN');
const shown = (raw: string) => maskedNumber(numbers.read(raw)!);

describe('a masked number', () => {
  it.each<[string, string, string]>([
    ['in national form', '0905111222', '0905 *** 222'],
    ['in E.164', '+84905111222', '0905 *** 222'],
    ['with its country code alone', '84905111222', '0905 *** 222'],
    ['with gaps', '0905 111 222', '0905 *** 222'],
    ['of a landline', '02363812345', '0236 *** 345'],
    ['of another country', '+14155552671', '+1415 *** 671'],
    ['of a small country', '+6591234567', '+6591 *** 567'],
    ['that no plan knows', '0123456789012', '0123 *** 012'],
    ['of eight digits', '19001234', '19 *** 34'],
    ['of seven digits', '3812345', '38 *** 45'],
    ['of six digits', '381234', '***'],
    ['that is short', '113', '***'],
    ['longer than numbers are', '09051112220905111222', '***'],
    ['with a name beside it', 'Anh Nam 0905111222', '0905 *** 222'],
    ['of a name alone', 'Nguyễn Văn Nam', '***'],
    ['as an address', 'sip:0905111222@203.0.113.9', '***'],
    ['in digits of another script', '٠٩٠٥١١١٢٢٢', '***'],
    ['with a feature code', '*8', '***'],
  ])('%s', (_, raw, text) => {
    const masked = shown(raw);
    expect(masked).toMatchObject({ raw: text, e164: null, masked: true });
    expect([null, text]).toContain(masked.national);
  });

  it.each(['anonymous', 'Unknown', 'restricted', '0000', '+'])('is not made of %s', (raw) => {
    expect(shown(raw)).toEqual(numbers.read(raw));
  });

  it('is a number as the schema has it', () => {
    for (const raw of ['0905111222', '+14155552671', '113', 'Nam'])
      expect(phoneNumber.parse(shown(raw))).toEqual(shown(raw));
  });

  it('is the same for all forms of a line, and for at least a thousand lines', () => {
    const forms = ['0905111222', '+84905111222', '84905111222', '0905 111 222'].map(shown);
    expect(new Set(forms.map((form) => JSON.stringify(form))).size).toBe(1);
    const lines = Array.from({ length: 1_000 }, (_, middle) =>
      shown(`0905${String(middle).padStart(3, '0')}222`),
    );
    expect(new Set(lines.map(({ raw }) => raw))).toEqual(new Set(['0905 *** 222']));
  });

  it('hides at least three digits of any text, and everything else of it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\+?[0-9 ]{0,24}$/)), (raw) => {
        const masked = maskedNumber({ raw, e164: null, national: null });
        if (masked.masked === undefined) return /^(?:[a-z]+|\+?0*)$/i.test(raw);
        const left = masked.raw.replace(/[^0-9]/g, '');
        const digits = raw.replace(/[^0-9]/g, '');
        return (
          /^(?:\+?\d{2,4} )?\*{3}(?: \d{2,3})?$/.test(masked.raw) &&
          (left === '' || digits.length - left.length >= 3)
        );
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a masked event', () => {
  const customer = numbers.read('0905111222')!;
  const eventOf = (given: Transition) =>
    toEvents([given], { tenant: 'acme', epoch: 'e1', sequence: 0, recordedAt: 0 })[0]!;
  const ofCall = (type: (typeof CALL_EVENT_TYPES)[number]) =>
    ({ ...eventOf(transition('call-started', 'c-1', { customer })), type }) as CallEvent;
  const ofCallback = (type: (typeof CALLBACK_EVENT_TYPES)[number]) =>
    eventOf(callbackTransition(type, aCallback()));

  it.each<BridgeEvent>([...CALL_EVENT_TYPES.map(ofCall), ...CALLBACK_EVENT_TYPES.map(ofCallback)])(
    'of type $type is that event without its number',
    (event) => {
      expect(maskingOf(event.type)).toBe('mask');
      const masked = maskedEvent(event);
      expect(JSON.stringify(masked).replace(/[^0-9]/g, '')).not.toContain('905111222');
      const whole = JSON.stringify(event);
      const hidden = whole.replace(/\{"raw":"0905111222".*?\}/, JSON.stringify(maskedNumber(customer)));
      expect(hidden).not.toBe(whole);
      expect(JSON.stringify(masked)).toBe(hidden);
    },
  );

  it('of all other types holds none, or may hold one anywhere', () => {
    const others = EVENT_TYPES.filter((type) => maskingOf(type) !== 'mask');
    expect(others.filter((type) => maskingOf(type) === 'hide')).toEqual([
      'webhook-failing',
      'webhook-recovered',
    ]);
    for (const type of others)
      expect(JSON.stringify(z.toJSONSchema(EVENT_SCHEMAS[type]))).not.toMatch(/"(?:raw|e164|customer)"/);
    expect(maskingOf('of-a-newer-release' as EventType)).toBe('hide');
    expect(maskingOf('constructor' as EventType)).toBe('hide');
  });

  it('leaves out what a newer release has added', () => {
    const { data } = ofCall('call-started');
    const newer = { ...data, callerName: 'Nam 0905111222' };
    expect(Object.keys(maskedCall(newer))).toEqual(Object.keys(data));
    const { callback } = ofCallback('callback-due').data as CallbackEventView;
    const more = { ...callback, callerName: 'Nam 0905111222' };
    expect(Object.keys(maskedCallback(more))).toEqual(Object.keys(callback));
  });

  it('masks a hotline too, as a customer may stand there, but for one that no customer calls from', () => {
    const { data } = ofCall('call-started');
    const hotline = (raw: string) => maskedCall({ ...data, hotline: numbers.read(raw) }).hotline?.raw;
    expect(hotline('0905111222')).toBe('0905 *** 222');
    expect(hotline('19001234')).toBe('19001234');
    expect(hotline('84 1800 599 999')).toBe('84 1800 599 999');
    expect(hotline('02363812345')).toBe('0236 *** 345');
  });
});
