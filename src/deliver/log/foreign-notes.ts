import type { Logger } from 'pino';
import type { Clock } from '../../base/clock.js';
import type { DeliverStats, ForeignWhere } from '../stats.js';

/** One line a tenant in so long, however much is written to its channels. */
const SAY_EVERY_MS = 60_000;

/**
 * What other clients of Redis wrote to a tenant's channels or log and no bridge did. It is skipped; here it is counted,
 * and named in the log: at once, and from then on once a minute while it goes on, with how many there were.
 */
export class ForeignNotes {
  readonly #deps: ForeignNotesDeps;
  /** Id of the newest log entry noted: the same one is read again and again. */
  #newest = '';
  #unsaid = 0;
  #saidAt = -Infinity;

  constructor(deps: ForeignNotesDeps) {
    this.#deps = deps;
  }

  /** @param what is wrong with it, in fixed words: never its content, which could be anything */
  message(what: string): void {
    this.#note('channel', { reason: what }, 'published message skipped: no bridge has written it');
  }

  /** @param id of the entry in the log */
  entry(id: string, what: string): void {
    if (!isAfter(id, this.#newest)) return;
    this.#newest = id;
    this.#note('log', { reason: what, entry: id }, 'log entry skipped: no bridge has written it');
  }

  #note(where: ForeignWhere, about: object, line: string): void {
    const { tenant, stats, clock, logger } = this.#deps;
    const now = clock.monotonic();
    stats.countForeign(where, now);
    this.#unsaid += 1;
    if (now - this.#saidAt < SAY_EVERY_MS) return;
    logger.warn({ tenant, ...about, count: this.#unsaid }, line);
    this.#unsaid = 0;
    this.#saidAt = now;
  }
}

/** Compares ids as Redis does: two numbers each, of up to 20 digits. */
function isAfter(id: string, other: string): boolean {
  const [a, b] = [id, other].map((text) =>
    text
      .split('-')
      .map((part) => part.padStart(20, '0'))
      .join(),
  );
  return a! > b!;
}

export interface ForeignNotesDeps {
  readonly tenant: string;
  readonly stats: DeliverStats;
  readonly clock: Clock;
  readonly logger: Logger;
}
