import { jest } from '@jest/globals';
import { Rotation } from '../../base/rotation.js';
import { toEvents } from '../../core/model/event.js';
import { transition } from '../../../test/support/delivery.js';
import { type Audience, audienceOf } from '../access/audience.js';
import { Batch } from './batch.js';
import { FanOut, type Member, type Membership } from './fan-out.js';
import { LogEntry } from './log-entry.js';
import type { ResetReason } from './resumption.js';

const grant = { tenant: 'acme', expiresAt: Infinity };
const everybody = audienceOf(grant, {});
const only = (extension: string) => audienceOf({ ...grant, extensions: [extension] }, {});
/** An audience of its own that sees everything. */
const alone = (n: number) => audienceOf({ ...grant, extensions: ['107', `x${n}`] }, {});

describe('the fan-out to live clients', () => {
  /** How many writes a turn has time for. */
  const PER_TURN = 3;
  let now: number;
  let turns: (() => void)[];
  let rotation: Rotation;
  let fanOut: FanOut;
  let sequence: number;

  beforeEach(() => {
    now = 0;
    turns = [];
    sequence = 0;
    rotation = new Rotation({
      budgetMs: PER_TURN,
      monotonic: () => now,
      nextTurn: (resume) => void turns.push(resume),
    });
    fanOut = new FanOut(rotation);
  });

  const turn = () => turns.shift()!();
  const rest = () => {
    while (turns.length > 0) turn();
  };

  class Client implements Member {
    /** The sequences of each batch. */
    readonly got: number[][] = [];
    readonly batches: Batch[] = [];
    readonly resets: ResetReason[] = [];
    leftAt: number | null = null;
    onEvents: () => void = () => undefined;
    membership: Membership;

    constructor(audience: Audience = everybody) {
      this.membership = fanOut.join(this, audience);
    }

    events(batch: Batch): void {
      now += 1;
      this.got.push(batch.entries.map((entry) => entry.sequence));
      this.batches.push(batch);
      this.onEvents();
    }

    reset(reason: ResetReason): void {
      this.resets.push(reason);
    }

    fellBehind(at: number): void {
      this.leftAt = at;
    }
  }

  const clients = (count: number, audience?: (n: number) => Audience) =>
    Array.from({ length: count }, (_, n) => new Client(audience?.(n)));

  function publish(count = 1, extension = '107', padding = 0): Batch {
    const upstreamIds = ['x'.repeat(padding)];
    const extensions = [{ extension, extensionId: null, agentName: null, state: 'ringing' as const }];
    const events = toEvents(
      Array.from({ length: count }, (_, n) =>
        transition('call-started', `c${sequence + n + 1}`, { upstreamIds, extensions }),
      ),
      { tenant: 'acme', epoch: 'e1', sequence, recordedAt: 0 },
    );
    sequence += count;
    const batch = new Batch(events.map((event) => new LogEntry(event, JSON.stringify(event))));
    fanOut.publish(batch);
    return batch;
  }

  it('writes to a small audience at once, the very batch that was published', () => {
    const few = clients(PER_TURN);
    const batch = publish(2);
    for (const { batches, membership } of few) {
      expect(batches).toEqual([batch]);
      expect(membership.isCurrent).toBe(true);
    }
    rest();
    expect(few.map(({ got }) => got.length)).toEqual([1, 1, 1]);
  });

  it('writes to a large one in several turns, to each once', () => {
    const many = clients(8, (n) => (n % 2 === 0 ? everybody : alone(n)));
    publish(2);
    const reached = () => many.filter(({ got }) => got.length > 0).length;
    expect([reached(), turns.length]).toEqual([PER_TURN, 1]);
    expect(many.filter(({ membership }) => !membership.isCurrent)).toHaveLength(5);
    turn();
    expect(reached()).toBe(2 * PER_TURN);
    rest();
    for (const { got, membership } of many) expect([got, membership.isCurrent]).toEqual([[[1, 2]], true]);
  });

  it('encodes what an audience sees once, however many turns it takes', () => {
    const many = clients(10);
    const narrowed = clients(7, () => only('107'));
    publish();
    publish(1, '108');
    rest();
    expect(new Set(many.slice(0, PER_TURN).map(({ batches }) => batches[1])).size).toBe(1);
    expect(new Set(many.slice(PER_TURN).map(({ batches }) => batches[0])).size).toBe(1);
    expect(new Set(narrowed.map(({ batches }) => batches[0])).size).toBe(1);
  });

  it('shows each only what its audience sees, also where they wait side by side', () => {
    const many = clients(8, (n) => only(n % 2 === 0 ? '107' : '108'));
    publish(2, '107');
    publish(1, '108');
    publish(1, '107');
    rest();
    for (const [n, { got }] of many.entries()) expect(got.flat()).toEqual(n % 2 === 0 ? [1, 2, 4] : [3]);
  });

  it.each([
    ['everything', everybody],
    ['a part', only('107')],
  ])('gives what was published meanwhile in one piece with what waits, in order: %s', (_, audience) => {
    const start = jest.spyOn(rotation, 'start');
    const many = clients(7, () => audience);
    publish();
    publish(2);
    turn();
    publish();
    rest();
    expect(many.map(({ got }) => got)).toEqual([
      ...Array<number[][]>(3).fill([[1], [2, 3, 4]]),
      ...Array<number[][]>(3).fill([[1, 2, 3], [4]]),
      [[1, 2, 3, 4]],
    ]);
    // One job, which has its share of a turn once.
    expect(start).toHaveBeenCalledTimes(1);
  });

  it('keeps what waits from those who join after the publishing, and gives them what is published then', () => {
    clients(5);
    publish();
    const late = new Client();
    expect(late.membership.isCurrent).toBe(true);
    turn();
    const later = new Client();
    rest();
    expect([late.got, later.got]).toEqual([[], []]);
    clients(3);
    publish();
    rest();
    expect([late.got, later.got]).toEqual([[[2]], [[2]]]);
  });

  it('lets a client that has left and joined again not have what waited for it', () => {
    const many = clients(6);
    publish();
    const last = many[5]!;
    last.membership.leave();
    last.membership = fanOut.join(last, everybody);
    rest();
    expect(last.got).toEqual([]);
    publish();
    rest();
    expect(last.got).toEqual([[2]]);
    expect(many.slice(0, 5).map(({ got }) => got)).toEqual(Array(5).fill([[1], [2]]));
  });

  it('writes nothing to those who have left, also where another one leaves as it is written to', () => {
    const many = clients(6);
    many[0]!.onEvents = () => many[1]!.membership.leave();
    many[2]!.onEvents = () => many[2]!.membership.leave();
    publish();
    many[5]!.membership.leave();
    many[5]!.membership.leave();
    expect(fanOut.size).toBe(3);
    rest();
    publish();
    rest();
    expect(many.map(({ got }) => got.length)).toEqual([2, 0, 1, 2, 2, 0]);
  });

  it('decides about what waits by the audience of the moment at which it is written', () => {
    const many = clients(5, (n) => (n < PER_TURN ? everybody : only('107')));
    const [wider, narrower] = [many[3]!, many[4]!];
    publish(1, '108');
    publish(1, '107');
    publish(1, '107');
    wider.membership.narrow(everybody);
    narrower.membership.narrow(only('109'));
    expect(narrower.membership.isCurrent).toBe(false);
    rest();
    expect(wider.got.flat()).toEqual([1, 2, 3]);
    expect(narrower.got).toEqual([]);
    publish(1, '109');
    rest();
    expect([wider.got.flat(), narrower.got.flat()]).toEqual([[1, 2, 3, 4], [4]]);
  });

  it('narrows none that has left', () => {
    const client = new Client();
    client.membership.leave();
    client.membership.narrow(only('107'));
    publish();
    expect([fanOut.size, client.got]).toEqual([0, []]);
  });

  it('drops at a reset all that waits, and has no members then', () => {
    const many = clients(5);
    publish();
    fanOut.reset('epoch-changed');
    expect(fanOut.size).toBe(0);
    rest();
    expect(many.map(({ got }) => got.length)).toEqual([1, 1, 1, 0, 0]);
    expect(many.map(({ resets }) => resets)).toEqual(Array(5).fill(['epoch-changed']));
    // The next log begins elsewhere.
    sequence = 40;
    many[4]!.membership = fanOut.join(many[4]!, everybody);
    publish();
    rest();
    expect(many.map(({ got }) => got.length)).toEqual([1, 1, 1, 0, 1]);
    expect(many[4]!.got).toEqual([[41]]);
  });

  it('lets those fall behind for whom more than 256 events would wait, and says what they have', () => {
    const many = clients(7);
    publish(200);
    publish(56);
    turn();
    expect(many.map(({ leftAt }) => leftAt)).toEqual(Array(7).fill(null));
    publish(1);
    expect(many.map(({ leftAt }) => leftAt)).toEqual([200, 200, 200, null, null, null, 0]);
    expect(fanOut.size).toBe(3);
    rest();
    expect(many.map(({ got }) => got.flat().length)).toEqual([200, 200, 200, 257, 257, 257, 0]);
  });

  it('lets them fall behind for bytes too, but for no batch alone, however large', () => {
    const many = clients(4);
    publish(3, '107', 100_000);
    rest();
    expect(many.map(({ got }) => got)).toEqual(Array(4).fill([[1, 2, 3]]));
    publish(2, '107', 100_000);
    publish(1, '107', 10_000);
    expect(fanOut.size).toBe(4);
    publish(1, '107', 100_000);
    expect(many.map(({ leftAt }) => leftAt)).toEqual([5, 5, 5, 3]);
  });

  it('keeps nothing for a client that is written to again and again while others wait', () => {
    const many = clients(4);
    for (let n = 0; n < 2_000; n += 1) {
      publish();
      turn();
    }
    rest();
    const all = Array.from({ length: 2_000 }, (_, n) => n + 1);
    for (const { got, leftAt } of many) expect([got.flat(), leftAt]).toEqual([all, null]);
  });

  it('says when all have what was published', async () => {
    const said: string[] = [];
    const ask = (name: string) => void fanOut.written().then(() => said.push(name));
    const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
    clients(5);
    publish();
    ask('first');
    publish();
    ask('second');
    await settled();
    expect(said).toEqual([]);
    turn();
    await settled();
    expect(said).toEqual(['first']);
    rest();
    await settled();
    expect(said).toEqual(['first', 'second']);
    publish();
    ask('reset');
    fanOut.reset('epoch-changed');
    ask('none waits');
    await settled();
    expect(said).toEqual(['first', 'second', 'reset', 'none waits']);
  });
});
