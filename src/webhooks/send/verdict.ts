import type { IncomingHttpHeaders } from 'node:http';
import type { Verdict } from '../sender.js';
import { retryAfterInBody, retryAfterMs } from './retry-after.js';

/**
 * What an answer means, by its status, its headers and the beginning of its body: rows of data, of which the first that matches decides. A redirect is the event's failure: following it
 * would send the event to an address that is not configured.
 */
export function verdictOf(
  status: number,
  headers: IncomingHttpHeaders,
  now: number,
  beginning: Buffer = NOTHING,
): Verdict {
  const row = ROWS.find(({ from, to }) => status >= from && status <= to);
  switch (row?.verdict) {
    case 'delivered':
      return { kind: 'delivered' };
    case 'gone':
      return { kind: 'gone' };
    case 'endpoint-failed':
      return {
        kind: 'endpoint-failed',
        retryAfterMs:
          row.saysWhen === true
            ? (retryAfterMs(headers['retry-after'], now) ?? retryAfterInBody(beginning))
            : null,
      };
    default:
      return { kind: 'event-failed' };
  }
}

const NOTHING = Buffer.alloc(0);

interface Row {
  readonly from: number;
  readonly to: number;
  readonly verdict: Verdict['kind'];
  /** `Retry-After` counts. */
  readonly saysWhen?: true;
}

const ROWS: readonly Row[] = [
  { from: 200, to: 299, verdict: 'delivered' },
  { from: 410, to: 410, verdict: 'gone' },
  { from: 429, to: 429, verdict: 'endpoint-failed', saysWhen: true },
  { from: 503, to: 503, verdict: 'endpoint-failed', saysWhen: true },
  { from: 502, to: 504, verdict: 'endpoint-failed' },
];
