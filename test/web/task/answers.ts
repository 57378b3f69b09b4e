import { conversationOf, lineOf, talksOf, visitsOf } from '../../../simulator/desk-truth.js';
import { localTime } from '../../../simulator/vietnam-time.js';
import type { CallTruth } from '../../../simulator/world.js';

/**
 * What a supervisor who knows everything would answer, out of what really happened and out of nothing that the bridge says. The
 * rules are those of `docs/callbacks.md` and `docs/desk.md`.
 */
export interface Answers {
  /** Who is owed a call, the one first who has waited for it longest. */
  readonly owed: readonly Owed[];
  readonly troubled: readonly Troubled[];
  readonly agent: AgentDay;
}

interface Owed {
  readonly customer: string;
  /** When the first and the last of the calls ended that count. */
  readonly firstAt: number;
  readonly lastAt: number;
  readonly missed: number;
}

interface Troubled {
  readonly queue: string;
  readonly waiting: number;
  readonly longestSince: number;
  /** Since when so many wait; null: they do not. */
  readonly waitingSince: number | null;
  /** Since when a caller waits for too long; null: none does. */
  readonly waitSince: number | null;
}

interface AgentDay {
  readonly extension: string;
  /** Calls that came in, and calls that the agent made, of which a conversation came. */
  readonly answered: number;
  readonly placed: number;
  readonly talkMs: number;
  /** Rings that ended without an answer. */
  readonly notAnswered: number;
  /** Since when the agent talks now; null: the agent does not. */
  readonly talksSince: number | null;
}

export interface Limits {
  readonly waiting: number;
  readonly waitMs: number;
  readonly shortAbandonMs: number;
}

/** A talk that is shorter may have been a mailbox, and closes nothing. */
const TALK_MS = 10_000;

export function answersAt(
  now: number,
  truth: readonly CallTruth[],
  extension: string,
  limits: Limits,
): Answers {
  return {
    owed: owedIn(truth, now, limits),
    troubled: troubledIn(truth, now, limits),
    agent: dayOf(truth, now, extension),
  };
}

function owedIn(truth: readonly CallTruth[], now: number, { shortAbandonMs }: Limits): Owed[] {
  const open = new Map<string, Owed>();
  const talks = truth.flatMap((call) => {
    const talk = conversationOf(call);
    const line = lineOf(call.customer);
    if (talk === null || line === null || call.direction === 'local') return [];
    return (talk.to ?? now) - talk.from >= TALK_MS ? [{ line, from: talk.from }] : [];
  });
  const ended = truth.filter((call) => call.endedAt !== null).sort((a, b) => a.endedAt! - b.endedAt!);
  for (const { customer, direction, outcome, startedAt, endedAt } of ended) {
    const line = lineOf(customer);
    if (line === null || direction !== 'inbound' || outcome !== 'abandoned') continue;
    if (endedAt! - startedAt < shortAbandonMs) continue;
    const before = open.get(line);
    // Another item, where the one before was closed by a talk meanwhile.
    const isClosed =
      before === undefined ||
      talks.some((talk) => talk.line === line && isBetween(talk.from, before.lastAt, endedAt!));
    open.set(line, {
      // As people of the country write it.
      customer: line.replace(/^\+84/, '0'),
      firstAt: isClosed ? endedAt! : before.firstAt,
      lastAt: endedAt!,
      missed: isClosed ? 1 : before.missed + 1,
    });
  }
  return [...open]
    .filter(([line, { lastAt }]) => !talks.some((talk) => talk.line === line && talk.from > lastAt))
    .map(([, owed]) => owed)
    .sort((a, b) => a.firstAt - b.firstAt);
}

function troubledIn(truth: readonly CallTruth[], now: number, { waiting, waitMs }: Limits): Troubled[] {
  const since = new Map<string, number[]>();
  for (const { queue, joined, left } of truth.flatMap(visitsOf)) {
    if (left === null) since.set(queue.name, [...(since.get(queue.name) ?? []), joined]);
  }
  return [...since]
    .map(([queue, joined]) => {
      const [longestSince, ...others] = joined.sort((a, b) => a - b);
      const nth = [longestSince!, ...others][waiting - 1];
      return {
        queue,
        waiting: joined.length,
        longestSince: longestSince!,
        // As long as none of these left meanwhile, they have been so many since the last of them came.
        waitingSince: nth ?? null,
        waitSince: now - longestSince! > waitMs ? longestSince! + waitMs : null,
      };
    })
    .filter(({ waitingSince, waitSince }) => waitingSince !== null || waitSince !== null)
    .sort((a, b) => a.longestSince - b.longestSince);
}

/** Each thing counts when it happened, also of a call that began the day before (`docs/statistics.md`, "Agents"). */
function dayOf(truth: readonly CallTruth[], now: number, extension: string): AgentDay {
  const midnight = now - (now % 60_000) - localTime(now).minute * 60_000;
  const all = truth.flatMap((call) =>
    talksOf(call)
      .filter((talk) => talk.extension === extension)
      .map((talk) => ({ ...talk, direction: call.direction })),
  );
  const talks = all.filter(({ from }) => from >= midnight);
  const rings = truth
    .flatMap(({ events }) => events)
    .filter((event) => event.extension === extension && event.at >= midnight);
  return {
    extension,
    answered: talks.filter(({ direction }) => direction === 'inbound').length,
    placed: talks.filter(({ direction }) => direction === 'outbound').length,
    talkMs: talks.reduce((sum, { from, to }) => sum + (to ?? now) - from, 0),
    notAnswered: rings.filter(
      ({ type, outcome }) => type === 'call-offer-ended' && outcome === 'not-answered',
    ).length,
    talksSince: all.find(({ to }) => to === null)?.from ?? null,
  };
}

function isBetween(instant: number, from: number, to: number): boolean {
  return instant > from && instant < to;
}
