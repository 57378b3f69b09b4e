import type { DeskPoll } from '../desk-poll.js';
import type { DeskRules } from '../desk-rules.js';
import { type Call, DEFAULT_POLICY } from '../model/call.js';
import type { Changed } from '../model/delta.js';
import { type ThresholdRule, THRESHOLD_RULES, type Transition } from '../model/event.js';
import type { Instant } from '../model/observation.js';
import { seenIn } from '../parts/honest-time.js';
import { lazySkew, skewOf } from '../parts/pbx-clock.js';
import { isLongAgo } from '../parts/window.js';
import {
  type CrossedThreshold,
  type DoubtedThreshold,
  type KnownQueue,
  QUEUE_KEPT_MS,
  QUEUES_MAX,
  withRules,
} from './known-queue.js';
import { type Moves, QueueCallers } from './queue-callers.js';
import type { SeenPlace } from './queue-place.js';
import { thresholdEvent } from './threshold-event.js';
import { crossedAt, heldBy, mayHaveHeldAt, valueOf } from './threshold-holds.js';
import { CALM_MS, THRESHOLD_STEPS, type ThresholdFacts } from './threshold-rules.js';
import { type QueueLimits, Thresholds } from './thresholds.js';
import { isUp, lastWatched } from './watched.js';

/**
 * Keeps which queues there are, and which of the tenant's thresholds hold in them.
 *
 * Guarantees: a crossing is emitted once, and so is its end, with the limit that it was crossed by, whatever becomes of the rule;
 * both only while the PBX is watched (`threshold-rules.ts`). A wait that passes its limit without any change is noticed by the
 * first poll that was requested after that. The state of crossings is in the `KnownQueue`s alone: an owner that takes over goes on.
 * A poll that changes no call, while no limit is due, compares a few numbers, and changes nothing.
 *
 * Not guaranteed: that a limit which was passed between two polls only is noticed.
 */
export class QueueWatch {
  readonly #known: Map<string, KnownQueue>;
  readonly #thresholds: Thresholds;
  readonly #callers = new QueueCallers();
  #hasBegun = false;
  /** Queues of which something has changed since their thresholds were last checked. */
  readonly #touched = new Set<string>();
  /** When a queue has to be checked although nothing of it changes, by the time of the queue's latest answer. */
  readonly #due = new Map<string, Instant>();
  #nextDue = Infinity;
  /** When the answer was requested by which all thresholds were last checked, or are still as they were; null: none was. */
  #checkedAsOf: Instant | null = null;
  /** Whether the PBX was not watched for a while since then. */
  #hasGap = false;
  #forgetAt = -Infinity;

  constructor(queues: ReadonlyMap<string, KnownQueue>, { thresholds }: Pick<DeskRules, 'thresholds'>) {
    this.#known = new Map(queues);
    this.#thresholds = new Thresholds(thresholds);
  }

  /** Takes the calls that a part of a decision has changed. */
  follow(changed: Changed<Call>, poll: QueuePoll): void {
    // What is known before the first poll is in `calls`, and so is all that the poll changes.
    if (!this.#hasBegun) return this.#begin(poll);
    if (changed.size > 0) this.#callers.follow(changed, poll, lazySkew(poll.after), this.#touched);
  }

  /** Checks the thresholds; to be called once a poll, after `follow`. */
  settle(poll: QueuePoll): SettledQueues {
    if (!this.#hasBegun) this.#begin(poll);
    const { queue } = poll.after;
    const isWatched = isUp(poll.after) && queue.incomplete === null;
    const asOf = queue.lastComplete?.startedAt ?? 0;
    this.#hasGap ||= !isUp(poll.before) || !isUp(poll.after);
    if (isWatched && this.#hasGap) this.#touchUnsettled();
    if (this.#touched.size === 0 && asOf < this.#nextDue) {
      if (isWatched) this.#checked(asOf);
      return NOTHING;
    }
    const queues = new Map<string, KnownQueue | null>();
    const transitions: Transition[] = [];
    this.#learn(poll, queues);
    if (isWatched) {
      const check = { ...poll, asOf, skewMs: skewOf(poll.after), queues, transitions };
      for (const id of this.#toCheck(asOf)) this.#check(id, check);
      this.#touched.clear();
      this.#nextDue = Math.min(Infinity, ...this.#due.values());
      this.#checked(asOf);
    }
    this.#forget(poll.at, queues);
    return queues.size === 0 ? NOTHING : { transitions, queues };
  }

  /** All thresholds are known to be as they should be by the answer. */
  #checked(asOf: Instant): void {
    this.#checkedAsOf = asOf;
    this.#hasGap = false;
  }

  #begin(poll: QueuePoll): void {
    this.#hasBegun = true;
    // What the last owner had checked, also if the first answers fail.
    this.#checkedAsOf = lastWatched(poll.before);
    this.#callers.follow(poll.calls, poll, lazySkew(poll.after), this.#touched);
    for (const id of this.#touched) this.#callers.takeMoves(id);
    // A rule may have changed since they were crossed.
    this.#touchUnsettled();
  }

  #touchUnsettled(): void {
    for (const { id, crossed, doubted } of this.#known.values())
      if (crossed.length > 0 || doubted !== undefined) this.#touched.add(id);
  }

  /** Notes the queues of the callers who came, and their names. */
  #learn({ at }: Pick<DeskPoll, 'at'>, queues: Map<string, KnownQueue | null>): void {
    for (const id of this.#touched) {
      const name = this.#callers.nameOf(id);
      if (name === undefined) continue;
      const known = this.#known.get(id);
      const isNews = known === undefined || known.name !== name || at - known.lastAt >= LAST_AT_EXACT_MS;
      if (!isNews || (known === undefined && !this.#hasRoom(queues))) continue;
      this.#put({ ...(known ?? { crossed: [] }), id, name, lastAt: at }, queues);
    }
  }

  /** Makes room where there is none. */
  #hasRoom(queues: Map<string, KnownQueue | null>): boolean {
    if (this.#known.size < QUEUES_MAX) return true;
    const [oldest] = [...this.#known.values()]
      .filter((known) => this.#isIdle(known))
      .sort((a, b) => a.lastAt - b.lastAt);
    if (oldest === undefined) return false;
    this.#remove(oldest.id, queues);
    return true;
  }

  /** Only where something is written anyway. */
  #forget(at: Instant, queues: Map<string, KnownQueue | null>): void {
    if (queues.size === 0 || at < this.#forgetAt) return;
    this.#forgetAt = at + LAST_AT_EXACT_MS;
    for (const known of this.#known.values())
      if (at - known.lastAt >= QUEUE_KEPT_MS && this.#isIdle(known)) this.#remove(known.id, queues);
  }

  #isIdle({ id, crossed }: KnownQueue): boolean {
    return crossed.length === 0 && this.#callers.of(id) === undefined;
  }

  #put(known: KnownQueue, queues: Map<string, KnownQueue | null>): void {
    this.#known.set(known.id, known);
    queues.set(known.id, known);
  }

  #remove(id: string, queues: Map<string, KnownQueue | null>): void {
    this.#known.delete(id);
    this.#thresholds.forget(id);
    this.#due.delete(id);
    queues.set(id, null);
  }

  #toCheck(asOf: Instant): Iterable<string> {
    if (asOf < this.#nextDue) return this.#touched;
    const due = [...this.#due].flatMap(([id, at]) => (asOf >= at ? [id] : []));
    return new Set([...this.#touched, ...due]);
  }

  #check(id: string, check: Check): void {
    const moves = this.#callers.takeMoves(id);
    const known = this.#known.get(id);
    if (known === undefined) return;
    const limits = this.#thresholds.of(known);
    if (known.crossed.length === 0 && known.doubted === undefined && Object.keys(limits).length === 0) return;
    const waiting = this.#callers.waitingIn(id, check.asOf);
    const dues: Instant[] = [];
    const doubted: DoubtedThreshold[] = [];
    const crossed = THRESHOLD_RULES.flatMap((rule) => {
      const next = this.#checkRule({ known, rule, limits, waiting, moves }, check, { dues, doubted });
      return next === null ? [] : [next];
    });
    const checked = withRules(known, crossed, doubted);
    if (checked !== known) this.#put(checked, check.queues);
    const ghost = this.#callers.nextGhostIn(id, check.asOf);
    if (ghost !== null) dues.push(ghost);
    if (dues.length === 0) this.#due.delete(id);
    else this.#due.set(id, Math.min(...dues));
  }

  /** The rule's crossing after the check; null: it is not crossed. Collects when it is due again, and whether it may hold. */
  #checkRule(
    about: AboutRule,
    check: Check,
    { dues, doubted }: { dues: Instant[]; doubted: DoubtedThreshold[] },
  ): CrossedThreshold | null {
    const { known, rule, limits, waiting } = about;
    const limit = limits[rule];
    const before = known.crossed.find((one) => one.rule === rule);
    if (before !== undefined) {
      const { holds, changesAt } = heldBy({ ...check, rule, limit: before.limit, waiting });
      const crossed = before.limit === limit ? 'yes' : 'another limit';
      const after = this.#step(before, { crossed, holds }, about, check);
      if (after !== null) {
        if (after.calm !== null) dues.push(after.calm.by + CALM_MS);
        if (changesAt !== null) dues.push(changesAt);
        return after;
      }
    }
    if (limit === undefined) return null;
    const { holds, changesAt } = heldBy({ ...check, rule, limit, waiting });
    const step = THRESHOLD_STEPS.decide({ watched: true, crossed: 'no', holds, calm: 'none' });
    const doubt = known.doubted?.find((one) => one.rule === rule && one.limit === limit);
    const after = doubt === undefined ? this.#checkedAsOf : doubt.after;
    // What another limit has just ended must not begin before that.
    if (step === 'cross') return this.#cross(limit, about, check, { after, isNow: before !== undefined });
    if (changesAt !== null) dues.push(changesAt);
    if (holds === 'perhaps' && before === undefined) doubted.push(doubt ?? { rule, limit, after });
    return null;
  }

  /** `isNow`: the limit holds from this check on, as far as anybody is concerned. */
  #cross(
    limit: number,
    { known, rule, waiting, moves }: AboutRule,
    check: Check,
    { after, isNow }: { after: Instant | null; isNow: boolean },
  ): CrossedThreshold {
    const window = { after, by: check.after.queue.lastComplete!.at };
    const timed = isNow
      ? seenIn({ ...window, by: check.at }, 'observed')
      : crossedAt({ ...check, rule, limit, waiting }, moves.left, window);
    const value = valueOf({ ...check, rule, waiting });
    const since = timed.time;
    check.transitions.push(
      thresholdEvent('queue-threshold-crossed', { queue: known, rule, limit, value, since, timed }),
    );
    return { rule, limit, since, heldAt: null, calm: null };
  }

  /** What becomes of a crossing; null: it is cleared. */
  #step(
    crossed: CrossedThreshold,
    facts: Pick<ThresholdFacts, 'crossed' | 'holds'>,
    { known, rule, waiting, moves }: AboutRule,
    check: Check,
  ): CrossedThreshold | null {
    const { at, asOf, skewMs } = check;
    const before = crossed.calm;
    // Nor is what was not watched known to have been calm.
    const isWidened =
      before !== null &&
      (this.#hasGap || mayHaveHeldAt(before.by, { rule, limit: crossed.limit, skewMs }, moves.came));
    const calm = isWidened ? { after: before.after, by: at } : before;
    const length = calm === null ? 'none' : isLongAgo(calm, asOf, CALM_MS) ? 'long' : 'short';
    const step = THRESHOLD_STEPS.decide({ watched: true, ...facts, calm: length });
    if (step === 'none') return isWidened ? { ...crossed, calm } : this.#goesOn(crossed, facts, check);
    const heldAt = crossed.calm?.after ?? crossed.heldAt;
    if (step === 'resume') return { ...crossed, heldAt: facts.holds === 'yes' ? null : heldAt, calm: null };
    const ceased = { after: heldAt ?? this.#lastShown(crossed, check), by: at };
    if (step === 'calm') return { ...crossed, heldAt: null, calm: ceased };
    const { limit, since } = crossed;
    // A rule that is gone ends now, whatever it would say.
    const timed = seenIn(facts.crossed === 'yes' ? calm! : ceased, 'observed', since);
    const value = valueOf({ ...check, rule, waiting });
    check.transitions.push(
      thresholdEvent('queue-threshold-cleared', { queue: known, rule, limit, value, since, timed }),
    );
    return null;
  }

  /** A crossing that has not ceased to hold, as far as that is certain. */
  #goesOn(
    crossed: CrossedThreshold,
    { holds }: Pick<ThresholdFacts, 'holds'>,
    check: Check,
  ): CrossedThreshold {
    if (crossed.calm !== null) return crossed;
    const heldAt = holds === 'yes' ? null : (crossed.heldAt ?? this.#lastShown(crossed, check));
    return heldAt === crossed.heldAt ? crossed : { ...crossed, heldAt };
  }

  /** The earliest that it can have ceased to hold: by when it was checked last, and held. */
  #lastShown({ since }: CrossedThreshold, { at }: Check): Instant {
    // The monitor may show an answer so much later than it was.
    const shown = (this.#checkedAsOf ?? since) - DEFAULT_POLICY.monitorLagMs;
    return Math.min(Math.max(shown, since), at);
  }
}

type QueuePoll = Pick<DeskPoll, 'before' | 'after' | 'calls' | 'ended' | 'at'>;

export interface SettledQueues {
  readonly transitions: readonly Transition[];
  readonly queues: Changed<KnownQueue>;
}

const NOTHING: SettledQueues = { transitions: [], queues: new Map() };

/** `lastAt` is written no more often, and queues are not forgotten sooner. */
const LAST_AT_EXACT_MS = 3_600_000;

interface AboutRule {
  readonly known: KnownQueue;
  readonly rule: ThresholdRule;
  readonly limits: QueueLimits;
  readonly waiting: readonly SeenPlace[];
  /** Since the queue was last checked. */
  readonly moves: Moves;
}

/** What the checks of a poll share; `queues` and `transitions` receive what follows. */
interface Check extends Pick<DeskPoll, 'before' | 'after' | 'at'> {
  /** When the queue's latest complete answer was requested. */
  readonly asOf: Instant;
  readonly skewMs: number | null;
  readonly queues: Map<string, KnownQueue | null>;
  readonly transitions: Transition[];
}
