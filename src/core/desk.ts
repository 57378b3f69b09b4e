import { auditedDeed } from './callbacks/audit-entry.js';
import type { CallbackRequest, CallbackResult } from './callbacks/callback-request.js';
import { Callbacks } from './callbacks/callbacks.js';
import { AgentTimes } from './day/agent-times.js';
import { Stories } from './day/stories.js';
import { UnwatchedTimes } from './day/unwatched-times.js';
import type { DecidedPart, DeskPoll } from './desk-poll.js';
import type { DeskRules } from './desk-rules.js';
import { type DeskDelta, type DeskState, isNoDeskChange, NO_DESK_CHANGE, thenDesk } from './desk-state.js';
import type { Transition } from './model/event.js';
import type { Instant } from './model/observation.js';
import { QueueWatch } from './queues/queue-watch.js';

/**
 * What follows from a tenant's calls for those who run the desk: who is owed a call, where it burns, what the day has come to.
 *
 * Guarantees: it depends on the arguments alone; what follows from a transition is committed with it; the state is brought up to
 * date in place, and the deltas have every change of it. As with `decide`, after an exception, or a delta that the store
 * refused, its owner must drop it and make a new one from the stored state.
 */
export class Desk {
  readonly #callbacks: Callbacks;
  readonly #stories: Stories;
  readonly #agents: AgentTimes;
  readonly #unwatched: UnwatchedTimes;
  readonly #queues: QueueWatch;

  constructor(state: DeskState, rules: DeskRules) {
    this.#callbacks = new Callbacks(state.callbacks, rules);
    this.#stories = new Stories(state.stories, rules);
    this.#agents = new AgentTimes(state.agents, rules);
    this.#unwatched = new UnwatchedTimes(rules);
    this.#queues = new QueueWatch(state.queues, rules);
  }

  /** What a part of a decision leads to. The part's transitions are not among those returned. */
  follow(part: DecidedPart, poll: DeskPoll): Followed {
    this.#queues.follow(part.delta.calls, poll);
    this.#agents.follow(part.delta.calls, poll);
    const stories = this.#stories.follow(part, poll);
    const { transitions, callbacks } = this.#callbacks.follow(part, stories.records, poll);
    return { transitions, delta: { ...NO_DESK_CHANGE, ...stories, callbacks } };
  }

  /** What the poll as a whole, and the time that has passed, lead to; to be called once a poll, after its parts. */
  settle(poll: DeskPoll): Followed {
    const stories = this.#stories.settle(poll);
    const queues = this.#queues.settle(poll);
    const callbacks = this.#callbacks.settle(poll);
    const agents = this.#agents.settle(poll);
    const unwatched = this.#unwatched.settle(poll);
    const delta = {
      ...NO_DESK_CHANGE,
      ...stories,
      queues: queues.queues,
      callbacks: callbacks.callbacks,
      agents: agents.agents,
      tallies: [...stories.tallies, ...agents.tallies, ...unwatched],
      labels: [...stories.labels, ...agents.labels],
    };
    return { transitions: [...queues.transitions, ...callbacks.transitions], delta };
  }

  /** What a person has asked for. */
  answer(request: CallbackRequest, at: Instant): Followed & { readonly result: CallbackResult } {
    const { transitions, callbacks, result } = this.#callbacks.answer(request, at);
    const deed = result === 'written' ? auditedDeed(request) : null;
    const audit = deed === null ? [] : [{ at, by: request.by, ...deed }];
    return { transitions, delta: { ...NO_DESK_CHANGE, callbacks, audit }, result };
  }

  /** Removes what is owed to a customer (`lineOf`); `found`: there was something. */
  forget(line: string, at: Instant): Followed & { readonly found: boolean } {
    const { transitions, callbacks, found } = this.#callbacks.forget(line, at);
    return { transitions, delta: { ...NO_DESK_CHANGE, callbacks }, found };
  }
}

export interface Followed {
  readonly transitions: readonly Transition[];
  readonly delta: DeskDelta;
}

export const NOTHING_FOLLOWS: Followed = { transitions: [], delta: NO_DESK_CHANGE };

export function isNothing({ transitions, delta }: Followed): boolean {
  return transitions.length === 0 && isNoDeskChange(delta);
}

export function thenFollowed(first: Followed, then: Followed): Followed {
  return {
    transitions: [...first.transitions, ...then.transitions],
    delta: thenDesk(first.delta, then.delta),
  };
}
