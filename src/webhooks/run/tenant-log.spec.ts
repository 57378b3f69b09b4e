import { ManualClock, silent } from '../../../test/support/delivery.js';
import { TestLog } from '../../../test/support/webhook-log.js';
import { ForeignNotes } from '../../deliver/log/foreign-notes.js';
import { DeliverStats } from '../../deliver/stats.js';
import { EventTexts } from './event-texts.js';
import { TenantLog } from './tenant-log.js';

describe('a tenant’s log, as its webhooks read it', () => {
  let written: TestLog;
  let reads: [after: number, limit: number][];
  let texts: EventTexts;
  let log: TenantLog;

  beforeEach(() => {
    written = new TestLog();
    reads = [];
    texts = new EventTexts(100_000);
    log = new TenantLog({
      tenant: 'acme',
      store: {
        read: (_, after, limit) => {
          reads.push([after, limit]);
          return Promise.resolve().then(() => written.read(after, limit).slice);
        },
      },
      texts,
      notes: new ForeignNotes({
        tenant: 'acme',
        stats: new DeliverStats(),
        clock: new ManualClock(),
        logger: silent,
      }),
    });
    written.write(0, 'a', 'b', 'c');
  });

  it('is read once for endpoints at the same position, and again later', async () => {
    const [one, other] = await Promise.all([log.read(0, 2), log.read(0, 2), log.read(1, 2)]);
    expect(one).toBe(other);
    expect(one.stretch!.entries.map(({ sequence }) => sequence)).toEqual([1, 2]);
    await log.read(0, 2);
    expect(reads).toEqual([
      [0, 2],
      [1, 2],
      [0, 2],
    ]);
  });

  it('is read again where it may have grown since a read that is under way', async () => {
    const before = log.read(3, 2);
    await Promise.resolve();
    written.write(0, 'd');
    log.grown();
    const [after, shared] = await Promise.all([log.read(3, 2), log.read(3, 2)]);
    expect(after.stretch!.entries.map(({ sequence }) => sequence)).toEqual([4]);
    expect(shared).toBe(after);
    await before;
    expect(reads).toHaveLength(2);
  });

  it('has at hand what was read, and reads what is not', async () => {
    await log.read(0, 2);
    expect((await log.text({ epoch: 'e1', sequence: 2 }))?.id).toBe('e1/2');
    expect(reads).toHaveLength(1);
    expect((await log.text({ epoch: 'e1', sequence: 3 }))?.id).toBe('e1/3');
    expect(reads).toEqual([
      [0, 2],
      [2, 1],
    ]);
  });

  it('has no event that retention has removed, and none of another log at the same sequence', async () => {
    written.trim(1);
    expect(await log.text({ epoch: 'e1', sequence: 1 })).toBeNull();
    expect(await log.text({ epoch: 'e0', sequence: 2 })).toBeNull();
  });

  it('lets a text go once it is delivered, where no other endpoint may need it', async () => {
    const position = { epoch: 'e1', sequence: 1 };
    await log.read(0, 1);
    log.sharedBy(2);
    log.delivered(position);
    expect(texts.bytes).toBeGreaterThan(0);
    log.sharedBy(1);
    log.delivered(position);
    expect(texts.bytes).toBe(0);
    // Sent again, as to an endpoint that joins: from the log.
    expect((await log.text(position))?.id).toBe('e1/1');
  });

  it('gives an event that another client has written without an id that of its position', async () => {
    const { slice } = written.read(0, 1);
    const event = JSON.parse(slice.events[0]!.json) as Record<string, unknown>;
    delete event['id'];
    written.read = () => ({
      slice: { ...slice, events: [{ sequence: 1, json: JSON.stringify(event) }] },
      stretch: null,
    });
    expect((await log.text({ epoch: 'e1', sequence: 1 }))?.id).toBe('e1:0000000000000001');
  });

  it('rejects as the store does, and is asked again', async () => {
    const read = written.read.bind(written);
    written.read = () => {
      throw new Error('away');
    };
    await expect(log.read(0, 1).catch((error: Error) => error.message)).resolves.toBe('away');
    written.read = read;
    expect((await log.read(0, 1)).stretch?.through).toBe(1);
  });
});
