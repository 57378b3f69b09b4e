import { quoteUpstream } from '../quote-upstream.js';
import { checkRow, errorText, monitorRow, queueRow, readList, type RowSchema } from './answer-schemas.js';

const keep = (text: string): string => text;
const list = (document: unknown) => readList(document, keep);

describe('a list answer', () => {
  it('is its data, and null is an empty list', () => {
    expect(list({ data: [{}, {}], total: 2 })).toEqual({
      ok: true,
      value: { rows: [{}, {}], total: 2, doubt: null },
    });
    expect(list({ data: null })).toEqual({ ok: true, value: { rows: [], total: null, doubt: null } });
    expect(list({ data: [], error: null, code: 200, status: 'success' })).toMatchObject({ ok: true });
  });

  it('is doubted when total counts more rows, or is no number', () => {
    const doubt = (total: unknown) => {
      const read = list({ data: [{}], total });
      return read.ok ? read.value.doubt : read.reason;
    };
    expect(doubt(3)).toBe('1 of 3 rows came');
    expect(doubt('3')).toBe('1 of 3 rows came');
    expect([doubt(1), doubt(0), doubt(null), doubt(undefined)]).toEqual([null, null, null, null]);
    expect(doubt({})).toBe('"total" is not a number of rows');
  });

  it('trap 1: without a list in it, it is a failure and not an empty list', () => {
    for (const document of [{}, { total: 0 }, { data: {} }, { data: '' }, { data: 0 }, [], 'ok', null, 7]) {
      expect(list(document).ok).toBe(false);
    }
  });

  it('trap 1: an error body is a failure in each of its shapes, even beside an empty list', () => {
    for (const document of [
      { error: 'token expired' },
      { error: 'token expired', data: null },
      { status: 'error', error: 'token expired' },
      { code: 401, error: '', content: 'token expired', data: null },
      { error: { message: 'token expired' } },
      { status: false, message: 'token expired', data: [] },
      { code: '500', content: 'token expired' },
    ]) {
      expect(list(document)).toEqual({ ok: false, reason: 'error body with 200: "token expired"' });
    }
    expect(errorText({ error: {} })).toBe('unspecified');
    expect(errorText({ data: [] })).toBeNull();
  });
});

describe('a quotation of the upstream', () => {
  it('is one line of at most 80 characters', () => {
    expect(quoteUpstream('bad\n\t"thing"\u0000 here', keep)).toBe('"bad thing here"');
    expect(quoteUpstream('so '.repeat(100), keep)).toHaveLength(83);
  });

  it('leaves out what looks like a token, a key or a phone number, and secrets that are known', () => {
    const conceal = (text: string) => text.replaceAll('k3y!', '[…]');
    const quoted = quoteUpstream(
      'Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_ refused for 0914 237 383 with k3y! (401)',
      conceal,
    );
    expect(quoted).toBe('"Bearer […] refused for […] with […] (401)"');
  });
});

describe('a row', () => {
  const texts = [
    '',
    ' ',
    '107',
    '  padded\t',
    'Hoàng Thị Thanh',
    '\u00a0',
    '0',
    'null',
    '\ufeffx',
    '{"a":1}',
  ];

  it.each([
    ['monitor', monitorRow, ['extension', 'call_id', 'direction', 'agent_name', 'user_uuid']],
    ['queue', queueRow, ['mobile', 'status', 'joined_time', 'call_center_agent_name', 'call_uuid']],
  ] as const)('of the %s is read to the same by both of its schemas', (_, schema, fields) => {
    const { usual, any } = schema as RowSchema<unknown>;
    const all = Object.keys(any.parse({}) as object);
    for (const field of fields)
      for (const text of texts) {
        const row = {
          ...Object.fromEntries(all.map((name, index) => [name, `${index}`])),
          [field]: text,
          extra: 1,
        };
        expect(usual.parse(row)).toEqual(any.parse(row));
        expect(checkRow<unknown>(schema, row)).toEqual({ ok: true, value: any.parse(row) });
      }
  });

  it('that is not all text is read by the schema that accepts more', () => {
    const { usual, any } = monitorRow;
    const text = { ...any.parse({}), extension: '107' };
    for (const row of [
      {},
      { extension: 107 },
      { ...text, user_uuid: null },
      { ...text, agent_name: { a: 1 } },
    ]) {
      expect(usual.safeParse(row).success).toBe(false);
      expect(checkRow(monitorRow, row)).toEqual({ ok: true, value: any.parse(row) });
    }
    expect(checkRow(monitorRow, { ...text, call_id: ['x'] })).toEqual({
      ok: false,
      reason: 'call_id is not text',
    });
    expect(checkRow(monitorRow, 'row')).toEqual({ ok: false, reason: 'not an object' });
  });
});
