/** Parses bytes as JSON; undefined where they are not. */
export function parseOrNothing(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch {
    return undefined;
  }
}
