import { describe, expect, it } from '@jest/globals';
import { judge, type JudgedEvent, type Report } from './judge.js';
import { perfectEvents } from './perfect-teller.js';
import { createQuietWorld } from './quiet-world.js';
import type { World } from './world.js';

const SECOND = 1000;

interface Given {
  readonly signsOff?: boolean;
  /** How much earlier than it began the consultation is stated to have begun, as a call of its own. */
  readonly statedBeforeMs?: number;
}

/** A semi-attended transfer: 107 consults 112 from second 5 to 6, and 112 answers at second 8. It is left out of the events. */
function withoutTransfer(everyMs: number, { signsOff = false, statedBeforeMs }: Given = {}): Report {
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
  const stated = statedBeforeMs === undefined ? [] : consultationOf(world, events, statedBeforeMs);
  return judge(world.truth, [...events, ...stated], polls, { wholeLog: false, log: world.log });
}

/** The beginning and the end of the caller's call, as if they were the consultation's. */
function consultationOf({ truth }: World, events: readonly JudgedEvent[], earlierMs: number): JudgedEvent[] {
  const { startedAt, upstreamIds } = truth.find(({ kind }) => kind === 'consult')!;
  const callId = upstreamIds[0]!;
  const time = new Date(startedAt - earlierMs).toISOString();
  return events.flatMap((event) => {
    const data = { ...event.data, callId, upstreamIds: [callId] };
    if (event.type === 'call-started')
      return [{ ...event, subject: callId, id: 'consultation', time, data: { ...data, startedAt: time } }];
    return event.type === 'call-ended' ? [{ ...event, subject: callId, id: 'its end', data }] : [];
  });
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

  it('is emitted as a call of the leg that remains, since whatever second that shows, where none did', () => {
    const found = (everyMs: number) =>
      withoutTransfer(everyMs, { statedBeforeMs: 1_000 }).misreported.filter(
        ({ callKey }) => callKey !== null,
      );
    expect(found(4 * SECOND)).toEqual([]);
    expect(found(SECOND)).not.toEqual([]);
  });

  it('is not where the transferor’s device signed off meanwhile', () => {
    const report = withoutTransfer(SECOND, { signsOff: true });
    expect(missing(report)).toEqual([]);
    expect(report.unseen.byReason).toMatchObject({ 'consultation-not-shown': 1 });
  });
});
