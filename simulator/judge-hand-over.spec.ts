import { describe, expect, it } from '@jest/globals';
import { judge, type JudgedEvent } from './judge.js';
import { perfectEvents } from './perfect-teller.js';
import { MONDAY_MORNING, createQuietWorld } from './quiet-world.js';
import type { CallTruth } from './truth.js';

const SECOND = 1000;

describe('a leg that a poll shows beside another one of its caller', () => {
  const world = createQuietWorld();
  const call = { kind: 'direct', answerAfterMs: 2 * SECOND, talkMs: 40 * SECOND } as const;
  const first = world.startCall({ ...call, extension: '107', customer: '0914237383' });
  world.advanceTo(world.now + 10.2 * SECOND);
  const second = world.startCall({ ...call, extension: '112', customer: '0914237383' });
  world.advanceTo(world.now + 90 * SECOND);
  const instants: number[] = [];
  for (let at = MONDAY_MORNING + SECOND / 2; at <= world.now; at += SECOND) instants.push(at);
  const polls = { monitor: instants, queue: instants };

  /** What the judge finds if the bridge announces this call so much later. */
  function found(late: CallTruth, ms: number): readonly string[] {
    const events = perfectEvents(world.truth, polls).map((event): JudgedEvent => {
      const isOf = late.upstreamIds.includes(event.data.callId);
      const recordedtime = new Date(Date.parse(event.recordedtime) + ms).toISOString();
      return isOf && BEGINS.has(event.type) ? { ...event, recordedtime } : event;
    });
    return judge(world.truth, events, polls, { wholeLog: false }).misreported.map(({ rule }) => rule);
  }
  const BEGINS = new Set(['call-started', 'call-offered']);

  it('may be announced by the next answer, which shows whether the first one has gone', () => {
    expect(found(second, SECOND)).not.toContain('recordedtime');
    expect(found(second, 2 * SECOND)).toContain('recordedtime');
  });

  it('is announced at once where there is no other', () => {
    expect(found(first, SECOND)).toContain('recordedtime');
  });
});
