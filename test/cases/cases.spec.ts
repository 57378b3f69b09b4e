import { describe, expect, it } from '@jest/globals';
import { expectValidEvent } from '../support/valid-event.js';
import { brokenIn } from './always.js';
import { caseNames, readCase } from './case-file.js';
import { PACE_NAMES, PACES } from './paces.js';
import { QUIRKS } from './quirks.js';
import { wrongIn } from './right.js';
import { runCase } from './run-case.js';

/** Every case of the folders beside this file, at every pace. `npm run case -- NAME` prints what the bridge makes of one. */
describe.each(caseNames())('case %s', (name) => {
  const { paces = PACE_NAMES, ...of } = readCase(name);

  const isOfADay = paces.includes('every minute');

  it.each(paces)(`${of.title.replaceAll('%', '%%')}: %s`, (pace) => {
    const run = runCase(of, PACES[pace]);
    for (const event of run.events) expectValidEvent(event);
    expect([...wrongIn(of.right, run), ...brokenIn(run)]).toEqual([]);
  });

  it.each(Object.keys(QUIRKS))('gives the same where %s', (quirk) => {
    const run = runCase(QUIRKS[quirk]!(of), PACES[isOfADay ? 'every minute' : 'every 200 ms']);
    expect([...wrongIn(of.right, run), ...brokenIn(run)]).toEqual([]);
  });

  it('gives the same events when the bridge restarts after every poll', () => {
    const pace = PACES[isOfADay ? 'every minute' : 'every second'];
    const { events, live } = runCase(of, pace, { restarts: true });
    const { events: steady, live: steadyLive } = runCase(of, pace);
    expect({ events, live }).toEqual({ events: steady, live: steadyLive });
  });
});
