import type { Range } from '../data/desk.js';
import { type Parts, partsOf, wholeMinutes } from '../data/duration.js';
import { language } from '../state/preferences.js';
import { zone } from '../state/zone.js';
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
  const key = `${locale} ${zone.value} ${JSON.stringify(options)}`;
  const inZone = zone.value === null ? {} : { timeZone: zone.value };
  const known =
    formats.get(key) ?? new Intl.DateTimeFormat(locale, { hourCycle: 'h23', ...inZone, ...options });
  formats.set(key, known);
  return known;
}

/** `9`: an hour of the day. */
export function hourText(instant: number): string {
  return format({ hour: 'numeric' }).format(instant).replace(/\D+$/, '');
}

/** `10:42` */
export function minuteText(instant: number): string {
  return format({ hour: '2-digit', minute: '2-digit' }).format(instant);
}

/** `10:42:13` */
export function secondText(instant: number): string {
  return format({ hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(instant);
}

/** `02/03 10:42:13`: for what may be of another day. */
export function dayText(instant: number): string {
  const text = format({
    day: '2-digit',
    month: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(instant);
  // Browsers write 30-11 in Vietnamese beside a time, and 30/11 alone, as people do.
  return text.replace(/(\d\d)-(\d\d)/, '$1/$2');
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

/** `87%`, or `78–82%` where only a range is known; never rounded up to 100, nor down to 0. A dash where nothing was measured. */
export function shareText(share: Range | null): string {
  if (share === null) return words().none;
  const [least, most] = [percent(share.least, Math.floor), percent(share.most, Math.ceil)];
  if (share.least === share.most) return `${percent(share.least, Math.round)}%`;
  return least === most ? `${least}%` : `${least}–${most}%`;
}

function percent(share: number, round: (value: number) => number): number {
  if (share <= 0) return 0;
  if (share >= 1) return 100;
  return Math.max(1, Math.min(99, round(share * 100)));
}

/** `12`, or `11–12` where only a range is known. */
export function rangeText({ least, most }: Range): string {
  return least === most ? numberText(least) : `${numberText(least)}–${numberText(most)}`;
}

/** `2 phút 30 giây`: a wait, a conversation. */
export function durationText(ms: number): string {
  return partsText(partsOf(ms));
}

/** `6 giờ 16 phút`, `4 phút`, `40 giây`: of times in a state, which are long. */
export function spanText(ms: number): string {
  return partsText(wholeMinutes(partsOf(ms)));
}

function partsText({ hours, minutes, seconds }: Parts): string {
  const { units } = words();
  const parts = [
    [hours, units.hours],
    [minutes, units.minutes],
    [seconds, units.seconds],
  ] as const;
  const text = parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}\u00a0${unit}`)
    .join(' ');
  return text === '' ? `0\u00a0${units.seconds}` : text;
}
