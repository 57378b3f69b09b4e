import { NO_DESK_CHANGE, type DeskDelta, EMPTY_DESK } from '../core/desk-state.js';
import {
  aCallback,
  anEndedCall,
  aQueue,
  aStory,
  aTally,
  deskDelta,
  LONG_AGO,
  NOON,
  ODD_NAMES,
  TODAY,
} from './desk-store.contract-kit.js';
import {
  DEFAULT_DESK_RETENTION,
  type DeskStore,
  type HistoryPosition,
  type HistoryQuery,
} from './desk-store.js';
import { HISTORY_STEP, type LogUpkeep } from './log-upkeep.js';
import { call, numbers, Owner, stateOf } from './store.contract-kit.js';
import type { CommitResult, Store } from './store.js';

/** The desk's store under test, with the store whose commits write it, and what keeps it within its age. */
export interface DeskSubject {
  readonly store: Store;
  readonly desk: DeskStore;
  readonly upkeep: Pick<LogUpkeep, 'trimHistory' | 'logs'>;
  /** Replaces a field behind the stores' back; of a hash as `keys.ts` names it. */
  overwrite(tenant: string, hash: DeskHash, field: string, text: string): Promise<void>;
  close(): Promise<void>;
}

type DeskHash = 'callbacks' | 'desk' | 'history' | `stats:${string}`;

const ALL: HistoryQuery = { from: null, to: null, after: null, limit: 100 };
const agent = (extension: string) =>
  ({ extension, agentName: 'Lan', state: 'talking', since: NOON, counted: NOON + 1 }) as const;
/** A bit of everything. */
const everything = (nth = 1): DeskDelta => ({
  callbacks: new Map([[`cb-${nth}`, aCallback(`cb-${nth}`)]]),
  stories: new Map([[`call-${nth}`, aStory(`call-${nth}`)]]),
  queues: new Map([[`${nth}`, aQueue(`${nth}`)]]),
  agents: new Map([[`10${nth}`, agent(`10${nth}`)]]),
  records: [anEndedCall(`call-${nth}`, { endedAt: NOON + nth })],
  tallies: [aTally({ callId: `call-${nth}` }), aTally({ row: { of: 'agent', name: '101', slot: 3 } })],
  labels: [{ day: TODAY, of: 'agent', name: '101', label: 'Lan' }],
  audit: [{ at: NOON + nth, by: 'lan', what: 'x', about: `cb-${nth}` }],
});

/** The promises of `DeskStore`, for every implementation of it; each test opens one of its own. */
export function describeDeskStore(name: string, open: () => Promise<DeskSubject>): void {
  describe(name, () => {
    let subject: DeskSubject;
    let owner: Owner;
    beforeEach(async () => {
      subject = await open();
      owner = await Owner.claim(subject.store);
    });
    afterEach(async () => {
      await subject.close();
    });

    const write = (changes: Partial<DeskDelta>, of = owner): Promise<CommitResult> =>
      of.send({ ...of.prepare({ events: 1 }), desk: deskDelta(changes) });
    const page = async (query: Partial<HistoryQuery> = {}, tenant = 'acme') => {
      const { records, next, unreadable } = await subject.desk.history(tenant, { ...ALL, ...query });
      return { calls: records.map(({ view }) => view.callId), next, unreadable };
    };
    const counts = async (day = TODAY, tenant = 'acme') =>
      (await subject.desk.days(tenant, [day]))[0]!.rows.map(({ counts: row }) => row);
    /** All that is stored of a desk. */
    const found = async (tenant = 'acme') => ({
      callbacks: await subject.desk.callbacks(tenant),
      standing: await subject.desk.standing(tenant),
      days: await subject.desk.days(tenant, [TODAY]),
      history: await page({}, tenant),
      audit: await subject.desk.audit(tenant, null, 10),
    });
    const nothing = {
      callbacks: { items: [], unreadable: 0 },
      standing: { stories: new Map(), queues: new Map(), agents: new Map() },
      days: [{ day: TODAY, rows: [], labels: [] }],
      history: { calls: [], next: null, unreadable: 0 },
      audit: { entries: [], next: null },
    };

    it('has nothing of a tenant that was never claimed, nor of one whose commits say nothing of its desk', async () => {
      await owner.commit({ events: 1 });
      for (const tenant of ['acme', 'globex']) expect(await found(tenant)).toEqual(nothing);
      expect(await subject.desk.callback('acme', 'cb-1')).toBeNull();
      expect(await subject.desk.endedCall('acme', 'call-1')).toBeNull();
      expect(await subject.desk.audit('acme', null, 10)).toEqual({ entries: [], next: null });
      expect((await subject.store.claim('acme', { epoch: 'e1' })).desk).toEqual(EMPTY_DESK);
    });

    it('gives back what a commit has brought, to readers and to the next claim', async () => {
      const delta = everything();
      await write(delta);
      const { callbacks, stories, queues, agents, records, audit } = delta;
      expect(await subject.desk.callbacks('acme')).toEqual({ items: [aCallback('cb-1')], unreadable: 0 });
      expect(await subject.desk.callback('acme', 'cb-1')).toEqual(aCallback('cb-1'));
      expect(await subject.desk.standing('acme')).toEqual({ stories, queues, agents });
      expect((await subject.desk.history('acme', ALL)).records).toEqual(records);
      expect(await subject.desk.endedCall('acme', 'call-1')).toEqual(records[0]);
      expect(await subject.desk.audit('acme', null, 10)).toEqual({ entries: audit, next: null });
      expect(await subject.desk.days('acme', [TODAY])).toEqual([
        {
          day: TODAY,
          rows: [
            { row: { of: 'agent', name: '101', slot: 3 }, counts: [1, 0, 0, 0, 0, 30_000] },
            { row: { of: 'queue', name: '9', slot: 40 }, counts: [1, 0, 0, 0, 0, 30_000] },
          ],
          labels: [{ of: 'agent', name: '101', label: 'Lan' }],
        },
      ]);
      const claim = await subject.store.claim('acme', { epoch: 'e1' });
      expect(claim).toMatchObject({ desk: { callbacks, stories, queues, agents }, unreadableDesk: [] });
    });

    it('removes what is none any more, and replaces what has changed', async () => {
      await write(everything(1));
      await write(everything(2));
      const changed = aCallback('cb-2', { tried: 9, claim: null, done: null });
      await write({
        callbacks: new Map([
          ['cb-1', null],
          ['cb-2', changed],
          ['never-was', null],
        ]),
        stories: new Map([['call-1', null]]),
        queues: new Map([['1', null]]),
        agents: new Map([['101', null]]),
      });
      expect((await subject.desk.callbacks('acme')).items).toEqual([changed]);
      expect(await subject.desk.standing('acme')).toEqual({
        stories: new Map([['call-2', aStory('call-2')]]),
        queues: new Map([['2', aQueue('2')]]),
        agents: new Map([['102', agent('102')]]),
      });
    });

    it('leaves the desk alone where the whole state is written', async () => {
      await write(everything());
      const before = await found();
      const next = await Owner.claim(subject.store);
      expect(await next.commit({ state: stateOf([call('a')]), events: 1 })).toMatchObject({
        status: 'committed',
      });
      expect(await found()).toEqual(before);
    });

    it('writes nothing of it, nor of the events, where the commit is refused', async () => {
      await owner.commit({ events: 1 });
      const late = { ...owner.prepare({ events: 1 }), desk: everything() };
      const { fence, version } = owner;
      const refused: [CommitResult['status'], object][] = [
        ['conflict', { expectedVersion: version - 1 }],
        ['lost', { expectedVersion: version + 1 }],
        ['lost', { epoch: 'e0' }],
        ['lost', { fence: fence + 1 }],
        ['fenced', { fence: fence - 1 }],
      ];
      for (const [status, changes] of refused)
        expect(await subject.store.commit('acme', { ...late, ...changes })).toEqual({ status });
      await Owner.claim(subject.store);
      expect(await owner.send(late)).toEqual({ status: 'fenced' });
      expect(await found()).toEqual(nothing);
      expect((await subject.store.read('acme', 0, 10)).events).toHaveLength(1);
    });

    it('writes nothing where a tally is none, and says which', async () => {
      const wrong = [
        aTally({ day: '2026-13-01' }),
        aTally({ day: 'x' }),
        aTally({ add: [[-1, 1]] }),
        aTally({ add: [[1e9, 1]] }),
        aTally({ add: [[1, 0.5]] }),
        aTally({ add: [[1, Number.NaN]] }),
        aTally({ row: { of: 'queue', name: '9', slot: -1 } }),
      ];
      for (const tally of wrong)
        await expect(write({ ...everything(), tallies: [tally] })).rejects.toThrow(TypeError);
      expect(await found()).toEqual(nothing);
      expect(await write(everything())).toMatchObject({ status: 'committed' });
    });

    it('counts once what is committed twice under one id', async () => {
      const commit = { ...owner.prepare({ events: 1 }), desk: everything() };
      await owner.send(commit);
      const before = await found();
      expect(await owner.send(commit)).toMatchObject({ status: 'committed' });
      expect(await found()).toEqual(before);
      expect(before.days[0]!.rows).toHaveLength(2);
    });

    it('adds up what belongs in one cell, of one commit and of several, also below nothing', async () => {
      const add = (cells: [number, number][]) => ({ tallies: [aTally({ add: cells })] });
      await write({
        tallies: [
          aTally({
            add: [
              [3, 1],
              [3, 1],
            ],
          }),
          aTally({ add: [[10, 4]] }),
        ],
      });
      await write(add([[0, 7]]));
      await write(
        add([
          [12, 9_007_199_254_740_991],
          [10, -4],
          [3, -5],
        ]),
      );
      await write(add([[1, 1]]));
      expect(await counts()).toEqual([[7, 1, 0, -3, 0, 0, 0, 0, 0, 0, 0, 0, 9_007_199_254_740_991]]);
    });

    it('counts the end of a call once, also where other tallies of the commit count', async () => {
      const ends = (nth: number) => ({ records: [anEndedCall(`call-${nth}`)] });
      const ofCall = aTally({ callId: 'call-1', add: [[0, 1]] });
      const ofNone = aTally({ add: [[1, 1]] });
      await write({ ...ends(1), tallies: [ofCall, ofCall, ofNone] });
      await write({ ...ends(1), tallies: [ofCall, ofNone] });
      await write({ tallies: [ofCall] });
      expect(await counts()).toEqual([[2, 2]]);
      await write({ ...ends(2), tallies: [aTally({ callId: 'call-2', add: [[0, 1]] }), ofCall] });
      // Without a record nothing says that it has been counted.
      await write({ tallies: [aTally({ callId: 'call-3', add: [[2, 1]] })] });
      expect(await counts()).toEqual([[3, 2, 1]]);
    });

    it('gives the tables of several days in the order in which they are asked for', async () => {
      const [yesterday, tomorrow] = [-1, 1].map((days) =>
        new Date(NOON + days * 86_400_000).toISOString().slice(0, 10),
      ) as [string, string];
      await write({ tallies: [aTally(), aTally({ day: yesterday, add: [[0, 5]] })] });
      const tables = await subject.desk.days('acme', [tomorrow, TODAY, yesterday]);
      expect(tables.map(({ day }) => day)).toEqual([tomorrow, TODAY, yesterday]);
      expect(tables.map(({ rows }) => rows.map(({ counts: [first] }) => first))).toEqual([[], [1], [5]]);
      await expect(subject.desk.days('acme', ['stats'])).rejects.toThrow(TypeError);
    });

    it('keeps no table of a day that is past its age', async () => {
      await write({
        tallies: [aTally({ day: LONG_AGO })],
        labels: [{ day: LONG_AGO, of: 'queue', name: '9', label: 'x' }],
      });
      await until(async () => {
        const [table] = await subject.desk.days('acme', [LONG_AGO]);
        return table!.rows.length + table!.labels.length === 0;
      });
    });

    it('pages through history from the newest, with calls that ended at one instant in the order of their ids', async () => {
      const at = (nth: number) => NOON - 1_000 * Math.floor(nth / 4);
      const all = numbers(1, 30).map((nth) => `call-${String(nth).padStart(2, '0')}`);
      // In no order, as polls find them.
      for (const part of [all.filter((_, i) => i % 3 === 0), all.filter((_, i) => i % 3 !== 0).toReversed()])
        await write({ records: part.map((id) => anEndedCall(id, { endedAt: at(Number(id.slice(5))) })) });
      const read: string[] = [];
      for (let after: HistoryQuery['after'] = null; ;) {
        const { calls, next } = await page({ after, limit: 7 });
        read.push(...calls);
        if (next === null) break;
        expect(next).toEqual({ endedAt: at(Number(calls.at(-1)!.slice(5))), callId: calls.at(-1) });
        after = next;
      }
      expect(read).toEqual(all);
      expect(await page({ from: at(9), to: at(5) })).toMatchObject({
        calls: all.filter((id) => at(Number(id.slice(5))) >= at(9) && at(Number(id.slice(5))) < at(5)),
      });
      expect((await page({ after: { endedAt: at(9), callId: 'call-09x' }, to: NOON })).calls[0]).toBe(
        'call-10',
      );
      expect((await page({ after: { endedAt: at(9), callId: 'call-09' }, to: at(13) })).calls[0]).toBe(
        'call-16',
      );
      expect((await page({ limit: 30 })).next).toBeNull();
      expect((await page({ limit: 29 })).next).toEqual({ endedAt: at(29), callId: 'call-29' });
    });

    it('gives each once of calls that ended at one instant, page by page, whatever their ids', async () => {
      const ids = [
        ...['fde4ff73-b191-45c2-a0ce-0fe8c7b70e85', 'fde4ff73-b191-45c2-a0ce-0fe8c7b70e85-2', '~', '~~x'],
        ...[
          '0de4ff73-b191-45c2-a0ce-0fe8c7b70e85',
          '9de4ff73-b191-45c2-a0ce-0fe8c7b70e85',
          'z',
          '1730099999.1',
        ],
      ];
      const queue = '7bc3db7b-e95e-4afe-a345-a8385dfb31b7';
      const terms = { line: '~1', extensions: ['101'], queues: [queue, '9'] };
      await write({ records: ids.map((id) => anEndedCall(id, { terms })) });
      for (const by of [{}, { queue }, { line: '~1' }]) {
        const found: string[] = [];
        let after: HistoryPosition | null = null;
        do {
          const one = await subject.desk.history('acme', { ...ALL, ...by, after, limit: 1 });
          found.push(...one.records.map(({ view }) => view.callId));
          after = one.next;
        } while (after !== null);
        expect(found.toSorted()).toEqual(ids.toSorted());
      }
      for (const id of ids)
        expect(await subject.desk.endedCall('acme', id)).toMatchObject({ view: { callId: id }, terms });
      const tallies = ids.map((callId) => aTally({ callId }));
      await write({ tallies });
      expect(await counts()).toEqual([]);
    });

    it('finds ended calls by customer, extension and queue, in any stretch of time', async () => {
      const records = numbers(1, 12).map((nth) =>
        anEndedCall(`call-${nth}`, {
          endedAt: NOON + nth,
          terms: {
            line: nth % 4 === 0 ? null : `+8490511122${nth % 4}`,
            extensions: [`10${nth % 3}`, `10${nth % 2}`, '100'],
            queues: nth % 2 === 0 ? ['9'] : ['9', '99'],
          },
        }),
      );
      await write({ records });
      const by = (holds: (terms: (typeof records)[number]['terms']) => boolean) =>
        records
          .filter(({ terms }) => holds(terms))
          .map(({ view }) => view.callId)
          .toReversed();
      expect((await page({ line: '+84905111222' })).calls).toEqual(by(({ line }) => line === '+84905111222'));
      expect((await page({ extension: '101' })).calls).toEqual(
        by(({ extensions }) => extensions.includes('101')),
      );
      expect((await page({ queue: '9' })).calls).toHaveLength(12);
      expect((await page({ queue: '99' })).calls).toEqual(by(({ queues }) => queues.includes('99')));
      expect((await page({ extension: '10' })).calls).toEqual([]);
      expect((await page({ queue: '99', from: NOON + 5, to: NOON + 9, limit: 1 })).calls).toEqual(['call-7']);
      const after = { endedAt: NOON + 7, callId: 'call-7' };
      expect((await page({ queue: '99', from: NOON + 5, to: NOON + 9, after })).calls).toEqual(['call-5']);
    });

    it('finds a call that ended twice by its last end alone', async () => {
      const first = anEndedCall('call-1', { endedAt: NOON, terms: { extensions: ['101'], line: 'x' } });
      const again = anEndedCall('call-1', { endedAt: NOON + 9, terms: { extensions: ['102'], line: null } });
      await write({ records: [first] });
      await write({ records: [again] });
      expect((await subject.desk.history('acme', ALL)).records).toEqual([again]);
      expect((await page({ extension: '102' })).calls).toEqual(['call-1']);
      expect((await page({ extension: '101' })).calls).toEqual([]);
      expect((await page({ line: 'x' })).calls).toEqual([]);
    });

    it('keeps and counts two calls to which the PBX gave one id, where the one ended before the other began', async () => {
      const terms = { line: 'x', extensions: ['101'], queues: [] };
      const first = anEndedCall('call-1', { endedAt: NOON - 3_700_000, terms });
      const later = anEndedCall('call-1', { terms: { ...terms, line: 'y' } });
      const tallies = [aTally({ callId: 'call-1', add: [[0, 1]] })];
      await write({ records: [first], tallies });
      await write({ records: [later], tallies });
      await write({ records: [later], tallies });
      const { records } = await subject.desk.history('acme', ALL);
      const renamed = records[1]!.view.callId;
      expect(renamed).toMatch(/^call-1~\d+$/);
      expect(records).toEqual([
        later,
        { ...first, eventId: `${renamed}/call-ended`, view: { ...first.view, callId: renamed } },
      ]);
      expect(await subject.desk.endedCall('acme', 'call-1')).toEqual(later);
      expect(await subject.desk.endedCall('acme', renamed)).toEqual(records[1]);
      expect((await page({ line: 'x' })).calls).toEqual([renamed]);
      expect((await page({ line: 'y' })).calls).toEqual(['call-1']);
      expect((await page({ extension: '101' })).calls).toEqual(['call-1', renamed]);
      expect(await counts()).toEqual([[2]]);
      expect(await subject.desk.forgetRecords('acme', 'x')).toBe(1);
      expect((await page()).calls).toEqual(['call-1']);
    });

    it('takes a call of which it is not known when it began for the one that has ended', async () => {
      const first = anEndedCall('call-1', { endedAt: NOON - 3_700_000 });
      const again = anEndedCall('call-1');
      const started = { ...again.story.started, earliest: null };
      const tallies = [aTally({ callId: 'call-1', add: [[0, 1]] })];
      await write({ records: [first], tallies });
      await write({ records: [{ ...again, story: { ...again.story, started } }], tallies });
      expect((await page()).calls).toEqual(['call-1']);
      expect(await counts()).toEqual([[1]]);
    });

    it('forgets the records of a customer, and of no other', async () => {
      const line = '+84905111222';
      await write({
        records: [
          ...numbers(1, HISTORY_STEP + 5).map((nth) => anEndedCall(`call-${nth}`, { terms: { line } })),
          anEndedCall('other-1', { terms: { line: `${line}3` } }),
          anEndedCall('other-2', { terms: { line: null } }),
        ],
      });
      expect(await subject.desk.forgetRecords('acme', line)).toBe(HISTORY_STEP + 5);
      expect(await subject.desk.forgetRecords('acme', line)).toBe(0);
      expect((await page()).calls).toEqual(['other-1', 'other-2']);
      expect((await page({ line })).calls).toEqual([]);
      expect((await page({ extension: '101' })).calls).toEqual(['other-1', 'other-2']);
    });

    it('shows nothing of history that is past its age, and removes it a step at a time, the oldest first', async () => {
      const { historyMs } = DEFAULT_DESK_RETENTION;
      const old = NOON - historyMs;
      const count = HISTORY_STEP + 5;
      await write({
        records: [
          ...numbers(1, count).map((nth) => anEndedCall(`old-${nth}`, { endedAt: old - nth })),
          anEndedCall('young', { endedAt: NOON }),
        ],
      });
      expect((await page()).calls).toEqual(['young']);
      expect((await page({ from: 0, extension: '101' })).calls).toEqual(['young']);
      expect(await subject.desk.endedCall('acme', 'old-1')).toBeNull();
      expect(await subject.upkeep.logs()).toEqual(['acme']);
      const trim = () => subject.upkeep.trimHistory('acme', DEFAULT_DESK_RETENTION);
      expect(await trim()).toBe(HISTORY_STEP);
      // What is left of the old ones is the youngest of them: it counts no call twice.
      await write({
        tallies: numbers(1, count).map((nth) => aTally({ callId: `old-${nth}`, add: [[nth, 1]] })),
      });
      const [row] = await counts();
      expect(row!.slice(0, 7)).toEqual([0, 0, 0, 0, 0, 0, 1]);
      expect(await trim()).toBe(5);
      expect(await trim()).toBe(0);
      expect((await page()).calls).toEqual(['young']);
      expect(await subject.upkeep.trimHistory('never-was', DEFAULT_DESK_RETENTION)).toBe(0);
    });

    it('keeps two tenants apart', async () => {
      const other = await Owner.claim(subject.store, 'globex');
      await write(everything(1));
      const before = await found('acme');
      await write(
        { ...everything(2), records: [anEndedCall('call-1', { terms: { queues: ['7'] } })] },
        other,
      );
      expect(await found('acme')).toEqual(before);
      expect((await subject.desk.callbacks('globex')).items.map(({ id }) => id)).toEqual(['cb-2']);
      expect(await subject.desk.forgetRecords('globex', '+84905111222')).toBe(1);
      await subject.desk.noteAudit('globex', { at: NOON, by: 'lan', what: 'export', about: 'history' });
      expect(await found('acme')).toEqual(before);
      for (const odd of ['a}:b', 'A', '', 'acme}:desk{'])
        await expect(subject.desk.callbacks(odd)).rejects.toThrow(TypeError);
    });

    it.each(ODD_NAMES)('is not confused by a name such as %j', async (odd) => {
      const ordinary = everything();
      await write(ordinary);
      const terms = { line: odd, extensions: [odd], queues: [odd] };
      const record = anEndedCall(odd, { endedAt: NOON + 2, eventId: odd, terms });
      await write({
        callbacks: new Map([[odd, aCallback(odd, { line: odd })]]),
        stories: new Map([[odd, aStory(odd)]]),
        queues: new Map([[odd, aQueue(odd)]]),
        agents: new Map([[odd, agent(odd)]]),
        records: [record],
        tallies: [
          aTally({ row: { of: 'queue', name: odd, slot: 1 }, callId: odd }),
          aTally({ row: { of: 'agent', name: odd, slot: 1 }, callId: odd }),
        ],
        labels: [{ day: TODAY, of: 'agent', name: odd, label: odd }],
      });
      expect(await subject.desk.callback('acme', odd)).toEqual(aCallback(odd, { line: odd }));
      const { desk, unreadableDesk } = await subject.store.claim('acme', { epoch: 'e1' });
      expect(unreadableDesk).toEqual([]);
      expect(desk.stories.get(odd)).toEqual(aStory(odd));
      expect(desk.queues.get(odd)).toEqual(aQueue(odd));
      expect(desk.agents.get(odd)).toEqual(agent(odd));
      expect([desk.callbacks.size, desk.stories.size, desk.queues.size, desk.agents.size]).toEqual([
        2, 2, 2, 2,
      ]);
      expect(await subject.desk.endedCall('acme', odd)).toEqual(record);
      for (const by of [{ line: odd }, { extension: odd }, { queue: odd }])
        expect((await subject.desk.history('acme', { ...ALL, ...by })).records).toEqual([record]);
      expect((await page()).calls).toEqual([odd, 'call-1']);
      expect((await page({ after: { endedAt: NOON + 2, callId: odd } })).calls).toEqual(['call-1']);
      const [table] = await subject.desk.days('acme', [TODAY]);
      expect(table!.rows.filter(({ row }) => row.name === odd)).toHaveLength(2);
      expect(table!.labels).toContainEqual({ of: 'agent', name: odd, label: odd });
      expect(await subject.desk.forgetRecords('acme', odd)).toBe(1);
      expect((await page()).calls).toEqual(['call-1']);
    });

    it.each(['', 'x', '[]', '{}', 'null', '{"id":"cb-1"}'])(
      'goes on without what it cannot read (%j), counts it, and leaves it where it is',
      async (text) => {
        await write(everything(1));
        await write(everything(2));
        await subject.overwrite('acme', 'callbacks', 'cb-1', text);
        for (const field of ['story:call-1', 'queue:1', 'agent:101'])
          await subject.overwrite('acme', 'desk', field, text);
        await subject.overwrite('acme', 'desk', 'newer:thing', text);
        await subject.overwrite('acme', 'history', 'call-1', text);
        await subject.overwrite('acme', `stats:${TODAY}`, 'q\t41\t9', text === '' ? '1' : text);
        await subject.overwrite('acme', `stats:${TODAY}`, text, '1:1');
        const claim = await subject.store.claim('acme', { epoch: 'e1' });
        expect(claim.unreadableDesk).toEqual(['callback:cb-1', 'agent:101', 'queue:1', 'story:call-1']);
        const { unreadableDesk } = claim;
        expect(await subject.store.inspect('acme')).toMatchObject({ unreadable: [], unreadableDesk });
        expect([...claim.desk.callbacks.keys()]).toEqual(['cb-2']);
        expect([...claim.desk.stories.keys()]).toEqual(['call-2']);
        expect(await subject.desk.callbacks('acme')).toEqual({ items: [aCallback('cb-2')], unreadable: 1 });
        expect(await subject.desk.callback('acme', 'cb-1')).toBeNull();
        expect(await page()).toEqual({ calls: ['call-2'], next: null, unreadable: 1 });
        expect(await subject.desk.endedCall('acme', 'call-1')).toBeNull();
        const row = aTally({ row: { of: 'queue', name: '9', slot: 41 } });
        const next = await Owner.claim(subject.store);
        expect(await write({ tallies: [row] }, next)).toMatchObject({ status: 'committed' });
        const [table] = await subject.desk.days('acme', [TODAY]);
        expect(table).toMatchObject({ unreadable: 2 });
        expect(table!.rows).toHaveLength(2);
        expect((await subject.store.claim('acme', { epoch: 'e1' })).unreadableDesk).toHaveLength(4);
      },
    );

    it('reads what a newer build has added a field to', async () => {
      await write(everything());
      const more = JSON.stringify({ ...aCallback('cb-1'), mood: { of: 'Lan' } });
      await subject.overwrite('acme', 'callbacks', 'cb-1', more);
      expect((await subject.desk.callbacks('acme')).items).toEqual([aCallback('cb-1')]);
    });

    it('keeps who did what of a commit that does nothing else, and beside what is noted otherwise', async () => {
      const entry = { at: NOON, by: null, what: 'x', about: '' };
      await write({ audit: [entry, { ...entry, by: 'lan' }] });
      await write({ audit: [{ ...entry, by: 'minh' }], stories: new Map([['call-1', aStory('call-1')]]) });
      await write({ audit: [{ ...entry, by: 'nam' }], tallies: [aTally()] });
      await subject.desk.noteAudit('acme', { ...entry, by: 'an' });
      const { entries } = await subject.desk.audit('acme', null, 10);
      expect(entries.map(({ by }) => by)).toEqual(['an', 'nam', 'minh', 'lan', null]);
    });

    it('keeps who did what, the newest first, in pages', async () => {
      const entry = (nth: number) => ({
        at: NOON + nth,
        by: nth % 2 ? 'lan' : null,
        what: 'x',
        about: `${nth}`,
      });
      for (const nth of numbers(1, 7)) await subject.desk.noteAudit('acme', entry(nth));
      const first = await subject.desk.audit('acme', null, 3);
      expect(first.entries).toEqual([7, 6, 5].map(entry));
      const second = await subject.desk.audit('acme', first.next, 3);
      expect(second.entries).toEqual([4, 3, 2].map(entry));
      expect(await subject.desk.audit('acme', second.next, 3)).toEqual({ entries: [entry(1)], next: null });
      expect(await subject.desk.audit('acme', null, 7)).toMatchObject({ next: null });
    });

    it('commits a day of many calls at once', async () => {
      const many = numbers(1, 1_500);
      await write({
        callbacks: new Map(many.map((nth) => [`cb-${nth}`, aCallback(`cb-${nth}`)])),
        stories: new Map(many.map((nth) => [`call-${nth}`, aStory(`call-${nth}`)])),
        records: many.map((nth) => anEndedCall(`call-${nth}`, { endedAt: NOON - nth })),
        tallies: many.map((nth) => aTally({ callId: `call-${nth}`, add: [[0, 1]] })),
      });
      expect(await counts()).toEqual([[1_500]]);
      const { calls, next } = await page({ limit: 5_000 });
      expect(calls).toHaveLength(1_000);
      expect((await page({ after: next, limit: 5_000 })).calls).toHaveLength(500);
      await write({ stories: new Map(many.map((nth) => [`call-${nth}`, null])) });
      expect((await subject.desk.standing('acme')).stories.size).toBe(0);
    });

    it('rejects every call once it is closed', async () => {
      const { desk } = subject;
      await desk.close();
      for (const closed of [
        () => desk.callbacks('acme'),
        () => desk.callback('acme', 'x'),
        () => desk.standing('acme'),
        () => desk.days('acme', [TODAY]),
        () => desk.history('acme', ALL),
        () => desk.endedCall('acme', 'x'),
        () => desk.forgetRecords('acme', 'x'),
        () => desk.noteAudit('acme', { at: NOON, by: null, what: 'x', about: 'x' }),
        () => desk.audit('acme', null, 1),
      ])
        await expect(closed()).rejects.toThrow('closed');
      expect(await write(NO_DESK_CHANGE)).toMatchObject({ status: 'committed' });
    });
  });
}

/** Redis lets keys expire, it says, at an instant; their time is asked for again and again until then. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds()));
}
