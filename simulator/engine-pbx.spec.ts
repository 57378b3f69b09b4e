import type { EngineHabits } from './engine-habits.js';
import { WITHHELD } from './numbers.js';
import { createQuietWorld, MONDAY_MORNING } from './quiet-world.js';
import { createSimulatorServer } from './server.js';
import { createWorld, type World, type WorldOptions } from './world.js';

/** Callers, and what concerns the PBX as a whole. */

const HOUR = 3_600_000;

function day(engine: Partial<EngineHabits>, options: Partial<WorldOptions> = {}): World {
  const world = createWorld({
    startAt: MONDAY_MORNING,
    engine,
    ...options,
    traffic: { totalCalls: 400, callsPerHour: 500, ...options.traffic },
  });
  world.advanceTo(MONDAY_MORNING + 24 * HOUR);
  return world;
}

describe('callers', () => {
  it('withhold their number in every spelling, in both lists', () => {
    const world = day({ withheld: 1 }, { habits: { anonymous: 0 } });
    const raws = new Set(
      world.truth
        .filter(({ habits }) => habits.includes('withheld'))
        .flatMap(({ customer }) => (customer === null ? [] : [customer.raw])),
    );
    expect(raws).toEqual(new Set(WITHHELD));
    expect(
      world.truth
        .filter(({ habits }) => habits.includes('withheld'))
        .every(({ customer }) => customer!.e164 === null),
    ).toBe(true);
  });

  it('of a company have one number, and are there at once: in a queue and at an extension', () => {
    const world = day({ company: 0.3 });
    const company = world.truth.filter(({ habits }) => habits.includes('company'));
    expect(new Set(company.map(({ customer }) => customer!.e164)).size).toBe(2);
    const atOnce = company.filter((call) =>
      company.some(
        (other) =>
          other !== call &&
          other.customer!.e164 === call.customer!.e164 &&
          other.kind !== call.kind &&
          other.startedAt < call.endedAt! &&
          call.startedAt < other.endedAt!,
      ),
    );
    expect(atOnce.length).toBeGreaterThan(20);
  });

  it('of one number join one queue in one second, with two call_uuids', () => {
    const world = day({ sameSecond: 0.5 });
    const joins = new Map<string, Set<string>>();
    for (const { customer, sightings } of world.truth) {
      for (const { endpoint, queueId, joinedAt, callId } of sightings) {
        if (endpoint !== 'queue') continue;
        const key = `${queueId} ${customer!.queueRaw} ${Math.floor(joinedAt! / 1000)}`;
        joins.set(key, (joins.get(key) ?? new Set()).add(callId));
      }
    }
    expect([...joins.values()].filter((ids) => ids.size === 2).length).toBeGreaterThan(10);
  });

  it('are called back at once when they have abandoned', () => {
    const world = day({ callsBack: 1 }, { habits: { impatient: 0.6 } });
    const back = world.truth.filter(({ callsBack }) => callsBack !== undefined);
    expect(back.length).toBeGreaterThan(20);
    for (const call of back) {
      const abandoned = world.truth.find(({ callKey }) => callKey === call.callsBack)!;
      expect(abandoned.outcome).toBe('abandoned');
      expect(call.direction).toBe('outbound');
      expect(call.customer!.e164).toBe(abandoned.customer!.e164);
      expect(call.startedAt - abandoned.endedAt!).toBeLessThanOrEqual(4000);
    }
  });
});

describe('registrations', () => {
  it('are one row a user, and a second device that signs off hides the live legs of the first', () => {
    const world = day({ oneRow: true }, { directory: { extensions: 12, doubleRegistered: 12 } });
    expect(world.monitorRows()).toHaveLength(12);
    const hidden = world.truth.filter(({ habits }) => habits.includes('signsOff'));
    expect(hidden.length).toBeGreaterThan(3);
    expect(
      hidden.every(({ sightings }) => sightings.some(({ closedBy }) => closedBy === 'unregistered')),
    ).toBe(true);
  });

  it('end in mid-call, and mostly come back while the call goes on', () => {
    const world = day({ signsOff: 0.3 });
    const parts = world.truth
      .filter(({ habits }) => habits.includes('signsOff'))
      .flatMap(({ sightings }) =>
        sightings.filter(({ closedBy }) => closedBy === 'unregistered').map((one) => ({ one, sightings })),
      );
    const back = parts.filter(({ one, sightings }) =>
      sightings.some(({ part, from }) => part === one.part && from > one.from),
    );
    expect(parts.length).toBeGreaterThan(10);
    expect(back.length).toBeGreaterThan(parts.length / 2);
    expect(back.length).toBeLessThan(parts.length);
  });
});

describe("the PBX's clock", () => {
  it('writes every time, and the truth knows by how much it is off', () => {
    const world = createQuietWorld({ engine: { clockOffsetMs: -65_000 } });
    const call = world.startCall({
      kind: 'queue',
      queue: 'BanHang_39989220',
      leavesAfterMs: 2000,
      answerAfterMs: null,
    });
    world.advanceTo(world.now + 1000);
    expect(world.monitorRows().find(({ call_id }) => call_id !== '')!.call_time).toBe('2026-03-02 08:58:55');
    world.advanceTo(world.now + 2000);
    expect(world.queueRows()[0]).toMatchObject({
      joined_time: '2026-03-02T08:58:55+07:00',
      abandoned_time: '2026-03-02T08:58:57+07:00',
      bridged_time: '1970-01-01T08:00:00+08:00',
    });
    expect(call.clockSkewMs).toBe(-65_000);
  });

  it('drifts', () => {
    const world = createQuietWorld({ engine: { clockDriftPpm: 100 } });
    expect(world.clockSkewAt(MONDAY_MORNING)).toBe(0);
    expect(world.clockSkewAt(MONDAY_MORNING + HOUR)).toBe(360);
    world.advanceTo(MONDAY_MORNING + 24 * HOUR);
    expect(world.startCall({ kind: 'direct' }).clockSkewMs).toBe(8640);
  });
});

describe('lists', () => {
  it('come in pages with the total of all rows, as the request asks', async () => {
    const world = createQuietWorld({ engine: { pageSize: 10 } });
    const server = createSimulatorServer({ tenants: [{ world, token: 't' }], clock: () => world.now });
    const { url } = await server.listen(0);
    try {
      const page = async (query: string) =>
        (await (
          await fetch(`${url}/v3/monitor${query}`, { headers: { authorization: 'Bearer t' } })
        ).json()) as { data: { extension: string }[]; total: number };
      const pages = [
        await page('?=null'),
        await page('?limit=50&offset=10'),
        await page('?limit=10&offset=20'),
      ];
      expect(pages.map(({ data, total }) => [data.length, total])).toEqual([
        [10, 33],
        [10, 33],
        [10, 33],
      ]);
      expect(server.tenants[0]!.polls.monitor).toHaveLength(0);
      const last = await page('?offset=30');
      expect(last.data).toHaveLength(3);
      const rows = [...pages, last].flatMap(({ data }) => data);
      expect(rows).toEqual(world.monitorRows());
      // The list is complete with its last page.
      expect(server.tenants[0]!.polls.monitor).toHaveLength(1);
    } finally {
      await server.close();
    }
  });

  it('have a row that is no row: always the same, or for a while one that changes', () => {
    const poisoned = (world: World) =>
      [...world.monitorRows(), ...world.queueRows()].filter((row) =>
        Object.values(row).some((value) => typeof value === 'object' && value !== null),
      );
    const constant = createQuietWorld({ engine: { poison: 'constant' } });
    const before = JSON.stringify(poisoned(constant));
    expect(poisoned(constant)).toHaveLength(1);
    constant.advanceTo(constant.now + HOUR);
    expect(JSON.stringify(poisoned(constant))).toBe(before);
    expect(constant.poison).toEqual([
      { endpoint: expect.any(String) as string, from: MONDAY_MORNING, to: null },
    ]);

    const changing = createQuietWorld({ engine: { poison: 'changing' } });
    const rows = new Set<string>();
    let without = 0;
    for (let at = MONDAY_MORNING; at < MONDAY_MORNING + HOUR; at += 1000) {
      changing.advanceTo(at);
      const [row] = poisoned(changing);
      if (row === undefined) without += 1;
      else rows.add(JSON.stringify(row));
    }
    expect(rows.size).toBeGreaterThan(30);
    expect(without).toBeGreaterThan(1800);
    expect(changing.poison.length).toBeGreaterThan(1);
    for (const { from, to } of changing.poison.slice(0, -1)) {
      expect(to! - from).toBeGreaterThanOrEqual(30_000);
      expect(to! - from).toBeLessThanOrEqual(122_000);
    }
  });

  it('have an idle row without an extension', () => {
    const world = createQuietWorld({ engine: { namelessIdle: true } });
    expect(world.monitorRows().at(-1)).toMatchObject({
      extension: '',
      username: '',
      call_id: '',
      call_state: '',
    });
    expect(JSON.parse(world.monitorBody().toString())).toMatchObject({ total: 34 });
  });
});
