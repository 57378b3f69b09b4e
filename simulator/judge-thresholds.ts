import { Doubts } from './desk-doubt.js';
import { clockKnownAt } from './judge-clock.js';
import { type DeskEvent, DeskFindings, type JudgedThreshold } from './judge-desk-report.js';
import { type PollInstants, pollsOf } from './judge-polls.js';
import type { Report } from './judge-report.js';
import { Sight } from './judge-sight.js';
import { type Holds, type JudgedRule, ROUNDING_MS, ThresholdCallers } from './threshold-callers.js';
import { type RuleCase, ThresholdWindows } from './threshold-windows.js';
import type { CallTruth } from './truth.js';
import { WatchedTimes } from './watched-times.js';

/**
 * Compares the thresholds that a bridge said were crossed and cleared with who really waited (`docs/judge.md`).
 *
 * A pure function. At each answer of the queue there are callers who certainly wait, as the answer shows their rows and no agent has
 * answered them, and callers who may seem to, as their rows are shown or have just vanished. What holds with the former has to be
 * crossed by then and a second; what does not hold with the latter must be cleared, once it has not for five seconds; in between
 * both are right. While a source is not up nothing is emitted, and nothing demanded. A caller of whose call the judge of calls has
 * found or excused something may seem to wait as long as the row is there, or not at all.
 */
export interface ThresholdCase {
  readonly truth: readonly CallTruth[];
  readonly events: readonly DeskEvent[];
  /** What the judge of calls made of the same log. */
  readonly calls: Report;
  readonly polls: PollInstants;
  readonly rules: readonly JudgedRule[];
  /** Polls may have been lost with a bridge that was killed: nothing is demanded of when. */
  readonly losesPolls?: boolean;
}

export interface ThresholdVerdict extends DeskFindings {
  readonly crossed: number;
  readonly cleared: number;
}

/** A threshold must not have held for so long before it is cleared (docs/desk.md). */
const CALM_MS = 5_000;
/** What a queue answer shows is to be known by then. */
const KNOWN_MS = 1_000;
const CLOCK_SLACK_MS = 2_000;

export function judgeThresholds(given: ThresholdCase): ThresholdVerdict {
  const findings = new DeskFindings();
  const { truth, events, rules } = given;
  const queues = new Map<string, string>();
  for (const { queues: all } of truth) for (const { id, name } of all) queues.set(id, name);
  const own = events.filter(({ type }) => type.startsWith('queue-threshold-'));
  for (const event of own) judgeEnvelope(event, queues, rules, findings);
  const ids = own.map(({ id }) => id);
  findings.holds('doubled', 'ids', null, new Set(ids).size === ids.length, 'an event twice');
  const skewed = truth.some(
    ({ clockSkewMs, clockDriftPpm }) => clockSkewMs !== 0 || (clockDriftPpm ?? 0) !== 0,
  );
  const shared = {
    polls: given.polls.queue.map((poll) => (typeof poll === 'number' ? poll : poll.received)),
    watch: new WatchedTimes(events),
    clockSlackMs: skewed ? CLOCK_SLACK_MS : 0,
    clockKnownAt: skewed ? clockKnownAt(truth, new Sight(pollsOf(given.polls), {})) : -Infinity,
    findings,
    losesPolls: given.losesPolls === true,
  };
  const doubts = new Doubts(given.calls, { ofOffers: false });
  for (const id of queues.keys()) {
    const callers = new ThresholdCallers(truth, id, doubts, shared.polls, shared.clockSlackMs);
    for (const rule of rules)
      if (rule.queue === null || rule.queue === id)
        new RuleJudge({ ...shared, id, rule, callers }).judge(own.filter((one) => isOf(one, id, rule)));
  }
  const count = (type: string): number => own.filter((one) => one.type === `queue-threshold-${type}`).length;
  return Object.assign(findings, { crossed: count('crossed'), cleared: count('cleared') });
}

function judgeEnvelope(
  { type, data, subject, recordedtime, time }: DeskEvent,
  queues: ReadonlyMap<string, string>,
  rules: readonly JudgedRule[],
  findings: DeskFindings,
): void {
  const { rule, queue, observed } = data as JudgedThreshold;
  const at = Date.parse(recordedtime);
  const isOne = type === 'queue-threshold-crossed' || type === 'queue-threshold-cleared';
  findings.holds('type', queue.id, at, isOne, type);
  const isOfRule = rules.some((one) => one.rule === rule && (one.queue === null || one.queue === queue.id));
  findings.holds('rule', queue.id, at, isOfRule, `no rule of ${rule}`);
  findings.same('queue', queue.id, at, queue.name, queues.get(queue.id) ?? null);
  findings.same('subject', queue.id, at, subject, `queue/${queue.id}`);
  const { earliest, latest } = observed;
  const isInOrder =
    earliest !== null && earliest <= time && time <= latest && Date.parse(latest) <= at + ROUNDING_MS;
  findings.holds('window', queue.id, at, isInOrder, `${time} in ${earliest ?? ''} to ${latest}`);
}

function isOf({ data }: DeskEvent, id: string, rule: JudgedRule): boolean {
  const { queue, rule: name } = data as JudgedThreshold;
  return queue.id === id && name === rule.rule;
}

/** One rule in one queue, from the first answer to the last. */
class RuleJudge {
  readonly #windows: ThresholdWindows;
  readonly #about: string;
  #since: string | null = null;
  /** Since which answer it has not held, by any reading; null: it may. */
  #calmSince: number | null = null;
  /** When it last held, by every reading. */
  #heldAt = -Infinity;
  /** What is demanded, and has been found to be missing. */
  #missing: 'crossed' | 'cleared' | null = null;

  constructor(private readonly given: RuleCase) {
    this.#windows = new ThresholdWindows(given);
    this.#about = `${given.id} ${given.rule.rule}`;
  }

  judge(own: readonly DeskEvent[]): void {
    const { polls, watch, callers, rule, findings } = this.given;
    let next = 0;
    for (const [nth, poll] of polls.entries()) {
      const held = callers.held(rule, nth);
      // What was not watched is not known to have been calm.
      const isGap = nth > 0 && !watch.wasUp(polls[nth - 1]!, poll);
      this.#calmSince = held === 'no' && watch.isUp(poll) ? ((isGap ? null : this.#calmSince) ?? poll) : null;
      if (held === 'yes' && watch.isUp(poll)) this.#heldAt = poll;
      const until = polls[nth + 1] ?? Infinity;
      for (; next < own.length && Date.parse(own[next]!.recordedtime) < until; next++)
        this.#event(own[next]!, held, nth);
      this.#demand(held, poll, own[next]);
    }
    for (const { recordedtime } of own.slice(next))
      findings.wrong('invented', this.#about, Date.parse(recordedtime), 'after the last poll');
  }

  #event(event: DeskEvent, held: Holds, nth: number): void {
    const { watch, rule, findings, callers } = this.given;
    const about = this.#about;
    const at = Date.parse(event.recordedtime);
    const data = event.data as JudgedThreshold;
    this.#missing = null;
    findings.holds('unwatched', about, at, watch.isUp(at), `${event.type} while a source is not up`);
    findings.same('limit', about, at, data.limit, rule.limit);
    const { least, most } = callers.value(rule, nth);
    const isValue = least <= data.value && data.value <= most;
    findings.holds('value', about, at, isValue, `value ${data.value}, not ${least} to ${most}`);
    if (event.type === 'queue-threshold-crossed') {
      findings.holds('twice', about, at, this.#since === null, 'crossed, and crossed already');
      findings.holds('invented', about, at, held !== 'no', 'crossed, and it does not hold');
      findings.same('since', about, at, data.since, event.time);
      findings.holds('value', about, at, data.value >= rule.limit, `value ${data.value} below the limit`);
      this.#windows.crossed(event, nth);
      this.#since = event.time;
      return;
    }
    findings.holds('twice', about, at, this.#since !== null, 'cleared, and not crossed');
    const calmMs = at - this.#heldAt;
    const isCalm = calmMs >= CALM_MS - ROUNDING_MS;
    findings.holds('early', about, at, isCalm, `cleared ${calmMs} ms after it held`);
    findings.holds('value', about, at, data.value < rule.limit, `value ${data.value} at the limit or above`);
    if (this.#since !== null) findings.same('since', about, at, data.since, this.#since);
    this.#windows.cleared(event, {
      heldAt: this.#heldAt,
      calmSince: this.#calmSince,
      since: this.#since,
    });
    this.#since = null;
  }

  #demand(held: Holds, poll: number, soon: DeskEvent | undefined): void {
    const { losesPolls, watch, findings } = this.given;
    if (losesPolls || !watch.isUp(poll) || !watch.isUp(poll + KNOWN_MS)) return;
    const isSoon = soon !== undefined && Date.parse(soon.recordedtime) <= poll + KNOWN_MS;
    const isLong = this.#calmSince !== null && poll - this.#calmSince >= CALM_MS + KNOWN_MS;
    const demanded = held === 'yes' ? 'crossed' : isLong ? 'cleared' : null;
    if (demanded === null) return;
    const isDone = (demanded === 'crossed') === (this.#since !== null) || isSoon;
    const why = demanded === 'crossed' ? 'it holds' : 'it has not held for long';
    // Once, and not at each answer from then on.
    if (isDone || this.#missing !== demanded)
      findings.holds(demanded, this.#about, poll, isDone, `${why}, and is not ${demanded}`);
    this.#missing = isDone ? null : demanded;
  }
}
