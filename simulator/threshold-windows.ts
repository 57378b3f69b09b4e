import type { DeskEvent, DeskFindings, JudgedThreshold } from './judge-desk-report.js';
import { type JudgedRule, ROUNDING_MS, type ThresholdCallers } from './threshold-callers.js';
import type { WatchedTimes } from './watched-times.js';

/** What one rule in one queue is judged by. */
export interface RuleCase {
  readonly id: string;
  readonly rule: JudgedRule;
  readonly callers: ThresholdCallers;
  readonly polls: readonly number[];
  readonly watch: WatchedTimes;
  readonly clockSlackMs: number;
  readonly clockKnownAt: number;
  readonly findings: DeskFindings;
  readonly losesPolls: boolean;
}

const SECOND = 1_000;
/** The monitor may show an answer so much later than it was (docs/upstream.md). */
const LAG_MS = 300;
/** A bridge confirms what one answer missed by another, soon after. */
const CONFIRMED_MS = 1_000;
/** A crossing that is older than the answer before has no time of its own (docs/desk.md). */
const OLDER_MS = 2_000;

/** A caller of so many answers ago may still seem to wait. */
const DOUBTED = 4;

export interface Cleared {
  /** When it last held, by every reading. */
  readonly heldAt: number;
  /** Since which answer it has not held, by any reading; null: it may. */
  readonly calmSince: number | null;
  /** When it was crossed; null: that was not said. */
  readonly since: string | null;
}

/**
 * When a threshold was crossed or ceased to hold, as it was said: the window has an instant at which it happened, and is no wider
 * than what the answers left open (`docs/judge.md`).
 */
export class ThresholdWindows {
  readonly #about: string;

  constructor(private readonly given: RuleCase) {
    this.#about = `${given.id} ${given.rule.rule}`;
  }

  /** @param nth of the answer by which it was crossed */
  crossed(event: DeskEvent, nth: number): void {
    const { findings, clockSlackMs, polls, callers, rule } = this.given;
    const { earliest, latest, certainty } = (event.data as JudgedThreshold).observed;
    const at = Date.parse(event.recordedtime);
    const isKnown = certainty === 'upstream' || certainty === 'observed';
    findings.holds('certainty', this.#about, at, isKnown, certainty);
    const began = this.#instants(event, true, polls[Math.max(0, nth - DOUBTED)]!);
    if (began === null) return;
    const time = Date.parse(event.time);
    if (certainty === 'upstream') {
      // A whole second of the PBX's clock, in which a caller joined or reached the limit.
      const isOne = began.some((one) => time <= one + clockSlackMs && one - clockSlackMs < time + SECOND);
      findings.holds(
        'time',
        this.#about,
        at,
        isOne && time % SECOND === 0,
        `${event.time} is no such second`,
      );
      findings.same('window', this.#about, at, earliest, event.time);
      const isOfSecond = Date.parse(latest) <= time + SECOND;
      findings.holds('window', this.#about, at, isOfSecond, `${event.time} to ${latest}`);
      return;
    }
    if (clockSlackMs > 0) return;
    // The PBX's time is known unless it is older than the answer that did not show it yet.
    const before = polls[nth - 1] ?? -Infinity;
    const last = callers.changes(rule).findLast((one) => one.holds && one.at <= at)?.at ?? -Infinity;
    const isOlder = last <= before - OLDER_MS + SECOND;
    findings.holds('certainty', this.#about, at, isOlder, 'observed, and the PBX gives the time');
    const isNarrow = Date.parse(earliest ?? '') >= Math.min(before, last) - ROUNDING_MS;
    findings.holds('window', this.#about, at, isNarrow, `${earliest ?? ''} is before the answer before`);
  }

  cleared(event: DeskEvent, { heldAt, calmSince, since }: Cleared): void {
    const { findings, losesPolls } = this.given;
    const { earliest, latest, certainty } = (event.data as JudgedThreshold).observed;
    const at = Date.parse(event.recordedtime);
    findings.same('certainty', this.#about, at, certainty, 'observed');
    findings.same('time', this.#about, at, event.time, latest);
    const before = since === null ? -Infinity : Date.parse(since);
    findings.holds('window', this.#about, at, before <= Date.parse(earliest ?? ''), 'before it was crossed');
    const doubtful = Math.max(heldAt, before) - CONFIRMED_MS;
    if (this.#instants(event, false, doubtful) === null || losesPolls) return;
    const isNarrow = earliest !== null && Date.parse(earliest) >= heldAt - LAG_MS - ROUNDING_MS;
    const held = heldAt === -Infinity ? 'never' : new Date(heldAt).toISOString();
    findings.holds('window', this.#about, at, isNarrow, `earliest ${earliest ?? ''}, and held at ${held}`);
    if (calmSince === null) return;
    const isSoon = Date.parse(latest) <= calmSince + CONFIRMED_MS;
    const calm = new Date(calmSince).toISOString();
    findings.holds('window', this.#about, at, isSoon, `latest ${latest}, and it did not hold at ${calm}`);
  }

  /**
   * The instants at which it can have happened, one of which is in the window; null: what was said of a caller need not be the truth.
   *
   * @param doubtful since when that matters
   */
  #instants(
    { type, time, recordedtime, data }: DeskEvent,
    holds: boolean,
    doubtful: number,
  ): readonly number[] | null {
    const { findings, callers, rule, clockSlackMs, clockKnownAt } = this.given;
    const { earliest, latest } = (data as JudgedThreshold).observed;
    const at = Date.parse(recordedtime);
    const [from, to] = [Date.parse(earliest ?? time), Date.parse(latest)];
    if (at < clockKnownAt) return null;
    const doubt = callers.doubtIn(doubtful, at);
    if (doubt !== null) {
      findings.excuse(doubt);
      return null;
    }
    // Only a crossing has a time of the PBX's.
    const slack = holds ? ROUNDING_MS + clockSlackMs : 0;
    const instants = callers
      .changes(rule)
      .flatMap((one) => (one.holds === holds && one.at <= at + slack ? [one.at] : []));
    const isIn = instants.some((one) => from - slack <= one && one <= to + slack);
    const last = instants.slice(-3).map((one) => new Date(one).toISOString());
    const reason = `${type}: it happened at ${last.join(', ') || 'no time'}, not in ${earliest ?? ''} to ${latest}`;
    findings.holds('window', this.#about, at, isIn, reason);
    return instants;
  }
}
