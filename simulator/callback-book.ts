import type { JudgedCallback, JudgedPart, JudgedQueue } from './judge-desk-report.js';

/** What a call-back must look like after each of its steps, by the definitions of `docs/callbacks.md`. */

export interface Missed {
  readonly at: string;
  readonly callId: string;
  readonly customer: JudgedCallback['customer'];
  readonly queue: JudgedQueue | null;
  readonly waitMs: number | null;
  readonly isProbable: boolean;
  readonly isAfterHours: boolean;
}

export interface Claim {
  readonly by: string;
  readonly until: number;
}

/** As many of the calls as an item shows. */
const CALL_IDS = 20;

export class Item {
  readonly line: string;
  missed = 0;
  /** The call that was missed last. */
  missedCallId: string | null = null;
  tried = 0;
  claim: Claim | null = null;
  done: {
    readonly reason: string;
    readonly at: number;
    readonly by: string | null;
    readonly why: string | null;
  } | null = null;
  readonly #parts: JudgedPart[] = [];
  #customer: JudgedCallback['customer'];

  constructor(
    readonly id: string,
    line: string,
    first: Missed,
  ) {
    this.line = line;
    this.#customer = first.customer;
    this.miss(first);
  }

  get lastAt(): number {
    return Math.max(...this.#parts.map(({ lastAt }) => Date.parse(lastAt)));
  }

  miss({ at, callId, customer, queue, waitMs, isProbable, isAfterHours }: Missed): void {
    this.missed += 1;
    this.missedCallId = callId;
    this.#customer = customer;
    const place = this.#parts.findIndex((part) => part.queue?.id === queue?.id);
    const part = this.#parts[place];
    if (part === undefined) {
      this.#parts.push({
        queue,
        missed: 1,
        firstAt: at,
        lastAt: at,
        longestWaitMs: waitMs,
        callIds: [callId],
        probable: isProbable,
        afterHours: isAfterHours,
      });
      return;
    }
    const { longestWaitMs } = part;
    this.#parts[place] = {
      queue,
      missed: part.missed + 1,
      firstAt: at < part.firstAt ? at : part.firstAt,
      lastAt: at > part.lastAt ? at : part.lastAt,
      longestWaitMs:
        longestWaitMs === null || waitMs === null
          ? (longestWaitMs ?? waitMs)
          : Math.max(longestWaitMs, waitMs),
      callIds: [...part.callIds, callId].slice(-CALL_IDS),
      probable: part.probable && isProbable,
      afterHours: part.afterHours && isAfterHours,
    };
  }

  view(): JudgedCallback {
    const parts = [...this.#parts];
    const waits = parts.flatMap(({ longestWaitMs }) => (longestWaitMs === null ? [] : [longestWaitMs]));
    const all = parts.map(({ lastAt }) => lastAt).sort();
    return {
      id: this.id,
      customer: this.#customer,
      queues: parts.flatMap(({ queue }) => (queue === null ? [] : [queue])),
      missed: this.missed,
      firstAt: parts.map(({ firstAt }) => firstAt).sort()[0]!,
      lastAt: all.at(-1)!,
      longestWaitMs: waits.length === 0 ? null : Math.max(...waits),
      callIds: parts.flatMap(({ callIds }) => callIds),
      probable: parts.every(({ probable }) => probable),
      afterHours: parts.every(({ afterHours }) => afterHours),
      tried: this.tried,
      claimedBy: this.claim?.by ?? null,
      claimedUntil: this.claim === null ? null : new Date(this.claim.until).toISOString(),
      parts,
    };
  }
}
