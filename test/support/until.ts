import { setTimeout as pause } from 'node:timers/promises';

/**
 * Resolves as soon as the condition holds. It is looked at often at first and ever less often the longer it takes, at most a
 * tenth of the time later than need be: a look is often a request, and those who wait would starve whom they wait for.
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what = 'the condition',
  patienceMs = 120_000,
): Promise<void> {
  const began = Date.now();
  while (!(await holds())) {
    const waited = Date.now() - began;
    if (waited > patienceMs) throw new Error(`${what} did not come about within ${patienceMs} ms`);
    await pause(Math.min(Math.max(waited / 10, LOOK_AGAIN_MS.first), LOOK_AGAIN_MS.last));
  }
}

const LOOK_AGAIN_MS = { first: 5, last: 100 };
