import { formatCursor } from '../../client/src/position.js';
import type { Broken } from './broken.js';
import { DeliveryJudge } from './delivery-judge.js';
import { answered, started, unheardOf } from './played-calls.js';
import { type Entry, PlayedLog } from './played-log.js';
import { RULES } from './rules.js';
import { StreamJudge } from './stream-judge.js';

const cursorOf = ({ position }: Entry) => formatCursor(position);

/** The name of the rule that was broken; null when none was. */
function broken(step: () => void): string | null {
  try {
    step();
    return null;
  } catch (error) {
    return (error as Broken).rule.name;
  }
}

describe('the judge of a stream', () => {
  const judged = { rule: RULES.ends, missing: RULES.resume };
  let log: PlayedLog;
  let judge: StreamJudge;
  let entries: readonly Entry[];

  beforeEach(() => {
    log = new PlayedLog();
    judge = new StreamJudge();
    judge.sentSnapshot(log.snapshot().cursor, log.newest);
    entries = log.append([started('c1'), answered('c1')]);
    for (const entry of entries) judge.happened(entry);
    judge.sentEvent(entries[0]!);
    judge.sentEvent(entries[1]!);
  });
  const lacks = () =>
    judge.lacks(judged, { say: 'state', report: 1 }, log.states).map(({ rule }) => rule.name);
  const handlesAll = () => {
    for (const { event } of entries) judge.handled(event.id);
  };

  it('is content when each event is handled and the last cursor saved', () => {
    expect(lacks()).toEqual(['resume', 'resume']);
    handlesAll();
    expect(lacks()).toEqual(['save-after-handling']);
    judge.savedCursor(cursorOf(entries[1]!));
    expect(lacks()).toEqual([]);
  });

  it('notices what is handled twice, before its time, or without having been sent', () => {
    expect(broken(() => judge.handled('acme/c9/call-started'))).toBe('invented');
    handlesAll();
    expect(broken(() => judge.handled(entries[1]!.event.id))).toBe('once');
    judge.restarted();
    judge.sentEvent(entries[0]!);
    judge.sentEvent(entries[1]!);
    judge.handled(entries[1]!.event.id);
    expect(broken(() => judge.handled(entries[0]!.event.id))).toBe('order');
  });

  it('notices a cursor that covers what is not handled, and blames the resumption where it was never sent', () => {
    expect(broken(() => judge.savedCursor(cursorOf(entries[1]!)))).toBe('save-after-handling');
    handlesAll();
    const [missed] = log.append([started('c2')]);
    judge.happened(missed!);
    judge.sentSnapshot(log.snapshot().cursor, log.newest);
    expect(broken(() => judge.savedCursor(log.snapshot().cursor))).toBe('resume');
  });

  it('notices cursors that the bridge never gave, and those of events that did not arrive as a whole', () => {
    const [cut] = log.append([started('c2')]);
    judge.sentFragment(cursorOf(cut!));
    expect(broken(() => judge.connected(cursorOf(cut!)))).toBe('whole-events');
    expect(broken(() => judge.connected('e7:0000000000000001'))).toBe('resume');
    judge.sentEvent(cut!);
    expect(broken(() => judge.connected(cursorOf(cut!)))).toBeNull();
  });

  it('lets a consumer begin afresh whose first connection may have brought nothing, and no other', () => {
    judge.connected(null);
    judge.sentSnapshot(log.snapshot().cursor, log.newest);
    expect(broken(() => judge.savedCursor(log.snapshot().cursor))).toBeNull();
    const [missed] = log.append([started('c2')]);
    judge.happened(missed!);
    judge.connected(null);
    judge.sentSnapshot(log.snapshot().cursor, log.newest);
    expect(broken(() => judge.savedCursor(log.snapshot().cursor))).toBe('resume');
  });

  it('asks for nothing that cannot be had: lost events, what was before a reset, unknown types', () => {
    for (const entry of log.append([unheardOf('c1')])) judge.happened(entry);
    judge.lost([entries[1]!]);
    expect(lacks()).toEqual(['resume']);
    judge.sentReset();
    expect(lacks()).toEqual(['save-after-handling']);
  });

  it('compares the state only as far as the consumer reports it', () => {
    handlesAll();
    judge.savedCursor(cursorOf(entries[1]!));
    const state = { say: 'state', report: 1, calls: { c1: 'ringing' } } as const;
    expect(judge.lacks(judged, state, log.states)).toEqual([
      {
        rule: RULES.ends,
        expected: 'state with calls {"c1":"answered"}',
        came: 'state with calls {"c1":"ringing"}',
      },
    ]);
  });
});

describe('the judge of deliveries', () => {
  it('notices what is acknowledged before it is handled, handled twice, or never delivered', () => {
    const judge = new DeliveryJudge();
    const [first, unknown] = new PlayedLog().append([started('c1'), unheardOf('c1')]);
    const { id } = first!.event;
    expect(broken(() => judge.handled(id))).toBe('invented');
    judge.sent('evt_1', first!);
    expect(broken(() => judge.acknowledged('evt_1'))).toBe('acknowledge-after-handling');
    judge.handled(id);
    judge.acknowledged('evt_1');
    expect(judge.isIdle).toBe(true);
    expect(broken(() => judge.acknowledged('evt_1'))).toBe('protocol');
    // A repeat need not be handled again, and must not be; an unknown type need not be handled at all.
    judge.sent('evt_1', first!);
    expect(broken(() => judge.acknowledged('evt_1'))).toBeNull();
    expect(broken(() => judge.handled(id))).toBe('once');
    judge.sent('evt_2', unknown!);
    expect(broken(() => judge.acknowledged('evt_2'))).toBeNull();
    judge.sent('evt_2', unknown!);
    expect(broken(() => judge.refused(RULES.ignoresTheUnknown, 'evt_2', 'what is it'))).toBe(
      'ignores-the-unknown',
    );
  });
});
