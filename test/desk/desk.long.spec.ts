import { describe } from '@jest/globals';
import { itStates } from './stated-day.js';

describe('a day of a desk', () =>
  itStates([
    { seed: 2, calls: 200, pace: null, isPlain: true },
    { seed: 5, calls: 200, pace: null, isPlain: true },
  ]));
