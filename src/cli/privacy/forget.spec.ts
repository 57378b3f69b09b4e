import { call as liveCall } from '../../store/store.contract-kit.js';
import { DEFAULT_POLICY, EMPTY_STATE } from '../../core/model/call.js';
import { UNCHANGED } from '../../core/model/delta.js';
import { NO_DESK_CHANGE } from '../../core/desk-state.js';
import { toEvents } from '../../core/model/event.js';
import { TenantLedger } from '../../poll/cycle/tenant-ledger.js';
import { PhoneNumbers } from '../../source/parse/phone-number.js';
import { aCallback, anEndedCall } from '../../store/desk-store.contract-kit.js';
import { MemoryDeskStore } from '../../store/memory/memory-desk-store.js';
import { MemoryInbox } from '../../store/memory/memory-inbox.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import { ManualClock, transition } from '../../../test/support/delivery.js';
import { forget, type ForgetDeps } from './forget.js';
import { parseForgetArguments } from './forget-arguments.js';

const LAN = '+84905111222';
const MINH = '+84914237383';
const numbers = new PhoneNumbers('VN');
const DAY_MS = 86_400_000;

describe('what npm run forget is given', () => {
  it.each<[string, string[], object]>([
    ['a number', ['--tenant', 'acme', '0905111222'], { number: '0905111222', isSure: false, by: null }],
    ['one from standard input', ['--tenant', 'acme', '--yes', '-'], { number: null, isSure: true }],
    ['one with a country code', ['--tenant', 'acme', '+84 905 111 222'], { number: '+84 905 111 222' }],
    ['who asks', ['--tenant', 'acme', '--by', 'an.nguyen', '-'], { by: 'an.nguyen' }],
  ])('is %s', (_, argv, value) => {
    expect(parseForgetArguments(argv)).toMatchObject({ ok: true, value });
  });

  it.each<[string, string[], RegExp]>([
    ['no tenant', ['0905111222'], /^--tenant is required/],
    ['a malformed tenant', ['--tenant', 'Acme', '0905111222'], /^--tenant must be/],
    ['no number', ['--tenant', 'acme'], /^a number is needed/],
    ['a number in pieces', ['--tenant', 'acme', '0905', '111', '222'], /^one number is needed/],
    ['an unknown flag', ['--tenant', 'acme', '--force', '0905111222'], /^arguments not understood/],
    ['an unprintable name', ['--tenant', 'acme', '--by', 'a\nb', '0905111222'], /^--by must be/],
  ])('with %s is refused in one line without it', (_, argv, problem) => {
    const result = parseForgetArguments(argv);
    expect(result).toEqual({ ok: false, problem: expect.stringMatching(problem) });
    expect(JSON.stringify(result)).not.toMatch(/905|\\n/);
  });
});

describe('npm run forget', () => {
  const clock = new ManualClock();
  let store: MemoryStore;
  let desk: MemoryDeskStore;
  let inbox: MemoryInbox;
  let ledger: TenantLedger;
  let deps: ForgetDeps;

  beforeEach(async () => {
    store = new MemoryStore({ maxEvents: 1_000 });
    desk = new MemoryDeskStore(store);
    inbox = new MemoryInbox(store);
    const { fence, version, position } = await store.claim('acme', { epoch: 'e1' });
    const calls = new Map(
      [
        { ...liveCall('live'), customer: numbers.read('84905111222') },
        { ...liveCall('theirs'), customer: numbers.read(MINH) },
      ].map((one) => [one.callId, one]),
    );
    const item = (id: string, line: string, done: boolean) =>
      aCallback(id, { line, ...(done ? {} : { done: null, claim: null }) });
    const events = toEvents(
      [
        transition('call-started', 'c-1', { customer: numbers.read('0905111222') }),
        transition('call-ended', 'c-1', { customer: numbers.read('0905111222'), state: 'ended' }),
        transition('call-started', 'c-2', { customer: numbers.read(MINH) }),
        transition('call-started', 'c-3', { customer: null, hotline: numbers.read('0905111222') }),
      ],
      { tenant: 'acme', ...position, recordedAt: clock.now() },
    );
    const committed = await store.commit('acme', {
      fence,
      expectedVersion: version,
      commitId: 'c',
      epoch: position.epoch,
      delta: { ...UNCHANGED, calls },
      whole: { ...EMPTY_STATE, calls },
      desk: {
        ...NO_DESK_CHANGE,
        callbacks: new Map(
          [item('cb-1', LAN, false), item('cb-2', LAN, true), item('cb-3', MINH, false)].map((one) => [
            one.id,
            one,
          ]),
        ),
        records: [
          anEndedCall('c-1'),
          anEndedCall('c-0', { terms: { line: LAN } }),
          anEndedCall('c-9', { terms: { line: MINH } }),
          anEndedCall('c-8', { terms: { line: '+84795556677' } }),
        ],
      },
      events: events.map((event) => ({
        sequence: Number(event.sequence),
        type: event.type,
        json: JSON.stringify(event),
      })),
    });
    expect(committed.status).toBe('committed');
    ledger = new TenantLedger({
      tenant: 'acme',
      store,
      policy: DEFAULT_POLICY,
      time: clock,
      newEpoch: () => 'e2',
      newCommitId: () => `commit-${Math.random()}`,
    });
    let id = 0;
    deps = {
      log: store,
      desk,
      inbox,
      read: (text) => numbers.read(text),
      country: 'VN',
      logRetentionMs: 7 * DAY_MS,
      captures: null,
      now: () => clock.now(),
      // The tenant's owner comes to the request while the command waits.
      pause: async () => {
        await ledger.claim();
        if (ledger.hasRequests) await ledger.answer();
      },
      newId: () => String((id += 1)),
    };
  });

  afterEach(() => store.close());

  const run = async (number: string, isSure: boolean, more: Partial<ForgetDeps> = {}) => {
    const result = await forget({ tenant: 'acme', isSure, by: 'an.nguyen' }, number, { ...deps, ...more });
    if (!result.ok) throw new Error(result.problem);
    expect(result.value.text.replace(/[^0-9a-z\n]/gi, '')).not.toContain('905111222');
    return result.value;
  };
  const lines = async () => (await desk.callbacks('acme')).items.map(({ line }) => line);
  const records = async (line: string) =>
    (await desk.history('acme', { from: null, to: null, line, after: null, limit: 10 })).records.length;

  it('says what there is, and until when, and changes nothing', async () => {
    const before = (await store.read('acme', 0, 100)).last;
    const { text, isWhole } = await run('0905111222', false);
    expect(isWhole).toBe(true);
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        'Of 0905 *** 222 the tenant acme has',
        '  2 records of ended calls',
        '  2 call-backs, open or closed not long ago',
        '  1 call that goes on',
        '  3 events in the log',
        'Nothing was removed: --yes removes records and call-backs.',
        expect.stringContaining('1 call that goes on: run this again'),
      ]),
    );
    const recordedAt = Date.parse(
      (JSON.parse((await store.read('acme', 3, 1)).events[0]!.json) as { recordedtime: string }).recordedtime,
    );
    expect(text).toContain(`gone by ${new Date(recordedAt + 7 * DAY_MS).toISOString()} (LOG_RETENTION_MS)`);
    expect(await lines()).toHaveLength(3);
    expect(await records(LAN)).toBe(2);
    expect((await desk.audit('acme', null, 10)).entries).toEqual([]);
    expect((await store.read('acme', 0, 100)).last).toBe(before);
  });

  it.each(['0905111222', '+84 905 111 222', '84905111222', ' 0905 111 222\n'])(
    'removes records and call-backs of %j, announces it to clients without the number, and notes it',
    async (number) => {
      const { last } = await store.read('acme', 0, 0);
      const { text, isWhole } = await run(number, true);
      expect(isWhole).toBe(true);
      expect(text).toContain('Removed: 2 records of ended calls, 2 call-backs.');
      expect(await lines()).toEqual([MINH]);
      expect(await records(LAN)).toBe(0);
      expect(await records(MINH)).toBe(1);
      const { events } = await store.read('acme', last, 100);
      expect(events.map(({ json }) => (JSON.parse(json) as { type: string }).type)).toEqual([
        'callback-done',
      ]);
      expect(JSON.stringify(events)).not.toContain('905111222');
      const { entries } = await desk.audit('acme', null, 10);
      expect(entries).toEqual([
        { at: clock.now(), by: 'an.nguyen', what: 'customer-forgotten', about: '2 records, 2 call-backs' },
      ]);
      expect((await run(number, true)).text).toContain('Removed: 0 records of ended calls, 0 call-backs.');
    },
  );

  it('leaves no number in the inbox, and none among the answers', async () => {
    await run('0905111222', true);
    expect(await store.claim('acme', { epoch: 'e3' })).toMatchObject({ requests: [] });
    expect(await inbox.ask('acme', { id: 'forget/1', kind: 'customer-forget', line: MINH, at: 0 })).toEqual({
      status: 'answered',
      result: 'written',
    });
  });

  it('removes the records all the same where no bridge answers, and says what is still there', async () => {
    const { text, isWhole } = await run('0905111222', true, { pause: () => Promise.resolve() });
    expect(isWhole).toBe(false);
    expect(text).toContain('Removed: 2 records of ended calls, 0 call-backs.');
    expect(text).toContain('no bridge has answered yet');
    expect(await records(LAN)).toBe(0);
    expect(await lines()).toHaveLength(3);
    await deps.pause(0);
    expect(await lines()).toEqual([MINH]);
  });

  it.each<[string, RegExp]>([
    ['full', /no bridge polls this tenant, or too much/],
    ['unserved', /no bridge polls this tenant, or too much/],
    ['unreadable', /older than this command/],
    ['refused', /Redis has refused/],
  ])('says why the call-backs are still there: %s', async (why, said) => {
    const asked =
      why === 'full' || why === 'unserved'
        ? { status: why as 'full' }
        : { status: 'answered' as const, result: why };
    const value = await run('0905111222', true, { inbox: { ask: () => Promise.resolve(asked) } });
    expect(value.isWhole).toBe(false);
    expect(value.text).toMatch(said);
  });

  it('asks nothing of the owner, and says so, where there is nothing', async () => {
    const ask = () => Promise.reject(new Error('asked'));
    const { text, isWhole } = await run('0987654321', true, { inbox: { ask } });
    expect(isWhole).toBe(true);
    expect(text).toContain('the log has no event of this number');
    expect((await run('0987654321', false)).text).toContain('There is nothing to remove.');
  });

  it.each(['', '   ', 'anonymous', '0000', 'Nam'])('refuses %j, which is no number', async (text) => {
    expect(await forget({ tenant: 'acme', isSure: true, by: null }, text, deps)).toEqual({
      ok: false,
      problem: 'that is no telephone number of a customer',
    });
  });

  it('finds the successor of a number of before 2018, and the other way round', async () => {
    for (const number of ['0121 555 6677', '0795556677']) {
      const { text } = await run(number, false);
      expect(text).toContain('  1 record of ended calls');
    }
    await run('0121 555 6677', true);
    expect(await records('+84795556677')).toBe(0);
    expect(await records(LAN)).toBe(2);
  });

  it.each([
    ['hashed', 'numbers in them are replaced by others'],
    ['plain', 'they hold whole numbers (CAPTURE_NUMBERS=plain)'],
  ] as const)('says what %s captures hold', async (kind, said) => {
    const { text } = await run('0905111222', false, {
      captures: { directory: '/var/captures', numbers: kind },
    });
    expect(text).toContain(`captures in /var/captures: ${said}`);
  });
});
