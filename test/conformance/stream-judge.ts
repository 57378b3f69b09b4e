import { formatCursor } from '../../client/src/position.js';
import { Broken } from './broken.js';
import type { StateLine } from './lines.js';
import type { Entry } from './played-log.js';
import { type Rule, RULES } from './rules.js';

/** Something that should be so by now. */
export interface Lack {
  readonly rule: Rule;
  readonly expected: string;
  readonly came: string;
}

/** Of a scenario: which rule a wrong state breaks, and which one an event that was not handled. */
export interface Judged {
  readonly rule: Rule;
  readonly missing?: Rule;
}

/** The states of the calls that are alive, by `callId`, and of the endpoints. */
export interface RightState {
  readonly calls: Readonly<Record<string, string>>;
  readonly sources: Readonly<Record<string, string>>;
}

/** Types that no consumer knows need not be handled. */
const KNOWN =
  /^(?:call-(?:started|offered|offer-ended|answered|transferred|abandoned|ended)|source-(?:up|degraded|down))$/;

export function mustBeHandled({ event }: Entry): boolean {
  return KNOWN.test(event.type);
}

/**
 * Compares what the kit has sent on the connections of one consumer with what the consumer says. Pure. `Broken` is thrown for
 * what no later line can put right; what is only missing yet is a `Lack`.
 */
export class StreamJudge {
  /** Known events that happened since the consumer's first snapshot, and that no line has called handled. */
  private readonly owed = new Map<string, Entry>();
  private sent = new Map<string, Entry[]>();
  /** By this process; and by any. One that keeps its ids need not handle again what an earlier one has handled. */
  private handledIds = new Set<string>();
  private readonly everHandled = new Set<string>();
  private handledAt = -1;
  private savedAt = -1;
  /** The place that each cursor stands for, of those that the bridge has given. */
  private readonly cursors = new Map<string, number>();
  private readonly fragments = new Set<string>();
  private begun = false;
  /** The place up to which everything was sent. */
  private sentAt = -1;
  /** The newest cursor that the consumer has saved: a restart begins with it. */
  saved: string | null = null;

  happened(entry: Entry): void {
    if (this.begun && mustBeHandled(entry) && !this.everHandled.has(entry.event.id))
      this.owed.set(entry.event.id, entry);
  }

  sentEvent(entry: Entry): void {
    const { id } = entry.event;
    this.sent.set(id, [...(this.sent.get(id) ?? []), entry]);
    this.knows(formatCursor(entry.position), entry.at);
  }

  sentSnapshot(cursor: string, at: number): void {
    this.begun = true;
    this.knows(cursor, at);
  }

  /** The log has lost its past, so none of what is missing can be asked for. */
  sentReset(): void {
    this.owed.clear();
  }

  /** A fail-over has lost them, sent or not: they can no longer be asked for. */
  lost(entries: readonly Entry[]): void {
    for (const { event } of entries) this.owed.delete(event.id);
  }

  sentFragment(cursor: string): void {
    if (!this.cursors.has(cursor)) this.fragments.add(cursor);
  }

  /** Another process, which remembers nothing: what it handled after its cursor comes again. */
  restarted(): void {
    // Without a cursor it begins afresh, and cannot know what it missed.
    if (this.saved === null) {
      this.owed.clear();
      this.begun = false;
    }
    this.sent = new Map();
    this.handledIds = new Set();
    this.handledAt = -1;
  }

  connected(cursor: string | null): void {
    if (cursor !== null) this.expectGiven(cursor, 'connect');
    // The connection before may have ended before its snapshot had arrived: then nothing was missed yet.
    else if (this.saved === null && this.everHandled.size === 0) this.owed.clear();
  }

  handled(id: string): void {
    const occurrences = this.sent.get(id);
    if (occurrences === undefined)
      throw new Broken(
        RULES.invented,
        'an id of an event that was sent on this connection or before',
        `handled ${id}`,
      );
    if (this.handledIds.has(id))
      throw new Broken(RULES.once, `${id} handled once`, 'the same id handled again');
    const next = occurrences.find(({ at }) => at > this.handledAt);
    if (next === undefined)
      throw new Broken(
        RULES.order,
        `${id} before the events that were sent after it`,
        'it was handled after one of them',
      );
    this.handledAt = next.at;
    this.handledIds.add(id);
    this.everHandled.add(id);
    this.owed.delete(id);
  }

  savedCursor(cursor: string): void {
    const at = this.expectGiven(cursor, 'saved');
    const early = [...this.owed.values()].find((entry) => entry.at <= at);
    if (early !== undefined && !this.sent.has(early.event.id))
      throw new Broken(
        RULES.resume,
        `connect with the last cursor of an event, after which ${early.event.id} (at ${formatCursor(early.position)}) comes`,
        `saved ${cursor}: a snapshot brings the state, and not the events that were missed`,
      );
    if (early !== undefined)
      throw new Broken(
        RULES.saveAfterHandling,
        `handled ${early.event.id} (at ${formatCursor(early.position)}) before a cursor that covers it`,
        `saved ${cursor}; a crash at this moment loses the event`,
      );
    this.savedAt = at;
    this.saved = cursor;
  }

  /** What is missing once everything has been sent, and the consumer has had the time to answer. */
  lacks({ rule, missing: missingRule = rule }: Judged, state: StateLine, right: RightState): Lack[] {
    const missing = [...this.owed.values()].map(({ event, position }) => ({
      rule: missingRule,
      expected: `handled ${event.id} (${event.type} at ${formatCursor(position)})`,
      came: 'nothing about it',
    }));
    const wrong = wrongState(rule, state, right);
    const late = this.savedAt < this.sentAt && missing.length === 0 && wrong.length === 0;
    if (!late) return [...missing, ...wrong];
    const of = rule === RULES.ignoresTheUnknown ? rule : RULES.saveAfterHandling;
    return [
      {
        rule: of,
        expected: 'saved with the cursor of the newest event',
        came: `saved ${this.saved ?? 'nothing'}`,
      },
    ];
  }

  private knows(cursor: string, at: number): void {
    this.cursors.set(cursor, at);
    this.fragments.delete(cursor);
    this.sentAt = Math.max(this.sentAt, at);
  }

  private expectGiven(cursor: string, line: string): number {
    const at = this.cursors.get(cursor);
    if (at !== undefined) return at;
    if (this.fragments.has(cursor))
      throw new Broken(
        RULES.wholeEvents,
        'the cursor of the last event that arrived as a whole',
        `${line} ${cursor}`,
      );
    throw new Broken(RULES.resume, 'a cursor that the bridge has given', `${line} ${cursor}`);
  }
}

/** Compares what a consumer believes, as far as it says so. */
export function wrongState(rule: Rule, state: StateLine, expected: RightState): Lack[] {
  return (['calls', 'sources'] as const).flatMap((of) => {
    const came = state[of];
    if (came === undefined) return [];
    const [right, is] = [ordered(expected[of]), ordered(came)];
    return right === is
      ? []
      : [{ rule, expected: `state with ${of} ${right}`, came: `state with ${of} ${is}` }];
  });
}

function ordered(states: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(states).toSorted(([a], [b]) => (a < b ? -1 : 1))));
}
