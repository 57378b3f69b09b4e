import { describe, expect, it } from '@jest/globals';
import type { CallEvent, CallView } from '../../src/core/model/event.js';
import { brokenIn } from './always.js';
import { readCase } from './case-file.js';
import { PACES } from './paces.js';
import { wrongIn } from './right.js';
import { runCase } from './run-case.js';

const of = readCase('reported/control-same-id');
const run = runCase(of, PACES['every second']);
const events = run.events as readonly CallEvent[];

/** What is found in the same run with other events. */
const found = (changed: readonly CallEvent[]) => {
  const other = { ...run, events: changed };
  return [...wrongIn(of.right, other), ...brokenIn(other)];
};
const changing = (type: CallEvent['type'], changes: Partial<CallView>) =>
  events.map((event) => (event.type === type ? { ...event, data: { ...event.data, ...changes } } : event));
const without = (type: CallEvent['type']) => events.filter((event) => event.type !== type);
const [first] = events;

describe('a check of a case notices', () => {
  it.each<[string, readonly CallEvent[]]>([
    ['a call that is missing', []],
    ['a call too many', [...events, ...events.map((event) => ({ ...event, subject: 'other' }))]],
    ['an outcome', changing('call-ended', { outcome: 'abandoned' })],
    ['an answer that is missing', without('call-answered')],
    ['a transfer that is missing', without('call-transferred')],
    ['an end that is missing', without('call-ended')],
    ['an offer without an end', without('call-offer-ended')],
    ['two beginnings', [first!, ...events]],
    ['another extension that answers', changing('call-answered', { agent: null })],
    ['a time before its window', events.map((event) => ({ ...event, time: '2026-03-02T04:00:00.000Z' }))],
    ['a negative duration', changing('call-ended', { talkMs: -1 })],
    ['an answer after the end', changing('call-ended', { answeredAt: '2026-03-02T06:00:00.000Z' })],
  ])('%s', (_, changed) => {
    const more = found(changed).filter((what) => !found(events).includes(what));
    expect(more).not.toEqual([]);
  });
});
