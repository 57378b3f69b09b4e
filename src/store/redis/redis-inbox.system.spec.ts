import { inboxSubject } from '../../../test/support/redis-inbox.js';
import { withClusterNode, withRedis } from '../../../test/support/redis-store.js';
import { UNCHANGED } from '../../core/model/delta.js';
import { describeInbox, request } from '../inbox.contract.js';
import { Owner } from '../store.contract-kit.js';

describe('on a standalone server', () => {
  const given = withRedis();
  describeInbox('RedisInbox', async () => {
    const { redis, admin } = given();
    return inboxSubject({ url: redis.url }, () => Promise.resolve(admin));
  });
});

describe('in a cluster', () => {
  const given = withClusterNode();
  describeInbox('RedisInbox', async () => {
    const { target, admin } = given();
    return inboxSubject(target, () => Promise.resolve(admin));
  });
});

describe('RedisInbox in detail', () => {
  const given = withRedis();
  const open = (group?: string) => {
    const { redis, admin, afterwards } = given();
    const subject = inboxSubject({ url: redis.url }, () => Promise.resolve(admin), group);
    afterwards(() => subject.close());
    return subject;
  };

  it('keeps two fields beside the state, and none where nothing waits and nothing was answered', async () => {
    const { admin } = given();
    const { inbox, store } = open();
    const owner = await Owner.claim(store);
    const fields = async () =>
      (await admin.hkeys('pitel:{acme}:state')).filter((one) => /inbox|answered/.test(one));
    await owner.commit({ events: 1 });
    expect(await fields()).toEqual([]);
    await inbox.ask('acme', request(1));
    expect(await fields()).toEqual(['inbox']);
    await owner.send({
      ...owner.prepare({ events: 1 }),
      answers: [{ id: request(1).id, result: 'written' }],
    });
    expect(await fields()).toEqual(['answered']);
    expect(await admin.keys('pitel:{acme}:*')).toHaveLength(2);
  });

  it('publishes nothing that a consumer of events would get, and its hint reaches its own group only', async () => {
    const { admin, afterwards } = given();
    const listener = admin.duplicate();
    afterwards(async () => listener.disconnect());
    const heard: string[] = [];
    await listener.psubscribe('pitel:*');
    listener.on('pmessage', (_pattern: string, channel: string) => heard.push(channel));
    const { inbox, store } = open();
    const other = open('g-2');
    const theirs: (string | null)[] = [];
    await other.inbox.follow((tenant) => theirs.push(tenant));
    await Owner.claim(store);
    await Owner.claim(store, 'globex');
    await inbox.ask('acme', request(1));
    const asked = new Promise(
      (resolve) => void other.inbox.follow(resolve).then(() => other.inbox.ask('globex', request(1))),
    );
    expect(await asked).toBe('globex');
    await admin.publish('pitel:acme:last', '');
    while (!heard.includes('pitel:acme:last')) await listener.ping();
    expect(heard).toEqual(['pitel:acme:last']);
    expect(theirs).toEqual(['globex']);
  });

  it('calls a follower with null when it may have missed something', async () => {
    const { admin } = given();
    const { inbox } = open();
    const first = new Promise<string | null>(
      (resolve) => void inbox.follow(resolve).then(() => admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')),
    );
    expect(await first).toBeNull();
  });

  it('goes on after the server was made master again', async () => {
    const { admin } = given();
    const { inbox, store } = open();
    const owner = await Owner.claim(store);
    await inbox.ask('acme', request(1));
    const before = owner.prepare({ events: 1 });
    await admin.replicaof('127.0.0.1', '1');
    await admin.replicaof('NO', 'ONE');
    expect(await owner.send({ ...before, answers: [{ id: request(1).id, result: 'written' }] })).toEqual({
      status: 'moved',
    });
    const next = await Owner.claim(store, 'acme', { epoch: 'e2' });
    expect(await store.touch('acme', next.fence, UNCHANGED)).toMatchObject({
      requests: [{ id: request(1).id }],
    });
  });

  it('loses what waits with the state of an owner of a build without inboxes, and nothing else', async () => {
    const { admin } = given();
    const { inbox, store } = open();
    const owner = await Owner.claim(store);
    await inbox.ask('acme', request(1));
    // Such a build removes every field that it does not know.
    await admin.hdel('pitel:{acme}:state', 'inbox', 'answered');
    expect(await owner.commit({ events: 1 })).toMatchObject({ status: 'committed', requests: [] });
    expect(await inbox.ask('acme', request(1))).toEqual({ status: 'waiting' });
  });
});
