import { describeTable } from '../../../test/support/rule-tables.js';
import { THRESHOLD_STEPS, type ThresholdFacts } from './threshold-rules.js';

const HOLDS: ThresholdFacts = { watched: true, crossed: 'yes', holds: 'yes', calm: 'none' };
const NOT_YET: ThresholdFacts = { ...HOLDS, crossed: 'no' };

describeTable(THRESHOLD_STEPS, [
  [{ ...NOT_YET, watched: false }, 'none'],
  [{ ...HOLDS, watched: false, crossed: 'another limit' }, 'none'],
  [{ ...HOLDS, watched: false, holds: 'no' }, 'none'],
  [{ ...HOLDS, watched: false, holds: 'no', calm: 'long' }, 'none'],
  [{ ...HOLDS, watched: false, calm: 'short' }, 'none'],

  [{ ...HOLDS, crossed: 'another limit' }, 'clear'],
  [{ ...HOLDS, crossed: 'another limit', holds: 'perhaps' }, 'clear'],
  [{ ...HOLDS, crossed: 'another limit', holds: 'no' }, 'clear'],
  [{ ...HOLDS, crossed: 'another limit', calm: 'short' }, 'clear'],
  [{ ...HOLDS, crossed: 'another limit', holds: 'no', calm: 'short' }, 'clear'],

  [NOT_YET, 'cross'],
  [{ ...NOT_YET, holds: 'perhaps' }, 'none'],
  [{ ...NOT_YET, holds: 'no' }, 'none'],

  [HOLDS, 'none'],
  [{ ...HOLDS, holds: 'perhaps' }, 'none'],
  [{ ...HOLDS, holds: 'no' }, 'calm'],
  [{ ...HOLDS, holds: 'no', calm: 'short' }, 'none'],
  [{ ...HOLDS, holds: 'no', calm: 'long' }, 'clear'],
  [{ ...HOLDS, calm: 'short' }, 'resume'],
  [{ ...HOLDS, calm: 'long' }, 'resume'],
  [{ ...HOLDS, holds: 'perhaps', calm: 'short' }, 'resume'],
]);
