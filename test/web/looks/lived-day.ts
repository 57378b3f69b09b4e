import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { CallScript, World } from '../../../simulator/world.js';
import type { DeskRules } from '../../../src/core/desk-rules.js';
import type { Endpoint } from '../../../src/core/model/observation.js';
import { pollResult } from '../../../src/source/poll-result.js';
import { HandPolled } from '../../support/hand-polled.js';
import { openStore } from '../../support/redis-store.js';
import { worldSource } from '../../support/world-source.js';

/** What happened before the pages are opened. Instants are milliseconds before now. */
export interface PastDay {
  readonly calls: readonly { readonly ago: number; readonly call: CallScript }[];
  /** When the monitor did not answer. */
  readonly outage: { readonly from: number; readonly to: number } | null;
  /** Between two polls. */
  readonly everyMs: number;
}

/**
 * Lives the hours from the world's instant up to now, with the bridge's own poller, core and store in the world's time, so
 * that a bridge that starts on this Redis goes on with a day that it could have lived itself.
 */
export async function livePast(
  world: World,
  {
    redisUrl,
    tenant,
    rules,
    past,
  }: {
    readonly redisUrl: string;
    readonly tenant: string;
    readonly rules: DeskRules;
    readonly past: PastDay;
  },
): Promise<void> {
  const now = Date.now();
  const store = openStore({ url: redisUrl }, { maxEvents: 100_000 });
  const waiting = [...past.calls].sort((a, b) => b.ago - a.ago);
  const isOut = () =>
    past.outage !== null && world.now >= now - past.outage.from && world.now < now - past.outage.to;
  const honest = worldSource(world);
  const source = {
    poll: (endpoint: Endpoint) => {
      if (endpoint !== 'monitor' || !isOut()) return honest.poll(endpoint);
      const at = { startedAt: world.now, at: world.now };
      const failed = { endpoint, ...at, outcome: 'failed', reason: 'no answer within 5000 ms' } as const;
      return Promise.resolve(pollResult(failed, { sentAt: world.now, status: null }, world.now));
    },
  };
  const bridge = new HandPolled({
    tenant,
    store,
    source,
    desk: rules,
    time: { now: () => world.now, monotonic: () => world.now },
    newEpoch: randomUUID,
    newCommitId: randomUUID,
  });
  try {
    // Computing takes time too: the day is over when it has caught up with the clock.
    while (world.now < Date.now()) {
      const next = Math.min(world.now + past.everyMs, Date.now());
      for (let first = waiting[0]; first !== undefined && now - first.ago <= next; first = waiting[0]) {
        world.advanceTo(now - first.ago);
        world.startCall(first.call);
        waiting.shift();
      }
      world.advanceTo(next);
      await bridge.cycle(['monitor', 'queue']);
      await setImmediate();
    }
  } finally {
    await store.close();
  }
}
