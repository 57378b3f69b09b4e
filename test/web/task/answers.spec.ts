import { createQuietWorld, MONDAY_MORNING } from '../../../simulator/quiet-world.js';
import type { CallScript } from '../../../simulator/world.js';
import { answersAt } from './answers.js';

const LIMITS = { waiting: 2, waitMs: 60_000, shortAbandonMs: 5_000 };
const SECOND = 1_000;

describe('the answers of a supervisor who knows everything', () => {
  const world = createQuietWorld();
  const [sales] = world.directory.queues;
  const at = (seconds: number, script: Partial<CallScript>) => {
    world.advanceTo(MONDAY_MORNING + seconds * SECOND);
    return world.startCall({ kind: 'queue', queue: sales!.name, talkMs: 30_000, ...script });
  };
  const abandons = (seconds: number, customer: string, waits = 20) =>
    at(seconds, { customer, answerAfterMs: null, leavesAfterMs: waits * SECOND });

  abandons(0, '0914237381');
  // Less than 5 s: owed nothing.
  abandons(1, '0914237382', 3);
  abandons(60, '0914237383');
  at(120, { kind: 'outbound', extension: '107', customer: '0914237383', answerAfterMs: 4_000 });
  abandons(200, '0914237384');
  abandons(230, '0914237381');
  at(300, { kind: 'direct', extension: '107', customer: '0914237385', answerAfterMs: 2_000, talkMs: 20_000 });
  at(340, {
    kind: 'direct',
    extension: '107',
    customer: '0914237386',
    answerAfterMs: null,
    leavesAfterMs: 15_000,
  });
  const waits = [400, 430].map((seconds, n) =>
    at(seconds, { customer: `090311220${n}`, answerAfterMs: null, leavesAfterMs: null }),
  );
  const now = MONDAY_MORNING + 480 * SECOND;
  world.advanceTo(now);
  const { owed, troubled, agent } = answersAt(now, world.truth, '107', LIMITS);

  it('say who is owed a call and was missed first, and leave out who was reached or gave up at once', () => {
    expect(owed.map(({ customer, missed }) => [customer, missed])).toEqual([
      ['0914237381', 2],
      ['0914237384', 1],
      ['0914237386', 1],
    ]);
    expect(owed[0]!.firstAt).toBe(MONDAY_MORNING + 20 * SECOND);
  });

  it('say which queue is in trouble, and since when by each rule', () => {
    const joined = waits.map(({ startedAt }) => startedAt);
    expect(troubled).toEqual([
      {
        queue: sales!.name,
        waiting: 2,
        longestSince: joined[0],
        waitingSince: joined[1],
        waitSince: joined[0]! + LIMITS.waitMs,
      },
    ]);
    expect(answersAt(now, world.truth, '107', { ...LIMITS, waiting: 3, waitMs: 90_000 }).troubled).toEqual(
      [],
    );
  });

  it('say how an agent’s day was', () => {
    expect(agent).toMatchObject({ extension: '107', answered: 1, placed: 1, talksSince: null });
    expect(agent.talkMs).toBe(50_000);
    // Whether a ring at which the caller left was “not answered” is what the truth says of it.
    expect(agent.notAnswered).toBe(0);
    expect(answersAt(now, world.truth, '101', LIMITS).agent).toMatchObject({ answered: 0, placed: 0 });
  });

  it('count a conversation on the day on which it began, also of a call of the day before', () => {
    const midnight = createQuietWorld();
    const before =
      MONDAY_MORNING + 24 * 3_600 * SECOND - ((MONDAY_MORNING + 7 * 3_600 * SECOND) % (86_400 * SECOND));
    midnight.advanceTo(before - 3 * SECOND);
    midnight.startCall({
      kind: 'outbound',
      extension: '107',
      customer: '0914237387',
      answerAfterMs: 8_000,
      talkMs: 600_000,
    });
    midnight.advanceTo(before + 60 * SECOND);
    expect(answersAt(before + 60 * SECOND, midnight.truth, '107', LIMITS).agent).toMatchObject({
      placed: 1,
      talkMs: 55_000,
      talksSince: before + 5 * SECOND,
    });
  });
});
