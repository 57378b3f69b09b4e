import { signal } from '@preact/signals';

/**
 * One clock and one tick for the page.
 *
 * A screen on a wall may have its clock wrong, and every timer with it: the bridge's own time, which comes with its
 * answers, sets it right. Below two seconds nothing is changed, because a `Date` header knows no better.
 */
const TRUSTED_MS = 2_000;
let offset = 0;

export function serverTime(header: string | null, sentAt: number, gotAt: number): void {
  const said = header === null ? Number.NaN : Date.parse(header);
  if (Number.isNaN(said)) return;
  const difference = said + 500 - (sentAt + gotAt) / 2;
  offset = Math.abs(difference) > TRUSTED_MS ? difference : 0;
}

export function currentTime(): number {
  return Date.now() + offset;
}

/** Changes every second, for components that render. Texts that only count use `follow`. */
export const tick = signal(currentTime());
/** The time at which the timers stand still, because it is not known what has happened since; null while they run. */
export const frozenAt = signal<number | null>(null);
/** The same for the waits in queues: their list can be away while calls and agents are seen. */
export const queuesFrozenAt = signal<number | null>(null);

/** Of which of the PBX's lists it is known how long something goes on. */
export type Timed = 'calls' | 'queues';

const followers = new Map<(now: number) => void, Timed>();

/** Calls now and every second, with the time that timers show. Returns how to stop. */
export function follow(show: (now: number) => void, of: Timed = 'calls'): () => void {
  followers.set(show, of);
  show(shownTime(of));
  return () => followers.delete(show);
}

export function shownTime(of: Timed = 'calls'): number {
  return (of === 'queues' ? queuesFrozenAt : frozenAt).peek() ?? currentTime();
}

setInterval(() => {
  tick.value = currentTime();
  for (const [show, of] of followers) show(shownTime(of));
}, 1_000);
