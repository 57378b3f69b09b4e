import { InstantReader } from './instant.js';
import { PhoneNumbers } from './phone-number.js';
import type { Locale } from './row-reading.js';

const instants = new Map<string, InstantReader>();
const numbers = new Map<string, PhoneNumbers>();

/**
 * The readers for rows of a zone and a country. All tenants there share them, since each reader takes more memory than
 * the rest of a quiet tenant. They only cache what a text means.
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
