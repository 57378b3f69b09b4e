import { failureOf, isStopped, keyed, type Result, standingOf } from './webhooks.js';

const delivered: Result = { outcome: 'delivered', status: 200, tookMs: 1, error: null };
const failed: Result = { outcome: 'event-failed', status: 422, tookMs: 1, error: 'no' };

describe('webhooks on their page', () => {
  it('are stopped where only a person makes them go on', () => {
    const states = ['active', 'failing', 'paused', 'disabled'] as const;
    expect(states.filter((state) => isStopped({ state }))).toEqual(['paused', 'disabled']);
  });

  it('are behind where the bridge still calls them active and their events are not sent', () => {
    const well = { state: 'active', lagEvents: 0, lagMs: 0, lastError: null } as const;
    expect(standingOf(well)).toBe('active');
    expect(standingOf({ ...well, lagEvents: 3, lagMs: 400 })).toBe('active');
    expect(standingOf({ ...well, lagEvents: 3, lagMs: 20_000 })).toBe('behind');
    expect(standingOf({ ...well, lagEvents: 1, lagMs: 400, lastError: 'HTTP 500' })).toBe('behind');
    expect(standingOf({ ...well, state: 'failing', lagEvents: 9, lagMs: 900_000 })).toBe('failing');
  });

  it('have failed in a replay where the receiver refused, not where the time was up or all is sent', () => {
    expect(failureOf({ delivered: 3, cursor: 'e:3', last: failed })).toBe(failed);
    expect(failureOf({ delivered: 3, cursor: 'e:3', last: delivered })).toBeNull();
    expect(failureOf({ delivered: 0, cursor: 'e:3', last: null })).toBeNull();
    expect(failureOf({ delivered: 3, cursor: null, last: delivered })).toBeNull();
  });

  it('have attempts whose keys last while newer ones come, those of the same instant too', () => {
    const old = [
      { at: '1', id: 'b' },
      { at: '1', id: 'a' },
      { at: '1', id: 'a' },
    ];
    const keysOf = (items: typeof old) => keyed(items, ({ id }) => id).map(({ key }) => key);
    const keys = keysOf(old);
    expect(new Set(keys).size).toBe(3);
    expect(keysOf([{ at: '1', id: 'a' }, ...old]).slice(1)).toEqual(keys);
  });
});
