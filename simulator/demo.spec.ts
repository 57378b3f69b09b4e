import { Webhook } from 'standardwebhooks';
import { bridgeEnvironment, wantedPort } from './demo-bridge.js';
import { beside, clockTime, eventLine, unseenLine } from './demo-lines.js';
import { Deliveries } from './demo-receiver.js';
import { DemoWatch } from './demo-watch.js';
import type { JudgedEvent } from './judge-report.js';
import { perfectEvents } from './perfect-teller.js';
import { createQuietWorld, MONDAY_MORNING } from './quiet-world.js';

const at = new Date(2026, 2, 2, 10, 2, 51, 120).getTime();
const event = (more: Partial<JudgedEvent['data']> = {}, type = 'call-offered'): JudgedEvent => ({
  id: 'x',
  type,
  subject: 'c',
  time: new Date(at).toISOString(),
  source: '/pitel/t',
  recordedtime: new Date(at).toISOString(),
  sequence: '1',
  epoch: 'e',
  data: {
    tenant: 't',
    callId: 'c',
    linkedCallIds: [],
    upstreamIds: ['c'],
    direction: 'inbound',
    state: 'ringing',
    customer: { raw: '0914237383', e164: '+84914237383', national: '0914237383' },
    hotline: null,
    queue: null,
    queues: [],
    agent: { id: null, name: null, username: null, extension: '107' },
    extensions: [],
    startedAt: new Date(at).toISOString(),
    answeredAt: null,
    endedAt: null,
    waitMs: null,
    talkMs: null,
    outcome: null,
    baseline: false,
    observed: { earliest: null, latest: new Date(at).toISOString(), certainty: 'observed' },
    ...more,
  },
});

describe("the demo's port", () => {
  it('is 3000 where none is given, and named where it is none', () => {
    expect([wantedPort(), wantedPort(''), wantedPort('8080')]).toEqual([3000, 3000, 8080]);
    for (const text of ['abc', '0', '65536', '-1', '3e3'])
      expect(() => wantedPort(text)).toThrow('PORT must be a whole number from 1 to 65535');
  });
});

describe("the demo's lines", () => {
  it('put what was seen beside what was true', () => {
    expect(beside(at, at + 360)).toBe('truth 10:02:51.120, seen 10:02:51.480, +360 ms');
    expect(beside(at, at - 5)).toBe('truth 10:02:51.120, seen 10:02:51.115, -5 ms');
    const truth = { seq: 1, callKey: 'call-1', type: 'call-offered', at, extension: '107' } as const;
    expect(eventLine(event(), truth, at + 360)).toMatch(
      /^10:02:51\.480 {2}call-offered +inbound +0914237383 → 107 +truth 10:02:51\.120, seen 10:02:51\.480, \+360 ms$/,
    );
  });

  it('show events that are not about calls', () => {
    const down = { ...event({}, 'source-down'), subject: 'queue' };
    expect(eventLine(down, null, at)).toBe('10:02:51.120  source-down       queue');
  });

  it('show what polling could not see', () => {
    const finding = {
      rule: 'demanded',
      callKey: 'call-1',
      callId: null,
      type: 'call-answered',
      extension: '107',
      at,
      reason: 'answer-between-polls',
    };
    expect(unseenLine(finding)).toContain(
      'call-answered at 107 really happened, polling could not see it (answer-between-polls)',
    );
  });

  it('write the local time with leading zeros', () => {
    expect(clockTime(new Date(2026, 0, 1, 1, 2, 3, 4).getTime())).toBe('01:02:03.004');
  });
});

describe("the demo's watch", () => {
  it('says once which events of a call were not emitted', () => {
    const world = createQuietWorld();
    const lines: string[] = [];
    const instants = Array.from({ length: 100 }, (_, second) => MONDAY_MORNING + second * 1000);
    const watch = new DemoWatch(world, { monitor: instants, queue: instants }, (line) => lines.push(line));
    watch.connected(MONDAY_MORNING);
    world.startCall({ kind: 'direct', extension: '107', answerAfterMs: 2000, talkMs: 4000 });
    world.advanceTo(MONDAY_MORNING + 60_000);
    watch.settle(world.now);
    watch.settle(world.now);
    expect(lines.filter((line) => line.includes('! missing'))).toHaveLength(5);
    expect(lines.filter((line) => line.includes('· call-'))).toHaveLength(0);
  });

  it('does not blame the bridge for calls that began before it was connected', () => {
    const world = createQuietWorld();
    const lines: string[] = [];
    const watch = new DemoWatch(world, { monitor: [MONDAY_MORNING], queue: [] }, (line) => lines.push(line));
    world.startCall({ kind: 'direct', extension: '107', answerAfterMs: 2000, talkMs: 4000 });
    watch.connected(MONDAY_MORNING + 1000);
    world.advanceTo(MONDAY_MORNING + 60_000);
    watch.settle(world.now);
    expect(lines).toEqual([]);
  });

  it('judges a call beside the others that were alive: two of one number name one another', () => {
    const world = createQuietWorld();
    const lines: string[] = [];
    const instants = Array.from({ length: 120 }, (_, nth) => MONDAY_MORNING + nth * 500);
    const polls = { monitor: instants, queue: instants };
    const watch = new DemoWatch(world, polls, (line) => lines.push(line));
    watch.connected(MONDAY_MORNING);
    for (const talkMs of [4_000, 20_000])
      world.startCall({ kind: 'queue', customer: '0914237383', answerAfterMs: 3_000, talkMs });
    world.advanceTo(MONDAY_MORNING + 60_000);
    const events = perfectEvents(world.truth, polls);
    const ids = [...new Set(events.map(({ data }) => data.callId))];
    expect(ids).toHaveLength(2);
    for (const one of events) {
      const linkedCallIds = ids.filter((id) => id !== one.data.callId);
      watch.arrived({ ...one, data: { ...one.data, linkedCallIds } }, world.now);
    }
    expect(lines).toHaveLength(10);
    lines.splice(0);
    const [first] = world.truth;
    watch.settle(first!.endedAt! + 1);
    watch.settle(world.now);
    expect(lines).toEqual([]);
  });

  it('shows what polling could not see', () => {
    const world = createQuietWorld();
    const lines: string[] = [];
    const instants = Array.from({ length: 100 }, (_, second) => MONDAY_MORNING + 500 + second * 1000);
    const watch = new DemoWatch(world, { monitor: instants, queue: instants }, (line) => lines.push(line));
    watch.connected(MONDAY_MORNING);
    world.startCall({ kind: 'direct', extension: '108', answerAfterMs: null, leavesAfterMs: 300 });
    world.advanceTo(MONDAY_MORNING + 60_000);
    watch.settle(world.now);
    expect(lines).toHaveLength(5);
    expect(lines[0]).toContain('call-between-polls');
  });
});

describe("the demo's receiver", () => {
  const secret = `whsec_${Buffer.alloc(32, 'a').toString('base64')}`;
  const body = JSON.stringify({
    type: 'call-offered',
    subject: 'c-1',
    data: { customer: { raw: '0914237383' } },
  });
  const signed = (id: string, by = secret, sentAt = new Date()) => ({
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
    'webhook-signature': new Webhook(by).sign(id, sentAt, body),
  });

  it('takes what is signed, knows a repeat, and refuses the rest', () => {
    const deliveries = new Deliveries(secret);
    const other = `whsec_${Buffer.alloc(32, 'b').toString('base64')}`;
    expect([
      deliveries.take(signed('evt_1'), body, at),
      deliveries.take(signed('evt_1'), body, at),
      deliveries.take(signed('evt_2'), body.replace('0914', '0915'), at),
      deliveries.take(signed('evt_3', other), body, at),
      deliveries.take(signed('evt_4', secret, new Date(Date.now() - 360_000)), body, at),
      deliveries.take({}, body, at),
    ]).toEqual(['verified', 'repeat', 'refused', 'refused', 'refused', 'refused']);
    expect(deliveries.newest.at(-1)).toEqual({
      at: new Date(at).toISOString(),
      id: 'evt_1',
      type: 'call-offered',
      about: '0914237383',
      verdict: 'verified',
    });
  });
});

describe("the demo's bridge", () => {
  const upstream = { url: 'http://127.0.0.1:1', token: 'simulator-token' };

  it('uses the embedded store, and Redis where REDIS_URL is set', () => {
    expect(bridgeEnvironment({}, 3000, upstream)).toMatchObject({
      STORE: 'memory',
      PORT: '3000',
      AUTH_MODE: 'none',
    });
    const withRedis = bridgeEnvironment({ REDIS_URL: 'redis://127.0.0.1:6379' }, 3000, upstream);
    expect(withRedis).toMatchObject({ REDIS_URL: 'redis://127.0.0.1:6379' });
    expect(withRedis.STORE).toBeUndefined();
  });

  it('has a tenant of its own, whose lease and log no bridge for real calls shares', () => {
    expect(bridgeEnvironment({ TENANT_ID: 'default' }, 3000, upstream)).toMatchObject({ TENANT_ID: 'demo' });
  });

  it("inherits nothing of the shell's own bridge configuration", () => {
    const own = { PITEL_API_KEY: 'secret', TENANTS_FILE: 'x', AUTH_JWT_SECRET: 'y', PATH: '/bin' };
    expect(Object.keys(bridgeEnvironment(own, 3000, upstream))).not.toEqual(
      expect.arrayContaining(['PITEL_API_KEY']),
    );
    expect(bridgeEnvironment(own, 3000, upstream)).toMatchObject({
      PATH: '/bin',
      PITEL_TOKEN: 'simulator-token',
    });
  });
});
