import type { CallbackEnd, CallbackEntry } from '../../data/callbacks.js';
import { callbackWords } from '../../i18n/callback-i18n.js';
import { minuteText, dayText } from '../../i18n/i18n.js';
import { currentTime } from '../../state/clock.js';

/** How, by whom and when it was closed. */
export function endText({ reason, by, why, at, probable }: CallbackEnd): string {
  const texts = callbackWords();
  const how = why === null ? texts.ends[reason] : `${texts.ends[reason]} (${texts.reasons[why]})`;
  return texts.endedBy(probable ? `${how} (${texts.probableEnd})` : how, by, whenText(Date.parse(at)));
}

/** Who is on it; null: it is free. */
export function claimText({ claimedBy, claimedUntil }: CallbackEntry): string | null {
  if (claimedBy === null || claimedUntil === null) return null;
  return callbackWords().isOnIt(claimedBy, minuteText(Date.parse(claimedUntil)));
}

/** Of today the time alone. */
export function whenText(instant: number): string {
  const isRecent = Math.abs(currentTime() - instant) < TODAY_MS;
  return isRecent ? minuteText(instant) : dayText(instant);
}

const TODAY_MS = 12 * 3_600_000;
