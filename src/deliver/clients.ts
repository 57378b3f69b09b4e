import type { Logger } from 'pino';
import type { Clock } from '../base/clock.js';
import type { ClientAddresses } from './access/client-addresses.js';
import type { ConnectionLimits } from './access/connection-limits.js';
import type { Connections } from './access/connections.js';
import type { FailurePace } from './access/failure-pace.js';
import type { FairTurns } from './access/fair-turns.js';
import type { LimitWatch } from './access/limit-watch.js';
import type { ResolvedOptions } from './access/options.js';
import type { RequestLimits } from './access/request-limits.js';
import type { TokenVerifier } from './access/token.js';
import type { Relay } from './log/relay.js';
import type { SharedBounds } from './log/shared-bounds.js';
import type { DeliverStats } from './stats.js';

/** What every transport needs to serve clients: they share the limits and are counted together. */
export interface ClientsDeps {
  readonly relay: Relay;
  readonly tokens: TokenVerifier;
  readonly addresses: ClientAddresses;
  readonly limits: ConnectionLimits;
  readonly connections: Connections;
  readonly requests: RequestLimits;
  readonly pace: FailurePace;
  readonly turns: FairTurns;
  readonly watch: LimitWatch;
  readonly options: ResolvedOptions;
  readonly clock: Clock;
  readonly random: () => number;
  readonly bounds: SharedBounds;
  readonly stats: DeliverStats;
  readonly logger: Logger;
}
