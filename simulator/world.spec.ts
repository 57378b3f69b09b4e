import { readFileSync } from 'node:fs';
import { createQuietWorld, MONDAY_MORNING } from './quiet-world.js';
import { createWorld, type World } from './world.js';
import { expectWellFormed } from './well-formed-call.js';

const HOUR = 3_600_000;
const vendorSample = (name: string) =>
  JSON.parse(readFileSync(`test/fixtures/pitel/${name}.json`, 'utf8')) as { data: object[] };

function runFor(world: World, ms: number, step: number): string[] {
  const bodies: string[] = [];
  const end = world.now + ms;
  for (let at = world.now; at <= end; at += step) {
    world.advanceTo(at);
    if (at % 60_000 === 0) bodies.push(world.monitorBody().toString() + world.queueBody().toString());
  }
  return bodies;
}

describe('a simulated world', () => {
  it('is the same for the same seed: rows and truth, however large the steps', () => {
    const [fine, coarse] = [100, 60_000].map((step) => {
      const world = createWorld({ seed: 'twin', startAt: MONDAY_MORNING, traffic: { callsPerHour: 600 } });
      return { rows: runFor(world, HOUR, step), truth: JSON.stringify(world.truth) };
    });
    expect(coarse?.truth).toBe(fine?.truth);
    expect(coarse?.rows).toEqual(fine?.rows);
  });

  it('is another one for another seed', () => {
    const truths = [1, 2].map((seed) => {
      const world = createWorld({ seed, startAt: MONDAY_MORNING });
      world.advanceTo(MONDAY_MORNING + HOUR);
      return JSON.stringify(world.truth);
    });
    expect(truths[0]).not.toBe(truths[1]);
  });

  it("keeps the traffic's truth with no polls and with many", () => {
    const [blind, watched] = [false, true].map((look) => {
      const world = createWorld({ seed: 3, startAt: MONDAY_MORNING, traffic: { callsPerHour: 600 } });
      for (let at = world.now; at < MONDAY_MORNING + HOUR; at += 1000) {
        world.advanceTo(at);
        if (look) world.monitorBody();
      }
      return JSON.stringify(world.truth);
    });
    expect(watched).toBe(blind);
  });

  it('makes exactly so many calls as it was asked to, and ends them all', () => {
    const world = createWorld({ startAt: MONDAY_MORNING, traffic: { totalCalls: 250, callsPerHour: 2000 } });
    world.advanceTo(MONDAY_MORNING + 24 * HOUR);
    expect(world.truth).toHaveLength(250);
    expect(world.truth.every(({ outcome }) => outcome !== null)).toBe(true);
    expect(world.nextAt).toBe(Infinity);
    expect(world.queueRows()).toEqual([]);
    expect(world.monitorRows().every(({ call_id }) => call_id === '')).toBe(true);
  });

  it('records for each call a well-formed sequence of events', () => {
    const world = createWorld({
      seed: 9,
      startAt: MONDAY_MORNING,
      traffic: { totalCalls: 1500, callsPerHour: 900 },
    });
    world.advanceTo(MONDAY_MORNING + 48 * HOUR);
    for (const call of world.truth) {
      expectWellFormed(call);
      expect(call.sightings.every(({ from, to }) => to !== null && from <= to)).toBe(true);
    }
    expect(new Set(world.truth.flatMap(({ upstreamIds }) => upstreamIds)).size).toBe(
      world.truth.flatMap(({ upstreamIds }) => upstreamIds).length,
    );
  });

  it('shows in its sightings exactly the live rows that a poll finds', () => {
    const world = createWorld({ seed: 5, startAt: MONDAY_MORNING, traffic: { callsPerHour: 900 } });
    for (let at = MONDAY_MORNING; at < MONDAY_MORNING + HOUR; at += 7_919) {
      world.advanceTo(at);
      const seen = world.truth
        .flatMap(({ sightings }) => sightings)
        .filter(({ from, to }) => from <= at && (to === null || at < to));
      const legs = seen.filter(({ endpoint }) => endpoint === 'monitor');
      const shown = world.monitorRows().filter(({ call_id }) => call_id !== '');
      expect(new Set(legs.map(({ extension, callId }) => `${extension}|${callId}`))).toEqual(
        new Set(shown.map(({ extension, call_id }) => `${extension}|${call_id}`)),
      );
      expect(seen.filter(({ endpoint }) => endpoint === 'queue')).toHaveLength(world.queueRows().length);
    }
  });

  it("has every field of the vendor's rows, in the vendor's order", () => {
    const world = createQuietWorld();
    world.startCall({ kind: 'queue' });
    world.advanceTo(world.now + 1000);
    const [sampleLeg] = vendorSample('monitor').data;
    const [sampleEntry] = vendorSample('queue').data;
    for (const row of world.monitorRows()) expect(Object.keys(row)).toEqual(Object.keys(sampleLeg ?? {}));
    for (const row of world.queueRows()) expect(Object.keys(row)).toEqual(Object.keys(sampleEntry ?? {}));
    expect(JSON.parse(world.monitorBody().toString())).toEqual({
      data: world.monitorRows(),
      total: world.monitorRows().length,
    });
    expect(JSON.parse(world.queueBody().toString())).toEqual({ data: world.queueRows() });
  });

  it('serves the same bytes, the same Buffer, as long as nothing changed', () => {
    const world = createQuietWorld();
    const idle = world.monitorBody();
    world.advanceTo(world.now + HOUR);
    expect(world.monitorBody()).toBe(idle);
    world.startCall({ kind: 'direct' });
    expect(world.monitorBody()).not.toBe(idle);
  });

  it('writes call_time without a zone in Vietnam time, and queue times with +07:00', () => {
    const world = createQuietWorld();
    world.startCall({ kind: 'queue' });
    world.advanceTo(world.now + 600);
    expect(world.queueRows()[0]?.joined_time).toBe('2026-03-02T09:00:00+07:00');
    expect(world.monitorRows().find(({ call_id }) => call_id !== '')?.call_time).toBe('2026-03-02 09:00:00');
  });

  it("shows the epoch as the vendor's sample has it, or Go's zero time", () => {
    for (const [sentinel, text] of [
      ['epoch', '1970-01-01T08:00:00+08:00'],
      ['go', '0001-01-01T00:00:00Z'],
    ] as const) {
      const world = createQuietWorld({ quirks: { sentinel } });
      world.startCall({ kind: 'queue' });
      expect(world.queueRows()[0]).toMatchObject({
        abandoned_time: text,
        bridged_time: text,
        rejoined_time: text,
      });
    }
  });

  it('lists idle extensions with empty or null call fields, or not at all', () => {
    expect(createQuietWorld().monitorRows()).toHaveLength(33);
    expect(createQuietWorld().monitorRows()[0]).toMatchObject({ call_id: '', call_state: '', direction: '' });
    expect(createQuietWorld({ quirks: { idleFields: 'null' } }).monitorRows()[0]).toMatchObject({
      call_id: null,
    });
    expect(createQuietWorld({ quirks: { listIdle: false } }).monitorRows()).toEqual([]);
  });

  it('has callers in every spelling, mobiles that begin with 084, and withheld numbers', () => {
    const world = createWorld({ startAt: MONDAY_MORNING, traffic: { totalCalls: 600, callsPerHour: 2000 } });
    world.advanceTo(MONDAY_MORNING + 24 * HOUR);
    const raws = world.truth.flatMap(({ customer }) => (customer === null ? [] : [customer.raw]));
    for (const pattern of [
      /^09\d{8}$/,
      /^084\d{7}$/,
      /^849\d{8}$/,
      /^\+84\d{9}$/,
      /^024\d{8}$/,
      /^anonymous$/,
    ]) {
      expect(raws.some((raw) => pattern.test(raw))).toBe(true);
    }
  });

  it('is busy in office hours and quiet at night', () => {
    const world = createWorld({
      startAt: Date.UTC(2026, 2, 1, 17),
      traffic: { callsPerHour: 200, profile: 'office' },
    });
    world.advanceTo(Date.UTC(2026, 2, 2, 17));
    const startedAt = (hour: number) =>
      world.truth.filter(({ startedAt }) => new Date(startedAt + 7 * HOUR).getUTCHours() === hour).length;
    expect(startedAt(10)).toBeGreaterThan(100);
    expect(startedAt(3)).toBeLessThan(40);
  });

  it('compresses durations by its speed and shows its own clock', () => {
    const world = createQuietWorld({ speed: 10 });
    const call = world.startCall({ kind: 'queue', answerAfterMs: 400, talkMs: 3000 });
    world.advanceTo(world.now + 10_000);
    expect(call.outcome).toBe('answered');
    expect((call.endedAt ?? 0) - call.startedAt).toBeLessThan(4000);
  });

  it('forgets the oldest ended calls past its limit', () => {
    const world = createWorld({
      startAt: MONDAY_MORNING,
      truthLimit: 100,
      traffic: { totalCalls: 2000, callsPerHour: 2000 },
    });
    world.advanceTo(MONDAY_MORNING + 24 * HOUR);
    expect(world.truth.length).toBeLessThan(260);
    expect(world.truth.at(-1)?.callKey).toBe('call-2000');
    expect(world.log.length).toBeLessThan(5000);
  });
});
