import { UpstreamHosts, type UpstreamHostsOptions } from '../../src/source/http/upstream-hosts.js';

/** Upstream hosts on the real clock, without chance. */
export function upstreamHosts(options: Partial<UpstreamHostsOptions> = {}): UpstreamHosts {
  return new UpstreamHosts({
    concurrency: 64,
    connectTimeoutMs: 5_000,
    clock: () => performance.now(),
    random: () => 0,
    ...options,
  });
}
