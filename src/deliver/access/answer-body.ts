import type { ServerResponse } from 'node:http';
import { onceOver } from './answer-over.js';

/** What is prepared of an answer's body and not written yet, in bytes. */
const PREPARED = new WeakMap<ServerResponse, number>();

/** Bytes of the answer that this process holds: prepared, or written and not taken by the kernel. */
export function bytesHeld(response: ServerResponse): number {
  return response.writableLength + (PREPARED.get(response) ?? 0);
}

/** Sends JSON text as `sendText` does. */
export function sendJson(
  response: ServerResponse,
  pieces: AsyncIterable<string> | Iterable<string>,
): Promise<void> {
  // Express' `json` would also compute an ETag, for what must not be cached.
  return sendText(response, 'application/json; charset=utf-8', pieces);
}

/**
 * Sends text, piece by piece: the next one is asked for when the client has taken the one before, so that a long answer is
 * never held as a whole. Ends without the rest when the client has gone.
 */
export async function sendText(
  response: ServerResponse,
  contentType: string,
  pieces: AsyncIterable<string> | Iterable<string>,
): Promise<void> {
  response.setHeader('Content-Type', contentType);
  const gone = new Promise<void>((resolve) => onceOver(response, resolve));
  // The last slice goes out with the end: of an answer in one slice, Node then sends the length.
  let last: Buffer | null = null;
  for await (const piece of pieces) {
    const bytes = Buffer.from(piece);
    for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
      PREPARED.set(response, bytes.length - at);
      if (last !== null && !response.write(last)) await Promise.race([drained(response), gone]);
      if (response.closed) return;
      last = bytes.subarray(at, at + SLICE_BYTES);
    }
  }
  PREPARED.delete(response);
  response.end(last ?? '');
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => response.once('drain', resolve));
}

/** A slow client is seen to take each of them. */
const SLICE_BYTES = 64 * 1024;
