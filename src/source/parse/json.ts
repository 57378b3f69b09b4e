/** What the bytes say as JSON; undefined where they are none. */
export function parseOrNothing(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch {
    return undefined;
  }
}
