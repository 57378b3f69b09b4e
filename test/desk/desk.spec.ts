import { describe } from '@jest/globals';
import { itStates } from './stated-day.js';

/**
 * Days across midnight with regulars in two forms of their number, call-backs of every kind, people, outages, restarts and kills,
 * through decisions and the desk behind them, judged by the truth. `desk.long.spec.ts` has more of them, and `npm run days -- --desk`
 * runs any other day.
 */
describe('a day of a desk', () =>
  itStates([
    { seed: 7, calls: 120, pace: null, isPlain: true },
    { seed: 9, calls: 200, pace: null, isPlain: true },
  ]));
