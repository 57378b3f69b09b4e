/** The orders to the processes that measure many tenants, and their answers. */
export interface PbxOrder {
  readonly tenants: number;
}

export interface ReplicaOrder {
  /** The whole environment of the service. */
  readonly env: Readonly<Record<string, string>>;
}

export interface ClientOrder {
  readonly url: string;
  readonly tokens: readonly string[];
  readonly connections: number;
  /** How the answer is taken: as most would write it, or as cheaply as undici allows. */
  readonly way: 'request' | 'dispatch';
}

/** Between two polls of one endpoint of one tenant, as the PBX saw them, in milliseconds. */
export interface Gaps {
  readonly polls: number;
  readonly median: number;
  readonly p999: number;
  /** Counts what is open at either end too: who was never polled was late all the time. */
  readonly latest: number;
  /** Endpoints that were not polled at all. */
  readonly unpolled: number;
}

/** In bytes, after collecting. */
export interface Memory {
  readonly heap: number;
  readonly rss: number;
}

export const INTERVAL_MS = 1_000;

export function tokenOf(tenant: number): string {
  return `upstream-token-${tenant}`;
}
