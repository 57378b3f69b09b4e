import { formatCursor } from '../../client/src/position.js';
import { expectValidEvent } from '../support/valid-event.js';
import { abandoned, answered, ended, offered, sourceIs, started } from './played-calls.js';
import { type Entry, PlayedLog } from './played-log.js';

const cursorOf = ({ position }: Entry) => formatCursor(position);
const idsAfter = (log: PlayedLog, cursor: string) => {
  const resumed = log.resume(cursor);
  return 'reset' in resumed
    ? resumed.reset
    : resumed.events.map(({ event }) => event.id.replace('acme/', ''));
};

describe('the log that the kit plays', () => {
  it('has events as the schemas describe them', () => {
    const all = [started('c'), offered('c'), answered('c'), ended('c'), ...abandoned('d')];
    for (const { event } of new PlayedLog().append([...all, sourceIs('down'), sourceIs('up')]))
      expectValidEvent(event);
  });

  it('gives a cursor exactly the events after it, also one of an epoch that was continued', () => {
    const log = new PlayedLog();
    const [first] = log.append([started('c1'), answered('c1')]);
    log.continueInNewEpoch();
    const [third] = log.append([ended('c1')]);
    expect(idsAfter(log, cursorOf(first!))).toEqual(['c1/call-answered', 'c1/call-ended']);
    expect(idsAfter(log, cursorOf(third!))).toEqual([]);
    expect(third!.event.sequence).toBe('0000000000000003');
  });

  it('resets a cursor of events that were lost, and none before them', () => {
    const log = new PlayedLog();
    const [first, second] = log.append([started('c1'), answered('c1')]);
    expect(log.loseNewest(1)).toEqual([second]);
    const [other] = log.append([started('c2')]);
    expect(other!.event).toMatchObject({ sequence: second!.event.sequence, epoch: 'e2' });
    expect(idsAfter(log, cursorOf(first!))).toEqual(['c2/call-started']);
    expect(idsAfter(log, cursorOf(second!))).toBe('epoch-changed');
    expect(log.states.calls).toEqual({ c1: 'ringing', c2: 'ringing' });
  });

  it('resets every cursor when it was wiped, and one that is too old when it was trimmed', () => {
    const log = new PlayedLog();
    const [first, second] = log.append([started('c1'), answered('c1')]);
    log.trim();
    expect(idsAfter(log, cursorOf(first!))).toBe('cursor-too-old');
    expect(idsAfter(log, cursorOf(second!))).toEqual([]);
    expect(log.states.calls).toEqual({ c1: 'answered' });
    log.wipe();
    expect(idsAfter(log, cursorOf(second!))).toBe('epoch-changed');
    expect(log.snapshot()).toEqual({ cursor: 'e2:0000000000000000', calls: [], queues: [], sources: [] });
    expect(idsAfter(log, 'no cursor')).toBe('cursor-malformed');
  });
});
