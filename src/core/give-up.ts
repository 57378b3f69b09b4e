import { endedCallOf } from './index/ended-call.js';
import type { TenantCalls } from './index/tenant-calls.js';
import { type Ending, callView } from './life/view.js';
import type { Call, EndedCall, SourceState } from './model/call.js';
import { UNCHANGED } from './model/delta.js';
import type { Transition } from './model/event.js';
import type { Instant } from './model/observation.js';
import { sourceTransition } from './observe/sources.js';
import type { Decision } from './reconcile.js';

/**
 * Gives up calls whose changes the store has refused for long, while it takes others: the tenant goes on without them.
 *
 * Guarantees: a call that had been announced ends, with the end that was decided or as `unknown`, `inferred`; one that had not
 * been is never announced. What is listed of the calls begins no other call while it is listed. `source-degraded` says how much was
 * given up. `known` is brought up to date, and the delta has all of what the store must change.
 *
 * @param refused what could not be written of these calls
 * @param at by our clock
 */
export function giveUp(
  known: TenantCalls,
  { delta, transitions }: Pick<Decision, 'delta' | 'transitions'>,
  at: Instant,
): Pick<Decision, 'delta' | 'transitions'> {
  const begun = new Set(
    transitions.flatMap(({ type, subject }) => (type === 'call-started' ? [subject] : [])),
  );
  const kept = transitions.filter(
    ({ type, subject }) => (type === 'call-ended' || type === 'call-abandoned') && !begun.has(subject),
  );
  const calls = new Map<string, null>();
  const ended = new Map<string, EndedCall | null>(delta.ended);
  const ignored = new Set(known.ignoredEntries);
  for (const [callId, call] of delta.calls) {
    calls.set(callId, null);
    if (call === null) continue;
    if (!begun.has(callId)) kept.push(endOf(call, at));
    if (call.entry !== null) ignored.add(call.entry.seen.key);
    const over = endedCallOf(call, at);
    known.index.remove(callId);
    ended.set(callId, over);
    for (const forgotten of known.index.ended.remember(over)) ended.set(forgotten, null);
  }
  known.ignoredEntries = ignored;
  const degraded = degrade(
    known,
    `commit-refused: gave up ${calls.size} calls, ${transitions.length} events`,
    at,
  );
  return {
    delta: { ...UNCHANGED, calls, ended, ignoredEntries: ignored, sources: known.sources },
    transitions: [...kept, degraded],
  };
}

function endOf(call: Call, at: Instant): Transition {
  const observed = { earliest: call.observed.latest, latest: at, certainty: 'inferred' } as const;
  const outcome = call.answeredAt === null ? 'unknown' : 'answered';
  const ending: Ending = { outcome, endedAt: at, observed, isStale: false };
  return { type: 'call-ended', subject: call.callId, time: at, data: callView(call, null, ending) };
}

/** Its next complete answer makes the source `up` again. */
function degrade(known: TenantCalls, reason: string, at: Instant): Transition {
  const { monitor, queue } = known.sources;
  const degraded: SourceState = { ...monitor, status: 'degraded', since: at, lastError: reason };
  known.sources = { queue, monitor: degraded };
  return sourceTransition('source-degraded', monitor, degraded, { endpoint: 'monitor', at });
}
