import type { Call, TenantState } from '../../core/model/call.js';
import type { Instant } from '../../core/model/observation.js';

/**
 * How much a tenant's next poll matters, from the most to the least: `ringing`: an answer may come at any moment;
 * `waiting`: a telephone may begin to ring; `talking`: somebody hangs up, or is transferred; `idle`: no call at all.
 */
export type Activity = 'ringing' | 'waiting' | 'talking' | 'idle';

/** The liveliest of the tenant's calls, as its state has them. Costs a look at each of them. */
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

/** Also of an answered call: a transfer rings at the next extension. */
function isRinging({ legs }: Call): boolean {
  return legs.some(({ state, absence }) => state === 'ringing' && absence === null);
}

function isWaiting({ answeredAt, entry }: Call): boolean {
  return answeredAt === null && entry !== null && !entry.answered && entry.absence === null;
}

/**
 * Rows can go stale for hours as Trying (`docs/upstream.md`, mark F), and one of them must not keep a tenant's polls
 * fast. Longer than callers wait; a call that began earlier and rings once more is seen a little later.
 */
const STALE_MS = 1_800_000;
