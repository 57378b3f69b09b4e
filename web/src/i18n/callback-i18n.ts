import { language } from '../state/preferences.js';
import type { CallbackWords } from './callback-words.js';
import { callbacksEn } from './callbacks-en.js';
import { callbacksVi } from './callbacks-vi.js';

/** As `words`, for the page about call-backs. */
export function callbackWords(): CallbackWords {
  return language.value === 'vi' ? callbacksVi : callbacksEn;
}
