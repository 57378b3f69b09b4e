import { setTimeout as pause } from 'node:timers/promises';

/** Resolves as soon as the condition holds; it is looked at often and costs nothing in between. */
export async function until(holds: () => boolean | Promise<boolean>, what = 'the condition'): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`${what} did not come about within ${DEADLINE_MS} ms`);
    await pause(LOOK_EVERY_MS);
  }
}

const DEADLINE_MS = 120_000;
const LOOK_EVERY_MS = 5;
