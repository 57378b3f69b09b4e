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
