import { instantOf } from './local-time.js';

describe('a date and time without a zone', () => {
  it('is of the zone', () => {
    expect(instantOf('2026-03-02T10:42', 'Asia/Ho_Chi_Minh')).toBe(Date.UTC(2026, 2, 2, 3, 42));
    expect(instantOf('2026-03-02T00:00:07', 'Asia/Ho_Chi_Minh')).toBe(Date.UTC(2026, 2, 1, 17, 0, 7));
  });

  it('is of the zone on both sides of a change of its clocks', () => {
    // At 01:00 UTC of 29 March, 02:00 became 03:00.
    expect(instantOf('2026-03-29T01:59', 'Europe/Berlin')).toBe(Date.UTC(2026, 2, 29, 0, 59));
    expect(instantOf('2026-03-29T03:00', 'Europe/Berlin')).toBe(Date.UTC(2026, 2, 29, 1));
  });

  it('is of the screen where the zone is not known', () => {
    expect(instantOf('2026-03-02T10:42', null)).toBe(new Date(2026, 2, 2, 10, 42).getTime());
  });
});
