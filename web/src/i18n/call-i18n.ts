import { language } from '../state/preferences.js';
import { callEn } from './call-en.js';
import { callVi } from './call-vi.js';
import type { CallWords } from './call-words.js';

/** As `words`, for one call's dialog. */
export function callWords(): CallWords {
  return language.value === 'vi' ? callVi : callEn;
}
