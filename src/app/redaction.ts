import { withoutJwts } from '../base/jwt-text.js';

/**
 * Removes what a log line must not show. The bridge does not log secrets and customer data; this is for one in a
 * library's error or an upstream's text.
 *
 * Guarantees: in every text of a line, bearer tokens, JSON Web Tokens, credentials in an address, and the text after a
 * word such as `password=` become `[secret]`; so do the whole values of fields with such names. With `maskNumbers`,
 * what looks like a phone number keeps only its last three digits. Not guaranteed: that a secret without a known form
 * or name is recognised.
 */
export function redactLine(line: string, maskNumbers: boolean): string {
  let known: unknown;
  try {
    known = JSON.parse(line);
  } catch {
    return `${redactText(line.trimEnd(), maskNumbers)}\n`;
  }
  return `${JSON.stringify(redact(known, maskNumbers))}\n`;
}

export function redactText(text: string, maskNumbers: boolean): string {
  const concealed = SECRETS.reduce(
    (rest, [pattern, shown]) => rest.replace(pattern, shown),
    withoutJwts(text, CENSORED),
  );
  return maskNumbers ? concealed.replace(PHONE_NUMBER, mask) : concealed;
}

function redact(value: unknown, maskNumbers: boolean): unknown {
  if (typeof value === 'string') return redactText(value, maskNumbers);
  if (Array.isArray(value)) return value.map((item) => redact(item, maskNumbers));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, field]): [string, unknown] => {
    if (SECRET_FIELD.test(name)) return [name, CENSORED];
    return [name, PLAIN_FIELDS.has(name) ? field : redact(field, maskNumbers)];
  });
  return Object.fromEntries(entries);
}

function mask(number: string): string {
  return `***${number.slice(-3)}`;
}

const CENSORED = '[secret]';
const SECRET_FIELD = /^((?:proxy-)?authorization|cookie|token|secret|password|passwd|api[_-]?key)$/i;
/** Fields with names that an operator gave, and those of the logger itself. */
const PLAIN_FIELDS: ReadonlySet<string> = new Set(['level', 'time', 'tenant', 'cycle', 'request']);
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${CENSORED}`],
  // No scheme is longer: from each point of a long word to its end would take the square of its length.
  [/(\b[a-z][a-z\d+.-]{0,30}:\/\/)[^\s/@]+@/gi, `$1${CENSORED}@`],
  [/\b(token|secret|password|passwd|api[_-]?key)(["']?\s*[=:]\s*["']?)[^\s"',;&}]+/gi, `$1$2${CENSORED}`],
];
/** 8 to 15 digits (E.164 has no more), or a number with a plus and gaps. Not a part of an id. */
const PHONE_NUMBER = /(?<![\w+.-])(?:\+?\d{8,15}|\+\d{1,3}(?:[ -]?\d){7,12})(?![\w-])/g;
