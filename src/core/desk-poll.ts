import type { Call, TenantState } from './model/call.js';
import type { Delta } from './model/delta.js';
import type { Transition } from './model/event.js';
import type { Instant, Observations } from './model/observation.js';

/** Of `Decision`, or a part of it. */
export interface DecidedPart {
  readonly delta: Pick<Delta, 'calls'>;
  readonly transitions: readonly Transition[];
}

/** The poll that was decided on, and what is known after it. */
export interface DeskPoll {
  readonly observations: Observations;
  readonly before: TenantState['sources'];
  readonly after: TenantState['sources'];
  /** The live calls. */
  readonly calls: ReadonlyMap<string, Call>;
  /** The last states of the calls that have ended in it, by `callId`. */
  readonly ended: ReadonlyMap<string, Call>;
  /** Legs that belong to no call yet. */
  readonly created: TenantState['created'];
  readonly hotlines: TenantState['hotlines'];
  readonly listsIdle: boolean;
  /** When the latest of its answers, or failures, was received. */
  readonly at: Instant;
}
