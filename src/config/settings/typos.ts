/**
 * Finds variables that are set, unknown, and so close to a known one that they are likely typos: at most two letters
 * apart, or the same but for the unit at the end, and of the same family (`POLL_…`, `REDIS_…`). Reports names only.
 * Another program's variable may be similar, so this is a warning and never an error.
 */
export function likelyTypos(
  set: Iterable<string>,
  known: readonly string[],
): { name: string; meant: string }[] {
  const families = new Set(known.filter((name) => name.includes('_')).map(family));
  const typos: { name: string; meant: string }[] = [];
  for (const name of [...set].sort()) {
    // No variable has a name this long; the limit also bounds the work below.
    if (name.length > 64 || known.includes(name) || !families.has(family(name))) continue;
    const nearest = known
      .map((candidate) => ({ meant: candidate, distance: nameDistance(name, candidate) }))
      .reduce((best, next) => (next.distance < best.distance ? next : best));
    if (nearest.distance <= 2) typos.push({ name, meant: nearest.meant });
  }
  return typos;
}

const family = (name: string): string => name.slice(0, name.indexOf('_') + 1);

/** A forgotten unit counts as one letter, however long the unit's name. */
function nameDistance(a: string, b: string): number {
  const bare = (name: string) => name.replace(/_(MS|BYTES|EVENTS)$/, '');
  const withoutUnit = a !== bare(a) && b !== bare(b) ? Infinity : 1 + editDistance(bare(a), bare(b));
  return Math.min(editDistance(a, b), withoutUnit);
}

/** Levenshtein's distance: how many letters must be inserted, removed or replaced. */
export function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    above = current;
  }
  return above[b.length] ?? 0;
}
