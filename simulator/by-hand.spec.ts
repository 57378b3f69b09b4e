import type { Act } from './by-hand.js';
import { createQuietWorld } from './quiet-world.js';

const AT = '107';

/** Does the acts one after the other, eight seconds apart, and says what happened. */
function happened(...acts: readonly Act[]) {
  const world = createQuietWorld();
  const done = acts.map((act) => {
    const did = world.byHand(AT, act);
    world.advanceTo(world.now + 8_000);
    return did;
  });
  const events = world.log.map(({ type, extension }) =>
    extension === undefined ? type : `${type} ${extension === AT ? 'here' : 'elsewhere'}`,
  );
  return { done, events };
}

describe('acts by hand', () => {
  it('ring, answer and hang up', () => {
    expect(happened('ring', 'answer', 'hang-up')).toEqual({
      done: [true, true, true],
      events: [
        'call-started',
        'call-offered here',
        'call-offer-ended here',
        'call-answered here',
        'call-ended',
      ],
    });
  });

  it('ring until the caller gives up', () => {
    const { done, events } = happened('ring', 'caller-gives-up');
    expect(done).toEqual([true, true]);
    expect(events).toEqual(expect.arrayContaining(['call-abandoned', 'call-ended']));
    expect(events).not.toContain('call-answered here');
  });

  it('transfer the call to a colleague', () => {
    const { done, events } = happened('ring', 'answer', 'transfer');
    expect(done).toEqual([true, true, true]);
    expect(events).toContain('call-transferred elsewhere');
  });

  it('have a colleague transfer a call here', () => {
    const { done, events } = happened('colleague-transfers', 'hang-up');
    expect(done).toEqual([true, true]);
    expect(events).toEqual(
      expect.arrayContaining(['call-answered elsewhere', 'call-offered here', 'call-transferred here']),
    );
    expect(events.at(-1)).toBe('call-ended');
  });

  it('do nothing where there is no such call', () => {
    expect(happened('answer', 'transfer', 'hang-up', 'caller-gives-up')).toEqual({
      done: [false, false, false, false],
      events: [],
    });
    // What talks is not given up, and what rings is not transferred.
    expect(happened('ring', 'transfer', 'hang-up', 'answer', 'answer', 'caller-gives-up').done).toEqual([
      true,
      false,
      false,
      true,
      false,
      false,
    ]);
    expect(() => createQuietWorld().byHand('9', 'ring')).toThrow('There is no extension 9');
  });
});
