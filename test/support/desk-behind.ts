import { type Desk as Follower, Desk } from '../../src/core/desk.js';
import type { CallbackRequest } from '../../src/core/callbacks/callback-request.js';
import type { EndedCallRecord } from '../../src/core/day/ended-call-record.js';
import type { TalliedDay } from '../../src/core/day/tallied-day.js';
import type { TallyRow } from '../../src/core/day/tally.js';
import type { DeskPoll } from '../../src/core/desk-poll.js';
import type { DeskRules } from '../../src/core/desk-rules.js';
import { type DeskDelta, type DeskState, EMPTY_DESK } from '../../src/core/desk-state.js';
import type { TenantCalls } from '../../src/core/index/tenant-calls.js';
import { isOnlyFreshness } from '../../src/core/model/delta.js';
import type { Transition } from '../../src/core/model/event.js';
import type { Decision } from '../../src/core/reconcile.js';
import { latestAnswerAt } from '../../src/core/parts/cycle-facts.js';
import { Random } from '../../simulator/random.js';
import type { DeskAct } from '../../simulator/callback-deeds.js';

/**
 * A tenant's desk behind `decide`, as the ledger has it, and what its commits leave in the store: the state as JSON, from which a
 * restart goes on, the tables of the days and the history. A tally with a call counts once.
 */
export class DeskBehind {
  readonly acts: DeskAct[] = [];
  readonly records = new Map<string, EndedCallRecord>();
  readonly #rules: DeskRules;
  readonly #stored = new Map<string, string>();
  readonly #days = new Map<
    string,
    {
      rows: Map<string, { row: TallyRow; counts: number[] }>;
      labels: Map<string, TalliedDay['labels'][number]>;
    }
  >();
  readonly #people: Random | null;
  #desk: Follower;

  /** @param people how often somebody asks something of a call-back, by poll, and the seed of it */
  constructor(
    rules: DeskRules,
    private readonly people: { readonly share: number; readonly seed: string } | null = null,
  ) {
    this.#rules = rules;
    this.#desk = new Desk(EMPTY_DESK, rules);
    this.#people = people === null ? null : new Random(`people-${people.seed}`);
  }

  get state(): DeskState {
    const of = <Item>(kind: string): ReadonlyMap<string, Item> =>
      new Map(
        [...this.#stored].flatMap(([field, json]) =>
          field.startsWith(`${kind} `) ? [[field.slice(kind.length + 1), JSON.parse(json) as Item]] : [],
        ),
      );
    return { callbacks: of('callbacks'), stories: of('stories'), queues: of('queues'), agents: of('agents') };
  }

  get days(): readonly TalliedDay[] {
    return [...this.#days].map(([day, { rows, labels }]) => ({
      day,
      rows: [...rows.values()],
      labels: [...labels.values()],
    }));
  }

  /** Another process goes on from what is stored. */
  restart(): void {
    this.#desk = new Desk(this.state, this.#rules);
  }

  /** What follows from a decision, after its own transitions. */
  follow(decision: Decision, before: DeskPoll['before'], known: TenantCalls): readonly Transition[] {
    const { delta, transitions, observations, last } = decision;
    const at = latestAnswerAt(observations);
    if (at === 0) return [];
    const { calls, sources, created, hotlines, listsIdle } = known;
    const poll = {
      observations,
      before,
      after: sources,
      calls,
      ended: last,
      created,
      hotlines,
      listsIdle,
      at,
    };
    const all: Transition[] = [];
    if (transitions.length > 0 || !isOnlyFreshness(delta)) {
      const followed = this.#desk.follow({ delta, transitions }, poll);
      this.#keep(followed.delta);
      all.push(...followed.transitions);
    }
    const settled = this.#desk.settle(poll);
    this.#keep(settled.delta);
    return [...all, ...settled.transitions];
  }

  /** What people ask at this instant, if anybody does. */
  ask(at: number): readonly Transition[] {
    const random = this.#people;
    if (random === null || !random.chance(this.people!.share)) return [];
    const items = [...this.state.callbacks.keys()];
    if (items.length === 0) return [];
    const callback = random.chance(0.9) ? random.pick(items.slice(-6)) : 'cb-of-no-customer';
    const kind = random.weighted({
      'callback-claim': 0.4,
      'callback-release': 0.15,
      'callback-dismiss': 0.3,
      'callback-undo': 0.15,
    });
    const by = random.pick(['lan', 'minh']);
    const why = kind === 'callback-dismiss' ? random.pick(['not-needed', 'called-elsewhere'] as const) : null;
    const request: CallbackRequest = {
      id: `${kind}/${callback}/${this.acts.length}`,
      kind,
      callback,
      by,
      why,
      within: null,
      at,
    };
    const { transitions, delta, result } = this.#desk.answer(request, at);
    this.#keep(delta);
    this.acts.push({ at, kind, callback, by, why, result });
    return transitions;
  }

  #keep({ callbacks, stories, queues, agents, records, tallies, labels }: DeskDelta): void {
    for (const [kind, changed] of Object.entries({ callbacks, stories, queues, agents }))
      for (const [id, value] of changed)
        if (value === null) this.#stored.delete(`${kind} ${id}`);
        else this.#stored.set(`${kind} ${id}`, JSON.stringify(value));
    for (const { day, row, add, callId } of tallies) {
      if (callId !== null && this.records.has(callId)) continue;
      const { rows } = this.#dayOf(day);
      const key = `${row.of} ${row.slot} ${row.name}`;
      let known = rows.get(key);
      if (known === undefined) rows.set(key, (known = { row, counts: [] }));
      for (const [column, amount] of add) {
        while (known.counts.length <= column) known.counts.push(0);
        known.counts[column]! += amount;
      }
    }
    for (const record of records)
      this.records.set(record.view.callId, JSON.parse(JSON.stringify(record)) as EndedCallRecord);
    for (const { day, ...label } of labels) this.#dayOf(day).labels.set(`${label.of} ${label.name}`, label);
  }

  #dayOf(day: string) {
    let known = this.#days.get(day);
    if (known === undefined) this.#days.set(day, (known = { rows: new Map(), labels: new Map() }));
    return known;
  }
}
