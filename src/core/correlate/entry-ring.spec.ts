import { describe, expect, it } from '@jest/globals';
import { entry, leg, legPart, number } from '../../../test/support/history.js';
import {
  absentSince,
  at,
  callOf,
  connectedAt,
  cycleAt,
  entryPart,
  indexOf,
  participant,
  window,
} from '../../../test/support/parts.js';
import type { Call, EndedCall, Incomplete } from '../model/call.js';
import type { ObservedLeg, ObservedQueueEntry } from '../model/observation.js';
import type { Match } from '../parts/customer.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import { isQueueLater, isQueueNoOlder } from './candidates.js';
import { joinEntriesToRinging, joinLegsToEntries } from './entry-ring.js';
import { type Group, groupOf } from './group.js';
import { Weighing } from './weighing.js';

const anonymous = number('anonymous');
/** A leg that began at second 5, in a poll at second 6. */
const rung = leg({ startedAt: at(5) });
const trying = entry({ status: 'trying' });
/** Partial answers of the monitor since second 5. */
const PARTIAL: Incomplete = {
  since: at(5),
  polls: 1,
  answered: true,
  partialSince: at(5),
  lastWhole: null,
  last: null,
  unreadable: new Map(),
  appeared: new Map(),
  missing: new Map(),
};

function groupWith(seen: ObservedLeg): Group {
  const group = groupOf(seen.customer);
  group.legs.push({ seen, joined: 'shown' });
  return group;
}

function entryGroup(row: ObservedQueueEntry): Group {
  const group = groupOf(row.customer);
  group.entries.push(row);
  return group;
}

function withEntry(seen: ObservedQueueEntry, given: Partial<Call> = {}): Call {
  const { customer } = seen;
  return callOf({ callId: seen.callId!, customer, hotline: null, entry: entryPart({ seen }), ...given });
}

interface Given {
  readonly cycle?: Partial<CycleFacts>;
  readonly turned?: readonly string[];
  /** The rows of the queue's answer, in its order: by default none, as where it was not asked. */
  readonly rows?: readonly ObservedQueueEntry[];
  readonly others?: readonly Group[];
  readonly ended?: readonly EndedCall[];
  readonly queueIsLater?: boolean;
}

/** Which call the leg joins, and how; null if it joins none. */
function owner(seen: ObservedLeg, calls: readonly Call[], given: Given = {}) {
  const { cycle = {}, turned = [], rows = [], others = [], ended = [], queueIsLater = true } = given;
  const group = groupWith(seen);
  joinLegsToEntries([...others, group], {
    weighing: new Weighing(),
    index: indexOf(calls, ended),
    cycle: cycleAt(6, { isBusy: () => true, ...cycle }),
    answers: {
      places: new Map(rows.map(({ key }, place) => [key, place])),
      queueIsNoOlder: queueIsLater,
      queueIsLater,
      turned: new Set(turned),
      shownBefore: new Map(),
      consulted: new Map(),
      answered: new Map(),
    },
  });
  const into = group.joins?.callId ?? group.mergedInto?.entries[0]?.callId ?? null;
  return into === null ? null : `${into} ${group.mergedInto?.legs.at(-1)?.joined ?? group.legs[0]!.joined}`;
}

const one = withEntry(trying);
const ONE = `${one.callId} shown`;

describe('a leg is rung for the queue entry', () => {
  it('of its customer', () => {
    expect(owner(rung, [one])).toBe(ONE);
    expect(owner({ ...rung, customer: number('0987654321') }, [one])).toBeNull();
    expect(owner({ ...rung, customer: anonymous }, [one])).toBeNull();
    expect(owner(rung, [withEntry({ ...trying, customer: anonymous })])).toBeNull();
  });

  it('that a poll shows together with it', () => {
    expect(owner(rung, [], { others: [entryGroup(trying)] })).toBe(ONE);
  });

  it('whose row names its agent, of several', () => {
    const second = entry({ queueId: 'support', status: 'trying', callId: 'two', agentName: 'agent-107' });
    expect(owner(rung, [one, withEntry(second)])).toBe('two shown');
    const learnt = { ...second, agentName: 'agent_no_7' };
    expect(owner(rung, [one, withEntry(learnt)], { cycle: { extensionOf: () => '107' } })).toBe('two shown');
    expect(owner(rung, [one, withEntry(learnt)])).toBe('queue-call-1 inferred');
  });

  it('not if its row names another extension that is listed', () => {
    const other = withEntry({ ...trying, agentName: 'agent-108' });
    const at108 = { extensionOf: () => '108' };
    expect(owner(rung, [other], { cycle: { ...at108, isListed: (ext) => ext === '108' } })).toBeNull();
    expect(owner(rung, [other], { cycle: at108 })).toBe(ONE);
    expect(owner(rung, [other])).toBe(ONE);
    const all = withEntry({ ...trying, agentName: 'ring-all' });
    expect(owner(rung, [all], { cycle: { ...at108, isListed: () => true } })).toBe(ONE);
  });

  it('not if it says outbound, or local without the customer', () => {
    expect(owner({ ...rung, direction: 'outbound' }, [one])).toBeNull();
    expect(owner({ ...rung, direction: 'local' }, [one])).toBe(ONE);
  });

  it('even if its row says Answered and names another: that one answered, and this one rang until then', () => {
    const answered = entry({ status: 'answered', bridgedAt: at(5), agentName: 'agent-108' });
    const cycle = { extensionOf: () => '108', isListed: () => true };
    expect(owner(rung, [withEntry(answered)], { cycle, turned: [one.callId] })).toBe(ONE);
    expect(owner(rung, [], { cycle, others: [entryGroup(answered)] })).not.toBeNull();
    expect(
      owner({ ...rung, signal: 'answered' }, [withEntry(answered)], { cycle, turned: [one.callId] }),
    ).toBeNull();
    expect(
      owner({ ...rung, startedAt: at(7) }, [withEntry(answered)], { cycle, turned: [one.callId] }),
    ).toBeNull();
  });

  it('of a caller who is tried rather than of one whose row names who answered', () => {
    const answered = entry({ status: 'answered', bridgedAt: at(5), agentName: 'agent-108' });
    const other = entry({ status: 'trying', callId: 'queue-call-2', joinedAt: at(1) });
    const cycle = { extensionOf: () => '108', isListed: () => true };
    const calls = [withEntry(answered), withEntry(other)];
    expect(owner(rung, calls, { cycle, turned: [one.callId] })).toBe('queue-call-2 shown');
  });

  it('not if the hotline is another than that of the first leg', () => {
    const called = (hotline: string) => ({ ...one, hotline: number(hotline) });
    expect(owner(rung, [called('19001234')])).toBe(ONE);
    expect(owner(rung, [called('19005678')])).toBeNull();
    const beside = entryGroup(trying);
    beside.legs.push({ seen: leg({ ext: '108', hotline: number('19005678') }), joined: 'shown' });
    expect(owner(rung, [], { others: [beside] })).toBeNull();
  });

  it('not if the caller talks to an extension', () => {
    const talking = legPart({ seen: leg({ ext: '108', callId: 'talks' }), state: 'answered' });
    const call = { ...one, legs: [talking], answeredAt: at(1), connected: connectedAt('108') };
    expect(owner(rung, [call])).toBeNull();
    expect(owner(rung, [{ ...call, legs: [{ ...talking, joined: 'listens' }] }])).toBe(ONE);
    expect(owner(rung, [{ ...call, legs: [{ ...talking, absence: absentSince(6) }] }])).toBe(ONE);
  });

  it('not if the entry owns a live leg there, unless two devices of the extension ring at the same time', () => {
    const own = (given: Parameters<typeof leg>[0], more: Partial<ReturnType<typeof legPart>> = {}) => ({
      ...one,
      legs: [legPart({ seen: leg({ callId: 'own', startedAt: at(3), ...given }), ...more })],
    });
    expect(owner(rung, [own({})])).toBeNull();
    expect(owner(rung, [own({ startedAt: null })])).toBeNull();
    expect(owner(rung, [own({ startedAt: at(4) })])).toBe(ONE);
    expect(owner(rung, [own({ ext: '108' })])).toBe(ONE);
    expect(owner(rung, [own({}, { absence: absentSince(6) })])).toBe(ONE);
  });

  it('not while its row is stale, unless the row names its agent', () => {
    const stale = (seen: ObservedQueueEntry) => ({
      ...withEntry(seen),
      entry: entryPart({ seen, quiet: window(2) }),
    });
    expect(owner(rung, [stale(trying)])).toBeNull();
    expect(owner(rung, [stale({ ...trying, agentName: 'agent-107' })])).toBe(ONE);
    expect(owner(rung, [{ ...one, entry: entryPart({ seen: trying, quiet: window(5) }) }])).toBe(ONE);
  });
});

describe('an entry that is Waiting', () => {
  const waiting = entry();

  it('in the queue answers before and after the monitor answer rings no leg', () => {
    expect(owner(rung, [withEntry(waiting)], { rows: [waiting] })).toBeNull();
  });

  it('forbids nothing while no later answer says that it still is', () => {
    expect(owner(rung, [withEntry(waiting)])).toBe(ONE);
    expect(owner(rung, [withEntry(waiting)], { rows: [waiting], queueIsLater: false })).toBe(ONE);
  });

  it('may have been Trying before it turned Waiting', () => {
    expect(owner(rung, [withEntry(waiting)], { rows: [waiting], turned: [one.callId] })).toBe(ONE);
  });

  it('when it is new rings no leg, unless the monitor’s answer may be the later one', () => {
    const beside = () => ({ rows: [waiting], others: [entryGroup(waiting)] });
    expect(owner(rung, [], beside())).toBeNull();
    expect(owner(rung, [], { ...beside(), queueIsLater: false })).toBe(ONE);
  });

  it('was so later than the monitor’s answer if the queue was asked when that had come', () => {
    const asked = (startedAt: number, by = startedAt) => ({ startedAt, at: by });
    expect(isQueueLater(asked(0, 100), asked(100, 900))).toBe(true);
    expect(isQueueLater(asked(0, 101), asked(100, 900))).toBe(false);
    expect(isQueueLater(asked(0, 40), asked(1_000))).toBe(true);
    expect([isQueueLater(null, asked(0)), isQueueLater(asked(0), null)]).toEqual([false, false]);
  });

  it('is no older than it if the queue was asked 90 ms before it had come, by which the queue’s rows lead', () => {
    const asked = (startedAt: number, by = startedAt) => ({ startedAt, at: by });
    expect(isQueueNoOlder(asked(0, 190), asked(100, 900))).toBe(true);
    expect(isQueueNoOlder(asked(0, 191), asked(100, 900))).toBe(false);
    expect([isQueueNoOlder(null, asked(0)), isQueueNoOlder(asked(0), null)]).toEqual([false, false]);
  });
});

describe('the time at which a leg began', () => {
  const began = (seconds: number) => ({ ...rung, startedAt: at(seconds) });

  it('lies in its entry’s, with 1 s of tolerance', () => {
    expect(owner(began(-1), [one])).toBe(ONE);
    expect(owner(began(-1.001), [one])).toBeNull();
    const back = withEntry({ ...trying, rejoinedAt: at(4) });
    expect([2.999, 3].map((seconds) => owner(began(seconds), [back]))).toEqual([null, ONE]);
  });

  it('is not after the answer or the hang-up that the row shows, with the same tolerance', () => {
    const turned = [one.callId];
    const over = (given: Partial<ObservedQueueEntry>) => [withEntry({ ...trying, ...given })];
    const owners = (calls: readonly Call[]) =>
      [5, 5.001].map((seconds) => owner(began(seconds), calls, { turned }));
    expect(owners(over({ status: 'answered', bridgedAt: at(4) }))).toEqual([ONE, null]);
    expect(owners(over({ status: 'abandoned', abandonedAt: at(4) }))).toEqual([
      `${one.callId} inferred`,
      null,
    ]);
  });

  it('is not after the poll that showed the row Answered where the row does not say when', () => {
    const over = { ...trying, status: 'answered' } as const;
    const call = { ...one, entry: entryPart({ seen: over, changedAt: at(4) }) };
    expect([5, 5.001].map((seconds) => owner(began(seconds), [call]))).toEqual([ONE, null]);
    const beside = () => ({ others: [entryGroup(over)] });
    expect([7, 7.001].map((seconds) => owner(began(seconds), [], beside()))).toEqual([ONE, null]);
  });

  it('need not be known while the entry rings, or if it turned Answered in this very poll', () => {
    const seen = { ...rung, startedAt: null };
    const over = (status: 'answered' | 'abandoned') => withEntry({ ...trying, status });
    expect(owner(seen, [one])).toBe(ONE);
    expect(owner(seen, [over('answered')], { turned: [one.callId] })).toBe(ONE);
    expect(owner(seen, [over('answered')])).toBeNull();
    expect(owner(seen, [over('abandoned')], { turned: [one.callId] })).toBeNull();
  });
});

describe('a withheld leg', () => {
  const withheld = { ...rung, customer: anonymous };
  const waits = withEntry({ ...trying, customer: anonymous });

  it('is not the queue’s where it called a number by which no caller came to it', () => {
    const leadsTo = (match: Match) => ({ cycle: { leadsTo: () => match } });
    expect(owner(withheld, [waits], leadsTo('unknown'))).toBe(ONE);
    expect(owner(withheld, [waits], leadsTo('same'))).toBe(ONE);
    expect(owner(withheld, [waits], leadsTo('different'))).toBeNull();
    expect(owner(withheld, [{ ...waits, hotline: withheld.hotline }], leadsTo('different'))).toBe(ONE);
  });

  it('is that of a caller who talks in this poll at an extension that rang, under an id of the call, no more', () => {
    const first = leg({ ext: '108', callId: 'rang', customer: anonymous });
    const ringing = { ...waits, legs: [legPart({ seen: first, absence: absentSince(6) })] };
    const talks = (ext: string, signal: 'answered' | 'ringing') => {
      const group = groupWith(leg({ ext, callId: one.callId, signal, customer: anonymous }));
      group.joins = ringing;
      return { others: [group] };
    };
    expect(owner(withheld, [ringing], talks('108', 'ringing'))).toBe(ONE);
    expect(owner(withheld, [ringing], talks('109', 'answered'))).toBe(ONE);
    // The queue says that an agent has answered, and this one talks.
    const said = { ...ringing, entry: { ...ringing.entry!, answered: true } };
    const elsewhere = talks('109', 'answered');
    elsewhere.others[0]!.joins = said;
    expect(owner(withheld, [said], elsewhere)).toBeNull();
    expect(owner(withheld, [ringing], talks('108', 'answered'))).toBeNull();
  });
});

it('a leg that shows an id of a call that has ended is not the queue’s: that caller was out of sight, and goes on', () => {
  const ended = { callId: 'ended', upstreamIds: [rung.callId], entries: [], rows: [], endedAt: at(5) };
  expect(owner(rung, [one], { ended: [ended] })).toBeNull();
  expect(owner(rung, [one], { ended: [{ ...ended, upstreamIds: ['another'] }] })).toBe(ONE);
});

it('a leg of the second before the caller joined is the queue’s, but not beside one that began later, where it names one agent', () => {
  const row = entry({ joinedAt: at(5), status: 'trying', agentName: 'somebody' });
  const caller = withEntry(row);
  const before = groupWith({ ...rung, extension: '108', key: '108|before', startedAt: at(4) });
  expect(owner(rung, [caller], { others: [before] })).toBe(ONE);
  expect(before.joins).toBeNull();
  const alone = groupWith({ ...rung, startedAt: at(4) });
  expect(owner(alone.legs[0]!.seen, [caller])).toBe(ONE);
  expect(owner({ ...rung, startedAt: at(3) }, [caller])).toBeNull();
});

describe('a company’s second call', () => {
  const leads = (known: Record<string, Match>) => ({
    cycle: { leadsTo: (queueId: string) => known[queueId] ?? 'unknown' },
  });
  const queue = trying.queueId;

  it('is not the queue’s where it called a number by which no caller came to it', () => {
    expect(owner(rung, [one], leads({ [queue]: 'same' }))).toBe(ONE);
    expect(owner(rung, [one], leads({}))).toBe(ONE);
    expect(owner(rung, [one], leads({ [queue]: 'different' }))).toBeNull();
  });

  it('may be where the caller was in a queue before to which that number leads, or nothing is known of that', () => {
    const moved = { ...one, queues: [{ id: 'before', name: 'Before' }] };
    expect(owner(rung, [moved], leads({ [queue]: 'different', before: 'same' }))).toBe(ONE);
    expect(owner(rung, [moved], leads({ [queue]: 'different' }))).toBe(ONE);
    expect(owner(rung, [moved], leads({ [queue]: 'different', before: 'different' }))).toBeNull();
  });
});

describe('of several withheld callers', () => {
  const withheldAs = (raw: string) => ({ ...rung, customer: number(raw) });
  const rows = (...raws: readonly string[]) =>
    raws.map((raw, nth) =>
      withEntry(entry({ callId: raw, joinedAt: at(nth), status: 'trying', customer: number(raw) })),
    );

  it('a leg is of the one who withholds the number in the way that its row shows', () => {
    expect(owner(withheldAs('private'), rows('anonymous', 'private'))).toBe('private shown');
    expect(owner(withheldAs('anonymous'), rows('anonymous', 'private'))).toBe('anonymous shown');
    expect(owner(withheldAs('unknown'), rows('anonymous', 'private'))).toBe('anonymous inferred');
  });

  it('a leg may be of one whose rows write it in two ways', () => {
    expect(owner(withheldAs('private'), rows('anonymous'))).toBe('anonymous shown');
  });
});

describe('a leg that the same poll shows as the queue lets the caller go', () => {
  it('may ring elsewhere if it began in that second or later: it joins, inferred', () => {
    const left = (seconds: number) => withEntry(entry({ status: 'abandoned', abandonedAt: at(seconds) }));
    expect(owner(rung, [left(5)])).toBe(`${one.callId} inferred`);
    expect(owner(rung, [left(6)])).toBe(ONE);
  });
});

describe('of several entries of one withheld customer', () => {
  const withheld = { ...rung, customer: anonymous };
  const of = (callId: string, given: Partial<ObservedQueueEntry>) =>
    entry({ callId, status: 'trying', customer: anonymous, ...given });
  const [first, second] = [of('first', { joinedAt: at(1) }), of('second', { joinedAt: at(2) })];

  it('the only one owns the leg', () => {
    expect(owner(withheld, [withEntry(first)])).toBe('first shown');
  });

  it('the earliest joined owns it, inferred', () => {
    expect(owner(withheld, [withEntry(second), withEntry(first)])).toBe('first inferred');
    const groups = [entryGroup(second), entryGroup(first)];
    expect(owner(withheld, [], { others: groups })).toBe('first inferred');
  });

  it('of two that joined in one second, the first in the PBX’s order', () => {
    const [a, b] = [of('a', { joinedAt: at(1) }), of('b', { joinedAt: at(1) })];
    const both = [withEntry(a), withEntry(b)];
    expect(owner(withheld, both, { rows: [a, b] })).toBe('a inferred');
    expect(owner(withheld, both, { rows: [b, a] })).toBe('b inferred');
  });

  it('one that is Trying owns it before one that joined earlier and waits', () => {
    const waits = { ...first, status: 'waiting' } as const;
    expect(owner(withheld, [withEntry(waits), withEntry(second)])).toBe('second shown');
    const answered = { ...first, status: 'answered', bridgedAt: at(5) } as const;
    expect(owner(withheld, [withEntry(answered), withEntry(second)], { turned: ['first'] })).toBe(
      'first inferred',
    );
  });

  it('one that is Trying owns it before one that joined earlier, and whose row is missing', () => {
    const missing = (seen: ObservedQueueEntry) =>
      withEntry(seen, { entry: entryPart({ seen, absence: { kind: 'vanished', ...absentSince(6) } }) });
    expect(owner(withheld, [missing(first), withEntry(second)])).toBe('second shown');
    expect(owner(withheld, [missing(first)])).toBe('first shown');
  });

  it('one that no agent has answered owns it before one that an agent has answered, whose row stays Trying', () => {
    const heard = (answeredAt: number) =>
      withEntry(
        { ...first, agentName: 'agent-107' },
        { answeredAt: at(answeredAt), connected: connectedAt('107') },
      );
    const waits = withEntry({ ...second, status: 'waiting' });
    expect(owner(withheld, [heard(4), waits])).toBe('second shown');
    expect(owner(withheld, [heard(0.999), waits])).toBe('first shown');
    expect(owner(withheld, [heard(4)])).toBe('first shown');
  });

  it('none owns it where another call has just lost its leg, whose caller withholds the number as the leg does', () => {
    const shows = { ...withheld, customer: number('private') };
    const lost = callOf({
      callId: 'lost',
      customer: shows.customer,
      legs: [
        legPart({
          seen: leg({ ext: '109', callId: 'lost', customer: shows.customer }),
          state: 'answered',
          absence: absentSince(6),
        }),
      ],
      participants: [participant('109')],
      answeredAt: at(1),
      connected: connectedAt('109'),
    });
    expect(owner(shows, [withEntry(first)])).toBe('first shown');
    expect(owner(shows, [withEntry(first), lost])).toBeNull();
    expect(owner({ ...shows, hotline: number('19005678') }, [withEntry(first), lost])).toBe('first shown');
  });

  it('none owns it where both wait, in two queues', () => {
    const waits = { ...first, status: 'waiting' } as const;
    const elsewhere = of('other', { queueId: 'support', status: 'waiting' });
    expect(owner(withheld, [withEntry(waits), withEntry(elsewhere)])).toBeNull();
    const beside = { ...second, status: 'waiting' } as const;
    expect(owner(withheld, [withEntry(waits), withEntry(beside)])).toBe('first inferred');
  });
});

describe('an entry whose row names an agent of whom nothing is known', () => {
  const row = { ...trying, agentName: 'agent_no_8' };
  const at108 = leg({ ext: '108', callId: 'rings', startedAt: at(4) });
  const ringsAt108 = (seen: ObservedQueueEntry, more = {}) => ({
    ...withEntry(seen),
    legs: [legPart({ seen: at108, ...more })],
  });

  it('rings no second agent', () => {
    expect(owner(rung, [ringsAt108(row)])).toBeNull();
    expect(owner(rung, [ringsAt108({ ...row, agentName: 'ring-all' })])).toBe(ONE);
    expect(owner(rung, [ringsAt108({ ...row, status: 'waiting' })])).toBe(ONE);
    expect(owner(rung, [ringsAt108(row, { absence: absentSince(6) })])).toBe(ONE);
    const second = withEntry(entry({ callId: 'two', joinedAt: at(4), status: 'trying' }));
    expect(owner(rung, [ringsAt108(row), second])).toBe('two shown');
  });

  it('rings no second agent in a partial answer either, unless that lacks the first one’s leg', () => {
    const partial = { monitorComplete: false, monitorSeenAt: null };
    expect(owner(rung, [ringsAt108(row)], { cycle: partial })).toBeNull();
    const lacks = (key: string) => ({
      monitor: { ...PARTIAL, missing: new Map([[key, { lastPresent: null, since: at(6) }]]) },
      queue: null,
    });
    const owned = (key: string) =>
      owner(rung, [ringsAt108(row)], { cycle: { ...partial, incomplete: lacks(key) } });
    // That the extension has another call is no sign that this leg is there.
    expect(owned(ringsAt108(row).legs[0]!.seen.key)).toBe(ONE);
    expect(owned('another')).toBeNull();
  });

  it('rings several, or sends the caller on to them, where it was not asked since the first one stopped', () => {
    const stopped = ringsAt108(row, { absence: absentSince(6) });
    const joining = { ...stopped, participants: [participant('108')] };
    const second = groupWith({ ...rung, ext: '109', extension: '109', callId: 'second' } as ObservedLeg);
    const given = { others: [second], queueIsLater: false };
    expect(owner(rung, [joining], given)).toBe(ONE);
    second.joins = null;
    expect(owner(rung, [joining], { ...given, queueIsLater: true })).toBeNull();
  });

  it('rings none where it comes after the ring of the first', () => {
    const joining = entryGroup(row);
    joining.joins = callOf({ callId: 'rings', legs: [legPart({ seen: at108 })] });
    expect(owner(rung, [], { others: [joining] })).toBeNull();
    joining.joins = callOf({ callId: 'rings', legs: [legPart({ seen: at108, absence: absentSince(6) })] });
    expect(owner(rung, [], { others: [joining] })).toBe('rings shown');
  });

  it('rings no second agent that the same poll shows', () => {
    const legs = [groupWith({ ...at108, callId: 'first' }), groupWith({ ...rung, callId: 'second' })];
    const joined = (calls: readonly Call[], others: readonly Group[] = []) => {
      joinLegsToEntries([...others, ...legs], {
        weighing: new Weighing(),
        index: indexOf(calls),
        cycle: cycleAt(6),
        answers: {
          places: new Map(),
          turned: new Set(),
          shownBefore: new Map(),
          consulted: new Map(),
          answered: new Map(),
          queueIsNoOlder: true,
          queueIsLater: true,
        },
      });
      return legs.map(({ joins, mergedInto }) => (joins ?? mergedInto) !== null);
    };
    expect(joined([withEntry(row)])).toEqual([true, false]);
    legs.splice(0, 2, groupWith(at108), groupWith(rung));
    expect(joined([], [entryGroup(row)])).toEqual([true, false]);
  });
});

describe('legs that begin at once, of a customer with two entries', () => {
  const named = withEntry({ ...trying, agentName: 'agent_no_8' });
  const ringsAll = withEntry(entry({ queueId: 'support', callId: 'all', joinedAt: at(4), status: 'trying' }));
  const joins = (legs: readonly ObservedLeg[], calls: readonly Call[]) => {
    const groups = legs.map(groupWith);
    joinLegsToEntries(groups, {
      weighing: new Weighing(),
      index: indexOf(calls),
      cycle: cycleAt(6),
      answers: {
        places: new Map(),
        turned: new Set(),
        shownBefore: new Map(),
        consulted: new Map(),
        answered: new Map(),
        queueIsNoOlder: true,
        queueIsLater: true,
      },
    });
    return groups.map((group) => [group.joins?.callId ?? null, group.legs[0]!.joined] as const);
  };
  const owners = (legs: readonly ObservedLeg[], calls: readonly Call[] = [named, ringsAll]) =>
    joins(legs, calls).map(([callId]) => callId);
  const legAt = (ext: string, given: Partial<ObservedLeg> = {}) => ({
    ...leg({ ext, callId: `leg-${ext}`, startedAt: at(5) }),
    ...given,
  });

  it('are all those of the one that names no agent, if they are more than the entries', () => {
    expect(owners(['107', '108', '109'].map((ext) => legAt(ext)))).toEqual(['all', 'all', 'all']);
  });

  it('may be one of each if they are no more, began apart, are of two hotlines, or both entries name an agent', () => {
    const first = 'queue-call-1';
    expect(owners(['107', '108'].map((ext) => legAt(ext)))).toEqual([first, 'all']);
    const apart = [legAt('107', { startedAt: at(3) }), legAt('108'), legAt('109')];
    expect(owners(apart)).toEqual([first, 'all', 'all']);
    const elsewhere = [legAt('107', { hotline: number('19005678') }), legAt('108'), legAt('109')];
    expect(owners(elsewhere)[0]).toBe(first);
    const second = withEntry({ ...ringsAll.entry!.seen, agentName: 'agent_no_9' });
    const three = ['107', '108', '109'].map((ext) => legAt(ext));
    expect(owners(three, [named, second])).toEqual([first, 'all', null]);
  });
});

describe('a leg that rings while another one of an answered caller talks in the first poll that shows them', () => {
  it('is rather that of a caller who was not answered', () => {
    const answered = entryGroup(entry({ status: 'answered', bridgedAt: at(5) }));
    answered.legs.push({ seen: leg({ ext: '108', callId: 'talks', signal: 'answered' }), joined: 'shown' });
    const other = entryGroup(entry({ status: 'trying', callId: 'queue-call-2', joinedAt: at(1) }));
    expect(owner(rung, [], { others: [answered, other] })).toBe('queue-call-2 shown');
    expect(owner(rung, [], { others: [answered] })).toBe(ONE);
  });
});

describe('legs of which each may be that of either of two callers', () => {
  const named = (callId: string, agentName: string) =>
    withEntry(entry({ callId, status: 'trying', agentName }));
  const both = [named('a', 'agent_no_7'), named('b', 'agent_no_8')];
  const legAt = (ext: string) => leg({ ext, callId: `leg-${ext}`, startedAt: at(5) });
  const joins = (legs: readonly ObservedLeg[], calls: readonly Call[] = both) =>
    legs.map((seen, nth) => owner(seen, calls, { others: legs.slice(0, nth).map(groupWith) }));

  it('join inferred, the one that is left for the other caller too', () => {
    expect(joins([legAt('107'), legAt('108')])).toEqual(['a inferred', 'b inferred']);
  });

  it('so does a leg that comes while the first rings', () => {
    const rings = (joined: 'shown' | 'inferred') => {
      const legs = [legPart({ seen: legAt('107'), joined })];
      return owner(legAt('108'), [{ ...both[0]!, legs }, both[1]!]);
    };
    expect([rings('inferred'), rings('shown')]).toEqual(['b inferred', 'b shown']);
  });

  it('not where the row names its agent', () => {
    const known = named('b', 'agent-108');
    expect(joins([legAt('107'), legAt('108')], [both[0]!, known])).toEqual(['a inferred', 'b shown']);
  });

  it('are not of one caller where they called two numbers', () => {
    const ringAll = ['a', 'b'].map((callId) => withEntry(entry({ callId, status: 'trying' })));
    const other = { ...legAt('108'), hotline: number('19005678') };
    expect(joins([legAt('107'), other], ringAll)).toEqual(['a inferred', 'b inferred']);
  });
});

describe('a leg of a caller whose first leg began an outbound call, before the direction of the rows was known', () => {
  const named = (callId: string, seconds: number, given: Partial<ObservedQueueEntry> = {}) =>
    withEntry(
      entry({ callId, joinedAt: at(seconds), status: 'trying', agentName: `agent_no_${callId}`, ...given }),
    );
  const inbound = leg({ ext: '108', callId: 'before', startedAt: at(4) });
  const seen = {
    ...inbound,
    direction: 'outbound',
    asLeg: { leg: inbound, destination: 'own', placed: false },
  } as const;
  const outbound = callOf({
    callId: 'before',
    direction: 'outbound',
    customer: seen.customer,
    legs: [legPart({ seen })],
  });
  const owned = (calls: readonly Call[], isReadAsBefore = true) =>
    owner(rung, calls, { cycle: { isReadAsBefore: () => isReadAsBefore } });

  it('is the next caller’s', () => {
    expect(owned([named('a', 3), named('b', 4), outbound])).toBe('b shown');
    expect(owned([named('a', 3), outbound])).toBeNull();
  });

  it('may be the first one’s where that leg is outbound, has gone, began before, or the queue rings many', () => {
    const callers = [named('a', 3), named('b', 4)];
    const first = 'a inferred';
    expect(owned([...callers, outbound], false)).toBe(first);
    const gone = legPart({ seen, absence: absentSince(6) });
    expect(owned([...callers, { ...outbound, legs: [gone] }])).toBe(first);
    const before = legPart({ seen: { ...seen, startedAt: at(1) } });
    expect(owned([...callers, { ...outbound, legs: [before] }])).toBe(first);
    expect(owned([named('a', 3, { agentName: 'ring-all' }), outbound])).toBe('a shown');
  });
});

describe('an entry that comes after its ring', () => {
  const row = entry({ joinedAt: at(4), status: 'trying' });
  /** A call whose leg began at second 5, and which the poll at second 6 showed. */
  const ringing = (given: Partial<Call> = {}, seen = rung) =>
    callOf({
      callId: seen.callId,
      customer: seen.customer,
      legs: [legPart({ seen, firstSeen: at(6) })],
      ...given,
    });
  const takes = (
    calls: readonly Call[],
    of = row,
    queueSeenBefore: number | null = at(5.5),
    cycle: Partial<CycleFacts> = {},
    queueIsNoOlder = true,
  ) => {
    const group = entryGroup(of);
    joinEntriesToRinging([group], {
      index: indexOf(calls),
      cycle: cycleAt(7, { queueSeenBefore, ...cycle }),
      weighing: new Weighing(),
      answers: { queueIsNoOlder },
    });
    return group.joins?.callId ?? null;
  };
  /** The calls whose rings new entries of withheld callers take. */
  const takeAll = (
    rows: readonly ObservedQueueEntry[],
    calls: readonly Call[],
    cycle: Partial<CycleFacts> = {},
  ) => {
    const groups = rows.map(entryGroup);
    joinEntriesToRinging(groups, {
      index: indexOf(calls),
      cycle: cycleAt(7, { queueSeenBefore: at(3.5), ...cycle }),
      weighing: new Weighing(),
      answers: { queueIsNoOlder: true },
    });
    return groups.map(({ joins }) => joins?.callId ?? null);
  };
  const withheldRow = (given: Partial<ObservedQueueEntry>) =>
    entry({ joinedAt: at(4), status: 'trying', customer: anonymous, ...given });
  const withheldRing = (ext: string, seconds: number) =>
    ringing({}, leg({ ext, callId: `rings-${ext}`, startedAt: at(seconds), customer: anonymous }));

  it('takes a ring that was answered after it joined, by the bridge’s clock', () => {
    const answered = ringing({ answeredAt: at(5) });
    expect(takes([answered], row, at(5.5), { skewMs: -60_000 })).toBeNull();
    expect(takes([answered])).toBe('leg-1');
    expect(takes([ringing({ answeredAt: at(2) })])).toBeNull();
    const ahead = { ...rung, startedAt: at(65) };
    const late = entry({ joinedAt: at(64), status: 'trying' });
    expect(takes([ringing({ answeredAt: at(5) }, ahead)], late, at(5.5), { skewMs: 60_000 })).toBe('leg-1');
  });

  it('takes the ring of its customer, withheld too', () => {
    expect(takes([ringing()])).toBe('leg-1');
    const withheld = ringing({}, { ...rung, customer: anonymous });
    expect(takes([withheld], { ...row, customer: anonymous })).toBe('leg-1');
    expect(takes([withheld])).toBeNull();
  });

  it('takes it if it was seen since the last queue answer without the entry', () => {
    expect(takes([ringing()], row, at(6) - 1)).toBe('leg-1');
    expect(takes([ringing()], row, at(6))).toBeNull();
    expect(takes([ringing()], row, null)).toBe('leg-1');
  });

  it('takes it if it began at or after its join, and not after it was over', () => {
    const began = (seconds: number | null) =>
      ringing({}, { ...rung, startedAt: seconds === null ? null : at(seconds) });
    expect([3.999, 4].map((seconds) => takes([began(seconds)]))).toEqual([null, 'leg-1']);
    expect(takes([began(null)])).toBe('leg-1');
    const over = { ...row, status: 'abandoned', abandonedAt: at(5) } as const;
    expect([6, 6.001].map((seconds) => takes([began(seconds)], over))).toEqual(['leg-1', null]);
  });

  it('takes none of a call that has or had an entry, is outbound, or was answered before', () => {
    expect(takes([ringing({ entry: entryPart({ seen: entry({ callId: 'other' }) }) })])).toBeNull();
    expect(takes([ringing({ pastEntries: [row] })])).toBeNull();
    expect(takes([ringing({ direction: 'outbound' })])).toBeNull();
    expect([2.999, 3].map((seconds) => takes([ringing({ answeredAt: at(seconds) })]))).toEqual([
      null,
      'leg-1',
    ]);
    expect(takes([ringing({}, { ...rung, direction: 'outbound' })])).toBeNull();
  });

  it('takes none where two may be it, unless the row names the agent of one', () => {
    const other = { ...rung, key: '108|leg-2', callId: 'leg-2', extension: '108', agentName: 'agent-108' };
    expect(takes([ringing(), ringing({}, other)])).toBeNull();
    const named = { ...row, agentName: 'agent-108' };
    expect(takes([ringing(), ringing({}, other)], named)).toBe('leg-2');
  });

  it('takes none of another agent, unless the row named that agent as it rang', () => {
    const named = { ...row, agentName: 'agent_no_8' };
    const cycle = { extensionOf: () => '108', isListed: () => true };
    expect(takes([ringing()], named, at(5.5), cycle)).toBeNull();
    expect(takes([ringing()], { ...named, status: 'answered', bridgedAt: at(6) }, at(5.5), cycle)).toBe(
      'leg-1',
    );
    const stopped = legPart({ seen: rung, firstSeen: at(6), absence: absentSince(7) });
    expect(takes([ringing({ legs: [stopped] })], named, at(5.5), cycle)).toBe('leg-1');
  });

  it('takes none that rings while it waits, unless the monitor’s answer is the later one', () => {
    const waits = { ...row, status: 'waiting' } as const;
    expect(takes([ringing()], waits)).toBeNull();
    expect(takes([ringing()], waits, at(5.5), {}, false)).toBe('leg-1');
    const stopped = legPart({ seen: rung, firstSeen: at(6), absence: absentSince(7) });
    expect(takes([ringing({ legs: [stopped] })], waits)).toBe('leg-1');
  });

  it('takes none of many that ring, where the row names an agent', () => {
    const legs = ['107', '108'].map((ext) =>
      legPart({ seen: leg({ ext, startedAt: at(5) }), firstSeen: at(6) }),
    );
    const named = { ...row, agentName: 'agent_no_7' };
    expect(takes([ringing({ legs })], named)).toBeNull();
    expect(takes([ringing({ legs })])).toBe('leg-1');
    const gone = legs.map((one, nth) => (nth === 0 ? { ...one, absence: absentSince(7) } : one));
    expect(takes([ringing({ legs: gone })], named)).toBe('leg-1');
    expect(takes([ringing({ legs })], { ...named, status: 'answered', bridgedAt: at(6) })).toBe('leg-1');
  });

  it('takes none of a number by which no caller came to the queue', () => {
    const leadsTo = (match: Match) => ({ leadsTo: () => match });
    expect(takes([ringing()], row, at(5.5), leadsTo('same'))).toBe('leg-1');
    expect(takes([ringing()], row, at(5.5), leadsTo('different'))).toBeNull();
  });

  it('takes it for itself: of two entries, the one whose agent rings, or the one that joined first', () => {
    const [first, second] = [withheldRow({ callId: 'a' }), withheldRow({ callId: 'b', joinedAt: at(4.5) })];
    expect(takeAll([first, second], [withheldRing('107', 5)])).toEqual(['rings-107', null]);
    const named = { ...second, agentName: 'agent-107' };
    expect(takeAll([first, named], [withheldRing('107', 5)])).toEqual([null, 'rings-107']);
  });

  it('takes the one that others leave', () => {
    const [first, second] = [withheldRow({ callId: 'a' }), withheldRow({ callId: 'b', joinedAt: at(5) })];
    const rings = [withheldRing('107', 4.5), withheldRing('108', 5.5)];
    expect(takeAll([first, second], rings)).toEqual(['rings-107', 'rings-108']);
    expect(takeAll([first], rings)).toEqual([null]);
  });
});
