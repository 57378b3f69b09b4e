import type { CallEventType, CallView, ObservedView } from '@pitel-event-bridge/client';
import type { CallEvent } from './call-event.js';

/**
 * A call's life as something to draw: a lane for the call and one for each extension, and a mark for each event with the
 * window in which it happened. Instants are milliseconds since the Unix epoch.
 */
export type BarState = 'queued' | 'ringing' | 'answered';

export interface Bar {
  /** Null: the call itself. */
  readonly extension: string | null;
  readonly agentName: string | null;
  readonly state: BarState;
  readonly from: number;
  /** Null while it goes on. */
  readonly to: number | null;
}

/** The events, and what only the history of an ended call has. */
type MarkKind = CallEventType | 'queue-joined' | 'queue-left';

export interface Mark {
  readonly key: string;
  readonly type: MarkKind;
  readonly extension: string | null;
  /** The name of the queue that it is about, and of no event. */
  readonly queue: string | null;
  readonly outcome: string | null;
  readonly at: number;
  /** The last poll that did not show it; null when there was none before. */
  readonly earliest: number | null;
  readonly latest: number;
  /** Null: how exactly it is known was not kept. */
  readonly certainty: ObservedView['certainty'] | null;
}

export interface Timeline {
  readonly from: number;
  readonly to: number;
  readonly isOver: boolean;
  /** The page has not seen the beginning: earlier changes are missing. */
  readonly isPartial: boolean;
  readonly bars: readonly Bar[];
  readonly marks: readonly Mark[];
}

/** @param events this call's, oldest first; an event that is there twice counts once */
export function timelineOf(view: CallView, events: readonly CallEvent[], now: number): Timeline {
  const own = [...new Map(events.map((event) => [event.id, event])).values()];
  const marks = own.map(markOf);
  const from = Date.parse(view.startedAt);
  const end = view.endedAt === null ? null : Date.parse(view.endedAt);
  const bars = [...callBars(view, own, from, end), ...extensionBars(view, own, from, end)];
  return {
    ...spanOf(marks, from, end ?? now),
    isOver: end !== null,
    isPartial: !own.some(({ type }) => type === 'call-started'),
    bars,
    marks,
  };
}

/** From the first window to the last, around the call: at least a second long. */
export function spanOf(marks: readonly Mark[], from: number, end: number) {
  return {
    from: Math.min(from, ...marks.map(({ earliest, at }) => Math.max(earliest ?? at, from - MOST_BEFORE_MS))),
    to: Math.max(end, from + 1_000, ...marks.map(({ latest }) => latest)),
  };
}

/** Cuts a window that opens long before the call: drawn whole, it would leave hardly any width for the call. */
const MOST_BEFORE_MS = 10_000;

/** Whether there is a window to draw: the PBX's own time has none, and neither has one instant. */
export function hasWindow({ certainty, earliest, latest }: Mark): boolean {
  return certainty !== null && certainty !== 'upstream' && earliest !== null && earliest < latest;
}

function markOf({ id, type, time, data }: CallEvent): Mark {
  const { earliest, latest, certainty } = data.observed;
  return {
    key: id,
    type,
    extension:
      data.offer?.extension ?? (type === 'call-transferred' ? (data.agent?.extension ?? null) : null),
    queue: null,
    outcome: data.outcome,
    at: Date.parse(time),
    earliest: earliest === null ? null : Date.parse(earliest),
    latest: Date.parse(latest),
    certainty,
  };
}

function callBars(view: CallView, events: readonly CallEvent[], from: number, end: number | null): Bar[] {
  const call = { extension: null, agentName: null };
  const answered = view.answeredAt === null ? null : Math.max(from, Date.parse(view.answeredAt));
  const waited = events.some(({ data }) => data.queue !== null) || view.queue !== null;
  const before: Bar = { ...call, state: waited ? 'queued' : 'ringing', from, to: answered ?? end };
  return answered === null ? [before] : [before, { ...call, state: 'answered', from: answered, to: end }];
}

/** An extension's bar changes at the first event that shows its state changed. */
function extensionBars(
  view: CallView,
  events: readonly CallEvent[],
  from: number,
  end: number | null,
): Bar[] {
  const bars: Bar[] = [];
  const open = new Map<string, Bar>();
  const seen = (extension: string, agentName: string | null, state: BarState | 'ended', at: number) => {
    const bar = open.get(extension);
    if (bar?.state === state) return;
    if (bar !== undefined) bars.push({ ...bar, to: Math.max(bar.from, at) });
    open.delete(extension);
    if (state !== 'ended') open.set(extension, { extension, agentName, state, from: at, to: null });
  };
  for (const event of events) {
    for (const { extension, agentName, state } of event.data.extensions) {
      seen(extension, agentName, state, Date.parse(event.time));
    }
  }
  // The view shows states that no event on this page has announced (the page was opened later), but not since when.
  for (const { extension, agentName, state } of view.extensions) {
    if (state !== 'ended' && !open.has(extension)) seen(extension, agentName, state, from);
  }
  for (const bar of open.values()) bars.push({ ...bar, to: end });
  const order = [...new Set(bars.map(({ extension }) => extension))];
  return bars.sort((a, b) => order.indexOf(a.extension) - order.indexOf(b.extension) || a.from - b.from);
}
