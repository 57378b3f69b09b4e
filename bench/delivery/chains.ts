import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { request } from 'undici';
import { systemClock } from '../../src/base/clock.js';
import { EndpointReader } from '../../src/source/endpoint-reader.js';
import { UpstreamHosts } from '../../src/source/http/upstream-hosts.js';
import { TenantConnection } from '../../src/source/tenant-connection.js';
import { SECRET } from '../../test/support/delivery.js';
import { HandPolled } from '../../test/support/hand-polled.js';
import { publishRelay, RELAY_CHANNEL } from '../peers/bare-ws.js';
import type { Peer } from '../peers/peer.js';
import { PlainWay } from '../peers/plain.js';
import { plainSocketIo } from '../peers/socket-io.js';
import { bridge } from './bridge.js';
import { nextEvents } from './load.js';
import type { ServerOrder } from './server-order.js';

/** The whole way from the upstream's answer to the client, in one process as the bridge is by default. */
export interface Chain extends Peer {
  /** Asks the upstream once; resolves with the sequence of the last event there is then. */
  poll(): Promise<number>;
}

/** The bridge's poller, store and delivery. */
export async function bridgeChain(order: ServerOrder): Promise<Chain> {
  const delivery = await bridge(order);
  const { store } = delivery;
  const { tenant } = order;
  const connection = new TenantConnection({
    tenant,
    baseUrl: order.upstreamUrl!,
    token: 'token',
    timeZone: 'Asia/Ho_Chi_Minh',
    country: 'VN',
    hosts: new UpstreamHosts({
      concurrency: 4,
      connectTimeoutMs: 5_000,
      time: systemClock,
      random: Math.random,
    }),
    timeoutMs: 5_000,
    maxBodyBytes: 16 * 1024 * 1024,
    time: systemClock,
  });
  const poller = new HandPolled({
    tenant,
    source: new EndpointReader(connection),
    store,
    time: systemClock,
    newEpoch: () => 'e1',
    newCommitId: randomUUID,
  });
  let sequence = 0;
  const poll = async () => {
    const { transitions, polls } = await poller.cycle(['monitor']);
    const observation = polls[0]?.result.observation;
    if (observation?.outcome !== 'complete') throw new Error(observation?.reason ?? 'not polled');
    return (sequence += transitions.length);
  };
  return { ...delivery, poll };
}

/** The least there is: fetch, publish where the bytes differ, `ws`. The event is at hand. */
export async function bareChain(order: ServerOrder): Promise<Chain> {
  const relay = await publishRelay(SECRET, order.redisUrl);
  const redis = new Redis(order.redisUrl);
  const fetched = fetching(order);
  let last: Buffer = Buffer.alloc(0);
  let sequence = 0;
  const poll = async () => {
    const body = await fetched();
    if (body.equals(last)) return sequence;
    last = body;
    const [event] = nextEvents(order.tenant, sequence, 1);
    await redis.publish(RELAY_CHANNEL, JSON.stringify(event));
    return (sequence += 1);
  };
  return { ...relay, poll };
}

/** Fetch, zod, generic diff, snapshot under one key, an event to the tenant's room of plain Socket.IO. */
export async function plainChain(order: ServerOrder): Promise<Chain> {
  const sockets = await plainSocketIo(SECRET);
  const plain = await PlainWay.start(new Redis(order.redisUrl));
  const fetched = fetching(order);
  let sequence = 0;
  const poll = async () => {
    if ((await plain.poll(await fetched())) === 0) return sequence;
    const [event] = nextEvents(order.tenant, sequence, 1);
    sockets.emit(event!);
    return (sequence += 1);
  };
  return { ...sockets, poll };
}

function fetching({ upstreamUrl }: ServerOrder): () => Promise<Buffer> {
  return async () => {
    const { body } = await request(`${upstreamUrl}/v3/monitor?=null`);
    return Buffer.from(await body.arrayBuffer());
  };
}
