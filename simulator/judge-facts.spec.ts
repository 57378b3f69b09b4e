import { expect, it } from '@jest/globals';
import { FACTS } from './judge-facts.js';
import { TruthIndex } from './judge-match.js';
import { pollsOf } from './judge-polls.js';
import { Sight } from './judge-sight.js';
import { Statement } from './judge-statement.js';
import { perfectEvents } from './perfect-teller.js';
import { createQuietWorld } from './quiet-world.js';

const SECOND = 1000;

it('excuses the direction of a call that goes on out of sight if only the leg of a supervisor is left, whose row is local', () => {
  const world = createQuietWorld();
  const { startedAt } = world.startCall({
    kind: 'direct',
    extension: '107',
    answerAfterMs: 2 * SECOND,
    talkMs: 40 * SECOND,
    engine: { supervises: { afterMs: 5 * SECOND, forMs: 20 * SECOND, code: '*33' } },
  });
  world.advanceTo(startedAt + 90 * SECOND);
  const [whole] = world.truth;
  const leg = whole!.sightings.find(({ role }) => role === 'supervisor')!;
  const hiddenAt = leg.from + 2 * SECOND;
  const sightings = whole!.sightings.map((one) => (one === leg ? one : { ...one, to: hiddenAt }));
  const call = { ...whole!, sightings };
  const instants = Array.from({ length: 90 }, (_, nth) => startedAt + nth * SECOND);
  const polls = { monitor: instants, queue: instants };
  const [event] = perfectEvents([call], polls);
  const verdict = (direction: string, since: number) =>
    FACTS.direction(
      new Statement({
        call,
        event: { ...event!, data: { ...event!.data, direction } },
        expectation: null,
        stated: [],
        sight: new Sight(pollsOf(polls), {}),
        index: new TruthIndex([call]),
        since,
      }),
    );
  expect(verdict('local', hiddenAt)).toEqual({ excused: 'out-of-sight' });
  expect(verdict('inbound', hiddenAt)).toBeNull();
  for (const [direction, since] of [
    ['outbound', hiddenAt],
    ['local', hiddenAt - 1],
    ['local', -Infinity],
  ] as const)
    expect(verdict(direction, since)).toBe(`direction ${direction} instead of inbound`);
});

it('follows what was emitted of a call without its hotline, whose own rule finds or excuses that, to the calls that it may be', () => {
  const world = createQuietWorld();
  const call = (extension: string) =>
    world.startCall({
      kind: 'direct',
      extension,
      customer: '0914237383',
      answerAfterMs: SECOND,
      talkMs: 40 * SECOND,
    });
  const { startedAt } = call('107');
  world.advanceTo(startedAt + 5 * SECOND);
  call('108');
  world.advanceTo(startedAt + 60 * SECOND);
  const instants = Array.from({ length: 60 }, (_, nth) => startedAt + nth * SECOND);
  const polls = { monitor: instants, queue: instants };
  const [first, second] = world.truth;
  const events = perfectEvents(world.truth, polls);
  const verdict = (withHotline: boolean) => {
    const index = new TruthIndex(world.truth);
    const [before, after] = world.truth.map((one) => events.filter((event) => index.callOf(event) === one));
    const emitted = before!.map((event) =>
      withHotline ? event : { ...event, data: { ...event.data, hotline: null } },
    );
    index.remember(emitted[0]!.data.callId, first!, emitted, Infinity);
    index.remember(after![0]!.data.callId, second!, after!, Infinity);
    const event = after![0]!;
    return FACTS.linkedCallIds(
      new Statement({
        call: second!,
        event: { ...event, data: { ...event.data, linkedCallIds: [emitted[0]!.data.callId] } },
        expectation: null,
        stated: [],
        sight: new Sight(pollsOf(polls), {}),
        index,
        since: -Infinity,
      }),
    );
  };
  expect(verdict(false)).toBeNull();
  expect(verdict(true)).toBe('linked to call-1, which is no relation');
});
