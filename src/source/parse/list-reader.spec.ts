import fc from 'fast-check';
import type { ExtensionOwner, MonitorObservation, ObservedLeg } from '../../core/model/observation.js';
import { InstantReader } from './instant.js';
import { legStrength, readMonitorRow } from './monitor-row.js';
import { ListReader } from './list-reader.js';
import { PhoneNumbers } from './phone-number.js';

const locale = { instants: new InstantReader('Asia/Ho_Chi_Minh'), numbers: new PhoneNumbers('VN') };
const POLLED = { startedAt: 1, at: 2 };

type Row = Record<string, unknown>;
const live = (extension: string, callId: string, more: Row = {}): Row => ({
  extension,
  call_id: callId,
  call_state: 'RINGING',
  direction: 'inbound',
  b_cid_num: '0914237383',
  ...more,
});
const idle = (extension: string): Row => ({ extension, call_id: '', call_state: null });
const body = (data: unknown, more: Row = {}): Buffer => Buffer.from(JSON.stringify({ data, ...more }));

function answer(observation: MonitorObservation) {
  if (observation.outcome === 'failed') throw new Error(observation.reason);
  return observation;
}

const watch = () => {
  const listener = new ListReader('monitor', locale);
  return (bytes: Buffer) => answer(listener.read(bytes, POLLED));
};

describe('the monitor', () => {
  it('shows legs by their key and extensions without a call', () => {
    const seen = watch()(body([live('107', 'c1'), idle('108'), live('109', 'c1')], { total: 3 }));
    expect(seen).toMatchObject({
      endpoint: 'monitor',
      startedAt: 1,
      at: 2,
      outcome: 'complete',
      reason: null,
    });
    expect([...seen.rows.keys()]).toEqual(['107|c1', '109|c1']);
    expect([...seen.idleExtensions.keys()]).toEqual(['108']);
  });

  it.each([
    ['cut row by row', ''],
    ['parsed as a whole', '"\\u0064":0,'],
  ])('ids that are numbers above 2^53 stay two ids, and are as the PBX wrote them: %s', (_, first) => {
    const row = (id: string) =>
      `{"extension":1079007199254740993,"call_id":${id},"call_state":"RINGING","b_cid_num":84914237383,"user_uuid":${id}}`;
    const rows = [row('9007199254740992'), row('9007199254740993')].join();
    const seen = watch()(Buffer.from(`{${first}"data":[${rows}],"total":2}`));
    expect([...seen.rows.values()]).toMatchObject([
      { extension: '1079007199254740993', callId: '9007199254740992', userId: '9007199254740992' },
      { extension: '1079007199254740993', callId: '9007199254740993', userId: '9007199254740993' },
    ]);
  });

  it('an answer deeper than the stack has failed, like any other that is none', () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    for (const data of [`[${deep}]`, deep, `[{"extension":"107","call_id":${deep}}]`])
      expect(
        new ListReader('monitor', locale).read(Buffer.from(`{"data":${data},"total":1}`), POLLED),
      ).toMatchObject({ outcome: 'failed', reason: 'not JSON: malformed or cut short' });
  });

  it('an empty list is complete, and so is null', () => {
    expect(watch()(body([]))).toMatchObject({ outcome: 'complete', rows: new Map() });
    expect(watch()(body(null))).toMatchObject({ outcome: 'complete', rows: new Map() });
  });

  it('trap 4: of duplicate rows of one leg the strongest state wins, in any order', () => {
    const rows = [
      live('107', 'c1', { call_state: 'DOWN' }),
      live('107', 'c1', { call_state: 'ONCALL' }),
      live('107', 'c1'),
    ];
    const see = watch();
    const first = see(body(rows));
    expect(first.rows.get('107|c1')?.signal).toBe('answered');
    const second = see(body([rows[1], rows[2], rows[0]]));
    expect(second.rows).toBe(first.rows);
    expect(see(body([rows[2], rows[0]])).rows.get('107|c1')?.signal).toBe('ringing');
  });

  it('trap 4: duplicate rows that appear together in a later answer are one leg in its strongest state', () => {
    const see = watch();
    see(body([idle('101')]));
    const rows = [idle('101'), live('107', 'c1', { call_state: 'ONCALL' }), live('107', 'c1')];
    const seen = see(body(rows));
    expect(seen.rows.size).toBe(1);
    expect(seen.rows.get('107|c1')?.signal).toBe('answered');
  });

  it('trap 4: a weaker duplicate that appears beside a leg does not move it backwards', () => {
    const see = watch();
    const answered = live('107', 'c1', { call_state: 'ONCALL' });
    const first = see(body([answered]));
    expect(see(body([answered, live('107', 'c1')])).rows).toBe(first.rows);
  });

  it('equally strong duplicates do not flap with their order', () => {
    const rows = [live('107', 'c1', { destination: 'a' }), live('107', 'c1', { b_cid_num: '0865662711' })];
    expect(watch()(body(rows)).rows).toEqual(watch()(body(rows.toReversed())).rows);
  });
});

describe('an answer that does not count', () => {
  const listener = new ListReader('monitor', locale);
  it.each([
    ['cut short', body([live('107', 'c1')]).subarray(0, -20)],
    ['not JSON', Buffer.from('{<html>')],
    ['an error', body(undefined, { error: 'Unauthorized' })],
    ['without data', body(undefined, { total: 0 })],
    ['a list of something else', body([1, 2, 3])],
    ['rows of the wrong types', body([{ extension: {}, call_id: [] }])],
    [
      'not UTF-8 outside its rows',
      Buffer.concat([Buffer.from('{"data":[],"x":"'), Buffer.from([0xff]), Buffer.from('"}')]),
    ],
    ['illegal within one of its rows', Buffer.from('{"data":[{"extension":"107"},{"extension":tru}]}')],
    ['empty', Buffer.alloc(0)],
  ])('trap 1: %s is a failure and carries no rows', (_, bytes) => {
    const seen = listener.read(bytes, POLLED);
    expect(seen).toEqual({
      endpoint: 'monitor',
      outcome: 'failed',
      startedAt: 1,
      at: 2,
      reason: expect.any(String),
    });
  });

  it('does not disturb what the next one is compared with', () => {
    const before = answer(listener.read(body([live('107', 'c1')]), POLLED));
    listener.read(Buffer.from('{"data":[{'), POLLED);
    expect(answer(listener.read(body([live('107', 'c1')], { total: 1 }), POLLED)).rows).toBe(before.rows);
  });
});

describe('a row that cannot be read', () => {
  const odd = live('', 'odd');
  const unreadable = (see: ReturnType<typeof watch>, rows: unknown[]) => [...see(body(rows)).unreadable!];

  it('is known by its bytes, wherever it stands and whatever else there is', () => {
    const see = watch();
    const [id] = unreadable(see, [idle('107'), odd]);
    expect(unreadable(see, [odd, live('107', 'c1')])).toEqual([id]);
    expect(unreadable(watch(), [live('108', 'c2'), odd, idle('109')])).toEqual([id]);
    expect(unreadable(see, [idle('107'), { ...odd, call_time: 'x' }])).not.toEqual([id]);
    expect(unreadable(see, [odd, odd, idle('107')])).toEqual([id, `${id}#2`]);
  });

  it('alone is a partial answer', () => {
    const see = watch();
    for (const rows of [[odd], [odd, odd], [live('107', '')], [live('107', 'c1', { extension: null })]]) {
      const seen = see(body(rows));
      expect(seen).toMatchObject({ outcome: 'partial', rows: new Map() });
      expect(seen.unreadable!.size).toBe(rows.length);
    }
  });

  it('and that has not even the fields of a row is a failed answer, unless it was there before among others', () => {
    for (const foreign of [{ ext: '107' }, live('107', 'c1', { call_id: {} }), null, 1, 'x', []]) {
      expect(() => watch()(body([foreign]))).toThrow('1 of 1 rows bad');
      const see = watch();
      const { unreadable } = see(body([idle('107'), foreign]));
      for (let poll = 0; poll < 2; poll++)
        expect(see(body([foreign]))).toMatchObject({ outcome: 'partial', rows: new Map(), unreadable });
      expect(() => see(body([foreign, foreign]))).toThrow('2 of 2 rows bad');
      expect(see(body([foreign, odd]))).toMatchObject({ outcome: 'partial' });
    }
  });

  it('is not said where other rows may be missing too', () => {
    const see = watch();
    expect(see(body([idle('107'), odd], { total: 3 })).unreadable).toBeUndefined();
    const listener = new ListReader('monitor', locale);
    const doubted = answer(listener.read(body([idle('107'), odd]), { ...POLLED, doubt: 'page 2: HTTP 502' }));
    expect(doubted.unreadable).toBeUndefined();
    expect(doubted).toMatchObject({
      outcome: 'partial',
      reason: 'page 2: HTTP 502; 1 of 2 rows bad, row 1: extension missing',
    });
    expect(listener.read(body([idle('107')]), { ...POLLED, doubt: 'page 2: HTTP 502' })).toMatchObject({
      outcome: 'partial',
      reason: 'page 2: HTTP 502',
    });
  });
});

describe('a row of no extension without a call', () => {
  const empty = idle('');

  it('is skipped', () => {
    const see = watch();
    for (const rows of [[empty], [empty, idle('107')], [empty, live('107', 'c1')], [idle('107'), empty]]) {
      const seen = see(body(rows, { total: rows.length }));
      expect(seen).toMatchObject({ outcome: 'complete', reason: null });
      expect(seen.idleExtensions.has('')).toBe(false);
    }
  });

  it('is bad where a field is not there at all, which may be its new name’s fault', () => {
    for (const field of ['extension', 'call_id', 'call_state']) {
      const rest = Object.fromEntries(Object.entries(empty).filter(([name]) => name !== field));
      expect(watch()(body([idle('107'), rest]))).toMatchObject({ outcome: 'partial' });
    }
  });
});

describe('a partial answer', () => {
  it('is one whose total counts more rows', () => {
    expect(watch()(body([live('107', 'c1')], { total: 11 }))).toMatchObject({
      outcome: 'partial',
      reason: '1 of 11 rows came',
    });
  });

  it('is one with a bad row, which it names without its values; the others count', () => {
    const seen = watch()(
      body([idle('108'), live('', 'secret'), live('107', 'c1'), live('109', '')], { total: 9 }),
    );
    expect(seen).toMatchObject({
      outcome: 'partial',
      reason: '4 of 9 rows came; 2 of 4 rows bad, row 1: extension missing',
    });
    expect([...seen.rows.keys()]).toEqual(['107|c1']);
  });

  it('is one with a field that is longer than any of a PBX; one that is only shown is cut off', () => {
    const long = 'x'.repeat(4_000_000);
    const read = watch();
    const { outcome, reason, rows } = read(
      body([live('101', 'a', { b_cid_num: long }), live('102', 'b', { agent_name: long, network_ip: long })]),
    );
    expect([outcome, reason]).toEqual([
      'partial',
      '1 of 2 rows bad, row 0: b_cid_num is longer than 256 characters',
    ]);
    expect([...rows.values()].map(({ agentName }) => agentName)).toEqual(['x'.repeat(256)]);
    const halved = `${'x'.repeat(255)}😀`;
    const cut = read(body([live('102', 'b', { agent_name: halved })]));
    expect([...cut.rows.values()][0]!.agentName).toBe('x'.repeat(255));
  });

  it('remembers no more than a thousand unreadable rows', () => {
    const rows = (count: number) =>
      Array.from({ length: count }, (_, nth) => ({ extension: [nth], call_id: nth }));
    const bad = (count: number) => watch()(body([live('101', 'a'), ...rows(count)]));
    expect(bad(1_000).unreadable?.size).toBe(1_000);
    expect(bad(1_001).unreadable).toBeUndefined();
  });

  it('is one with a row that is no object, or that is not UTF-8', () => {
    expect(watch()(body([live('107', 'c1'), null]))).toMatchObject({ outcome: 'partial' });
    const bytes = body([live('107', 'c1'), live('108', 'c2', { agent_name: 'XX' })]);
    bytes.fill(0xff, bytes.indexOf('XX'), bytes.indexOf('XX') + 2);
    const see = watch();
    expect(see(bytes)).toMatchObject({ outcome: 'partial', reason: '1 of 2 rows bad, row 1: not UTF-8' });
    const changed = Buffer.from(bytes);
    changed.write('c9', changed.indexOf('c1'));
    const next = see(changed);
    expect(next.outcome).toBe('partial');
    expect([...next.rows.keys()]).toEqual(['107|c9']);
  });

  it('becomes complete again with the bad row mended', () => {
    const see = watch();
    see(body([live('107', 'c1'), live('108', '')]));
    const seen = see(body([live('107', 'c1'), live('108', 'c2')]));
    expect(seen).toMatchObject({ outcome: 'complete', reason: null });
    expect(seen.rows.size).toBe(2);
  });
});

describe('what did not change', () => {
  const rows = Array.from({ length: 50 }, (_, n) => (n % 3 === 0 ? idle(`${n}00`) : live(`${n}00`, `c${n}`)));

  it('the same bytes give the same map', () => {
    const see = watch();
    const first = see(body(rows));
    const second = see(body(rows));
    expect(second.rows).toBe(first.rows);
    expect(second.idleExtensions).toBe(first.idleExtensions);
  });

  it('rows in another order, written otherwise or with other unread fields give the same map', () => {
    const see = watch();
    const first = see(body(rows));
    expect(see(body(rows.toReversed())).rows).toBe(first.rows);
    expect(see(Buffer.from(JSON.stringify({ total: 50, data: rows }, null, 2))).rows).toBe(first.rows);
    expect(see(body(rows.map((row) => ({ ...row, network_ip: '10.0.0.9' })))).rows).toBe(first.rows);
    expect(see(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body(rows)])).rows).toBe(first.rows);
  });

  it('a change of one row leaves the objects of the others, and the map of before, as they were', () => {
    const see = watch();
    const first = see(body(rows));
    const before = [...first.rows];
    const second = see(body(rows.with(4, live('400', 'c4', { call_state: 'ONCALL' })).toSpliced(20, 5)));
    expect(second.rows).not.toBe(first.rows);
    expect([...first.rows]).toEqual(before);
    expect(second.rows.get('400|c4')?.signal).toBe('answered');
    for (const [key, leg] of second.rows) if (key !== '400|c4') expect(leg).toBe(first.rows.get(key));
  });

  it('an idle extension that goes changes the idle ones and not the map of legs', () => {
    const see = watch();
    const first = see(body(rows));
    const second = see(body(rows.slice(1)));
    expect(second.rows).toBe(first.rows);
    expect(first.idleExtensions.has('000')).toBe(true);
    expect(second.idleExtensions.has('000')).toBe(false);
  });
});

it('a row that came twice in an answer is still there when one copy disappears', () => {
  const rows = Array.from({ length: 30 }, (_, n) => live(`${n}00`, `c${n}`));
  const see = watch();
  see(body(rows));
  const jumbled = rows.toReversed();
  see(body([...jumbled, ...jumbled.slice(-1)]));
  expect(see(body(jumbled)).rows.size).toBe(30);
  expect(see(body(jumbled.slice(0, -1))).rows.size).toBe(29);
});

describe('the queue', () => {
  const entry = (status: string, more: Row = {}): Row => ({
    call_center_queue_uuid: 'q1',
    mobile: '0914237383',
    status,
    joined_time: '2023-10-12T17:48:19+07:00',
    ...more,
  });

  it('of duplicate rows of one queue entry the strongest status wins', () => {
    const order = ['Unknown', 'Waiting', 'Trying', 'Abandoned', 'Answered'];
    for (let strongest = 0; strongest < order.length; strongest++) {
      const words = order.slice(0, strongest + 1);
      for (const rows of [words, words.toReversed()]) {
        const seen = new ListReader('queue', locale).read(body(rows.map((word) => entry(word))), POLLED);
        if (seen.outcome === 'failed') throw new Error(seen.reason);
        expect([...seen.rows.values()].map(({ status }) => status)).toEqual([
          order[strongest]!.toLowerCase(),
        ]);
      }
    }
  });

  it('trap 8: an old Abandoned row does not hide the new Trying row of the same caller', () => {
    const fresh = entry('Trying', { joined_time: '2023-10-12T17:50:00+07:00' });
    const seen = new ListReader('queue', locale).read(body([entry('Abandoned'), fresh]), POLLED);
    expect(seen).toMatchObject({ endpoint: 'queue', outcome: 'complete' });
    expect(seen.outcome === 'failed' ? 0 : seen.rows.size).toBe(2);
  });
});

/** The expected observation, computed as simply as possible: parse everything, keep the strongest rows. */
function plainly(text: string) {
  let document: { data?: unknown; total?: number };
  try {
    document = JSON.parse(text) as typeof document;
  } catch {
    return null;
  }
  const rows = new Map<string, ObservedLeg>();
  const idleExtensions = new Map<string, ExtensionOwner>();
  const data = document.data as unknown[];
  let badRows = 0;
  let foreignRows = 0;
  for (const raw of data) {
    const reading = readMonitorRow(raw, locale);
    if (reading.kind === 'bad') {
      badRows++;
      if (!/"extension":[^{[].*"call_id":[^{[]|"call_id":[^{[].*"extension":[^{[]/.test(JSON.stringify(raw)))
        foreignRows++;
    }
    if (reading.kind === 'idle') idleExtensions.set(reading.extension, reading.owner);
    else if (reading.kind === 'row') {
      const other = rows.get(reading.key);
      const strength = other === undefined ? 1 : legStrength(reading.row) - legStrength(other);
      const wins = strength === 0 ? JSON.stringify(reading.row) > JSON.stringify(other) : strength > 0;
      if (wins) rows.set(reading.key, reading.row);
    }
  }
  if (foreignRows > 0 && foreignRows === data.length) return null;
  const partial = badRows > 0 || (document.total ?? 0) > data.length;
  return { outcome: partial ? 'partial' : 'complete', rows, idleExtensions };
}

describe('any sequence of answers', () => {
  const word = fc.constantFrom('', 'a', '}', '{"', '],', '\\', '"', 'Hoàng', '☎\u2028', '"data":[', '\ud83d');
  const someRow = fc.oneof(
    {
      weight: 20,
      arbitrary: fc.record({
        extension: fc.constantFrom<unknown>('101', '102', '103', '104', 105, ''),
        call_id: fc.constantFrom('', 'c1', 'c2', 'c3'),
        call_state: fc.constantFrom('RINGING', 'ONCALL', 'DOWN', null),
        b_cid_num: fc.constantFrom('0914237383', '19001234', '102'),
        agent_name: word,
        extra: fc.option(
          fc.dictionary(word, fc.oneof(word, fc.array(fc.dictionary(word, word), { maxLength: 2 }))),
          {
            nil: undefined,
          },
        ),
      }),
    },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(null, 7, 'row', [], [{}]) },
  );
  const place = fc.nat({ max: 30 });
  const step = fc.oneof(
    fc.record({ kind: fc.constant('insert' as const), at: place, row: someRow }),
    fc.record({ kind: fc.constant('change' as const), at: place, row: someRow }),
    fc.record({ kind: fc.constant('remove' as const), at: place, count: fc.nat({ max: 12 }) }),
    fc.record({ kind: fc.constant('repeat' as const), at: place, to: place }),
    fc.record({ kind: fc.constant('move' as const), at: place, to: place }),
    fc.record({ kind: fc.constant('reverse' as const) }),
  );
  const envelope = fc.record({
    indent: fc.constantFrom(0, 0, 0, 1, '\t'),
    shape: fc.constantFrom(
      'plain',
      'plain',
      'plain',
      'total',
      'short',
      'last',
      'escaped',
      'twice',
      'note',
      'cut',
    ),
  });
  const poll = fc.record({ steps: fc.array(step, { maxLength: 4 }), envelope });

  function applied(
    rows: readonly unknown[],
    change: typeof step extends fc.Arbitrary<infer S> ? S : never,
  ): unknown[] {
    const at = 'at' in change ? Math.min(change.at, Math.max(rows.length - 1, 0)) : 0;
    switch (change.kind) {
      case 'insert':
        return rows.toSpliced(at, 0, change.row);
      case 'change':
        return rows.toSpliced(at, 1, change.row);
      case 'remove':
        return rows.toSpliced(at, change.count);
      case 'repeat':
        return rows.length === 0 ? [] : rows.toSpliced(change.to, 0, rows[at]);
      case 'move':
        return rows.length === 0 ? [] : rows.toSpliced(at, 1).toSpliced(change.to, 0, rows[at]);
      case 'reverse':
        return rows.toReversed();
    }
  }

  function written(
    data: readonly unknown[],
    { indent, shape }: { indent: string | number; shape: string },
  ): string {
    const write = (document: unknown): string => JSON.stringify(document, null, indent);
    const plain = write({ data });
    if (shape === 'total') return write({ data, total: data.length });
    if (shape === 'short') return write({ total: data.length + 1, data });
    if (shape === 'last') return ` ${write({ '}': ['"data":['], total: 0, data })}\n`;
    if (shape === 'escaped') return plain.replace('"data"', '"d\\u0061ta"');
    if (shape === 'twice') return plain.replace('"data"', '"data":[{}],"data"');
    if (shape === 'note') return write({ data, note: 'a "data" of \\ ' });
    if (shape === 'cut') return plain.slice(0, -Math.ceil(plain.length / 3));
    return plain;
  }

  it('is observed as if each answer were the first, and parsed as a whole, also when it is read ahead', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(someRow, { maxLength: 30 }),
        fc.array(poll, { maxLength: 8 }),
        async (first, polls) => {
          const listener = new ListReader('monitor', locale);
          const hurrying = new ListReader('monitor', locale);
          const held: { rows: ReadonlyMap<string, ObservedLeg>; copy: unknown[] }[] = [];
          let rows: unknown[] = first;
          for (const { steps, envelope: form } of [
            { steps: [], envelope: { indent: 0, shape: 'plain' } },
            ...polls,
          ]) {
            rows = steps.reduce<unknown[]>(applied, rows);
            const text = written(rows, form);
            const bytes = Buffer.from(text);
            const seen = listener.read(bytes, POLLED);
            await hurrying.readAhead(bytes, () => Promise.resolve());
            expect(hurrying.read(bytes, POLLED)).toEqual(seen);
            const alone = new ListReader('monitor', locale).read(bytes, POLLED);
            if (alone.outcome === 'failed' && seen.outcome === 'partial') {
              // Only rows that an earlier answer had among others.
              expect([seen.rows.size, /rows bad/.test(alone.reason)]).toEqual([0, true]);
              continue;
            }
            expect(seen).toEqual(alone);
            const plain = plainly(text);
            if (plain === null) expect(seen.outcome).toBe('failed');
            else expect(seen).toMatchObject(plain);
            if (seen.outcome !== 'failed') {
              expect(seen.rows.size).toBe(plain?.rows.size);
              held.push({ rows: seen.rows, copy: [...seen.rows] });
            }
          }
          // No earlier map has changed.
          for (const { rows: map, copy } of held) expect([...map]).toEqual(copy);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('an answer that is larger than any of a PBX', () => {
  const failure = { outcome: 'failed', reason: 'more than 25000 rows' };

  it('is failed with more rows than that, written in whatever way', () => {
    const reader = new ListReader('monitor', locale);
    const read = (bytes: Buffer) => reader.read(bytes, POLLED);
    const rows = Array.from({ length: 25_001 }, () => '{}').join();
    expect(read(Buffer.from(`{"data":[${rows}]}`))).toMatchObject(failure);
    expect(read(Buffer.from(`{"d\\u0061ta":[${rows}]}`))).toMatchObject(failure);
    expect(read(Buffer.from(`{"data":[${rows.slice(3)}]}`))).not.toMatchObject(failure);
  });

  it('is read a few rows in each turn of the event loop, those with the bytes of the last answer none again', async () => {
    const reader = new ListReader('monitor', locale);
    const rows = Array.from({ length: 1_000 }, (_, nth) => live(String(nth), `c${nth}`));
    let turns = 0;
    const ahead = async (bytes: Buffer) => {
      turns = 0;
      await reader.readAhead(bytes, () => Promise.resolve(turns++));
      return answer(reader.read(bytes, POLLED)).rows.size;
    };
    expect([await ahead(body(rows)), turns]).toEqual([1_000, 19]);
    expect([await ahead(body([...rows, live('x', 'x')])), turns]).toEqual([1_001, 0]);
    expect([await ahead(body(rows)), turns]).toEqual([1_000, 0]);
    expect(answer(reader.read(body(rows.slice(1)), POLLED)).rows.size).toBe(999);
  });

  it('is not parsed with more values than that many rows have', () => {
    const reader = new ListReader('monitor', locale);
    const read = (bytes: Buffer) => reader.read(bytes, POLLED);
    const values = '[],'.repeat(600_000).slice(0, -1);
    const unread = { outcome: 'failed', reason: 'not JSON: malformed or cut short' };
    expect(read(Buffer.from(`{"data":[${values}]}`))).toMatchObject(unread);
    expect(read(Buffer.from(`{"data":[{"extension":[${values}]}]}`))).toMatchObject(unread);
  });
});
