import type { CallView } from '@pitel-event-bridge/client';
import { searchFor } from './search.js';

/** Chooses the live calls that are shown, and their order. */
export type Phase = 'waiting' | 'ringing' | 'talking';

export interface CallFilter {
  /** Null: all. */
  readonly phase: Phase | null;
  readonly text: string;
}

/** A caller in a queue waits also while the queue rings an extension: for the caller it is the same. */
export function phaseOf({ answeredAt, queue }: CallView): Phase {
  if (answeredAt !== null) return 'talking';
  return queue === null ? 'ringing' : 'waiting';
}

/** Since when the call is in its phase. */
export function phaseSince({ answeredAt, startedAt }: CallView): number {
  return Date.parse(answeredAt ?? startedAt);
}

export interface LiveCounts {
  readonly all: number;
  readonly waiting: number;
  readonly ringing: number;
  readonly talking: number;
}

export function countCalls(calls: Iterable<CallView>): LiveCounts {
  const counts = { all: 0, waiting: 0, ringing: 0, talking: 0 };
  for (const call of calls) {
    counts.all += 1;
    counts[phaseOf(call)] += 1;
  }
  return counts;
}

/** Waiting calls come first, longest wait first; then ringing calls, then answered ones, the longest first. */
export function listCalls(calls: Iterable<CallView>, { phase, text }: CallFilter): readonly string[] {
  const matches = searchFor(text, wordsOf);
  const shown: { readonly id: string; readonly rank: number; readonly since: string }[] = [];
  for (const call of calls) {
    const own = phaseOf(call);
    if (phase !== null && own !== phase) continue;
    if (!matches(call)) continue;
    // Instants are RFC 3339 in UTC with milliseconds: their text sorts as they do.
    shown.push({ id: call.callId, rank: RANK[own], since: call.answeredAt ?? call.startedAt });
  }
  shown.sort(
    (a, b) => a.rank - b.rank || (a.since < b.since ? -1 : a.since > b.since ? 1 : a.id < b.id ? -1 : 1),
  );
  return shown.map(({ id }) => id);
}

const RANK: Readonly<Record<Phase, number>> = { waiting: 0, ringing: 1, talking: 2 };

function wordsOf({ callId, customer, hotline, queue, agent, extensions }: CallView): readonly string[] {
  return [
    callId,
    customer?.raw,
    customer?.e164,
    customer?.national,
    hotline?.raw,
    queue?.name,
    agent?.name,
    agent?.extension,
    ...extensions.map(({ extension }) => extension),
  ].filter((word) => typeof word === 'string');
}
