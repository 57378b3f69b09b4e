import { expect } from '@jest/globals';
import type { CallTruth } from './truth.js';

/** Expects what holds of the events of any call that is over, whatever its habits. */
export function expectWellFormed({ events, outcome }: CallTruth): void {
  const types = events.map(({ type }) => type);
  expect(types[0]).toBe('call-started');
  expect(types.at(-1)).toBe('call-ended');
  for (const once of ['call-started', 'call-answered', 'call-abandoned', 'call-ended']) {
    expect(types.filter((type) => type === once).length).toBeLessThanOrEqual(1);
  }
  expect(types.includes('call-answered')).toBe(outcome === 'answered');
  expect(types.includes('call-abandoned')).toBe(outcome === 'abandoned');
  const offered = events.filter(({ type }) => type === 'call-offered');
  const over = events.filter(({ type }) => type === 'call-offer-ended');
  expect(over.map(({ part }) => part).sort()).toEqual(offered.map(({ part }) => part).sort());
}
