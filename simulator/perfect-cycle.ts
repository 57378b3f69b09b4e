import type { JudgedEvent } from './judge-report.js';

export interface Cycle {
  readonly at: number;
  readonly monitor: Previous | null;
  readonly queue: Previous | null;
  /** The extensions of which the monitor lists no row are known not to be registered. */
  readonly listsIdle: boolean;
}

/** One endpoint's answer of this cycle, and when the one before was. */
export interface Previous {
  readonly before: number | null;
}

/** An event without what only the whole log gives it. */
export type Emitted = Omit<JudgedEvent, 'sequence'>;
