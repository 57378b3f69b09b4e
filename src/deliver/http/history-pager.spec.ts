import fc from 'fast-check';
import type { EndedCallRecord } from '../../core/day/ended-call-record.js';
import type { DeskStore, HistoryPage, HistoryPosition, HistoryQuery } from '../../store/desk-store.js';
import { MemoryDeskStore } from '../../store/memory/memory-desk-store.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import { LogWriter } from '../../../test/support/delivery.js';
import { endedRecord } from '../../../test/support/ended-calls.js';
import { HistoryPager, type HistoryWish, positionOf } from './history-pager.js';
import { formatHistoryPosition, parseHistoryPosition } from './history-position.js';

const START = Date.UTC(2026, 2, 2, 3);

/** A history as a store has it, which notes how many records it was asked for. */
class Kept {
  handedOut = 0;

  readonly #records: readonly (readonly [HistoryPosition, EndedCallRecord])[];

  constructor(records: readonly EndedCallRecord[]) {
    this.#records = records
      .map((record) => [positionOf(record), record] as const)
      .sort(([one], [other]) => inOrder(one, other));
  }

  history(_tenant: string, query: HistoryQuery): Promise<HistoryPage> {
    const { from, to, line, extension, queue, after, limit } = query;
    const found = this.#records
      .filter(([, { terms }]) => line === undefined || terms.line === line)
      .filter(([, { terms }]) => extension === undefined || terms.extensions.includes(extension))
      .filter(([, { terms }]) => queue === undefined || terms.queues.includes(queue))
      .filter(([{ endedAt }]) => (from === null || endedAt >= from) && (to === null || endedAt < to))
      .filter(([position]) => after === null || inOrder(after, position) < 0);
    const page = found.slice(0, limit);
    this.handedOut += page.length;
    const next = found.length > limit ? page.at(-1)![0] : null;
    return Promise.resolve({ records: page.map(([, record]) => record), next, unreadable: 0 });
  }
}

function inOrder(one: HistoryPosition, other: HistoryPosition): number {
  return other.endedAt - one.endedAt || (one.callId < other.callId ? -1 : Number(one.callId > other.callId));
}

async function allOf(
  kept: Pick<DeskStore, 'history'>,
  wish: Partial<HistoryWish>,
  limit: number,
): Promise<string[]> {
  const pager = new HistoryPager(kept, {
    tenant: 'acme',
    range: { from: null, to: null },
    lookUps: [{}],
    isWanted: () => true,
    ...wish,
  });
  const ids: string[] = [];
  let after: HistoryPosition | null = null;
  do {
    const { records, next } = await pager.page(after, limit);
    expect(records.length).toBeLessThanOrEqual(limit);
    ids.push(...records.map(({ view }) => view.callId));
    // As a client does: through the text.
    after = next && parseHistoryPosition(formatHistoryPosition(next));
  } while (after !== null);
  return ids;
}

/** Many calls end at one instant. */
const calls = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 3, unit: 'grapheme' }),
    second: fc.integer({ min: 0, max: 5 }),
    extensions: fc.uniqueArray(fc.constantFrom('101', '102', '103'), { maxLength: 3 }),
    queue: fc.constantFrom('q1', 'q2', null),
  }),
  { selector: ({ id }) => id, maxLength: 60 },
);

describe('HistoryPager', () => {
  it('finds every call once and in order, whatever several look-ups share and however long the pages are', async () => {
    await fc.assert(
      fc.asyncProperty(calls, fc.integer({ min: 1, max: 7 }), async (given, limit) => {
        const records = given.map(({ id, second, extensions, queue }) =>
          endedRecord(id, {
            endedAt: START + second * 1_000,
            extensions,
            queues: queue === null ? [] : [queue],
          }),
        );
        const store = new MemoryStore({ maxEvents: 1, now: () => START });
        await (await new LogWriter(store).claim('e1')).commitWith({ records });
        const kept = new MemoryDeskStore(store);
        const isWanted = ({ terms }: EndedCallRecord) =>
          terms.extensions.includes('101') || terms.extensions.includes('102') || terms.queues.includes('q2');
        const lookUps = [{ extension: '101' }, { extension: '102' }, { queue: 'q2' }] as const;
        const found = await allOf(kept, { lookUps, isWanted }, limit);
        expect(found).toEqual(await allOf(kept, { isWanted }, limit));
        expect([...found].sort()).toEqual(
          records
            .filter(isWanted)
            .map(({ view }) => view.callId)
            .sort(),
        );
        const ends = found.map((id) => records.find(({ view }) => view.callId === id)!.view.endedAt);
        expect(ends).toEqual([...ends].sort().reverse());
      }),
    );
  });

  it('keeps the order and no call twice where few of what it reads are wanted', async () => {
    const records = Array.from({ length: 400 }, (_, index) =>
      // Calls of 101 are many, and those of 102 few and old: the two are read to different depths.
      endedRecord(`c${index}`, {
        endedAt: START - index,
        extensions: index % 40 === 0 ? ['101', '102'] : ['101'],
      }),
    );
    const isWanted = ({ view }: EndedCallRecord) => Number(view.callId.slice(1)) % 80 === 0;
    const lookUps = [{ extension: '101' }, { extension: '102' }] as const;
    expect(await allOf(new Kept(records), { lookUps, isWanted }, 3)).toEqual([
      'c0',
      'c80',
      'c160',
      'c240',
      'c320',
    ]);
  });

  it('hands a page out before it has gone through everything, and goes on behind it', async () => {
    const records = Array.from({ length: 9_000 }, (_, index) =>
      endedRecord(`c${index}`, { endedAt: START - index * 1_000 }),
    );
    const kept = new Kept(records);
    const pager = new HistoryPager(kept, {
      tenant: 'acme',
      range: { from: null, to: null },
      lookUps: [{}],
      isWanted: ({ view }) => view.callId === 'c8000',
    });
    const pages: number[] = [];
    let after: HistoryPosition | null = null;
    do {
      const before: number = kept.handedOut;
      const { records: found, next } = await pager.page(after, 50);
      expect(kept.handedOut - before).toBeLessThanOrEqual(2_100);
      pages.push(found.length);
      after = next;
    } while (after !== null);
    expect(pages).toEqual([0, 0, 0, 0, 1]);
  });

  it('says that there is nothing more with the last call, not with an empty page after it', async () => {
    const kept = new Kept([1, 2, 3].map((second) => endedRecord(`c${second}`, { endedAt: START + second })));
    const pager = new HistoryPager(kept, {
      tenant: 'acme',
      range: { from: null, to: null },
      lookUps: [{}],
      isWanted: () => true,
    });
    expect((await pager.page(null, 3)).next).toBeNull();
    expect((await pager.page(null, 2)).next).toEqual({ endedAt: START + 2, callId: 'c2' });
  });
});

describe('a position in the history', () => {
  it('is a text without characters that an address would change, and comes back from it', () => {
    fc.assert(
      fc.property(fc.nat(), fc.string({ minLength: 1, unit: 'binary' }), (endedAt, callId) => {
        const text = formatHistoryPosition({ endedAt, callId });
        expect(encodeURIComponent(text)).toBe(text);
        expect(parseHistoryPosition(text)).toEqual({ endedAt, callId });
      }),
    );
  });

  it('is nothing else', () => {
    for (const text of [
      '',
      '5',
      '5.',
      '.YQ',
      '05.YQ',
      '5.YR',
      '5.Y Q',
      '5.YQ.',
      '-5.YQ',
      '1e3.YQ',
      'e1:0000000000000003',
    ])
      expect([text, parseHistoryPosition(text)]).toEqual([text, null]);
  });
});
