import { answered, ended, started } from '../../test/conformance/played-calls.js';
import { type Entry, PlayedLog } from '../../test/conformance/played-log.js';
import { Consumer } from './consumer.js';
import type { BridgeEvent, Snapshot } from './contract.js';
import { parseCursor } from './position.js';

describe('the events that were missed before a snapshot', () => {
  const none = () => undefined;
  const arrives = (consumer: Consumer, { event, position }: Entry) =>
    consumer.arrived({ kind: 'event', event: event as BridgeEvent, position });

  it('do not change the map back, also where they are of an earlier epoch', async () => {
    const log = new PlayedLog();
    log.append([started('c1'), started('c2')]);
    const missed = [...log.append([answered('c1')])];
    log.continueInNewEpoch();
    missed.push(...log.append([ended('c1')]));
    const snapshot = log.snapshot() as Snapshot;

    const consumer = new Consumer({ url: '' }, none, none);
    const maps: string[][] = [];
    consumer.listeners.add('event', () => maps.push([...consumer.calls.keys()]));
    consumer.arrived({
      kind: 'snapshot',
      snapshot,
      position: parseCursor(snapshot.cursor),
      missedFollow: true,
    });
    for (const entry of missed) arrives(consumer, entry);
    for (const entry of log.append([started('c3')])) arrives(consumer, entry);
    await consumer.idle();
    expect(maps).toEqual([['c2'], ['c2'], ['c2', 'c3']]);
  });
});
