import { TRUSTED_SKEW_MS } from './judge-clock.js';
import type { Statement } from './judge-statement.js';
import type { CallTruth, Sighting } from './truth.js';

/** The times that the PBX's rows give, in whole seconds as they show them, as far as the bridge may know them. */

export interface PbxTime {
  readonly time: number;
  /** The instant that the row shows without its fraction. */
  readonly exact: number;
  readonly sighting: Sighting;
}

/** When the caller entered the queue, or else when the legs began; the earliest that must be known, and earlier ones. */
export function startTimes(statement: Statement): PbxTime[] {
  return isClockOff(statement) ? [] : startTimesAsShown(statement);
}

/** The same by a clock that is off, for as long as polls cannot know that. */
export function startTimesAsShown(statement: Statement): PbxTime[] {
  const { entries, legs } = statement;
  const { call } = statement;
  const joined = (one: Sighting): PbxTime[] => timesOf(call, one, [one.rejoinedAt ?? one.joinedAt ?? null]);
  const known = earliest(entries, joined, statement);
  if (statement.must(entries)) return known;
  const began = (one: Sighting): PbxTime[] => {
    const { callTimes = [] } = one;
    return timesOf(call, one, shownOf(callTimes, one, statement));
  };
  return [...known, ...legs.filter((leg) => statement.may([leg])).flatMap(began)];
}

function earliest(
  sightings: readonly Sighting[],
  times: (one: Sighting) => PbxTime[],
  statement: Statement,
): PbxTime[] {
  // A time that may be shown as one of two seconds is no earlier than itself.
  const sure = sightings
    .filter((one) => statement.must([one]))
    .map((one) => times(one).map(({ time }) => time));
  const last = Math.min(...sure.map((one) => Math.max(...one)).filter((time) => time > -Infinity));
  return sightings
    .filter((one) => statement.may([one]))
    .flatMap(times)
    .filter(({ time }) => time <= last);
}

/** When the queue bridged the caller to an agent. */
export function bridgedTimes(statement: Statement): PbxTime[] {
  return isClockOff(statement) ? [] : bridgedTimesAsShown(statement);
}

/** The same, also by a clock that is off. */
export function bridgedTimesAsShown(statement: Statement): PbxTime[] {
  const shown = statement.entries.filter((one) => statement.may([one], (state) => state === 'Answered'));
  return shown.flatMap((one) => timesOf(statement.call, one, [one.bridgedAt ?? null]));
}

/** When the queue says that the caller left: on a row that is Abandoned, or on one with which the caller came back. */
export function abandonedTimes(statement: Statement): PbxTime[] {
  return isClockOff(statement) ? [] : abandonedTimesAsShown(statement);
}

/** The same, also by a clock that is off. */
export function abandonedTimesAsShown(statement: Statement): PbxTime[] {
  const { entries, call, index } = statement;
  const back = index.rowsAfter(call);
  const shown = entries.filter(
    (one) =>
      statement.may([one], (state) => state === 'Abandoned') ||
      (one.closedBy === 'resumed' && statement.may(back.filter(({ joinedAt }) => joinedAt === one.joinedAt))),
  );
  return shown.flatMap((one) => {
    const { abandonedAt = null, abandonedTimes = [], closedBy } = one;
    const times = shownOf(abandonedTimes, one, statement);
    return timesOf(call, one, closedBy === 'resumed' ? [...times, abandonedAt] : times);
  });
}

/** The values of a row that polls have shown: one that it had only between two polls is not known. */
function shownOf(
  values: readonly { readonly at: number; readonly value: number | null }[],
  { endpoint, to }: Sighting,
  { sight, recorded }: Statement,
): (number | null)[] {
  const polls = sight.polls(endpoint);
  const shown = values.filter(({ at }, index) =>
    polls.some(at, values[index + 1]?.at ?? to ?? Infinity, recorded),
  );
  return shown.map(({ value }) => value);
}

function isClockOff({ call }: Statement): boolean {
  return Math.abs(call.clockSkewMs) > TRUSTED_SKEW_MS;
}

/** Polls cannot know yet that the PBX's clock is off: its times were taken as they are, and may be. */
export function isClockMistaken(statement: Statement): boolean {
  return isClockMistakenBy(statement.recorded, statement);
}

/** The same of what was committed by then. */
export function isClockMistakenBy(recorded: number, { call, index }: Statement): boolean {
  if (Math.abs(call.clockSkewMs) <= TRUSTED_SKEW_MS) return false;
  return recorded < (call.clockSkewMs < 0 ? index.clockKnownAt : index.clockAheadAt);
}

/** Polls cannot know yet how far off the PBX's clock is, so a time of it and one of a poll are not subtracted. */
export function isClockUnknown({ recorded, index }: Statement): boolean {
  return recorded < index.clockKnownAt;
}

function timesOf(
  { clockSkewMs, clockDriftPpm = 0, startedAt }: CallTruth,
  sighting: Sighting,
  instants: readonly (number | null)[],
): PbxTime[] {
  return instants.flatMap((instant) => {
    if (instant === null) return [];
    const exact = instant + clockSkewMs + Math.round(((instant - startedAt) * clockDriftPpm) / 1_000_000);
    // Two roundings of the clock's drift may fall on either side of a second.
    const seconds = clockDriftPpm === 0 ? [exact] : [exact - 1, exact, exact + 1];
    const times = new Set(seconds.map((one) => Math.floor(one / 1000) * 1000));
    return [...times].map((time) => ({ time, exact, sighting }));
  });
}
