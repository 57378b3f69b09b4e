import { ManualClock } from '../../../test/support/delivery.js';
import { FairTurns } from './fair-turns.js';

describe('turns', () => {
  it('go to one key after the other, and to what one key asks for in its order', async () => {
    const turns = new FairTurns({ clock: new ManualClock() });
    const order: string[] = [];
    const wait = async (key: string, name: string) => {
      await turns.next(key);
      order.push(name);
    };
    await Promise.all([wait('a', 'a1'), wait('a', 'a2'), wait('a', 'a3'), wait('b', 'b1'), wait('c', 'c1')]);
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'a3']);
  });

  it('leave the event loop to others when the work takes long', async () => {
    const clock = new ManualClock();
    const turns = new FairTurns({ clock });
    let done = 0;
    const work = async () => {
      await turns.next('a');
      clock.advance(3);
      done += 1;
    };
    for (let count = 0; count < 6; count += 1) void work();
    // What has been done at each turn of the event loop.
    const seen: number[] = [];
    while (done < 6) {
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(done);
    }
    expect(seen).toEqual([2, 4, 6]);
  });

  it('begin nothing while connections come, but for 100 ms at most', async () => {
    const clock = new ManualClock();
    const turns = new FairTurns({ clock });
    let done = 0;
    for (let count = 0; count < 9; count += 1)
      void turns.next('a').then(() => {
        clock.advance(5);
        done += 1;
      });
    const seen: number[] = [];
    while (done < 4) {
      if (seen.length < 7) turns.makeWay();
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(done);
      clock.advance(50);
    }
    expect(seen).toEqual([0, 0, 1, 1, 1, 2, 2, 3, 4]);
  });
});
