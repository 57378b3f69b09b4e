import type { Call, EndedCall, Registration, TenantState } from '../model/call.js';
import { CallIndex } from './call-index.js';
import { SettledRows } from './settled-rows.js';

/**
 * The state of a tenant, held once and changed in place. Only `decide` changes it, and returns the changes as a `Delta`.
 * It is valid as long as the store has taken every delta: after an exception, or a delta that the store refused, its
 * owner must drop it and make a new one from the stored state.
 *
 * Used as a `TenantState` it is the present state, which changes with the next `decide`.
 */
export class TenantCalls implements TenantState {
  readonly index: CallIndex;
  readonly settled = new SettledRows();
  sources: TenantState['sources'];
  ignoredEntries: TenantState['ignoredEntries'];
  listsIdle: boolean;
  created: TenantState['created'];
  agents: TenantState['agents'];
  hotlines: TenantState['hotlines'];
  direction: TenantState['direction'];
  readonly registrations: Map<string, Registration>;

  constructor(state: TenantState) {
    this.index = new CallIndex(state);
    this.sources = state.sources;
    this.ignoredEntries = state.ignoredEntries;
    this.listsIdle = state.listsIdle;
    this.created = state.created;
    this.agents = state.agents;
    this.hotlines = state.hotlines;
    this.direction = state.direction;
    this.registrations = new Map(state.registrations);
  }

  get calls(): ReadonlyMap<string, Call> {
    return this.index.calls;
  }

  get ended(): ReadonlyMap<string, EndedCall> {
    return this.index.ended.calls;
  }
}
