import { Random } from './random.js';
import { Schedule } from './schedule.js';

describe('a schedule', () => {
  it('runs acts in order of their instant, and in the order they were asked for at the same one', () => {
    const schedule = new Schedule(0);
    const random = new Random('heap');
    const expected: [number, number][] = [];
    const ran: [number, number][] = [];
    for (let order = 0; order < 2000; order++) {
      const at = random.int(0, 300);
      expected.push([at, order]);
      schedule.at(at, () => ran.push([schedule.now, order]));
    }
    for (let now = 0; now <= 300; now += 7) schedule.runUntil(now);
    schedule.runUntil(300);
    expect(ran).toEqual(expected.sort((a, b) => a[0] - b[0] || a[1] - b[1]));
  });

  it('does not run what was cancelled, and says when it will next run an act', () => {
    const schedule = new Schedule(0);
    const never = schedule.at(5, () => {
      throw new Error('cancelled');
    });
    schedule.at(9, () => undefined);
    schedule.cancel(never);
    expect(schedule.nextAt).toBe(9);
    schedule.runUntil(10);
    expect(schedule.nextAt).toBe(Infinity);
  });

  it('never goes back', () => {
    const schedule = new Schedule(100);
    schedule.runUntil(50);
    expect(schedule.now).toBe(100);
    const at: number[] = [];
    schedule.at(10, () => at.push(schedule.now));
    schedule.runUntil(101);
    expect(at).toEqual([100]);
  });
});
