import { jest } from '@jest/globals';
import { ManualClock } from '../../../test/support/delivery.js';
import { LimitWatch } from './limit-watch.js';

describe('a limit that bites', () => {
  const setUp = () => {
    const clock = new ManualClock();
    const lines: string[] = [];
    const line = (level: string) => jest.fn((_: object, text: string) => void lines.push(`${level} ${text}`));
    const logger = { warn: line('warn'), info: line('info') } as never;
    return { clock, lines, watch: new LimitWatch({ clock, logger }) };
  };

  it('is one line when it begins and one when it has been quiet for half a minute, and is counted each time', () => {
    const { clock, lines, watch } = setUp();
    for (let second = 0; second < 60; second += 1) {
      watch.reached('tokenless');
      clock.advance(1_000);
    }
    expect(lines).toEqual(['warn limit reached: connections without a token']);
    expect(watch.active).toEqual(['tokenless']);
    clock.advance(29_000);
    expect(lines).toEqual([
      'warn limit reached: connections without a token',
      'info limit no longer reached: connections without a token',
    ]);
    expect(watch.active).toEqual([]);
    expect(watch.counts.get('tokenless')).toBe(60);
  });

  it('does not hide another one, and may bite again', () => {
    const { clock, lines, watch } = setUp();
    watch.reached('bytes');
    clock.advance(20_000);
    watch.reached('requests');
    clock.advance(15_000);
    expect(watch.active).toEqual(['requests']);
    watch.reached('bytes');
    expect(watch.active).toEqual(['bytes', 'requests']);
    expect(lines.filter((text) => text.startsWith('warn'))).toHaveLength(3);
  });
});
