/**
 * Instants as the vendor's page (`docs/upstream.md`, "Times") has them in its samples: `call_time` without a
 * zone but in Vietnam time; queue times RFC 3339 with +07:00 and whole seconds; and a sentinel for "has not happened".
 */
const OFFSET_MS = 7 * 3_600_000;

/** The epoch as the vendor's sample shows it (in another zone than the other times), or Go's zero time. */
const SENTINELS = { epoch: '1970-01-01T08:00:00+08:00', go: '0001-01-01T00:00:00Z' } as const;
export type Sentinel = keyof typeof SENTINELS;

export function zoneless(instant: number): string {
  return local(instant).replace('T', ' ');
}

export function rfc3339(instant: number | null, sentinel: Sentinel): string {
  return instant === null ? SENTINELS[sentinel] : `${local(instant)}+07:00`;
}

/** Hour of the day in Vietnam, with fraction. */
export function hourOfDay(instant: number): number {
  return ((instant + OFFSET_MS) % 86_400_000) / 3_600_000;
}

function local(instant: number): string {
  return new Date(instant + OFFSET_MS).toISOString().slice(0, 19);
}

/** The day of the week in Vietnam, 1 for Monday to 7 for Sunday, and the minute of the day. */
export function localTime(instant: number): { readonly weekday: number; readonly minute: number } {
  const local = new Date(instant + OFFSET_MS);
  return { weekday: local.getUTCDay() || 7, minute: local.getUTCHours() * 60 + local.getUTCMinutes() };
}
