import type { Time } from '../../src/base/clock.js';
import type { Callback, CallbackPart } from '../../src/core/callbacks/callback.js';
import { DEFAULT_POLICY } from '../../src/core/model/call.js';
import { UNCHANGED } from '../../src/core/model/delta.js';
import { NO_DESK_CHANGE } from '../../src/core/desk-state.js';
import { TenantLedger } from '../../src/poll/cycle/tenant-ledger.js';
import type { Store } from '../../src/store/store.js';

/**
 * Who polls a tenant, as far as people's requests are concerned: puts call-backs into its state, and answers what waits in its
 * inbox with the core.
 */
export class DeskOwner {
  readonly #store: Store;
  readonly #tenant: string;
  readonly #time: Time;
  readonly #ledger: TenantLedger;
  #commits = 0;

  constructor(store: Store, time: Time, tenant = 'acme') {
    this.#store = store;
    this.#tenant = tenant;
    this.#time = time;
    this.#ledger = new TenantLedger({
      tenant,
      store,
      policy: DEFAULT_POLICY,
      time,
      newEpoch: () => 'e1',
      newCommitId: () => `${tenant}-owner-${(this.#commits += 1)}`,
    });
  }

  async put(...items: readonly Callback[]): Promise<void> {
    const { fence, version, position } = await this.#store.claim(this.#tenant, { epoch: 'e1' });
    const result = await this.#store.commit(this.#tenant, {
      fence,
      expectedVersion: version,
      commitId: `put-${(this.#commits += 1)}`,
      epoch: position.epoch,
      delta: UNCHANGED,
      desk: { ...NO_DESK_CHANGE, callbacks: new Map(items.map((item) => [item.id, item])) },
      events: [],
    });
    if (result.status !== 'committed') throw new Error(`commit: ${result.status}`);
  }

  /** Answers what waits; returns how many events that led to. */
  async answer(): Promise<number> {
    await this.#ledger.claim();
    if (!this.#ledger.hasRequests) return 0;
    const written = await this.#ledger.answer();
    if (written === null) throw new Error(`no owner at ${this.#time.now()}`);
    return written.length;
  }
}

const T0 = Date.UTC(2026, 2, 2, 3);

/** A part, as of a queue that missed the customer once, `s` seconds after 3 o'clock. */
export function part(queue: string | null, s: number, given: Partial<CallbackPart> = {}): CallbackPart {
  const at = T0 + s * 1_000;
  return {
    queue: queue === null ? null : { id: `q-${queue}`, name: queue },
    missed: 1,
    firstAt: at,
    lastAt: at,
    longestWaitMs: 20_000,
    callIds: [`call-${queue}-${s}`],
    probable: false,
    afterHours: false,
    ...given,
  };
}

/** An open item of a customer, missed by these parts. */
export function item(id: string, parts: readonly CallbackPart[], given: Partial<Callback> = {}): Callback {
  return {
    id,
    line: '+84905111222',
    customer: { raw: '0905111222', e164: '+84905111222', national: '0905 111 222' },
    parts,
    tried: 0,
    deeds: parts.map(({ lastAt }) => ({ what: 'missed', at: lastAt, by: null })),
    events: parts.length,
    claim: null,
    done: null,
    ...given,
  };
}
