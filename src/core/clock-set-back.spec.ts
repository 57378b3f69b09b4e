import { describe, expect, it } from '@jest/globals';
import { expectHonestTimes } from '../../test/support/honest.js';
import { History, leg, summaryOf, entry, T0 } from '../../test/support/history.js';

/** An hour earlier, in seconds: what is known then lies in the future. */
const BACK = -3_600;
const down = { failed: '503' };

describe('after the clock has been set back', () => {
  it('a change of registration is emitted at once', () => {
    const history = new History();
    history.poll({ at: 0, registered: { 107: true } });
    expect(history.emitted({ at: BACK, registered: { 107: true } })).toEqual([]);
    const [lost] = history.poll({ at: BACK + 30, registered: { 107: false } });
    expect(lost).toMatchObject({ type: 'extension-unregistered', subject: '107' });
  });

  it('an outage has no length, and no window ends before it begins', () => {
    const history = new History();
    history.poll({ at: 0, legs: [leg()] });
    for (let poll = 0; poll < 3; poll++) history.poll({ legs: down });
    for (let poll = 0; poll < 3; poll++) history.poll({ at: BACK + poll });
    const up = history.transitions.find(({ type }) => type === 'source-up')!;
    expect(up.data).toMatchObject({ unwatchedMs: null, observed: { earliest: null } });
    for (const { data } of history.transitions) {
      const { earliest, latest } = data.observed;
      if (earliest !== null) expect(Date.parse(earliest)).toBeLessThanOrEqual(Date.parse(latest));
    }
  });

  it('a monitor answer from before that does not confirm that a caller has left the queue since', () => {
    const history = new History();
    const trying = entry({ status: 'trying' });
    history.poll({ at: 0, entries: [trying] });
    const abandoned = { ...trying, status: 'abandoned', abandonedAt: T0 + 1_500 } as const;
    for (let poll = 0; poll < 2; poll++)
      history.poll({ at: BACK + poll, legs: { partial: [] }, entries: [abandoned] });
    expect(history.transitions.map(summaryOf)).toEqual(['call-started']);
    history.poll({ at: BACK + 2, entries: [abandoned] });
    expect(history.transitions.map(summaryOf)).toContain('call-ended abandoned');
  });

  it('a call does not end before its answer, and has no negative duration', () => {
    const history = new History();
    history.poll({ at: 0, legs: [leg()] });
    history.poll({ at: 1, legs: [leg({ signal: 'answered' })] });
    for (let poll = 0; poll < 2; poll++) history.poll({ at: BACK + poll });
    expect(history.transitions.map(summaryOf)).toContain('call-ended answered');
    expectHonestTimes(history.transitions);
  });
});
