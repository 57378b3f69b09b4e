import { pino } from 'pino';
import { Writable } from 'node:stream';
import { ManualTimers } from '../../../test/support/time.js';
import { CorrectedClock } from '../../base/corrected-clock.js';
import type { ServerReport } from '../log-upkeep.js';
import { StoreWatch } from './store-watch.js';

const MB = 1_000_000;

describe('the watch over the store', () => {
  let clock: ManualTimers;
  let corrected: CorrectedClock;
  let servers: readonly ServerReport[] | Error;
  let pressed: (readonly ServerReport[])[];
  let lines: { readonly level: number; readonly msg: string; readonly aheadMs?: number }[];
  let watch: StoreWatch;

  beforeEach(() => {
    clock = new ManualTimers(1_000_000);
    corrected = new CorrectedClock(clock);
    [servers, pressed, lines] = [[server()], [], []];
    const stream = new Writable({
      write: (line: Buffer, _, done) => {
        lines.push(JSON.parse(String(line)) as (typeof lines)[number]);
        done();
      },
    });
    watch = new StoreWatch({
      upkeep: {
        survey: () => (servers instanceof Error ? Promise.reject(servers) : Promise.resolve(servers)),
      },
      clock,
      corrected,
      onPressed: (given) => void pressed.push(given),
      log: pino({}, stream),
    });
  });

  const server = (given: Partial<ServerReport> = {}): ServerReport => ({
    name: 'redis:6379',
    aheadMs: 0,
    doubtMs: 1,
    memory: null,
    ...given,
  });
  const used = (share: number) => server({ memory: { used: share * MB, max: MB } });
  const see = async (...given: ServerReport[]) => {
    servers = given;
    await watch.survey();
  };
  const said = () => lines.splice(0).map(({ level, msg }) => `${level} ${msg}`);

  it.each([
    { aheadMs: 691_200_000, off: '691200.0 s ahead' },
    { aheadMs: -691_200_000, off: '691200.0 s behind' },
    { aheadMs: 1_100, off: '1.1 s ahead' },
  ])('says once that the clock is $off, and corrects it', async ({ aheadMs, off }) => {
    await see(server({ aheadMs }));
    await see(server({ aheadMs: aheadMs + 3 }));
    expect(said()).toEqual([`40 clock of this replica is ${off}: corrected by that of Redis`]);
    expect(corrected.now() - clock.now()).toBe(-aheadMs);
    expect(corrected.monotonic()).toBe(clock.monotonic());
    expect(watch.status).toMatchObject({ isClockOff: true });
    expect(watch.status.clockErrorMs).toBeCloseTo(Math.abs(aheadMs), -1);
  });

  it('follows a clock that is set further, and says when it is right again', async () => {
    await see(server({ aheadMs: 5_000 }));
    await see(server({ aheadMs: 9_000 }));
    expect(corrected.correctionMs).toBe(-9_000);
    await see(server({ aheadMs: 10 }));
    expect(corrected.correctionMs).toBe(0);
    expect(said()).toEqual([
      '40 clock of this replica is 5.0 s ahead: corrected by that of Redis',
      '30 clock agrees with that of Redis again',
    ]);
  });

  it('does not correct what the time of the answer may explain', async () => {
    await see(server({ aheadMs: 2_500, doubtMs: 1_600 }));
    expect([said(), corrected.correctionMs]).toEqual([[], 0]);
    expect(watch.status.clockErrorMs).toBe(900);
  });

  it('does not say wrong and right by turns of a clock that is off by about a second', async () => {
    for (const aheadMs of [1_010, 990, 1_010, 990]) await see(server({ aheadMs }));
    expect(said()).toHaveLength(1);
  });

  it('believes most of several servers', async () => {
    await see(server(), server({ aheadMs: 9_000 }), server({ aheadMs: 3 }));
    expect(corrected.correctionMs).toBe(0);
  });

  it('keeps its correction while the store does not answer', async () => {
    await see(server({ aheadMs: 60_000 }));
    servers = new Error('away');
    await watch.survey();
    expect(corrected.correctionMs).toBe(-60_000);
  });

  it('says that the store is full, that it has room again, and for a minute that it was', async () => {
    await see(used(0.94));
    await see(used(0.5));
    expect(watch.status).toMatchObject({ full: null, fullCount: 0, usedShare: 0.5 });
    await see(used(1.2));
    await see(used(0.95));
    expect(watch.status).toMatchObject({ full: 'now', fullCount: 1 });
    await see(used(0.5));
    expect(said()).toEqual([
      '40 Redis is full, or nearly (120 %): oldest events are dropped to make room',
      '30 Redis has room again',
    ]);
    expect(watch.status.full).toBe('lately');
    await clock.pass(60_000);
    expect(watch.status).toMatchObject({ full: null, fullCount: 1 });
  });

  it('has room made from 95 % on, and not before', async () => {
    await see(used(0.94));
    expect(pressed).toEqual([]);
    await see(used(0.2), used(0.95));
    expect(pressed).toEqual([[used(0.2), used(0.95)]]);
  });

  it('asks at once and then every second, one survey at a time, until it is stopped', async () => {
    let asked = 0;
    let answer: (() => void) | null = null;
    const slow = new StoreWatch({
      upkeep: {
        survey: () =>
          new Promise((resolve) => {
            asked += 1;
            answer = () => resolve([server()]);
          }),
      },
      clock,
      corrected,
      onPressed: () => undefined,
      log: pino({ level: 'silent' }),
    });
    slow.start();
    await clock.pass(3_000);
    expect(asked).toBe(1);
    answer!();
    await clock.pass(1_000);
    expect(asked).toBe(2);
    const stopped = slow.stop();
    answer!();
    await stopped;
    await clock.pass(5_000);
    expect(asked).toBe(2);
  });
});
