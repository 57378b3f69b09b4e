import { jest } from '@jest/globals';
import { ManualClock } from '../../../test/support/delivery.js';
import { FailurePace, networkOf } from './failure-pace.js';
import type { LimitWatch } from './limit-watch.js';

const ADDRESS = '192.0.2.1';

describe('the pace of an address', () => {
  /** Two failures a second, so ten at once. */
  const setUp = () => {
    const clock = new ManualClock();
    const reached = jest.fn<LimitWatch['reached']>();
    const pace = new FailurePace({
      failuresPerSecond: 2,
      clock,
      watch: { reached } as unknown as LimitWatch,
    });
    const fail = (count: number, address = ADDRESS) => {
      for (let turn = 0; turn < count; turn += 1) pace.failed(address);
    };
    /** How long a turn takes, to a tenth of a second; null: more than three seconds. */
    const waits = async (address = ADDRESS) => {
      let came = false;
      void pace.turn(address).then(() => (came = true));
      for (let tenths = 0; tenths <= 30; tenths += 1) {
        await Promise.resolve();
        await Promise.resolve();
        if (came) return tenths * 100;
        clock.advance(100);
      }
      return null;
    };
    return { clock, reached, fail, waits };
  };

  it('is not slowed down by what succeeds, nor by a few failures', async () => {
    const { reached, fail, waits } = setUp();
    fail(10);
    expect(await waits()).toBe(0);
    expect(reached).not.toHaveBeenCalled();
  });

  it('is slowed down by more failures than that, until time has made up for them', async () => {
    const { clock, reached, fail, waits } = setUp();
    fail(11);
    expect(await waits()).toBe(500);
    expect(reached).toHaveBeenCalledWith('failures', ADDRESS);
    fail(1);
    clock.advance(500);
    expect(await waits()).toBe(0);
  });

  it('never makes anybody wait for more than a second, however much failed', async () => {
    const { fail, waits } = setUp();
    fail(5_000);
    expect(await waits()).toBe(1_000);
    fail(5_000);
    expect(await waits()).toBe(1_000);
  });

  it('waits no longer when one more fails just before the longest wait', async () => {
    const { clock, fail, waits } = setUp();
    fail(11);
    clock.advance(1);
    fail(2);
    expect(await waits()).toBe(1_000);
  });

  it('forgets what failed beyond the longest wait', async () => {
    const { clock, fail, waits } = setUp();
    fail(5_000);
    clock.advance(1_500);
    expect(await waits()).toBe(0);
  });

  it('of one that fails alone makes no other wait, however much failed', async () => {
    const { fail, waits } = setUp();
    fail(5_000);
    expect(await waits('192.0.2.2')).toBe(0);
  });

  it('is its own, but that all together have one too', async () => {
    const { fail, waits } = setUp();
    fail(20);
    expect(await waits('192.0.2.2')).toBe(0);
    for (let host = 10; host < 30; host += 1) fail(20, `192.0.2.${host}`);
    expect(await waits('192.0.2.2')).toBeGreaterThan(0);
  });
});

describe('the network of an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:0:7:a:b:c:d', '2001:db8:0:7'],
    ['2001:0DB8::7:1', '2001:db8:0:0'],
    ['2001:db8:1:2::', '2001:db8:1:2'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['::1', '0:0:0:0'],
    ['', ''],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
