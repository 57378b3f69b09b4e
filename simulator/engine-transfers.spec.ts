import type { EngineHabits } from './engine-habits.js';
import type { CallScript } from './plan.js';
import { createQuietWorld } from './quiet-world.js';
import { timeline } from './timeline.js';
import type { CallTruth } from './truth.js';
import type { World } from './world.js';

/** Transfers as the engine shows them, and what the truth says of each. */

const quiet = (engine: Partial<EngineHabits>): World =>
  createQuietWorld({ engine, directory: { doubleRegistered: 0 } });
const direct: CallScript = {
  kind: 'direct',
  extension: '107',
  customer: '0914237383',
  answerAfterMs: 2000,
  talkMs: 20_000,
};
const transferred = (
  transfer: Partial<NonNullable<CallScript['transfer']>> & Pick<NonNullable<CallScript['transfer']>, 'as'>,
): CallScript => ({ ...direct, transfer: { to: '112', afterMs: 3000, ringMs: 3000, ...transfer } });

function play(engine: Partial<EngineHabits>, script: CallScript, forMs = 30_000) {
  const world = quiet(engine);
  const call = world.startCall(script);
  const lines = timeline(world, forMs).map((line) => line.replace(/^\d+ ?/, ''));
  return { world, call, lines, consultation: world.truth[1] };
}
const at = (call: CallTruth, type: string): number | undefined => {
  const event = call.events.find((one) => one.type === type);
  return event === undefined ? undefined : event.at - call.startedAt;
};
const customer107 = '0914237383>24370107>107 inbound';
const customer112 = '0914237383>24370107>112 inbound';

describe('a blind transfer', () => {
  it.each([
    ['kept', '#1'],
    ['leg', '#2'],
  ] as const)('with ids %s rings at the target under %s', (legIds, id) => {
    const { lines, call } = play({ legIds }, transferred({ as: 'blind' }));
    expect(lines).toEqual([
      `107 RINGING ${customer107} #1`,
      `107 ONCALL ${customer107} #1`,
      `112 RINGING ${customer112} ${id}`,
      `112 ONCALL ${customer112} ${id}`,
      '',
    ]);
    expect(call.transfers).toEqual([
      {
        as: 'blind',
        from: '107',
        to: '112',
        at: call.startedAt + 5000,
        leftAt: call.startedAt + 5000,
        answeredAt: call.startedAt + 8000,
        outcome: 'answered',
      },
    ]);
    expect(call.habits).toContain('blindTransfer');
  });

  it('with ids of the column call_uuid shares the id, while a phantom of the old leg shows its own', () => {
    const { lines } = play({ legIds: 'call-uuid' }, transferred({ as: 'blind' }));
    expect(lines.slice(2, 4)).toEqual([
      `107 ONCALL ${customer107} #2 | 112 RINGING ${customer112} #1`,
      `112 RINGING ${customer112} #1`,
    ]);
  });

  it('is there, DOWN, in the poll that first misses the old leg, however the rows trail', () => {
    for (let seed = 0; seed < 12; seed++) {
      const world = createQuietWorld({
        seed,
        engine: { trail: true, timing: true, downFirst: 1, legIds: 'leg' },
      });
      world.startCall(transferred({ as: 'blind' }));
      const lines = timeline(world, 7000, 5);
      const missed = lines.findIndex((line, place) => place > 2 && !line.includes('107 ONCALL'));
      expect(lines[missed]).toMatch(/^5\d+ 112 (DOWN|RINGING) /);
      expect(lines.some((line) => line.includes('112 DOWN'))).toBe(true);
    }
  });

  it('that no one answers ends the call, the offer not answered', () => {
    const { call, lines } = play({ legIds: 'leg' }, transferred({ as: 'blind', instead: 'silent' }));
    expect(lines.at(-2)).toContain('112 RINGING');
    expect(call.outcome).toBe('answered');
    expect(call.events.find(({ outcome }) => outcome === 'not-answered')).toMatchObject({ extension: '112' });
    expect(call.transfers[0]).toMatchObject({ outcome: 'silent', answeredAt: null });
  });

  it('that the caller does not wait for ends the call, the offer over because the caller left', () => {
    const { call } = play({ legIds: 'leg' }, transferred({ as: 'blind', instead: 'given-up' }));
    expect(call.outcome).toBe('answered');
    expect(call.events.find(({ outcome }) => outcome === 'caller-left')).toMatchObject({ extension: '112' });
    expect(call.transfers[0]).toMatchObject({ outcome: 'given-up', answeredAt: null });
    expect(call.habits).toContain('givenUp');
  });

  it('of an outbound call rings the customer’s half at a colleague, under a new id in every habit but the first', () => {
    for (const [legIds, id] of [
      ['kept', '#1'],
      ['leg', '#2'],
      ['call-uuid', '#2'],
    ] as const) {
      const { call, lines } = play({ legIds }, { ...transferred({ as: 'blind' }), kind: 'outbound' });
      expect(lines[2]).toBe(`112 RINGING 0914237383>24052364>112 inbound ${id}`);
      expect(call.direction).toBe('outbound');
      expect(at(call, 'call-transferred')).toBe(8000);
      expect(call.habits).toContain('outboundTransfers');
    }
  });
});

describe('an attended transfer', () => {
  it.each([
    ['transferor', '107>107>112 local #3'],
    ['customer', '0914237383>>112 inbound #3'],
  ] as const)('keeps the consultation’s leg with its id, which shows the %s', (consultLeg, row) => {
    const { lines, call, consultation } = play(
      { legIds: 'leg', consultLeg },
      transferred({ as: 'attended' }),
    );
    expect(lines.slice(2)).toEqual([
      `107 HELD ${customer107} #1 | 107 RINGING 112>107>112 local #2 | 112 RINGING 107>107>112 local #3`,
      `107 HELD ${customer107} #1 | 107 ONCALL 112>107>112 local #2 | 112 ONCALL 107>107>112 local #3`,
      `112 ONCALL ${row}`,
      '',
    ]);
    expect(call.transfers[0]).toMatchObject({
      as: 'attended',
      from: '107',
      to: '112',
      leftAt: call.startedAt + 13_000,
      answeredAt: call.startedAt + 13_000,
      outcome: 'answered',
      consultation: consultation!.callKey,
    });
    // The leg is the consultation's until the join and the customer's from then on: one part, two sightings.
    const before = consultation!.sightings.find(({ closedBy }) => closedBy === 'joined')!;
    const after = call.sightings.find(({ part }) => part === before.part)!;
    expect([before.to, before.callId]).toEqual([after.from, after.callId]);
    expect(consultation).toMatchObject({ outcome: 'answered', endedAt: call.startedAt + 13_000 });
  });

  it('that the colleague does not answer leaves the call with the transferor', () => {
    const { lines, call, consultation } = play(
      { legIds: 'leg', consultLeg: 'customer' },
      transferred({ as: 'attended', instead: 'silent' }),
    );
    expect(lines.slice(3)).toEqual([`107 HELD ${customer107} #1`, `107 ONCALL ${customer107} #1`, '']);
    expect(consultation!.outcome).toBe('no-answer');
    expect(call.transfers[0]).toMatchObject({ outcome: 'silent', answeredAt: null });
    expect(at(call, 'call-ended')).toBe(22_000);
  });

  it('whose caller leaves ends the call, while the two extensions talk on', () => {
    const { lines, call, consultation } = play(
      { legIds: 'leg', consultLeg: 'customer' },
      transferred({ as: 'attended', instead: 'given-up' }),
    );
    expect(lines.slice(3)).toEqual([
      '107 RINGING 112>107>112 local #2 | 112 RINGING 107>107>112 local #3',
      '107 ONCALL 112>107>112 local #2 | 112 ONCALL 107>107>112 local #3',
      '',
    ]);
    expect(at(call, 'call-ended')).toBe(6500);
    expect(call.transfers[0]!.outcome).toBe('given-up');
    expect(consultation!.outcome).toBe('answered');
  });
});

describe('a semi-attended transfer', () => {
  const semi = (instead?: 'silent' | 'given-up') =>
    play(
      { legIds: 'leg', consultLeg: 'customer' },
      transferred({ as: 'semi-attended', ...(instead === undefined ? {} : { instead }) }),
    );
  const ringing = '107 RINGING 112>107>112 local #2 | 112 RINGING 107>107>112 local #3';

  it('has no row of the customer while the consulted extension rings, whose leg then talks', () => {
    const { lines, call, consultation } = semi();
    expect(lines.slice(2)).toEqual([
      `107 HELD ${customer107} #1 | ${ringing}`,
      ringing,
      '112 ONCALL 0914237383>>112 inbound #3',
      '',
    ]);
    expect(call.transfers[0]).toMatchObject({
      as: 'semi-attended',
      leftAt: call.startedAt + 6000,
      answeredAt: call.startedAt + 8000,
      outcome: 'answered',
    });
    // The two extensions never talked.
    expect(consultation!.outcome).toBe('no-answer');
    expect(consultation!.events.find(({ type }) => type === 'call-offer-ended')!.outcome).toBe('answered');
  });

  it('that no one answers ends both', () => {
    const { lines, call } = semi('silent');
    expect(lines.slice(3)).toEqual([ringing, '']);
    expect(at(call, 'call-ended')).toBe(8000);
    expect(call.transfers[0]!.outcome).toBe('silent');
  });

  it('whose caller has hung up ends with both extensions talking', () => {
    const { lines, call } = semi('given-up');
    expect(lines.slice(3)).toEqual([
      ringing,
      '107 ONCALL 112>107>112 local #2 | 112 ONCALL 107>107>112 local #3',
      '',
    ]);
    expect(at(call, 'call-ended')).toBe(6000);
  });
});

describe('a transfer from queue to queue', () => {
  it('shows another row with the same call_uuid, and the legs of its agents', () => {
    const { lines, call } = play(
      { legIds: 'leg' },
      {
        ...direct,
        kind: 'queue',
        queue: 'BanHang_39989220',
        bridgeLagMs: 50,
        engine: { requeueAfterMs: 3000 },
      },
    );
    const first = lines.findIndex((line) => line.includes('Answered'));
    expect(lines[first]).toMatch(/^\[\w+101 Answered 0914237383 #1\] \| 101 ONCALL/);
    expect(lines[first + 1]).toBe('[- Waiting 0914237383 #1]');
    expect(lines[first + 2]).toMatch(/^\[\S+ Trying 0914237383 #1\] \| \d+ RINGING/);
    expect(call.queues).toHaveLength(2);
    expect(call.transfers[0]).toMatchObject({
      as: 'queue',
      from: '101',
      queueId: call.queues[1]!.id,
      outcome: 'answered',
    });
    expect(call.events.filter(({ type }) => type === 'call-answered')).toHaveLength(1);
    expect(call.events.filter(({ type }) => type === 'call-transferred')).toHaveLength(1);
  });

  it('that the caller does not wait for is Abandoned in the second queue; the call was answered', () => {
    const { lines, call } = play(
      { legIds: 'leg' },
      {
        ...direct,
        kind: 'queue',
        queue: 'BanHang_39989220',
        talkMs: 4000,
        engine: { requeueAfterMs: 3000 },
      },
    );
    expect(lines.at(-1)).toMatch(/^\[\S+ Abandoned 0914237383 #[-1]\]$/);
    expect(call.outcome).toBe('answered');
    expect(call.transfers[0]!.outcome).toBe('given-up');
  });
});
