/**
 * A name as a part of what Redis calls its own: of a field, of a member of a set. It is the name as JSON writes it, without the
 * quotes: ordinary names stay as they are, none has a control character, so that one can stand between two of them, and two that
 * differ only in broken surrogates, which UTF-8 cannot tell apart, stay two.
 */
export function escaped(name: string): string {
  return JSON.stringify(name).slice(1, -1);
}

/** Throws a `SyntaxError` for what `escaped` has not written. */
export function unescaped(text: string): string {
  return JSON.parse(`"${text}"`) as string;
}
