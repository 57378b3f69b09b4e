import { totalmem } from 'node:os';

/** The bytes that this process may use: those of its container, as far as it has a limit, else of the machine. */
export function availableMemory(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}

const MIB = 1024 * 1024;
const SHARE = 4;
const LEAST = 32 * MIB;
const MOST = 256 * MIB;

/**
 * What the messages in flight to clients may take of so much memory: a quarter of it. They are buffers outside the
 * JavaScript heap, which V8 lets grow to about half of a container's memory; the last quarter is for the rest of the
 * process. More than `MOST` is of no use: it is what 256 clients take that do not read at all, up to their own bounds.
 */
export function clientMemoryOf(available: number): number {
  return Math.min(Math.max(Math.floor(available / SHARE), LEAST), MOST);
}
