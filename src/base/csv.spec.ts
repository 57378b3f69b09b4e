import { CSV_BOM, type CsvCell, csvLine, sheetTime } from './csv.js';

const cell = (given: CsvCell) => csvLine([given]).slice(0, -2);

describe('a table for spreadsheets', () => {
  it('has rows that end with CRLF, and begins with a mark of UTF-8', () => {
    expect(csvLine(['Lan', 3, null, 'Chăm sóc khách hàng'])).toBe('Lan,3,,Chăm sóc khách hàng\r\n');
    expect(Buffer.from(CSV_BOM)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
  });

  it.each([
    ['Sales, North', '"Sales, North"'],
    ['the "other" queue', '"the ""other"" queue"'],
    ['a;b', '"a;b"'],
    ['two\nlines', '"two\nlines"'],
    [' Lan', '" Lan"'],
    ['Lan ', '"Lan "'],
    ['', ''],
  ])('quotes %j where it must', (text, written) => {
    expect(cell(text)).toBe(written);
  });

  it.each([
    '0905111222',
    '0905 111 222',
    '+84905111222',
    '8490511122233344',
    '107',
    '1e5',
    '1-2',
    '1/2',
    '10:30',
    '3.14',
    '(028)',
    '50%',
    '1 AM',
    'Mar 1',
    '1-Mar',
    'May 2026',
    'Thg 3',
    'TRUE',
    'false',
    '#N/A',
    '-',
    '=1+1',
    '@SUM(A1)',
    ' =1+1',
    '＝1+1',
    "=cmd|'/C calc'!A0",
    '\t=1+1',
  ])('keeps %j a text', (text) => {
    const written = cell(text);
    expect(written).toMatch(/^"\t/);
    expect(written.slice(2, -1).replaceAll('""', '"').trim()).toBe(text.trim());
  });

  it.each([
    'Lan',
    'Sales 2',
    'c-8f1c0d52-107',
    '8f1c0d52-77aa',
    'Marketing',
    'queue 1-2',
    'anonymous',
    'Mayfair',
    'Máy 1',
  ])('leaves %j as it is', (text) => {
    expect(cell(text)).toBe(text);
  });

  it.each([
    ['x;=cmd()', '"x; =cmd()"'],
    ['x\n+1', '"x\n +1"'],
    ['x;"=1', '"x;"" =1"'],
    ['x\t-1', '"x\t -1"'],
  ])('lets no separator within %j begin a formula', (text, written) => {
    expect(cell(text)).toBe(written);
  });

  it('writes numbers and truth values as they are', () => {
    expect(csvLine([0, -3, 1.5, true, false])).toBe('0,-3,1.5,true,false\r\n');
  });

  it('writes times as spreadsheets read them, of a zone', () => {
    const instant = Date.UTC(2026, 2, 2, 17, 4, 5, 999);
    expect(cell(sheetTime(instant, 'Asia/Ho_Chi_Minh'))).toBe('2026-03-03 00:04:05');
    expect(cell(sheetTime(instant, 'America/New_York'))).toBe('2026-03-02 12:04:05');
    expect(cell(sheetTime(null, 'UTC'))).toBe('');
  });
});
