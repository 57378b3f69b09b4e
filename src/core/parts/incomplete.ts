import type { Incomplete, Missing, Policy, SourceState, TenantState } from '../model/call.js';
import type { Instant, MonitorAnswer, Observation, QueueAnswer } from '../model/observation.js';
import { isEarlierOrAt, type Window, windowBetween } from './window.js';

/**
 * Remembers what the observations since the last complete one showed, as far as it decides what a partial answer's lack
 * of a part means (`partial-absence.ts`): which unreadable rows there are and since when, which parts came later
 * than those, and which parts are missing. A complete observation ends it.
 *
 * Failures in between change nothing but the count: the rows of the answers before and after are compared as if they
 * followed each other.
 *
 * @param parts the parts of live calls that this endpoint shows, by key
 * @param atMost where the count of observations stops
 */
export function withObservation(
  source: SourceState,
  observation: Observation,
  { parts, atMost }: { readonly parts: KnownKeys; readonly atMost: number },
): Incomplete | null {
  if (observation.outcome === 'complete') return null;
  const { at, startedAt } = observation;
  const run = source.incomplete ?? { ...NOTHING, since: at };
  const polls = Math.min(run.polls + 1, atMost);
  if (observation.outcome === 'failed')
    return { ...run, polls, answered: run.answered || observation.heldUntil !== undefined };
  const whole = isWhole(observation);
  return {
    since: run.since,
    polls,
    answered: true,
    partialSince: run.partialSince ?? at,
    last: { startedAt, at, whole },
    lastWhole: whole ? startedAt : observation.unreadable === undefined ? run.lastWhole : null,
    unreadable: sinceWhen(observation, run),
    appeared: appeared(observation, run, parts),
    missing: missing(observation, source, parts),
  };
}

/** Whether every row of the answer is known, or known to be unreadable. */
function isWhole({ unreadable, leftOut }: MonitorAnswer | QueueAnswer): boolean {
  return unreadable !== undefined && leftOut === undefined;
}

/** The same after an outage, which breaks the row of partial answers. */
export function afterOutage(run: Incomplete | null): Incomplete | null {
  return run === null || run.partialSince === null ? run : { ...run, partialSince: null };
}

/** When the last answer of the endpoint was requested, whatever it lacked. */
export function lastAnswered({ lastComplete, incomplete }: SourceState): Instant | null {
  return (incomplete?.last ?? lastComplete)?.startedAt ?? null;
}

/**
 * When the last answer was requested that surely did not hold what is new in this one. A partial answer that had every row is
 * such an answer if all rows of it that could not be read are still there: then none of them is what is new. Answers in
 * between that lacked rows change nothing of that.
 */
export function lastWithoutNews(
  { lastComplete, incomplete }: SourceState,
  { unreadable = NO_IDS }: MonitorAnswer | QueueAnswer,
): Instant | null {
  const lastWhole = incomplete?.lastWhole ?? null;
  const isProof = lastWhole !== null && [...incomplete!.unreadable.keys()].every((id) => unreadable.has(id));
  return isProof ? lastWhole : (lastComplete?.startedAt ?? null);
}

/**
 * The window of what this answer shows and one requested at `before` did not. The monitor trails its own switch, so what it
 * did not show yet may have happened already when it was asked.
 */
export function shownBetween(
  before: Instant | null,
  { endpoint, at }: Pick<Observation, 'endpoint' | 'at'>,
  { monitorLagMs }: Policy,
): Window {
  const { after, by } = windowBetween(before, at);
  return { after: after === null ? null : after - (endpoint === 'monitor' ? monitorLagMs : 0), by };
}

/**
 * When a known part went, or came into a state, that this answer is the first to show; `sources`: before it. A partial answer
 * that showed the part as it was is as good as a complete one.
 */
export function changeWindow(
  key: string,
  sources: TenantState['sources'],
  answer: Pick<Observation, 'endpoint' | 'at'>,
  policy: Policy,
): Window {
  const before = sources[answer.endpoint];
  const missing = before.incomplete?.missing.get(key);
  return shownBetween(missing === undefined ? lastAnswered(before) : missing.lastPresent, answer, policy);
}

/** Whether the run's last answer has every row that came into being within `since` or later. */
export function hasAllSince({ last, unreadable }: Incomplete, since: Window): boolean {
  if (last?.whole !== true) return false;
  for (const first of unreadable.values()) if (!isEarlierOrAt(first, since)) return false;
  return true;
}

/** The parts of live calls, and the legs that are awaited, by key. */
export interface KnownKeys {
  has(key: string): boolean;
  keys(): Iterable<string>;
}

function sinceWhen(
  { at, unreadable }: MonitorAnswer | QueueAnswer,
  run: Incomplete,
): Incomplete['unreadable'] {
  // An answer that lacks rows may lack unreadable ones too.
  if (unreadable === undefined) return run.unreadable;
  const since = new Map<string, Instant>();
  for (const id of unreadable) since.set(id, run.unreadable.get(id) ?? at);
  return since;
}

function appeared(
  { at, rows }: MonitorAnswer | QueueAnswer,
  run: Incomplete,
  parts: KnownKeys,
): Incomplete['appeared'] {
  const keys = new Map<string, Instant>();
  for (const [key, first] of run.appeared) if (parts.has(key) || rows.has(key)) keys.set(key, first);
  for (const key of rows.keys()) if (!keys.has(key) && !parts.has(key)) keys.set(key, at);
  return keys;
}

function missing(
  { at, rows }: MonitorAnswer | QueueAnswer,
  source: SourceState,
  parts: KnownKeys,
): Incomplete['missing'] {
  const keys = new Map<string, Missing>();
  const lastPresent = lastAnswered(source);
  for (const key of parts.keys())
    if (!rows.has(key)) keys.set(key, source.incomplete?.missing.get(key) ?? { lastPresent, since: at });
  return keys;
}

const NONE: ReadonlyMap<string, never> = new Map<string, never>();
const NO_IDS: ReadonlySet<string> = new Set();
const NOTHING = {
  polls: 0,
  answered: false,
  partialSince: null,
  last: null,
  lastWhole: null,
  unreadable: NONE,
  appeared: NONE,
  missing: NONE,
} as const;
