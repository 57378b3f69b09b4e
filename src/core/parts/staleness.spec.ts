import { describe, expect, it } from '@jest/globals';
import { entry, legPart } from '../../../test/support/history.js';
import {
  absentSince,
  at,
  callOf,
  connectedAt,
  cycleAt,
  entryPart,
  participant,
  window,
} from '../../../test/support/parts.js';
import { Earliest } from '../index/earliest.js';
import { DEFAULT_POLICY } from '../model/call.js';
import {
  changedBefore,
  dueCalls,
  heldSince,
  isOverdue,
  isQuietable,
  isStale,
  quietOf,
  quietSince,
  quietSinceGone,
  rangLast,
  unchangedSince,
  withQuiet,
} from './staleness.js';

const answered = entryPart({ seen: entry({ status: 'answered' }), answered: true });
const trying = entryPart({ seen: entry({ status: 'trying', agentName: 'agent-107' }) });
const gone = { kind: 'vanished', ...absentSince(5) } as const;
/** Extension 107 answered, and has no leg any more. */
const talked = callOf({ entry: answered, answeredAt: at(1), connected: connectedAt('107') });
const DAY = 86_400;

describe('an entry whose row may become stale', () => {
  it('is Answered, and the leg that talked is gone', () => {
    expect(isQuietable(talked)).toBe(true);
    expect(isQuietable({ ...talked, legs: [legPart()] })).toBe(false);
    // An agent on a mobile: no leg was ever seen.
    expect(isQuietable({ ...talked, connected: null })).toBe(false);
    expect(isQuietable({ ...talked, entry: { ...answered, absence: gone } })).toBe(false);
    expect(isQuietable({ ...talked, entry: null })).toBe(false);
  });

  it('is Trying, and names an agent', () => {
    expect(isQuietable(callOf({ entry: trying }))).toBe(true);
    const of = (given: Parameters<typeof entry>[0]) => callOf({ entry: entryPart({ seen: entry(given) }) });
    expect(isQuietable(of({ status: 'trying', agentName: 'ring-all' }))).toBe(false);
    expect(isQuietable(of({ status: 'trying' }))).toBe(false);
    expect(isQuietable(of({ status: 'waiting', agentName: 'agent-107' }))).toBe(false);
  });
});

describe('an entry is quiet', () => {
  const noneBusy = () => false;
  const cycle = cycleAt(9);

  it('from the poll on that shows no leg of its answered call, while the extension is listed', () => {
    const listing = { ...cycle, listsIdle: true };
    expect(quietOf(talked, noneBusy, cycle)).toEqual(window(9));
    expect(quietOf(talked, noneBusy, { ...listing, isListed: (ext) => ext === '107' })).toEqual(window(9));
    expect(quietOf(talked, noneBusy, { ...listing, isListed: (ext) => ext === '108' })).toBeNull();
  });

  it('from the poll on in which the agent that it names has no leg', () => {
    const known = { ...cycle, extensionOf: () => '107' };
    const call = callOf({ entry: trying });
    expect(quietOf(call, noneBusy, known)).toEqual(window(9));
    expect(quietOf(call, (ext) => ext === '108', known)).toEqual(window(9));
    expect(quietOf(call, (ext) => ext === '107', known)).toBeNull();
    expect(quietOf(call, noneBusy, cycle)).toBeNull();
  });

  it('since then, and not since the latest poll', () => {
    const known = { ...cycle, extensionOf: () => '107' };
    for (const call of [talked, callOf({ entry: trying })])
      expect(quietOf(withQuiet(call, window(5)), noneBusy, known)).toEqual(window(5));
    const unlisted = { ...cycle, listsIdle: true };
    expect(quietOf(withQuiet(talked, window(5)), noneBusy, unlisted)).toEqual(window(5));
  });

  it('also while the agent has a leg of another call', () => {
    const known = { ...cycle, extensionOf: () => '107' };
    expect(quietOf(withQuiet(callOf({ entry: trying }), window(5)), () => true, known)).toEqual(window(5));
  });

  it('since its last leg went, and not since polls have confirmed that', () => {
    const went = [legPart({ absence: absentSince(7) }), legPart({ absence: absentSince(6) })];
    expect(quietSinceGone(talked, went, cycle)).toEqual(window(7));
    const known = { ...cycle, extensionOf: () => '107' };
    expect(quietSinceGone(callOf({ entry: trying }), went, known)).toEqual(window(7));
  });

  it('since the last ring went, where the name matches no extension and the row named that agent while it rang', () => {
    const since = (seconds: number, firstSeen: number) => {
      const call = callOf({ entry: { ...trying, changedAt: at(seconds) } });
      return quietSinceGone(call, [legPart({ firstSeen: at(firstSeen), absence: absentSince(7) })], cycle);
    };
    expect([since(6, 3), since(6.5, 6.5)]).toEqual([window(7), window(7)]);
    expect(since(6.5, 3)).toBeNull();
  });

  it('since the rings of a ring-all queue went, which names an agent only when that agent has answered', () => {
    const call = callOf({ entry: { ...trying, rang: 'unnamed', changedAt: at(7) } });
    expect(quietSinceGone(call, [legPart({ absence: absentSince(7) })], cycle)).toEqual(window(7));
  });

  it('since then, where that was confirmed before the queue was asked again and the row named that agent', () => {
    const { lastPresent, firstAbsent } = absentSince(5, 2);
    const participants = [participant('107', { ringingStopped: { lastPresent, firstAbsent } })];
    const call = callOf({ entry: { ...trying, rang: 'unnamed' }, participants });
    expect(quietOf(call, noneBusy, cycle)).toEqual(window(5));
    expect(quietOf({ ...call, legs: [legPart()] }, noneBusy, cycle)).toBeNull();
    expect(quietOf({ ...call, entry: { ...trying, rang: 'named' } }, noneBusy, cycle)).toBeNull();
  });

  it('not since a leg went of an agent whom the row does not name any more, or while others are left', () => {
    const went = [legPart({ absence: absentSince(7) })];
    const known = { ...cycle, extensionOf: () => '108' };
    expect(quietSinceGone(callOf({ entry: trying }), went, known)).toBeNull();
    expect(quietSinceGone({ ...talked, legs: [legPart()] }, went, cycle)).toBeNull();
    expect(quietSinceGone(talked, went, { ...cycle, listsIdle: true, isListed: () => false })).toBeNull();
    expect(quietSinceGone(callOf({ entry: entryPart() }), went, known)).toBeNull();
  });
});

describe('a quiet entry', () => {
  const quiet = { ...trying, quiet: window(5) };

  it('is stale after 2 s', () => {
    const asked = (seconds: number) => cycleAt(9, { queueSeenAt: at(seconds) });
    expect([6.999, 7].map((seconds) => isStale(quiet, asked(seconds)))).toEqual([false, true]);
    expect(isStale(trying, cycleAt(DAY))).toBe(false);
  });

  it('is stale for the agent of its last ring only', () => {
    const ring = { extension: '107', customer: 'a', startedAt: at(1), goneAt: at(5) };
    const call = callOf({ entry: quiet, lastLegs: [ring] });
    expect([rangLast(call, '107'), rangLast(call, '108')]).toEqual([true, false]);
    expect(rangLast({ ...call, entry: trying }, '107')).toBe(false);
    expect(rangLast({ ...call, lastLegs: [{ ...ring, goneAt: at(4) }] }, '107')).toBe(false);
  });

  it('ends its call after STALE_ENTRY_MS, if a complete monitor answer shows no leg', () => {
    const call = callOf({ entry: { ...quiet, changedAt: at(5) } });
    expect([904.999, 905].map((seconds) => isOverdue(call, cycleAt(seconds)))).toEqual([false, true]);
    expect(isOverdue(call, cycleAt(905, { monitorComplete: false }))).toBe(false);
    expect(isOverdue({ ...call, legs: [legPart()] }, cycleAt(905))).toBe(false);
    expect(isOverdue({ ...call, entry: { ...quiet, absence: gone } }, cycleAt(905))).toBe(false);
    expect(isOverdue({ ...call, entry: null }, cycleAt(905))).toBe(false);
    const policy = { ...DEFAULT_POLICY, staleEntryMs: 1_000 };
    expect(isOverdue(call, cycleAt(6, { policy }))).toBe(true);
  });

  it('ends it by a partial answer too if all unreadable rows were there before it was quiet', () => {
    const call = callOf({ entry: { ...quiet, changedAt: at(1) } });
    const ends = (unreadableSince: number) => {
      const monitor = {
        since: at(3),
        polls: 9,
        answered: true,
        partialSince: at(3),
        last: { startedAt: at(904), at: at(905), whole: true },
        lastWhole: at(904),
        unreadable: new Map([['row', at(unreadableSince)]]),
        appeared: new Map(),
        missing: new Map(),
      };
      const incomplete = { monitor, queue: null };
      return isOverdue(call, cycleAt(905, { monitorComplete: false, incomplete }));
    };
    expect([1, 4, 4.001].map(ends)).toEqual([true, true, false]);
  });

  it('that is not quiet ends its call a day after the last change of its row', () => {
    const call = callOf({ entry: { ...answered, changedAt: at(5) } });
    const ends = [DAY + 4.999, DAY + 5].map((seconds) => isOverdue(call, cycleAt(seconds)));
    expect(ends).toEqual([false, true]);
  });
});

describe('the times at which a call must be looked at although no row changes', () => {
  const call = callOf({ entry: { ...trying, quiet: window(5), changedAt: at(4) } });

  it('are those of its entry, while that is there and no leg is', () => {
    expect([quietSince(call), unchangedSince(call)]).toEqual([at(5), at(4)]);
    expect(quietSince(callOf({ entry: trying }))).toBeNull();
    for (const other of [
      { ...call, legs: [legPart()] },
      { ...call, entry: { ...call.entry!, absence: gone } },
      callOf(),
    ])
      expect([quietSince(other), unchangedSince(other)]).toEqual([null, null]);
  });

  it('are those of a leg that is held because its extension is not listed: the last one', () => {
    const held = (seconds: number) => legPart({ absence: absentSince(seconds, 2, true) });
    expect(heldSince(callOf({ legs: [held(5), held(8), held(6)] }))).toBe(at(8));
    expect(heldSince(callOf({ legs: [legPart({ absence: absentSince(5) }), legPart()] }))).toBeNull();
  });

  it.each([
    ['held', 10],
    ['quiet', 900],
    ['unchanged', DAY],
  ] as const)('a call that is %s is due after %i s', (kind, seconds) => {
    const times = { held: new Earliest(), quiet: new Earliest(), unchanged: new Earliest() };
    times[kind].set('call-1', at(0));
    const due = (now: number) => dueCalls(times, { now: at(now), policy: DEFAULT_POLICY });
    expect(due(seconds - 0.001)).toEqual([]);
    expect(due(seconds)).toEqual(['call-1']);
  });

  it('name a call once', () => {
    const times = { held: new Earliest(), quiet: new Earliest(), unchanged: new Earliest() };
    for (const time of Object.values(times)) time.set('call-1', at(0));
    times.held.set('call-2', at(DAY));
    expect(dueCalls(times, { now: at(DAY), policy: DEFAULT_POLICY })).toEqual(['call-1']);
  });
});

describe('when the row of a new entry changed last', () => {
  it('is the latest of its times, and not later than the answer that shows it', () => {
    expect(changedBefore(at(5), at(9))).toBe(at(5));
    expect(changedBefore(at(12), at(9))).toBe(at(9));
  });

  it('is now where its times are a day old: it may be of a caller who waits', () => {
    expect(changedBefore(at(5) + 1, at(DAY + 5))).toBe(at(5) + 1);
    expect(changedBefore(at(5), at(DAY + 5))).toBe(at(DAY + 5));
  });
});
