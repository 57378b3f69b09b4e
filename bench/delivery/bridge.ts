import { connectRedis } from '../../src/store/redis/redis-connection.js';
import { RedisStore } from '../../src/store/redis/redis-store.js';
import { DeliveryUnderTest } from '../../test/support/delivery.js';
import type { Peer } from '../peers/peer.js';
import { LOG_EVENTS, type ServerOrder } from './server-order.js';

export interface Bridge extends Peer {
  readonly store: RedisStore;
  /** How many connections it has closed as slow. */
  readonly closed: () => number;
}

/** The bridge's own delivery, over Redis. */
export async function bridge({ tenant, redisUrl, limits }: ServerOrder): Promise<Bridge> {
  const store = new RedisStore(connectRedis({ url: redisUrl }, { onError: () => undefined }), {
    maxEvents: LOG_EVENTS,
  });
  const delivery = await DeliveryUnderTest.start(store, {
    tenants: [tenant],
    closeGraceMs: 1_000,
    ...limits,
  });
  return {
    store,
    port: Number(new URL(delivery.url).port),
    clients: () => delivery.stats.sockets,
    emit: () => {
      throw new Error('commit instead');
    },
    settled: () => Promise.resolve(),
    closed: () => delivery.stats.closed.get('slow-consumer') ?? 0,
  };
}
