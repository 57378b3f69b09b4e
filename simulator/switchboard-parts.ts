import type { Extension, Queue } from './directory.js';
import type { LegView } from './leg-view.js';
import type { EntryView, QueueAgent } from './rows.js';
import type { Timer } from './schedule.js';
import type { CallTruth, LegRole, Sighting } from './truth.js';

/** Legs and queue entries as the engine has them, and their rows, which may lag behind. */

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** What of a leg may change. */
export type LegChange = Partial<Omit<LegView, 'id' | 'towardsExtension'>>;

export interface Leg extends Mutable<LegView> {
  truth: CallTruth;
  readonly extension: Extension;
  /** The leg's own uuid: `callId` at some time or never, as the habit `legIds` has it. */
  readonly ownId: string;
  /** It rings at an extension that may answer. */
  readonly offered: boolean;
  alive: boolean;
  row: ShownLeg | null;
}

export interface NewLeg extends Omit<LegView, 'id' | 'callTime'> {
  readonly extension: Extension;
  readonly ownId: string;
  readonly offered: boolean;
  readonly role: LegRole | undefined;
}

/** A leg's row. */
export interface ShownLeg extends Mutable<LegView> {
  readonly extension: Extension;
  role: LegRole | undefined;
  truth: CallTruth;
  /** Null while the extension is not registered. */
  sighting: Sighting | null;
}

/** A caller in a queue. A resume keeps the entry and gives it to another call. */
export interface QueueEntry extends Mutable<EntryView> {
  readonly queue: Queue;
  truth: CallTruth;
  status: 'Waiting' | 'Trying' | 'Answered' | 'Abandoned';
  agent: QueueAgent | null;
  row: ShownEntry | null;
  linger: Timer | null;
}

/** An entry's row. */
export interface ShownEntry extends Mutable<EntryView> {
  /** Null until it is shown. */
  sighting: Sighting | null;
}

/** An extension. */
export interface Line {
  readonly legs: Leg[];
  readonly shown: ShownLeg[];
  registered: boolean;
  idleSince: number;
  /** Its rows as JSON without brackets, and their number; null when they must be rendered again. */
  text: string | null;
  rows: number;
}
