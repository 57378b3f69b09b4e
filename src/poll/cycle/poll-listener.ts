import type { ClockSample, SourceStatus } from '../../core/model/call.js';
import type { BridgeEvent } from '../../core/model/event.js';
import type { Endpoint, Instant } from '../../core/model/observation.js';
import type { UnreadableReason } from '../../store/errors.js';
import type { CommitResult } from '../../store/store.js';
import type { PollVerdict } from './in-flight-requests.js';

/** Hears of what polling does, as it happens. None of its methods may throw or take long. */
export interface PollListener {
  /** The tenant is polled here from now on, until `ended` is called. */
  tenant(name: string): TenantListener;
  lease(change: LeaseChange, shards: number): void;
}

export interface TenantListener {
  polled(poll: PollVerdict): void;
  /** The state of each endpoint after a cycle. */
  sources(sources: SourcesReport): void;
  claimed(claim: ClaimReport): void;
  /** The tenant is not served, since its stored state cannot be read. Called after each claim that fails so. */
  unserved(report: UnservedReport): void;
  /** A commit is tried. The caller calls the returned function with the result. */
  committing(): (commit: CommitReport) => void;
  /** Calls were given up, as the store never took what had changed of them. */
  gaveUp(calls: number): void;
  /** The tenant is not polled for a while, since its last owners ended in the middle of it; or is again. */
  quarantined(is: boolean): void;
  /** How many events the log holds. */
  logHolds(events: number): void;
  ended(): void;
}

export type SourcesReport = Readonly<
  Record<
    Endpoint,
    {
      readonly status: SourceStatus;
      readonly lastComplete: { readonly at: Instant } | null;
      readonly clock: readonly ClockSample[];
    }
  >
>;

export interface ClaimReport {
  /** The log lacks events that this process knew of, or begins with this claim. True of a tenant's very first claim too. */
  readonly isLogLost: boolean;
}

export interface UnservedReport {
  readonly reason: UnreadableReason;
  /** The fields of the stored state that cannot be read; none where the whole state cannot be. */
  readonly fields: readonly string[];
}

export interface CommitReport {
  /** `rejected`: the store did not answer, or reported an error. */
  readonly result: CommitResult['status'] | 'rejected';
  /** The commit's events, which are in the log if the result is `committed`. */
  readonly events: readonly BridgeEvent[];
  /** When the try was over. */
  readonly at: Instant;
}

/** Shards were `taken`, `released` on purpose or `lost`; or a renewal of the lease failed (`missed`). */
export type LeaseChange = 'taken' | 'released' | 'lost' | 'missed';

const nothing = () => undefined;
export const NO_TENANT_LISTENER: TenantListener = {
  polled: nothing,
  sources: nothing,
  claimed: nothing,
  unserved: nothing,
  committing: () => nothing,
  gaveUp: nothing,
  quarantined: nothing,
  logHolds: nothing,
  ended: nothing,
};
export const NO_LISTENER: PollListener = { tenant: () => NO_TENANT_LISTENER, lease: nothing };
