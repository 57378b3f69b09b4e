import { describe, expect, it } from '@jest/globals';
import type { CallEvent } from '../../src/core/model/event.js';
import { compare } from './compare.js';
import { eventsOf, linesOf } from './recorded.js';
import { Truth, type TruthEvent } from './truth.js';
import { type Scenario, trueCallsOf } from './truth-calls.js';

/**
 * Sixty scenarios on a real FreeSWITCH with mod_callcenter and real SIP devices, polled in three ways, and what the
 * switch itself says happened.
 */
const truth = new Truth(linesOf('run/truth').map((line) => JSON.parse(line) as TruthEvent));
const scenarios = linesOf('run/scenarios').map((line) => JSON.parse(line) as Scenario);
const paces = [
  ['every-second', 1_000],
  ['every-300-ms', 300],
  ['adaptive', 1_000],
] as const;

/** Of these, certainty is counted. */
const DECIDING = /answered|ended|abandoned|transferred/;

describe('sixty scenarios of a real switch', () => {
  it.each(paces)('are announced as they happened, polled %s', async (file, intervalMs) => {
    const events = (await eventsOf(`run/${file}`)).filter(({ type }) =>
      type.startsWith('call-'),
    ) as CallEvent[];
    const wrong: string[] = [];
    let right = 0;
    const deciding: CallEvent[] = [];
    for (const scenario of scenarios) {
      const comparison = compare(scenario, trueCallsOf(scenario, truth), events, intervalMs);
      if (comparison.wrong.length === 0) {
        right++;
        deciding.push(...comparison.announced.flat().filter(({ type }) => DECIDING.test(type)));
      } else if (!comparison.isSaidToBeInferred)
        wrong.push(`${scenario.run}: ${comparison.wrong.join('; ')}`);
    }
    expect(scenarios).toHaveLength(60);
    // One is beyond what polls show; the list says which are wrong.
    expect(wrong.slice(1)).toEqual([]);
    expect(right).toBeGreaterThanOrEqual(57);
    const inferred = deciding.filter(({ data }) => data.observed.certainty === 'inferred');
    expect(inferred.length / deciding.length).toBeLessThanOrEqual(0.2);
    const open = deciding.filter(({ data }) => data.observed.earliest === null && !data.baseline);
    expect(open).toEqual([]);
  });
});
