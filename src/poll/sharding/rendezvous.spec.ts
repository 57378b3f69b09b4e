import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { listDigest, preferredOwner, preferredShards, SHARDS, shardOf } from './rendezvous.js';

const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
const members = (count: number, round = 0) =>
  Array.from({ length: count }, (_, index) => `replica-${round}-${index}`);
const owners = (among: readonly string[]) => shards.map((shard) => preferredOwner(shard, among));

describe('ownership', () => {
  it('puts every tenant into a shard, the same on every start, and spreads tenants over all of them', () => {
    const counts = new Array<number>(SHARDS).fill(0);
    for (let index = 0; index < 25_600; index++) counts[shardOf(`tenant-${index}`)]! += 1;
    expect(Math.min(...counts)).toBeGreaterThan(55);
    expect(Math.max(...counts)).toBeLessThan(150);
    expect([shardOf('acme'), shardOf('globex')]).toEqual([shardOf('acme'), shardOf('globex')]);
  });

  it.each([2, 3, 5, 8, 16])('spreads the shards evenly over %i members', (count) => {
    const mean = SHARDS / count;
    const parts: number[] = [];
    for (let round = 0; round < 50; round++) {
      const among = members(count, round);
      const found = owners(among);
      for (const member of among) parts.push(found.filter((owner) => owner === member).length);
    }
    const deviation = Math.sqrt(parts.reduce((sum, part) => sum + (part - mean) ** 2, 0) / parts.length);
    // As even as a binomial distribution, with a tenth on top.
    expect(deviation).toBeLessThan(1.1 * Math.sqrt(SHARDS * (1 / count) * (1 - 1 / count)));
  });

  it('moves nothing but what a member that joins takes for itself', () => {
    const before = owners(members(5));
    const after = owners([...members(5), 'newcomer']);
    const moved = shards.filter((shard) => before[shard] !== after[shard]);
    expect(moved.length).toBeGreaterThan(SHARDS / 6 / 2);
    for (const shard of moved) expect(after[shard]).toBe('newcomer');
  });

  it('moves nothing but what a member that is gone had, and not all of it to one', () => {
    const [gone, ...left] = members(5);
    const before = owners([gone!, ...left]);
    const after = owners(left);
    const heirs = new Set<string>();
    for (const shard of shards) {
      if (before[shard] === gone) heirs.add(after[shard]!);
      else expect(after[shard]).toBe(before[shard]);
    }
    expect([...heirs].sort()).toEqual(left.toSorted());
  });

  it('does not depend on the order in which members are named', () => {
    expect(owners(members(7).toReversed())).toEqual(owners(members(7)));
  });

  it('gives each shard to exactly one member, and all of them to a lone one', () => {
    const among = members(3);
    const all = among.flatMap((member) => [...preferredShards(member, among)]);
    expect(all.toSorted((a, b) => a - b)).toEqual(shards);
    expect(preferredShards('alone', ['alone']).size).toBe(SHARDS);
    expect(() => preferredOwner(0, [])).toThrow(TypeError);
  });

  it('gives different lists of tenants different digests, in any order', () => {
    expect(listDigest(['a', 'b'], 1)).toBe(listDigest(['b', 'a'], 1));
    expect(new Set([['a', 'b'], ['a'], ['ab']].map((list) => listDigest(list, 1))).size).toBe(3);
    expect(listDigest(['a'], 1)).toMatch(/^[0-9a-f]{16}$/);
  });

  it('gives different formats different digests, and format 1 that of builds without formats', () => {
    expect(new Set([1, 2, 3].map((format) => listDigest(['a', 'b'], format))).size).toBe(3);
    const before = createHash('sha256').update('a\nb').digest('hex').slice(0, 16);
    expect(listDigest(['a', 'b'], 1)).toBe(before);
  });
});
