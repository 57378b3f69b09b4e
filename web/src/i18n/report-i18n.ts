import { language } from '../state/preferences.js';
import { words } from './i18n.js';
import type { ReportWords } from './report-words.js';
import { reportsEn } from './reports-en.js';
import { reportsVi } from './reports-vi.js';

/** As `words`, for the page of reports. */
export function reportWords(): ReportWords {
  return language.value === 'vi' ? reportsVi : reportsEn;
}

/** `Mon 02/03`: a day of the tenant. */
export function dateText(day: string): string {
  return new Intl.DateTimeFormat(words().locale, {
    weekday: 'short',
    day: '2-digit',
    month: '2-digit',
    timeZone: 'UTC',
  }).format(Date.parse(`${day}T12:00:00Z`));
}
