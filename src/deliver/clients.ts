import type { Logger } from 'pino';
import type { Clock } from '../base/clock.js';
import type { ConnectionLimits } from './access/connection-limits.js';
import type { ResolvedOptions } from './access/options.js';
import type { TokenVerifier } from './access/token.js';
import type { Relay } from './log/relay.js';
import type { SharedBounds } from './log/shared-bounds.js';
import type { DeliverStats } from './stats.js';

/** What every transport needs to serve clients: they share the limits and are counted together. */
export interface ClientsDeps {
  readonly relay: Relay;
  readonly tokens: TokenVerifier;
  readonly limits: ConnectionLimits;
  readonly options: ResolvedOptions;
  readonly clock: Clock;
  readonly random: () => number;
  readonly bounds: SharedBounds;
  readonly stats: DeliverStats;
  readonly logger: Logger;
}
