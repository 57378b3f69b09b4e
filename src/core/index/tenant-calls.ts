import type { Call, EndedCall, Registration, TenantState } from '../model/call.js';
import { CallIndex } from './call-index.js';
import { SettledRows } from './settled-rows.js';

/**
 * What is known of a tenant, held once and changed in place: only `decide` changes it, and gives what it has changed as a
 * `Delta`. Whoever holds one for a store holds it as far as the store has taken the deltas; where one was not taken, or
 * anything was thrown on the way, it is worth nothing any more and another is made of what the store has.
 *
 * As a `TenantState` it is as of now: to keep one, copy it.
 */
export class TenantCalls implements TenantState {
  readonly index: CallIndex;
  readonly settled = new SettledRows();
  sources: TenantState['sources'];
  ignoredStays: TenantState['ignoredStays'];
  listsIdle: boolean;
  readonly registrations: Map<string, Registration>;

  constructor(state: TenantState) {
    this.index = new CallIndex(state);
    this.sources = state.sources;
    this.ignoredStays = state.ignoredStays;
    this.listsIdle = state.listsIdle;
    this.registrations = new Map(state.registrations);
  }

  get calls(): ReadonlyMap<string, Call> {
    return this.index.calls;
  }

  get ended(): ReadonlyMap<string, EndedCall> {
    return this.index.ended.calls;
  }
}
