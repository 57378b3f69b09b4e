import fc from 'fast-check';
import { LocalTime } from './local-time.js';

describe('the time in a zone', () => {
  const vietnam = new LocalTime('Asia/Ho_Chi_Minh');

  it('has a day, a weekday and a minute', () => {
    expect(vietnam.at(Date.parse('2026-11-29T16:59:59.999Z'))).toEqual({
      day: '2026-11-29',
      weekday: 7,
      minute: 1_439,
    });
    expect(vietnam.at(Date.parse('2026-11-29T17:00:00Z'))).toEqual({
      day: '2026-11-30',
      weekday: 1,
      minute: 0,
    });
  });

  it('has a first instant of each day', () => {
    expect(new Date(vietnam.startOf('2026-11-30')).toISOString()).toBe('2026-11-29T17:00:00.000Z');
  });

  it.each(['Asia/Ho_Chi_Minh', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Apia', 'Africa/Cairo', 'UTC'])(
    'in %s: a day begins where the day before is over',
    (zone) => {
      const local = new LocalTime(zone);
      const days = fc.integer({ min: 0, max: 3_000 }).map((n) => LocalTime.shifted('2022-01-01', n));
      fc.assert(
        fc.property(days, (day) => {
          const start = local.startOf(day);
          expect(local.at(start).day).toBe(day);
          expect(local.at(start - 1).day).toBe(LocalTime.shifted(day, -1));
        }),
        { numRuns: 60 },
      );
    },
  );

  it('knows days of 23 and of 25 hours', () => {
    const berlin = new LocalTime('Europe/Berlin');
    const hours = (day: string) =>
      (berlin.startOf(LocalTime.shifted(day, 1)) - berlin.startOf(day)) / 3_600_000;
    expect(['2026-03-28', '2026-03-29', '2026-10-25'].map(hours)).toEqual([24, 23, 25]);
  });
});
