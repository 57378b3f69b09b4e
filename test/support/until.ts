import { setTimeout as pause } from 'node:timers/promises';

/**
 * Resolves soon after the condition holds. A check that asks somebody is repeated less and less often, down to ten times a second, and
 * never after less than twice the time that it took: those who wait would starve whom they wait for.
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what = 'the condition',
  patienceMs = 120_000,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  for (let pauseMs = PAUSE_MS.least; ;) {
    const looked = Date.now();
    const held = holds();
    if (await held) return;
    const now = Date.now();
    if (now > deadline) throw new Error(`${what} did not come about within ${patienceMs} ms`);
    if (held instanceof Promise) pauseMs *= PAUSE_MS.growth;
    await pause(Math.min(Math.max(2 * (now - looked), pauseMs), PAUSE_MS.most));
  }
}

const PAUSE_MS = { least: 5, most: 100, growth: 1.2 };

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
