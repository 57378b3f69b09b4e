import { language } from '../state/preferences.js';
import { en } from './en.js';
import { vi } from './vi.js';
import type { Words } from './words.js';

/** The texts of the chosen language. A component that reads them while rendering is rendered again when it changes. */
export function words(): Words {
  return language.value === 'vi' ? vi : en;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const { locale } = words();
  const key = locale + JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale, { hourCycle: 'h23', ...options });
  formats.set(key, known);
  return known;
}

/** `10:42` */
export function minuteText(instant: number): string {
  return format({ hour: '2-digit', minute: '2-digit' }).format(instant);
}

/** `10:42:13` */
export function secondText(instant: number): string {
  return format({ hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(instant);
}

/** `10:42:13.250`: windows are fractions of a second wide. */
export function preciseText(instant: number): string {
  return format({ hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 }).format(
    instant,
  );
}

/** `6 seconds ago`, in the largest unit of which at least one whole has passed. */
export function agoText(ms: number): string {
  const { locale } = words();
  const relative = relatives.get(locale) ?? new Intl.RelativeTimeFormat(locale);
  relatives.set(locale, relative);
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return relative.format(-seconds, 'second');
  if (seconds < 3600) return relative.format(-Math.floor(seconds / 60), 'minute');
  return relative.format(-Math.floor(seconds / 3600), 'hour');
}

const relatives = new Map<string, Intl.RelativeTimeFormat>();

export function numberText(value: number): string {
  return value.toLocaleString(words().locale);
}

/** `87%`, never rounded up to 100; a dash where nothing was measured. */
export function levelText(share: number | null | undefined): string {
  if (share === null || share === undefined) return words().none;
  const percent = share === 1 ? 100 : Math.min(99, Math.round(share * 100));
  return `${percent}%`;
}
