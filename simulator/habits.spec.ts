import { readSettings } from './cli.js';
import { drawHabits } from './draw-habits.js';
import { ENGINE_HABITS, HABIT_VALUES, isOn, NO_ENGINE_HABITS } from './engine-habits.js';
import { countHabits, pairOf } from './habit-count.js';
import { readHabits } from './habits-setting.js';
import { createQuietWorld } from './quiet-world.js';

describe('drawn habits', () => {
  it('are the same for the same seed, and others for others', () => {
    expect(drawHabits('a')).toEqual(drawHabits('a'));
    expect(drawHabits('a')).not.toEqual(drawHabits('b'));
  });

  it('are each on in some days and off in others, and every pair of them is on at once in some day', () => {
    const days = Array.from({ length: 150 }, (_, seed) => ({
      ...NO_ENGINE_HABITS,
      ...drawHabits(seed).engine,
    }));
    for (const one of ENGINE_HABITS) {
      const on = days.filter((habits) => isOn(habits, one));
      expect([one, on.length > 15, on.length < 135]).toEqual([one, true, true]);
      const never = ENGINE_HABITS.filter((other) => !on.some((habits) => isOn(habits, other)));
      expect([one, never]).toEqual([one, []]);
    }
  });

  it('take every value', () => {
    const days = Array.from({ length: 60 }, (_, seed) => drawHabits(seed).engine);
    for (const [name, values] of Object.entries(HABIT_VALUES)) {
      const drawn = new Set(days.map((engine) => engine[name as keyof typeof HABIT_VALUES]));
      expect([name, ...[...drawn].sort()]).toEqual([name, ...[...values].sort()]);
    }
  });
});

describe('counting', () => {
  it('says how many calls each habit touched, and each pair, over several days', () => {
    const world = createQuietWorld({ engine: { legIds: 'leg', trail: true } });
    world.startCall({ kind: 'direct', answerAfterMs: 1000, engine: { pickup: { code: '*8' } } });
    world.startCall({ kind: 'direct', answerAfterMs: 1000, leavesAfterMs: null });
    world.advanceTo(world.now + 60_000);
    const { calls, habits, pairs } = countHabits(world.truth, world.truth);
    expect(calls).toBe(4);
    expect([...habits].sort()).toEqual([
      ['pickup', 2],
      ['trail', 4],
    ]);
    expect([...pairs]).toEqual([[pairOf('trail', 'pickup'), 2]]);
    expect(pairOf('trail', 'pickup')).toBe('pickup+trail');
  });
});

describe('habits as a person writes them', () => {
  it('are none, drawn, or a list of names and values', () => {
    expect(readHabits('none', '1')).toEqual({});
    expect(readHabits('drawn', '1')).toEqual(drawHabits('1'));
    expect(readHabits('trail, legIds=call-uuid,downFirst,withheld=0.25,clockOffsetMs=-5000', '1')).toEqual({
      engine: { trail: true, legIds: 'call-uuid', downFirst: 1, withheld: 0.25, clockOffsetMs: -5000 },
    });
    expect(readHabits('trail,callsBackLater=0.8,regulars', '1')).toEqual({
      engine: { trail: true },
      desk: { callsBackLater: 0.8, regulars: 1 },
    });
    expect(readHabits('givesUp=0.3', '1')).toEqual({ desk: { givesUp: 0.3 } });
    expect(readSettings([], { SIM_HABITS: 'emptiesUuid,oneRow=off' })).toMatchObject({
      habits: { engine: { emptiesUuid: true, oneRow: false } },
    });
    expect(readSettings(['--habits', 'drawn', '--seed', '9'], {})).toMatchObject({ habits: drawHabits('9') });
    expect(readSettings([], {})).toMatchObject({ habits: {} });
  });

  it.each([
    ['trial', 'there is no habit "trial"'],
    ['legIds=own', 'legIds must be one of kept, leg, call-uuid, not "own"'],
    ['legIds', 'legIds must be one of kept, leg, call-uuid, not ""'],
    ['trail=yes', 'trail is on or off, not "yes"'],
    ['withheld=2', 'withheld must be a number from 0 to 1, not "2"'],
    ['givesUp=1.5', 'givesUp must be a number from 0 to 1, not "1.5"'],
    ['withheld=', 'withheld must be a number from 0 to 1, not ""'],
    ['pageSize', 'pageSize must be a number from 0 to 10000, not ""'],
  ])('that are wrong (%s) are refused in a sentence', (text, words) => {
    expect(() => readHabits(text, '1')).toThrow(words);
  });
});
