import { systemClock } from '../../src/base/clock.js';
import { UpstreamHosts, type UpstreamHostsOptions } from '../../src/source/http/upstream-hosts.js';

/** Upstream hosts on the real clock, without chance. */
export function upstreamHosts(options: Partial<UpstreamHostsOptions> = {}): UpstreamHosts {
  return new UpstreamHosts({
    concurrency: 64,
    connectTimeoutMs: 5_000,
    time: systemClock,
    random: () => 0,
    ...options,
  });
}
