import type { HistoryTerms } from '../../../core/day/ended-call-record.js';
import type { Instant } from '../../../core/model/observation.js';
import type { DeskRetention, HistoryPosition, HistoryQuery } from '../../desk-store.js';
import { escaped, unescaped } from '../field-name.js';
import { packed, unpacked } from './packed-text.js';

/**
 * By what ended calls are found: a set of members in the order of their bytes, so that a page costs what it returns.
 *
 *     <term>\t<end>\t<field>    term: empty (every call), `l<line>`, `e<extension>` or `q<queue>`; each name, and the call's id as the
 *                              field of its record, `shortName`
 *
 * Ends are written as what is left until `LAST_END`, so that the newest comes first. A record begins with a line of its end and
 * its terms, `<end>\t<term>\t<term>`, from which its members follow: `history-terms.lua` does it alike.
 */
const LAST_END = 9_999_999_999_999;

/** A name as fields and members have it: `escaped`, and a uuid in less bytes. The order of calls that ended at one instant is that of its bytes. */
export function shortName(name: string): string {
  return packed(escaped(name));
}

/** Throws a `SyntaxError` for what `shortName` has not written. */
export function nameOfShort(text: string): string {
  return unescaped(unpacked(text));
}

/** The line with which a record begins. */
export function indexLine(endedAt: Instant, { line, extensions, queues }: HistoryTerms): string {
  const terms = [
    ...(line === null ? [] : [termOf('l', line)]),
    ...new Set(extensions.map((one) => termOf('e', one))),
    ...new Set(queues.map((one) => termOf('q', one))),
  ];
  return [endText(endedAt), ...terms].join('\t');
}

/** The line with which a stored record begins; empty for a text that is none. */
export function indexLineOf(text: string): string {
  return text.slice(0, Math.max(0, text.indexOf('\n')));
}

/** What the line says; null where it is none. */
export function readIndexLine(
  text: string,
): { readonly endedAt: Instant; readonly terms: HistoryTerms } | null {
  const [end, ...words] = text.split('\t');
  if (end === undefined || !/^\d{13}$/.test(end)) return null;
  const terms = { line: null as string | null, extensions: [] as string[], queues: [] as string[] };
  try {
    for (const word of words) {
      const name = nameOfShort(word.slice(1));
      if (word.startsWith('l')) terms.line = name;
      else if (word.startsWith('e')) terms.extensions.push(name);
      else if (word.startsWith('q')) terms.queues.push(name);
    }
  } catch {
    return null;
  }
  return { endedAt: LAST_END - Number(end), terms };
}

/** @param field of the record in the hash: `shortName` of the call's id */
export function membersOf(field: string, line: string): readonly string[] {
  const [end, ...terms] = line.split('\t');
  if (!/^\d{13}$/.test(end ?? '')) return [];
  return ['', ...terms].map((term) => `${term}\t${end}\t${field}`);
}

/**
 * Under which name a record is kept on, where its call was another one than that of the same id which began at `started`
 * (`endText`): the PBX gives an id again. Null where it is the same call.
 */
export function otherField(field: string, line: string, started: string): string | null {
  const [end] = line.split('\t');
  return end !== undefined && end > started ? `${field}~${end}` : null;
}

/** The record's field. */
export function fieldOfMember(member: string): string {
  return member.slice(member.lastIndexOf('\t') + 1);
}

export function positionOfMember(member: string): HistoryPosition {
  const [, end, field] = member.split('\t');
  return { endedAt: LAST_END - Number(end), callId: nameOfShort(field ?? '') };
}

/** The members that answer a query, as ZRANGE … BYLEX takes its bounds: from the newest to the oldest. */
export function rangeOf({ from, to, line, extension, queue, after }: HistoryQuery): {
  readonly min: string;
  readonly max: string;
} {
  const term =
    line !== undefined
      ? termOf('l', line)
      : extension !== undefined
        ? termOf('e', extension)
        : queue !== undefined
          ? termOf('q', queue)
          : '';
  const begins = to === null ? '' : endText(to - 1);
  const follows = after === null ? '' : `${endText(after.endedAt)}\t${shortName(after.callId)}`;
  // A position is a member's, so that no text stands between it and the next.
  const min = follows >= begins && after !== null ? `(${term}\t${follows}` : `[${term}\t${begins}`;
  // A line feed comes right after a tab: behind all members of the term, or of the instant.
  return { min, max: from === null ? `(${term}\n` : `(${term}\t${endText(from)}\n` };
}

/** The query without what is past its age, which may not be removed yet. */
export function withinRetention(
  query: HistoryQuery,
  now: Instant,
  { historyMs }: Pick<DeskRetention, 'historyMs'>,
): HistoryQuery {
  return { ...query, from: Math.max(query.from ?? 0, now - historyMs) };
}

/** The members of calls that ended before an instant, by their time alone. */
export function rangeBefore(before: Instant): { readonly min: string; readonly max: string } {
  return rangeOf({ from: null, to: before, after: null, limit: 0 });
}

/** All members of a customer. */
export function rangeOfLine(line: string): { readonly min: string; readonly max: string } {
  return rangeOf({ from: null, to: null, line, after: null, limit: 0 });
}

function termOf(kind: 'l' | 'e' | 'q', name: string): string {
  return kind + shortName(name);
}

/** An end before 1970 or after 2286 is none, and counts as the nearest that is. */
export function endText(at: Instant): string {
  const ms = Math.min(LAST_END, Math.max(0, Math.ceil(at)));
  return String(LAST_END - ms).padStart(13, '0');
}
