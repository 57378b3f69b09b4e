import type { ServerResponse } from 'node:http';
import type { Fault } from './faults.js';

/** How each fault looks on the wire. */

/** What an honest answer would be, rendered at the instant of the request. */
export interface Honest {
  readonly rows: () => readonly object[];
  readonly body: () => Buffer;
  /** The monitor's answer has a `total`, the queue's has none (`docs/upstream.md`, mark D). */
  readonly hasTotal: boolean;
}

/** Timers that must not outlive the server. */
export type Later = (ms: number, act: () => void) => void;

const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * Answers with the fault. True when a client could take the answer for a complete and honest one: then the rows of
 * this instant may count as seen.
 */
export function sendSpoiled(response: ServerResponse, fault: Fault, honest: Honest, later: Later): boolean {
  switch (fault.kind) {
    case 'status': {
      if (fault.retryAfter !== undefined) response.setHeader('Retry-After', String(fault.retryAfter));
      sendJson(response, fault.status, { error: REASONS[fault.status] ?? 'Something went wrong' });
      return false;
    }
    case 'delay': {
      const body = honest.body();
      later(fault.ms, () => sendBuffer(response, 200, body));
      return true;
    }
    case 'hang':
      return false;
    case 'cut': {
      const body = honest.body();
      // The promised length is the whole one, so that a client can know; then the line breaks.
      response.writeHead(200, { 'Content-Type': JSON_TYPE, 'Content-Length': body.length });
      response.write(body.subarray(0, fault.bytes), () => response.destroy());
      return false;
    }
    case 'html':
      response.writeHead(200, { 'Content-Type': 'text/html' });
      response.end('<html><body><h1>502 Bad Gateway</h1><hr>nginx</body></html>');
      return false;
    case 'error-body':
      sendJson(response, 200, ERROR_BODIES[fault.shape]);
      return false;
    case 'null-data':
      sendJson(response, 200, honest.hasTotal ? { data: null, total: 0 } : { data: null });
      return false;
    case 'partial': {
      const rows = honest.rows();
      const data = rows.slice(0, fault.rows);
      sendJson(response, 200, honest.hasTotal ? { data, total: rows.length } : { data });
      return false;
    }
    case 'wrong-types':
      sendJson(response, 200, { data: honest.rows().map(mistyped), total: 'many' });
      return false;
    case 'invalid-utf8': {
      const body = Buffer.from(honest.body());
      const at = body.indexOf('"agent_name":"');
      // A lone continuation byte inside a text; where there is no row, in the middle of the body.
      body[at >= 0 ? at + 14 : Math.floor(body.length / 2)] = 0xb1;
      sendBuffer(response, 200, body);
      return false;
    }
    case 'huge':
      sendHuge(response, fault.bytes);
      return false;
    case 'endless': {
      response.writeHead(200, { 'Content-Type': JSON_TYPE });
      response.write('{"data":[');
      const trickle = (): void => {
        if (response.destroyed) return;
        response.write(' ');
        later(50, trickle);
      };
      trickle();
      return false;
    }
    case 'redirect':
      response.writeHead(302, { Location: fault.location });
      response.end();
      return false;
    case 'crowd': {
      const data = [...honest.rows(), ...crowd(fault)];
      sendJson(response, 200, honest.hasTotal ? { data, total: data.length } : { data });
      return false;
    }
    case 'flicker': {
      const rows = honest.rows();
      const live = rows.findIndex(
        (row) =>
          ('call_id' in row ? row.call_id !== '' && row.call_id !== null : true) &&
          (fault.extension === undefined || ('extension' in row && row.extension === fault.extension)),
      );
      const data = rows.filter((_, index) => index !== live);
      sendJson(response, 200, honest.hasTotal ? { data, total: data.length } : { data });
      return false;
    }
  }
}

function crowd({ rows, calls, textBytes }: Extract<Fault, { kind: 'crowd' }>): object[] {
  const text = 'eyJtoken"'.repeat(textBytes / 9);
  return Array.from({ length: rows }, (_, nth) => ({
    extension: String(900_000 + nth),
    call_id: calls === 'one' ? 'crowd' : `crowd-${nth}`,
    call_state: 'RINGING',
    call_time: '',
    direction: 'inbound',
    b_cid_num: textBytes === 0 ? `09${String(10_000_000 + (calls === 'one' ? 0 : nth))}` : text,
    cid_num: '19001234',
    destination: String(900_000 + nth),
    agent_name: text,
  }));
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  sendBuffer(response, status, Buffer.from(JSON.stringify(body)));
}

export function sendBuffer(response: ServerResponse, status: number, body: Buffer): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'Content-Type': JSON_TYPE, 'Content-Length': body.length });
  response.end(body);
}

const REASONS: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  429: 'Too many requests',
  500: 'Internal server error',
  502: 'Bad gateway',
};

const ERROR_BODIES = {
  error: { error: 'database is locked' },
  status: { status: 'error', error: 'database is locked' },
  code: { code: 500, error: 'internal', content: null },
} as const;

function mistyped(row: object): object {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'string' ? { value } : [value]]),
  );
}

function sendHuge(response: ServerResponse, bytes: number): void {
  response.writeHead(200, { 'Content-Type': JSON_TYPE });
  const blanks = Buffer.alloc(Math.min(bytes, 1 << 20), 0x20);
  let left = bytes - 20;
  response.write('{"data":[');
  const pour = (): void => {
    // Written as the client takes it, so that the size is the client's trouble and not this process's.
    while (left > 0) {
      if (response.destroyed) return;
      const piece = blanks.subarray(0, Math.min(left, blanks.length));
      left -= piece.length;
      if (!response.write(piece)) {
        response.once('drain', pour);
        return;
      }
    }
    response.end('],"total":0}');
  };
  pour();
}
