import type { ResetReason } from './log/resumption.js';
import type { RefusalCode } from './access/refusal.js';

/** Where something was found that no bridge has written: on a tenant's channels, or in its log. */
export type ForeignWhere = 'channel' | 'log';

/**
 * What an operator should know of although clients are served:
 * `foreign`: another client of Redis writes to a tenant's channels or log;
 * `memory-full`: clients were closed because all together had too much in flight;
 * `catching-up`: so many clients are far behind that some wait;
 * `began-again`: a tenant's log is another one, and its clients start over.
 */
export type Trouble = 'foreign' | 'memory-full' | 'catching-up' | 'began-again';

/** Counters since the start, for the metrics; keys are fixed words, never names of tenants or clients. */
export class DeliverStats {
  sockets = 0;
  streams = 0;
  /** Events written to clients, over all transports. */
  delivered = 0;
  snapshots = 0;
  /** Cursors that clients could resume from. */
  resumes = 0;
  /** Turns that clients asked for because they were more than a page behind. */
  catchUps = 0;
  /** Clients that had to begin again, by reason. */
  readonly resets = new Map<ResetReason, number>();
  ignoredMessages = 0;
  /** Messages and log entries skipped, as no bridge has written them. */
  readonly foreign = new Map<ForeignWhere, number>();
  /** Handshakes and requests refused. */
  readonly refused = new Map<RefusalCode, number>();
  /** Clients that the bridge closed, by code. */
  readonly closed = new Map<RefusalCode, number>();

  readonly #troubles = new Map<Trouble, number>();

  /** @param now on the monotonic clock */
  trouble(what: Trouble, now: number): void {
    this.#troubles.set(what, now);
  }

  /** What was seen since, on the monotonic clock. */
  troublesSince(instant: number): readonly Trouble[] {
    return [...this.#troubles].filter(([, at]) => at >= instant).map(([what]) => what);
  }

  countReset(reason: ResetReason): void {
    this.resets.set(reason, (this.resets.get(reason) ?? 0) + 1);
  }

  countForeign(where: ForeignWhere, now: number): void {
    this.foreign.set(where, (this.foreign.get(where) ?? 0) + 1);
    this.trouble('foreign', now);
  }

  countRefused(code: RefusalCode): void {
    this.refused.set(code, (this.refused.get(code) ?? 0) + 1);
  }

  countClosed(code: RefusalCode): void {
    this.closed.set(code, (this.closed.get(code) ?? 0) + 1);
  }
}
