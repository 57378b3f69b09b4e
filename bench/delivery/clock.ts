/** Milliseconds of the machine's monotonic clock: the same in every process, which `performance.now()` is not. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Runs `act` `ticks` times, `everyMs` apart by the clock: who comes late does not move those that follow. */
export async function paced(ticks: number, everyMs: number, act: (tick: number) => unknown): Promise<void> {
  const begun = monotonicMs();
  for (let tick = 0; tick < ticks; tick++) {
    const early = begun + tick * everyMs - monotonicMs();
    if (early > 0) await pause(early);
    await act(tick);
  }
}
