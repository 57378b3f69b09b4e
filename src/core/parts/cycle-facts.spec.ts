import { describe, expect, it } from '@jest/globals';
import { leg, observations } from '../../../test/support/history.js';
import { at, completeAt, cycleAt, window } from '../../../test/support/parts.js';
import { DEFAULT_POLICY, EMPTY_STATE } from '../model/call.js';
import {
  awaitsQueue,
  type CycleFacts,
  factsOf,
  isMonitorUnavailable,
  rowAskedAt,
  sawMonitor,
} from './cycle-facts.js';

const known = { ...EMPTY_STATE, sources: completeAt(5) };
const facts = (poll: Parameters<typeof observations>[0] = {}, state = known) =>
  factsOf(state, observations(poll, at(6)), DEFAULT_POLICY, state.sources);

describe('the facts of a cycle', () => {
  it('are the windows of its answers; the monitor may be behind its own switch', () => {
    const { monitor, queue } = facts();
    expect(queue).toEqual({ after: at(5) - 40, by: at(6) });
    expect(monitor).toEqual({ after: at(5) - 40 - 300, by: at(6) });
    expect(facts({ legs: 'not asked', entries: { failed: '503' } })).toMatchObject({
      monitor: null,
      queue: null,
    });
    expect(facts({}, EMPTY_STATE)).toMatchObject({ monitor: { after: null }, queue: { after: null } });
  });

  it('are when a complete monitor answer was requested, in this cycle and before it', () => {
    expect(facts()).toMatchObject({
      monitorComplete: true,
      monitorSeenAt: at(6) - 40,
      monitorSeenBefore: at(5) - 40,
      queueSeenBefore: at(5) - 40,
    });
    expect(facts({ legs: { partial: [] } })).toMatchObject({
      monitorComplete: false,
      monitorSeenAt: at(5) - 40,
    });
  });

  it('are the extensions that the answer lists, with a call and without', () => {
    const cycle = facts({ legs: [leg()], idle: ['108'] });
    expect(['107', '108', '109'].map((extension) => cycle.isListed(extension))).toEqual([true, true, false]);
    const none = facts({ legs: { failed: '503' }, idle: ['108'] });
    expect(none.isListed('108')).toBe(false);
  });

  it('are the agents as learnt, or else as the answer shows them', () => {
    const learnt = { ...known, agents: new Map([['agent-108', '110']]) };
    const cycle = facts({ legs: [leg()], idle: ['108'] }, learnt);
    expect(
      [['agent-107'], ['agent-108'], ['agent-109'], []].map((names) => cycle.extensionOf(names)),
    ).toEqual(['107', '110', undefined, undefined]);
  });
});

describe('whether the monitor has answered since', () => {
  it('allows for its lag', () => {
    const since = window(5);
    const seen = (ms: number) => sawMonitor(cycleAt(6, { monitorSeenAt: at(5) + ms }), since);
    expect([0, 299, 300].map(seen)).toEqual([false, false, true]);
    expect(sawMonitor(cycleAt(6, { monitorSeenAt: null }), since)).toBe(false);
  });

  it('cannot be expected when it is down, or after 10 s', () => {
    expect(isMonitorUnavailable(cycleAt(6, { monitorDown: true }), window(5))).toBe(true);
    const after = (seconds: number) => isMonitorUnavailable(cycleAt(seconds), window(5));
    expect([14.999, 15].map(after)).toEqual([false, true]);
  });
});

describe('whether the queue was asked since', () => {
  const partial = (asked: number, missing: readonly string[]): CycleFacts['incomplete'] => ({
    monitor: null,
    queue: {
      since: at(1),
      polls: 2,
      answered: true,
      partialSince: at(1),
      last: { startedAt: at(asked), at: at(asked), whole: true },
      lastWhole: at(asked),
      unreadable: new Map(),
      appeared: new Map(),
      missing: new Map(missing.map((key) => [key, { lastPresent: at(1), since: at(2) }])),
    },
  });
  const cycle = (incomplete: CycleFacts['incomplete']) => cycleAt(9, { queueSeenAt: at(3), incomplete });

  it('is known from the last answer that shows the row, or that would', () => {
    expect(rowAskedAt(cycle({ monitor: null, queue: null }), 'a')).toBe(at(3));
    expect(rowAskedAt(cycle(partial(8, [])), 'a')).toBe(at(8));
    expect(rowAskedAt(cycle(partial(8, ['a'])), 'a')).toBe(at(3));
    expect(rowAskedAt(cycle(partial(10, [])), 'a')).toBe(at(3));
  });

  it('is not waited for where a partial answer has shown the row', () => {
    expect(awaitsQueue(cycle({ monitor: null, queue: null }), 'a', window(5))).toBe(true);
    expect(awaitsQueue(cycle(partial(8, [])), 'a', window(5))).toBe(false);
    expect(awaitsQueue(cycle(partial(8, ['a'])), 'a', window(5))).toBe(true);
  });
});
