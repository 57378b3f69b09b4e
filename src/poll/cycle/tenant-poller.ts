import type { TenantCalls } from '../../core/index/tenant-calls.js';
import type { Transition } from '../../core/model/event.js';
import type { Endpoint, Observations } from '../../core/model/observation.js';
import { type Activity, activityOf } from '../schedule/activity.js';
import type { PollVerdict } from './in-flight-requests.js';
import { UNOBSERVED_TENANT } from './poll-listener.js';
import type { RegistrationWatch } from './registration-watch.js';
import { type LedgerDeps, TenantLedger } from './tenant-ledger.js';

/**
 * Records what a tenant's polls have shown: observe → reconcile → commit.
 *
 * Guarantees:
 * - What is recorded at once is either committed as a whole or not at all (`TenantLedger`). A commit without an answer is
 *   repeated under its own id before anything else is recorded.
 * - When the store disagrees the tenant is claimed anew, and what was asked for before the claim is stale: an old look
 *   must not follow a newer one. So is what was asked for before a call was found to have ended: to that look it may still
 *   be there, and it would begin again. A failure is no look, and always counts.
 * - What is to be recorded is given in the order in which it was asked for, and never at the same time as something else:
 *   `InFlightRequests` and `pollCycle` see to that.
 *
 * Not guaranteed: a part that only a stale look showed is like one that began and ended between two polls.
 */
export class TenantPoller {
  readonly #deps: PollerDeps;
  readonly #ledger: TenantLedger;
  /** Of the calls as they are, by the monotonic clock; null where they have changed. */
  #activity: { readonly at: number; readonly is: Activity } | null = null;

  constructor(deps: PollerDeps) {
    this.#deps = deps;
    this.#ledger = new TenantLedger(deps);
  }

  /**
   * Finishes what was begun and claims the tenant where it is not claimed: comes before the endpoints are asked. Rejects
   * when the store cannot be reached. False: it was stopped meanwhile, and nothing is to be asked.
   */
  async prepare(signal: AbortSignal): Promise<boolean> {
    if (this.#ledger.isUnfinished) {
      await this.#ledger.finish();
      // Stopped while the store was slow: somebody else may hold the tenant by now, and a claim would fence it off.
      if (signal.aborted) return false;
    }
    if (this.#ledger.known === null) await this.#claim();
    return true;
  }

  /** After `prepare`. Rejects when the store cannot be reached: `prepare` finishes what was begun. */
  async record(polls: readonly PollVerdict[]): Promise<Recorded> {
    const known = this.#ledger.known!;
    const { listener = UNOBSERVED_TENANT, registrations } = this.#deps;
    for (const poll of polls) listener.polled(poll);
    const observed = observationsOf(polls);
    const observations =
      registrations === null ? observed : { ...observed, registrations: registrations.take() };
    const decision = this.#ledger.decide(observations);
    const { transitions, confirm } = decision;
    if (decision.delta.calls.size > 0) this.#activity = null;
    if (transitions.some(({ type }) => type === 'call-ended')) this.#deps.outdate();
    const owned = await this.#ledger.write(decision);
    if (owned) known.settled.note(observations, confirm);
    listener.sources(known.sources);
    this.#tellWatch(observations, known);
    await this.#ledger.trim();
    return { confirm, owned, transitions, activity: this.#activityOf(known) };
  }

  async #claim(): Promise<void> {
    await this.#ledger.claim();
    this.#deps.outdate();
    this.#activity = null;
  }

  /** Looks at the calls when they have changed, and now and then, as some go stale. */
  #activityOf(known: TenantCalls): Activity {
    const { time } = this.#deps;
    const at = time.monotonic();
    if (this.#activity === null || at - this.#activity.at >= ACTIVITY_HOLDS_MS)
      this.#activity = { at, is: activityOf(known, time.now()) };
    return this.#activity.is;
  }

  #tellWatch({ monitor }: Observations, known: TenantCalls): void {
    if (this.#deps.registrations === null || monitor === undefined || monitor.outcome === 'failed') return;
    this.#deps.registrations.observe(monitor, vanishedExtensions(known));
  }
}

export interface PollerDeps extends LedgerDeps {
  /** Called when whatever has been asked by now, and not been recorded, has become stale. */
  readonly outdate: () => void;
  /** Null where no registration is watched. */
  readonly registrations: Pick<RegistrationWatch, 'take' | 'observe'> | null;
}

/** What came of it. */
export interface Recorded {
  /** Poll again soon: an absence waits to be confirmed. */
  readonly confirm: boolean;
  /** False when the store did not take what was seen: somebody else polls this tenant, or it lost its memory. */
  readonly owned: boolean;
  readonly transitions: readonly Transition[];
  /** What is left of the tenant's calls. */
  readonly activity: Activity;
}

export const NOTHING_RECORDED: Recorded = { confirm: false, owned: true, transitions: [], activity: 'idle' };
const ACTIVITY_HOLDS_MS = 10_000;

/** By number and uuid. */
function vanishedExtensions({ index }: TenantCalls): string[] {
  const pending = [...index.pending].map((callId) => index.calls.get(callId)!);
  const missing = pending.flatMap(({ legs }) => legs.filter(({ absence }) => absence !== null));
  return missing.flatMap(({ seen }) => [
    seen.extension,
    ...(seen.extensionId === null ? [] : [seen.extensionId]),
  ]);
}

function observationsOf(polls: readonly PollVerdict[]): Observations {
  const looks: Partial<Record<Endpoint, unknown>> = {};
  for (const { result, isStale } of polls) if (!isStale) looks[result.endpoint] = result.observation;
  return looks as Observations;
}
