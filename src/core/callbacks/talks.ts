import type { Call, Certainty } from '../model/call.js';
import type { DeskPoll } from '../desk-poll.js';
import { answerOf, type Instant } from '../model/observation.js';
import { talkThatCounts } from './callback-rules.js';

/** A conversation with a customer, while it lasts and for a while after. */
export interface Talk {
  readonly callId: string;
  readonly line: string;
  readonly direction: 'inbound' | 'outbound';
  readonly from: Instant;
  readonly answer: Certainty;
}

/** When the conversation has lasted long enough to count. */
export function countsFrom({ from, answer }: Talk): Instant {
  return from + talkThatCounts(answer);
}

/**
 * When the poll's answers show that the conversation still goes on: the latest sending of one that does; null where none does.
 * An answer that lacks rows shows only what it has.
 */
export function shownTalking({ legs, entry }: Call, { observations }: DeskPoll): Instant | null {
  const [monitor, queue] = [answerOf(observations.monitor), answerOf(observations.queue)];
  const isAtLeg =
    monitor !== null && legs.some(({ seen, state }) => state === 'answered' && monitor.rows.has(seen.key));
  const isInQueue = queue !== null && entry?.answered === true && queue.rows.has(entry.seen.key);
  const shown = [...(isAtLeg ? [monitor.startedAt] : []), ...(isInQueue ? [queue.startedAt] : [])];
  return shown.length === 0 ? null : Math.max(...shown);
}

/** The conversations that go on, and those of them that are with customers who are owed a call: they are all that a poll asks for. */
export class LiveTalks {
  readonly #talks = new Map<string, Talk>();
  readonly #ofLine = new Map<string, Map<string, Talk>>();
  readonly #owed = new Set<string>();
  /** The lines of which there is both. */
  readonly #met = new Set<string>();

  get(callId: string): Talk | undefined {
    return this.#talks.get(callId);
  }

  set(talk: Talk): void {
    const { callId, line } = talk;
    this.delete(callId);
    this.#talks.set(callId, talk);
    const ofLine = this.#ofLine.get(line);
    if (ofLine === undefined) this.#ofLine.set(line, new Map([[callId, talk]]));
    else ofLine.set(callId, talk);
    this.#meet(line);
  }

  delete(callId: string): void {
    const talk = this.#talks.get(callId);
    if (talk === undefined) return;
    this.#talks.delete(callId);
    const ofLine = this.#ofLine.get(talk.line)!;
    ofLine.delete(callId);
    if (ofLine.size === 0) this.#ofLine.delete(talk.line);
    this.#meet(talk.line);
  }

  /** Notes whether the customer is owed a call. */
  owe(line: string, isOwed: boolean): void {
    if (isOwed) this.#owed.add(line);
    else this.#owed.delete(line);
    this.#meet(line);
  }

  withOwed(): readonly Talk[] {
    return this.#met.size === 0
      ? NONE
      : [...this.#met].flatMap((line) => [...this.#ofLine.get(line)!.values()]);
  }

  #meet(line: string): void {
    if (this.#owed.has(line) && this.#ofLine.has(line)) this.#met.add(line);
    else this.#met.delete(line);
  }
}

const NONE: readonly never[] = [];

/**
 * Conversations that have ended lately and counted: a caller whose abandonment is noticed late, after an outage, may have been
 * spoken to since.
 *
 * Not guaranteed: that one is known after a restart of the bridge. Then the call-back stays open, and a person sees it.
 */
export class RecentTalks {
  readonly #talks = new Map<string, Talk & { readonly endedAt: Instant }>();

  add(talk: Talk, endedAt: Instant): void {
    this.#talks.delete(talk.line);
    this.#talks.set(talk.line, { ...talk, endedAt });
    for (const [line, { endedAt: ended }] of this.#talks) {
      if (this.#talks.size <= RECENT_MAX && endedAt - ended <= RECENT_MS) return;
      this.#talks.delete(line);
    }
  }

  /** The latest conversation with the customer, if it began after `instant`. */
  since(line: string, instant: Instant): Talk | null {
    const talk = this.#talks.get(line);
    return talk !== undefined && talk.from > instant ? talk : null;
  }
}

/** Longer than outages that go unnoticed. */
const RECENT_MS = 3_600_000;
const RECENT_MAX = 5_000;
