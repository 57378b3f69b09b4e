import { parseOrNothing, parseRow, parseRows } from './json.js';

const row = (json: string) => parseRow(Buffer.from(json));

describe('an integer in a row', () => {
  it.each([
    ['9007199254740993', '9007199254740993'],
    ['-9007199254740993', '-9007199254740993'],
    ['9007199254740992', '9007199254740992'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['9007199254740991', 9007199254740991],
    ['1234567890123456', 1234567890123456],
    ['107', 107],
    ['1.5', 1.5],
    ['1e3', 1000],
    ['1e22', 1e22],
    ['null', null],
  ])('%s is read as %p', (written, read) => {
    expect(row(`{"call_id":${written},"extension":"107"}`)).toEqual({ call_id: read, extension: '107' });
  });

  it('beside texts with quotation marks, digits and colons leaves them as they are', () => {
    const texts = {
      a: 'says "id": 9007199254740993',
      b: '\\',
      c: '\\"',
      d: '1234567890123456789',
      e: ': 12345678901234567,',
    };
    const json = JSON.stringify(texts).replace(
      '}',
      ', "call_id" : 12345678901234567890 ,"f":0.12345678901234567, "g":[90071992547409931]}',
    );
    expect(row(json)).toEqual({
      ...texts,
      call_id: '12345678901234567890',
      f: Number('0.12345678901234567'),
      g: ['90071992547409931'],
    });
  });

  it('is read in the same way where a list is parsed as a whole', () => {
    const list = '{"data":[{"id":1},{"id":9007199254740993}],"total":2}';
    expect(parseRows(Buffer.from(list))).toEqual({ data: [{ id: 1 }, { id: '9007199254740993' }], total: 2 });
  });
});

it('what is no row and no JSON is as JSON.parse has it', () => {
  expect(row('7')).toBe(7);
  expect(row('null')).toBe(null);
  expect(row('{"a":')).toBeUndefined();
  expect(parseRows(Buffer.from('[12345678901234567]'))).toEqual([Number('12345678901234567')]);
  expect(parseRows(Buffer.from('{"data":null}'))).toEqual({ data: null });
  expect(parseRows(Buffer.from('{'))).toBeUndefined();
});

it('what nests deeper than a thousand levels is read as nothing, and brackets in texts are no levels', () => {
  const lists = (levels: number, inmost: unknown = 0) =>
    `${'['.repeat(levels)}${JSON.stringify(inmost)}${']'.repeat(levels)}`;
  const objects = (levels: number) => `${'{"a":'.repeat(levels)}0${'}'.repeat(levels)}`;
  const isRead = (json: string) => parseOrNothing(Buffer.from(json)) !== undefined;
  for (const nested of [lists, objects])
    expect([1_000, 1_001].map((levels) => isRead(nested(levels)))).toEqual([true, false]);
  expect(isRead(lists(999, ['['.repeat(2_000), `\\"${'{'.repeat(2_000)}\\`]))).toBe(true);
  expect(isRead(`[${'[],'.repeat(2_000)}[]]`)).toBe(true);
});
