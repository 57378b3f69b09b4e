import { NINE } from './data.fixtures.js';
import { afterAnswer, type Reading, SILENT_MS, stateOf } from './reading.js';

const NOTHING: Reading<number> = { value: null, at: null, failedAt: null, isHidden: false };

describe('what was read', () => {
  it('is not known before the first answer, and said to be away when there is none', () => {
    expect(stateOf(NOTHING, NINE)).toBe('reading');
    expect(stateOf(afterAnswer(NOTHING, null, NINE), NINE)).toBe('away');
    expect(stateOf({ ...NOTHING, isHidden: true }, NINE)).toBe('hidden');
  });

  it('is known, zero too, and stays what it was while it cannot be read', () => {
    const known = afterAnswer(NOTHING, 0, NINE);
    expect(stateOf(known, NINE + 10 * SILENT_MS)).toBe('known');
    const failed = afterAnswer(afterAnswer(known, null, NINE + 5_000), null, NINE + 9_000);
    expect(failed).toEqual({ value: 0, at: NINE, failedAt: NINE + 5_000, isHidden: false });
    expect(stateOf(failed, NINE + SILENT_MS)).toBe('known');
    expect(stateOf(failed, NINE + SILENT_MS + 1)).toBe('aged');
    expect(stateOf(afterAnswer(failed, 3, NINE + SILENT_MS), NINE + 2 * SILENT_MS)).toBe('known');
  });
});
