/** What the bridge says of webhooks, as `GET /v1/webhooks` and the addresses below it answer. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly state: WebhookState;
  readonly cursor: string | null;
  readonly lagEvents: number;
  readonly lagMs: number;
  readonly lastError: string | null;
  readonly lastDeliveredAt: string | null;
}

export type WebhookState = 'active' | 'failing' | 'paused' | 'disabled';

export interface Attempt {
  readonly at: string;
  readonly id: string;
  readonly cursor: string | null;
  readonly kind: 'event' | 'gap' | 'test' | 'replay';
  readonly outcome: Outcome;
  readonly status: number | null;
  readonly tookMs: number;
  readonly error: string | null;
}

export type Outcome = 'delivered' | 'endpoint-failed' | 'event-failed' | 'gone';

export interface DeadLetter {
  readonly at: string;
  readonly cursor: string;
  readonly reason: 'expired' | 'refused';
  readonly tries: number;
}

/** What came of a request to a receiver. */
export type Result = Pick<Attempt, 'outcome' | 'status' | 'tookMs' | 'error'>;

export interface Replayed {
  readonly delivered: number;
  /** Null when all is sent. */
  readonly cursor: string | null;
  readonly last: Result | null;
}

/** What a badge says: `behind` is one that the bridge calls active, and that takes nothing at the moment or too slowly. */
export function standingOf({
  state,
  lagEvents,
  lagMs,
  lastError,
}: Pick<Webhook, 'state' | 'lagEvents' | 'lagMs' | 'lastError'>): WebhookState | 'behind' {
  if (state !== 'active' || lagEvents === 0) return state;
  // The bridge forgets the error with the next delivery.
  return lastError !== null || lagMs > LATE_MS ? 'behind' : 'active';
}

/** Events on their way are none that wait. */
const LATE_MS = 15_000;

/** Gets nothing until somebody resumes it. */
export function isStopped({ state }: Pick<Webhook, 'state'>): boolean {
  return state === 'paused' || state === 'disabled';
}

/** Why a replay that has not sent everything ended: the receiver's failure, or only the time that one request may take. */
export function failureOf({ cursor, last }: Replayed): Result | null {
  return cursor !== null && last !== null && last.outcome !== 'delivered' ? last : null;
}

/**
 * Each with a key of its own that it keeps when newer ones come before it, so that a button keeps the focus: two attempts of
 * one event may have the same instant.
 */
export function keyed<Item extends { readonly at: string }>(
  newestFirst: readonly Item[],
  name: (item: Item) => string,
): readonly { readonly key: string; readonly item: Item }[] {
  const seen = new Map<string, number>();
  return newestFirst
    .toReversed()
    .map((item) => {
      const text = `${item.at} ${name(item)}`;
      const before = seen.get(text) ?? 0;
      seen.set(text, before + 1);
      return { key: `${text} ${before}`, item };
    })
    .toReversed();
}
