import { createHash } from 'node:crypto';
import { fnv1a, mix } from '../../base/spread-hash.js';

/**
 * Who should poll what: pure, and the same in every replica.
 *
 * A tenant belongs to a shard by its name, a shard to the live member that scores highest for it (rendezvous hashing).
 * So every replica comes to the same answer without asking another; a member that joins takes its part from all others
 * alike, and the shards of one that is gone are spread over those that are left. No other shard moves.
 */

/**
 * How finely the tenants are shared out. With 256, the parts of 16 replicas are mostly within a quarter of their mean,
 * and a renewal looks at few entries. A change of it is no rolling update: what counts would stay right, but tenants
 * would go unpolled while old and new replicas divide them differently.
 */
export const SHARDS = 256;

export function shardOf(tenant: string): number {
  return mix(fnv1a(tenant)) % SHARDS;
}

/** @throws TypeError without members */
export function preferredOwner(shard: number, members: readonly string[]): string {
  const [first, ...others] = members;
  if (first === undefined) throw new TypeError('nobody is there to own a shard');
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
 * The same for the same tenants in the same stored format, in whatever order: by it replicas notice that one of them has
 * another list, or writes what the others cannot read. Neither kind can share tenants with the other.
 */
export function listDigest(tenants: Iterable<string>, format: number): string {
  const names = [...tenants].sort();
  // Format 1 is what builds wrote before they had formats, and the digest is theirs.
  return createHash('sha256')
    .update([...names, ...(format === 1 ? [] : [`format ${format}`])].join('\n'))
    .digest('hex')
    .slice(0, 16);
}

function score(shard: number, member: string): number {
  return mix(mix(fnv1a(member)) ^ mix(shard + 1));
}
