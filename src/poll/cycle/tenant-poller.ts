import type { TenantCalls } from '../../core/index/tenant-calls.js';
import type { Transition } from '../../core/model/event.js';
import type { Endpoint, Instant, Observations } from '../../core/model/observation.js';
import { UNTRACED } from '../../core/model/tracer.js';
import type { PitelSource } from '../../source/pitel-source.js';
import { type Activity, activityOf } from '../schedule/activity.js';
import { type Answer, Inquiry } from './in-flight-requests.js';
import { type PollReport, UNOBSERVED_TENANT } from './poll-listener.js';
import type { RegistrationWatch } from './registration-watch.js';
import { type LedgerDeps, TenantLedger } from './tenant-ledger.js';

/**
 * One tenant's poll cycle: fetch → observe → reconcile → commit.
 *
 * Guarantees:
 * - Endpoints that are asked together are waited for and reconciled together, but for one that failed when it was asked
 *   last (`Inquiry`): nobody waits for that. Its answer is a later cycle's, which `onAnswer` is there to bring about.
 * - Observations of an endpoint are reconciled in the order in which they were asked for.
 * - What a cycle saw is either committed as a whole or not at all (`TenantLedger`). A commit without an answer is
 *   repeated under its own id before anything else is looked at.
 * - When the store disagrees the tenant is claimed anew, and what was asked for before the claim is dropped: an old look
 *   must not follow a newer one. So is what was asked for before a call was found to have ended: to that look it may still
 *   be there, and it would begin again. A failure is no look, and always counts.
 * - Cycles of one poller must not overlap; `TenantLoop` sees to that.
 *
 * Not guaranteed: a part that only a dropped look showed is like one that began and ended between two polls.
 */
export class TenantPoller {
  readonly #deps: PollerDeps;
  readonly #inquiry: Inquiry;
  readonly #ledger: TenantLedger;
  /** Of the calls as they are; null where they have changed. */
  #activity: { readonly at: Instant; readonly is: Activity } | null = null;

  constructor(deps: PollerDeps) {
    this.#deps = deps;
    this.#inquiry = new Inquiry(deps.source);
    this.#ledger = new TenantLedger(deps);
  }

  /** The endpoints that must not be asked: they have been, and the answer has not come, or has not been taken. */
  get open(): readonly Endpoint[] {
    return this.#inquiry.open;
  }

  /** Answers have come that the next cycle takes. */
  get hasAnswers(): boolean {
    return this.#inquiry.hasAnswers;
  }

  /** `listener` is called whenever an answer has come, also in the middle of a cycle. */
  onAnswer(listener: () => void): void {
    this.#inquiry.onAnswer(listener);
  }

  /** Resolves when no request is under way any more; who does not want to wait for their deadlines aborts their signal. */
  idle(): Promise<void> {
    return this.#inquiry.idle();
  }

  /**
   * Runs one cycle. Rejects when the store cannot be reached: call again later, nothing is lost.
   *
   * @param endpoints which to ask, none of them open. None at all: only what has come is taken
   * @param signal cuts off the requests of this cycle, also after it
   * @param id names the cycle in its trace
   */
  cycle(endpoints: readonly Endpoint[], signal: AbortSignal, id = ''): Promise<CycleReport> {
    const { tenant, tracer = UNTRACED } = this.#deps;
    const describe = () => ({
      name: 'poll cycle',
      about: { 'pitel.tenant': tenant, 'pitel.cycle': id, 'pitel.endpoints': endpoints.join() },
    });
    return tracer.span(describe, async (span) => {
      const report = await this.#cycle(endpoints, signal);
      span.set(() => ({
        ...Object.fromEntries(report.polls.map(({ endpoint, outcome }) => [`pitel.${endpoint}`, outcome])),
        'pitel.events': report.transitions.length,
      }));
      return report;
    });
  }

  async #cycle(endpoints: readonly Endpoint[], signal: AbortSignal): Promise<CycleReport> {
    if (this.#ledger.isUnfinished) {
      await this.#ledger.finish();
      // Stopped while the store was slow: somebody else may hold the tenant by now, and a claim would fence it off.
      if (signal.aborted) return STOPPED;
    }
    const known = this.#ledger.known ?? (await this.#claim());
    await this.#inquiry.ask(endpoints, signal);
    // Stopped in the middle of it: what was cut off is no observation.
    if (signal.aborted) return STOPPED;

    const answers = this.#inquiry.take();
    const polls = answers.map(reportOf);
    const { observer = UNOBSERVED_TENANT, registrations } = this.#deps;
    for (const poll of polls) observer.polled(poll);
    const observed = observationsOf(answers);
    const observations =
      registrations === null ? observed : { ...observed, registrations: registrations.take() };
    const decision = this.#ledger.decide(observations);
    const { transitions, confirm } = decision;
    if (decision.delta.calls.size > 0) this.#activity = null;
    if (transitions.some(({ type }) => type === 'call-ended')) this.#inquiry.outdate();
    const owned = await this.#ledger.write(decision);
    if (owned) known.settled.note(observations, confirm);
    observer.sources(known.sources);
    this.#tellWatch(observations, known);
    await this.#ledger.trim();
    return { polls, confirm, owned, transitions, activity: this.#activityOf(known) };
  }

  async #claim(): Promise<TenantCalls> {
    const known = await this.#ledger.claim();
    this.#inquiry.outdate();
    this.#activity = null;
    return known;
  }

  /** Looks at the calls when they have changed, and now and then, as some go stale. */
  #activityOf(known: TenantCalls): Activity {
    const at = this.#deps.clock();
    if (this.#activity === null || at - this.#activity.at >= ACTIVITY_HOLDS_MS)
      this.#activity = { at, is: activityOf(known, at) };
    return this.#activity.is;
  }

  #tellWatch({ monitor }: Observations, known: TenantCalls): void {
    if (this.#deps.registrations === null || monitor === undefined || monitor.outcome === 'failed') return;
    this.#deps.registrations.observe(monitor, vanishedExtensions(known));
  }
}

export interface PollerDeps extends LedgerDeps {
  readonly source: Pick<PitelSource, 'poll'>;
  /** Null where no registration is watched. */
  readonly registrations: Pick<RegistrationWatch, 'take' | 'observe'> | null;
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
function vanishedExtensions({ index }: TenantCalls): string[] {
  const pending = [...index.pending].map((callId) => index.calls.get(callId)!);
  const missing = pending.flatMap(({ legs }) => legs.filter(({ absence }) => absence !== null));
  return missing.flatMap(({ seen }) => [
    seen.extension,
    ...(seen.extensionId === null ? [] : [seen.extensionId]),
  ]);
}

function observationsOf(answers: readonly Answer[]): Observations {
  const looks: Partial<Record<Endpoint, unknown>> = {};
  for (const { endpoint, polled, outdated } of answers) if (!outdated) looks[endpoint] = polled.observation;
  return looks as Observations;
}

function reportOf({ endpoint, polled, outdated }: Answer): PollReport {
  const { observation, retryAfterMs, status, heldBackMs } = polled;
  return {
    endpoint,
    outcome: observation.outcome,
    reason: observation.reason,
    sentAt: observation.startedAt,
    latencyMs: observation.at - observation.startedAt,
    status,
    retryAfterMs,
    heldBackMs,
    outdated,
  };
}
