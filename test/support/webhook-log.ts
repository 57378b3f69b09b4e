import { sequenceText, type Position } from '../../src/core/model/position.js';
import { ForeignNotes } from '../../src/deliver/log/foreign-notes.js';
import { type Stretch, stretchOf } from '../../src/deliver/log/log-slice.js';
import { DeliverStats } from '../../src/deliver/stats.js';
import type { LogSlice } from '../../src/store/store.js';
import { type EndpointProgress, newProgress } from '../../src/store/webhook-store.js';
import type { Result, Verdict } from '../../src/webhooks/sender.js';
import { ManualClock, silent } from './delivery.js';

const notes = new ForeignNotes({
  tenant: 'acme',
  stats: new DeliverStats(),
  clock: new ManualClock(),
  logger: silent,
});

/** A tenant's log as a reader of it sees it, which a test writes, shortens and loses as it likes. */
export class TestLog {
  epoch = 'e1';
  epochStart = 1;
  continues: Position[] = [];
  last = 0;
  #events: { readonly sequence: number; readonly json: string }[] = [];

  /** An event for each subject, recorded at that time. */
  write(at: number, ...subjects: readonly string[]): void {
    for (const subject of subjects) {
      const sequence = ++this.last;
      this.#events.push({
        sequence,
        json: JSON.stringify({
          id: `${this.epoch}/${sequence}`,
          type: 'source-up',
          subject,
          epoch: this.epoch,
          sequence: sequenceText(sequence),
          recordedtime: new Date(at).toISOString(),
          data: { tenant: 'acme', endpoint: 'monitor' },
        }),
      });
    }
  }

  /** Removes the oldest, up to and with a sequence. */
  trim(through: number): void {
    this.#events = this.#events.filter(({ sequence }) => sequence > through);
  }

  /** The same log at another server, which lacks what comes after `end`. */
  failOver(epoch: string, end = this.last): void {
    this.continues = [{ epoch: this.epoch, sequence: end }, ...this.continues];
    this.epoch = epoch;
    this.last = end;
    this.#events = this.#events.filter(({ sequence }) => sequence <= end);
  }

  /** Another log, which knows nothing of this one. */
  lose(epoch: string): void {
    this.epoch = epoch;
    this.continues = [];
    this.last = 0;
    this.epochStart = 1;
    this.#events = [];
  }

  read(after: number, limit: number): { readonly slice: LogSlice; readonly stretch: Stretch | null } {
    const slice = {
      epoch: this.epoch,
      first: this.#events[0]?.sequence ?? 0,
      last: this.last,
      epochStart: this.epochStart,
      continues: this.continues,
      events: this.#events.filter(({ sequence }) => sequence > after).slice(0, limit),
      foreign: [],
    };
    return { slice, stretch: stretchOf('acme', after, slice, notes) };
  }

  holds(sequence: number): boolean {
    return this.#events.some((event) => event.sequence === sequence);
  }
}

export function progressAt(through: Position, given: Partial<EndpointProgress> = {}): EndpointProgress {
  return {
    ...newProgress(through),
    ...given,
  };
}

export function resultOf(verdict: Verdict, status: number | null = null): Result {
  const error = verdict.kind === 'delivered' ? null : `${verdict.kind} ${status ?? ''}`.trim();
  return { verdict, status, tookMs: 1, error };
}

export const DELIVERED = resultOf({ kind: 'delivered' }, 200);
export const REFUSED = resultOf({ kind: 'event-failed' }, 500);
export const AWAY = resultOf({ kind: 'endpoint-failed', retryAfterMs: null });
export const GONE = resultOf({ kind: 'gone' }, 410);
