import { goneAt, type Span, spansOf } from './judge-sight.js';
import type { Rule, Statement } from './judge-statement.js';

/** How long a row must have been stale that ends its call: `STALE_ENTRY_MS`, as the bridge is configured by default. */
const STALE_ENTRY_MS = 900_000;

/**
 * The row of the queue that is all that polls show of the call, and has been for so long: it stays Answered or Trying when its
 * caller has gone, and nothing says when that was (`docs/events.md`, "Stale rows"). Null: there is none.
 */
export function staleRow({ entries, legs, sight, event, recorded }: Statement): Span | null {
  if (event.type !== 'call-ended') return null;
  // What polls showed: a row that was deleted since the last one is still there for them.
  const shown = sight.polls('queue').before(recorded + sight.toleranceMs + 1)?.shown;
  if (shown === undefined) return null;
  const spans = entries.filter((one) => one.from <= shown && goneAt(one) > shown).flatMap(spansOf);
  const last = spans.findLast(({ from }) => from <= shown);
  if (last === undefined || !STAYS.has(last.state)) return null;
  const seen = legs.filter((one) => sight.polls('monitor').some(one.from, goneAt(one)));
  const changes = [last.from, ...seen.map(goneAt)];
  return Math.max(...changes) <= recorded - STALE_ENTRY_MS + sight.toleranceMs ? last : null;
}

const STAYS: ReadonlySet<string | null> = new Set(['Answered', 'Trying']);

/** An end says `stale` if only such a row was left, and no other does. */
const stale: Rule = (statement) => {
  const isStale = staleRow(statement) !== null;
  if (isStale === (statement.data.stale === true)) return null;
  return isStale ? 'not stale, although only a stale row is left' : 'stale, although no stale row is left';
};

export const STALE = { stale } as const satisfies Readonly<Record<string, Rule>>;
