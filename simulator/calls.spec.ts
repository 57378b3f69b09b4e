import type { CallScript } from './plan.js';
import { ANSWERED_CALL, createQuietWorld } from './quiet-world.js';
import type { MonitorRow } from './rows.js';
import type { CallTruth } from './truth.js';
import type { World } from './world.js';

/** Each test scripts a call and looks at the rows, as a poll would, and at the truth. */

const after = (world: World, ms: number): World => {
  world.advanceTo(world.now + ms);
  return world;
};
const liveRows = (world: World): MonitorRow[] =>
  world.monitorRows().filter(({ call_id }) => call_id !== '' && call_id !== null);
const states = (world: World) =>
  liveRows(world).map(({ extension, call_state }) => `${extension} ${call_state}`);
const story = (call: CallTruth) =>
  call.events.map(({ type, extension, outcome }) => [type, extension, outcome].filter(Boolean).join(' '));
const quiet = (quirks = {}) => createQuietWorld({ quirks, directory: { doubleRegistered: 0 } });
const longestIdle = (script: Partial<CallScript> = {}): CallScript => ({
  ...ANSWERED_CALL,
  bridgeLagMs: 200,
  ...script,
});

describe('a queue call', () => {
  it('is Waiting, then Trying while one agent rings, then Answered with bridged_time, and its row is deleted at the hang-up', () => {
    const world = quiet();
    const call = world.startCall(longestIdle());
    expect(world.queueRows()[0]).toMatchObject({
      status: 'Waiting',
      mobile: '0914237383',
      call_center_agent_name: '',
    });
    after(world, 600);
    expect(world.queueRows()[0]).toMatchObject({ status: 'Trying' });
    const [leg] = liveRows(world);
    expect(leg).toMatchObject({
      call_state: 'RINGING',
      direction: 'inbound',
      b_cid_num: '0914237383',
      cid_num: '19006800',
    });
    expect(leg?.destination).toBe(leg?.extension);
    expect(leg?.call_id).not.toBe(world.queueRows()[0]?.call_uuid);
    after(world, 3000);
    expect(liveRows(world)[0]).toMatchObject({ call_state: 'ONCALL' });
    after(world, 200);
    expect(world.queueRows()[0]).toMatchObject({
      status: 'Answered',
      bridged_time: '2026-03-02T09:00:03+07:00',
    });
    after(world, 20_000);
    expect(world.queueRows()).toEqual([]);
    expect(liveRows(world)).toEqual([]);
    const by = leg?.extension;
    expect(story(call)).toEqual([
      'call-started',
      `call-offered ${by}`,
      `call-offer-ended ${by} answered`,
      `call-answered ${by}`,
      'call-ended answered',
    ]);
  });

  it('goes to the agent who has been idle longest, and on to the next when that agent does not answer', () => {
    const world = quiet();
    const call = world.startCall(longestIdle({ declines: 1, ringTimeoutMs: 5000 }));
    after(world, 600);
    expect(states(world)).toEqual(['101 RINGING']);
    after(world, 5000);
    expect(states(world)).toEqual([]);
    expect(world.queueRows()[0]?.status).toBe('Waiting');
    after(world, 1000);
    expect(states(world)).toEqual(['102 RINGING']);
    expect(story(call)).toContain('call-offer-ended 101 not-answered');
  });

  it('rings all agents of a ring-all queue, distinct call ids each, and is Trying even when no agent is free', () => {
    const world = quiet();
    const call = world.startCall(longestIdle({ queue: 'ChamSocKH_39989221', answerAfterMs: 4000 }));
    const second = world.startCall(longestIdle({ queue: 'ChamSocKH_39989221', customer: '0865662711' }));
    after(world, 600);
    expect(liveRows(world)).toHaveLength(10);
    expect(new Set(liveRows(world).map(({ call_id }) => call_id)).size).toBe(10);
    expect(world.queueRows().map(({ status }) => status)).toEqual(['Trying', 'Trying']);
    expect(second.events.map(({ type }) => type)).toEqual(['call-started']);
    after(world, 4000);
    expect(story(call).filter((line) => line.endsWith('answered-elsewhere'))).toHaveLength(9);
  });

  it("becomes Abandoned at the caller's hang-up, lingers for 60 s, and its call_uuid may be emptied", () => {
    const world = quiet();
    const call = world.startCall(longestIdle({ leavesAfterMs: 2000, emptyUuid: true }));
    after(world, 2000);
    expect(world.queueRows()[0]).toMatchObject({
      status: 'Abandoned',
      abandoned_time: '2026-03-02T09:00:02+07:00',
      call_uuid: '',
    });
    expect(liveRows(world)).toEqual([]);
    expect(story(call).slice(-3)).toEqual([
      'call-offer-ended 101 caller-left',
      'call-abandoned',
      'call-ended abandoned',
    ]);
    after(world, 59_999);
    expect(world.queueRows()).toHaveLength(1);
    after(world, 1);
    expect(world.queueRows()).toEqual([]);
  });

  it('lingers for 900 s where that is configured, and keeps its call_uuid where that is not emptied', () => {
    const world = quiet({ lingerMs: 900_000 });
    world.startCall(longestIdle({ leavesAfterMs: 2000, emptyUuid: false }));
    after(world, 890_000);
    expect(world.queueRows()[0]?.call_uuid).toMatch(/^[0-9a-f-]{36}$/);
    after(world, 20_000);
    expect(world.queueRows()).toEqual([]);
  });

  it('resumes in the same row: joined_time is kept, rejoined_time is set, abandoned_time is not cleared, call_uuid is new', () => {
    const world = quiet();
    const first = world.startCall(
      longestIdle({ leavesAfterMs: 2000, again: { as: 'resume', afterMs: 5000 } }),
    );
    const before = world.queueRows()[0];
    after(world, 7000);
    const row = world.queueRows()[0];
    expect(world.queueRows()).toHaveLength(1);
    expect(row).toMatchObject({
      status: 'Waiting',
      joined_time: before?.joined_time,
      rejoined_time: '2026-03-02T09:00:07+07:00',
      abandoned_time: '2026-03-02T09:00:02+07:00',
    });
    expect(row?.call_uuid).not.toBe(before?.call_uuid);
    after(world, 5000);
    expect(world.queueRows()[0]).toMatchObject({
      status: 'Answered',
      abandoned_time: '2026-03-02T09:00:02+07:00',
    });
    expect(world.truth[1]).toMatchObject({ linkedTo: first.callKey, kind: 'queue' });
    expect(first.sightings[0]?.closedBy ?? first.sightings.at(-1)?.closedBy).toBe('resumed');
  });

  it('resumes in another second than the one in which the caller joined, because rows show whole seconds', () => {
    const world = quiet();
    world.startCall(longestIdle({ leavesAfterMs: 200, again: { as: 'resume', afterMs: 300 } }));
    const before = world.queueRows()[0];
    after(world, 999);
    expect(world.truth).toHaveLength(1);
    after(world, 1);
    expect(world.truth).toHaveLength(2);
    expect(world.queueRows()[0]).toMatchObject({
      joined_time: before?.joined_time,
      rejoined_time: '2026-03-02T09:00:01+07:00',
    });
  });

  it('called again gets a new row beside the lingering one', () => {
    const world = quiet();
    world.startCall(longestIdle({ leavesAfterMs: 2000, again: { as: 'new-row', afterMs: 5000 } }));
    after(world, 7600);
    expect(world.queueRows().map(({ status }) => status)).toEqual(['Abandoned', 'Trying']);
    expect(new Set(world.queueRows().map(({ mobile }) => mobile))).toEqual(new Set(['0914237383']));
  });

  it('overflows into another queue: Abandoned here, the same call_uuid there, and one call in the truth', () => {
    const world = quiet();
    const call = world.startCall(
      longestIdle({ answerAfterMs: null, overflow: { afterMs: 8000, to: 'queue' } }),
    );
    after(world, 8000);
    const [old, next] = world.queueRows();
    expect([old?.status, next?.status]).toEqual(['Abandoned', 'Waiting']);
    expect(next?.call_uuid).toBe(call.upstreamIds[0]);
    expect(next?.call_center_queue_uuid).not.toBe(old?.call_center_queue_uuid);
    expect(call.outcome).toBeNull();
    expect(world.truth).toHaveLength(1);
  });

  it("overflows into a ring group whose legs carry the caller's own id", () => {
    const world = quiet();
    const call = world.startCall(
      longestIdle({ answerAfterMs: 9000, overflow: { afterMs: 2000, to: 'ring-group' } }),
    );
    after(world, 2000);
    expect(liveRows(world).length).toBeGreaterThan(1);
    expect(new Set(liveRows(world).map(({ call_id }) => call_id))).toEqual(new Set([call.upstreamIds[0]]));
    after(world, 9000);
    expect(story(call)).toContain('call-started');
    expect(story(call).some((line) => line.startsWith('call-answered'))).toBe(true);
  });

  it('may leave a stale Answered row behind', () => {
    const world = quiet();
    const call = world.startCall(longestIdle({ staleRow: true }));
    after(world, 60_000);
    expect(call.outcome).toBe('answered');
    expect(world.queueRows()[0]?.status).toBe('Answered');
    after(world, 4 * 3_600_000);
    expect(world.queueRows()).toEqual([]);
  });

  it('loses every row to a module restart: all Abandoned, abandoned_time untouched, answered calls go on', () => {
    const world = quiet();
    const answered = world.startCall(longestIdle({ talkMs: 60_000 }));
    after(world, 5000);
    const waiting = world.startCall(longestIdle({ customer: '0865662711' }));
    after(world, 1000);
    world.restartQueues();
    expect(world.queueRows()).toMatchObject([
      { status: 'Abandoned', abandoned_time: '1970-01-01T08:00:00+08:00' },
      { status: 'Abandoned', abandoned_time: '1970-01-01T08:00:00+08:00' },
    ]);
    expect(answered.outcome).toBeNull();
    expect(states(world)).toEqual(['101 ONCALL']);
    expect(waiting.outcome).toBe('abandoned');
  });

  it('may be answered and over in less than a poll', () => {
    const world = quiet();
    const call = world.startCall(longestIdle({ answerAfterMs: 100, talkMs: 150, bridgeLagMs: 400 }));
    after(world, 500);
    expect(world.queueRows()[0]?.status).toBe('Trying');
    after(world, 500);
    expect(world.queueRows()).toEqual([]);
    expect(call.outcome).toBe('answered');
    expect(call.sightings[0]?.states.map(({ state }) => state)).toEqual(['Waiting', 'Trying']);
  });
});

describe('a ring group', () => {
  it('shows one RINGING row a member with distinct ids, and the first to answer has the call', () => {
    const world = quiet();
    const call = world.startCall({
      kind: 'ring-group',
      customer: '0914237383',
      answerAfterMs: 3000,
      talkMs: 5000,
    });
    expect(liveRows(world)).toHaveLength(5);
    expect(new Set(liveRows(world).map(({ call_id }) => call_id)).size).toBe(5);
    expect(new Set(liveRows(world).map(({ b_cid_num, cid_num }) => `${b_cid_num} ${cid_num}`)).size).toBe(1);
    after(world, 3000);
    expect(states(world)).toHaveLength(1);
    expect(states(world)[0]).toContain('ONCALL');
    expect(story(call).filter((line) => line.endsWith('answered-elsewhere'))).toHaveLength(4);
  });

  it('that is not answered is abandoned when the caller leaves', () => {
    const world = quiet();
    const call = world.startCall({ kind: 'ring-group', answerAfterMs: null, leavesAfterMs: 9000 });
    after(world, 9000);
    expect(call.outcome).toBe('abandoned');
    expect(story(call).filter((line) => line.endsWith('caller-left'))).toHaveLength(5);
  });
});

describe('a direct call', () => {
  it('rings one extension, and is abandoned when the caller leaves while it rings', () => {
    const world = quiet();
    const call = world.startCall({
      kind: 'direct',
      extension: '107',
      answerAfterMs: 9000,
      leavesAfterMs: 4000,
    });
    expect(states(world)).toEqual(['107 RINGING']);
    after(world, 4000);
    expect(story(call)).toEqual([
      'call-started',
      'call-offered 107',
      'call-offer-ended 107 caller-left',
      'call-abandoned',
      'call-ended abandoned',
    ]);
  });

  it('blindly transferred shows up at another extension with the same call id', () => {
    const world = quiet();
    const call = world.startCall({
      kind: 'direct',
      extension: '107',
      answerAfterMs: 1000,
      talkMs: 60_000,
      transfer: { as: 'blind', to: '112', afterMs: 5000, ringMs: 2000 },
    });
    after(world, 6000);
    expect(states(world)).toEqual(['112 RINGING']);
    after(world, 2000);
    expect(states(world)).toEqual(['112 ONCALL']);
    expect(liveRows(world)[0]?.call_id).toBe(call.upstreamIds[0]);
    expect(call.upstreamIds).toHaveLength(1);
    expect(story(call)).toContain('call-transferred 112');
  });

  it('transferred after a consultation: held, a local call of the two, then the customer at the other', () => {
    const world = quiet();
    const call = world.startCall({
      kind: 'direct',
      extension: '107',
      answerAfterMs: 1000,
      talkMs: 60_000,
      transfer: { as: 'attended', to: '112', afterMs: 5000, ringMs: 2000 },
    });
    after(world, 6000);
    expect(states(world)).toEqual(['107 HELD', '107 RINGING', '112 RINGING']);
    after(world, 2000);
    expect(states(world)).toEqual(['107 HELD', '107 ONCALL', '112 ONCALL']);
    after(world, 5000);
    expect(states(world)).toEqual(['112 ONCALL']);
    expect(liveRows(world)[0]).toMatchObject({ call_id: call.upstreamIds[0], direction: 'inbound' });
    expect(world.truth[1]).toMatchObject({ kind: 'consult', direction: 'local', outcome: 'answered' });
    expect(story(call)).toContain('call-transferred 112');
    expect(story(call)).not.toContain('call-offered 112');
  });

  it('goes on in truth while its device has lost its registration and its row is gone', () => {
    const world = quiet();
    const call = world.startCall({
      kind: 'direct',
      extension: '107',
      answerAfterMs: 1000,
      talkMs: 60_000,
      unregister: { afterMs: 5000, forMs: 8000 },
    });
    after(world, 6000);
    expect(world.monitorRows().some(({ extension }) => extension === '107')).toBe(false);
    expect(world.registration('107')).toEqual({ extension: '107', is_logged_in: false });
    expect(call.outcome).toBeNull();
    after(world, 8000);
    expect(states(world)).toEqual(['107 ONCALL']);
    expect(call.sightings.map(({ closedBy }) => closedBy)).toEqual(['unregistered', undefined]);
    expect(world.log.filter(({ callKey }) => callKey === null).map(({ type }) => type)).toEqual([
      'extension-unregistered',
      'extension-registered',
    ]);
  });

  it('may show a word that means nothing before it rings, and in mid-call', () => {
    const world = quiet();
    world.startCall({
      kind: 'direct',
      extension: '107',
      answerAfterMs: 2000,
      talkMs: 60_000,
      oddStart: { state: null, forMs: 500 },
      blip: { afterMs: 3000, forMs: 1000, state: 'ACTIVE' },
    });
    expect(liveRows(world)[0]?.call_state).toBeNull();
    expect(states(after(world, 500))).toEqual(['107 RINGING']);
    expect(states(after(world, 4500))).toEqual(['107 ACTIVE']);
    expect(states(after(world, 1000))).toEqual(['107 ONCALL']);
  });

  it('may be held for a while', () => {
    const world = quiet();
    world.startCall({
      kind: 'direct',
      extension: '107',
      answerAfterMs: 1000,
      talkMs: 60_000,
      hold: { afterMs: 4000, forMs: 3000 },
    });
    expect(states(after(world, 5000))).toEqual(['107 HELD']);
    expect(states(after(world, 3000))).toEqual(['107 ONCALL']);
  });

  it('at an extension with two devices shows two rows, of which the strongest is true', () => {
    const world = createQuietWorld({ directory: { extensions: 40, doubleRegistered: 5 } });
    const doubles = world.directory.extensions.filter(({ devices }) => devices.length === 2);
    expect(doubles).toHaveLength(5);
    for (const { number } of doubles) {
      expect(world.monitorRows().filter(({ extension }) => extension === number)).toHaveLength(2);
      world.startCall({ kind: 'direct', extension: number, answerAfterMs: 1000, talkMs: 60_000 });
    }
    after(world, 2000);
    for (const { number, secondDevice } of doubles) {
      const rows = world.monitorRows().filter(({ extension }) => extension === number);
      const shown = { mirror: ['ONCALL', 'ONCALL'], lagging: ['ONCALL', 'RINGING'], idle: ['', 'ONCALL'] }[
        secondDevice
      ];
      expect(rows.map(({ call_state }) => call_state).sort()).toEqual(shown);
    }
  });
});

describe('an outbound call', () => {
  it('rings until the customer answers, with the numbers as the sample has them or as the page documents them', () => {
    for (const [outboundShape, cid_num, destination] of [
      ['sample', '0914237383', '24052364'],
      ['documented', '24052364', '0914237383'],
    ] as const) {
      const world = quiet({ outboundShape });
      const call = world.startCall({
        kind: 'outbound',
        extension: '107',
        customer: '0914237383',
        answerAfterMs: 3000,
      });
      expect(liveRows(world)).toMatchObject([
        {
          extension: '107',
          call_state: 'RINGING',
          direction: 'outbound',
          b_cid_num: '0914237383',
          cid_num,
          destination,
        },
      ]);
      after(world, 3000);
      expect(states(world)).toEqual(['107 ONCALL']);
      expect(story(call)).toEqual(['call-started', 'call-answered 107']);
    }
  });

  it('that is not answered ends as no-answer', () => {
    const world = quiet();
    const call = world.startCall({ kind: 'outbound', answerAfterMs: null, leavesAfterMs: 30_000 });
    after(world, 30_000);
    expect(story(call)).toEqual(['call-started', 'call-ended no-answer']);
  });

  it('begun by a click shows ONCALL before the customer answers, even if he never does', () => {
    const world = quiet();
    const script: CallScript = {
      kind: 'click-to-call',
      extension: '107',
      pickUpMs: 2000,
      leavesAfterMs: 20_000,
    };
    const answered = world.startCall({ ...script, answerAfterMs: 5000, talkMs: 10_000 });
    after(world, 2000);
    expect(states(world)).toEqual(['107 ONCALL']);
    expect(answered.events.map(({ type }) => type)).toEqual(['call-started']);
    after(world, 30_000);
    expect(answered.outcome).toBe('answered');
    const unanswered = world.startCall({ ...script, answerAfterMs: null });
    after(world, 30_000);
    expect(unanswered.outcome).toBe('no-answer');
    expect(unanswered.sightings[0]?.states.map(({ state }) => state)).toEqual(['RINGING', 'ONCALL']);
  });
});

describe('a local call', () => {
  it('shows as two rows that name each other, with two ids or with one', () => {
    for (const oneLocalId of [true, false]) {
      const world = quiet();
      const call = world.startCall({
        kind: 'local',
        extension: '107',
        peer: '112',
        oneLocalId,
        answerAfterMs: 2000,
      });
      expect(liveRows(world)).toMatchObject([
        { extension: '107', direction: 'local', b_cid_num: '112', cid_num: '107', destination: '112' },
        { extension: '112', direction: 'local', b_cid_num: '107', cid_num: '107', destination: '112' },
      ]);
      expect(call.upstreamIds).toHaveLength(oneLocalId ? 1 : 2);
      after(world, 2000);
      expect(states(world)).toEqual(['107 ONCALL', '112 ONCALL']);
      expect(story(call)).toEqual([
        'call-started',
        'call-offered 112',
        'call-offer-ended 112 answered',
        'call-answered 112',
      ]);
    }
  });
});

describe('a person at the controls', () => {
  it('hangs up a call by its key, an upstream id or an extension', () => {
    const world = quiet();
    for (const name of [
      (call: CallTruth) => call.callKey,
      (call: CallTruth) => call.upstreamIds[0] ?? '',
      () => '107',
    ]) {
      const call = world.startCall({
        kind: 'direct',
        extension: '107',
        answerAfterMs: null,
        leavesAfterMs: null,
      });
      expect(world.hangUp(name(call))).toBe(true);
      expect(call.outcome).toBe('abandoned');
    }
    expect(world.hangUp('107')).toBe(false);
  });

  it('gets an error of one line when the script names an extension or a queue that does not exist', () => {
    expect(() => quiet().startCall({ kind: 'direct', extension: '999' })).toThrow(
      'There is no extension 999',
    );
    expect(() => quiet().startCall({ kind: 'queue', queue: 'Nowhere' })).toThrow('There is no queue Nowhere');
  });

  it('asks for a registration by number or uuid', () => {
    const world = quiet();
    const uuid = world.directory.extensions[6]?.uuid ?? '';
    expect(world.registration(uuid)).toEqual({ extension: '107', is_logged_in: true });
    expect(world.registration('999')).toBeNull();
  });
});
