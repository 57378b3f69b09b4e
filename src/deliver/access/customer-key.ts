import { nameForm } from '../../core/model/name-form.js';
import type { PhoneNumber } from '../../core/model/observation.js';

/**
 * By what a call is found by its customer: E.164 where that is certain, else the digits, else the text itself, as of a
 * number that is withheld. Two calls of one line have the same key.
 */
export function customerKey({ raw, e164 }: PhoneNumber): string {
  return e164 ?? withoutPlan(raw);
}

/**
 * The keys of the calls of a number that a person has written, in whichever form. An address turns a `+` that is not encoded
 * into a space: with a space before it, a number is one with its country code first.
 *
 * @param read of the tenant
 */
export function keysOfCustomer(text: string, read: (text: string) => PhoneNumber | null): readonly string[] {
  const certain = numbersWritten(text, read).find(({ e164 }) => e164 !== null);
  const plain = withoutPlan(text.trim());
  return certain === undefined ? [plain] : [certain.e164!, plain];
}

/** What it may be read as, the likeliest first. */
export function numbersWritten(
  text: string,
  read: (text: string) => PhoneNumber | null,
): readonly PhoneNumber[] {
  const written = text.trim();
  const forms = /^\s+\d/.test(text) ? [`+${written}`, written] : [written];
  return forms.flatMap((form) => read(form) ?? []);
}

/** E.164 begins with `+`, and digits do not: the two do not mix. */
function withoutPlan(raw: string): string {
  const digits = raw.replace(/\D/g, '');
  return digits === '' ? nameForm(raw) : digits;
}
