import type { ResetReason } from './log/resumption.js';
import type { RefusalCode } from './access/refusal.js';

/** Counters since the start, for the metrics; keys are fixed words, never names of tenants or clients. */
export class DeliverStats {
  sockets = 0;
  streams = 0;
  /** Events written to clients, over all transports. */
  delivered = 0;
  snapshots = 0;
  /** Cursors that clients could resume from. */
  resumes = 0;
  /** Clients that had to begin again, by reason. */
  readonly resets = new Map<ResetReason, number>();
  ignoredMessages = 0;
  /** Handshakes and requests refused. */
  readonly refused = new Map<RefusalCode, number>();
  /** Clients that the bridge closed, by code. */
  readonly closed = new Map<RefusalCode, number>();

  countReset(reason: ResetReason): void {
    this.resets.set(reason, (this.resets.get(reason) ?? 0) + 1);
  }

  countRefused(code: RefusalCode): void {
    this.refused.set(code, (this.refused.get(code) ?? 0) + 1);
  }

  countClosed(code: RefusalCode): void {
    this.closed.set(code, (this.closed.get(code) ?? 0) + 1);
  }
}
