import type { TallyLabel, TallyRow } from './tally.js';

/** What a day's table holds: all that commits have added to it so far. A day without a table has no rows. */
export interface TalliedDay {
  /** `YYYY-MM-DD` in the tenant's zone. */
  readonly day: string;
  /** Counts by the index of their column (`columns.ts`); columns beyond the last that is not 0 may be absent. */
  readonly rows: readonly { readonly row: TallyRow; readonly counts: readonly number[] }[];
  readonly labels: readonly Omit<TallyLabel, 'day'>[];
}
