/**
 * The instant of a date and time without a zone, as a field of the browser gives it (`2026-03-02T10:42`), in a zone (IANA).
 * A zone of null is the screen's own.
 */
export function instantOf(local: string, timeZone: string | null): number {
  if (timeZone === null) return Date.parse(local);
  const wanted = Date.parse(`${local}Z`);
  let instant = wanted;
  // Twice: the first may be on the other side of a change of the clocks.
  for (let nth = 0; nth < 2; nth += 1) instant += wanted - shownAs(instant, timeZone);
  return instant;
}

/** What clocks of the zone show, as if it were UTC. */
function shownAs(instant: number, timeZone: string): number {
  // Swedish writes dates as ISO 8601 does.
  const options = { dateStyle: 'short', timeStyle: 'medium', timeZone } as const;
  const text = new Intl.DateTimeFormat('sv-SE', options).format(instant);
  return Date.parse(`${text.replace(' ', 'T')}Z`) + (instant % 1000);
}
