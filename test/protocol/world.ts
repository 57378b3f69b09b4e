import { expect } from '@jest/globals';
import type { Redis } from 'ioredis';
import { UNCHANGED } from '../../src/core/model/delta.js';
import { formatCursor, type Position } from '../../src/core/model/position.js';
import { resumption } from '../../src/deliver/log/resumption.js';
import { logKey, stateKey } from '../../src/store/keys.js';
import type { RedisStore } from '../../src/store/redis/redis-store.js';
import type { Commit, CommitResult, LogSlice } from '../../src/store/store.js';
import type { Step } from './steps.js';

/**
 * The steps and the assertions of `model/log.pml`, with the real scripts on two real servers: what was shown of the model
 * within its bounds is tried on what runs, in longer histories. What belongs to the assertions alone is kept beside the
 * servers, and copied with their keys.
 */
export interface Server {
  readonly store: RedisStore;
  readonly admin: Redis;
}

/** How often something came about, so that a run which shows nothing is noticed. */
export type Seen = Map<string, number>;

const TENANT = 'acme';
/** So far ahead of any clock that tokens are only counted up, as on a server whose clock stands still. */
const AHEAD_OF_CLOCKS = '4000000000000000';
const MORE_THAN_ANY_LOG = 1_000;

export class ProtocolWorld {
  readonly #copies: Copy[];
  readonly #ledgers: Ledger[] = [new Ledger(), new Ledger()];
  readonly #clients: Client[] = [
    { cursor: null, seen: [] },
    { cursor: null, seen: [] },
  ];
  readonly #seen: Seen;
  #late: Request | null = null;
  #claims = 0;
  #commits = 0;

  private constructor(servers: readonly Server[], seen: Seen) {
    this.#copies = servers.map((server, index) => new Copy(server, index === 0));
    this.#seen = seen;
  }

  /** The first server is master and has the tenant, the second has nothing. */
  static async begin(servers: readonly Server[], seen: Seen): Promise<ProtocolWorld> {
    for (const { admin } of servers) await admin.flushall();
    const world = new ProtocolWorld(servers, seen);
    const [first] = servers;
    await first!.store.claim(TENANT, { epoch: 'e0' });
    await first!.admin.hset(stateKey(TENANT), 'fence', AHEAD_OF_CLOCKS);
    return world;
  }

  /** Does nothing where the step is not possible, such as a commit by a bridge that has not claimed. */
  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'claim':
        return this.#claim(this.#ledgers[step.bridge]!, this.#master(step.server), step.answered);
      case 'commit':
        return this.#commit(this.#ledgers[step.bridge]!, this.#master(step.server), step);
      case 'arrive':
        return this.#arrive(this.#master(step.server));
      case 'crash':
        this.#ledgers[step.bridge]!.drop(false);
        return;
      case 'replicate':
        return this.#replicate();
      case 'promote':
        return this.#promote();
      case 'demote':
        if (this.#copies.every(({ isMaster }) => isMaster)) this.#copies[step.server]!.isMaster = false;
        return;
      case 'read':
        return this.#read(this.#clients[step.client]!, this.#master(step.server), step.page);
    }
  }

  async #claim(ledger: Ledger, copy: Copy, answered: boolean): Promise<void> {
    if (ledger.held !== null) return;
    const number = ++this.#claims;
    const { fence, version, position, continues } = await copy.server.store.claim(TENANT, {
      epoch: `e${number}`,
      newEpoch: ledger.asksNewEpoch,
    });
    copy.ghost = { ...copy.ghost, lastClaim: number };
    if (position.epoch === `e${number}`) this.#note(continues.length > 0 ? 'continued' : 'begun');
    if (!answered) return;
    ledger.asksNewEpoch = false;
    ledger.held = { fence, version, position, base: copy.ghost.lastWrite, claim: number };
  }

  /** The commit that has had no answer, or another one. */
  #requestOf(ledger: Ledger, { quiet, delayed }: CommitStep): Request | null {
    if (ledger.request !== null || ledger.held === null) return ledger.request;
    const { fence, version, position, base, claim } = ledger.held;
    const id = `c${++this.#commits}`;
    const sequence = position.sequence + 1;
    const json = JSON.stringify({ id, epoch: position.epoch, sequence });
    const commit = {
      fence,
      expectedVersion: version,
      epoch: position.epoch,
      commitId: id,
      delta: UNCHANGED,
      events: quiet ? [] : [{ sequence, type: 'call-started', json }],
    };
    ledger.request = { commit, base, claim };
    if (delayed) this.#late ??= ledger.request;
    return ledger.request;
  }

  async #commit(ledger: Ledger, copy: Copy, step: CommitStep): Promise<void> {
    const request = this.#requestOf(ledger, step);
    if (request === null) return;
    const result = await this.#carryOut(request, copy);
    if (!step.answered) return;
    if (result.status === 'committed') {
      const { version, position } = result;
      ledger.request = null;
      ledger.held = { ...ledger.held!, version, position, base: request.commit.commitId };
    } else ledger.drop(result.status === 'lost');
  }

  async #arrive(copy: Copy): Promise<void> {
    const late = this.#late;
    if (late === null) return;
    this.#late = null;
    await this.#carryOut(late, copy);
  }

  async #carryOut({ commit, base, claim }: Request, copy: Copy): Promise<CommitResult> {
    const before = copy.ghost;
    const result = await copy.server.store.commit(TENANT, commit);
    this.#note(result.status);
    const { commitId, events } = commit;
    // A commit that was the last write, and whose owner was not replaced, is answered as the first time.
    if (before.lastWrite === commitId && before.lastClaim === claim) expect(result.status).toBe('committed');
    if (result.status !== 'committed') return result;
    if (result.version === before.version) {
      this.#note('repeated');
      expect(before.lastWrite).toBe(commitId);
      return result;
    }
    // It is made on the very state that it was computed from, under the newest claim that the copy holds.
    expect([before.lastWrite, before.lastClaim]).toEqual([base, claim]);
    expect(result.version).toBe(before.version + 1);
    copy.ghost = { ...before, version: result.version, lastWrite: commitId };
    const log = await this.#log(copy);
    expect(log.ids.filter((id) => id === commitId)).toHaveLength(events.length);
    expect(log.slice.last).toBe(result.position.sequence);
    return result;
  }

  async #replicate(): Promise<void> {
    const [from, to] = [this.#master(0), this.#replica()];
    if (to === undefined) return;
    for (const key of [stateKey(TENANT), logKey(TENANT)]) {
      const dump = await from.server.admin.dumpBuffer(key);
      if (dump === null) await to.server.admin.del(key);
      else await to.server.admin.restore(key, 0, dump, 'REPLACE');
    }
    to.ghost = from.ghost;
  }

  /** Another replication id, as a fail-over gives it. */
  async #promote(): Promise<void> {
    const copy = this.#replica();
    if (copy === undefined) return;
    await copy.server.admin.replicaof('127.0.0.1', '1');
    await copy.server.admin.replicaof('NO', 'ONE');
    copy.isMaster = true;
    this.#note('promoted');
  }

  async #read(client: Client, copy: Copy, page: boolean): Promise<void> {
    const { slice, ids, labels } = await this.#log(copy);
    const { epoch, last } = slice;
    if (epoch === null) return;
    const { cursor } = client;
    const judged = (position: Position) =>
      resumption(formatCursor(position), { epoch, sequence: last }, slice);
    const resumed = cursor === null ? null : judged(cursor);
    if (cursor === null || resumed === null || 'reset' in resumed) {
      if (resumed !== null) this.#note('reset' in resumed ? resumed.reset : '');
      client.cursor = { epoch, sequence: last };
      client.seen = ids;
      return;
    }
    if (cursor.epoch !== epoch) this.#note('resumed in another epoch');
    // Every event before the cursor is the one that this client had.
    expect(ids.slice(0, cursor.sequence)).toEqual(client.seen);
    if (page) client.cursor = { epoch, sequence: cursor.sequence };
    else if (cursor.sequence < last) {
      const sequence = cursor.sequence + 1;
      client.cursor = { epoch: labels[sequence - 1]!, sequence };
      client.seen = ids.slice(0, sequence);
      // A cursor is good on the copy that gave it.
      expect(judged(client.cursor)).toEqual({ sequence });
    }
  }

  /** The whole log; no sequence is left out of it. */
  async #log({ server }: Copy): Promise<{ slice: LogSlice; ids: string[]; labels: string[] }> {
    const slice = await server.store.read(TENANT, 0, MORE_THAN_ANY_LOG);
    const events = slice.events.map(({ json }) => JSON.parse(json) as { id: string; epoch: string });
    expect(slice.events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    expect(slice.last).toBe(events.length);
    return { slice, ids: events.map(({ id }) => id), labels: events.map(({ epoch }) => epoch) };
  }

  /** The server of that number where it is a master, else the other one, which then is. */
  #master(number: number): Copy {
    const wished = this.#copies[number]!;
    return wished.isMaster ? wished : this.#copies[1 - number]!;
  }

  #replica(): Copy | undefined {
    return this.#copies.find(({ isMaster }) => !isMaster);
  }

  #note(what: string): void {
    this.#seen.set(what, (this.#seen.get(what) ?? 0) + 1);
  }
}

/** One server's copy of the tenant. */
class Copy {
  ghost: { readonly version: number; readonly lastWrite: string | null; readonly lastClaim: number } = {
    version: 0,
    lastWrite: null,
    lastClaim: 0,
  };

  constructor(
    readonly server: Server,
    public isMaster: boolean,
  ) {}
}

/** What a bridge knows, as its ledger does. */
class Ledger {
  held: {
    readonly fence: number;
    readonly version: number;
    readonly position: Position;
    readonly base: string | null;
    readonly claim: number;
  } | null = null;
  request: Request | null = null;
  asksNewEpoch = false;

  drop(asksNewEpoch: boolean): void {
    this.held = null;
    this.request = null;
    this.asksNewEpoch = asksNewEpoch;
  }
}

type CommitStep = Extract<Step, { kind: 'commit' }>;

interface Request {
  readonly commit: Commit;
  readonly base: string | null;
  readonly claim: number;
}

interface Client {
  cursor: Position | null;
  seen: readonly string[];
}
