import type { DeskDelta, DeskState } from '../../../core/desk-state.js';
import type { DeskRetention } from '../../desk-store.js';
import { encodeRecord } from './record.js';
import {
  callbacksPatch,
  type Found,
  type HashPatch,
  readCallbacks,
  readStanding,
  standingPatch,
} from './standing.js';
import { additions, type DayAddition } from './tallies.js';

/** What a commit writes of a tenant's desk, as the stores take it. */
export interface DeskWrite {
  readonly callbacks: HashPatch;
  readonly standing: HashPatch;
  /** In their order: the later of two of a call counts. `started`: `endText` of when the call began. */
  readonly records: readonly (readonly [field: string, text: string, started: string])[];
  readonly days: readonly DayAddition[];
  /** As JSON. */
  readonly audit: readonly string[];
}

/** Throws a `TypeError` for what no table can hold. */
export function encodeDesk(delta: DeskDelta, { statsMs }: Pick<DeskRetention, 'statsMs'>): DeskWrite {
  return {
    callbacks: callbacksPatch(delta),
    standing: standingPatch(delta),
    records: delta.records.map((record) => encodeRecord(record)),
    days: additions(delta.tallies, delta.labels, statsMs),
    audit: delta.audit.map((entry) => JSON.stringify(entry)),
  };
}

type Fields = Iterable<readonly [field: string, json: string]>;

/** What a claim gives of it. */
export function readDesk(callbacks: Fields, standing: Fields): Found<DeskState> {
  const owed = readCallbacks(callbacks);
  const rest = readStanding(standing);
  return {
    state: { callbacks: owed.state, ...rest.state },
    unreadable: [...owed.unreadable, ...rest.unreadable],
  };
}
