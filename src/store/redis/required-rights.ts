import type { Cluster, Redis } from 'ioredis';

/** Redis answers, and the bridge cannot work with it: the operator has to change Redis, or its user. */
export class UnusableStoreError extends Error {
  override readonly name = 'UnusableStoreError';
}

/**
 * Asks for all that no claim and no commit can do without.
 *
 * @throws UnusableStoreError where it is not to be had, and says what is missing; otherwise as the connection does
 */
export async function requireRights(commands: Redis | Cluster): Promise<void> {
  await requireInfo(commands);
  await requireDeskKeys(commands);
}

/** Keys of a tenant that there is not: its name is none. An older release's rights do not name these. */
const DESK_KEYS: readonly (readonly [key: string, ...read: readonly string[]])[] = [
  ['callbacks', 'HGET', ''],
  ['desk', 'HGET', ''],
  ['history', 'HGET', ''],
  ['history-index', 'ZRANGE', '0', '0'],
  ['stats:2001-01-01', 'HGET', ''],
  ['audit', 'XRANGE', '-', '-'],
];

async function requireDeskKeys(commands: Redis | Cluster): Promise<void> {
  const refused: string[] = [];
  for (const [key, command = '', ...rest] of DESK_KEYS)
    try {
      await commands.call(command, `pitel:{-}:${key}`, ...rest);
    } catch (error) {
      if (!/^NOPERM\b/.test((error as Error).message)) throw error;
      refused.push(`~pitel:{*}:${key.replace('2001-01-01', '*')}`);
    }
  if (refused.length > 0) throw new UnusableStoreError(`${REFUSED_KEYS}: add ${refused.join(' ')}`);
}

/**
 * Asks for what every claim and commit asks for: the replication id, by which the scripts notice a restart and a fail-over.
 * Without INFO each of them would fail, one by one, in words that name a script.
 *
 * @throws UnusableStoreError where INFO is refused, or is not the one of Redis; otherwise as the connection does
 */
async function requireInfo(commands: Redis | Cluster): Promise<void> {
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
const REFUSED_KEYS =
  'the user of the bridge may not use keys of Redis that this release needs (docs/redis-consumers.md)';
const REFUSED = `the user of the bridge may not run INFO at Redis: add +info to its rights; ${WHY}`;
const UNKNOWN = `Redis has no command INFO, or another name for it: remove its rename-command; ${WHY}`;
const WITHOUT_ID = `INFO replication of Redis shows no master_replid: it is no Redis that the bridge can use; ${WHY}`;
