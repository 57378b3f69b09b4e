import { describe, expect, it } from '@jest/globals';
import { judge, type Report } from './judge.js';
import { perfectEvents } from './perfect-teller.js';
import { createQuietWorld } from './quiet-world.js';

const SECOND = 1000;

/** A semi-attended transfer: 107 consults 112 from second 5 to 6, and 112 answers at second 8. It is left out of the events. */
function withoutTransfer(everyMs: number, signsOff = false): Report {
  const world = createQuietWorld({ directory: { doubleRegistered: 0 } });
  const { startedAt } = world.startCall({
    kind: 'direct',
    extension: '107',
    customer: '0914237383',
    answerAfterMs: 2 * SECOND,
    talkMs: 20 * SECOND,
    transfer: { as: 'semi-attended', to: '112', afterMs: 3 * SECOND, ringMs: 3 * SECOND },
  });
  if (signsOff) {
    world.advanceTo(startedAt + 5.7 * SECOND);
    world.unregister('107', 60 * SECOND);
  }
  world.advanceTo(startedAt + 60 * SECOND);
  const instants: number[] = [];
  for (let at = startedAt + SECOND / 2; at <= world.now; at += everyMs) instants.push(at);
  const polls = { monitor: instants, queue: instants };
  const events = perfectEvents(world.truth, polls).filter(({ type }) => type !== 'call-transferred');
  return judge(world.truth, events, polls, { wholeLog: false, log: world.log });
}

const missing = ({ missing: found }: Report) => found.map(({ type }) => type);

describe('a transfer by a consultation', () => {
  it('is demanded where a poll showed the consultation beside the caller’s leg', () => {
    expect(missing(withoutTransfer(SECOND))).toContain('call-transferred');
  });

  it('is not where none did', () => {
    const report = withoutTransfer(2 * SECOND);
    expect(missing(report)).toEqual([]);
    expect(report.unseen.byReason).toMatchObject({ 'consultation-not-shown': 1 });
  });

  it('is not where the transferor’s device signed off meanwhile', () => {
    const report = withoutTransfer(SECOND, true);
    expect(missing(report)).toEqual([]);
    expect(report.unseen.byReason).toMatchObject({ 'consultation-not-shown': 1 });
  });
});
