import { readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../support/root.js';
import type { Service } from '../support/service.js';
import { until } from '../support/until.js';

/** What a process has in memory (RSS), in KiB, as the kernel counts it. */
export async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const rss = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (rss === undefined) throw new Error(`process ${pid} has no memory`);
  return Number(rss);
}

/** The environment of a bridge whose heap can be asked for, by the file it answers in. */
export function probed(file: string): Record<string, string> {
  const probe = fileURLToPath(new URL('dist/test/chaos/heap-probe.js', ROOT));
  return {
    HEAP_PROBE_FILE: file,
    // A heap of a size that is soon reached, so that growth of the process is growth and not a collection put off.
    NODE_OPTIONS: `--max-old-space-size=64 --max-semi-space-size=2 --expose-gc --import=${probe}`,
  };
}

/** What its heap keeps after collecting, in KiB. */
export async function heapOf(service: Service, file: string): Promise<number> {
  await rm(file, { force: true });
  service.signal('SIGUSR2');
  let kib = Number.NaN;
  await until(async () => {
    kib = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
    return Number.isFinite(kib);
  }, 'the heap of the bridge');
  return kib;
}

export interface Sample {
  /** Minutes. */
  readonly at: number;
  readonly kib: number;
}

/** The median of all slopes between two samples, in KiB a minute: a peak now and then does not sway it. */
export function slopeOf(samples: readonly Sample[]): number {
  const slopes: number[] = [];
  for (const [index, a] of samples.entries())
    for (const b of samples.slice(index + 1)) slopes.push((b.kib - a.kib) / (b.at - a.at));
  slopes.sort((a, b) => a - b);
  return slopes[Math.floor(slopes.length / 2)] ?? 0;
}
