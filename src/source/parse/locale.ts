import { InstantReader } from './instant.js';
import { PhoneNumbers } from './phone-number.js';
import type { Locale } from './row-reading.js';

const instants = new Map<string, InstantReader>();
const numbers = new Map<string, PhoneNumbers>();

/**
 * How rows are read in a zone and a country: the same readers for all tenants there, as each weighs more than the rest of
 * a quiet tenant. They keep nothing but what a text means. As many as there are zones and countries, and no more.
 *
 * @throws RangeError when there is no such zone or country
 */
export function localeOf(timeZone: string, country: string): Locale {
  return {
    instants: shared(instants, timeZone, () => new InstantReader(timeZone)),
    numbers: shared(numbers, country, () => new PhoneNumbers(country)),
  };
}

function shared<Reader>(readers: Map<string, Reader>, name: string, make: () => Reader): Reader {
  let reader = readers.get(name);
  if (reader === undefined) readers.set(name, (reader = make()));
  return reader;
}
