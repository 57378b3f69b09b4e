import type { Finding } from './finding.js';
import type { Language, Size, Situation, Theme } from './pages.js';

/** One view of a page, and what the checker finds in it. */
export interface View {
  readonly situation: Situation;
  readonly page: string;
  readonly size: Size;
  readonly language: Language;
  readonly theme: Theme;
  readonly findings: readonly Finding[];
}
