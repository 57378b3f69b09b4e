import type { Cluster, Redis } from 'ioredis';

/** Redis answers, and the bridge cannot work with it: the operator has to change Redis, or its user. */
export class UnusableStoreError extends Error {
  override readonly name = 'UnusableStoreError';
}

/**
 * Asks for what every claim and commit asks for: the replication id, by which the scripts notice a restart and a fail-over.
 * Without INFO each of them would fail, one by one, in words that name a script.
 *
 * @throws UnusableStoreError where INFO is refused, or is not the one of Redis; otherwise as the connection does
 */
export async function requireInfo(commands: Redis | Cluster): Promise<void> {
  let answer: unknown;
  try {
    answer = await commands.call('INFO', 'replication');
  } catch (error) {
    throw /^NOPERM\b/.test((error as Error).message)
      ? new UnusableStoreError(REFUSED)
      : (unknownInfo(error) ?? error);
  }
  if (!/^master_replid:\w+/m.test(String(answer))) throw new UnusableStoreError(WITHOUT_ID);
}

/**
 * What an error of a connection says of a Redis without INFO; null where it is another one. The connection asks for INFO
 * before it is ready, so that it never is with a Redis that does not know the command.
 */
export function unknownInfo(error: unknown): UnusableStoreError | null {
  const isUnknown = /\bERR unknown command\b.*\binfo\b/i.test((error as Error).message);
  return isUnknown ? new UnusableStoreError(UNKNOWN) : null;
}

const WHY = 'it shows restarts and fail-overs, which may have lost events (docs/redis.md)';
const REFUSED = `the user of the bridge may not run INFO at Redis: add +info to its rights; ${WHY}`;
const UNKNOWN = `Redis has no command INFO, or another name for it: remove its rename-command; ${WHY}`;
const WITHOUT_ID = `INFO replication of Redis shows no master_replid: it is no Redis that the bridge can use; ${WHY}`;
