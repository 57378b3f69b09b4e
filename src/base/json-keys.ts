/**
 * Whether a JSON text has a key twice in one of its objects: of the two values, parsing drops one silently, and another
 * reader may drop the other.
 *
 * @param value what the text was parsed to
 */
export function hasKeyTwice(text: string, value: unknown): boolean {
  return keysIn(value) !== keysWritten(text);
}

function keysIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const children: unknown[] = Object.values(value);
  const own = Array.isArray(value) ? 0 : children.length;
  return children.reduce((sum: number, child) => sum + keysIn(child), own);
}

/** The number of keys in a JSON text: its strings followed by a colon. */
function keysWritten(text: string): number {
  let keys = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)) if (colon !== undefined) keys += 1;
  return keys;
}
