import { token } from '../../base/inject.js';
import type { PhoneNumber } from '../../core/model/observation.js';
import { lineOf } from '../../core/parts/line.js';
import type { Grant } from './audience.js';
import { keysOfCustomer, numbersWritten } from './customer-key.js';
import { Refusal } from './refusal.js';

/** What the telephone numbers that somebody asks for find, if the token may ask for any. */

/** Reads a number by the numbering plan of the tenant's country, as the tenant's rows are read; null for an empty text. */
export type ReadNumber = (tenant: string, text: string) => PhoneNumber | null;
export const READ_NUMBER = token<ReadNumber>('READ_NUMBER');

/**
 * The keys of the calls of numbers that somebody asks for.
 *
 * @throws Refusal for a token that shows no number whole: whether a number finds a call would reveal whose it is
 */
export function keysAskedFor(
  grant: Pick<Grant, 'tenant' | 'numbers'>,
  texts: readonly string[],
  read: ReadNumber,
): readonly string[] {
  refuseMasked(grant);
  return texts.flatMap((text) => keysOfCustomer(text, (one) => read(grant.tenant, one)));
}

/**
 * The lines (`lineOf`) of numbers that somebody asks for, in whichever form they are written. One that is no customer's has none.
 *
 * @param country of the tenant's numbers
 * @throws Refusal as `keysAskedFor`
 */
export function linesAskedFor(
  grant: Pick<Grant, 'tenant' | 'numbers'>,
  texts: readonly string[],
  read: ReadNumber,
  country: string,
): readonly string[] {
  refuseMasked(grant);
  const numbers = texts.flatMap((text) => numbersWritten(text, (one) => read(grant.tenant, one)));
  return numbers.flatMap((number) => lineOf(number, country) ?? []);
}

/** @throws Refusal for a token that shows no number whole, as `keysAskedFor` */
export function refuseMasked({ numbers }: Pick<Grant, 'numbers'>): void {
  if (numbers === 'masked')
    throw new Refusal('bad-request', 'customers is not known to a token that shows numbers masked');
}
