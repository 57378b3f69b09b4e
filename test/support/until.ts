import { setTimeout as pause } from 'node:timers/promises';

/**
 * Resolves soon after the condition holds. A check that takes long, as a request does, is followed by a pause twice as long: those
 * who wait would starve whom they wait for.
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what = 'the condition',
  patienceMs = 120_000,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const looked = Date.now();
    if (await holds()) return;
    const now = Date.now();
    if (now > deadline) throw new Error(`${what} did not come about within ${patienceMs} ms`);
    await pause(Math.min(Math.max(2 * (now - looked), PAUSE_MS.least), PAUSE_MS.most));
  }
}

const PAUSE_MS = { least: 5, most: 100 };

/** What comes once enough time has passed, which `pass` lets go on until then. */
export async function asTimePasses<Value>(asked: Promise<Value>, pass: () => void): Promise<Value> {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  asked.then(over, over);
  await until(() => {
    pass();
    return isOver;
  });
  return asked;
}
