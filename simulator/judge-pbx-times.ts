import type { Statement } from './judge-statement.js';
import type { Sighting } from './truth.js';

/** The times that the PBX's rows give, in whole seconds as they show them, as far as the bridge may know them. */

export interface PbxTime {
  readonly time: number;
  /** The instant that the row shows without its fraction. */
  readonly exact: number;
  readonly sighting: Sighting;
}

/** When the caller entered the queue, or else when the legs began; the earliest that must be known, and earlier ones. */
export function startTimes(statement: Statement): PbxTime[] {
  const { entries, legs } = statement;
  const joined = (one: Sighting): PbxTime[] => timesOf(one, [one.rejoinedAt ?? one.joinedAt ?? null]);
  const known = earliest(entries, joined, statement);
  if (statement.must(entries)) return known;
  const began = (one: Sighting): PbxTime[] => {
    const { callTimes = [] } = one;
    // A time that the row showed only between two polls is not known.
    const shown = callTimes.filter(({ at }, index) =>
      statement.sight
        .polls('monitor')
        .some(at, callTimes[index + 1]?.at ?? one.to ?? Infinity, statement.recorded),
    );
    return timesOf(
      one,
      shown.map(({ value }) => value),
    );
  };
  return [...known, ...legs.filter((leg) => statement.may([leg])).flatMap(began)];
}

function earliest(
  sightings: readonly Sighting[],
  times: (one: Sighting) => PbxTime[],
  statement: Statement,
): PbxTime[] {
  const sure = sightings.filter((one) => statement.must([one])).flatMap(times);
  const last = Math.min(Infinity, ...sure.map(({ time }) => time));
  return sightings
    .filter((one) => statement.may([one]))
    .flatMap(times)
    .filter(({ time }) => time <= last);
}

/** When the queue bridged the caller to an agent. */
export function bridgedTimes(statement: Statement): PbxTime[] {
  const shown = statement.entries.filter((one) => statement.may([one], (state) => state === 'Answered'));
  return shown.flatMap((one) => timesOf(one, [one.bridgedAt ?? null]));
}

/** When the queue says that the caller left: on a row that is Abandoned, or on one with which the caller came back. */
export function abandonedTimes(statement: Statement): PbxTime[] {
  const { entries, call, index } = statement;
  const back = index.rowsAfter(call);
  const shown = entries.filter(
    (one) =>
      statement.may([one], (state) => state === 'Abandoned') ||
      (one.closedBy === 'resumed' && statement.may(back.filter(({ joinedAt }) => joinedAt === one.joinedAt))),
  );
  return shown.flatMap((one) => timesOf(one, [one.abandonedAt ?? null]));
}

function timesOf(sighting: Sighting, instants: readonly (number | null)[]): PbxTime[] {
  return instants.flatMap((exact) =>
    exact === null ? [] : [{ time: Math.floor(exact / 1000) * 1000, exact, sighting }],
  );
}
