import type { AuditEntry } from './callbacks/audit-entry.js';
import type { Callback } from './callbacks/callback.js';
import type { AgentStanding } from './day/agent-standing.js';
import type { EndedCallRecord } from './day/ended-call-record.js';
import type { CallStory } from './day/story.js';
import type { Tally, TallyLabel } from './day/tally.js';
import type { Changed } from './model/delta.js';
import type { KnownQueue } from './queues/known-queue.js';

/** What the owner of a tenant has to know to go on with its desk. */
export interface DeskState {
  /** Open ones, and those that were closed not long ago, by id. */
  readonly callbacks: ReadonlyMap<string, Callback>;
  /** Of live calls, by `callId`. */
  readonly stories: ReadonlyMap<string, CallStory>;
  /** By id. */
  readonly queues: ReadonlyMap<string, KnownQueue>;
  /** By extension. */
  readonly agents: ReadonlyMap<string, AgentStanding>;
}

export const EMPTY_DESK: DeskState = {
  callbacks: new Map(),
  stories: new Map(),
  queues: new Map(),
  agents: new Map(),
};

/** What a commit changes of a tenant's desk, and what it adds to its history and its days. */
export interface DeskDelta {
  readonly callbacks: Changed<Callback>;
  readonly stories: Changed<CallStory>;
  readonly queues: Changed<KnownQueue>;
  readonly agents: Changed<AgentStanding>;
  readonly records: readonly EndedCallRecord[];
  readonly tallies: readonly Tally[];
  readonly labels: readonly TallyLabel[];
  readonly audit: readonly AuditEntry[];
}

export const NO_DESK_CHANGE: DeskDelta = {
  callbacks: new Map(),
  stories: new Map(),
  queues: new Map(),
  agents: new Map(),
  records: [],
  tallies: [],
  labels: [],
  audit: [],
};

export function isNoDeskChange(delta: DeskDelta): boolean {
  const { callbacks, stories, queues, agents, records, tallies, labels, audit } = delta;
  return (
    callbacks.size + stories.size + queues.size + agents.size === 0 &&
    records.length + tallies.length + labels.length + audit.length === 0
  );
}

/** The later of two values of a key counts. */
export function thenDesk(first: DeskDelta, then: DeskDelta): DeskDelta {
  if (isNoDeskChange(first)) return then;
  if (isNoDeskChange(then)) return first;
  return {
    callbacks: new Map([...first.callbacks, ...then.callbacks]),
    stories: new Map([...first.stories, ...then.stories]),
    queues: new Map([...first.queues, ...then.queues]),
    agents: new Map([...first.agents, ...then.agents]),
    records: [...first.records, ...then.records],
    tallies: [...first.tallies, ...then.tallies],
    labels: [...first.labels, ...then.labels],
    audit: [...first.audit, ...then.audit],
  };
}
