import type { EndedCallRecord } from '../../src/core/day/ended-call-record.js';
import type { LiveData } from '../../src/core/day/numbers.js';
import type { CallStory } from '../../src/core/day/story.js';
import type { TalliedDay } from '../../src/core/day/tallied-day.js';
import { Desk, isNothing, thenFollowed } from '../../src/core/desk.js';
import { DEFAULT_DESK_RULES, type DeskRules } from '../../src/core/desk-rules.js';
import { type DeskDelta, type DeskState, EMPTY_DESK } from '../../src/core/desk-state.js';
import { TenantCalls } from '../../src/core/index/tenant-calls.js';
import { DEFAULT_POLICY, EMPTY_STATE, type Policy } from '../../src/core/model/call.js';
import type { Transition } from '../../src/core/model/event.js';
import type { Observations } from '../../src/core/model/observation.js';
import { latestAnswerAt } from '../../src/core/parts/cycle-facts.js';
import { decide } from '../../src/core/reconcile.js';
import { decode, encodeWhole } from '../../src/store/stored/codec.js';
import { observations, type Poll, T0 } from './history.js';

/**
 * Decides one poll after the other, lets a desk follow as a tenant's ledger does, and keeps what a store would: the desk's state,
 * the records and the days' tables.
 */
export class DeskHistory {
  readonly deltas: DeskDelta[] = [];
  readonly records = new Map<string, EndedCallRecord>();
  readonly transitions: Transition[] = [];
  readonly #rules: DeskRules;
  readonly #policy: Policy;
  readonly #tables = new Map<
    string,
    Map<string, { of: string; name: string; slot: number; counts: number[] }>
  >();
  readonly #labels = new Map<string, { day: string; of: 'queue' | 'agent'; name: string; label: string }>();
  #known = new TenantCalls(EMPTY_STATE);
  #stored: DeskState = EMPTY_DESK;
  #desk: Desk;
  #at = T0 - 1000;

  constructor(rules: Partial<DeskRules> = {}, policy: Partial<Policy> = {}) {
    this.#rules = { ...DEFAULT_DESK_RULES, ...rules };
    this.#policy = { ...DEFAULT_POLICY, ...policy };
    this.#desk = new Desk(EMPTY_DESK, this.#rules);
  }

  /** @returns what followed */
  poll(poll: Poll = {}): DeskDelta {
    this.#at = poll.at === undefined ? this.#at + 1000 : T0 + poll.at * 1000;
    return this.observe(observations(poll, this.#at));
  }

  observe(given: Observations): DeskDelta {
    const known = this.#known;
    const before = known.sources;
    const { delta, transitions, observations: decided, last: ended } = decide(known, given, this.#policy);
    const at = latestAnswerAt(decided);
    this.#at = at;
    const { calls, sources: after, created, hotlines, listsIdle } = known;
    const poll = { observations: decided, before, after, calls, ended, created, hotlines, listsIdle, at };
    const isPart = delta.calls.size > 0 || transitions.length > 0;
    const followed = isPart
      ? this.#desk.follow({ delta, transitions }, poll)
      : { transitions: [], delta: NOTHING };
    const settled = this.#desk.settle(poll);
    const all = isNothing(settled) ? followed : thenFollowed(followed, settled);
    this.transitions.push(...transitions);
    this.#commit(all.delta);
    return all.delta;
  }

  /** Goes on with another owner, from what is stored. */
  restart(): void {
    this.#known = new TenantCalls(decode('acme', encodeWhole(this.#known)));
    this.#desk = new Desk(this.state(), this.#rules);
  }

  /** An older build has owned the tenant, which knows nothing of desks: these calls have ended meanwhile. */
  forgetCalls(): void {
    this.#known = new TenantCalls({ ...EMPTY_STATE, sources: this.#known.sources });
    this.#desk = new Desk(this.state(), this.#rules);
  }

  /** The desk's state as it is stored: only JSON of it. */
  state(): DeskState {
    const copy = <Value>(map: ReadonlyMap<string, Value>) =>
      new Map(JSON.parse(JSON.stringify([...map])) as [string, Value][]);
    const { callbacks, stories, queues, agents } = this.#stored;
    return { callbacks: copy(callbacks), stories: copy(stories), queues: copy(queues), agents: copy(agents) };
  }

  get days(): readonly TalliedDay[] {
    return [...this.#tables].map(([day, rows]) => ({
      day,
      rows: [...rows.values()].map(({ of, name, slot, counts }) => ({
        row: { of: of as 'queue' | 'agent' | 'source', name, slot },
        counts,
      })),
      labels: [...this.#labels.values()].filter((label) => label.day === day),
    }));
  }

  get live(): LiveData {
    const { stories, agents } = this.#stored;
    return { at: this.#at, stories: stories.values(), agents: agents.values(), sources: this.#known.sources };
  }

  story(callId: string): CallStory | undefined {
    return this.#stored.stories.get(callId);
  }

  #commit(delta: DeskDelta): void {
    this.deltas.push(delta);
    const changed = <Value>(map: ReadonlyMap<string, Value>, by: ReadonlyMap<string, Value | null>) => {
      const next = new Map(map);
      for (const [key, value] of by)
        if (value === null) next.delete(key);
        else next.set(key, value);
      return next;
    };
    const { callbacks, stories, queues, agents } = this.#stored;
    this.#stored = {
      callbacks: changed(callbacks, delta.callbacks),
      stories: changed(stories, delta.stories),
      queues: changed(queues, delta.queues),
      agents: changed(agents, delta.agents),
    };
    for (const { day, row, add, callId } of delta.tallies) {
      if (callId !== null && this.records.has(callId)) continue;
      let rows = this.#tables.get(day);
      if (rows === undefined) this.#tables.set(day, (rows = new Map()));
      const key = `${row.of} ${row.slot} ${row.name}`;
      let stored = rows.get(key);
      if (stored === undefined) rows.set(key, (stored = { ...row, counts: [] }));
      for (const [column, amount] of add) stored.counts[column] = (stored.counts[column] ?? 0) + amount;
      for (let column = 0; column < stored.counts.length; column++) stored.counts[column] ??= 0;
    }
    for (const label of delta.labels) this.#labels.set(`${label.day} ${label.of} ${label.name}`, label);
    for (const record of delta.records) this.records.set(record.view.callId, record);
  }
}

const NOTHING: DeskDelta = {
  callbacks: new Map(),
  stories: new Map(),
  queues: new Map(),
  agents: new Map(),
  records: [],
  tallies: [],
  labels: [],
  audit: [],
};
