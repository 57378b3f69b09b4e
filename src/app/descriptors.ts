import { readFileSync } from 'node:fs';

/**
 * How many connections clients may have, given how many descriptors the process may open.
 *
 * Kept for the process itself are `BASE` (Redis, files, the listeners and the one for probes) and some for each tenant's
 * PBX, at most a quarter of all. A connection without a token may have a file open as well: those count twice.
 */
export function connectionsWithin(
  wanted: ClientConnections,
  { descriptors, tenants }: { readonly descriptors: number; readonly tenants: number },
): ClientConnections {
  if (descriptors === Infinity) return wanted;
  const kept = BASE + Math.min(PER_TENANT * tenants, Math.floor(descriptors / 4));
  const left = Math.max(FEWEST, descriptors - kept);
  const maxTokenless = Math.min(wanted.maxTokenless, Math.floor(left / 4));
  return { maxTokenless, maxConnections: Math.min(wanted.maxConnections, left - maxTokenless) };
}

/** Includes those without a token. */
export interface ClientConnections {
  readonly maxConnections: number;
  readonly maxTokenless: number;
}

/** The number of descriptors that this process may open, where the system shows it (Linux); else Infinity. */
export function descriptorLimit(
  read: () => string = () => readFileSync('/proc/self/limits', 'utf8'),
): number {
  try {
    const soft = /^Max open files +(\d+|unlimited)/m.exec(read())?.[1];
    return soft === undefined || soft === 'unlimited' ? Infinity : Number(soft);
  } catch {
    return Infinity;
  }
}

const BASE = 80;
/** As many connections as it may have to its PBX. */
const PER_TENANT = 4;
/** With fewer descriptors than that nothing would work. */
const FEWEST = 20;
