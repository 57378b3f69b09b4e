import { ManualClock } from '../../test/support/delivery.js';
import { SharedTimeout } from './shared-timeout.js';

describe('a time-out that many share', () => {
  let clock: ManualClock;
  let timers: number;
  let passed: [one: string, at: number][];
  let timeout: SharedTimeout<string>;
  let begun: number;

  beforeEach(() => {
    clock = new ManualClock();
    begun = clock.monotonic();
    timers = 0;
    passed = [];
    timeout = new SharedTimeout(100, (one) => passed.push([one, clock.monotonic() - begun]), {
      monotonic: () => clock.monotonic(),
      after: (ms, task) => {
        timers += 1;
        return clock.after(ms, task);
      },
    });
  });

  it('ends each after its own time, however they were begun', () => {
    timeout.begin('a');
    clock.advance(30);
    timeout.begin('b');
    timeout.begin('c');
    clock.advance(40);
    timeout.begin('d');
    clock.advance(1_000);
    expect(passed).toEqual([
      ['a', 100],
      ['b', 130],
      ['c', 130],
      ['d', 170],
    ]);
  });

  it('says nothing of one that is over, and gives one that begins again the whole time', () => {
    for (const one of ['a', 'b', 'c']) timeout.begin(one);
    clock.advance(60);
    timeout.end('a');
    timeout.begin('b');
    clock.advance(1_000);
    expect(passed).toEqual([
      ['c', 100],
      ['b', 160],
    ]);
  });

  it('goes on after none was left', () => {
    timeout.begin('a');
    clock.advance(500);
    timeout.begin('b');
    clock.advance(500);
    expect(passed).toEqual([
      ['a', 100],
      ['b', 600],
    ]);
  });

  it('has one timer at a time, and a thousand that are over in time cost two', () => {
    for (let turn = 0; turn < 1_000; turn++) {
      timeout.begin(`${turn}`);
      clock.advance(0.1);
      timeout.end(`${turn}`);
    }
    clock.advance(1_000);
    expect([timers, passed]).toEqual([2, []]);
  });
});
