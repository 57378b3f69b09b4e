import type { Call, EndedCall, Registration, TenantState } from '../model/call.js';
import { CallIndex } from './call-index.js';
import { SettledRows } from './settled-rows.js';

/**
 * What is known of a tenant, held once and changed in place: only `decide` changes it, and returns what it has changed as a
 * `Delta`. It is of use as long as the store has taken every delta. After an exception, or a delta that the store did not
 * take, its owner drops it and makes another of what the store has.
 *
 * Read as a `TenantState` it is the present one, and changes with the next `decide`.
 */
export class TenantCalls implements TenantState {
  readonly index: CallIndex;
  readonly settled = new SettledRows();
  sources: TenantState['sources'];
  ignoredEntries: TenantState['ignoredEntries'];
  listsIdle: boolean;
  readonly registrations: Map<string, Registration>;

  constructor(state: TenantState) {
    this.index = new CallIndex(state);
    this.sources = state.sources;
    this.ignoredEntries = state.ignoredEntries;
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
