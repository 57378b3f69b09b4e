import type { LogUpkeep } from './log-upkeep.js';
import { logEvent, numbers } from './store.contract-kit.js';

/** The upkeep under test, with the store whose logs it keeps. */
export interface UpkeepSubject {
  readonly upkeep: LogUpkeep;
  /** Appends entries behind the store's back, as commits of another time would. */
  put(
    tenant: string,
    entries: readonly { readonly sequence: number; readonly json: string }[],
  ): Promise<void>;
  /** The sequences that the log holds. */
  logged(tenant: string): Promise<number[]>;
  close(): Promise<void>;
}

const MINUTE_MS = 60_000;
const ALL = { share: 1, most: Infinity };

/** The promises of `LogUpkeep`, for every implementation of it; each test opens one of its own. */
export function describeUpkeep(name: string, open: () => Promise<UpkeepSubject>): void {
  describe(name, () => {
    let subject: UpkeepSubject;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(async () => {
      await subject.close();
    });

    /** Event `n` of `count` was recorded `count - n` minutes and a half ago. */
    const fill = async (count: number, tenant = 'acme') => {
      const ago = (sequence: number) =>
        new Date(Date.now() - (count - sequence + 0.5) * MINUTE_MS).toISOString();
      await subject.put(
        tenant,
        numbers(1, count).map((sequence) => logEvent(sequence, { recordedtime: ago(sequence) })),
      );
    };
    const minutes = (retention: number) => ({ ...ALL, retentionMs: retention * MINUTE_MS });

    it.each([
      { retention: 91, kept: numbers(1, 90) },
      { retention: 90, kept: numbers(1, 90) },
      { retention: 89, kept: numbers(2, 90) },
      { retention: 42, kept: numbers(49, 90) },
      { retention: 1, kept: [90] },
      { retention: 0, kept: [] },
    ])('drops what was recorded more than $retention minutes ago', async ({ retention, kept }) => {
      await fill(90);
      const trimmed = await subject.upkeep.trim('acme', minutes(retention));
      expect(trimmed).toMatchObject({ dropped: 90 - kept.length, events: kept.length });
      expect(await subject.logged('acme')).toEqual(kept);
    });

    it('drops a tenth at a time, and at least one event where it is asked to', async () => {
      await fill(90);
      const left: number[] = [];
      const tenth = { ...minutes(0), share: 10 };
      for (let pass = 0; pass < 3; pass++) left.push((await subject.upkeep.trim('acme', tenth)).events);
      expect(left).toEqual([81, 73, 66]);
      expect(await subject.logged('acme')).toEqual(numbers(25, 90));
      await fill(3, 'small');
      expect((await subject.upkeep.trim('small', tenth)).events).toBe(2);
    });

    it('drops young events past the number that a log may keep, whatever its share', async () => {
      await fill(90);
      const trimmed = await subject.upkeep.trim('acme', {
        retentionMs: 100 * MINUTE_MS,
        share: 10,
        most: 20,
      });
      expect(trimmed).toMatchObject({ dropped: 70, events: 20 });
      expect(await subject.logged('acme')).toEqual(numbers(71, 90));
    });

    it('drops old events where fewer are too many', async () => {
      await fill(90);
      await subject.upkeep.trim('acme', { ...minutes(10), most: 50 });
      expect(await subject.logged('acme')).toEqual(numbers(81, 90));
    });

    it('keeps events that do not say when they were recorded, and all after them', async () => {
      await subject.put('acme', [
        logEvent(1, { recordedtime: '2001-01-01T00:00:00.000Z' }),
        logEvent(2),
        logEvent(3, { recordedtime: '2001-01-01T00:00:00.000Z' }),
      ]);
      await subject.upkeep.trim('acme', minutes(1));
      expect(await subject.logged('acme')).toEqual([2, 3]);
    });

    it('says how many bytes a log takes, which become fewer', async () => {
      await fill(1_000);
      const before = await subject.upkeep.trim('acme', minutes(2_000));
      expect(before.dropped).toBe(0);
      expect(before.bytes).toBeGreaterThan(1_000 * 50);
      expect(before.bytes).toBeLessThan(1_000 * 500);
      const after = await subject.upkeep.trim('acme', { ...minutes(2_000), most: 500 });
      expect(after.bytes).toBeGreaterThan(before.bytes / 3);
      expect(after.bytes).toBeLessThan(before.bytes / 1.5);
    });

    it('finds nothing to drop in a log that is not there', async () => {
      expect(await subject.upkeep.trim('acme', minutes(0))).toMatchObject({
        dropped: 0,
        events: 0,
        bytes: 0,
      });
    });

    it('touches no other log', async () => {
      await fill(5);
      await fill(5, 'acme-2');
      await subject.upkeep.trim('acme', minutes(0));
      expect(await subject.logged('acme-2')).toEqual([1, 2, 3, 4, 5]);
    });

    it('refuses what is not a tenant', async () => {
      await expect(subject.upkeep.trim('a}:b{', minutes(0))).rejects.toThrow(TypeError);
    });

    it('lists every log, and names the server that has it', async () => {
      for (const tenant of ['acme', 'b-2', 'no-longer-configured']) await fill(1, tenant);
      expect((await subject.upkeep.logs()).toSorted()).toEqual(['acme', 'b-2', 'no-longer-configured']);
      const [server] = await subject.upkeep.survey();
      expect((await subject.upkeep.measure('acme')).server).toBe(server!.name);
      expect((await subject.upkeep.trim('acme', minutes(0))).server).toBe(server!.name);
    });

    it('measures without dropping anything', async () => {
      await fill(90);
      const measured = await subject.upkeep.measure('acme');
      expect(await subject.upkeep.trim('acme', minutes(100))).toEqual(measured);
      expect(measured).toMatchObject({ events: 90 });
      expect(await subject.logged('acme')).toEqual(numbers(1, 90));
      expect((await subject.upkeep.measure('unknown')).events).toBe(0);
    });

    it('finds this machine’s clock right to within the time that the answer took', async () => {
      const [server] = await subject.upkeep.survey();
      expect(Math.abs(server!.aheadMs)).toBeLessThan(server!.doubtMs + 5);
    });

    it('gives a turn to one caller, until its time is up, and for each work on its own', async () => {
      const { upkeep } = subject;
      const asked = await Promise.all([1, 2, 3].map(() => upkeep.takeTurn('one', MINUTE_MS)));
      expect(asked.filter(Boolean)).toHaveLength(1);
      expect(await upkeep.takeTurn('two', 1)).toBe(true);
      while (!(await upkeep.takeTurn('two', 1)));
      // A short turn that is over ends no other.
      const over = Date.now() + 10;
      while (Date.now() < over);
      expect(await upkeep.takeTurn('one', MINUTE_MS)).toBe(false);
      // As after the clock was set back: an end that no turn of this length can have.
      expect(await upkeep.takeTurn('one', 1_000)).toBe(true);
    });

    it('answers nothing once it is closed', async () => {
      subject.upkeep.close();
      await expect(subject.upkeep.survey()).rejects.toThrow('closed');
      await expect(subject.upkeep.trim('acme', minutes(0))).rejects.toThrow('closed');
    });
  });
}
