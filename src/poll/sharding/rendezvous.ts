import { createHash } from 'node:crypto';
import { fnv1a, mix } from '../../base/spread-hash.js';

/**
 * Which replica should poll which tenant: pure, and the same in every replica.
 *
 * A tenant belongs to a shard by its name, a shard to the live member that scores highest for it (rendezvous hashing).
 * So every replica computes the same owners without asking another. A member that joins takes shards from all others
 * alike, and the shards of a member that leaves are spread over the rest. No other shard moves.
 */

/**
 * Into how many shards the tenants are divided. With 256, the shares of 16 replicas are mostly within a quarter of
 * their mean, and a renewal reads few entries. This number cannot be changed in a rolling update: the events would
 * remain right, but tenants would go unpolled while old and new replicas divide them differently.
 */
export const SHARDS = 256;

export function shardOf(tenant: string): number {
  return mix(fnv1a(tenant)) % SHARDS;
}

/** @throws TypeError without members */
export function preferredOwner(shard: number, members: readonly string[]): string {
  const [first, ...others] = members;
  if (first === undefined) throw new TypeError('a shard needs at least one member to own it');
  let best = { member: first, score: score(shard, first) };
  for (const member of others) {
    const rival = { member, score: score(shard, member) };
    // Equal scores are decided by name, so that the order of the members does not matter.
    const wins = rival.score === best.score ? member < best.member : rival.score > best.score;
    if (wins) best = rival;
  }
  return best.member;
}

/** The shards that `member` should own. */
export function preferredShards(member: string, members: readonly string[]): Set<number> {
  const shards = Array.from({ length: SHARDS }, (_, shard) => shard);
  return new Set(shards.filter((shard) => preferredOwner(shard, members) === member));
}

/**
 * The same for the same tenants, in any order, and the same stored format. Replicas compare digests to notice that one
 * of them has another list, or writes a format that the others cannot read. Replicas with different digests cannot
 * share tenants.
 */
export function listDigest(tenants: Iterable<string>, format: number): string {
  const names = [...tenants].sort();
  // Builds that wrote format 1 did not put a format into the digest.
  return createHash('sha256')
    .update([...names, ...(format === 1 ? [] : [`format ${format}`])].join('\n'))
    .digest('hex')
    .slice(0, 16);
}

function score(shard: number, member: string): number {
  return mix(mix(fnv1a(member)) ^ mix(shard + 1));
}
