import { writeFileSync } from 'node:fs';

/**
 * Loaded into a bridge with `--import` and `--expose-gc`: on SIGUSR2 it writes what the heap keeps after collecting, in
 * KiB, into the file named by HEAP_PROBE_FILE. The bridge itself knows nothing of it.
 */
process.on('SIGUSR2', () => {
  globalThis.gc!();
  const { heapUsed, external } = process.memoryUsage();
  writeFileSync(process.env.HEAP_PROBE_FILE!, String(Math.round((heapUsed + external) / 1024)));
});
