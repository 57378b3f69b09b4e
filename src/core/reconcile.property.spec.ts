import { describe, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { TenantCalls } from './index/tenant-calls.js';
import { legName } from './parts/last-leg.js';
import { EMPTY_STATE, DEFAULT_POLICY, type TenantState } from './model/call.js';
import type { Changed, Delta } from './model/delta.js';
import type { Transition } from './model/event.js';
import type { LegsReading, ObservedLeg, ObservedQueueEntry } from './model/observation.js';
import { conditionsOf, matches, RuleTable } from './parts/rule-table.js';
import { decide } from './reconcile.js';
import { expectHonestTimes } from '../../test/support/honest.js';
import { leg, number, observations, entry, T0, type Poll } from '../../test/support/history.js';

const MOBILES = ['0914237383', '0987654321', 'anonymous'];

const legRow: fc.Arbitrary<ObservedLeg> = fc
  .record({
    extension: fc.constantFrom('101', '102', '103'),
    callId: fc.constantFrom('a', 'b', 'c', 'q1', 'q2'),
    signal: fc.constantFrom('ringing', 'answered', 'unclear'),
    direction: fc.constantFrom('inbound', 'inbound', 'outbound', 'local'),
    mobile: fc.constantFrom(...MOBILES),
    peer: fc.constantFrom('101', '102', null),
    startedAt: fc.constantFrom(null, T0 - 60_000, T0 + 5_000),
    destination: fc.constantFrom('own', 'customer', 'other', null),
  })
  .map(({ mobile, destination, ...fields }) => {
    const asCall = leg({ ...fields, customer: number(mobile) });
    return destination === null ? asCall : withBothReadings(asCall, destination);
  });

function withBothReadings(asCall: ObservedLeg, destination: LegsReading['destination']): ObservedLeg {
  if (asCall.direction === 'local') return asCall;
  const direction = asCall.direction === 'inbound' ? 'outbound' : 'inbound';
  const asLeg = { ...asCall, direction, role: direction === 'inbound' ? 'callee' : 'caller' } as const;
  return {
    ...asCall,
    asLeg: { leg: asLeg, destination, placed: destination === 'other' && asCall.peer === '101' },
  };
}

const entryRow: fc.Arbitrary<ObservedQueueEntry> = fc
  .record({
    mobile: fc.constantFrom(...MOBILES),
    queueId: fc.constantFrom('sales', 'support'),
    joinedAt: fc.constantFrom(T0 - 70_000, T0, T0 + 10_000),
    agentName: fc.constantFrom(null, null, 'agent-101', 'agent-102'),
    status: fc.constantFrom('waiting', 'trying', 'answered', 'abandoned', 'unknown'),
    rejoinedAt: fc.constantFrom(null, null, T0 + 15_000),
    abandonedAt: fc.constantFrom(null, T0 - 30_000, T0 + 12_000, T0 + 20_000),
    bridgedAt: fc.constantFrom(null, T0 + 11_000),
    callId: fc.constantFrom('q1', 'q2', null),
  })
  .map((fields) => entry(fields as Partial<ObservedQueueEntry>));

const rowsOf = <Row>(row: fc.Arbitrary<Row>) =>
  fc.oneof(
    { weight: 8, arbitrary: fc.array(row, { maxLength: 5 }) },
    { weight: 2, arbitrary: fc.array(row, { maxLength: 3 }).map((partial) => ({ partial })) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.array(row, { maxLength: 3 }), fc.subarray(['x', 'y'], { minLength: 1 }))
        .map(([partial, unreadable]) => ({ partial, unreadable })),
    },
    { weight: 1, arbitrary: fc.constant({ failed: 'HTTP 502' }) },
    { weight: 1, arbitrary: fc.constant({ failed: 'HTTP 429', heldFor: 9 }) },
    { weight: 1, arbitrary: fc.constant('not asked' as const) },
  );

/** Most polls repeat the rows of the poll before, as real ones do. */
const history: fc.Arbitrary<Poll[]> = fc
  .array(
    fc.record({
      legs: rowsOf(legRow),
      entries: rowsOf(entryRow),
      idle: fc.subarray(['101', '102', '103']),
      repeat: fc.boolean(),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((polls) => {
    const kept: Poll[] = [];
    for (const [index, { repeat, ...poll }] of polls.entries()) {
      kept.push(repeat && kept.length > 0 ? { ...kept.at(-1)!, at: index } : { ...poll, at: index });
    }
    return kept.filter((poll) => poll.legs !== 'not asked' || poll.entries !== 'not asked');
  });

interface Run {
  readonly state: TenantState;
  readonly transitions: readonly Transition[];
}

function run(polls: readonly Poll[], restart: (poll: number, known: TenantCalls) => TenantCalls): Run {
  let known = new TenantCalls(EMPTY_STATE);
  const transitions: Transition[] = [];
  for (const [index, poll] of polls.entries()) {
    known = restart(index, known);
    transitions.push(...decide(known, observations(poll, T0 + poll.at! * 1000), DEFAULT_POLICY).transitions);
  }
  return { state: known, transitions };
}

const straight = (_: number, known: TenantCalls) => known;

/** Adds complete and empty polls, which end all calls that are left: the last are later than any hold. */
const drained = (polls: readonly Poll[]): Poll[] => [
  ...polls,
  ...[1, 2, 3, 4, 15, 16].map((extra) => ({ at: (polls.at(-1)?.at ?? 0) + extra })),
];

const WAITS = entry({ joinedAt: T0 - 70_000, abandonedAt: T0 + 12_000, customer: number('anonymous') });
/** A leg is held whose extension is not listed any more, and that runs out while no endpoint answers; the PBX's clock is off. */
const heldByAPbxWhoseClockIsOff: Poll[] = [
  {
    legs: { partial: [leg({ ext: '101', startedAt: T0 - 60_000 })] },
    entries: 'not asked',
    idle: ['103'],
    at: 0,
  },
  { legs: [], entries: { partial: [], unreadable: ['y'] }, at: 1 },
  { legs: { failed: 'HTTP 502' }, entries: { partial: [WAITS], unreadable: ['y'] }, at: 2 },
  { legs: { failed: 'HTTP 502' }, entries: { partial: [WAITS], unreadable: ['y'] }, at: 3 },
];

/** A leg that talked is held, and is no part that polls must confirm as gone. */
const own = (given: Parameters<typeof leg>[0]) => withBothReadings(leg({ peer: '101', ...given }), 'own');
const heldWhoTalked: Poll[] = [
  {
    legs: [own({ ext: '101', callId: 'q2', direction: 'local' })],
    entries: { partial: [], unreadable: ['x'] },
    at: 0,
  },
  { legs: [own({ ext: '103', callId: 'c' })], at: 1 },
  { legs: [own({ ext: '101', callId: 'q2', direction: 'outbound' })], idle: ['103'], at: 2 },
  { legs: [own({ ext: '101', callId: 'c', signal: 'answered' })], entries: { failed: 'HTTP 502' }, at: 3 },
  { legs: 'not asked', at: 4 },
];

describe('for any history of observations', () => {
  it('every call has its events in the order that the contract allows', () => {
    fc.assert(
      fc.property(history, (polls) => {
        const { state, transitions } = run(drained(polls), straight);
        if (state.calls.size > 0) throw new Error('a call is left although nothing is there');
        const lives = new Map<string, string[]>();
        for (const { type, subject } of transitions) {
          if (!type.startsWith('call-')) continue;
          lives.set(subject, [...(lives.get(subject) ?? []), type]);
        }
        for (const [callId, types] of lives) {
          const life = types.filter((type) => !/offer|transferred/.test(type)).join(' ');
          if (!/^call-started( call-answered| call-abandoned)? call-ended$/.test(life)) {
            throw new Error(`${callId}: ${types.join(' ')}`);
          }
          if (types[0] !== 'call-started' || types.at(-1) !== 'call-ended') {
            throw new Error(`${callId}: ${types.join(' ')}`);
          }
          const abandoned = types.indexOf('call-abandoned');
          if (abandoned >= 0 && types[abandoned + 1] !== 'call-ended')
            throw new Error('abandoned is not committed with its end');
        }
      }),
      { numRuns: 200 },
    );
  });

  it('every time lies in its window, and no duration is negative', () => {
    fc.assert(
      fc.property(history, (polls) => expectHonestTimes(run(drained(polls), straight).transitions)),
      { numRuns: 200 },
    );
  });

  it('every part that is there belongs to exactly one live call', () => {
    fc.assert(
      fc.property(history, (polls) => {
        const state = new TenantCalls(EMPTY_STATE);
        for (const poll of polls) {
          const at = T0 + poll.at! * 1000;
          const seen = observations(poll, at);
          const shown =
            seen.monitor === undefined || seen.monitor.outcome === 'failed'
              ? new Map<string, ObservedLeg>()
              : seen.monitor.rows;
          const isLost = (row: ObservedLeg) => {
            const name = legName(row);
            return (
              name !== null &&
              (state.index.hasJustLost(name, shown, at) || state.index.ended.hasJustLost(name, at))
            );
          };
          const rows =
            seen.monitor === undefined || seen.monitor.outcome === 'failed'
              ? []
              : [...seen.monitor.rows.values()];
          const lost = new Set(rows.filter(isLost));
          const waited = new Set(state.created.keys());
          decide(state, seen, DEFAULT_POLICY);
          const owners = new Map<string, number>();
          for (const call of state.calls.values()) {
            for (const { seen } of call.legs) owners.set(seen.key, (owners.get(seen.key) ?? 0) + 1);
            if (call.entry !== null)
              owners.set(call.entry.seen.key, (owners.get(call.entry.seen.key) ?? 0) + 1);
          }
          for (const [key, count] of owners) if (count > 1) throw new Error(`${key} is in ${count} calls`);
          for (const row of rows) {
            if (row.signal === 'unclear' || owners.has(row.key)) continue;
            // It may be the next leg of a call whose old one is there for the last time, and waits for one answer.
            if (state.created.has(row.key) && !waited.has(row.key)) continue;
            // What lingers of a call that has ended, or is shown again under another id, belongs to nothing else.
            const lingers = [row.key, legName(row)].some(
              (one) => one !== null && state.index.ended.isLingering(one, at),
            );
            if (!lost.has(row) && !lingers) throw new Error(`${row.key} was lost`);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('at each extension of a call an offer ends before the next one begins, and none is left open', () => {
    fc.assert(
      fc.property(history, (polls) => {
        const open = new Set<string>();
        for (const transition of run(drained(polls), straight).transitions) {
          if (!('offer' in transition.data) || transition.data.offer === undefined) continue;
          const key = `${transition.subject} ${transition.data.offer.extension}`;
          if (transition.type === 'call-offered' ? open.has(key) : !open.has(key))
            throw new Error(`${transition.type} ${key}`);
          if (transition.type === 'call-offered') open.add(key);
          else open.delete(key);
        }
        if (open.size > 0) throw new Error(`left open: ${[...open].join()}`);
      }),
      { numRuns: 150 },
    );
  });

  it('no two transitions share an id', () => {
    fc.assert(
      fc.property(history, (polls) => {
        const ids = new Set<string>();
        for (const { subject, type, discriminator } of run(drained(polls), straight).transitions) {
          const id = `${subject}/${type}/${discriminator}`;
          if (ids.has(id)) throw new Error(id);
          ids.add(id);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('a history with restarts anywhere gives the same transitions and state as one without', () => {
    const cuts = fc.array(fc.boolean(), { minLength: 25, maxLength: 25 });
    fc.assert(
      fc.property(history, cuts, (polls, cut) => {
        const whole = run(polls, straight);
        const parts = run(polls, (poll, known) => (cut[poll] === true ? restarted(known) : known));
        const difference = JSON.stringify(parts.transitions) !== JSON.stringify(whole.transitions);
        if (difference || JSON.stringify(plain(parts.state)) !== JSON.stringify(plain(whole.state))) {
          throw new Error('the restarted run differs');
        }
      }),
      { numRuns: 150 },
    );
  });

  it('the deltas, applied one after the other, give the state', () => {
    fc.assert(
      fc.property(history, (polls) => {
        const known = new TenantCalls(EMPTY_STATE);
        let applied = EMPTY_STATE;
        for (const poll of polls) {
          const { delta } = decide(known, observations(poll, T0 + poll.at! * 1000), DEFAULT_POLICY);
          applied = apply(applied, delta);
          if (JSON.stringify(plain(applied)) !== JSON.stringify(plain(known)))
            throw new Error('the delta is not what has changed');
        }
      }),
      { numRuns: 150 },
    );
  });

  it('the order of rows that did not begin at once makes no difference', () => {
    fc.assert(
      fc.property(history, (polls) => {
        const turned = polls.map(
          (poll) => ({ ...poll, legs: reversed(poll.legs), entries: reversed(poll.entries) }) as Poll,
        );
        // Of several rows with one key only the last counts, so histories with repeated keys are not tested here; and of
        // entries that began at once the PBX's order decides.
        fc.pre(polls.every((poll) => isUnique(poll.legs, 'key') && beganApart(poll.entries)));
        const one = run(polls, straight).transitions;
        const other = run(turned, straight).transitions;
        if (JSON.stringify(one) !== JSON.stringify(other)) throw new Error('order matters');
      }),
      { numRuns: 150 },
    );
  });

  it('failed observations alone emit no event about a call', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 10 }), (polls, failures) => {
        const failing = Array.from({ length: failures }, (_, index) => ({
          at: polls.length + index,
          legs: { failed: 'timeout' },
          entries: { failed: 'timeout' },
        }));
        const before = run(polls, straight);
        const after = run([...polls, ...failing], straight);
        const emitted = after.transitions.slice(before.transitions.length);
        if (emitted.some(({ type }) => type.startsWith('call-')))
          throw new Error('a failure ended or began a call');
      }),
      { numRuns: 100, examples: [[heldByAPbxWhoseClockIsOff, 11]] },
    );
  });

  it('no table has to decide facts that it lists as impossible', () => {
    const asked = jest.spyOn(RuleTable.prototype, 'decide').mockImplementation(function (
      this: RuleTable<object, unknown>,
      facts: object,
    ) {
      const { title, rows, impossible } = this.definition;
      const holds = ({ when }: { when: object }) => matches(facts, conditionsOf(when));
      const listed = impossible.find(holds);
      if (listed !== undefined) throw new Error(`${title}: ${JSON.stringify(facts)}: ${listed.why}`);
      return rows.find(holds)!.then;
    });
    fc.assert(
      fc.property(history, (polls) => {
        run(drained(polls), straight);
      }),
      { numRuns: 100, examples: [[heldWhoTalked]] },
    );
    asked.mockRestore();
  });
});

/** Makes the state that the store would return after a restart: equal, but of other objects, and in another order. */
function restarted({
  sources,
  calls,
  ended,
  ignoredEntries,
  listsIdle,
  created,
  agents,
  hotlines,
  registrations,
  direction,
}: TenantState): TenantCalls {
  const state = structuredClone({
    sources,
    calls,
    ended,
    ignoredEntries,
    listsIdle,
    created,
    agents,
    hotlines,
    registrations,
    direction,
  });
  return new TenantCalls({
    ...state,
    calls: new Map([...state.calls].reverse()),
    ended: new Map([...state.ended].sort(([a, x], [b, y]) => x.endedAt - y.endedAt || (a < b ? -1 : 1))),
  });
}

/** Makes the state that a store holds once it has taken the delta. */
function apply(state: TenantState, delta: Delta): TenantState {
  return {
    sources: delta.sources ?? state.sources,
    registrations: withChanges(state.registrations, delta.registrations),
    calls: withChanges(state.calls, delta.calls),
    ended: withChanges(state.ended, delta.ended),
    ignoredEntries: delta.ignoredEntries ?? state.ignoredEntries,
    listsIdle: delta.listsIdle ?? state.listsIdle,
    created: delta.created ?? state.created,
    agents: delta.agents ?? state.agents,
    hotlines: delta.hotlines ?? state.hotlines,
    direction: delta.direction ?? state.direction,
  };
}

function withChanges<Value>(values: ReadonlyMap<string, Value>, changes: Changed<Value>): Map<string, Value> {
  const changed = new Map(values);
  for (const [id, value] of changes) {
    if (value === null) changed.delete(id);
    else changed.set(id, value);
  }
  return changed;
}

function plain({ sources, calls, ended, ignoredEntries, listsIdle, direction }: TenantState) {
  const byKey = (entries: Iterable<readonly [string, unknown]>) =>
    [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  // A cloned map is of another realm, and so no instance of this one's `Map`.
  const isMap = (value: unknown): value is Map<string, unknown> =>
    Object.prototype.toString.call(value) === '[object Map]';
  const sorted = (_: string, value: unknown) => (isMap(value) ? byKey(value) : value);
  return {
    sources: JSON.stringify(sources, sorted),
    listsIdle,
    direction,
    calls: byKey(calls),
    ended: byKey(ended),
    ignored: [...ignoredEntries].sort(),
  };
}

function reversed(rows: Poll['legs'] | Poll['entries']) {
  return Array.isArray(rows) ? [...rows].reverse() : rows;
}

function isUnique(rows: Poll['legs'] | Poll['entries'], key: 'key'): boolean {
  const list = listOf(rows);
  return new Set(list.map((row) => row[key])).size === list.length;
}

function beganApart(rows: Poll['entries']): boolean {
  const began = listOf(rows).map(({ rejoinedAt, joinedAt }) => rejoinedAt ?? joinedAt);
  return new Set(began).size === began.length;
}

function listOf(rows: Poll['legs'] | Poll['entries']): Record<string, unknown>[] {
  const list = Array.isArray(rows) ? rows : typeof rows === 'object' && 'partial' in rows ? rows.partial : [];
  return list as unknown as Record<string, unknown>[];
}
