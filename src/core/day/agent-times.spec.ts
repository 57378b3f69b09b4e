import { DeskHistory } from '../../../test/support/desk-history.js';
import { leg, T0 } from '../../../test/support/history.js';
import { DEFAULT_DESK_RULES } from '../desk-rules.js';
import { AGENT_STATES } from './agent-standing.js';
import { DayNumbers } from './day-numbers.js';

const HOUR = 3_600_000;
const numbers = new DayNumbers(DEFAULT_DESK_RULES);

describe('the times of an extension', () => {
  test('count by what each poll shows, up to the next', () => {
    const history = new DeskHistory();
    history.poll({ at: 0, idle: ['107'] });
    history.poll({ at: 10, legs: [leg()] });
    history.poll({ at: 14, legs: [leg({ signal: 'answered' })] });
    history.poll({ at: 44, idle: ['107'] });
    history.poll({ at: 50, idle: [], legs: [] });
    history.poll({ at: 60, idle: ['107'] });
    expect(seconds(history, '107')).toEqual({
      'no-call': 16,
      ringing: 4,
      talking: 30,
      'not-registered': 10,
      'not-watched': 0,
    });
  });

  test('an extension that is listed with a leg which does not ring yet is registered, and without a call', () => {
    const history = new DeskHistory();
    history.poll({ at: 0, idle: ['107', '108'] });
    history.poll({ at: 10, idle: ['108'], legs: [leg({ signal: 'unclear' })] });
    history.poll({ at: 12, idle: ['108'], legs: [leg()] });
    history.poll({ at: 20, idle: ['107', '108'] });
    expect(seconds(history, '107')).toMatchObject({ 'no-call': 12, ringing: 8, 'not-registered': 0 });
  });

  test.each([0, 10])(
    'count from when it is listed idle for one that was first listed with such a leg, %d s in',
    (from) => {
      const history = new DeskHistory();
      if (from > 0) history.poll({ at: 0, idle: ['108'] });
      history.poll({ at: from, idle: ['108'], legs: [leg({ signal: 'unclear' })] });
      history.poll({ at: from + 4, idle: ['107', '108'] });
      history.poll({ at: from + 10, idle: ['107', '108'] });
      expect(seconds(history, '107')).toMatchObject({ 'no-call': 6 });
    },
  );

  test('where the PBX does not list idle extensions, one without a call has none', () => {
    const history = new DeskHistory();
    history.poll({ at: 0 });
    history.poll({ at: 10, legs: [leg()] });
    history.poll({ at: 20 });
    history.poll({ at: 50 });
    expect(seconds(history, '107')).toMatchObject({ ringing: 10, 'no-call': 30, 'not-registered': 0 });
  });

  test('are split at the hour, and what is not counted yet is part of the numbers all the same', () => {
    const history = new DeskHistory();
    for (let at = 3_000; at <= 4_000; at += 100) history.poll({ at, idle: ['107'] });
    const rows = numbers.agents(data(history), { from: T0, to: T0 + 2 * HOUR, by: 'hour' });
    expect(rows.map(({ inState }) => inState['no-call'] / 1000)).toEqual([600, 400]);
  });

  test('the interval that goes on says in which state each is now, and since when; those that are over do not', () => {
    const history = new DeskHistory();
    history.poll({ at: 3_000, idle: ['107'] });
    history.poll({ at: 3_700, idle: ['107'] });
    history.poll({ at: 3_710, legs: [leg()] });
    history.poll({ at: 3_720, legs: [leg({ signal: 'answered' })] });
    history.poll({ at: 3_760, legs: [leg({ signal: 'answered' })] });
    expect(now(history)).toEqual([null, { state: 'talking', since: T0 + 3_720_000 }]);
    for (let at = 3_761; at <= 3_772; at += 1) history.poll({ at, legs: { failed: 'HTTP 502' } });
    expect(now(history)).toEqual([null, { state: 'not-watched', since: T0 + 3_760_000 }]);
    history.poll({ at: 3_773, idle: ['107'] });
    expect(now(history)).toEqual([null, { state: 'no-call', since: T0 + 3_773_000 }]);
  });

  test('an extension that does nothing is counted every quarter of an hour, and between that nothing is committed', () => {
    const history = new DeskHistory();
    for (let at = 0; at <= 1_860; at += 60) history.poll({ at, idle: ['107'] });
    const committed = history.deltas.flatMap(({ agents }, nth) => (agents.size > 0 ? [nth * 60] : []));
    expect(committed).toEqual([0, 900, 1_800]);
  });

  test('an outage of the monitor is not watched, from its last complete answer to its next', () => {
    const history = new DeskHistory();
    history.poll({ at: 0, legs: [leg({ signal: 'answered' })] });
    history.poll({ at: 5, legs: [leg({ signal: 'answered' })] });
    for (const at of [6, 7, 8, 9]) history.poll({ at, legs: { failed: 'HTTP 502' } });
    expect(seconds(history, '107')).toMatchObject({ talking: 5, 'not-watched': 4 });
    history.poll({ at: 10, idle: ['107'] });
    expect(seconds(history, '107')).toMatchObject({ talking: 5, 'not-watched': 5, 'no-call': 0 });
    history.poll({ at: 12, idle: ['107'] });
    expect(seconds(history, '107')).toMatchObject({ talking: 5, 'not-watched': 5, 'no-call': 2 });
  });

  test('a failure that ends soon is watched: the source was never down', () => {
    const history = new DeskHistory();
    history.poll({ at: 0, idle: ['107'] });
    history.poll({ at: 1, legs: { failed: 'HTTP 502' } });
    history.poll({ at: 2, idle: ['107'] });
    expect(seconds(history, '107')).toMatchObject({ 'no-call': 2, 'not-watched': 0 });
  });

  test('a restart within some seconds loses nothing; of a longer one, the gap is not watched', () => {
    const history = new DeskHistory();
    history.poll({ at: 0, idle: ['107'] });
    history.poll({ at: 5, idle: ['107'] });
    history.restart();
    history.poll({ at: 9, idle: ['107'] });
    expect(seconds(history, '107')).toMatchObject({ 'no-call': 9, 'not-watched': 0 });
    history.restart();
    history.poll({ at: 109, legs: [leg()] });
    history.poll({ at: 110, legs: [leg()] });
    expect(seconds(history, '107')).toMatchObject({ 'no-call': 9, 'not-watched': 100, ringing: 1 });
  });

  test('a clock that was set back counts nothing twice', () => {
    const history = new DeskHistory();
    history.poll({ at: 100, idle: ['107'] });
    history.poll({ at: 200, legs: [leg()] });
    history.poll({ at: 150, idle: ['107'] });
    history.poll({ at: 190, legs: [leg()] });
    history.poll({ at: 230, idle: ['107'] });
    const all = Object.values(seconds(history, '107')).reduce((sum, one) => sum + one, 0);
    expect(all).toBe(130);
  });

  test('an extension that is not registered for a week is forgotten', () => {
    const history = new DeskHistory();
    history.poll({ at: 0, idle: ['107', '108'] });
    const day = 86_400;
    for (let at = 60; at <= 8 * day; at += 6_000) {
      history.poll({ at, idle: ['108'] });
      history.poll({ at: at + 1, idle: ['108'] });
    }
    expect([...history.live.agents].map(({ extension }) => extension)).toEqual(['108']);
  });

  test('an outage of a week costs each extension the rows of a day', () => {
    const history = new DeskHistory();
    history.poll({ at: 0, idle: ['107'] });
    history.restart();
    const delta = history.poll({ at: 7 * 86_400, idle: ['107'] });
    expect(delta.tallies.filter(({ row }) => row.of === 'agent').length).toBeLessThanOrEqual(25);
    expect(delta.tallies.filter(({ row }) => row.of === 'source')).toHaveLength(4);
  });
});

function data(history: DeskHistory) {
  return { days: history.days, live: history.live };
}

function now(history: DeskHistory) {
  const query = { from: T0, to: T0 + 2 * HOUR, by: 'hour' } as const;
  return numbers.agents(data(history), query).map((row) => row.now);
}

function seconds(history: DeskHistory, extension: string): Record<string, number> {
  const query = { from: T0 - HOUR, to: T0 + 300 * HOUR, by: 'day' } as const;
  const rows = numbers.agents(data(history), query).filter(({ agent }) => agent.extension === extension);
  return Object.fromEntries(
    AGENT_STATES.map((state) => [state, rows.reduce((sum, { inState }) => sum + inState[state], 0) / 1000]),
  );
}
