/** The part of an error that may be logged, without its properties, which can hold commands, keys and requests. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
