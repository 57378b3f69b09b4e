import { Calendar, HOUR_MS } from './calendar.js';

describe('the days of a zone', () => {
  test('a day without a change has 24 hours and begins at midnight', () => {
    const day = new Calendar('Asia/Ho_Chi_Minh').dayAt(Date.UTC(2026, 2, 2, 3));
    expect(day).toEqual({ day: '2026-03-02', from: Date.UTC(2026, 2, 1, 17), to: Date.UTC(2026, 2, 2, 17) });
  });

  test('the day on which summer time begins has 23 hours, the one on which it ends 25', () => {
    const berlin = new Calendar('Europe/Berlin');
    const hours = (at: number) => {
      const { from, to } = berlin.dayAt(at);
      return (to - from) / HOUR_MS;
    };
    expect(hours(Date.UTC(2026, 2, 29, 12))).toBe(23);
    expect(hours(Date.UTC(2026, 9, 25, 12))).toBe(25);
    expect(berlin.dayAt(Date.UTC(2026, 9, 25, 0)).day).toBe('2026-10-25');
  });

  test('a day whose midnight is skipped begins at one o’clock', () => {
    // In Beirut the clocks go from 00:00 to 01:00.
    const { day, from } = new Calendar('Asia/Beirut').dayAt(Date.UTC(2026, 2, 29, 6));
    expect([day, from]).toEqual(['2026-03-29', Date.UTC(2026, 2, 28, 22)]);
  });

  test('the days between two instants follow each other without a gap, across changes of the clocks', () => {
    const days = new Calendar('America/New_York').daysBetween(Date.UTC(2026, 9, 25), Date.UTC(2026, 10, 5));
    for (const [nth, day] of days.entries()) if (nth > 0) expect(day.from).toBe(days[nth - 1]!.to);
    expect(days.map(({ day }) => day)).toHaveLength(12);
  });
});
