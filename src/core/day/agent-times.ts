import type { DeskPoll } from '../desk-poll.js';
import type { DeskRules } from '../desk-rules.js';
import type { DeskDelta } from '../desk-state.js';
import type { Call, Leg } from '../model/call.js';
import type { Changed } from '../model/delta.js';
import { answerOf, type ExtensionOwner, type MonitorAnswer } from '../model/observation.js';
import type { AgentStanding, AgentState } from './agent-standing.js';
import { countStanding } from './agent-numbers.js';
import { BusyExtensions } from './busy-extensions.js';
import { Calendar } from './calendar.js';
import { DayLabels } from './day-labels.js';
import { DueCounts } from './due-counts.js';
import { CountsByRow } from './story-counts.js';
import { Watch, type WatchStep } from './watch.js';

type SettledAgents = Pick<DeskDelta, 'agents' | 'tallies' | 'labels'>;

/**
 * Counts in which state each extension was, and how long, by hours.
 *
 * Guarantees: of an extension that is known, every instant between two complete answers of the monitor counts once, in the state
 * that the first of them showed, or as not watched (`watch.ts`); also where the one who polls changes in between. It is counted
 * when the state changes, and some 15 minutes later at the latest. A poll costs what it changes: all extensions are gone through
 * only by an owner's first poll, after an outage, and where one had no room.
 *
 * Not guaranteed: what happened between two polls. An extension that is listed with a leg of no call (which does not ring
 * yet, or whose call has ended) is `no-call`. Where the PBX does not list idle extensions, one without a call is `no-call`,
 * registered or not. An outage of more than a day counts for its last day only.
 */
export class AgentTimes {
  readonly #agents: Map<string, AgentStanding>;
  readonly #calendar: Calendar;
  readonly #limits: AgentLimits;
  readonly #labels = new DayLabels();
  readonly #watch = new Watch('monitor');
  readonly #busy = new BusyExtensions();
  readonly #due = new DueCounts(({ extension, counted }) => this.#agents.get(extension)?.counted === counted);
  /** Extensions that may be in another state than when they were last counted. */
  readonly #touched = new Set<string>();
  #hasBegun = false;
  /** The last complete answer, and the extensions that it listed; null: no poll has been settled. */
  #last: { readonly answer: MonitorAnswer; readonly listed: ReadonlySet<string> } | null = null;
  #created: DeskPoll['created'] = new Map();
  /** Whether the PBX lists idle extensions. */
  #listsIdle = false;
  /** Whether an extension is not counted for want of room. */
  #isFull = false;

  constructor(
    agents: ReadonlyMap<string, AgentStanding>,
    { timeZone }: Pick<DeskRules, 'timeZone'>,
    limits: AgentLimits = AGENT_LIMITS,
  ) {
    this.#agents = new Map(agents);
    this.#calendar = new Calendar(timeZone);
    this.#limits = limits;
    for (const standing of agents.values()) this.#due.note(standing);
  }

  /** Takes the calls that a part of a decision has changed. */
  follow(changed: Changed<Call>, { calls }: Pick<DeskPoll, 'calls'>): void {
    // What is known before the first poll is in `calls`, and so is all that the poll changes.
    this.#busy.follow(this.#hasBegun ? changed : calls, this.#touched);
    this.#hasBegun = true;
  }

  /** A leg that waits for the next answer to say whose it is rings, or talks, all the same. */
  #followCreated(created: DeskPoll['created']): void {
    if (created === this.#created) return;
    for (const legs of [this.#created, created])
      for (const { seen } of legs.values()) this.#touched.add(seen.extension);
    this.#created = created;
  }

  /** Counts what the poll shows to be over; to be called once a poll, after `follow`. */
  settle(poll: AgentPoll): SettledAgents {
    if (!this.#hasBegun) this.follow(poll.calls, poll);
    this.#followCreated(poll.created);
    const answer = answerOf(poll.observations.monitor);
    const step = this.#watch.step(poll.before, poll.after);
    // What the calls have become meanwhile is seen with the next complete answer.
    if (answer === null || step === null) return NOTHING;
    const { idleExtensions: idle } = answer;
    const listed = this.#listedIn(answer);
    const isWhole =
      !step.isWatched ||
      this.#last === null ||
      poll.listsIdle !== this.#listsIdle ||
      (this.#isFull && this.#agents.size < this.#limits.agents);
    if (!isWhole) touchDifferences(this.#last!.listed, listed, this.#touched);
    this.#last = { answer, listed };
    this.#listsIdle = poll.listsIdle;
    const changes = new Map<string, AgentStanding | null>();
    const cycle: Cycle = { step, idle, listed, changes, counts: new CountsByRow(), unclear: new Set() };
    this.#countNews(isWhole ? this.#all(listed) : this.#touched, cycle);
    this.#touched.clear();
    for (const extension of cycle.unclear) this.#touched.add(extension);
    this.#countDue(cycle);
    if (changes.size === 0) return NOTHING;
    this.#due.trim(this.#agents.size);
    return { agents: changes, ...this.#tallied(cycle.counts) };
  }

  /** The extensions that the answer lists, idle or with a leg; the same set as before where the answer says the same. */
  #listedIn({ rows, idleExtensions }: MonitorAnswer): ReadonlySet<string> {
    const last = this.#last;
    if (last?.answer.rows === rows && last.answer.idleExtensions === idleExtensions) return last.listed;
    const listed = new Set(idleExtensions.keys());
    for (const { extension } of rows.values()) listed.add(extension);
    return listed;
  }

  #all(listed: ReadonlySet<string>): ReadonlySet<string> {
    this.#isFull = false;
    return new Set([...this.#agents.keys(), ...this.#busy.extensions(), ...listed]);
  }

  /** Counts those of these extensions whose state has changed, and begins to count those that are not known yet. */
  #countNews(extensions: ReadonlySet<string>, cycle: Cycle): void {
    const unknown: string[] = [];
    for (const extension of extensions) {
      const known = this.#agents.get(extension);
      if (known === undefined) unknown.push(extension);
      else if (!cycle.step.isWatched || known.state !== this.#stateOf(extension, cycle))
        this.#count(known, cycle);
    }
    for (const extension of unknown.sort()) this.#begin(extension, cycle);
  }

  /** Counts what has not been counted for long. */
  #countDue(cycle: Cycle): void {
    for (let due = 0; due < this.#limits.dueAtOnce; due++) {
      const next = this.#due.take(cycle.step.to - COUNT_EVERY_MS);
      if (next === null) return;
      this.#count(this.#agents.get(next.extension)!, cycle);
    }
  }

  #begin(extension: string, { step: { to }, idle, listed, changes, unclear }: Cycle): void {
    const leg = this.#busy.legAt(extension);
    const owner = idle.get(extension);
    if (leg === undefined && owner === undefined) {
      if (listed.has(extension)) unclear.add(extension);
      return;
    }
    if (this.#agents.size >= this.#limits.agents) {
      this.#isFull = true;
      return;
    }
    const state = leg === undefined ? 'no-call' : stateAt(leg.state);
    this.#put({ extension, agentName: nameOf(leg, owner), state, since: to, counted: to }, changes);
  }

  /** Counts the time of an extension up to this answer; one that has not been registered for long is forgotten. */
  #count(known: AgentStanding, cycle: Cycle): void {
    const { step, idle, changes, counts } = cycle;
    const { extension } = known;
    const { to } = step;
    const unwatchedSince = step.isWatched ? null : (step.from ?? -Infinity);
    countStanding(counts, known, { until: to, unwatchedSince }, this.#calendar);
    const state = this.#stateOf(extension, cycle);
    const since = known.state === state ? known.since : to;
    if (state === 'not-registered' && to - since >= FORGOTTEN_MS) {
      this.#agents.delete(extension);
      changes.set(extension, null);
      return;
    }
    const agentName = nameOf(this.#busy.legAt(extension), idle.get(extension)) ?? known.agentName;
    this.#put({ extension, agentName, state, since, counted: Math.max(known.counted, to) }, changes);
  }

  #put(standing: AgentStanding, changes: Map<string, AgentStanding | null>): void {
    this.#agents.set(standing.extension, standing);
    this.#due.note(standing);
    changes.set(standing.extension, standing);
  }

  #stateOf(extension: string, { listed }: Pick<Cycle, 'listed'>): AgentState {
    const leg = this.#busy.legAt(extension);
    if (leg !== undefined) return stateAt(leg.state);
    for (const { seen } of this.#created.values())
      if (seen.extension === extension && seen.signal !== 'unclear') return stateAt(seen.signal);
    return listed.has(extension) || !this.#listsIdle ? 'no-call' : 'not-registered';
  }

  #tallied(counts: CountsByRow): Pick<DeskDelta, 'tallies' | 'labels'> {
    const all = counts.all();
    const tallies = all.map(({ day, row, add }) => ({ day, row, add: [...add], callId: null }));
    const labels = all.flatMap(({ day, row: { name } }) => {
      const label = this.#agents.get(name)?.agentName ?? null;
      return label === null ? [] : [{ day, of: 'agent' as const, name, label }];
    });
    return { tallies, labels: labels.filter((label) => this.#labels.isNew(label)) };
  }
}

/** What `settle` needs of a poll. */
type AgentPoll = Pick<DeskPoll, 'observations' | 'before' | 'after' | 'calls' | 'created' | 'listsIdle'>;

/** What the counting of a poll shares; `changes` and `counts` receive what follows. */
interface Cycle {
  readonly step: WatchStep;
  readonly idle: MonitorAnswer['idleExtensions'];
  /** The extensions that the answer lists, idle or with a leg. */
  readonly listed: ReadonlySet<string>;
  readonly changes: Map<string, AgentStanding | null>;
  readonly counts: CountsByRow;
  /** Receives those that are listed with a leg of no call alone, and not known: the next answer may say more. */
  readonly unclear: Set<string>;
}

export interface AgentLimits {
  /** Further extensions are not counted. */
  readonly agents: number;
  /** All extensions of a tenant become due together after an outage: that many a poll bound the commit. */
  readonly dueAtOnce: number;
}

function touchDifferences(
  before: ReadonlySet<string>,
  after: ReadonlySet<string>,
  touched: Set<string>,
): void {
  if (before === after) return;
  for (const extension of before) if (!after.has(extension)) touched.add(extension);
  for (const extension of after) if (!before.has(extension)) touched.add(extension);
}

function stateAt(state: Leg['state']): AgentState {
  return state === 'answered' ? 'talking' : 'ringing';
}

function nameOf(leg: Leg | undefined, owner?: ExtensionOwner): string | null {
  return leg?.seen.agentName ?? owner?.agentName ?? null;
}

const NOTHING: SettledAgents = { agents: new Map(), tallies: [], labels: [] };
/** An hour's row is then never far behind, and an extension that does nothing costs four commits an hour at most. */
const COUNT_EVERY_MS = 900_000;
/** More agents than the largest tenant has. */
const AGENT_LIMITS: AgentLimits = { agents: 5_000, dueAtOnce: 200 };
/** An extension that has gone for good would have a row an hour for ever. */
const FORGOTTEN_MS = 7 * 86_400_000;
