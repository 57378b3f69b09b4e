import type { BridgeEvent } from '../../core/model/event.js';
import type { Endpoint, Instant } from '../../core/model/observation.js';
import type { UnreadableReason } from '../../store/errors.js';
import type { CommitResult } from '../../store/store.js';
import type { PollVerdict } from './in-flight-requests.js';

/** Is told what polling does, by whoever does it and as it happens. None of its methods may throw or take long. */
export interface PollListener {
  /** The tenant is polled here from now on, until it is told that this has ended. */
  tenant(name: string): TenantListener;
  lease(change: LeaseChange, shards: number): void;
}

export interface TenantListener {
  polled(poll: PollVerdict): void;
  /** What is known of each endpoint after a cycle. */
  sources(sources: SourcesReport): void;
  claimed(claim: ClaimReport): void;
  /** The tenant's state cannot be read, and so it is not served: after each claim in vain, until one succeeds. */
  unserved(report: UnservedReport): void;
  /** A commit is tried; what is returned is called with what came of it. */
  committing(): (commit: CommitReport) => void;
  /** How many events the log holds. */
  logHolds(events: number): void;
  ended(): void;
}

export type SourcesReport = Readonly<
  Record<
    Endpoint,
    { readonly status: 'unknown' | 'up' | 'down'; readonly lastComplete: { readonly at: Instant } | null }
  >
>;

export interface ClaimReport {
  /** The claim began an epoch, or found another than had been held before. So does the first of all claims. */
  readonly isNewEpoch: boolean;
}

export interface UnservedReport {
  readonly reason: UnreadableReason;
  /** The fields of the stored state that cannot be read; none where it is the whole. */
  readonly fields: readonly string[];
}

export interface CommitReport {
  /** `rejected`: the store gave no answer, or refused. */
  readonly result: CommitResult['status'] | 'rejected';
  /** In the log, if `committed`. */
  readonly events: readonly BridgeEvent[];
}

/** Shards were `taken`, given back on purpose (`released`) or `lost`; or the lease was not renewed in a try (`missed`). */
export type LeaseChange = 'taken' | 'released' | 'lost' | 'missed';

const nothing = () => undefined;
export const UNOBSERVED_TENANT: TenantListener = {
  polled: nothing,
  sources: nothing,
  claimed: nothing,
  unserved: nothing,
  committing: () => nothing,
  logHolds: nothing,
  ended: nothing,
};
export const UNOBSERVED: PollListener = { tenant: () => UNOBSERVED_TENANT, lease: nothing };
