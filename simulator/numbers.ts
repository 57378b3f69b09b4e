import type { Random } from './random.js';

/**
 * Callers and the ways their numbers arrive: `docs/upstream.md`, "Phone numbers". One customer may be written
 * differently in the queue and on the monitor, so a customer is a set of spellings of one E.164 number.
 */
export interface Customer {
  /** As the monitor writes it. */
  readonly raw: string;
  /** As the queue writes it; mostly the same. */
  readonly queueRaw: string;
  /** Null for `anonymous`, and for a number that is none today. */
  readonly e164: string | null;
  /** The line of today, where the number is written in a form of before (`number-forms.ts`). */
  readonly line?: string;
  /** A number of the PBX's own: a hotline, an extension. */
  readonly own?: true;
}

/** The spellings of a number that is withheld. */
export const WITHHELD = [
  '',
  'anonymous',
  'Anonymous',
  'unknown',
  'restricted',
  'private',
  'unavailable',
  '0000000000',
] as const;

const ANONYMOUS: Customer = { raw: 'anonymous', queueRaw: 'anonymous', e164: null };

/** With the mobiles that begin with 084, which a careless parser takes for the country code. */
const MOBILE_PREFIXES = ['90', '91', '97', '98', '86', '84', '84', '83', '70', '35', '56'];
const LANDLINE_PREFIXES = ['24', '28', '236'];
const SPELLINGS = { national: 0.62, country: 0.2, plus: 0.18 };

export function drawCustomer(
  random: Random,
  odds: { readonly anonymous: number; readonly mixedFormats: number },
): Customer {
  if (random.chance(odds.anonymous)) return ANONYMOUS;
  const national = random.chance(0.88)
    ? random.pick(MOBILE_PREFIXES) + random.digits(7)
    : landline(random, random.pick(LANDLINE_PREFIXES));
  const spelling = random.weighted(SPELLINGS);
  const other = random.chance(odds.mixedFormats) ? random.weighted(SPELLINGS) : spelling;
  return { raw: spell(national, spelling), queueRaw: spell(national, other), e164: `+84${national}` };
}

/** A caller who withholds the number: both lists write it alike. */
export function withheldCustomer(random: Random): Customer {
  const raw = random.pick(WITHHELD);
  return { raw, queueRaw: raw, e164: null };
}

/**
 * A customer as a person types it into a script: E.164 only where the spelling leaves no doubt. Only zeros are no number, and
 * neither is a mobile of before 2018 or a landline of before 2017 any more.
 */
export function customerOf(raw: string): Customer {
  const national = /^(?:\+?84|0)(?!0+$)(\d{9,10})$/.exec(raw)?.[1];
  const isNumber = national !== undefined && !OF_BEFORE.test(national);
  return { raw, queueRaw: raw, e164: isNumber ? `+84${national}` : null };
}

/** `1xx` and 7 digits, `4` and 8, `511` and 7. */
const OF_BEFORE = /^(?:1\d{9}|4\d{8}|511\d{7})$/;

/** One number, or both withheld. */
export function areAlike(a: Customer, b: Customer): boolean {
  return keyOf(a) === keyOf(b);
}

function keyOf({ e164, line, own, raw }: Customer): string | null {
  return own === true ? raw : (e164 ?? line ?? null);
}

function landline(random: Random, prefix: string): string {
  const subscriber = String(random.int(2, 7)) + random.digits(7);
  return prefix + subscriber.slice(0, prefix.length === 2 ? 8 : 7);
}

function spell(national: string, as: keyof typeof SPELLINGS): string {
  return { national: `0${national}`, country: `84${national}`, plus: `+84${national}` }[as];
}
