import { DeliverStats } from '../../deliver/stats.js';
import { ForeignNotes } from '../../deliver/log/foreign-notes.js';
import { silent } from '../../../test/support/delivery.js';
import { AWAY } from '../../../test/support/webhook-log.js';
import { WebhooksUnderTest } from '../../../test/support/webhook-run.js';
import type { Sender } from '../sender.js';
import { StoredWebhooksControl } from './control.js';
import { EventTexts } from './event-texts.js';
import { TenantLog } from './tenant-log.js';

describe('tests and replays', () => {
  let rig: WebhooksUnderTest;
  let control: StoredWebhooksControl;
  let most: number;
  beforeEach(async () => {
    rig = new WebhooksUnderTest();
    most = 0;
    let underWay = 0;
    const sender: Sender = {
      send: async (...request) => {
        most = Math.max(most, (underWay += 1));
        const result = await rig.receivers.send(...request);
        underWay -= 1;
        return result;
      },
    };
    const { store: logs, progress: store, stats, clock } = rig;
    const logOf = (tenant: string) => {
      const notes = new ForeignNotes({ tenant, stats: new DeliverStats(), clock, logger: silent });
      return new TenantLog({ tenant, store: logs, texts: new EventTexts(1_000_000), notes });
    };
    const endpointsOf = () => rig.endpoints;
    control = new StoredWebhooksControl({ endpointsOf, store, logs, logOf, sender, stats, clock });
    await rig.log.claim('e1');
    await rig.commit('a', 'b');
  });

  it('take turns, one request at a time, however many are asked for', async () => {
    const signal = new AbortController().signal;
    const replays = Array.from({ length: 20 }, () => control.replay('acme', 'crm', { since: 0 }, signal));
    const tests = Array.from({ length: 20 }, () => control.test('acme', 'crm', signal));
    await rig.pass(10_000);
    for (const replayed of await Promise.all(replays))
      expect(replayed).toMatchObject({ delivered: 2, cursor: null });
    for (const tested of await Promise.all(tests)) expect(tested.status).toBe(200);
    expect(most).toBe(1);
    expect(rig.receivers.arrivals).toHaveLength(60);
  });

  it('send nothing once their callers have gone', async () => {
    rig.receivers.tookMs.set('crm', 15_000);
    rig.receivers.answers.set('crm', () => AWAY);
    const gone = new AbortController();
    const first = control.test('acme', 'crm', new AbortController().signal);
    const second = control.test('acme', 'crm', gone.signal);
    const third = control.replay('acme', 'crm', { since: 0 }, gone.signal);
    await rig.pass(1_000);
    gone.abort();
    rig.receivers.answers.delete('crm');
    await rig.pass(20_000);
    expect(await first).toMatchObject(AWAY);
    expect(await second).toMatchObject({ status: null, error: 'given up' });
    expect(await third).toMatchObject({ delivered: 0 });
    expect(rig.receivers.arrivals).toHaveLength(0);
  });
});
