import { writeFileSync } from 'node:fs';
import { getHeapCodeStatistics } from 'node:v8';

/**
 * Loaded into a bridge with `--import` and `--expose-gc`: on SIGUSR2 it writes what the heap keeps after collecting, in
 * KiB, into the file named by HEAP_PROBE_FILE. The bridge itself has no code for it.
 */
process.on('SIGUSR2', () => {
  // The first collection leaves some 2 MiB of unreferenced buffers to be swept.
  globalThis.gc!();
  globalThis.gc!();
  const { heapUsed, external } = process.memoryUsage();
  // V8 bounds its compiled code by itself, and goes on compiling for longer than the soak takes.
  const { code_and_metadata_size: code, bytecode_and_metadata_size: bytecode } = getHeapCodeStatistics();
  const kept = heapUsed + external - code - bytecode;
  writeFileSync(process.env.HEAP_PROBE_FILE!, String(Math.round(kept / 1024)));
});
