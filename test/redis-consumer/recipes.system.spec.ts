import { logKey } from '../../src/store/keys.js';
import { LogWriter, transition } from '../support/delivery.js';
import { Program } from '../support/program.js';
import { withRedis } from '../support/redis-store.js';
import { passwordOf, readDocument } from './document.js';

/** The programs of docs/redis-consumers.md, as they stand, with the rights that it gives them. */
const { programs, commands } = await readDocument();

describe('a program of the document', () => {
  const given = withRedis();
  let log: LogWriter;

  beforeEach(async () => {
    const { admin, open } = given();
    for (const [name, ...words] of commands)
      if (!words.join(' ').includes('cluster|')) await admin.call(name!, ...words);
    log = await new LogWriter(open()).claim('e1');
  });

  const run = (name: string, user: string, env: Readonly<Record<string, string>> = {}) => {
    const { redis, afterwards } = given();
    const url = redis.url.replace('//', `//${user}:${passwordOf(commands, user)}@`);
    const program = new Program(
      [process.execPath, '--input-type=module'],
      { REDIS_URL: url, OWN_REDIS_URL: redis.url, ...env },
      programs.get(name),
    );
    afterwards(() => program.stop());
    return program;
  };
  const call = (callId: string) => transition('call-started', callId);
  const end = (callId: string) => transition('call-ended', callId, { state: 'ended' });
  const any = () => true;

  describe('that subscribes', () => {
    it('hears the events of its tenant, and of no other', async () => {
      const other = await new LogWriter(given().open(), 'globex').claim('g1');
      const program = run('subscriber.mjs', 'acme-reader');
      await program.said((line) => line === 'listening');
      await other.commit(call('theirs'));
      await log.commit(call('c1'), end('c1'));
      await program.said(any, 3);
      expect(program.lines).toEqual(['listening', 'call-started c1', 'call-ended c1']);
    });
  });

  describe('that follows', () => {
    it('gets what was there before it, and then what happens, in order', async () => {
      await log.commit(call('c1'), call('c2'));
      const program = run('follower.mjs', 'acme-reader');
      await program.said(any, 2);
      await log.commit(end('c1'));
      await program.said(any, 3);
      expect(program.lines).toEqual([
        '1 call-started c1 1 alive',
        '2 call-started c2 2 alive',
        '3 call-ended c1 1 alive',
      ]);
    });

    it('fills what it missed while its connection was gone, without a repeat', async () => {
      const { admin } = given();
      const program = run('follower.mjs', 'acme-reader');
      const before = 300;
      const calls = (from: number, to: number) =>
        Array.from({ length: to - from }, (_, n) => call(`c${from + n}`));
      await log.commit(...calls(0, before));
      await program.said(any, before);
      for (let round = 1; round <= 3; round++) {
        await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
        await log.commit(...calls(before * round, before * (round + 1)));
        await program.said(any, before * (round + 1));
      }
      const numbers = program.lines.map((line) => Number(line.split(' ')[0]));
      expect(numbers).toEqual(Array.from({ length: before * 4 }, (_, n) => n + 1));
    });

    it('goes to the stream when an event on the channel is not the next', async () => {
      const { admin } = given();
      const program = run('follower.mjs', 'acme-reader');
      await log.commit(call('c1'));
      await program.said(any, 1);
      // Published twice, out of order, or not at all: the stream decides.
      const [second] = await log.commit(call('c2'));
      await program.said(any, 2);
      await admin.publish('pitel:acme:call-started', JSON.stringify(second));
      await admin.publish(
        'pitel:acme:call-started',
        JSON.stringify({ ...second, sequence: '0000000000000009' }),
      );
      await log.commit(call('c3'));
      await program.said(any, 3);
      expect(program.lines.map((line) => line.split(' ')[2])).toEqual(['c1', 'c2', 'c3']);
    });

    it('starts over in a new epoch, and acts on nothing twice', async () => {
      const program = run('follower.mjs', 'acme-reader');
      await log.commit(call('c1'), call('c2'));
      await program.said(any, 2);
      await given().admin.flushall();
      await log.claim('e2');
      // Announced again because the bridge's state is gone too; c2 was over by then.
      await log.commit(call('c1'));
      await log.commit(call('c3'));
      await program.said((line) => line.includes('c3'));
      expect(program.lines).toEqual([
        '1 call-started c1 1 alive',
        '2 call-started c2 2 alive',
        'starting over',
        '2 call-started c3 2 alive',
      ]);
    });

    it('starts over when the tail that it has had was lost and its numbers were given again', async () => {
      const program = run('follower.mjs', 'acme-reader');
      await log.commit(call('c1'));
      await log.commit(call('lost'), call('lost-too'));
      await program.said(any, 3);
      const { admin } = given();
      const state = 'pitel:{acme}:state';
      await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await admin.del(logKey('acme'), state);
      await log.claim('e2');
      await log.commit(call('c1'), call('c4'), call('c5'));
      await program.said((line) => line.includes('c5'));
      expect(program.lines.slice(3)).toEqual([
        'starting over',
        '2 call-started c4 2 alive',
        '3 call-started c5 3 alive',
      ]);
    });
  });

  describe('that works in a group', () => {
    const worker = (name: string, staleMs = '60000') =>
      run('worker.mjs', 'acme-worker', { WORKER: name, STALE_MS: staleMs });
    const done = (...workers: Program[]) =>
      workers.flatMap(({ lines }) => lines).filter((line) => line.split(' ')[1] === 'done');
    const pending = async () => ((await given().admin.xpending(logKey('acme'), 'crm')) as [number])[0];

    it('shares the events with the others: each is done once', async () => {
      const { admin } = given();
      const [one, two] = [worker('one'), worker('two')];
      // Until both wait for work: then the first commit is for one of them, and the second for the other.
      while (!(await admin.info('clients')).includes('blocked_clients:2'));
      const commits = 40;
      for (let n = 0; n < commits; n++) await log.commit(call(`a${n}`), call(`b${n}`), call(`c${n}`));
      while ((await admin.hlen('crm:events')) < commits * 3);
      await Promise.all([one.said(any), two.said(any)]);
      const subjects = done(one, two).map((line) => line.split(' ')[3]);
      expect(subjects).toHaveLength(new Set(subjects).size);
      expect([one, two].flatMap(({ lines }) => lines).filter((line) => line.includes(' had '))).toEqual([]);
    });

    it('takes over what a crashed worker left, and does not do again what that one had done', async () => {
      const { admin } = given();
      const events = await log.commit(call('c1'), call('c2'), call('c3'));
      await admin.xgroup('CREATE', logKey('acme'), 'crm', '0');
      // Got all three, did the first, and died before it could acknowledge anything.
      await admin.xreadgroup('GROUP', 'crm', 'crashed', 'COUNT', 10, 'STREAMS', logKey('acme'), '>');
      await admin.hsetnx('crm:events', events[0]!.id, JSON.stringify(events[0]));
      const heir = worker('heir', '0');
      await heir.said(any, 3);
      await log.commit(call('c4'));
      await heir.said(any, 4);
      expect(heir.lines).toEqual([
        'heir had call-started c1',
        'heir done call-started c2',
        'heir done call-started c3',
        'heir done call-started c4',
      ]);
      await log.commit(call('c5'));
      await heir.said(any, 5);
      // The last may not be acknowledged yet; what came before is.
      expect(await pending()).toBeLessThanOrEqual(1);
    });

    it('leaves alone what another one is still at', async () => {
      const { admin } = given();
      await log.commit(call('c1'));
      await admin.xgroup('CREATE', logKey('acme'), 'crm', '0');
      await admin.xreadgroup('GROUP', 'crm', 'busy', 'COUNT', 10, 'STREAMS', logKey('acme'), '>');
      const eager = worker('eager');
      await log.commit(call('c2'));
      await eager.said(any, 1);
      expect(eager.lines).toEqual(['eager done call-started c2']);
    });

    it('goes on in a new epoch after Redis was wiped', async () => {
      const program = worker('one');
      await log.commit(call('c1'));
      await program.said(any, 1);
      await given().admin.flushall();
      await log.claim('e2');
      await log.commit(call('c1'), call('c2'));
      await program.said((line) => line.includes('c2'));
      expect(program.lines.map((line) => line.split(' ')[3])).toEqual(['c1', 'c1', 'c2']);
    });
  });
});
