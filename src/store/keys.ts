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

/** The hash of how far the tenant's webhooks have got: their fencing token, one field an endpoint, and who asked to resume. */
export function webhooksKey(tenant: string): string {
  return `pitel:{${checked(tenant)}}:webhooks`;
}

/** The hash of the newest attempts and dead letters of the tenant's webhooks. */
export function webhookRecordsKey(tenant: string): string {
  return `pitel:{${checked(tenant)}}:webhook-records`;
}

/** The hash of who is owed a call: one field a call-back. */
export function callbacksKey(tenant: string): string {
  return `pitel:{${checked(tenant)}}:callbacks`;
}

/** The hash of what else the tenant's desk goes on from: stories of live calls, known queues, agents' standings. */
export function deskKey(tenant: string): string {
  return `pitel:{${checked(tenant)}}:desk`;
}

/** The hash of the records of ended calls. */
export function historyKey(tenant: string): string {
  return `pitel:{${checked(tenant)}}:history`;
}

/** The sorted set by which they are found. */
export function historyIndexKey(tenant: string): string {
  return `pitel:{${checked(tenant)}}:history-index`;
}

/**
 * The hash of what a day has come to.
 *
 * @param day `YYYY-MM-DD`
 */
export function statsKey(tenant: string, day: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new TypeError('a day is written YYYY-MM-DD');
  return `pitel:{${checked(tenant)}}:stats:${day}`;
}

/** The stream of who did what. */
export function auditKey(tenant: string): string {
  return `pitel:{${checked(tenant)}}:audit`;
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
 * digest of each member's list of tenants, and the channel of changes; the channel of requests to tenants' owners; and for the upkeep of logs the tenants that have, or may have,
 * one, also those that are no longer configured, and whose turn it is until when. All keys share one hash tag; a tenant called
 * `leases` has other keys. The channels do not match `pitel:*`, because subscribers to that pattern expect events.
 */
export function leaseKeys(group: string): {
  readonly members: string;
  readonly shards: string;
  readonly lists: string;
  readonly logs: string;
  readonly turns: string;
  readonly changed: string;
  readonly asked: string;
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
    // No group's name has a colon.
    asked: `pitel-leases:${group}:asked`,
  };
}

/** Matches every group's. Rights in Redis can be given for a pattern, and then for that pattern only. */
export const LEASE_CHANNELS = 'pitel-leases:*';

function checked(tenant: string): string {
  if (!isTenant(tenant)) throw new TypeError(`a tenant is written ${TENANT}`);
  return tenant;
}
