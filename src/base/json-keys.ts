/**
 * Whether a JSON text has a key twice in one of its objects: of the two values, parsing drops one silently, and another
 * reader may drop the other.
 *
 * @param value what the text was parsed to, however deep
 */
export function hasKeyTwice(text: string, value: unknown): boolean {
  return keysIn(value) !== keysWritten(text);
}

/** Without recursion: anybody can send a token whose payload is deeper than the stack. */
function keysIn(value: unknown): number {
  const open: object[] = isObject(value) ? [value] : [];
  let keys = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const children: unknown[] = Object.values(next);
    if (!Array.isArray(next)) keys += children.length;
    for (const child of children) if (isObject(child)) open.push(child);
  }
  return keys;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The number of keys in a JSON text: its strings followed by a colon. */
function keysWritten(text: string): number {
  let keys = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)) if (colon !== undefined) keys += 1;
  return keys;
}
