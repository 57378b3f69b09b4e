import type { TenantCalls } from '../../core/index/tenant-calls.js';
import type { RowDirection, TenantState } from '../../core/model/call.js';
import type { Transition } from '../../core/model/event.js';
import type { Endpoint, Observations } from '../../core/model/observation.js';
import { skewOf } from '../../core/parts/pbx-clock.js';
import { type Activity, activityOf } from '../schedule/activity.js';
import type { PollVerdict } from './in-flight-requests.js';
import { NO_TENANT_LISTENER } from './poll-listener.js';
import type { RegistrationWatch } from './registration-watch.js';
import { QuarantineError, quarantineMs } from './quarantine.js';
import { type LedgerDeps, TenantLedger } from './tenant-ledger.js';

/**
 * Records the results of a tenant's polls: observe → reconcile → commit.
 *
 * Guarantees:
 * - What is recorded in one call is either committed as a whole or not at all (`TenantLedger`). A commit without an
 *   answer is repeated under its own id before anything else is recorded.
 * - When the store rejects a commit, the tenant is claimed again, and results that were requested before the claim are
 *   stale: an older answer must not be recorded after a newer one. Results that were requested before a call was found
 *   to have ended are stale too: they may still show it, and the call would begin again. A failure shows no rows, and
 *   always counts.
 * - Results are recorded in the order of their requests, and never two cycles at the same time: `InFlightRequests` and
 *   `pollCycle` ensure that.
 *
 * Not guaranteed: a leg or queue entry that only a stale result showed is missed, like one that began and ended between
 * two polls.
 */
export class TenantPoller {
  readonly #deps: PollerDeps;
  readonly #ledger: TenantLedger;
  /**
   * The activity of the calls, and when it was determined, by the monotonic clock; null where the calls have changed.
   */
  #activity: { readonly at: number; readonly is: Activity } | null = null;
  /** By the monotonic clock. */
  #quarantinedUntil = -Infinity;
  /** The estimate of the PBX's clock, and the sources that it is of. */
  #clock: { readonly of: TenantState['sources']; readonly skewMs: number | null } | null = null;

  constructor(deps: PollerDeps) {
    this.#deps = deps;
    this.#ledger = new TenantLedger(deps);
  }

  /**
   * Finishes a commit that was begun, and claims the tenant where it is not claimed; to be called before the endpoints
   * are asked. Rejects when the store cannot be reached, and with a `QuarantineError` while a tenant whose last owners have
   * ended in the middle of it is not to be polled. Returns false when it was stopped meanwhile, or lost the claim: then nothing
   * may be asked.
   */
  async prepare(signal: AbortSignal): Promise<boolean> {
    if (this.#ledger.isUnfinished) {
      await this.#ledger.finish();
      // Stopped while the store was slow: another replica may hold the tenant by now, and a claim would fence it.
      if (signal.aborted) return false;
    }
    if (this.#ledger.known === null) await this.#claim();
    const { endedOwners } = this.#ledger;
    if (endedOwners === null) return true;
    const restMs = this.#quarantinedUntil - this.#deps.time.monotonic();
    if (restMs > 0) throw new QuarantineError(endedOwners, restMs);
    return this.#ledger.begin();
  }

  /** To be called after `prepare`. Rejects when the store cannot be reached: the next `prepare` finishes the commit. */
  async record(polls: readonly PollVerdict[]): Promise<Recorded> {
    const known = this.#ledger.known!;
    const { listener = NO_TENANT_LISTENER, registrations } = this.#deps;
    const observed = observationsOf(polls);
    const observations =
      registrations === null ? observed : { ...observed, registrations: registrations.take() };
    const { direction: before } = known;
    const decision = this.#ledger.decide(observations);
    const { transitions, confirm, observations: decidedOn } = decision;
    const effective = polls.map((poll) => withObservation(poll, decidedOn));
    for (const poll of effective) listener.polled(poll);
    if (decision.delta.calls.size > 0) this.#activity = null;
    if (transitions.some(({ type }) => type === 'call-ended')) this.#deps.outdate();
    const owned = await this.#ledger.write(decision);
    if (owned) known.settled.note(decidedOn, confirm);
    listener.sources(known.sources);
    this.#updateWatch(observations, known);
    await this.#ledger.count();
    // Last, because it may fail: what was recorded is recorded.
    const answered = owned && this.#ledger.hasRequests ? await this.#ledger.answer() : [];
    const direction = isOtherDirection(before, known.direction) ? known.direction : null;
    const skewMs = this.#skewOf(known);
    return {
      polls: effective,
      confirm,
      owned: owned && answered !== null,
      transitions: answered === null ? transitions : [...transitions, ...answered],
      direction,
      activity: this.#activityOf(known),
      skewMs,
    };
  }

  /** A hint that something was asked of the tenant's owner: the next `record` finds out, and answers it. */
  expectRequests(): void {
    this.#ledger.expectRequests();
  }

  /** Estimates only where there are new samples, which few polls bring. */
  #skewOf({ sources }: TenantCalls): number | null {
    const before = this.#clock;
    const isKnown =
      before !== null &&
      before.of.monitor.clock === sources.monitor.clock &&
      before.of.queue.clock === sources.queue.clock;
    if (!isKnown) this.#clock = { of: sources, skewMs: skewOf(sources) };
    return this.#clock!.skewMs;
  }

  async #claim(): Promise<void> {
    await this.#ledger.claim();
    this.#quarantinedUntil = this.#deps.time.monotonic() + quarantineMs(this.#ledger.endedOwners ?? 0);
    this.#deps.outdate();
    this.#activity = null;
  }

  /** Determines the activity again when calls have changed, and every `ACTIVITY_HOLDS_MS`, since calls go stale. */
  #activityOf(known: TenantCalls): Activity {
    const { time } = this.#deps;
    const at = time.monotonic();
    if (this.#activity === null || at - this.#activity.at >= ACTIVITY_HOLDS_MS)
      this.#activity = { at, is: activityOf(known, time.now()) };
    return this.#activity.is;
  }

  #updateWatch({ monitor }: Observations, known: TenantCalls): void {
    if (this.#deps.registrations === null || monitor === undefined || monitor.outcome === 'failed') return;
    this.#deps.registrations.observe(monitor, vanishedExtensions(known));
  }
}

export interface PollerDeps extends LedgerDeps {
  /** Called when all results that have been requested and not been recorded have become stale. */
  readonly outdate: () => void;
  /** Null where no registration is watched. */
  readonly registrations: Pick<RegistrationWatch, 'take' | 'observe'> | null;
}

/** What recording has led to. */
export interface Recorded {
  /** The results, each with the observation that was decided on: it may lack rows (`core/observe/row-bounds.ts`). */
  readonly polls: readonly PollVerdict[];
  /** Whether to poll again soon, to confirm an absence. */
  readonly confirm: boolean;
  /** False when the store rejected the commit: another replica polls this tenant, or the store lost its memory. */
  readonly owned: boolean;
  readonly transitions: readonly Transition[];
  /** Whose direction the word in a monitor row is, if that is known otherwise than before. */
  readonly direction: RowDirection | null;
  /** The activity of the calls that are left. */
  readonly activity: Activity;
  /** How far the PBX's clock is ahead; null if unknown. */
  readonly skewMs: number | null;
}

export const NOTHING_RECORDED: Recorded = {
  polls: [],
  confirm: false,
  owned: true,
  transitions: [],
  direction: null,
  activity: 'idle',
  skewMs: null,
};
const ACTIVITY_HOLDS_MS = 10_000;

/** The extensions of which a leg is missing, by number and uuid. */
function vanishedExtensions({ index }: TenantCalls): string[] {
  const pending = [...index.pending].map((callId) => index.calls.get(callId)!);
  const missing = pending.flatMap(({ legs }) => legs.filter(({ absence }) => absence !== null));
  return missing.flatMap(({ seen }) => [
    seen.extension,
    ...(seen.extensionId === null ? [] : [seen.extensionId]),
  ]);
}

function isOtherDirection(before: RowDirection, after: RowDirection): boolean {
  return before.meaning !== after.meaning || before.source !== after.source;
}

function withObservation(poll: PollVerdict, { monitor, queue }: Observations): PollVerdict {
  const { result } = poll;
  const observation = result.endpoint === 'monitor' ? monitor : queue;
  if (poll.isStale || observation === undefined || observation === result.observation) return poll;
  return { ...poll, result: { ...result, observation } };
}

function observationsOf(polls: readonly PollVerdict[]): Observations {
  const observed: Partial<Record<Endpoint, unknown>> = {};
  for (const { result, isStale } of polls) if (!isStale) observed[result.endpoint] = result.observation;
  return observed as Observations;
}
