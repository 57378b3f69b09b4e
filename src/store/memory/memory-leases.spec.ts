import { describeLeases } from '../leases.contract.js';
import { MemoryLeases } from './memory-leases.js';

describeLeases('MemoryLeases', async () => {
  let now = 0;
  const leases = new MemoryLeases({ monotonic: () => now });
  return { leases, elapse: async (ms) => void (now += ms), close: () => leases.close() };
});

describe('MemoryLeases in detail', () => {
  it('hold a lease without an end for the only member', async () => {
    const leases = new MemoryLeases({ monotonic: () => 0 });
    const renewal = { leaseMs: Infinity, list: 'x', wanted: [1], released: [] };
    expect(await leases.renew('a', renewal)).toEqual({
      members: ['a'],
      agreeing: ['a'],
      held: new Set([1]),
      othersEndInMs: null,
    });
  });
});
