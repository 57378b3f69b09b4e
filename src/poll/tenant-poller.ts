import type { Policy, TenantState } from '../core/call.js';
import type { Transition } from '../core/event.js';
import type {
  Endpoint,
  Instant,
  MonitorObservation,
  Observations,
  QueueObservation,
} from '../core/observation.js';
import { freshen, reconcile, type Reconciled } from '../core/reconcile.js';
import { UNTRACED } from '../core/tracer.js';
import type { PitelSource } from '../source/pitel-source.js';
import { type Activity, activityOf } from './activity.js';
import { type PollReport, UNOBSERVED_TENANT } from './poll-observer.js';
import type { RegistrationWatch } from './registration-watch.js';
import { SettledRows } from './settled-rows.js';
import { type LedgerDeps, TenantLedger } from './tenant-ledger.js';

/**
 * One tenant's poll cycle: fetch → observe → reconcile → commit.
 *
 * Guarantees:
 * - What a cycle saw is either committed as a whole or not at all (`TenantLedger`). A commit without an answer is
 *   repeated under its own id before anything else is looked at.
 * - When the store disagrees the tenant is claimed anew, and what was observed before the claim is dropped: an old look
 *   must not follow a newer one.
 * - Cycles of one poller must not overlap; `TenantLoop` sees to that.
 */
export class TenantPoller {
  readonly #deps: PollerDeps;
  readonly #ledger: TenantLedger;
  readonly #settled = new SettledRows();
  #activity: { readonly calls: TenantState['calls']; readonly at: Instant; readonly is: Activity } | null =
    null;

  constructor(deps: PollerDeps) {
    this.#deps = deps;
    this.#ledger = new TenantLedger(deps);
  }

  /**
   * Runs one cycle. Rejects when the store cannot be reached: call again later, nothing is lost.
   *
   * @param endpoints which to ask; the others are left alone
   * @param id names the cycle in its trace
   */
  cycle(endpoints: readonly Endpoint[], signal: AbortSignal, id = ''): Promise<CycleReport> {
    const { tenant, tracer = UNTRACED } = this.#deps;
    const about = { 'pitel.tenant': tenant, 'pitel.cycle': id, 'pitel.endpoints': endpoints.join() };
    return tracer.span('poll cycle', about, async (span) => {
      const report = await this.#cycle(endpoints, signal);
      span.set({
        ...Object.fromEntries(report.polls.map(({ endpoint, outcome }) => [`pitel.${endpoint}`, outcome])),
        'pitel.events': report.transitions.length,
      });
      return report;
    });
  }

  async #cycle(endpoints: readonly Endpoint[], signal: AbortSignal): Promise<CycleReport> {
    if (this.#ledger.isUnfinished) {
      await this.#ledger.finish();
      // Stopped while the store was slow: somebody else may hold the tenant by now, and a claim would fence it off.
      if (signal.aborted) return STOPPED;
    }
    const state = this.#ledger.state ?? (await this.#claim());
    const polled = await Promise.all(
      endpoints.map(async (endpoint) => ({ endpoint, ...(await this.#deps.source.poll(endpoint, signal)) })),
    );
    // Stopped in the middle of it: what was cut off is no observation.
    if (signal.aborted) return STOPPED;

    const observations: Observations = {
      ...(Object.fromEntries(
        polled.map(({ endpoint, observation }) => [endpoint, observation]),
      ) as Observations),
      ...(this.#deps.registrations === null ? {} : { registrations: this.#deps.registrations.take() }),
    };
    const polls = polled.map(({ endpoint, observation, retryAfterMs, status, heldBackMs }) => ({
      endpoint,
      outcome: observation.outcome,
      reason: observation.reason,
      sentAt: observation.startedAt,
      latencyMs: observation.at - observation.startedAt,
      status,
      retryAfterMs,
      heldBackMs,
    }));
    const { observer = UNOBSERVED_TENANT } = this.#deps;
    for (const poll of polls) observer.polled(poll);
    const reconciled = this.#reconcile(state, observations);
    const owned = await this.#ledger.write(reconciled);
    if (owned) this.#settled.note(made(observations), reconciled.confirm);
    observer.sources(reconciled.state.sources);
    this.#tellWatch(observations, reconciled);
    await this.#ledger.trim();
    const activity = this.#activityOf(reconciled.state);
    return { polls, confirm: reconciled.confirm, owned, transitions: reconciled.transitions, activity };
  }

  #claim(): Promise<TenantState> {
    this.#settled.forget();
    return this.#ledger.claim();
  }

  /** Looks at the calls when they have changed, and now and then, as some go stale. */
  #activityOf(state: TenantState): Activity {
    const at = this.#deps.clock();
    const last = this.#activity;
    if (last !== null && last.calls === state.calls && at - last.at < ACTIVITY_HOLDS_MS) return last.is;
    const is = activityOf(state, at);
    this.#activity = { calls: state.calls, at, is };
    return is;
  }

  #reconcile(state: TenantState, observations: Observations): Reconciled {
    const repeated = made(observations).every((observation) => this.#settled.has(observation));
    return (repeated ? freshen : reconcile)(state, observations, this.#deps.policy);
  }

  #tellWatch({ monitor }: Observations, { state, confirm }: Reconciled): void {
    if (this.#deps.registrations === null || monitor === undefined || monitor.outcome === 'failed') return;
    this.#deps.registrations.observe(monitor, confirm ? vanishedExtensions(state) : []);
  }
}

export interface PollerDeps extends LedgerDeps {
  readonly source: Pick<PitelSource, 'poll'>;
  /** Null where no registration is watched. */
  readonly registrations: Pick<RegistrationWatch, 'take' | 'observe'> | null;
  readonly policy: Policy;
}

export interface CycleReport {
  readonly polls: readonly PollReport[];
  /** Poll again soon: an absence waits to be confirmed. */
  readonly confirm: boolean;
  /** False when the store did not take what was seen: somebody else polls this tenant, or it lost its memory. */
  readonly owned: boolean;
  readonly transitions: readonly Transition[];
  /** What the cycle left of the tenant's calls. */
  readonly activity: Activity;
}

const STOPPED: CycleReport = { polls: [], confirm: false, owned: true, transitions: [], activity: 'idle' };
const ACTIVITY_HOLDS_MS = 10_000;

/** By number and uuid. */
function vanishedExtensions({ calls }: TenantState): string[] {
  const missing = [...calls.values()]
    .filter(({ pendingAbsence }) => pendingAbsence)
    .flatMap(({ legs }) => legs.filter(({ absence }) => absence !== null));
  return missing.flatMap(({ seen }) => [
    seen.extension,
    ...(seen.extensionId === null ? [] : [seen.extensionId]),
  ]);
}

function made({ monitor, queue }: Observations): (MonitorObservation | QueueObservation)[] {
  return [monitor, queue].filter((observation) => observation !== undefined);
}
