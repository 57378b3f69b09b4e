import { pino } from 'pino';
import { Writable } from 'node:stream';
import { ManualTimers } from '../../../test/support/time.js';
import type { LogUpkeep, ServerReport } from '../log-upkeep.js';
import { anEndedCall, deskDelta } from '../desk-store.contract-kit.js';
import { HISTORY_STEP } from '../log-upkeep.js';
import { MemoryStore } from '../memory/memory-store.js';
import { MemoryUpkeep } from '../memory/memory-upkeep.js';
import { logEvent, numbers, Owner } from '../store.contract-kit.js';
import { LogKeeper } from './log-keeper.js';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 2, 2);
/** Of an event below, in a `MemoryStore`. */
const EVENT_BYTES = 1_000;

describe('the keeper of the logs', () => {
  let clock: ManualTimers;
  let store: MemoryStore;
  let memory: MemoryUpkeep;
  let lines: string[];
  /** Of the server, which takes `others` bytes beside the logs. */
  let max: number | null;
  let others: number;

  beforeEach(() => {
    clock = new ManualTimers(NOW);
    store = new MemoryStore({ maxEvents: 1_000_000, now: () => clock.now() });
    memory = new MemoryUpkeep(store);
    [lines, max, others] = [[], null, 0];
  });

  const bytes = () => [...store.logs.values()].reduce((sum, { log }) => sum + log.length * EVENT_BYTES, 0);
  const survey = (): Promise<readonly ServerReport[]> => {
    const used = { used: others + bytes(), max: max! };
    return Promise.resolve([{ name: 'memory', aheadMs: 0, doubtMs: 0, memory: max === null ? null : used }]);
  };

  function keeper(given: Partial<LogUpkeep> = {}, boundBytes: number | null = null): LogKeeper {
    const stream = new Writable({
      write: (line: Buffer, _, done) => {
        lines.push((JSON.parse(String(line)) as { msg: string }).msg);
        done();
      },
    });
    const upkeep: LogUpkeep = {
      survey,
      logs: () => memory.logs(),
      measure: (tenant) => memory.measure(tenant),
      trim: (...args) => memory.trim(...args),
      trimHistory: (...args) => memory.trimHistory(...args),
      takeTurn: (...args) => memory.takeTurn(...args),
      close: () => memory.close(),
      ...given,
    };
    const desk = { historyMs: 30 * DAY, statsMs: 400 * DAY };
    const retention = { ms: 7 * DAY, bytes: boundBytes, desk };
    return new LogKeeper({ upkeep, retention, clock, log: pino({}, stream) });
  }

  /** `old` events of eight days ago, then `young` ones of today. */
  async function fill(tenant: string, old: number, young: number): Promise<void> {
    await Owner.claim(store, tenant);
    const event = (sequence: number) => {
      const at = sequence <= old ? NOW - 8 * DAY : NOW;
      const bare = { recordedtime: new Date(at).toISOString(), pad: '' };
      const { length } = logEvent(sequence, bare).json;
      return logEvent(sequence, { ...bare, pad: '.'.repeat(EVENT_BYTES - length) });
    };
    store.logs.get(tenant)!.log.push(...numbers(1, old + young).map(event));
  }
  const sizes = () => Object.fromEntries([...store.logs].map(([tenant, { log }]) => [tenant, log.length]));

  describe('in a regular pass', () => {
    it('drops what is past its age from every log that there is, polled or not', async () => {
      for (const tenant of ['polled', 'removed']) await fill(tenant, 5, 95);
      const one = keeper();
      await one.pass();
      expect(sizes()).toEqual({ polled: 95, removed: 95 });
      expect(one.trimmed).toEqual({ age: 10, bytes: 0, memory: 0 });
      expect(lines).toEqual([]);
    });

    it('drops at most a tenth of a log, however much is past its age', async () => {
      await fill('acme', 100, 0);
      const one = keeper();
      await one.pass();
      expect(sizes()).toEqual({ acme: 90 });
      clock.at += 60_000;
      await one.pass();
      expect(sizes()).toEqual({ acme: 81 });
    });

    it('is one replica’s a minute, and any replica’s', async () => {
      await fill('acme', 100, 0);
      const [one, other] = [keeper(), keeper()];
      await one.pass();
      await other.pass();
      expect(sizes()).toEqual({ acme: 90 });
      clock.at += 60_000;
      await other.pass();
      await one.pass();
      expect(sizes()).toEqual({ acme: 81 });
    });

    it('begins at the start and comes every minute, until it is stopped', async () => {
      await fill('acme', 1_000, 0);
      const one = keeper();
      one.start();
      await clock.pass(59_000);
      expect(sizes()).toEqual({ acme: 900 });
      await clock.pass(2_000);
      expect(sizes()).toEqual({ acme: 810 });
      await one.stop();
      await clock.pass(600_000);
      expect(sizes()).toEqual({ acme: 810 });
    });

    it('goes on with the next log when one cannot be trimmed, and says which', async () => {
      await fill('spoilt', 5, 95);
      await fill('well', 5, 95);
      const trim: LogUpkeep['trim'] = (tenant, ...rest) =>
        tenant === 'spoilt'
          ? Promise.reject(new Error('WRONGTYPE of the key'))
          : memory.trim(tenant, ...rest);
      const one = keeper({ trim });
      await one.pass();
      expect(sizes()).toEqual({ spoilt: 100, well: 95 });
      expect(lines).toEqual(['log not trimmed: WRONGTYPE of the key']);
      expect(one.failure).toBeNull();
    });

    it('says once that it fails, why, and that it works again', async () => {
      let isAllowed = false;
      const logs = () =>
        isAllowed
          ? memory.logs()
          : Promise.reject(new Error('NOPERM this user has no permissions to run hkeys'));
      const one = keeper({ logs });
      for (const allowed of [false, false, true]) {
        isAllowed = allowed;
        await one.pass();
        expect(one.failure === null).toBe(allowed);
        clock.at += 60_000;
      }
      expect(lines).toEqual([
        'log retention failed: NOPERM this user has no permissions to run hkeys',
        'log retention recovered',
      ]);
    });
  });

  describe('of histories, in a regular pass', () => {
    /** Records of calls that ended so many days ago. */
    async function keep(tenant: string, ...days: number[]): Promise<void> {
      const owner = await Owner.claim(store, tenant);
      const records = days.map((ago) => anEndedCall(`${ago}-days`, { endedAt: NOW - ago * DAY }));
      await owner.send({ ...owner.prepare({}), desk: deskDelta({ records }) });
    }
    const histories = () =>
      Object.fromEntries([...store.logs].map(([tenant, { desk }]) => [tenant, [...desk.history.keys()]]));

    it('removes what is past its age from every one that there is, polled or not, and nothing younger', async () => {
      await keep('polled', 400, 31, 30, 29, 0);
      await keep('removed', 30.5);
      const one = keeper();
      await one.pass();
      expect(histories()).toEqual({ polled: ['30-days', '29-days', '0-days'], removed: [] });
      clock.at += DAY;
      await one.pass();
      expect(histories()).toEqual({ polled: ['29-days', '0-days'], removed: [] });
      expect([one.trimmed.age, lines]).toEqual([0, []]);
    });

    it('goes through so much of one that the others’ turn comes, and on with the next pass', async () => {
      const steps: string[] = [];
      let left = 25;
      const trimHistory: LogUpkeep['trimHistory'] = (tenant) => {
        steps.push(tenant);
        if (tenant !== 'large') return Promise.resolve(0);
        left -= 1;
        return Promise.resolve(left > 0 ? HISTORY_STEP : 7);
      };
      for (const tenant of ['large', 'small']) await Owner.claim(store, tenant);
      const one = keeper({ trimHistory });
      await one.pass();
      expect(steps).toEqual([...Array<string>(20).fill('large'), 'small']);
      steps.length = 0;
      clock.at += 60_000;
      await one.pass();
      expect(steps).toEqual([...Array<string>(5).fill('large'), 'small']);
    });

    it('goes on with the next, and with the logs, when one cannot be trimmed', async () => {
      await fill('spoilt', 5, 95);
      await keep('well', 31);
      const trimHistory: LogUpkeep['trimHistory'] = (tenant, retention) =>
        tenant === 'spoilt'
          ? Promise.reject(new Error('WRONGTYPE of the key'))
          : memory.trimHistory(tenant, retention);
      const one = keeper({ trimHistory });
      await one.pass();
      expect(histories()).toEqual({ spoilt: [], well: [] });
      expect(sizes()).toEqual({ spoilt: 95, well: 0 });
      expect(one.failure).toBeNull();
    });
  });

  describe('with more bytes than there may be', () => {
    it('drops all that is past its age at once, and then nothing that is not, where that is enough', async () => {
      await fill('old', 900, 300);
      await fill('young', 0, 300);
      const one = keeper({}, 600 * EVENT_BYTES);
      await one.pass();
      expect(sizes()).toEqual({ old: 300, young: 300 });
      expect(one.trimmed).toEqual({ age: 900, bytes: 0, memory: 0 });
    });

    it('drops a tenth of what is past its age as ever, while there are not more', async () => {
      await fill('old', 100, 0);
      await keeper({}, 100 * EVENT_BYTES).pass();
      expect(sizes()).toEqual({ old: 90 });
    });

    it('drops the oldest of the largest logs, and says so once a minute at most', async () => {
      await fill('flood', 0, 5_000);
      await fill('calm', 0, 200);
      const one = keeper({}, 1_200 * EVENT_BYTES);
      await one.pass();
      expect(sizes()).toEqual({ flood: 1_000, calm: 200 });
      expect(store.logs.get('flood')!.log[0]!.sequence).toBe(4_001);
      expect(one.trimmed).toEqual({ age: 0, bytes: 4_000, memory: 0 });
      expect(lines).toEqual([
        'logs cut: they take more bytes than they may; their oldest events are dropped (events: 4000, tenants: 1)',
      ]);
    });

    it('takes two thirds of the server’s memory as the bound, where none is set', async () => {
      await fill('a', 0, 900);
      await fill('b', 0, 300);
      max = 1_500 * EVENT_BYTES;
      await keeper().pass();
      expect(sizes()).toEqual({ a: 700, b: 300 });
    });

    it('has no bound in bytes where none is set and the server has none', async () => {
      await fill('a', 0, 5_000);
      await keeper().pass();
      expect(sizes()).toEqual({ a: 5_000 });
    });
  });

  describe('with a server whose memory is used up', () => {
    const relieve = async (one: LogKeeper) => one.relieve(await survey());

    it('drops all that is past its age at once, and nothing else where that makes room', async () => {
      await fill('old', 600, 100);
      await fill('young', 0, 200);
      [max, others] = [1_000 * EVENT_BYTES, 100 * EVENT_BYTES];
      const one = keeper();
      await relieve(one);
      expect(sizes()).toEqual({ old: 100, young: 200 });
      expect(one.trimmed).toEqual({ age: 600, bytes: 0, memory: 0 });
    });

    it('drops the oldest events, of the largest logs first, until 85 % are used', async () => {
      await fill('flood', 0, 900);
      await fill('calm', 0, 120);
      [max, others] = [1_000 * EVENT_BYTES, 80 * EVENT_BYTES];
      const one = keeper();
      await relieve(one);
      expect(sizes()).toEqual({ flood: 650, calm: 120 });
      expect(one.trimmed).toEqual({ age: 0, bytes: 0, memory: 250 });
      expect(lines).toEqual([
        'logs cut: the memory of Redis is used up; their oldest events are dropped (events: 250, tenants: 1)',
      ]);
    });

    it('leaves each log its newest hundred when something else takes the memory', async () => {
      await fill('a', 0, 500);
      await fill('b', 0, 50);
      [max, others] = [1_000 * EVENT_BYTES, 2_000 * EVENT_BYTES];
      await relieve(keeper());
      expect(sizes()).toEqual({ a: 100, b: 50 });
      expect(store.logs.get('a')!.log[0]!.sequence).toBe(401);
    });

    it('touches nothing while 95 % are not used', async () => {
      await fill('a', 500, 0);
      [max, others] = [1_000 * EVENT_BYTES, 449 * EVENT_BYTES];
      await relieve(keeper());
      expect(sizes()).toEqual({ a: 500 });
    });

    it('touches no log of another server', async () => {
      await fill('here', 0, 900);
      await fill('there', 900, 0);
      max = 900 * EVENT_BYTES;
      const measure: LogUpkeep['measure'] = async (tenant) => {
        const size = await memory.measure(tenant);
        return tenant === 'there' ? { ...size, server: 'other' } : size;
      };
      await relieve(keeper({ measure }));
      expect(sizes().there).toBe(900);
      expect(sizes().here).toBeLessThan(900);
    });
  });
});
