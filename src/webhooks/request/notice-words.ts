import type { NoticeLanguage } from '../../config/webhooks/notices.js';
import type { NoticeWords } from './notice-facts.js';
import { NOTICE_EN } from './notice-words-en.js';
import { NOTICE_VI } from './notice-words-vi.js';

export const NOTICE_WORDS: Readonly<Record<NoticeLanguage, NoticeWords>> = { vi: NOTICE_VI, en: NOTICE_EN };
