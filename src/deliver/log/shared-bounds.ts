import type { Logger } from 'pino';
import type { Clock } from '../../base/clock.js';
import { Rotation } from '../../base/rotation.js';
import { Slices } from '../../base/slices.js';
import type { Limits } from '../access/options.js';
import type { DeliverStats } from '../stats.js';
import { CatchUpLine } from './catch-up-line.js';
import { ClientMemory } from './client-memory.js';
import { PageCache } from './page-cache.js';

/**
 * What the clients of all tenants share, so that no number of them delays the polls
 * ([record 27](../../../docs/adr/0027-bulkheads.md)):
 *
 * - `live`: new events are written in short turns, to the live clients of all tenants in rotation;
 * - `slices`: snapshots and missed events likewise, and a quarter of that time while any of `live` waits;
 * - `catchUps`: how many clients are far behind and read at once; the others wait in line;
 * - `pages`: what these read, once for all of them;
 * - `memory`: what all of them may have in flight.
 */
export class SharedBounds {
  readonly live: Rotation;
  readonly slices: Slices;
  readonly catchUps: CatchUpLine;
  readonly pages: PageCache;
  readonly memory: ClientMemory;
  readonly clock: Clock;

  constructor({ limits, clock, stats, logger }: SharedBoundsDeps) {
    this.clock = clock;
    const turns = {
      budgetMs: limits.sliceMs,
      monotonic: () => clock.monotonic(),
      nextTurn: (resume: () => void) => void setImmediate(resume),
    };
    this.live = new Rotation(turns);
    this.slices = new Slices({ ...turns, givesWay: () => this.live.isBusy });
    this.catchUps = new CatchUpLine({ atOnce: limits.catchUpsAtOnce, clock, stats, logger });
    this.pages = new PageCache(limits.pageCacheBytes);
    this.memory = new ClientMemory({ limitBytes: limits.memoryBytes, clock, stats, logger });
  }
}

export interface SharedBoundsDeps {
  readonly limits: Pick<Limits, 'sliceMs' | 'catchUpsAtOnce' | 'pageCacheBytes' | 'memoryBytes'>;
  readonly clock: Clock;
  readonly stats: DeliverStats;
  readonly logger: Logger;
}
