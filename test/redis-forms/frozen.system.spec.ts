import { DeliveryUnderTest, token } from '../support/delivery.js';
import { openStore } from '../support/redis-store.js';
import { Bridge, busyWorld } from './bridge.js';
import { type Form, sentinelForm } from './form.js';
import { atTheEndOf, eventsOf, expectEnded, expectOneEventAPlace, expectWhole } from './seen.js';

/**
 * A frozen master is not dead: when it wakes it carries out the commits in its sockets, although another has been master
 * for a while. For a moment there are two logs.
 */
describe('a master that was frozen, and the one that has taken over', () => {
  const tenant = 'acme';
  let form: Form;
  const ends: (() => Promise<void>)[] = [];
  const open = () => {
    const store = openStore(form.target, { maxEvents: 100_000 }, 500);
    ends.push(() => store.close());
    return store;
  };
  beforeAll(async () => {
    form = await sentinelForm();
  });
  afterAll(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
    await form.stop();
  });

  it('never put two events at one position', async () => {
    const delivery = await DeliveryUnderTest.start(open(), { compareMs: 50, tenants: [tenant] });
    ends.push(() => delivery.stop());
    const world = busyWorld('frozen');
    const old = new Bridge(open(), tenant, world, 'a');
    await old.cycles(40);
    const client = delivery.connect({ token: await token({ tenant }) });
    await client.first('snapshot');
    await form.inSync(tenant);
    const frozen = await form.master(tenant);
    const { epoch } = (await old.store.position(tenant))!;

    frozen.signal('SIGSTOP');
    const waiting = old.cycles(5);
    await form.successorOf(frozen, tenant);
    const other = new Bridge(open(), tenant, world, 'b');
    await other.cycles(5);
    frozen.signal('SIGCONT');
    await waiting;
    await other.toTheEnd();

    const log = await other.log();
    await client.until(() => atTheEndOf(log, client));
    expectWhole(log);
    expectEnded(log);
    expectOneEventAPlace(log, eventsOf(client));
    expect(log[0]!.epoch).toBe(epoch);
    expect(log.at(-1)!.epoch).not.toBe(epoch);
  });
});
