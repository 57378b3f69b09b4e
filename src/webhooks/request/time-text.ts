import type { TimeFormat } from '../../config/webhooks/template.js';

/**
 * Writes an instant of the contract, RFC 3339 in UTC, as a template wants it; what is no instant is left as it is.
 * @param timeZone of patterns, by its IANA name
 */
export function timeText(instant: string, format: TimeFormat, timeZone: string): string | number {
  const at = Date.parse(instant);
  if (Number.isNaN(at)) return instant;
  switch (format.kind) {
    case 'rfc3339':
      return instant;
    case 'milliseconds':
      return at;
    case 'seconds':
      return Math.floor(at / 1_000);
    case 'pattern':
      return byPattern(at, format.pattern, timeZone);
  }
}

function byPattern(at: number, pattern: string, timeZone: string): string {
  const parts = new Map(
    formatterOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value] as const),
  );
  const texts: Readonly<Record<string, string>> = {
    yyyy: parts.get('year') ?? '',
    MM: parts.get('month') ?? '',
    dd: parts.get('day') ?? '',
    HH: parts.get('hour') ?? '',
    mm: parts.get('minute') ?? '',
    ss: parts.get('second') ?? '',
    SSS: String(((at % 1_000) + 1_000) % 1_000).padStart(3, '0'),
  };
  return pattern.replace(/yyyy|MM|dd|HH|mm|ss|SSS/g, (token) => texts[token]!);
}

/** Making one takes a hundred times as long as using it; a configuration has a few zones. */
const formatters = new Map<string, Intl.DateTimeFormat>();
const KEPT = 1_000;

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  const formatter = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  if (formatters.size === KEPT) formatters.clear();
  formatters.set(timeZone, formatter);
  return formatter;
}
