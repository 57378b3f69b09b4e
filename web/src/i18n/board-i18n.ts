import { language } from '../state/preferences.js';
import { boardEn } from './board-en.js';
import { boardVi } from './board-vi.js';
import type { BoardWords } from './board-words.js';

/** As `words`, for the wallboard: the other pages do not load them. */
export function boardWords(): BoardWords {
  return language.value === 'vi' ? boardVi : boardEn;
}
