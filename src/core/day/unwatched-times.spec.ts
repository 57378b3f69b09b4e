import { DeskHistory } from '../../../test/support/desk-history.js';
import { T0 } from '../../../test/support/history.js';
import { DEFAULT_DESK_RULES } from '../desk-rules.js';
import { DayNumbers } from './day-numbers.js';

const HOUR = 3_600_000;
const MINUTE = 60;
const numbers = new DayNumbers(DEFAULT_DESK_RULES);

describe('the time in which a source was not watched', () => {
  test('before the first complete answer nothing was, and what has not begun is not counted', () => {
    const history = new DeskHistory();
    pollUntil(history, 5 * MINUTE, 10 * MINUTE);
    expect(unwatched(history, 'quarter').map(({ monitor, queue }) => [monitor, queue])).toEqual([
      [900, 900],
      [900, 900],
      [900, 900],
      [900, 900],
      [300, 300],
    ]);
  });

  test('an outage counts from the last complete answer on, while it lasts and when it is over, of that source alone', () => {
    const history = new DeskHistory();
    pollUntil(history, 0, 20 * MINUTE);
    for (let at = 20 * MINUTE + 1; at <= 25 * MINUTE; at += 1)
      history.poll({ at, legs: { failed: 'HTTP 502' } });
    expect(unwatched(history, 'hour').at(-1)).toEqual({ monitor: 300, queue: 0 });
    pollUntil(history, 26 * MINUTE, 40 * MINUTE);
    expect(unwatched(history, 'hour').at(-1)).toEqual({ monitor: 360, queue: 0 });
    expect(
      unwatched(history, 'quarter')
        .slice(-3)
        .map(({ monitor }) => monitor),
    ).toEqual([0, 360, 0]);
  });

  test('hours in which no bridge polled cost two rows, and were not watched', () => {
    const history = new DeskHistory();
    pollUntil(history, 0, 10 * MINUTE);
    history.restart();
    const delta = history.poll({ at: 5 * 60 * MINUTE + 7 * MINUTE });
    expect(delta.tallies.filter(({ row }) => row.of === 'source')).toHaveLength(4);
    history.poll({ at: 5 * 60 * MINUTE + 8 * MINUTE });
    const hours = unwatched(history, 'hour').map(({ monitor }) => monitor);
    expect(hours).toEqual([3_600, 50 * 60, 3_600, 3_600, 3_600, 3_600, 7 * 60]);
  });

  test('while no replica polls, the reader knows: since the last complete answer nothing is watched', () => {
    const history = new DeskHistory();
    pollUntil(history, 0, 10 * MINUTE);
    const at = T0 + 30 * MINUTE * 1000;
    const rows = numbers.unwatched(
      { days: history.days, live: { ...history.live, at } },
      { from: T0, to: T0 + HOUR, by: 'quarter' },
      at,
    );
    expect(rows.map(({ unwatchedMs }) => unwatchedMs.monitor / 60_000)).toEqual([5, 15, 0]);
  });

  test('a restart of some seconds, and an interval of a minute, are watched', () => {
    const history = new DeskHistory();
    history.poll({ at: 0 });
    history.poll({ at: 5 });
    history.restart();
    history.poll({ at: 12 });
    for (const at of [72, 132, 192]) history.poll({ at });
    expect(unwatched(history, 'hour').at(-1)).toEqual({ monitor: 0, queue: 0 });
  });

  test('a poll in the same quarter writes nothing, the first of the next one row a source', () => {
    const history = new DeskHistory();
    const rows = [800, 860, 899, 900, 901].map((at) => history.poll({ at }).tallies.length);
    expect(rows).toEqual([2, 0, 0, 2, 0]);
  });
});

function pollUntil(history: DeskHistory, from: number, to: number): void {
  for (let at = from; at <= to; at += MINUTE) history.poll({ at });
}

/** In seconds, of the hour before T0 and those after it, up to the last poll. */
function unwatched(history: DeskHistory, by: 'quarter' | 'hour') {
  const { live, days } = history;
  const rows = numbers.unwatched({ live, days }, { from: T0 - HOUR, to: T0 + 24 * HOUR, by }, live.at);
  return rows.map(({ unwatchedMs: { monitor, queue } }) => ({
    monitor: monitor / 1000,
    queue: queue / 1000,
  }));
}
