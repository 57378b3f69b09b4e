import { readFile } from 'node:fs/promises';

/** What a process has in memory (RSS), in KiB, as the kernel counts it. */
export async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const rss = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (rss === undefined) throw new Error(`process ${pid} has no memory`);
  return Number(rss);
}

export interface Sample {
  /** Minutes. */
  readonly at: number;
  readonly kib: number;
}

/** The median of all slopes between two samples, in KiB a minute: a collection now and then does not sway it. */
export function slopeOf(samples: readonly Sample[]): number {
  const slopes: number[] = [];
  for (const [index, a] of samples.entries())
    for (const b of samples.slice(index + 1)) slopes.push((b.kib - a.kib) / (b.at - a.at));
  slopes.sort((a, b) => a - b);
  return slopes[Math.floor(slopes.length / 2)] ?? 0;
}

/** A heap of a size that is soon reached, so that growth is growth and not a collection put off. */
export const SMALL_HEAP = { NODE_OPTIONS: '--max-old-space-size=64 --max-semi-space-size=2' };
