import { EncodedSnapshot, SnapshotCache } from './snapshot.js';

describe('the snapshots of a view', () => {
  let encoded = 0;
  const encode = (json = '{}') => {
    return () => {
      encoded += 1;
      return new EncodedSnapshot('e1:1', json);
    };
  };
  beforeEach(() => (encoded = 0));

  it('are encoded once for each audience, until the view changes', () => {
    const cache = new SnapshotCache();
    const first = cache.of('1', 'a', encode());
    expect(cache.of('1', 'a', encode())).toBe(first);
    expect(cache.of('1', 'b', encode())).not.toBe(first);
    expect(encoded).toBe(2);
    expect(cache.of('2', 'a', encode())).not.toBe(first);
    expect(encoded).toBe(3);
  });

  it('that do not fit are encoded for each client, and those that were kept remain', () => {
    const cache = new SnapshotCache();
    const small = cache.of('1', 'small', encode());
    const large = 'x'.repeat(5 * 1024 * 1024);
    cache.of('1', 'large', encode(large));
    cache.of('1', 'large', encode(large));
    expect(encoded).toBe(3);
    expect(cache.of('1', 'small', encode())).toBe(small);
  });
});
