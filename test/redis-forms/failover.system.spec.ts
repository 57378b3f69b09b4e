import type { BridgeEvent } from '../../src/core/model/event.js';
import { parseCursor } from '../../src/core/model/position.js';
import type { RedisStore } from '../../src/store/redis/redis-store.js';
import { DeliveryUnderTest, type TestClient, token } from '../support/delivery.js';
import { openStore } from '../support/redis-store.js';
import { until } from '../support/until.js';
import { Bridge, busyWorld } from './bridge.js';
import {
  atTheEndOf,
  cursorOf,
  eventsOf,
  expectEnded,
  expectOneEventAPlace,
  expectSameIds,
  expectWhole,
  idsOf,
} from './seen.js';
import { clusterForm, type Form, sentinelForm } from './form.js';

/** The master dies, and its replica takes over: with all that was acknowledged, or without the newest of it. */
const summaries: string[] = [];
afterAll(() => console.log(summaries.join('\n')));

describe.each<[string, () => Promise<Form>]>([
  ['behind sentinels', sentinelForm],
  ['in a cluster', clusterForm],
])('%s', (name, start) => {
  let form: Form;
  let tenant: string;
  const ends: (() => Promise<void>)[] = [];
  // In a cluster each has a master of its own, which dies with it.
  const [FIRST, SECOND, THIRD] = ['hooli', 'umbrella', 'acme'] as const;

  beforeAll(async () => {
    form = await start();
  });
  afterAll(() => form.stop());
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  const open = (): RedisStore => {
    const store = openStore(form.target, { maxEvents: 100_000 }, 1_000);
    ends.push(() => store.close());
    return store;
  };
  const deliver = async (): Promise<DeliveryUnderTest> => {
    const delivery = await DeliveryUnderTest.start(open(), { compareMs: 50, tenants: [tenant] });
    ends.push(() => delivery.stop());
    return delivery;
  };
  /** Commits events, stops replication, commits more and kills the master; returns the events that its successor lacks. */
  const loseTail = async (bridge: Bridge, client: TestClient): Promise<readonly BridgeEvent[]> => {
    await bridge.cycles(30);
    await form.inSync(tenant);
    const kept = (await bridge.log()).length;
    const restore = await form.cutOffHeirs(tenant);
    await bridge.cycles(20);
    const lost = (await bridge.log()).slice(kept);
    expect(lost.length).toBeGreaterThan(5);
    await client.until(() => atTheEndOf(lost, client));
    const dead = await form.killMaster(tenant);
    ends.push(() => form.heal(dead));
    await restore();
    await form.successorOf(dead, tenant);
    return lost;
  };
  const expectTold = async (
    bridge: Bridge,
    delivery: DeliveryUnderTest,
    client: TestClient,
    lost: readonly BridgeEvent[],
  ) => {
    const epoch = lost[0]!.epoch;
    await bridge.cycles(2);
    const begun = (await bridge.store.position(tenant))!.epoch;
    expect(begun).not.toBe(epoch);
    await bridge.toTheEnd();
    const log = await bridge.log();
    await client.until(() => atTheEndOf(log, client));
    expectWhole(log);
    expectEnded(log);
    expect([...new Set(log.map((event) => event.epoch))]).toEqual([epoch, begun]);
    expectOneEventAPlace(log, eventsOf(client));
    expect(expectSameIds(lost, log)).toBeGreaterThan(0);

    // A client that was connected all the time gets one reset, with a snapshot of what is left, before any event of the new
    // epoch; what follows is the log without a gap.
    const resets = client.messages.filter(({ name: message }) => message === 'reset');
    expect(resets.map(({ body }) => (body as { reason: string }).reason)).toEqual(['cursor-unknown']);
    const at = client.names.indexOf('reset');
    const next = client.messages[at + 1]!;
    expect(next.name).toBe('snapshot');
    const { sequence } = parseCursor((next.body as { cursor: string }).cursor)!;
    const [before, after] = [client.messages.slice(0, at), client.messages.slice(at + 2)];
    expect(before.filter(({ body }) => (body as { epoch?: string }).epoch === begun)).toEqual([]);
    expect(after.map(({ body }) => (body as BridgeEvent).id)).toEqual(idsOf(log).slice(sequence));
    // A client that was away comes back with a cursor that the log has lost, another with one that it has not.
    const late = delivery.connect({ token: await token({ tenant }), cursor: cursorOf(lost.at(-1)!) });
    expect(await late.first('reset')).toEqual({ reason: 'cursor-unknown' });
    await late.first('snapshot');
    const lucky = delivery.connect({ token: await token({ tenant }), cursor: cursorOf(log[0]!) });
    await lucky.until(() => atTheEndOf(log, lucky));
    expect(idsOf(eventsOf(lucky))).toEqual(idsOf(log).slice(1));
    expect(lucky.names).not.toContain('reset');
  };

  it('loses and doubles nothing that was replicated, while commits go on', async () => {
    tenant = FIRST;
    const bridge = new Bridge(open(), tenant, busyWorld('goes on'), 'a');
    await bridge.cycles(30);
    await form.inSync(tenant);
    const before = await bridge.log();
    let committed = before.length;
    const running = bridge.toTheEnd();
    const dead = await form.killMaster(tenant);
    ends.push(() => form.heal(dead));
    const killedAt = performance.now();
    const { epoch } = before[0]!;
    await until(async () => {
      const position = await bridge.store.position(tenant).catch(() => null);
      committed = position?.sequence ?? 0;
      return position !== null && position.epoch !== epoch;
    }, 'another epoch');
    summaries.push(
      `${name}: first write ${Math.round(performance.now() - killedAt)} ms after SIGKILL of the master`,
    );
    await running;
    const log = await bridge.log();
    expect(committed).toBeGreaterThan(0);
    expect(idsOf(log).slice(0, before.length)).toEqual(idsOf(before));
    expectWhole(log);
    expectEnded(log);
  });

  it('begins a new epoch for the poller that goes on, when the tail is lost', async () => {
    tenant = SECOND;
    const delivery = await deliver();
    const bridge = new Bridge(open(), tenant, busyWorld('tail'), 'a');
    await bridge.cycle();
    const client = delivery.connect({ token: await token({ tenant }) });
    await client.first('snapshot');
    const lost = await loseTail(bridge, client);
    await expectTold(bridge, delivery, client, lost);
  });

  it('begins a new epoch for a poller that never saw the lost tail', async () => {
    tenant = THIRD;
    const world = busyWorld('fresh');
    const delivery = await deliver();
    const gone = new Bridge(open(), tenant, world, 'a');
    await gone.cycle();
    const client = delivery.connect({ token: await token({ tenant }) });
    await client.first('snapshot');
    const lost = await loseTail(gone, client);
    await expectTold(new Bridge(open(), tenant, world, 'b'), delivery, client, lost);
  });
});
