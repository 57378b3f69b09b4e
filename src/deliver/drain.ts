import type { Clock } from '../base/clock.js';

/** Closes all of them because the process ends, spread over `withinMs`, so that they do not all reconnect at once. */
export async function closeSpread(
  clients: Iterable<{ close(code: 'shutting-down'): void }>,
  withinMs: number,
  clock: Clock,
  random: () => number,
): Promise<void> {
  const closed = [...clients].map(
    (client) =>
      new Promise<void>((resolve) => {
        clock.after(random() * withinMs, () => {
          client.close('shutting-down');
          resolve();
        });
      }),
  );
  await Promise.all(closed);
}
