import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { decode } from './content-coding.js';

const LIMIT = 100_000;
const TEXT = JSON.stringify({ data: Array.from({ length: 50 }, (_, row) => ({ extension: String(row) })) });

describe('a coded body', () => {
  it.each([
    ['gzip', gzipSync(TEXT)],
    ['x-gzip', gzipSync(TEXT)],
    ['GZIP', gzipSync(TEXT)],
    ['br', brotliCompressSync(TEXT)],
    ['deflate', deflateSync(TEXT)],
    ['deflate', deflateSync(TEXT, { level: 1 })],
    ['deflate', deflateRawSync(TEXT)],
    ['identity', Buffer.from(TEXT)],
    ['', Buffer.from(TEXT)],
    ['gzip, br', brotliCompressSync(gzipSync(TEXT))],
    ['deflate,identity , gzip', gzipSync(deflateSync(TEXT))],
    ['gzip', Buffer.concat([gzipSync(TEXT.slice(0, 99)), gzipSync(TEXT.slice(99))])],
  ])('%j is decoded', async (coding, body) => {
    const decoded = await decode(body, coding, LIMIT);
    expect(decoded.ok && decoded.body.toString()).toBe(TEXT);
  });

  it('that is empty is empty', async () => {
    expect(await decode(Buffer.alloc(0), 'gzip', LIMIT)).toEqual({ ok: true, body: Buffer.alloc(0) });
  });

  it.each([
    ['gzip', gzipSync(TEXT).subarray(0, 40), 'gzip body cut short'],
    ['br', brotliCompressSync(TEXT).subarray(0, 40), 'br body cut short'],
    ['deflate', deflateSync(TEXT).subarray(0, 40), 'deflate body cut short'],
    ['gzip', Buffer.from(TEXT), 'gzip body damaged'],
    ['br', Buffer.from(TEXT), 'br body damaged'],
    ['deflate', Buffer.from(TEXT), 'deflate body damaged'],
    ['zstd', Buffer.from(TEXT), 'content coding zstd not known'],
    ['constructor', Buffer.from(TEXT), 'content coding constructor not known'],
    ['Bearer s3cret/', Buffer.from(TEXT), 'content coding of an unusual name not known'],
    ['gzip,gzip,gzip,gzip,gzip', gzipSync(TEXT), 'more than 4 content codings'],
  ])('%j that cannot be decoded says why', async (coding, body, reason) => {
    expect(await decode(body, coding, LIMIT)).toEqual({ ok: false, reason });
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
  ])('%s may be as large as the limit when it is decoded, and no larger', async (coding, encode) => {
    expect(await decode(encode(Buffer.alloc(LIMIT)), coding, LIMIT)).toMatchObject({ ok: true });
    expect(await decode(encode(Buffer.alloc(LIMIT + 1)), coding, LIMIT)).toEqual({
      ok: false,
      reason: `body larger than ${LIMIT} bytes when decoded (${coding})`,
    });
  });

  it('that would be a quarter of a gigabyte takes no more memory than the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(256_000_000));
    const twice = gzipSync(bomb);
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const watching = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }, 1);
    const limit = 1_000_000;
    const decoded = await decode(twice, 'gzip, gzip', limit);
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    clearInterval(watching);
    expect(decoded).toEqual({ ok: false, reason: 'body larger than 1000000 bytes when decoded (gzip)' });
    expect(most).toBeLessThan(20 * limit);
  });
});
