import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { logKey } from '../../src/store/keys.js';
import type { RedisTarget } from '../../src/store/redis/redis-connection.js';
import { passwordOf, readDocument } from '../redis-consumer/document.js';
import { makeCertificate, type TestCertificate } from '../support/certificate.js';
import { startCluster } from '../support/redis-cluster.js';
import { startSentinel } from '../support/redis-sentinel.js';
import type { TestRedis } from '../support/redis.js';

/**
 * Redis in one of its forms, as careful operators run it: encrypted with a private certificate, and with the bridge as
 * the user that the documents describe, with these rights and no others.
 */
export interface Form {
  readonly target: RedisTarget;
  /** The server that takes the tenant's writes. */
  master(tenant: string): Promise<TestRedis>;
  admin(server: TestRedis): Redis;
  flush(): Promise<void>;
  inSync(tenant: string): Promise<void>;
  /** Stops replication to the replicas; call what it returns when the master is dead. */
  cutOffHeirs(tenant: string): Promise<() => Promise<void>>;
  killMaster(tenant: string): Promise<TestRedis>;
  successorOf(old: TestRedis, tenant: string): Promise<TestRedis>;
  /** Restores the number of replicas. */
  heal(dead: TestRedis): Promise<void>;
  stop(): Promise<void>;
}

const ADMIN = { username: 'default', password: 'the-administrators' } as const;
const SENTINEL_PASSWORD = 'the-sentinels';

export async function sentinelForm(): Promise<Form> {
  const given = await surroundings();
  const sentinel = await startSentinel({
    tls: given.certificate,
    args: given.args,
    access: ADMIN,
    sentinelAccess: { password: SENTINEL_PASSWORD },
    sentinelConfig: [
      `requirepass ${SENTINEL_PASSWORD}`,
      `sentinel auth-user main ${ADMIN.username}`,
      `sentinel auth-pass main ${ADMIN.password}`,
    ],
  });
  const { sentinels, name } = sentinel;
  return {
    target: { sentinels, name, sentinelPassword: SENTINEL_PASSWORD, ...given.access },
    master: () => sentinel.master(),
    admin: (server) => sentinel.admin(server),
    flush: async () => void (await sentinel.admin(await sentinel.master()).flushall()),
    inSync: () => sentinel.inSync(),
    cutOffHeirs: () => sentinel.cutOffReplicas(),
    killMaster: () => sentinel.killMaster(),
    successorOf: (old) => sentinel.successorOf(old),
    heal: async (dead) => {
      await sentinel.restart(dead);
      await sentinel.inSync();
    },
    stop: async () => {
      await sentinel.stop();
      await given.remove();
    },
  };
}

export async function clusterForm(): Promise<Form> {
  const given = await surroundings();
  const cluster = await startCluster({ tls: given.certificate, args: given.args, access: ADMIN });
  return {
    target: { clusterNodes: cluster.nodes, ...given.access },
    master: (tenant) => cluster.ownerOf(logKey(tenant)),
    admin: (server) => cluster.admin(server),
    flush: () => cluster.flush(),
    inSync: (tenant) => cluster.inSync(logKey(tenant)),
    cutOffHeirs: (tenant) => cluster.cutOffReplicaOf(logKey(tenant)),
    killMaster: (tenant) => cluster.killOwnerOf(logKey(tenant)),
    successorOf: (old, tenant) => cluster.successorOf(old, logKey(tenant)),
    // The next test takes a tenant whose master still has its replica.
    heal: async () => undefined,
    stop: async () => {
      await cluster.stop();
      await given.remove();
    },
  };
}

/** Certificate, users, and how the bridge is configured for both. */
async function surroundings() {
  const certificate: TestCertificate = await makeCertificate();
  const dir = await mkdtemp(join(tmpdir(), 'pitel-acl-'));
  const { commands } = await readDocument();
  const rights = commands
    .filter(([, , user]) => user === 'bridge')
    .flatMap((words) => words.slice(3))
    .filter((word) => word !== 'reset');
  const users = join(dir, 'users.acl');
  await writeFile(users, `user default on >${ADMIN.password} ~* &* +@all\nuser bridge ${rights.join(' ')}\n`);
  // Tests the file that is shipped.
  const shipped = await readFile(new URL('../../deploy/redis/users.acl', import.meta.url), 'utf8');
  const missing = rights.filter((word) => !shipped.includes(word) && !word.includes('cluster|'));
  if (missing.length > 0) throw new Error(`deploy/redis/users.acl lacks ${missing.join(' ')}`);
  return {
    certificate,
    args: ['--aclfile', users, '--masteruser', ADMIN.username, '--masterauth', ADMIN.password],
    access: {
      username: 'bridge',
      password: passwordOf(commands, 'bridge'),
      tls: true,
      tlsCa: certificate.pem,
    },
    remove: async () => {
      await certificate.remove();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
