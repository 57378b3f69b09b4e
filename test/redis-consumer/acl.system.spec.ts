import { readFile } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { describeDeskStore } from '../../src/store/desk-store.contract.js';
import { describeInbox } from '../../src/store/inbox.contract.js';
import { describeLeases } from '../../src/store/leases.contract.js';
import { describeStore } from '../../src/store/store.contract.js';
import { describeWebhookStore } from '../../src/store/webhook-store.contract.js';
import { LogWriter, transition } from '../support/delivery.js';
import { startRedis } from '../support/redis.js';
import { deskSubject } from '../support/redis-desk.js';
import { inboxSubject } from '../support/redis-inbox.js';
import { leasesSubject } from '../support/redis-leases.js';
import { storeSubject, withClusterNode, withRedis } from '../support/redis-store.js';
import { webhooksSubject } from '../support/redis-webhooks.js';
import { passwordOf, readDocument } from './document.js';

/** The rights of docs/redis-consumers.md, against a real Redis: what they allow, and mostly what they do not. */
const { commands } = await readDocument();
const isForClusters = (words: readonly string[]) => words.some((word) => word.includes('cluster|'));

async function grant(admin: Redis, { inCluster = false } = {}): Promise<void> {
  for (const words of commands) {
    if (inCluster || !isForClusters(words)) await admin.call(words[0]!, ...words.slice(1));
  }
}

const OWN = 'pitel:{acme}:events';
const STATE = 'pitel:{acme}:state';
const OTHERS = 'pitel:{globex}:events';

/** What neither a reader nor a worker may do. */
const FORBIDDEN: readonly string[] = [
  // its own tenant's state
  `HGETALL ${STATE}`,
  `HMGET ${STATE} epoch`,
  `HSET ${STATE} fence 1`,
  `TYPE ${STATE}`,
  'HGETALL pitel:{acme}:webhooks',
  'HGETALL pitel:{acme}:webhook-records',
  'HGETALL pitel:{acme}:callbacks',
  'HGETALL pitel:{acme}:desk',
  'HGETALL pitel:{acme}:history',
  'ZRANGE pitel:{acme}:history-index 0 -1',
  'HGETALL pitel:{acme}:stats:2026-11-30',
  'XRANGE pitel:{acme}:audit - +',
  `EXISTS ${STATE}`,
  `DUMP ${STATE}`,
  // another tenant
  `XRANGE ${OTHERS} - +`,
  `XREVRANGE ${OTHERS} + -`,
  `XREAD STREAMS ${OTHERS} 0`,
  `XREAD STREAMS ${OWN} ${OTHERS} 0 0`,
  `XLEN ${OTHERS}`,
  `XINFO STREAM ${OTHERS}`,
  `XREADGROUP GROUP crm me STREAMS ${OTHERS} >`,
  `XREADGROUP GROUP crm me STREAMS ${OWN} ${OTHERS} > >`,
  `XGROUP CREATE ${OTHERS} crm 0 MKSTREAM`,
  `XACK ${OTHERS} crm 1-0`,
  `XAUTOCLAIM ${OTHERS} crm me 0 0`,
  'HGETALL pitel:{globex}:state',
  'HGETALL pitel:{leases}:g:shards',
  'PSUBSCRIBE pitel-leases:*',
  'PUBLISH pitel-leases:g x',
  'SUBSCRIBE pitel:globex:call-started',
  'PSUBSCRIBE pitel:globex:*',
  'PSUBSCRIBE pitel:*',
  'PSUBSCRIBE pitel:*:*',
  'PSUBSCRIBE *',
  'SSUBSCRIBE pitel:globex:call-started',
  'XRANGE pitel:{acme}:events:more - +',
  'XRANGE pitel:{acme-2}:events - +',
  'GET anything',
  // writing
  `XADD ${OWN} * event {}`,
  `XDEL ${OWN} 1-0`,
  `XTRIM ${OWN} MAXLEN 0`,
  `XSETID ${OWN} 9-0`,
  `XGROUP DESTROY ${OWN} crm`,
  `XGROUP SETID ${OWN} crm $`,
  `XGROUP DELCONSUMER ${OWN} crm me`,
  `XCLAIM ${OWN} crm me 0 1-0`,
  `DEL ${OWN}`,
  `UNLINK ${OWN}`,
  `EXPIRE ${OWN} 1`,
  `RENAME ${OWN} pitel:{acme}:gone`,
  `COPY ${OWN} pitel:{acme}:copy`,
  `MOVE ${OWN} 1`,
  `SORT ${OWN}`,
  'SET anything 1',
  'PUBLISH pitel:acme:call-started {}',
  'PUBLISH pitel:globex:call-started {}',
  'SPUBLISH pitel:acme:call-started {}',
  // looking around, and running the server
  'KEYS *',
  'SCAN 0',
  'RANDOMKEY',
  'DBSIZE',
  'SELECT 1',
  'SWAPDB 0 1',
  'PUBSUB CHANNELS',
  'INFO',
  'CONFIG GET *',
  'CONFIG SET requirepass x',
  'ACL LIST',
  'ACL SETUSER mallory on nopass ~* &* +@all',
  'CLIENT LIST',
  'CLIENT KILL TYPE normal',
  'MONITOR',
  'COMMAND COUNT',
  'EVAL return(1) 0',
  `EVAL_RO return(redis.call('HGETALL',KEYS[1])) 1 ${STATE}`,
  'SCRIPT FLUSH',
  'FUNCTION LIST',
  'FCALL f 0',
  'FLUSHALL',
  'FLUSHDB',
  'MULTI',
  `OBJECT ENCODING ${OWN}`,
  `MEMORY USAGE ${OWN}`,
  'SAVE',
  'SHUTDOWN',
  'REPLICAOF NO ONE',
  'PSYNC ? -1',
  'MODULE LIST',
  'LATENCY RESET',
  'SLOWLOG GET',
  'CLUSTER SLOTS',
];

/** Beyond that, what only a worker may do, and what only a reader may. */
const ONLY_WORKERS = [
  `XGROUP CREATE ${OWN} mine 0`,
  `XREADGROUP GROUP crm me COUNT 1 STREAMS ${OWN} >`,
  `XACK ${OWN} crm 1-0`,
  `XAUTOCLAIM ${OWN} crm me 0 0`,
  `XPENDING ${OWN} crm`,
];
const ONLY_READERS = [
  `XRANGE ${OWN} - +`,
  `XREVRANGE ${OWN} + -`,
  `XREAD STREAMS ${OWN} 0`,
  `XLEN ${OWN}`,
  'SUBSCRIBE pitel:acme:call-started',
  'PSUBSCRIBE pitel:acme:*',
];

describe('with the rights of the document', () => {
  const given = withRedis();
  let log: LogWriter;

  beforeEach(async () => {
    const { admin, open } = given();
    await grant(admin);
    const store = open();
    log = await new LogWriter(store).claim('e1');
    await log.commit(transition('call-started', 'c1'));
    const other = await new LogWriter(store, 'globex').claim('g1');
    await other.commit(transition('call-started', 'theirs'));
    for (const stream of [OWN, OTHERS]) await admin.xgroup('CREATE', stream, 'crm', '0');
  });

  const login = (user: string): Redis => {
    const { redis, afterwards } = given();
    const client = new Redis({
      port: redis.port,
      username: user,
      password: passwordOf(commands, user),
      enableReadyCheck: false,
      protocol: 2,
    });
    client.on('error', () => undefined);
    afterwards(async () => client.disconnect());
    return client;
  };
  const said = async (client: Redis, command: string): Promise<string> => {
    const [name, ...words] = command.split(' ');
    // In small letters: by them ioredis knows what a subscription is.
    return client.call(name!.toLowerCase(), ...words).then(
      () => 'allowed',
      (error: Error) => error.message.split(' ')[0]!,
    );
  };
  const refused = async (user: string, tries: readonly string[]) => {
    const client = login(user);
    const answers: string[] = [];
    for (const command of tries) answers.push(`${await said(client, command)} ${command}`);
    expect(answers).toEqual(tries.map((command) => `NOPERM ${command}`));
  };
  const allowed = async (user: string, tries: readonly string[]) => {
    // Each on a connection of its own: one that has subscribed can do nothing else.
    for (const command of tries)
      expect(`${await said(login(user), command)} ${command}`).toBe(`allowed ${command}`);
  };

  it.each(['acme-reader', 'acme-worker'])(
    '%s can neither look elsewhere nor change anything',
    async (user) => {
      const { admin } = given();
      const before = await Promise.all([OWN, STATE, OTHERS].map((key) => admin.dump(key)));
      await refused(user, FORBIDDEN);
      expect(await Promise.all([OWN, STATE, OTHERS].map((key) => admin.dump(key)))).toEqual(before);
    },
  );

  it('a reader reads its channels and its stream, and cannot work in a group', async () => {
    await allowed('acme-reader', ONLY_READERS);
    await refused('acme-reader', ONLY_WORKERS);
  });

  it('a worker works in a group, and neither listens nor reads outside of it', async () => {
    await allowed('acme-worker', ONLY_WORKERS);
    await refused('acme-worker', ONLY_READERS);
  });

  it('the log goes on whatever a worker does: its sequences and events do not change', async () => {
    await allowed('acme-worker', [...ONLY_WORKERS, `XGROUP CREATE ${OWN} another 0`]);
    const [event] = await log.commit(transition('call-ended', 'c1', { state: 'ended' }));
    expect(event!.sequence).toBe('0000000000000002');
    expect(await given().admin.xlen(OWN)).toBe(2);
  });

  it('the bridge can neither look around nor touch what is not its own', async () => {
    await refused('bridge', [
      'KEYS *',
      'SCAN 0',
      'CONFIG GET *',
      'ACL LIST',
      'FLUSHALL',
      'SCRIPT FLUSH',
      'CLIENT LIST',
      'GET anything',
      'SET anything 1',
      `DEL ${OWN}`,
      'XADD crm:stream * a b',
      'HGETALL crm:events',
      'HGETALL pitel:{acme}:other',
      'PUBLISH crm:news x',
      'PSUBSCRIBE *',
      `XGROUP DESTROY ${OWN} crm`,
    ]);
    // A script has the rights of the user that runs it.
    const NO_RIGHT = /can't run this command|can't access/;
    const client = login('bridge');
    const script = (code: string) => client.eval(code, 1, STATE);
    await expect(script("return redis.call('DEL', KEYS[1])")).rejects.toThrow(NO_RIGHT);
    await expect(script("return redis.call('GET', 'anything')")).rejects.toThrow(NO_RIGHT);
  });
});

describe('the bridge with the rights of the document', () => {
  const given = withRedis();
  const password = passwordOf(commands, 'bridge');
  describeStore('keeps every promise of the store:', async (options) => {
    const { admin, redis } = given();
    await grant(admin);
    const target = { url: redis.url.replace('//', `//bridge:${password}@`) };
    const lose = async () => void (await admin.flushall());
    return storeSubject(target, options, () => Promise.resolve(admin), lose);
  });
});

describe('the bridge’s inboxes with the rights of the document', () => {
  const given = withRedis();
  const password = passwordOf(commands, 'bridge');
  describeInbox('keep every promise:', async () => {
    const { admin, redis } = given();
    await grant(admin);
    const target = { url: redis.url.replace('//', `//bridge:${password}@`) };
    return inboxSubject(target, () => Promise.resolve(admin));
  });
});

describe('the bridge’s webhooks with the rights of the document', () => {
  const given = withRedis();
  const password = passwordOf(commands, 'bridge');
  describeWebhookStore('keep every promise of their store:', async () => {
    const { admin, redis } = given();
    await grant(admin);
    const target = { url: redis.url.replace('//', `//bridge:${password}@`) };
    return webhooksSubject(
      target,
      () => Promise.resolve(admin),
      () => admin.flushall(),
    );
  });
});

describe('the bridge’s desks with the rights of the document', () => {
  const given = withRedis();
  const password = passwordOf(commands, 'bridge');
  describeDeskStore('keep every promise of their store:', async () => {
    const { admin, redis } = given();
    await grant(admin);
    const target = { url: redis.url.replace('//', `//bridge:${password}@`) };
    return deskSubject(target, () => Promise.resolve(admin));
  });
});

describe('the bridge’s replicas with the rights of the document', () => {
  const given = withRedis();
  const password = passwordOf(commands, 'bridge');
  describeLeases('keep every promise of leases:', async () => {
    const { admin, redis } = given();
    await grant(admin);
    return leasesSubject({ url: redis.url.replace('//', `//bridge:${password}@`) }, admin);
  });
});

describe('the bridge with the rights of the document, in a cluster', () => {
  const given = withClusterNode();
  it('commits, reads and follows', async () => {
    const { admin, target, open } = given();
    await grant(admin, { inCluster: true });
    const store = open({
      ...target,
      username: 'bridge',
      password: passwordOf(commands, 'bridge'),
    });
    const heard = new Promise<string>((resolve) => {
      void store
        .follow({ event: (_tenant, json) => resolve(json), interrupted: () => undefined })
        .then(async () => (await new LogWriter(store).claim('e1')).commit(transition('call-started', 'c1')));
    });
    expect(JSON.parse(await heard)).toMatchObject({ subject: 'c1' });
    expect(await store.read('acme', 0, 10)).toMatchObject({ epoch: 'e1', last: 1 });
  });
});

describe('deploy/redis/users.acl', () => {
  const file = new URL('../../deploy/redis/users.acl', import.meta.url);

  it('says the same as the document', async () => {
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    const documented = commands
      .filter((words) => !isForClusters(words))
      .map(([, , user, , ...rules]) => `user ${user} ${rules.join(' ')}`);
    expect(lines.slice(1).toSorted()).toEqual(documented.toSorted());
  });

  it('is understood by Redis, and lets no client in without a password', async () => {
    const redis = await startRedis({ args: ['--aclfile', file.pathname] });
    try {
      for (const user of ['bridge', 'acme-reader', 'acme-worker']) {
        const client = new Redis({
          port: redis.port,
          username: user,
          password: passwordOf(commands, user),
          enableReadyCheck: false,
        });
        client.on('error', () => undefined);
        expect(await client.ping()).toBe('PONG');
        client.disconnect();
      }
      const stranger = new Redis({ port: redis.port, enableReadyCheck: false, maxRetriesPerRequest: 0 });
      stranger.on('error', () => undefined);
      await expect(stranger.ping()).rejects.toThrow('NOAUTH');
      stranger.disconnect();
    } finally {
      await redis.stop();
    }
  });
});
