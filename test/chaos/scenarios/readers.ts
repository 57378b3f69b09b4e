import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { channel, logKey, stateKey } from '../../../src/store/keys.js';
import type { RedisStore } from '../../../src/store/redis/redis-store.js';
import { LogWriter, token, transition } from '../../support/delivery.js';
import { openStore } from '../../support/redis-store.js';
import { until } from '../../support/until.js';
import type { WaveOrder, WaveReport } from '../attacks/wave.js';
import { ATTACKED, type Field, withstands } from '../bulkhead.js';
import { ask } from '../probe.js';
import { type Standalone, standalone } from '../redis-in-use.js';
import { keepsTime, type Scenario, times } from '../scenario.js';
import type { Blind } from '../verdict.js';

/** Rows of clients, and of other clients of Redis, that load or disturb the bridge by reading and writing. */

/** The consumers of `bench/` come from a page of this origin. */
const ENV = { CORS_ORIGINS: 'https://crm.example' };
const EPOCH = 'before';
const MOST_CATCH_UP_MS = 60_000;

export const resumption: Scenario = {
  row: 22,
  fault: '500 clients resume 8,000 events at once',
  invariant: 'clients that catch up delay no poll and no agent, and each gets all that it missed',
  testedIn: 'src/deliver/socket/many-clients.spec.ts',
  run: (chaos) => {
    const missed = times(chaos, 2_000, 8_000);
    const clients = times(chaos, 200, 500);
    return withstands(chaos, {
      setup: { redis: () => withLog(missed) },
      env: ENV,
      // Its log begins with events that no PBX has caused.
      served: ['calm-1', 'calm-2', 'calm-3'],
      strike: async (field) => {
        const { attacker, url, tally, rig } = field;
        const before = rig.watchers.find(({ tenant }) => tenant === ATTACKED)!;
        const wave = attacker('wave', {
          ...waveOf(url, clients),
          from: { epoch: EPOCH, sequence: 0 },
          until: missed,
        });
        await wave.line(0);
        const late = await rig.watch({ name: 'an agent during the wave', tenant: ATTACKED });
        const report = (await wave.line(1)) as WaveReport;
        tally.injected += clients;
        tally.expected += clients * missed;
        tally.demand(report.skipped === 0, `clients missed ${report.skipped} events`);
        tally.demand(report.stale === 0, `clients got ${report.stale} events twice or late`);
        tally.demand(report.resets === 0, `clients had to begin again ${report.resets} times`);
        keepsTime(chaos, 'until all had all', [report.ms], MOST_CATCH_UP_MS);
        await hasAll(field, [before, late]);
      },
      voice: {
        line: ({ msg }) => msg.startsWith('clients wait to catch up'),
        metric: 'pitel_catch_ups_total',
        shown: ({ ready }) => ready.includes('clients that are far behind wait'),
      },
    });
  },
};

export const epochOfMany: Scenario = {
  row: 23,
  fault: 'a new epoch with 3,000 sockets and a snapshot of 200 KB',
  invariant: 'clients that all begin again at once delay no poll and no agent, and each gets its snapshot',
  testedIn: 'src/deliver/socket/many-clients.spec.ts',
  run: (chaos) => {
    const clients = times(chaos, 100, 3_000);
    const snapshotBytes = times(chaos, 10_000, 200_000);
    return withstands(chaos, {
      setup: {
        redis: standalone,
        // So many calls live, of queues that ring twenty extensions each.
        traffic: { callsPerHour: times(chaos, 600, 4_200), firstCallAfterMs: 100 },
        world: { directory: { extensions: 240, queues: 12 } },
      },
      env: ENV,
      strike: async ({ attacker, url, rig, tally, say }) => {
        const bearer = { authorization: `Bearer ${await token({ tenant: ATTACKED })}` };
        let bytes = 0;
        await until(
          async () => {
            bytes = (await ask(`${url}/v1/calls`, bearer)).body.length;
            return bytes >= snapshotBytes;
          },
          'enough calls',
          600_000,
        );
        const wave = attacker('wave', { ...waveOf(url, clients), narrowed: true, snapshots: 2 });
        await wave.line(0);
        say(`${clients} sockets, a snapshot of ${bytes} bytes`);
        const begun = performance.now();
        await (rig.book.commands as Redis).del(stateKey(ATTACKED), logKey(ATTACKED));
        const report = (await wave.line(1)) as WaveReport;
        tally.injected += clients;
        keepsTime(chaos, 'until all had begun again', [performance.now() - begun], MOST_RECOVERY_MS);
        tally.demand(report.stale === 0, `clients got ${report.stale} events twice or late`);
      },
      voice: {
        line: ({ msg }) => msg === 'log loaded again',
        metric: 'pitel_resets_total',
        shown: ({ ready }) => ready.includes('its clients start over'),
      },
      // The log before is gone, with what its polls saw; so are those until the bridge notices that, with its next write.
      blind: async (rig) => {
        const { epoch } = (await rig.book.place(ATTACKED))!;
        return [{ from: -Infinity, to: firstPollOf(epoch, rig) - 1 }];
      },
    });
  },
};
const MOST_RECOVERY_MS = 10_000;

export const garbage: Scenario = {
  row: 32,
  fault: 'another client of Redis publishes garbage, and adds it to the log',
  invariant: 'what no bridge has written reaches no client and stops no feed',
  testedIn: 'src/deliver/log/foreign.system.spec.ts',
  run: (chaos) => {
    const rounds = times(chaos, 3, 20);
    let memory: StoredMemory | null = null;
    return withstands(chaos, {
      setup: { redis: standalone },
      strike: async ({ rig, tally }) => {
        const redis = rig.book.commands as Redis;
        memory = new StoredMemory(openStore(rig.redis.target, { maxEvents: 100_000 }));
        rig.book.skipForeign();
        for (let round = 0; round < rounds; round++) {
          for (const [name, text] of GARBAGE) await redis.publish(channel(ATTACKED, name), text);
          const log = logKey(ATTACKED);
          await redis.xadd(log, await afterLast(redis, log), 'event', 'not an event');
          // Its id is a time: no sequence can follow it in this epoch.
          if (round % 5 === 0) await redis.xadd(log, '*', 'something', 'else');
          tally.injected += GARBAGE.length + 1;
          await pause(times(chaos, 200, 1_000));
        }
      },
      voice: {
        line: ({ msg }) => msg.endsWith('skipped: no bridge has written it'),
        metric: 'pitel_foreign_total',
        shown: ({ ready }) => ready.includes('another client of the store writes'),
      },
      blind: (rig) => memory!.gaps(rig),
    });
  },
};

const GARBAGE: readonly (readonly [name: string, text: string])[] = [
  ['call-started', 'not JSON'],
  ['call-started', 'null'],
  ['call-ended', '{}'],
  ['call-started', JSON.stringify({ type: 'call-started', epoch: 'x', sequence: '1', data: {} })],
  ['call-started', 'x'.repeat(100_000)],
];

function waveOf(url: string, count: number): WaveOrder {
  return {
    port: Number(new URL(url).port),
    tenant: ATTACKED,
    count,
    narrowed: false,
    from: null,
    until: null,
    snapshots: 0,
  };
}

/** A Redis in which the attacked tenant has a log already. */
async function withLog(events: number): Promise<Standalone> {
  const redis = await standalone();
  const store = openStore(redis.target, { maxEvents: 100_000 });
  const log = await new LogWriter(store, ATTACKED).claim(EPOCH);
  log.recordedAt = Date.now();
  for (let written = 0; written < events; written += PER_COMMIT)
    await log.commit(
      ...Array.from({ length: PER_COMMIT }, (_, n) => transition('call-started', `before-${written + n}`)),
    );
  await store.close();
  return redis;
}
const PER_COMMIT = 50;

/** An id between the newest event and the next one. */
async function afterLast(redis: Redis, log: string): Promise<string> {
  const [entry] = await redis.xrevrange(log, '+', '-', 'COUNT', 1);
  const [sequence, part] = (entry?.[0] ?? '0-0').split('-');
  return `${sequence}-${Number(part) + 1}`;
}

/**
 * What the store knows of the polls. An entry with an id beyond the next sequence begins another epoch: the commit of a
 * cycle is refused, and the tenant is claimed again from what the store has. Polls in which nothing happened are written
 * there every 5 s only; those since then are forgotten.
 */
class StoredMemory {
  readonly #store: RedisStore;
  /** By epoch, in their order: when the newest answer that is written was complete. */
  readonly #written = new Map<string, number>();
  #isOpen = true;
  readonly #watching: Promise<void>;

  constructor(store: RedisStore) {
    this.#store = store;
    this.#watching = this.#watch();
  }

  /** The polls that each claim has forgotten. Ends the watch. */
  async gaps(rig: Field['rig']): Promise<readonly Blind[]> {
    this.#isOpen = false;
    await this.#watching;
    const epochs = [...this.#written];
    return epochs
      .slice(1)
      .map(([epoch], nth) => ({ from: epochs[nth]![1] + 1, to: firstPollOf(epoch, rig) - 1 }));
  }

  async #watch(): Promise<void> {
    while (this.#isOpen) {
      const snapshot = await this.#store.snapshot(ATTACKED);
      if (snapshot !== null) {
        const { monitor, queue } = snapshot.state.sources;
        const at = Math.max(monitor.lastComplete?.at ?? -Infinity, queue.lastComplete?.at ?? -Infinity);
        this.#written.set(snapshot.position.epoch, at);
      }
      await pause(20);
    }
    await this.#store.close();
  }
}

/** When the first request of an epoch was answered: its name says when it was claimed. */
function firstPollOf(epoch: string, rig: Field['rig']): number {
  const { monitor, queue } = rig.pbx().polls;
  const claimed = parseInt(epoch, 36);
  return Math.min(...[monitor, queue].map((instants) => instants.find((at) => at > claimed) ?? claimed));
}

/** Demands that the consumers have all that the log has. */
async function hasAll(
  { rig, tally }: Field,
  consumers: readonly { readonly name: string; readonly place: { readonly sequence: number } | null }[],
): Promise<void> {
  const end = (await rig.book.place(ATTACKED))!.sequence;
  await until(
    () => consumers.every(({ place }) => (place?.sequence ?? 0) >= end),
    'the agents of the attacked tenant to have all',
  );
  tally.expected += consumers.length;
}
