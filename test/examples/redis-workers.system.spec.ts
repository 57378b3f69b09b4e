import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logKey } from '../../src/store/keys.js';
import { passwordOf, readDocument } from '../redis-consumer/document.js';
import { LogWriter, transition } from '../support/delivery.js';
import { Program } from '../support/program.js';
import { withRedis } from '../support/redis-store.js';
import { until } from '../support/until.js';
import { EXAMPLES, laravelApplication, python } from './runtimes.js';

/** The workers of examples/, as they are, with the rights that docs/redis-consumers.md gives to a worker. */
const { commands } = await readDocument();
const USER = 'acme-worker';

interface Running {
  readonly name: string;
  readonly staleMs: number;
  readonly port: number;
  readonly dir: string;
}

const WORKERS: Readonly<Record<string, (running: Running) => Promise<Program>>> = {
  PHP: async ({ name, staleMs, port, dir }) =>
    new Program(['php', `${EXAMPLES}php/redis-worker.php`], {
      WORKER: name,
      STALE_MS: String(staleMs),
      REDIS_PORT: String(port),
      REDIS_USER: USER,
      REDIS_PASSWORD: passwordOf(commands, USER),
      PITEL_DATABASE: `sqlite:${dir}/calls.sqlite`,
    }),
  Python: async ({ name, staleMs, port, dir }) =>
    new Program([python(), '-B', `${EXAMPLES}python/redis_worker.py`], {
      WORKER: name,
      STALE_MS: String(staleMs),
      REDIS_URL: `redis://${USER}:${passwordOf(commands, USER)}@127.0.0.1:${port}`,
      PITEL_DATABASE: `${dir}/calls.sqlite`,
    }),
  Laravel: async ({ name, staleMs, port, dir }) => {
    const application = await laravelApplication(dir);
    return new Program(['php', `${application.dir}/artisan`, 'pitel:work', name, `--stale=${staleMs}`], {
      ...application.env,
      PITEL_REDIS_PORT: String(port),
      PITEL_REDIS_USER: USER,
      PITEL_REDIS_PASSWORD: passwordOf(commands, USER),
    });
  },
};

describe.each(Object.entries(WORKERS))('the worker in %s', (_language, start) => {
  const given = withRedis();
  let log: LogWriter;
  let dir: string;

  beforeEach(async () => {
    const { admin, open, afterwards } = given();
    for (const [name, ...words] of commands)
      if (!words.join(' ').includes('cluster|')) await admin.call(name!, ...words);
    log = await new LogWriter(open()).claim('e1');
    dir = await mkdtemp(join(tmpdir(), 'pitel-worker-'));
    afterwards(() => rm(dir, { recursive: true, force: true, maxRetries: 5 }));
  });

  const run = async (name: string, staleMs = 60_000): Promise<Program> => {
    const { redis, afterwards } = given();
    const program = await start({ name, staleMs, port: redis.port, dir });
    afterwards(() => program.stop());
    return program;
  };
  const call = (callId: string) => transition('call-started', callId);
  const any = () => true;
  const pending = async () => ((await given().admin.xpending(logKey('acme'), 'crm')) as [number])[0];

  it('takes what the log holds and then what happens, and acknowledges it', async () => {
    await log.commit(call('c1'), call('c2'));
    const worker = await run('one');
    await worker.said(any, 2);
    await log.commit(transition('call-ended', 'c1', { state: 'ended' }));
    await worker.said(any, 3);
    expect(worker.lines).toEqual([
      'one done call-started c1',
      'one done call-started c2',
      'one done call-ended c1',
    ]);
    await until(async () => (await pending()) === 0, 'all to be acknowledged');
  });

  it('takes over what a crashed worker left, and does nothing twice', async () => {
    const { admin } = given();
    await log.commit(call('c1'));
    const first = await run('first');
    await first.said(any, 1);
    await first.stop();
    // The first one is delivered again, as if its acknowledgement had been lost; the second one was never taken.
    await log.commit(call('c2'));
    await admin.xgroup('SETID', logKey('acme'), 'crm', '0');
    await admin.xreadgroup('GROUP', 'crm', 'crashed', 'COUNT', 10, 'STREAMS', logKey('acme'), '>');
    const heir = await run('heir', 0);
    await heir.said(any, 2);
    expect(heir.lines).toEqual(['heir had call-started c1', 'heir done call-started c2']);
    await until(async () => (await pending()) === 0, 'all to be acknowledged');
  });

  it('goes on in a new epoch after Redis was wiped', async () => {
    const { admin } = given();
    const worker = await run('one');
    await log.commit(call('c1'));
    await worker.said(any, 1);
    await admin.flushall();
    await log.claim('e2');
    await log.commit(call('c1'), call('c2'));
    await worker.said((line) => line.includes('c2'));
    expect(worker.lines).toEqual([
      'one done call-started c1',
      'one had call-started c1',
      'one done call-started c2',
    ]);
  });

  it('reads the stream of the bridge, and makes none of its own', async () => {
    const { admin } = given();
    await log.commit(call('c1'));
    await (await run('one')).said((line) => line === 'one done call-started c1');
    expect((await admin.keys('*events')).toSorted()).toEqual([logKey('acme')]);
  });
});
