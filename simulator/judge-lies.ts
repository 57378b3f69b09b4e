import { CERTAINTY, OUTCOMES } from './lies/certainty.js';
import { FACTS } from './lies/facts.js';
import { LOG } from './lies/log.js';
import { NUMBERS } from './lies/numbers.js';
import { PEOPLE } from './lies/people.js';
import type { Lie } from './lies/telling.js';
import { TIMES } from './lies/times.js';

/** Every way in which `judge-lies.long.spec.ts` falsifies the true events of a day. */
export const LIES: readonly Lie[] = [
  ...NUMBERS,
  ...FACTS,
  ...PEOPLE,
  ...TIMES,
  ...CERTAINTY,
  ...OUTCOMES,
  ...LOG,
];
