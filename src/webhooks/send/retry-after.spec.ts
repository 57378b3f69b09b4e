import { retryAfterInBody, retryAfterMs } from './retry-after.js';

const NOW = Date.UTC(2026, 10, 29, 8);

describe('Retry-After', () => {
  it.each<[string | string[] | undefined, number | null]>([
    // No pause at all, and what lies in the past by a clock that is wrong: our own pauses.
    ['0', null],
    ['120', 120_000],
    [' 5 ', 5_000],
    [['5', '9'], 5_000],
    ['1800', 1_800_000],
    ['86400', 1_800_000],
    ['Sun, 29 Nov 2026 08:01:00 GMT', 60_000],
    ['Sun, 29 Nov 2026 07:59:00 GMT', null],
    ['Mon, 30 Nov 2026 08:00:00 GMT', 1_800_000],
    ['Sun, 39 Nov 2026 08:01:00 GMT', null],
    ['2026-11-29T08:01:00Z', null],
    ['-5', null],
    ['1.5', null],
    ['soon', null],
    ['', null],
    [undefined, null],
    [[], null],
  ])('%j is %j', (header, ms) => {
    expect(retryAfterMs(header, NOW)).toBe(ms);
  });
});

describe('what an answer’s body says of it', () => {
  it.each<[string, number | null]>([
    ['{"ok":false,"error_code":429,"description":"…","parameters":{"retry_after":35}}', 35_000],
    ['{"retry_after":1.5,"global":false}', 1_500],
    ['{"parameters":{"retry_after":99999}}', 1_800_000],
    ['{"retry_after":0}', null],
    ['{"retry_after":-5}', null],
    ['{"retry_after":"soon"}', null],
    ['{"parameters":null}', null],
    ['[35]', null],
    ['null', null],
    ['Too many requests', null],
    ['{"parameters":{"retry_after":3', null],
  ])('%s', (body, ms) => {
    expect(retryAfterInBody(Buffer.from(body))).toBe(ms);
  });
});
