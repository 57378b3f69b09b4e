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

const LOOK_EVERY_MS = 5;
