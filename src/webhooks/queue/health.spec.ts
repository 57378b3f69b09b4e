import { progressAt } from '../../../test/support/webhook-log.js';
import { Health, type KnownHealth } from './health.js';

const healthy = (given: Partial<KnownHealth> = {}) =>
  new Health(progressAt({ epoch: 'e1', sequence: 0 }, given));
const MINUTE = 60_000;
/** As docs/webhooks.md promises. */
const FAILING_AFTER_MS = 5 * MINUTE;
const PAUSED_AFTER_MS = 72 * 60 * MINUTE;

describe('the health of an endpoint', () => {
  it('is failing once every try has failed for five minutes, and is announced then', () => {
    const health = healthy();
    health.failed(1_000, 'no answer');
    health.check(1_000 + FAILING_AFTER_MS - 1);
    expect([health.state, health.announcement]).toEqual(['active', null]);
    expect(health.nextCheckAt).toBe(1_000 + FAILING_AFTER_MS);
    health.check(1_000 + FAILING_AFTER_MS);
    expect(health.state).toBe('failing');
    expect(health.announcement).toEqual({ type: 'webhook-failing', since: 1_000, reason: 'no answer' });
  });

  it('begins to count again with each delivery', () => {
    const health = healthy();
    health.failed(0, 'no answer');
    health.delivered(4 * MINUTE);
    health.failed(5 * MINUTE, 'no answer');
    health.check(9 * MINUTE);
    expect(health.state).toBe('active');
  });

  it('is recovered with a delivery, and announced so only where the failure was', () => {
    const health = healthy();
    health.failed(0, 'no answer');
    health.check(FAILING_AFTER_MS);
    const failing = health.announcement!;
    health.announced(failing);
    expect(health.announcement).toBeNull();
    expect(health.delivered(6 * MINUTE)).toBe(true);
    expect(health.announcement).toEqual({ type: 'webhook-recovered', since: 0, reason: null });
    health.announced(health.announcement!);
    expect(health.announcement).toBeNull();

    health.failed(7 * MINUTE, 'no answer');
    health.check(12 * MINUTE);
    health.delivered(13 * MINUTE);
    expect(health.announcement).toBeNull();
  });

  it('is remembered with the recovery that was not announced yet', () => {
    const health = healthy();
    health.failed(5, 'no answer');
    health.check(5 + FAILING_AFTER_MS);
    health.announced(health.announcement!);
    health.delivered(7 * MINUTE);
    const again = healthy(health.known());
    expect(again.state).toBe('active');
    expect(again.isInTrouble).toBe(false);
    expect(again.announcement).toEqual({ type: 'webhook-recovered', since: 5, reason: null });
  });

  it('is paused after 72 hours, until somebody resumes it; a resume alone is no recovery', () => {
    const health = healthy();
    health.failed(0, 'no answer');
    health.check(FAILING_AFTER_MS);
    health.announced(health.announcement!);
    health.check(PAUSED_AFTER_MS);
    expect([health.state, health.isSending]).toEqual(['paused', false]);
    expect(healthy(health.known()).state).toBe('paused');
    expect(health.delivered(PAUSED_AFTER_MS + 1)).toBe(false);
    expect(health.state).toBe('paused');

    const other = healthy({ ...health.known(), lastDeliveredAt: null });
    expect(other.resume()).toBe(true);
    expect([other.state, other.announcement]).toEqual(['active', null]);
    other.delivered(PAUSED_AFTER_MS + 2);
    expect(other.announcement).toMatchObject({ type: 'webhook-recovered', since: 0 });
  });

  it('is disabled by 410 at once, which is announced', () => {
    const health = healthy();
    health.gone(9, 'gone');
    expect([health.state, health.isSending]).toEqual(['disabled', false]);
    expect(health.announcement).toEqual({ type: 'webhook-failing', since: 9, reason: 'gone' });
  });

  it('is not changed by a resume while it sends', () => {
    const health = healthy();
    health.failed(0, 'no answer');
    expect(health.resume()).toBe(false);
    expect(health.isInTrouble).toBe(true);
  });
});
