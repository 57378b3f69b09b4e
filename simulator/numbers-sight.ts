import { Doubts } from './desk-doubt.js';
import { clockKnownAt } from './judge-clock.js';
import { pollsOf } from './judge-polls.js';
import { Sight } from './judge-sight.js';
import type { NumbersCase } from './numbers-case.js';

/** How exactly a bridge can know when something was. */
export class NumbersSight {
  readonly sight: Sight;
  /** Of what extensions did. */
  readonly doubts: Doubts;
  /** Of what the caller did. */
  readonly callerDoubts: Doubts;
  /** How far off times by the PBX's clock may be. */
  readonly skewMs: number;
  readonly #clockKnownAt: number;

  constructor({ truth, polls, calls, sightingsToDemand }: NumbersCase) {
    const toDemand = sightingsToDemand === undefined ? {} : { sightingsToDemand };
    this.sight = new Sight(pollsOf(polls), toDemand);
    this.doubts = new Doubts(calls);
    this.callerDoubts = new Doubts(calls, { ofOffers: false });
    const isSkewed = truth.some(
      ({ clockSkewMs, clockDriftPpm }) => clockSkewMs !== 0 || (clockDriftPpm ?? 0) !== 0,
    );
    this.skewMs = isSkewed ? CLOCK_SLACK_MS : 0;
    this.#clockKnownAt = isSkewed ? clockKnownAt(truth, this.sight) : -Infinity;
  }

  isClockKnown(at: number): boolean {
    return at >= this.#clockKnownAt;
  }

  /** When an answer of the endpoint must have shown what happened at this instant. */
  shownBy(endpoint: 'monitor' | 'queue', at: number): number {
    const latest = this.sight.polls(endpoint).after(at + SHOWN_LATE_MS, this.sight.toDemand - 1)?.received;
    return Math.max(latest ?? this.sight.until, at);
  }

  /** When the last answer before it cannot have shown it yet. */
  notShownAt(endpoint: 'monitor' | 'queue', at: number): number {
    return (
      (this.sight.polls(endpoint).before(at, this.sight.toDemand - 1)?.sent ?? -Infinity) - SHOWN_LATE_MS
    );
  }
}

/** The monitor shows things up to so much later than they happen (docs/upstream.md), and so does a queue an answer. */
const SHOWN_LATE_MS = 500;
const CLOCK_SLACK_MS = 3_000;
/** The PBX's times are cut to seconds. */
export const SECOND = 1_000;
