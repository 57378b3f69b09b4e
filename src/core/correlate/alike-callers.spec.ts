import { beforeEach, describe, expect, it } from '@jest/globals';
import { entry, History, leg, T0 } from '../../../test/support/history.js';

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

  const told = () => history.transitions.slice(3).map(({ type, subject }) => `${type} ${subject}`);

  it('and it is the one whose row says Answered, whoever joined first', () => {
    history.poll({ at: 10, legs: [talk], entries: [first, answered] });
    expect(told()).toEqual(['call-offer-ended first', 'call-answered second']);
    const [ended, answer] = history.transitions.slice(3);
    expect(ended!.data).toMatchObject({ outcome: 'answered', observed: { certainty: 'inferred' } });
    expect(answer!.data).toMatchObject({ agent: { extension: '107' }, state: 'answered' });

    const left = { ...first, status: 'abandoned', abandonedAt: at(20), callId: 'first' } as const;
    history.poll({ at: 21, legs: [talk], entries: [left, answered] });
    history.poll({ at: 22, legs: [talk], entries: [left, answered] });
    expect(told().slice(2)).toEqual(['call-abandoned first', 'call-ended first']);
  });

  it('also where the row of the caller who joined first says Answered', () => {
    const own = { ...first, status: 'answered', bridgedAt: at(9) } as const;
    history.poll({ at: 10, legs: [talk], entries: [own, second] });
    expect(told()).toEqual(['call-answered first', 'call-offer-ended first']);
  });

  it('and what the queue says next is waited for', () => {
    history.poll({ at: 10, legs: [talk], entries: 'not asked' });
    history.restart();
    history.poll({ at: 11, legs: [talk], entries: 'not asked' });
    expect(told()).toEqual([]);
    history.poll({ at: 12, legs: [talk], entries: [first, answered] });
    expect(told()).toEqual(['call-offer-ended first', 'call-answered second']);
  });

  it('and it is the one who joined first where the queue goes on saying of neither that it is Answered', () => {
    history.poll({ at: 10, legs: [talk], entries: [first, second] });
    expect(told()).toEqual([]);
    // The same rows again, half a second later.
    history.poll({ at: 11, legs: [talk], entries: [first, second] });
    expect(told()).toEqual(['call-answered first', 'call-offer-ended first']);
    const latest = new Date(at(10)).toISOString();
    expect(history.transitions.at(-1)!.data).toMatchObject({ observed: { latest } });
  });

  it('or where the queue is not heard of for 10 s', () => {
    history.poll({ at: 10, legs: [talk], entries: 'not asked' });
    history.poll({ at: 19, legs: [talk], entries: 'not asked' });
    expect(told()).toEqual([]);
    history.poll({ at: 20, legs: [talk], entries: 'not asked' });
    expect(told()).toEqual(['call-answered first', 'call-offer-ended first']);
  });

  it('and nothing is waited for where the row names the agent, or there is one caller only', () => {
    const named = { ...first, agentName: 'agent-107' };
    history.poll({ at: 10, legs: [talk], entries: [named, second] });
    expect(told()).toEqual(['call-answered first', 'call-offer-ended first']);

    const alone = new History();
    alone.poll({ at: 0 });
    alone.poll({ at: 7, legs: [ring], entries: [first] });
    expect(alone.emitted({ at: 10, legs: [talk], entries: 'not asked' })).toContain('call-answered');
  });
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
  const told = history.transitions.map(({ type, subject }) => `${type} ${subject}`);
  expect(told).toContain('call-abandoned first');
  expect(told.at(-1)).toBe('call-ended first');
  expect(told).toContain('call-offered second');
});
