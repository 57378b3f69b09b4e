import { connectionsWithin, descriptorLimit } from './descriptors.js';

const WANTED = { maxConnections: 10_000, maxTokenless: 1_000 };

describe('the connections that clients may have', () => {
  it.each([
    [Infinity, 1, 10_000, 1_000],
    [65_536, 1, 10_000, 1_000],
    [65_536, 10_000, 10_000, 1_000],
    [1_024, 10, 678, 226],
    [256, 1, 129, 43],
    [256, 10_000, 84, 28],
    [64, 1, 15, 5],
  ])(
    'with %p descriptors and %p tenants are %p, of them %p without a token',
    (descriptors, tenants, all, tokenless) => {
      expect(connectionsWithin(WANTED, { descriptors, tenants })).toEqual({
        maxConnections: all,
        maxTokenless: tokenless,
      });
    },
  );

  it('leave the descriptors that the process itself needs, each of those without a token with a file open', () => {
    for (let descriptors = 200; descriptors < 20_000; descriptors += 7) {
      const { maxConnections, maxTokenless } = connectionsWithin(WANTED, { descriptors, tenants: 20 });
      expect(descriptors - maxConnections - maxTokenless).toBeGreaterThanOrEqual(80);
    }
  });
});

describe('the number of descriptors', () => {
  it('is the soft limit that the system shows, or unknown', () => {
    const line = (soft: string) => () =>
      `Max processes  5 5 processes\nMax open files            ${soft}  4096  files\n`;
    expect(descriptorLimit(line('256'))).toBe(256);
    expect(descriptorLimit(line('unlimited'))).toBe(Infinity);
    expect(descriptorLimit(() => 'nothing of it')).toBe(Infinity);
    expect(
      descriptorLimit(() => {
        throw new Error('no such file');
      }),
    ).toBe(Infinity);
  });
});
