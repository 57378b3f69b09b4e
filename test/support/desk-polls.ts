import type { CallbackRequestKind } from '../../src/core/callbacks/callback-request.js';
import { DEFAULT_DESK_RULES, type DeskRules } from '../../src/core/desk-rules.js';
import { DEFAULT_POLICY } from '../../src/core/model/call.js';
import type { BridgeEvent } from '../../src/core/model/event.js';
import type { Observations } from '../../src/core/model/observation.js';
import { TenantLedger } from '../../src/poll/cycle/tenant-ledger.js';
import { MemoryDeskStore } from '../../src/store/memory/memory-desk-store.js';
import { MemoryInbox } from '../../src/store/memory/memory-inbox.js';
import { MemoryStore } from '../../src/store/memory/memory-store.js';
import type { Store } from '../../src/store/store.js';
import { observations, type Poll, T0 } from './history.js';
import { ManualTime } from './time.js';

const TENANT = 'acme';
const RULES: DeskRules = {
  ...DEFAULT_DESK_RULES,
  shortAbandonMs: 0,
  thresholds: [
    { queue: null, rule: 'waiting', limit: 1 },
    { queue: null, rule: 'longestWait', limit: 30 },
  ],
};

/** A tenant's owner over a store, poll by poll, and all that its commits leave there. */
export class DeskPolls {
  readonly store: MemoryStore;
  readonly desk: MemoryDeskStore;
  readonly #inbox: MemoryInbox;
  readonly #time = new ManualTime(T0);
  #ledger: TenantLedger;
  #commits = 0;
  #asked = 0;

  constructor() {
    this.store = new MemoryStore({ maxEvents: 1_000, now: () => this.#time.now() });
    const forEver = { statsMs: 1e15, historyMs: 1e15 };
    this.desk = new MemoryDeskStore(this.store, forEver);
    this.#inbox = new MemoryInbox(this.store);
    this.#ledger = this.#owner(this.store);
  }

  async poll(poll: Poll): Promise<void> {
    this.#time.at = T0 + poll.at! * 1_000;
    await this.#write(observations(poll, this.#time.at));
  }

  /** Of the call-back that was opened at this place. */
  async ask({ kind, by, nth }: { kind: CallbackRequestKind; by: string; nth: number }): Promise<string> {
    const items = (await this.desk.callbacks(TENANT)).items;
    const callback = items[nth]?.id ?? 'cb-none';
    const id = `${kind}/${callback}/${(this.#asked += 1)}`;
    const why = kind === 'callback-dismiss' ? 'not-needed' : null;
    const request = { id, kind, callback, by, why, within: null, at: this.#time.at } as const;
    await this.#inbox.ask(TENANT, request);
    const ledger = await this.#write({});
    await ledger.answer();
    const asked = await this.#inbox.ask(TENANT, request);
    return asked.status === 'answered' ? asked.result : asked.status;
  }

  /** The owner ends; another one claims the tenant, over `store` where that is given. */
  drop(store: Store = this.store): void {
    this.#ledger = this.#owner(store);
  }

  /** Everything but what differs from owner to owner, such as who has claimed. */
  async left() {
    const { desk, store } = this;
    const { events } = await store.read(TENANT, 0, 1_000);
    const days = await desk.days(TENANT, ['2026-03-01', '2026-03-02', '2026-03-03']);
    const history = await desk.history(TENANT, { from: null, to: null, after: null, limit: 1_000 });
    // Those of one poll are in no order among queues.
    const bare = events.map(({ json }) => ({ ...(JSON.parse(json) as BridgeEvent), sequence: null }));
    return {
      events: bare.sort((one, other) => (one.id < other.id ? -1 : 1)),
      callbacks: (await desk.callbacks(TENANT)).items,
      ...(await desk.standing(TENANT)),
      days,
      history: history.records,
    };
  }

  async #write(observed: Observations): Promise<TenantLedger> {
    const ledger = this.#ledger;
    if (ledger.known === null) await ledger.claim();
    // So that what the store has of the endpoints is never some seconds old, as it may be.
    ledger.expectRequests();
    if (!(await ledger.write(ledger.decide(observed)))) throw new Error('not written');
    return ledger;
  }

  #owner(store: Store): TenantLedger {
    return new TenantLedger({
      tenant: TENANT,
      store,
      policy: DEFAULT_POLICY,
      desk: RULES,
      time: this.#time,
      newEpoch: () => 'e1',
      newCommitId: () => `commit-${(this.#commits += 1)}`,
    });
  }
}
