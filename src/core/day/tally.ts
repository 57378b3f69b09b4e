/**
 * Numbers that are added to what a day's table holds already. The store adds them in the commit of their cause; nothing is read
 * for it, so an owner that takes over counts on.
 */
export interface Tally {
  /** `YYYY-MM-DD` in the tenant's zone. */
  readonly day: string;
  readonly row: TallyRow;
  /** Whole numbers, by the index of their column. */
  readonly add: readonly (readonly [column: number, amount: number])[];
  /**
   * The call whose end it counts: added only where history has no record of that call yet, so that a call that ends twice counts
   * once. Null: of no call.
   */
  readonly callId: string | null;
}

export interface TallyRow {
  readonly of: 'queue' | 'agent' | 'source';
  /** Queue id, extension, or endpoint. */
  readonly name: string;
  /** Counted from the day's first instant, in time that passed: quarters of an hour for queues and sources, hours for agents. */
  readonly slot: number;
}

/** A name that people know, as of that day. */
export interface TallyLabel {
  readonly day: string;
  readonly of: 'queue' | 'agent';
  readonly name: string;
  readonly label: string;
}
