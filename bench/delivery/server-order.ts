import type { Limits } from '../../src/deliver/access/options.js';

/** What a server process is to be. */
export interface ServerOrder {
  readonly kind:
    | 'bridge'
    | 'plain Socket.IO'
    | 'bare ws'
    | 'redis adapter'
    | 'streams adapter'
    | 'publish relay'
    | ChainKind;
  readonly tenant: string;
  readonly redisUrl: string;
  /** The bridge's, where they are not the defaults. */
  readonly limits?: Partial<Limits>;
  /** How long the bridge's verifier takes, as one does that asks elsewhere. */
  readonly authMs?: number;
  /** Of a chain: where it polls. */
  readonly upstreamUrl?: string;
}

/** From the poll to the client in one process. */
export type ChainKind = 'bridge chain' | 'bare chain' | 'plain chain';

export interface Burst {
  readonly ticks: number;
  readonly perTick: number;
  readonly everyMs: number;
}

export interface Memory {
  readonly heap: number;
  readonly rss: number;
}

/** The log's bound: more than any of the measurements writes. */
export const LOG_EVENTS = 200_000;
