import { TokenVerifier } from '../../src/deliver/access/token.js';
import { SECRET } from '../../test/support/delivery.js';
import { bareWs, publishRelay } from '../peers/bare-ws.js';
import type { Peer } from '../peers/peer.js';
import { plainSocketIo, redisAdapter, streamsAdapter } from '../peers/socket-io.js';
import { bridge } from './bridge.js';
import { bareChain, bridgeChain, type Chain, plainChain } from './chains.js';
import { order as orderOf, serve } from './child.js';
import { paced, pause } from './clock.js';
import { nextEvents } from './load.js';
import type { Burst, Memory, ServerOrder } from './server-order.js';

/** A server process of a measurement: the bridge's delivery, or a peer. What it costs is asked of itself. */
const order = orderOf<ServerOrder>();
const { kind, tenant, redisUrl, authMs } = order;
let emitted = 0;
let peak: Memory = { heap: 0, rss: 0 };
let sampling: NodeJS.Timeout | undefined;

function slowDown(ms: number): void {
  // oxlint-disable-next-line typescript/unbound-method
  const verify = TokenVerifier.prototype.verify;
  TokenVerifier.prototype.verify = async function (this: TokenVerifier, ...args) {
    await pause(ms);
    return verify.apply(this, args);
  };
}

function started(): Promise<Partial<Chain> & Peer & { readonly closed?: () => number }> {
  switch (kind) {
    case 'bridge':
      if (authMs !== undefined) slowDown(authMs);
      return bridge(order);
    case 'plain Socket.IO':
      return plainSocketIo(SECRET);
    case 'bare ws':
      return bareWs(SECRET);
    case 'redis adapter':
      return redisAdapter(SECRET, redisUrl);
    case 'streams adapter':
      return streamsAdapter(SECRET, redisUrl);
    case 'publish relay':
      return publishRelay(SECRET, redisUrl);
    case 'bridge chain':
      return bridgeChain(order);
    case 'bare chain':
      return bareChain(order);
    case 'plain chain':
      return plainChain(order);
  }
}

function memory(): Memory {
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, rss };
}

function sample(): void {
  const { heap, rss } = memory();
  peak = { heap: Math.max(peak.heap, heap), rss: Math.max(peak.rss, rss) };
}

const server = await started();
serve(
  { port: server.port },
  {
    clients: () => server.clients(),
    closed: () => server.closed?.() ?? 0,
    /** Microseconds of CPU that this process has used, all its threads together. */
    cpu: () => {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
    /** What is kept: after collecting, and after what collecting has set free. */
    memory: async (): Promise<Memory> => {
      for (let turn = 0; turn < 3; turn++) {
        globalThis.gc!();
        await pause(20);
      }
      return memory();
    },
    /** From here on the most that is held at any moment, until `peak`. */
    watch: () => {
      globalThis.gc!();
      peak = memory();
      sampling = setInterval(sample, 25);
    },
    peak: () => {
      clearInterval(sampling);
      return peak;
    },
    /** Of a chain: one poll; resolves with the last sequence it brought. */
    poll: () => server.poll!(),
    /** Emits events whose sequences go on; resolves with the last. */
    burst: async ({ ticks, perTick, everyMs }: Burst): Promise<number> => {
      const events = nextEvents(tenant, emitted, ticks * perTick);
      emitted += events.length;
      await paced(ticks, everyMs, (tick) => {
        for (const event of events.slice(tick * perTick, (tick + 1) * perTick)) server.emit(event);
      });
      await server.settled();
      return emitted;
    },
  },
);
