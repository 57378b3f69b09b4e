import type { Call, TenantState } from '../../core/model/call.js';
import type { Instant } from '../../core/model/observation.js';

/**
 * How much a tenant's next poll matters, from the most to the least: `ringing`: an answer may come at any moment;
 * `waiting`: an extension may begin to ring; `talking`: a call may end or be transferred; `idle`: there is no call.
 */
export type Activity = 'ringing' | 'waiting' | 'talking' | 'idle';

/** The most urgent activity among the tenant's calls. Visits each call. */
export function activityOf({ calls }: TenantState, now: Instant): Activity {
  if (calls.size === 0) return 'idle';
  let isWaited = false;
  for (const call of calls.values()) {
    if (now - call.startedAt > STALE_MS) continue;
    if (isRinging(call)) return 'ringing';
    isWaited ||= isWaiting(call);
  }
  return isWaited ? 'waiting' : 'talking';
}

/** True also of an answered call, which a transfer makes ring at the next extension. */
function isRinging({ legs }: Call): boolean {
  return legs.some(({ state, absence }) => state === 'ringing' && absence === null);
}

function isWaiting({ answeredAt, entry }: Call): boolean {
  return answeredAt === null && entry !== null && !entry.answered && entry.absence === null;
}

/**
 * A row can remain Trying for hours after its call has ended (`docs/upstream.md`, mark F); such a row must not keep a
 * tenant's polls fast. The bound is longer than callers wait; a call older than that which rings again is seen a little
 * later.
 */
const STALE_MS = 1_800_000;
