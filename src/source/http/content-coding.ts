import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';

/**
 * The content codings (RFC 9110, 8.4) in which the upstream may answer.
 *
 * Guarantee: of a body that is decoded no more than `limit` bytes are kept at any step, so a small answer that unpacks to
 * gigabytes takes no more memory than any other that is too large. Decoding happens outside the event loop's thread.
 */
export type Decoded =
  | { readonly ok: true; readonly body: Buffer }
  | { readonly ok: false; readonly reason: string };

/** What is asked for. Without zstd, which Node 20 cannot decode. */
export const ACCEPTED_CODINGS = 'gzip, br, deflate';

/** @param coding the `content-encoding` header: codings in the order in which they were applied */
export async function decode(body: Buffer, coding: string, limit: number): Promise<Decoded> {
  const codings = coding
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
  if (codings.length > MOST_CODINGS)
    return { ok: false, reason: `more than ${MOST_CODINGS} content codings` };
  let decoded = body;
  for (const name of codings.reverse()) {
    // An answer without a body has nothing to decode, whatever its header says.
    if (decoded.length === 0) break;
    const decoder = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
    if (decoder === undefined) return { ok: false, reason: `content coding ${shown(name)} not known` };
    try {
      decoded = await decoder(decoded, { maxOutputLength: limit });
    } catch (error) {
      return { ok: false, reason: reasonOf(error, name, limit) };
    }
  }
  return { ok: true, body: decoded };
}

type Decoder = (body: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>;

const zlibInflate: Decoder = promisify(inflate);
const rawInflate: Decoder = promisify(inflateRaw);
/** Some servers send the bare deflate format, without the zlib header that the RFC asks for. */
const anyInflate: Decoder = (body, options) => (isZlib(body) ? zlibInflate : rawInflate)(body, options);
const gunzipped: Decoder = promisify(gunzip);

const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: gunzipped,
  'x-gzip': gunzipped,
  br: promisify(brotliDecompress),
  deflate: anyInflate,
};
/** A server applies one, and a proxy perhaps another. */
const MOST_CODINGS = 4;

/** RFC 1950, 2.2: the method is 8, and the first two bytes are a multiple of 31. */
function isZlib(body: Buffer): boolean {
  return (body[0]! & 0x0f) === 8 && (body[0]! * 256 + (body[1] ?? 0)) % 31 === 0;
}

/** The upstream's text could be anything; only what looks like a coding's name is shown. */
function shown(name: string): string {
  return /^[a-z][a-z0-9-]{0,15}$/.test(name) ? name : 'of an unusual name';
}

function reasonOf(error: unknown, name: string, limit: number): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ERR_BUFFER_TOO_LARGE') return `body larger than ${limit} bytes when decoded (${name})`;
  return code === 'Z_BUF_ERROR' ? `${name} body cut short` : `${name} body damaged`;
}
