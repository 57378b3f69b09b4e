import type { JudgedCall, JudgedEvent } from '../judge-report.js';
import type { Random } from '../random.js';

/**
 * Ways to falsify the true events of a day, each in one respect. `judge-lies.long.spec.ts` demands that the judge finds every one
 * of them, by the rule that is named here.
 *
 * A lie about one event is stated of one that the seed picks among all to which it applies; "everywhere" is stated of each.
 */
export interface Lie {
  readonly name: string;
  /** The rules of which one must find it. */
  readonly rules: readonly string[];
  /** Null: this day has nothing that it could be stated of. */
  readonly falsify: (events: readonly JudgedEvent[], random: Random) => readonly JudgedEvent[] | null;
}

export type Data = Partial<JudgedCall>;
export type Applies = (event: JudgedEvent, all: readonly JudgedEvent[]) => boolean;
export type Change = (event: JudgedEvent, all: readonly JudgedEvent[], random: Random) => JudgedEvent;

export const SECOND = 1000;
export const HOUR = 3_600_000;
export const SHIFTS = { '1.5 s': 1500, '2 h': 2 * HOUR, 'a day': 24 * HOUR } as const;

// ----- how a lie is stated

export function one(name: string, rules: string | readonly string[], applies: Applies, change: Change): Lie {
  return {
    name,
    rules: [rules].flat(),
    falsify: (events, random) => {
      const chosen = events.filter((event) => applies(event, events));
      if (chosen.length === 0) return null;
      const event = random.pick(chosen);
      return events.map((other) => (other === event ? change(event, events, random) : other));
    },
  };
}

export function everywhere(
  name: string,
  rules: string | readonly string[],
  applies: Applies,
  change: Change,
): Lie {
  return {
    name: `${name}, everywhere`,
    rules: [rules].flat(),
    falsify: (events, random) =>
      events.some((event) => applies(event, events))
        ? events.map((event) => (applies(event, events) ? change(event, events, random) : event))
        : null,
  };
}

/** The events get new sequences, as a log that really held them would have. */
export function log(
  name: string,
  rules: string | readonly string[],
  falsify: (events: readonly JudgedEvent[], random: Random) => readonly JudgedEvent[] | null,
): Lie {
  return {
    name,
    rules: [rules].flat(),
    falsify: (events, random) => {
      const stated = falsify(events, random);
      return stated === null ? null : numbered(stated);
    },
  };
}

function numbered(events: readonly JudgedEvent[]): JudgedEvent[] {
  return events.map((event, index) => ({ ...event, sequence: String(index + 1).padStart(16, '0') }));
}

export const with_ = (event: JudgedEvent, data: Data): JudgedEvent => ({
  ...event,
  data: { ...event.data, ...data },
});
export const says =
  (data: Data): Change =>
  (event) =>
    with_(event, data);
export const later = (text: string | null, ms: number): string | null =>
  text === null ? null : new Date(Date.parse(text) + ms).toISOString();
export const seen = (event: JudgedEvent, observed: Partial<JudgedCall['observed']>): JudgedEvent =>
  with_(event, { observed: { ...event.data.observed, ...observed } });

// ----- of which events

export const any: Applies = () => true;
export const ofType =
  (...types: string[]): Applies =>
  ({ type }) =>
    types.includes(type);
export const is =
  (applies: (data: JudgedCall, event: JudgedEvent) => boolean): Applies =>
  (event) =>
    applies(event.data, event);
export const isEnd: Applies = ofType('call-ended');
export const isLive = is(({ state }) => state !== 'ended');
export const certainty = (stated: string) => is(({ observed }) => observed.certainty === stated);
export const and =
  (...all: Applies[]): Applies =>
  (event, events) =>
    all.every((applies) => applies(event, events));

export const ofCall = (events: readonly JudgedEvent[], { data }: JudgedEvent): JudgedEvent[] =>
  events.filter((event) => event.data.callId === data.callId);
export const answerOf = (events: readonly JudgedEvent[], event: JudgedEvent): JudgedEvent | undefined =>
  ofCall(events, event).find(({ type }) => type === 'call-answered');
/** Another extension that rang for the same call. */
export const rival = (event: JudgedEvent, events: readonly JudgedEvent[]): string | undefined =>
  ofCall(events, event)
    .map(({ data }) => data.offer?.extension)
    .find((extension) => extension !== undefined && extension !== event.data.agent?.extension);
export const isOfAnother = (event: JudgedEvent, events: readonly JudgedEvent[]): JudgedEvent =>
  events.find(
    ({ data }) => data.callId !== event.data.callId && data.customer?.raw !== event.data.customer?.raw,
  )!;

/** Knows, of a number, a queue or an agent. */
export const knows = (what: 'customer' | 'hotline' | 'queue' | 'agent') => is((data) => data[what] !== null);

export function asAgent(event: JudgedEvent, extension: string): JudgedEvent {
  const other = event.data.extensions.find((one) => one.extension === extension);
  const name = other?.agentName ?? null;
  return with_(event, { agent: { id: event.data.agent?.id ?? null, name, username: name, extension } });
}

export function moved(event: JudgedEvent, ms: number): JudgedEvent {
  const { earliest, latest } = event.data.observed;
  const observed = { earliest: later(earliest, ms), latest: later(latest, ms)! };
  return { ...seen(event, observed), time: later(event.time, ms)! };
}
