import fc from 'fast-check';
import { drained, polls } from '../../../test/support/drawn-polls.js';
import { observations, type Poll, T0 } from '../../../test/support/history.js';
import type { DeskPoll } from '../desk-poll.js';
import { DEFAULT_DESK_RULES } from '../desk-rules.js';
import { TenantCalls } from '../index/tenant-calls.js';
import { type Call, DEFAULT_POLICY, EMPTY_STATE, type Leg } from '../model/call.js';
import { answerOf } from '../model/observation.js';
import { latestAnswerAt } from '../parts/cycle-facts.js';
import { decide } from '../reconcile.js';
import { countStanding } from './agent-numbers.js';
import type { AgentStanding } from './agent-standing.js';
import { type AgentLimits, AgentTimes } from './agent-times.js';
import { Calendar } from './calendar.js';
import { CountsByRow } from './story-counts.js';
import { Watch } from './watch.js';

const LIMITS: AgentLimits = { agents: 4, dueAtOnce: 2 };
const IDLE = ['101', '102', '103', '104', '105', '106'];

/** The same as `AgentTimes`, said as plainly as it can be: every poll goes through all extensions and all calls. */
class PlainAgentTimes {
  readonly agents: Map<string, AgentStanding>;
  readonly #calendar = new Calendar(DEFAULT_DESK_RULES.timeZone);
  readonly #watch = new Watch('monitor');

  constructor(agents: ReadonlyMap<string, AgentStanding>) {
    this.agents = new Map(agents);
  }

  settle(poll: DeskPoll): { readonly changes: readonly string[]; readonly counts: readonly string[] } {
    const answer = answerOf(poll.observations.monitor);
    const step = this.#watch.step(poll.before, poll.after);
    if (answer === null || step === null) return { changes: [], counts: [] };
    const { idleExtensions: idle } = answer;
    const withLeg = new Set([...answer.rows.values()].map(({ extension }) => extension));
    const busy = busyIn(poll.calls);
    const counts = new CountsByRow();
    const changes = new Map<string, AgentStanding | null>();
    const stateOf = (extension: string) => {
      const leg = busy.get(extension);
      if (leg !== undefined) return leg.state === 'answered' ? 'talking' : 'ringing';
      const waits = [...poll.created.values()].find(
        ({ seen }) => seen.extension === extension && seen.signal !== 'unclear',
      );
      if (waits !== undefined) return waits.seen.signal === 'answered' ? 'talking' : 'ringing';
      return idle.has(extension) || withLeg.has(extension) || !poll.listsIdle ? 'no-call' : 'not-registered';
    };
    const nameOf = (extension: string) =>
      busy.get(extension)?.seen.agentName ?? idle.get(extension)?.agentName ?? null;
    const all = [...this.agents.values()];
    const news = all.filter(({ extension, state }) => !step.isWatched || state !== stateOf(extension));
    const due = all
      .filter((known) => !news.includes(known) && step.to - known.counted >= 900_000)
      .sort((a, b) => a.counted - b.counted || (a.extension < b.extension ? -1 : 1))
      .slice(0, LIMITS.dueAtOnce);
    const room = LIMITS.agents - this.agents.size;
    let forgotten = 0;
    const unwatchedSince = step.isWatched ? null : (step.from ?? -Infinity);
    for (const known of [...news, ...due]) {
      const { extension } = known;
      countStanding(counts, known, { until: step.to, unwatchedSince }, this.#calendar);
      const state = stateOf(extension);
      const since = known.state === state ? known.since : step.to;
      const isForgotten = state === 'not-registered' && step.to - since >= 7 * 86_400_000;
      if (isForgotten && news.includes(known)) forgotten += 1;
      const agentName = nameOf(extension) ?? known.agentName;
      const counted = Math.max(known.counted, step.to);
      changes.set(extension, isForgotten ? null : { extension, agentName, state, since, counted });
    }
    const unknown = new Set([...busy.keys(), ...idle.keys()].filter((one) => !this.agents.has(one)));
    for (const extension of [...unknown].sort().slice(0, Math.max(0, room + forgotten)))
      changes.set(extension, {
        extension,
        agentName: nameOf(extension),
        state: stateOf(extension),
        since: step.to,
        counted: step.to,
      });
    for (const [extension, standing] of changes)
      if (standing === null) this.agents.delete(extension);
      else this.agents.set(extension, standing);
    return { changes: listed(changes), counts: sums(counts.all()) };
  }
}

function busyIn(calls: ReadonlyMap<string, Call>): ReadonlyMap<string, Leg> {
  const legs = [...calls.values()].flatMap((call) => call.legs.filter(({ absence }) => absence === null));
  const rank = (leg: Leg) => `${leg.state === 'answered' ? 0 : 1} ${leg.seen.key}`;
  const last = legs.sort((a, b) => (rank(a) > rank(b) ? -1 : 1));
  return new Map(last.map((leg) => [leg.seen.extension, leg]));
}

function listed(changes: ReadonlyMap<string, AgentStanding | null>): readonly string[] {
  return [...changes].map(([extension, standing]) => `${extension} ${JSON.stringify(standing)}`).sort();
}

function sums(
  counts: Iterable<{ day: string; row: object; add: Iterable<readonly [number, number]> }>,
): readonly string[] {
  return [...counts].map(({ day, row, add }) => JSON.stringify([day, row, [...add]])).sort();
}

/**
 * Polls with more idle extensions than are counted, from some poll on. Many come a minute or two after the one before, so that
 * extensions become due, and some nearly a week, so that one becomes due just when it is to be forgotten.
 */
const drawn: fc.Arbitrary<readonly Poll[]> = fc
  .record({
    given: polls,
    sets: fc.tuple(fc.subarray(IDLE, { minLength: 3 }), fc.subarray(IDLE)),
    which: fc.infiniteStream(fc.constantFrom(0, 0, 0, 1)),
    gaps: fc.infiniteStream(fc.constantFrom(0, 100, 110, 110, 110, 110, 604_300)),
    from: fc.constantFrom(0, 0, 3, 100),
  })
  .map(({ given, sets, which, gaps, from }) => {
    let more = 0;
    const calm = [...drained(given), ...Array.from({ length: 12 }, () => ({}))];
    return calm.map((poll, nth) => {
      more += 1 + (gaps.next().value as number);
      return { ...poll, at: more, idle: nth < from ? [] : sets[which.next().value as 0 | 1] };
    });
  });

describe('the times of extensions, for any history of polls', () => {
  test('are what they are if every poll goes through all extensions, also where the owner changes', () => {
    let begun = 0;
    fc.assert(
      fc.property(drawn, fc.array(fc.boolean(), { maxLength: 20 }), (all, cuts) => {
        const known = new TenantCalls(EMPTY_STATE);
        let plain = new PlainAgentTimes(new Map());
        let times = new AgentTimes(new Map(), DEFAULT_DESK_RULES, LIMITS);
        for (const [nth, drawnPoll] of all.entries()) {
          const given = observations(drawnPoll, T0 + drawnPoll.at! * 1_000);
          if (cuts[nth] === true) {
            plain = new PlainAgentTimes(plain.agents);
            times = new AgentTimes(plain.agents, DEFAULT_DESK_RULES, LIMITS);
          }
          const before = known.sources;
          const { delta, observations: decided, last } = decide(known, given, DEFAULT_POLICY);
          const { calls, sources: after, hotlines } = known;
          const at = latestAnswerAt(decided);
          const poll = { observations: decided, before, after, calls, ended: last, hotlines, at };
          const seen = { ...poll, created: known.created, listsIdle: known.listsIdle };
          if (delta.calls.size > 0) times.follow(delta.calls, seen);
          const { agents, tallies } = times.settle(seen);
          const expected = plain.settle(seen);
          expect({ changes: listed(agents), counts: sums(tallies) }).toEqual(expected);
          begun += agents.size;
        }
      }),
      { numRuns: 100 },
    );
    expect(begun).toBeGreaterThan(300);
  });
});
