import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import type { PhoneNumber } from '../../core/model/observation.js';

/**
 * Reads phone numbers as the PBX writes them, with libphonenumber's data for the tenant's country.
 *
 * Guarantees: `raw` is always what the PBX wrote; `e164` is set only for a number that the full metadata calls valid
 * and that can be dialled from abroad as it is. Hotlines (1800…, 1900…), short extensions, `anonymous` and numbers that
 * libphonenumber does not call valid have neither form. `national` is in dialling digits (`0914237383`), and only for
 * numbers of the tenant's own country: in another country it would be another number.
 */

/**
 * The same numbers come with every poll. Enough for half an hour of 2,000 small tenants of a country, at some 200 bytes
 * each.
 */
const CACHED_NUMBERS = 50_000;
/** Not longer than E.164 and an international prefix with separators: anything longer is not a number. */
const LONGEST = 40;
const NUMBER_LIKE = /^\+?[\d\s().-]+$/;
/** Shorter ones are extensions and service codes, and no numbers in E.164. */
const SHORTEST_DIGITS = 7;
/** Free, premium-rate and shared-cost numbers cannot be dialled from abroad, though libphonenumber calls them valid. */
const HOTLINE_TYPES: ReadonlySet<string> = new Set(['TOLL_FREE', 'PREMIUM_RATE', 'SHARED_COST', 'UAN']);

export class PhoneNumbers {
  readonly #country: CountryCode;
  readonly #callingCode: string;
  readonly #cache = new Map<string, PhoneNumber>();

  /** @throws RangeError when `country` is not an ISO 3166-1 code that libphonenumber knows. */
  constructor(country: string) {
    if (!isSupportedCountry(country)) throw new RangeError(`no numbering plan for country ${country}`);
    this.#country = country;
    this.#callingCode = getCountryCallingCode(country);
  }

  /** Null where the PBX wrote nothing. The same text gives the same object while it is cached. */
  read(raw: string): PhoneNumber | null {
    if (raw === '') return null;
    const known = this.#cache.get(raw);
    if (known !== undefined) return known;
    const number = this.parse(raw);
    if (this.#cache.size >= CACHED_NUMBERS) this.#forgetOldest();
    this.#cache.set(raw, number);
    return number;
  }

  /** As `read`, without keeping it: what clients write does not push out what polls bring. */
  parse(raw: string): PhoneNumber {
    const uncertain = { raw, e164: null, national: null };
    if (raw.length > LONGEST || !NUMBER_LIKE.test(raw) || digitsOf(raw).length < SHORTEST_DIGITS)
      return uncertain;
    const parsed = parsePhoneNumberFromString(raw, { defaultCountry: this.#country, extract: false });
    if (parsed === undefined) return uncertain;
    const type = parsed.getType();
    // A number with a type is valid: no need to match the same patterns twice.
    if (type === undefined ? !parsed.isValid() : HOTLINE_TYPES.has(type)) return uncertain;
    const domestic = parsed.countryCallingCode === this.#callingCode;
    return { raw, e164: parsed.number, national: domestic ? digitsOf(parsed.formatNational()) : null };
  }

  /**
   * Removes the older half at once, so that a full cache does not evict at every read. A Map keeps the order of
   * insertion.
   */
  #forgetOldest(): void {
    let excess = CACHED_NUMBERS / 2;
    for (const raw of this.#cache.keys()) {
      if (excess-- === 0) return;
      this.#cache.delete(raw);
    }
  }
}

/** The digits of a text, nothing else. */
function digitsOf(text: string): string {
  return text.replace(/\D/g, '');
}

/** Whether the two name one line: by E.164 where both have it, by their digits otherwise. */
export function sameLine(a: PhoneNumber, b: PhoneNumber): boolean {
  if (a.e164 !== null && b.e164 !== null) return a.e164 === b.e164;
  const digits = digitsOf(a.raw);
  return digits === '' ? a.raw === b.raw : digits === digitsOf(b.raw);
}

/** 1800… and 1900…: Vietnam's hotlines, with or without a prefix. */
export function isHotlineLike(raw: string): boolean {
  return /^(\+?84|0)?1[89]00\d{2,8}$/.test(raw.replace(/[\s().-]/g, ''));
}

/** 2 to 6 digits that do not begin with 0. */
export function isShortExtension(raw: string): boolean {
  return /^[1-9]\d{1,5}$/.test(raw);
}

/** What an extension dials for a function of the PBX: `**106` picks a call up, `*33106` listens in. */
export function isFeatureCode(raw: string): boolean {
  return raw.startsWith('*');
}

/** A number outside the PBX: E.164, or at least 7 digits and nothing that digits are not written with. */
export function isExternal(number: PhoneNumber): boolean {
  return (
    number.e164 !== null || (NUMBER_LIKE.test(number.raw) && digitsOf(number.raw).length >= SHORTEST_DIGITS)
  );
}
