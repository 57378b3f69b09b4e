import { type AgentEntry, Agents, countByQueue, countStates } from './agents.js';
import { callView, iso, NINE, part, SALES } from './data.fixtures.js';
import type { AgentStats, StandingState } from './desk.js';

const MINUTE = 60_000;

function counted(extension: string, state: StandingState, since: number, notAnswered = 0): AgentStats {
  return {
    agent: { extension, name: `agent ${extension}` },
    answered: 0,
    notAnswered,
    now: { state, since: iso(since) },
  };
}

const talks = callView({
  callId: 'talks',
  answeredAt: iso(NINE + MINUTE),
  extensions: [part('101', 'answered'), part('102', 'ended')],
});
const shown = (agents: readonly AgentEntry[]) =>
  agents.map(({ extension, state, since }) => [extension, state, since === null ? null : since - NINE]);

describe('agents', () => {
  it('are those whom the service counts and those in a live call, by state, the longest first', () => {
    const stats = [
      counted('103', 'no-call', NINE + MINUTE, 2),
      counted('104', 'no-call', NINE),
      counted('101', 'talking', NINE + 2 * MINUTE),
      counted('105', 'not-registered', NINE),
      counted('106', 'not-watched', NINE),
    ];
    const rings = callView({ callId: 'rings', startedAt: iso(NINE), extensions: [part('107', 'ringing')] });
    const agents = new Agents().list(stats, NINE + 3 * MINUTE, [talks, rings], NINE + 3 * MINUTE);
    expect(shown(agents)).toEqual([
      ['107', 'ringing', 0],
      ['101', 'talking', 2 * MINUTE],
      ['104', 'no-call', 0],
      ['103', 'no-call', MINUTE],
      ['105', 'not-registered', 0],
      ['106', 'not-watched', 0],
    ]);
    expect(agents[1]).toMatchObject({ callId: 'talks', queue: 'Sales', name: 'agent 101' });
    expect(agents[3]).toMatchObject({ callId: null, notAnswered: 2 });
  });

  it('show what began since the service was asked, and the service’s time once it has said it', () => {
    const agents = new Agents();
    const stats = [counted('101', 'talking', NINE)];
    agents.list(stats, NINE, [talks], NINE);
    // The call is over, and what the service said is older than that.
    expect(shown(agents.list(stats, NINE, [], NINE + 5_000))).toEqual([['101', 'no-call', 5_000]]);
    const later = [counted('101', 'no-call', NINE + 4_000)];
    expect(shown(agents.list(later, NINE + 20_000, [], NINE + 21_000))).toEqual([['101', 'no-call', 4_000]]);
    // Another call of the same kind has begun and ended meanwhile: the page saw both.
    agents.list(later, NINE + 20_000, [talks], NINE + 22_000);
    expect(shown(agents.list(later, NINE + 20_000, [], NINE + 23_000))).toEqual([['101', 'no-call', 23_000]]);
  });

  it('have no known time where no poll saw the state begin', () => {
    const unknown: AgentStats = { ...counted('101', 'talking', NINE), now: null };
    expect(shown(new Agents().list([unknown], NINE, [], NINE))).toEqual([['101', 'no-call', null]]);
  });

  it('dial when the call is theirs, and talk although another call rings', () => {
    const outbound = callView({ callId: 'c2', direction: 'outbound', extensions: [part('101', 'ringing')] });
    const list = (...calls: (typeof outbound)[]) =>
      new Agents().list([], NINE, calls, NINE).map(({ state }) => state);
    expect(list(outbound)).toEqual(['dialling']);
    expect(list(outbound, callView({ extensions: [part('101', 'answered')] }))).toEqual(['talking']);
    expect(list(callView({ extensions: [part('101', 'answered')] }), outbound)).toEqual(['talking']);
    const rings = callView({ callId: 'c3', extensions: [part('101', 'ringing')] });
    expect(list(outbound, rings)).toEqual(['dialling']);
  });

  it('are not registered where an event has said so, until another says that they are', () => {
    const agents = new Agents();
    const stats = [counted('101', 'no-call', NINE)];
    const state = () => agents.list(stats, NINE, [], NINE)[0]!.state;
    agents.registration('101', false);
    expect(state()).toBe('not-registered');
    agents.registration('101', true);
    expect(state()).toBe('no-call');
  });

  it('are counted by state, and by the queue of their call', () => {
    const rings = callView({ callId: 'r', extensions: [part('107', 'ringing'), part('108', 'ringing')] });
    const agents = new Agents().list([counted('103', 'no-call', NINE)], NINE, [talks, rings], NINE);
    expect(countStates(agents)).toMatchObject({ ringing: 2, talking: 1, 'no-call': 1, dialling: 0 });
    expect(countByQueue(agents)).toEqual([{ queue: SALES.name, ringing: 2, talking: 1 }]);
  });
});
