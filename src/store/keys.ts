/**
 * Every key and channel that the bridge uses in Redis.
 *
 * The keys of a tenant share one hash tag, so that a script may touch both in a cluster. Channels carry no tag:
 * their names are part of the contract, and PUBLISH is not bound to a slot. Nothing but a well-formed tenant
 * becomes part of a name, so no tenant can reach another's keys by a clever spelling.
 */

const TENANT = '[a-z0-9][a-z0-9-]{0,62}';
const TENANT_ONLY = new RegExp(`^${TENANT}$`);
const CHANNEL = new RegExp(`^pitel:(${TENANT}):([^:]+)$`);

/** Whether it may become a part of a name. */
export function isTenant(name: string): boolean {
  return TENANT_ONLY.test(name);
}

/** The hash that holds the tenant's state, field by field, and what the commit checks. */
export function stateKey(tenant: string): string {
  return `pitel:{${checked(tenant)}}:state`;
}

/** The tenant's event log: entry id `<sequence>-0`, one field `event` with the event's JSON. */
export function logKey(tenant: string): string {
  return `pitel:{${checked(tenant)}}:events`;
}

/** Where events of `type` are published. */
export function channel(tenant: string, type: string): string {
  if (type === '' || type.includes(':')) throw new TypeError('an event type is a word without colons');
  return `pitel:${checked(tenant)}:${type}`;
}

/** Matches every tenant's channels, and possibly more: check each with `parseChannel`. */
export const ALL_CHANNELS = 'pitel:*:*';

/** Null for a name that is none of the bridge's channels. */
export function parseChannel(name: string): { readonly tenant: string; readonly type: string } | null {
  const [, tenant, type] = CHANNEL.exec(name) ?? [];
  return tenant === undefined || type === undefined ? null : { tenant, type };
}

/**
 * The names for what the replicas of one group agree on: live members by the end of their lease, shards by their owner, the
 * digest of each member's list of tenants, and the channel of changes; and for the upkeep of logs the tenants that have, or may have,
 * one, also those that are no longer configured, and whose turn it is until when. All keys share one hash tag; a tenant called
 * `leases` has other keys. The channel does not match `pitel:*`, because subscribers to that pattern expect events.
 */
export function leaseKeys(group: string): {
  readonly members: string;
  readonly shards: string;
  readonly lists: string;
  readonly logs: string;
  readonly turns: string;
  readonly changed: string;
} {
  if (!/^[a-z0-9-]{1,80}$/.test(group)) throw new TypeError('a group of replicas is written [a-z0-9-]{1,80}');
  const prefix = `pitel:{leases}:${group}`;
  return {
    members: `${prefix}:members`,
    shards: `${prefix}:shards`,
    lists: `${prefix}:lists`,
    logs: `${prefix}:logs`,
    turns: `${prefix}:turns`,
    changed: `pitel-leases:${group}`,
  };
}

/** Matches every group's. Rights in Redis can be given for a pattern, and then for that pattern only. */
export const LEASE_CHANNELS = 'pitel-leases:*';

function checked(tenant: string): string {
  if (!isTenant(tenant)) throw new TypeError(`a tenant is written ${TENANT}`);
  return tenant;
}
