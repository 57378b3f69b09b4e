import { beforeEach, describe, expect, it } from '@jest/globals';
import { entry, History, leg, legPart, number, T0 } from '../../../test/support/history.js';
import { absentSince, callOf, connectedAt, cycleAt, entryPart, window } from '../../../test/support/parts.js';
import type { Call } from '../model/call.js';
import type { ObservedQueueEntry } from '../model/observation.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import { resolveAlike } from './alike-callers.js';

const at = (second: number): number => T0 + second * 1000;

/** Two callers of one number in a ring-all queue, one after the other. */
const first = entry({ joinedAt: at(1), callId: 'first', status: 'trying' });
const second = entry({ joinedAt: at(3), callId: 'second', status: 'trying' });
const ring = leg({ callId: 'ring', startedAt: at(6) });
const talk = leg({ callId: 'ring', startedAt: at(6), signal: 'answered' });
const answered = { ...second, status: 'answered', bridgedAt: at(9) } as const;

describe('an agent answers one of two callers of a number', () => {
  let history: History;

  beforeEach(() => {
    history = new History();
    history.poll({ at: 0 });
    history.poll({ at: 4, entries: [first, second] });
    expect(history.emitted({ at: 7, legs: [ring], entries: [first, second] })).toEqual(['call-offered 107']);
    expect(history.transitions.at(-1)!.subject).toBe('first');
  });

  const emitted = () => history.transitions.slice(3).map(({ type, subject }) => `${type} ${subject}`);

  it('and it is the one whose row says Answered, not who joined first', () => {
    history.poll({ at: 10, legs: [talk], entries: [first, answered] });
    expect(emitted()).toEqual(['call-offer-ended first', 'call-answered second']);
    const [ended, answer] = history.transitions.slice(3);
    expect(ended!.data).toMatchObject({ outcome: 'answered', observed: { certainty: 'inferred' } });
    expect(answer!.data).toMatchObject({ agent: { extension: '107' }, state: 'answered' });

    const left = { ...first, status: 'abandoned', abandonedAt: at(20), callId: 'first' } as const;
    history.poll({ at: 21, legs: [talk], entries: [left, answered] });
    history.poll({ at: 22, legs: [talk], entries: [left, answered] });
    expect(emitted().slice(2)).toEqual(['call-abandoned first', 'call-ended first']);
  });

  it('also where the row of the caller who joined first says Answered', () => {
    const own = { ...first, status: 'answered', bridgedAt: at(9) } as const;
    history.poll({ at: 10, legs: [talk], entries: [own, second] });
    expect(emitted()).toEqual(['call-answered first', 'call-offer-ended first']);
  });

  it('and what the queue says next is waited for', () => {
    history.poll({ at: 10, legs: [talk], entries: 'not asked' });
    history.restart();
    history.poll({ at: 11, legs: [talk], entries: 'not asked' });
    expect(emitted()).toEqual([]);
    history.poll({ at: 12, legs: [talk], entries: [first, answered] });
    expect(emitted()).toEqual(['call-offer-ended first', 'call-answered second']);
  });

  it('and it is the one who joined first where the queue goes on saying of neither that it is Answered', () => {
    history.poll({ at: 10, legs: [talk], entries: [first, second] });
    expect(emitted()).toEqual([]);
    // The same rows again, half a second later.
    history.poll({ at: 11, legs: [talk], entries: [first, second] });
    expect(emitted()).toEqual(['call-answered first', 'call-offer-ended first']);
    const latest = new Date(at(10)).toISOString();
    expect(history.transitions.at(-1)!.data).toMatchObject({ observed: { latest } });
  });

  it('and offers elsewhere do not end before it is known', () => {
    const other = leg({ ext: '108', callId: 'other', startedAt: at(6) });
    history.poll({ at: 8, legs: [ring, other], entries: [first, second] });
    history.poll({ at: 10, legs: [talk], entries: [first, second] });
    history.poll({ at: 10.3, legs: [talk], entries: [first, second] });
    expect(emitted().slice(1)).toEqual([]);
    const own = { ...first, status: 'answered', bridgedAt: at(9) } as const;
    history.poll({ at: 11, legs: [talk], entries: [own, second] });
    const ended = history.transitions.slice(-2).map(({ data }) => (data as { outcome: string }).outcome);
    expect(ended).toEqual(['answered', 'answered-elsewhere']);
  });

  it('and a queue that rings all says so by naming the agent, even where the row stays Trying', () => {
    const named = { ...first, agentName: 'somebody' };
    history.poll({ at: 10, legs: [talk], entries: [named, second] });
    expect(emitted()).toEqual(['call-answered first', 'call-offer-ended first']);
  });

  it('or where the queue is not heard of for 10 s', () => {
    history.poll({ at: 10, legs: [talk], entries: 'not asked' });
    history.poll({ at: 19, legs: [talk], entries: 'not asked' });
    expect(emitted()).toEqual([]);
    history.poll({ at: 20, legs: [talk], entries: 'not asked' });
    expect(emitted()).toEqual(['call-answered first', 'call-offer-ended first']);
  });

  it('and nothing is waited for where the row names the agent, or there is one caller only', () => {
    const named = { ...first, agentName: 'agent-107' };
    history.poll({ at: 10, legs: [talk], entries: [named, second] });
    expect(emitted()).toEqual(['call-answered first', 'call-offer-ended first']);

    const alone = new History();
    alone.poll({ at: 0 });
    alone.poll({ at: 7, legs: [ring], entries: [first] });
    expect(alone.emitted({ at: 10, legs: [talk], entries: 'not asked' })).toContain('call-answered');
  });
});

describe('a leg that talks may be another caller’s', () => {
  const seen = leg({ callId: 'ring', startedAt: at(6), signal: 'answered' });
  const talks = legPart({ seen, state: 'answered', since: window(9) });
  const owner = callOf({ callId: 'owner', legs: [talks], entry: entryPart({ seen: first }) });
  const other = callOf({
    callId: 'other',
    hotline: null,
    entry: entryPart({ seen: answered, answered: true, changedAt: at(9) }),
  });
  const isMoved = (rival: Partial<Call> = {}, own: Partial<Call> = {}, facts: Partial<CycleFacts> = {}) =>
    resolveAlike({ ...owner, ...own }, [{ ...other, ...rival }], cycleAt(9, facts))?.moved === '107';
  const rivalRow = (row: Partial<ObservedQueueEntry>) =>
    isMoved({ entry: { ...other.entry!, seen: { ...answered, ...row } } });

  it('of the same number and hotline, in a queue to which that hotline leads', () => {
    expect(isMoved()).toBe(true);
    expect(isMoved({ customer: number('0987654321') })).toBe(false);
    expect(isMoved({ hotline: number('19005678') })).toBe(false);
    expect(isMoved({}, {}, { leadsTo: () => 'different' })).toBe(false);
    const withheld = { ...talks, seen: { ...seen, customer: number('anonymous') } };
    expect(isMoved({ customer: number('anonymous') }, { legs: [withheld] })).toBe(true);
    expect(isMoved({ customer: number('private') }, { legs: [withheld] })).toBe(false);
  });

  it('whose row does not name another agent, and was Waiting or Trying when the leg began, and not Answered before it was', () => {
    expect(rivalRow({ agentName: 'agent-107' })).toBe(true);
    const named = { ...other.entry!, seen: { ...answered, agentName: 'agent-108' } };
    expect(isMoved({ entry: named }, {}, { extensionOf: () => '108', isListed: () => true })).toBe(false);
    expect(rivalRow({ joinedAt: at(8) })).toBe(false);
    expect(rivalRow({ bridgedAt: at(4) })).toBe(false);
    expect(isMoved({ entry: { ...other.entry!, changedAt: at(8) } })).toBe(false);
  });

  it('who is there and talks to no agent', () => {
    expect(isMoved({ connected: connectedAt('108') })).toBe(false);
    const own = legPart({ seen: leg({ ext: '108', callId: 'own' }), state: 'answered' });
    expect(isMoved({ legs: [own] })).toBe(false);
    expect(isMoved({ entry: { ...other.entry!, absence: { ...absentSince(9), kind: 'vanished' } } })).toBe(
      false,
    );
    expect(isMoved({ direction: 'outbound' })).toBe(false);
    expect(isMoved({ entry: null })).toBe(false);
  });

  it('unless its own caller’s row names the agent, or was deleted, or the leg is not there or listens', () => {
    const named = entryPart({ seen: { ...first, agentName: 'agent-107' } });
    expect(isMoved({}, { entry: named })).toBe(false);
    const deleted = entryPart({ seen: first, absence: { ...absentSince(9), kind: 'vanished' } });
    expect(isMoved({}, { entry: deleted })).toBe(false);
    expect(isMoved({}, { legs: [{ ...talks, absence: absentSince(9) }] })).toBe(false);
    expect(isMoved({}, { legs: [{ ...talks, joined: 'listens' }] })).toBe(false);
  });
});

it('an answer that waited for the queue is as old as the leg’s, by a clock that is off', () => {
  const history = new History();
  const behind = (seconds: number): number => at(seconds - 300);
  const caller = (id: string, joinedAt: number) => entry({ callId: id, joinedAt, status: 'trying' });
  const rows = [caller('a', behind(1)), caller('b', behind(3))];
  history.poll({ at: 0 });
  history.poll({ at: 2, entries: [rows[0]!] });
  history.poll({ at: 4, entries: rows });
  history.poll({ at: 7, legs: [{ ...ring, startedAt: behind(6) }], entries: rows });
  history.poll({ at: 8, legs: [{ ...talk, startedAt: behind(6) }], entries: 'not asked' });
  const own = { ...rows[0]!, status: 'answered', bridgedAt: behind(9) } as const;
  history.poll({ at: 10, legs: [{ ...talk, startedAt: behind(6) }], entries: [own, rows[1]!] });
  const answer = history.transitions.find(({ type }) => type === 'call-answered');
  const latest = new Date(at(8)).toISOString();
  expect(answer!.data).toMatchObject({ observed: { certainty: 'observed', latest } });
});

it('a queue that rings its agents again when one of two callers has left rings for the other', () => {
  const history = new History();
  const again = leg({ callId: 'again', startedAt: at(9) });
  history.poll({ at: 0 });
  history.poll({ at: 4, entries: [first, second] });
  history.poll({ at: 7, legs: [ring], entries: [first, second] });
  history.poll({ at: 10, legs: [again], entries: 'not asked' });
  const left = { ...first, status: 'abandoned', abandonedAt: at(8) } as const;
  history.poll({ at: 11, legs: [again], entries: [left, second] });
  history.poll({ at: 12, legs: [again], entries: [left, second] });
  const emitted = history.transitions.map(({ type, subject }) => `${type} ${subject}`);
  expect(emitted).toContain('call-abandoned first');
  expect(emitted.at(-1)).toBe('call-ended first');
  expect(emitted).toContain('call-offered second');
});
