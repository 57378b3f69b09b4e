import { setTimeout as pause } from 'node:timers/promises';

/** Resolves as soon as the condition holds, which is checked often. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what = 'the condition',
  patienceMs = 120_000,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`${what} did not come about within ${patienceMs} ms`);
    await pause(LOOK_EVERY_MS);
  }
}

const LOOK_EVERY_MS = 5;
