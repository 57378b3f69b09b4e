import type { Instant } from '../model/observation.js';
import type { Counted } from './added-rows.js';
import { AGENT_STATES, type AgentStanding, type AgentState } from './agent-standing.js';
import { type Calendar, HOUR_MS } from './calendar.js';
import { AGENT, type AgentColumn } from './columns.js';
import { meanOf } from './mean.js';
import type { AgentNumbers, Interval } from './numbers.js';
import { type CountsByRow, hourOf } from './story-counts.js';

export function agentNumbers(
  interval: Interval,
  agent: AgentNumbers['agent'],
  counted: Counted,
  now: AgentNumbers['now'],
): AgentNumbers {
  const of = (column: AgentColumn) => counted.get(AGENT[column]);
  const [answered, placed] = [of('answered'), of('placed')];
  const talk = meanOf(of('talkMs'), of('talksKnown'), of('talksUnknown'));
  const inState = Object.fromEntries(AGENT_STATES.map((state) => [state, of(state)]));
  return {
    ...interval,
    agent,
    answered,
    placed,
    talk,
    talking: answered + placed - talk.known - talk.unknown,
    notAnswered: of('notAnswered'),
    inState: inState as Record<AgentState, number>,
    now,
  };
}

/** Counts a time of an extension's in a state, in the hours that it falls into. */
function countState(
  counts: CountsByRow,
  extension: string,
  state: AgentState,
  { from, to }: { readonly from: Instant; readonly to: Instant },
  calendar: Calendar,
): void {
  for (let at = from; at < to;) {
    const day = calendar.dayAt(at);
    const hour = day.from + (Math.floor((at - day.from) / HOUR_MS) + 1) * HOUR_MS;
    const until = Math.min(to, hour, day.to);
    counts.add(hourOf(calendar, extension, at), AGENT[state], until - at);
    at = until;
  }
}

/**
 * Counts what has not been counted yet of an extension's standing.
 *
 * @param unwatchedSince null: the monitor is watched
 */
export function countStanding(
  counts: CountsByRow,
  { extension, state, counted }: AgentStanding,
  { until, unwatchedSince }: { readonly until: Instant; readonly unwatchedSince: Instant | null },
  calendar: Calendar,
): void {
  const known = unwatchedSince === null ? until : Math.max(counted, Math.min(unwatchedSince, until));
  countState(counts, extension, state, { from: counted, to: known }, calendar);
  const unwatched = { from: Math.max(known, until - UNWATCHED_MAX_MS), to: until };
  countState(counts, extension, 'not-watched', unwatched, calendar);
}

/** Of a longer outage its last day counts for each extension; the sources' times have all of it. */
const UNWATCHED_MAX_MS = 86_400_000;
