import type { ObservedQueueEntry } from '../model/observation.js';

/**
 * Whether the row is one that is not announced while it lingers. A state stored before format 2 names such rows by their
 * `entryKey`; the first complete answer replaces that by their `key`.
 */
export function isIgnored(
  { key, entryKey }: Pick<ObservedQueueEntry, 'key' | 'entryKey'>,
  ignored: ReadonlySet<string>,
): boolean {
  return ignored.has(key) || ignored.has(entryKey);
}
