import { silent } from '../../../test/support/delivery.js';
import { VirtualTime } from '../../../test/support/virtual-time.js';
import { progressAt } from '../../../test/support/webhook-log.js';
import type { DeadLetter, StoredAttempt, WebhookSave } from '../../store/webhook-store.js';
import { type Kept, ProgressKeeper } from './progress-keeper.js';

/** An endpoint that has got somewhere. */
class Endpoint implements Kept {
  isChanged = false;
  dead: readonly DeadLetter[] = [];
  sequence = 0;

  progress() {
    this.isChanged = false;
    const dead = this.dead;
    this.dead = [];
    return { progress: progressAt({ epoch: 'e1', sequence: this.sequence }), dead };
  }

  restore(dead: readonly DeadLetter[]): void {
    this.dead = [...dead, ...this.dead];
    this.isChanged = true;
  }
}

const DEAD: DeadLetter = { cursor: 'e1:1', reason: 'expired', tries: 0, at: 1 };

const attempt = (at: number): StoredAttempt => ({
  at,
  cursor: null,
  id: `evt_${at}`,
  kind: 'event',
  outcome: 'delivered',
  status: 200,
  tookMs: 1,
  error: null,
});

describe('what is saved of a tenant’s webhooks', () => {
  let time: VirtualTime;
  let saves: (WebhookSave & { readonly fence: number })[];
  let attempts: (readonly StoredAttempt[])[];
  let answer: () => Promise<boolean>;
  let fenced: number;
  let keeper: ProgressKeeper;
  let crm: Endpoint;

  beforeEach(() => {
    time = new VirtualTime(0);
    saves = [];
    attempts = [];
    answer = () => Promise.resolve(true);
    fenced = 0;
    keeper = new ProgressKeeper({
      tenant: 'acme',
      fence: 7,
      store: {
        save: (_, fence, save) => {
          saves.push({ fence, ...save });
          return answer();
        },
        addAttempts: (_, __, some) => {
          attempts.push(some);
          return Promise.resolve();
        },
      },
      fenced: () => (fenced += 1),
      clock: time.clock(),
      random: () => 0,
      log: silent,
    });
    crm = new Endpoint();
    keeper.add('crm', crm);
  });
  afterEach(async () => {
    answer = () => Promise.resolve(true);
    await keeper.close();
  });

  const change = (sequence: number, endpoint = crm) => {
    endpoint.sequence = sequence;
    endpoint.isChanged = true;
    keeper.changed();
  };
  const pass = async (ms: number) => {
    const end = time.now + ms;
    await time.runUntil(end);
    time.now = end;
  };
  const saved = () => saves.map(({ endpoints }) => endpoints.get('crm')?.through.sequence);

  it('is what has changed, under the claim, at once and then every 20 ms at most', async () => {
    const other = new Endpoint();
    keeper.add('other', other);
    change(1);
    await pass(0);
    expect(saves).toMatchObject([{ fence: 7, removed: [] }]);
    expect([...saves[0]!.endpoints.keys()]).toEqual(['crm']);
    change(2);
    change(3);
    await pass(19);
    expect(saved()).toEqual([1]);
    await pass(1);
    expect(saved()).toEqual([1, 3]);
    await pass(1_000);
    expect(saves).toHaveLength(2);
  });

  it('is one save at a time: the next has what changed meanwhile', async () => {
    let end: (isKept: boolean) => void = () => undefined;
    answer = () => new Promise((resolve) => (end = resolve));
    change(1);
    await pass(0);
    change(2);
    await pass(1_000);
    expect(saved()).toEqual([1]);
    answer = () => Promise.resolve(true);
    end(true);
    await pass(20);
    expect(saved()).toEqual([1, 2]);
  });

  it('is saved again where the store did not answer, with its dead letters', async () => {
    answer = () => Promise.reject(new Error('away'));
    crm.dead = [DEAD];
    change(1);
    await pass(0);
    answer = () => Promise.resolve(true);
    await pass(100);
    expect(saved()).toEqual([1, 1]);
    expect(saves.map(({ dead }) => dead.get('crm'))).toEqual([[DEAD], [DEAD]]);
  });

  it('ends where another owner has claimed', async () => {
    answer = () => Promise.resolve(false);
    change(1);
    await pass(20);
    expect(fenced).toBe(1);
    change(2);
    await pass(1_000);
    await keeper.close();
    expect(saves).toHaveLength(1);
  });

  it('is removed with an endpoint, once, and not where the endpoint is there again', async () => {
    keeper.remove('crm');
    await pass(0);
    expect(saves).toMatchObject([{ removed: ['crm'] }]);
    await pass(1_000);
    expect(saves).toHaveLength(1);
    keeper.remove('crm');
    keeper.add('crm', crm);
    change(1);
    await pass(1_000);
    expect(saves.slice(1)).toMatchObject([{ removed: [] }]);
  });

  it('has the newest attempts, twice a second, and all of them at the end', async () => {
    for (let at = 0; at < 250; at++) keeper.attempted('crm', attempt(at));
    await pass(0);
    keeper.attempted('crm', attempt(250));
    await pass(400);
    expect(attempts.map((some) => [some.length, some[0]!.at])).toEqual([[200, 50]]);
    await keeper.close();
    expect(attempts[1]).toEqual([attempt(250)]);
  });

  it('is saved a last time when the owner ends, and never after', async () => {
    change(1);
    await pass(0);
    change(2);
    await keeper.close();
    expect(saved()).toEqual([1, 2]);
    change(3);
    await pass(1_000);
    expect(saved()).toEqual([1, 2]);
  });
});
