import type { Logger } from 'pino';
import { isExtensionId } from '../../core/model/extension-id.js';
import type { MonitorAnswer, RegistrationAnswer } from '../../core/model/observation.js';
import type { Clock, Stop } from '../../base/clock.js';
import { fnv1a } from '../../base/spread-hash.js';
import type { Registration } from '../../source/registration.js';

/**
 * Asks the PBX whether watched extensions are registered: slowly, beside the polls, and without delaying them. The next
 * poll cycle takes the answers and commits them.
 *
 * - The PBX is asked about each extension once an interval, at the extension's own time in it; at most `CONCURRENCY`
 *   requests are open at a time.
 * - It is asked at once about an extension whose leg has just vanished: what the confirming cycle emits may depend on
 *   the answer.
 * - `active` watches the extensions that the monitor has shown within `ACTIVE_MS`, `MAX_ACTIVE` at most; only those
 *   named by number or uuid, since the PBX knows no others.
 * - After a `Retry-After` nothing is asked until its time is over.
 */
export class RegistrationWatch {
  readonly #deps: WatchDeps;
  #cancel: Stop = () => undefined;
  readonly #stopping = new AbortController();
  readonly #watched = new Map<string, Watched>();
  readonly #asking = new Set<Promise<void>>();
  /** The monitor's rows and idle extensions that were read last. */
  #seen: Pick<MonitorAnswer, 'rows' | 'idleExtensions'> | null = null;
  #shown = new Set<string>();
  #answers: RegistrationAnswer[] = [];
  #pausedUntil = -Infinity;
  #reason: string | null = null;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
    if (deps.watch !== 'active') for (const id of deps.watch) this.#add(id);
  }

  start(): void {
    this.#plan();
  }

  /** Resolves when no request is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#cancel();
    await Promise.all(this.#asking);
  }

  /** The answers since the last call. */
  take(): readonly RegistrationAnswer[] {
    if (this.#answers.length === 0) return NONE;
    const answers = this.#answers;
    this.#answers = [];
    return answers;
  }

  /**
   * Takes what the monitor shows. `vanished`: the extensions, by number and uuid, of which a leg is missing from it.
   */
  observe(monitor: MonitorAnswer, vanished: readonly string[]): void {
    const now = this.#deps.clock.monotonic();
    if (this.#deps.watch === 'active') this.#follow(monitor, now);
    const before = this.#nextDue();
    for (const extension of vanished) {
      const watched = this.#watched.get(extension);
      if (watched !== undefined && now - watched.askedAt > URGENT_EVERY_MS) watched.dueAt = now;
    }
    if (this.#nextDue() < before) this.#plan();
  }

  #follow({ rows, idleExtensions }: MonitorAnswer, now: number): void {
    if (this.#seen?.rows === rows && this.#seen.idleExtensions === idleExtensions) return;
    this.#seen = { rows, idleExtensions };
    // What the last answer showed was there until now: nothing has changed in between.
    for (const id of this.#shown) this.#watched.get(id)!.shownAt = now;
    this.#shown = new Set();
    for (const id of [...idleExtensions.keys(), ...[...rows.values()].map(({ extension }) => extension)]) {
      // A row may name a service such as `*97`, which the PBX does not know as an extension: no warning is due.
      if (!isExtensionId(id)) continue;
      if (!this.#watched.has(id) && this.#watched.size < MAX_ACTIVE) this.#add(id);
      if (this.#watched.has(id)) this.#shown.add(id);
    }
    for (const [id, { shownAt }] of this.#watched)
      if (!this.#shown.has(id) && now - shownAt > ACTIVE_MS) this.#watched.delete(id);
    this.#plan();
  }

  #add(id: string): void {
    const { intervalMs, tenant } = this.#deps;
    const now = this.#deps.clock.monotonic();
    const dueAt = now + (fnv1a(`${tenant}/${id}`) % intervalMs);
    this.#watched.set(id, { dueAt, askedAt: -Infinity, asking: false, shownAt: now, isUnknown: false });
  }

  #nextDue(): number {
    let next = Infinity;
    for (const { dueAt, asking } of this.#watched.values()) if (!asking && dueAt < next) next = dueAt;
    return Math.max(next, this.#pausedUntil);
  }

  #plan(): void {
    const now = this.#deps.clock.monotonic();
    const next = this.#nextDue();
    if (this.#stopping.signal.aborted || this.#asking.size >= CONCURRENCY || next === Infinity) return;
    this.#cancel();
    this.#cancel = this.#deps.clock.after(Math.max(0, next - now), () => {
      this.#askDue();
    });
  }

  #askDue(): void {
    const now = this.#deps.clock.monotonic();
    // A process that was paused beyond its lease asks no more: the replica that holds the tenant now does.
    if (!this.#deps.holds()) return;
    for (const [id, watched] of this.#watched) {
      if (this.#asking.size >= CONCURRENCY) break;
      if (watched.asking || watched.dueAt > now || now < this.#pausedUntil) continue;
      const asking = this.#ask(id, watched).finally(() => {
        this.#asking.delete(asking);
        this.#plan();
      });
      this.#asking.add(asking);
    }
    this.#plan();
  }

  async #ask(id: string, watched: Watched): Promise<void> {
    const { ask, clock, intervalMs } = this.#deps;
    const startedAt = clock.now();
    watched.asking = true;
    watched.askedAt = clock.monotonic();
    watched.dueAt = watched.askedAt + intervalMs;
    const answer = await ask(id, this.#stopping.signal);
    watched.asking = false;
    if (this.#stopping.signal.aborted) return;
    if (answer.outcome === 'failed') {
      this.#pausedUntil = clock.monotonic() + (answer.retryAfterMs ?? 0);
      this.#note(answer.reason);
      return;
    }
    this.#note(null);
    this.#answers.push({ ...answer, id, startedAt, at: clock.now() });
    const isUnknown = answer.outcome === 'not-found';
    if (isUnknown && !watched.isUnknown)
      this.#deps.log.warn({ extension: id }, `extension ${id} cannot be watched: the PBX does not know it`);
    watched.isUnknown = isUnknown;
  }

  /** Logs one line when a reason appears or changes, and one when it is gone. */
  #note(reason: string | null): void {
    if (reason === this.#reason) return;
    this.#reason = reason;
    if (reason === null) this.#deps.log.info('registration requests recovered');
    else this.#deps.log.warn({ reason }, `registration requests failed: ${reason}`);
  }
}

export interface WatchDeps {
  readonly tenant: string;
  readonly watch: readonly string[] | 'active';
  readonly intervalMs: number;
  readonly ask: (id: string, signal: AbortSignal) => Promise<Registration>;
  /** Whether this process still holds the tenant's lease, as far as it can know. */
  readonly holds: () => boolean;
  readonly clock: Clock;
  /** Adds the tenant to every line. */
  readonly log: Logger;
}

/** Instants are those of the monotonic clock. */
interface Watched {
  dueAt: number;
  askedAt: number;
  asking: boolean;
  /** When the monitor showed the extension last, where it no longer does. */
  shownAt: number;
  isUnknown: boolean;
}

const NONE: readonly RegistrationAnswer[] = [];
/** Limits the requests to a few a second even with hundreds of extensions: the polls come first. */
const CONCURRENCY = 2;
/** A leg that flickers causes one request a second at most. */
const URGENT_EVERY_MS = 1_000;
/** Half a shift, so that a break does not end the watch. */
const ACTIVE_MS = 4 * 3_600_000;
/** More extensions than a call centre has: bounds the memory where an upstream's answers are wrong. */
const MAX_ACTIVE = 5_000;
