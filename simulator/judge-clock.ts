import type { Poll } from './judge-polls.js';
import { type Sight, isConnected } from './judge-sight.js';
import type { CallTruth, Sighting } from './truth.js';

/** Nothing of a clock that is further off: its times are corrected, and so observed. */
export const TRUSTED_SKEW_MS = 2_000;

/**
 * From which answer on polls show how far off the PBX's clock is (`docs/events.md`). A clock that is behind: the answer with
 * the second row that was new between two complete polls of its endpoint, and whose time is further behind than can be a
 * delay; any row may be shown late, so one says nothing. A clock that is right, or ahead: the first answer with a row whose
 * time can be no older than `TRUSTED_SKEW_MS`.
 */
export function clockKnownAt(truth: readonly CallTruth[], sight: Sight): number {
  const isBehind = truth.some(({ clockSkewMs }) => clockSkewMs < -TRUSTED_SKEW_MS);
  return isBehind ? behindAt(truth, sight) : rightAt(truth, sight);
}

/**
 * From which answer on polls show that a clock is ahead: a row may be shown late, never early, so the first one whose time is so
 * much after the answer shows it. A clock that is ahead by little more than is trusted may never show that.
 */
export function aheadAt(truth: readonly CallTruth[], sight: Sight): number {
  return firstShown(truth, sight, (offMs) => offMs > TRUSTED_SKEW_MS);
}

function rightAt(truth: readonly CallTruth[], sight: Sight): number {
  return firstShown(truth, sight, (offMs) => offMs >= -TRUSTED_SKEW_MS);
}

/** The first answer with a new row whose time, less that of the answer, is such; infinite: there is none. */
function firstShown(truth: readonly CallTruth[], sight: Sight, isSuch: (offMs: number) => boolean): number {
  let first = Infinity;
  for (const { sightings, clockSkewMs } of truth)
    for (const one of sightings) {
      const shown = firstWith(one, sight);
      const time = shown === null ? null : timeOf(one, shown.shown, sight);
      if (time === null) continue;
      const pbx = Math.floor((time + clockSkewMs) / SECOND) * SECOND;
      if (isSuch(pbx - shown!.received)) first = Math.min(first, shown!.received);
    }
  return first;
}

function behindAt(truth: readonly CallTruth[], sight: Sight): number {
  const found = new Map<string, number>();
  for (const { sightings, clockSkewMs } of truth)
    for (const one of sightings) {
      const polls = sight.polls(one.endpoint);
      const before = polls.before(one.from);
      const shown = firstWith(one, sight);
      if (before === null || shown === null || shown !== polls.after(one.from)) continue;
      const time = timeOf(one, shown.shown, sight);
      if (time === null) continue;
      const pbx = Math.floor((time + clockSkewMs) / SECOND) * SECOND;
      // With a killed bridge some of these answers may have been lost.
      const { earliest, latest } = sight.windowAround(one.endpoint, one.from);
      const isBehind = earliest !== null && pbx + SECOND - earliest < -TRUSTED_SKEW_MS;
      const key = `${one.endpoint} ${pbx}`;
      if (isBehind) found.set(key, Math.min(found.get(key) ?? Infinity, latest));
    }
  return [...found.values()].sort((a, b) => a - b)[1] ?? Infinity;
}

const SECOND = 1000;

/** The first answer with the row; null where it came and went between two. */
function firstWith({ endpoint, from, to }: Sighting, sight: Sight): Poll | null {
  const shown = sight.polls(endpoint).firstAfter(from);
  return shown === null || shown.shown >= (to ?? Infinity) ? null : shown;
}

/** The time that the row shows of its own beginning; null of a leg that talks already, whose time may have moved. */
function timeOf(one: Sighting, shown: number, sight: Sight): number | null {
  if (one.endpoint === 'queue') return one.rejoinedAt ?? one.joinedAt ?? null;
  const state = sight.spans(one).find(({ from, to }) => from <= shown && shown < to)?.state ?? null;
  return isConnected(state) ? null : (one.callTimes?.[0]?.value ?? null);
}
