import { isHalted, type WebhookState } from '../../store/webhook-store.js';

/** So long every try must have failed before an endpoint counts as failing. */
const FAILING_AFTER_MS = 5 * 60_000;
/** After so long it is paused. */
const PAUSED_AFTER_MS = 72 * 3_600_000;

/** What is to be announced of an endpoint. */
export interface Announcement {
  readonly type: 'webhook-failing' | 'webhook-recovered';
  /** Since when every try has failed, or had; epoch milliseconds. */
  readonly since: number;
  readonly reason: string | null;
}

/**
 * Whether an endpoint works. Times are epoch milliseconds.
 *
 *     active ─ every try failed for 5 minutes ─→ failing ─ for 72 hours ─→ paused ─ resumed ─→ active
 *        ↑________________ delivered _______________|
 *     any ─ 410 ─→ disabled ─ resumed ─→ active
 *
 * `webhook-failing` is announced when the endpoint leaves `active`, `webhook-recovered` when it delivers again, and only
 * after the former. Each has one `since`, from which its id is made.
 */
export class Health {
  #state: WebhookState;
  #failingSince: number | null;
  /** `since` of the `webhook-failing` that was written and not followed by a `webhook-recovered` yet. */
  #announcedSince: number | null;
  #lastError: string | null;
  #lastDeliveredAt: number | null;

  constructor(known: KnownHealth) {
    const { state, failingSince, isAnnounced } = known;
    this.#state = state;
    this.#announcedSince = isAnnounced ? failingSince : null;
    this.#failingSince = isAnnounced && state === 'active' ? null : failingSince;
    this.#lastError = known.lastError;
    this.#lastDeliveredAt = known.lastDeliveredAt;
  }

  get state(): WebhookState {
    return this.#state;
  }

  /** Whether anything may be sent. */
  get isSending(): boolean {
    return !isHalted(this.#state);
  }

  get isInTrouble(): boolean {
    return this.#failingSince !== null;
  }

  /** Takes notice of the time. */
  check(now: number): void {
    if (this.#failingSince === null) return;
    const ms = now - this.#failingSince;
    if (this.#state === 'active' && ms >= FAILING_AFTER_MS) this.#state = 'failing';
    if (this.#state === 'failing' && ms >= PAUSED_AFTER_MS) this.#state = 'paused';
  }

  /** When `check` will find another state; null where time alone changes nothing. */
  get nextCheckAt(): number | null {
    if (this.#failingSince === null || !this.isSending) return null;
    return this.#failingSince + (this.#state === 'active' ? FAILING_AFTER_MS : PAUSED_AFTER_MS);
  }

  failed(now: number, error: string | null): void {
    this.#failingSince ??= now;
    this.#lastError = error;
    this.check(now);
  }

  /** Returns whether that ends an outage of at least 5 minutes. */
  delivered(now: number): boolean {
    this.#lastDeliveredAt = now;
    // What was in flight when the endpoint was paused or disabled does not resume it.
    if (!this.isSending) return false;
    const wasFailing = this.#state === 'failing';
    this.#state = 'active';
    this.#failingSince = null;
    this.#lastError = null;
    return wasFailing;
  }

  gone(now: number, error: string | null): void {
    this.#failingSince ??= now;
    this.#lastError = error;
    this.#state = 'disabled';
  }

  /** Returns whether anything changes. */
  resume(): boolean {
    if (this.isSending) return false;
    this.#state = 'active';
    this.#failingSince = null;
    return true;
  }

  /** What is owed to the others; null where they know all. */
  get announcement(): Announcement | null {
    const since = this.#failingSince;
    if (this.#announcedSince !== null) {
      // A resume alone is no recovery.
      const deliveredAt = this.#lastDeliveredAt ?? -Infinity;
      const isWell = this.#state === 'active' && deliveredAt >= this.#announcedSince;
      return isWell ? { type: 'webhook-recovered', since: this.#announcedSince, reason: null } : null;
    }
    if (this.#state === 'active' || since === null) return null;
    return { type: 'webhook-failing', since, reason: this.#lastError };
  }

  announced({ type, since }: Announcement): void {
    this.#announcedSince = type === 'webhook-failing' ? since : null;
  }

  known(): KnownHealth {
    return {
      state: this.#state,
      failingSince: this.#announcedSince ?? this.#failingSince,
      isAnnounced: this.#announcedSince !== null,
      lastError: this.#lastError,
      lastDeliveredAt: this.#lastDeliveredAt,
    };
  }
}

/** As it is stored. `failingSince` with `isAnnounced` while `active`: the recovery was not announced yet. */
export interface KnownHealth {
  readonly state: WebhookState;
  readonly failingSince: number | null;
  readonly isAnnounced: boolean;
  readonly lastError: string | null;
  readonly lastDeliveredAt: number | null;
}
