import type { Item } from './callback-book.js';
import type {
  DeskEvent,
  DeskFindings,
  JudgedCallback,
  JudgedCallbackEvent,
  JudgedWindow,
} from './judge-desk-report.js';

/** What a bridge has said of call-backs: its commits, one event of them, and how that compares with what it must say. */

export interface Taken {
  readonly event: DeskEvent;
  readonly type: string;
  readonly data: JudgedCallbackEvent;
}

/** When something happened, as the event of its cause says. */
export interface Happened {
  readonly time: string;
  readonly observed: JudgedWindow;
}

/** The events that one commit recorded, in order. */
export function* commitsOf(events: readonly DeskEvent[]): Generator<readonly DeskEvent[], void, undefined> {
  let commit: DeskEvent[] = [];
  for (const event of events) {
    if (commit.length > 0 && commit[0]!.recordedtime !== event.recordedtime) {
      yield commit;
      commit = [];
    }
    commit.push(event);
  }
  if (commit.length > 0) yield commit;
}

/** Takes the first event that is wanted; null: there is none. */
export function take(left: DeskEvent[], wanted: (one: Taken) => boolean): Taken | null {
  const place = left.findIndex((event) =>
    wanted({ event, type: event.type, data: event.data as JudgedCallbackEvent }),
  );
  if (place < 0) return null;
  const [event] = left.splice(place, 1);
  return { event: event!, type: event!.type, data: event!.data as JudgedCallbackEvent };
}

/** Compares the whole view, and when it happened. `happened` null: the caller has compared that. */
export function compareStated(
  { event, data }: Taken,
  item: Item,
  { happened, at }: { readonly happened: Happened | null; readonly at: number },
  findings: DeskFindings,
): void {
  const right = item.view();
  for (const field of FIELDS) {
    const [stated, wanted] = [data.callback[field], right[field]];
    // Parts may be listed in the order of their latest call or of their first.
    const isList = field === 'callIds' || field === 'queues';
    findings.same(
      field,
      item.id,
      at,
      isList ? sorted(stated) : fieldsOf(stated),
      isList ? sorted(wanted) : fieldsOf(wanted),
    );
  }
  findings.same('subject', item.id, at, event.subject, `callback/${item.id}`);
  if (happened === null) return;
  findings.same('time', item.id, at, Date.parse(event.time), Date.parse(happened.time));
  const { earliest, latest, certainty } = data.observed;
  const { observed } = happened;
  findings.same(
    'observed',
    item.id,
    at,
    [earliest, latest, certainty],
    [observed.earliest, observed.latest, observed.certainty],
  );
}

const FIELDS = [
  'id',
  'customer',
  'queues',
  'missed',
  'tried',
  'firstAt',
  'lastAt',
  'longestWaitMs',
  'callIds',
  'probable',
  'afterHours',
  'claimedBy',
  'claimedUntil',
  'parts',
] as const satisfies readonly (keyof JudgedCallback)[];
/** With its fields in the order of their names, so that the order in which they were written says nothing. */
function fieldsOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fieldsOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'national')
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, field]) => [name, fieldsOf(field)]),
  );
}

function sorted(value: unknown): unknown {
  return (value as unknown[]).map((one) => JSON.stringify(fieldsOf(one))).sort();
}
