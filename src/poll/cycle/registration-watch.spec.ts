import { pino } from 'pino';
import type { MonitorAnswer } from '../../core/model/observation.js';
import { leg } from '../../../test/support/history.js';
import { ManualTimers } from '../../../test/support/time.js';
import type { Registration } from '../../source/registration.js';
import { RegistrationWatch } from './registration-watch.js';

const INTERVAL_MS = 30_000;
const HOUR_MS = 3_600_000;

/** A PBX and a clock that a test controls. */
class Pbx extends ManualTimers {
  readonly asked: { id: string; at: number }[] = [];
  readonly lines: { msg: string }[] = [];
  held = true;
  under = 0;
  mostUnder = 0;
  /** Null: the answer waits for `release`. */
  answer: ((id: string) => Registration) | null = (id) => ({
    outcome: 'found',
    extension: id,
    registered: true,
  });
  readonly #waiting: (() => void)[] = [];

  readonly ask = async (id: string): Promise<Registration> => {
    this.asked.push({ id, at: this.at });
    this.mostUnder = Math.max(this.mostUnder, (this.under += 1));
    if (this.answer === null) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.under -= 1;
    return this.answer?.(id) ?? { outcome: 'found', extension: id, registered: true };
  };

  release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Only the wall clock: what is planned comes when it would have. */
  setBack(ms: number): void {
    this.skewMs -= ms;
  }

  watch(watch: readonly string[] | 'active'): RegistrationWatch {
    const made = new RegistrationWatch({
      tenant: 'acme',
      watch,
      intervalMs: INTERVAL_MS,
      ask: this.ask,
      holds: () => this.held,
      clock: this,
      log: pino({ level: 'info' }, { write: (line: string) => this.lines.push(JSON.parse(line)) }),
    });
    made.start();
    return made;
  }

  timesOf(id: string): number[] {
    return this.asked.filter((one) => one.id === id).map(({ at }) => at);
  }
}

const shows = (extensions: readonly string[], idle: readonly string[] = []): MonitorAnswer => ({
  endpoint: 'monitor',
  outcome: 'complete',
  reason: null,
  startedAt: 0,
  at: 0,
  rows: new Map(extensions.map((ext) => [ext, leg({ ext })])),
  idleExtensions: new Map(
    idle.map((id) => [id, { extensionId: null, agentName: null, username: null, userId: null }]),
  ),
});
const hundred = Array.from({ length: 100 }, (_, n) => String(100 + n));

describe('the watch over registrations', () => {
  it('asks each extension once an interval, spread over it, and hands the answers over once', async () => {
    const pbx = new Pbx();
    const watch = pbx.watch(hundred);
    await pbx.pass(INTERVAL_MS);
    expect(new Set(pbx.asked.map(({ id }) => id)).size).toBe(100);
    // Each has its own time: in no second of the interval is more than a tenth of them asked.
    const perSecond = Array.from(
      { length: 30 },
      (_, s) => pbx.asked.filter(({ at }) => Math.floor(at / 1_000) === s).length,
    );
    expect(Math.max(...perSecond)).toBeLessThanOrEqual(10);
    expect(watch.take()).toHaveLength(100);
    expect(watch.take()).toHaveLength(0);
    await pbx.pass(INTERVAL_MS * 9);
    for (const id of hundred) {
      const times = pbx.timesOf(id);
      expect(times).toHaveLength(10);
      expect(times[9]! - times[0]!).toBe(INTERVAL_MS * 9);
    }
  });

  it('has two requests open at most, however slow the PBX', async () => {
    const pbx = new Pbx();
    pbx.answer = null;
    pbx.watch(hundred);
    await pbx.pass(INTERVAL_MS * 3);
    expect(pbx.asked).toHaveLength(2);
    pbx.release();
    await pbx.pass(0);
    expect(pbx.asked).toHaveLength(4);
    expect(pbx.mostUnder).toBe(2);
  });

  it('asks at once about an extension whose leg has vanished, and not again for a flicker', async () => {
    const pbx = new Pbx();
    const watch = pbx.watch(hundred);
    await pbx.pass(INTERVAL_MS);
    const before = pbx.timesOf('107').length;
    watch.observe(shows([]), ['107', 'uuid-107', 'not watched']);
    await pbx.pass(10);
    watch.observe(shows([]), ['107']);
    await pbx.pass(10);
    expect(pbx.timesOf('107').length).toBe(before + 1);
    await pbx.pass(2_000);
    watch.observe(shows([]), ['107']);
    await pbx.pass(10);
    expect(pbx.timesOf('107').length).toBe(before + 2);
  });

  it('follows what the monitor shows, busy or idle, for hours after it is gone', async () => {
    const pbx = new Pbx();
    const watch = pbx.watch('active');
    await pbx.pass(INTERVAL_MS);
    expect(pbx.asked).toEqual([]);
    const answer = shows(['107'], ['108']);
    watch.observe(answer, []);
    await pbx.pass(INTERVAL_MS);
    expect(new Set(pbx.asked.map(({ id }) => id))).toEqual(new Set(['107', '108']));

    // The same rows all night, and then one is gone: what matters is when it was shown last.
    await pbx.pass(10 * 3_600_000);
    watch.observe(shows(['107']), []);
    const asked = pbx.timesOf('108').length;
    await pbx.pass(INTERVAL_MS);
    expect(pbx.timesOf('108').length).toBe(asked + 1);
    await pbx.pass(4 * 3_600_000);
    watch.observe(shows(['107'], []), []);
    const last = pbx.timesOf('108').length;
    await pbx.pass(INTERVAL_MS);
    expect(pbx.timesOf('108').length).toBe(last);
  });

  it('neither asks about a row’s name that is no extension, nor logs it', async () => {
    const pbx = new Pbx();
    const known = { outcome: 'found', extension: '107', registered: true } as const;
    pbx.answer = (id) => (id === '107' ? known : { outcome: 'not-found' });
    const watch = pbx.watch('active');
    watch.observe(shows(['*97', '107', 'lobby'], ['a@b', '+84']), []);
    await pbx.pass(INTERVAL_MS * 2);
    expect(new Set(pbx.asked.map(({ id }) => id))).toEqual(new Set(['107']));
    expect(new Set(watch.take().map(({ id }) => id))).toEqual(new Set(['107']));
    expect(pbx.lines).toEqual([]);
  });

  it('asks nothing until Retry-After is over, and logs why once', async () => {
    const pbx = new Pbx();
    pbx.answer = () => ({ outcome: 'failed', reason: 'HTTP 429', retryAfterMs: 120_000 });
    const watch = pbx.watch(['107', '108']);
    await pbx.pass(INTERVAL_MS);
    expect(pbx.asked).toHaveLength(1);
    await pbx.pass(90_000);
    expect(pbx.asked).toHaveLength(1);
    await pbx.pass(INTERVAL_MS + 1_000);
    expect(pbx.asked.length).toBeGreaterThan(1);
    expect(watch.take()).toEqual([]);
    expect(pbx.lines.map(({ msg }) => msg)).toEqual(['registration requests failed: HTTP 429']);
  });

  it('keeps its interval when the clock is set back, with each extension at its own time', async () => {
    const pbx = new Pbx();
    pbx.watch(hundred);
    await pbx.pass(INTERVAL_MS);
    pbx.setBack(HOUR_MS);
    pbx.asked.length = 0;
    const from = pbx.at;
    await pbx.pass(INTERVAL_MS * 4);
    const perSecond = Array.from(
      { length: 120 },
      (_, s) => pbx.asked.filter(({ at }) => Math.floor((at - from) / 1_000) === s).length,
    );
    expect(Math.max(...perSecond)).toBeLessThanOrEqual(10);
    for (const id of hundred) {
      const times = pbx.timesOf(id);
      expect([3, 4]).toContain(times.length);
      expect(times.at(-1)! - times[0]!).toBe(INTERVAL_MS * (times.length - 1));
    }
  });

  it('neither shortens nor prolongs a pause when the clock is set back', async () => {
    const pbx = new Pbx();
    pbx.answer = () => ({ outcome: 'failed', reason: 'HTTP 429', retryAfterMs: 120_000 });
    const watch = pbx.watch(['107']);
    await pbx.pass(INTERVAL_MS);
    expect(pbx.asked).toHaveLength(1);
    pbx.setBack(HOUR_MS);
    // A cycle's observation notices it.
    watch.observe(shows([]), []);
    await pbx.pass(85_000);
    expect(pbx.asked).toHaveLength(1);
    await pbx.pass(INTERVAL_MS * 2);
    expect(pbx.asked).toHaveLength(2);
  });

  it('asks at once about a leg that vanishes after the clock was set back', async () => {
    const pbx = new Pbx();
    const watch = pbx.watch(['107']);
    await pbx.pass(INTERVAL_MS);
    watch.observe(shows(['107']), []);
    pbx.setBack(HOUR_MS);
    const before = pbx.timesOf('107').length;
    watch.observe(shows([]), ['107']);
    await pbx.pass(10);
    expect(pbx.timesOf('107').length).toBe(before + 1);
  });

  it('forgets extensions that the monitor no longer shows after as many hours, though the clock was set back', async () => {
    const pbx = new Pbx();
    const watch = pbx.watch('active');
    watch.observe(shows(['107'], ['108']), []);
    watch.observe(shows(['107']), []);
    await pbx.pass(INTERVAL_MS);
    pbx.setBack(24 * HOUR_MS);
    await pbx.pass(4 * HOUR_MS);
    watch.observe(shows(['107']), []);
    const last = pbx.timesOf('108').length;
    expect(last).toBeGreaterThan(400);
    await pbx.pass(INTERVAL_MS);
    expect(pbx.timesOf('108').length).toBe(last);
  });

  it('logs once which extension the PBX does not know, and hands that answer over too', async () => {
    const pbx = new Pbx();
    pbx.answer = () => ({ outcome: 'not-found' });
    const watch = pbx.watch(['999']);
    await pbx.pass(INTERVAL_MS * 3);
    expect(pbx.lines.map(({ msg }) => msg)).toEqual([
      'extension 999 cannot be watched: the PBX does not know it',
    ]);
    expect(watch.take()).toContainEqual(expect.objectContaining({ id: '999', outcome: 'not-found' }));
  });

  it('asks nothing while another replica holds the tenant, nor after it has been stopped', async () => {
    const pbx = new Pbx();
    pbx.held = false;
    const watch = pbx.watch(['107']);
    await pbx.pass(INTERVAL_MS * 2);
    expect(pbx.asked).toEqual([]);
    pbx.held = true;
    const other = pbx.watch(['107']);
    await Promise.all([watch.stop(), other.stop()]);
    await pbx.pass(INTERVAL_MS * 2);
    expect(pbx.asked).toEqual([]);
  });
});
