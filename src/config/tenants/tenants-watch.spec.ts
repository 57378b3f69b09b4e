import { pino } from 'pino';
import { OTHER_WEBHOOK_SECRET, WEBHOOK_SECRET } from '../../../test/support/webhook-endpoint.js';
import { parseConfig } from '../parse-config.js';
import { TenantDirectory, type TenantsChange } from './tenant-directory.js';
import { TenantsWatch } from './tenants-watch.js';

const FILE = '/etc/bridge/tenants.yaml';
const row = (id: string, secret: string) =>
  `  - { id: ${id}, baseUrl: 'https://${id}.example', ${secret} }\n`;
const MANY: Record<string, string> = { TENANTS_FILE: FILE };
const list = (...rows: string[]) => `tenants:\n${rows.join('')}`;
const A = row('a', 'token: ta');
const B = row('b', 'tokenFile: b.token');

/** Files and time in the test's hands: each `check` is one check, when its time has come. */
function setUp(text: string, others: Record<string, string> = {}, source: Record<string, string> = MANY) {
  const files = new Map(
    Object.entries({ [FILE]: text, ...others }).map(([path, body]) => [path, { body, print: 0 }]),
  );
  const reads: string[] = [];
  const read = (path: string) => {
    reads.push(path);
    const file = files.get(path);
    if (file === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
    return file.body;
  };
  const parsed = parseConfig(
    { ...source, STORE: 'memory', AUTH_MODE: 'none' },
    (path) => files.get(path)!.body,
  );
  if (!parsed.ok) throw new Error(parsed.problems.join());
  const { tenants, tenantsFile, singleTenantFiles } = parsed.config;
  const file = (tenantsFile ?? singleTenantFiles)!;
  const directory = new TenantDirectory(tenants);
  const changes: TenantsChange[] = [];
  directory.subscribe((change) => changes.push(change));
  const lines: { msg: string; level: number; problems?: string[] }[] = [];
  const planned: { delayMs: number; run: () => void }[] = [];
  let parses = 0;
  let printed = 0;
  const watch = new TenantsWatch({
    file: {
      holds: file.holds,
      path: FILE,
      read: (readText) => {
        parses += 1;
        return file.read(readText);
      },
    },
    directory,
    files: {
      print: (path) => {
        printed += 1;
        return Promise.resolve(String(files.get(path)?.print ?? 'ENOENT'));
      },
      read,
    },
    clock: {
      monotonic: () => 0,
      after: (delayMs, run) => {
        const plan = { delayMs, run };
        planned.push(plan);
        return () => void planned.splice(planned.indexOf(plan), 1);
      },
    },
    log: pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }),
  });
  let prints = 0;
  const write = (path: string, body: string) => files.set(path, { body, print: ++prints });
  const check = async (times = 1) => {
    for (let time = 0; time < times; time++) {
      const [next] = planned;
      next!.run();
      // The next is planned when this one is done.
      while (planned[0] === next || planned.length === 0) {
        if (planned[0] === next) planned.shift();
        await new Promise(setImmediate);
      }
    }
  };
  const counts = () => ({ parses, printed, reads: reads.length });
  return { watch, directory, files, changes, lines, planned, write, check, counts };
}

/** Past the first checks, in which everything is new. */
async function watching(text: string, others: Record<string, string> = {}, source = MANY) {
  const set = setUp(text, others, source);
  set.watch.start();
  await set.check(4);
  return set;
}

describe('the watch over the tenants file', () => {
  it('logs, changes, reads and parses nothing while nothing changes', async () => {
    const { changes, lines, check, counts } = await watching(list(A, B), { '/etc/bridge/b.token': 'tb' });
    const before = counts();
    await check(5);
    expect([changes, lines]).toEqual([[], []]);
    expect(counts()).toEqual({ ...before, printed: before.printed + 10 });
  });

  it('takes a change that is the same in two checks, and logs in one line what it was', async () => {
    const { changes, lines, write, check } = await watching(list(A));
    write(FILE, list(row('a', 'token: other'), row('c', 'token: tc'), row('d', 'token: td')));
    await check();
    expect(changes).toEqual([]);
    await check();
    expect(changes).toMatchObject([
      { added: [{ id: 'c' }, { id: 'd' }], altered: [{ id: 'a' }], removed: [] },
    ]);
    expect(lines.map(({ msg }) => msg)).toEqual(['tenants changed: 2 added, 0 removed, 1 altered']);
  });

  it('does not take a file that is still being written', async () => {
    const { changes, write, check } = await watching(list(A, row('c', 'token: tc')));
    write(FILE, list(A));
    await check();
    write(FILE, list(A, row('c', 'token: t')));
    await check();
    write(FILE, list(A, row('c', 'token: tc')));
    await check(3);
    expect(changes).toEqual([]);
  });

  it('parses nothing when a file was written again unchanged', async () => {
    const { changes, lines, write, check, counts } = await watching(list(A));
    const { parses } = counts();
    write(FILE, list(A));
    await check(3);
    expect([counts().parses, changes, lines]).toEqual([parses, [], []]);
  });

  it('alters a tenant whose secret is in a file that has changed, and reads that file alone', async () => {
    const { changes, write, check, counts } = await watching(list(A, B), { '/etc/bridge/b.token': 'tb' });
    const { reads } = counts();
    write('/etc/bridge/b.token', 'other\n');
    await check(2);
    expect(changes).toMatchObject([{ added: [], removed: [], altered: [{ id: 'b' }] }]);
    expect(counts().reads).toBe(reads + 1);
  });

  it('refuses a bad file whole, logs why once for each set of reasons, and logs when it is corrected', async () => {
    const { watch, changes, lines, write, check } = await watching(list(A));
    write(FILE, list(row('c', 'token: tc'), row('Hd7Secret', 'token: tx')));
    await check(6);
    write(FILE, `# again\n${list(row('c', 'token: tc'), row('Hd7Secret', 'token: tx'))}`);
    await check(3);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 40, count: 1 });
    expect(lines[0]!.problems).toEqual([expect.stringMatching(/^tenants\[1\]\.id must be/)]);
    expect(JSON.stringify(lines)).not.toContain('Hd7Secret');
    expect([changes, watch.problems]).toEqual([[], 1]);

    write(FILE, 'tenants: [');
    await check(2);
    expect(lines).toHaveLength(2);
    write(FILE, list(A, row('c', 'token: tc')));
    await check(2);
    expect(lines[2]).toMatchObject({ level: 30, msg: 'tenants changed: 1 added, 0 removed, 0 altered' });
    expect(watch.problems).toBe(0);
  });

  it('logs that a file is accepted again also when it changes nothing', async () => {
    const { changes, lines, write, check } = await watching(list(A));
    write(FILE, '{');
    await check(2);
    write(FILE, list(A));
    await check(2);
    expect(lines.map(({ level }) => level)).toEqual([40, 30]);
    expect(changes).toEqual([]);
  });

  it('keeps the tenants while the file is gone, and waits for a secret’s file that is still missing', async () => {
    const { files, changes, lines, write, check } = await watching(list(A));
    files.delete(FILE);
    await check(3);
    expect(lines[0]!.problems).toEqual(['cannot be read (ENOENT)']);
    write(FILE, list(A, B));
    await check(3);
    expect(lines[1]!.problems).toEqual(['tenants[1].tokenFile cannot be read (ENOENT)']);
    expect(changes).toEqual([]);
    write('/etc/bridge/b.token', 'tb');
    await check(2);
    expect(changes).toMatchObject([{ added: [{ id: 'b' }] }]);
  });

  it('reads at once when asked to', async () => {
    const { watch, changes, write } = await watching(list(A));
    write(FILE, list(A, row('c', 'token: tc')));
    await watch.readNow();
    expect(changes).toMatchObject([{ added: [{ id: 'c' }] }]);
  });

  it('cancels what it has planned when it stops', async () => {
    const { watch, changes, planned, write } = await watching(list(A));
    watch.stop();
    write(FILE, list(row('c', 'token: tc')));
    await watch.readNow();
    expect([planned, changes]).toEqual([[], []]);
  });

  it('with 10,000 tenants asks for each file once a check, and reads one when one has changed', async () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => `t${index}`);
    const secrets = Object.fromEntries(ids.map((id) => [`/etc/bridge/${id}`, id]));
    const text = JSON.stringify({
      tenants: ids.map((id) => ({ id, baseUrl: `https://${id}.example`, tokenFile: id })),
    });
    const { changes, write, check, counts } = await watching(text, secrets);
    const before = counts();
    await check();
    expect(counts()).toEqual({ ...before, printed: before.printed + 10_001 });
    write('/etc/bridge/t7000', 'other');
    await check(2);
    expect(counts()).toMatchObject({ parses: before.parses + 1, reads: before.reads + 1 });
    expect(changes).toMatchObject([{ added: [], removed: [], altered: [{ id: 't7000' }] }]);
  });

  it('takes webhooks that have changed without altering a tenant, and keeps the unchanged ones', async () => {
    const hook = (id: string, url = `https://${id}.example/`) =>
      `{ id: ${id}, url: '${url}', secretFile: w.secret }`;
    const hooked = (...hooks: string[]) =>
      `tenants:\n${A.replace(' }', `, webhooks: [${hooks.join(', ')}] }`)}`;
    const { directory, changes, lines, write, check } = await watching(hooked(hook('crm'), hook('n8n')), {
      '/etc/bridge/w.secret': WEBHOOK_SECRET,
    });
    const [before] = directory.current;
    write(FILE, hooked(hook('crm', 'https://other.example/'), hook('n8n')));
    await check(2);
    expect(changes).toMatchObject([
      { added: [], altered: [], rekeyed: [], rehooked: [{ id: 'a' }], removed: [] },
    ]);
    expect(lines.map(({ msg }) => msg)).toEqual([
      'tenants changed: 0 added, 0 removed, 0 altered, 1 rehooked',
    ]);
    expect(directory.current[0]!.webhooks[1]).toBe(before!.webhooks[1]);
    write('/etc/bridge/w.secret', OTHER_WEBHOOK_SECRET);
    await check(2);
    expect(changes[1]).toMatchObject({ altered: [], rehooked: [{ id: 'a' }] });
    write(FILE, hooked(hook('crm', 'http://Hd7Secret.example/'), hook('n8n')));
    await check(2);
    expect(lines.at(-1)).toMatchObject({
      msg: 'tenants file refused: the tenants remain as they were',
      problems: ['tenants[0].webhooks[0].url must be https, unless allowHttp is true'],
    });
    expect(changes).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toMatch(/Hd7Secret|whsec_|example/);
  });

  it('follows the file of the single tenant’s webhooks in the same way', async () => {
    const hooks = (...urls: string[]) =>
      JSON.stringify({
        endpoints: urls.map((url, index) => ({ id: `w${index}`, url, secret: WEBHOOK_SECRET })),
      });
    const single = { PITEL_BASE_URL: 'https://pbx.example', PITEL_TOKEN: 't', WEBHOOKS_FILE: FILE };
    const { watch, changes, lines, write, check } = await watching(hooks('https://crm.example/'), {}, single);
    write(FILE, hooks('https://crm.example/', 'https://n8n.example/'));
    await check(2);
    expect(changes).toMatchObject([
      { added: [], altered: [], rekeyed: [], rehooked: [{ id: 'default', webhooks: [{}, {}] }], removed: [] },
    ]);
    write(FILE, hooks('https://crm.example/', 'http://n8n.example/'));
    await check(2);
    expect(lines.map(({ msg }) => msg)).toEqual([
      'tenants changed: 0 added, 0 removed, 0 altered, 1 rehooked',
      'webhooks file refused: the webhooks remain as they were',
    ]);
    expect(lines[1]!.problems).toEqual([
      'WEBHOOKS_FILE: endpoints[1].url must be https, unless allowHttp is true',
    ]);
    expect([watch.problems, watch.holds]).toEqual([1, 'webhooks']);
    write(FILE, hooks('https://crm.example/', 'https://n8n.example/'));
    await check(2);
    expect(lines.at(-1)).toMatchObject({ msg: 'webhooks file accepted again: nothing changed' });
    expect(changes).toHaveLength(1);
  });

  it('follows the rules of the single tenant’s desk beside its webhooks', async () => {
    const desk = (waiting: number) => JSON.stringify({ thresholds: [{ waiting }] });
    const files = { '/desk.json': desk(3) };
    const single = {
      PITEL_BASE_URL: 'https://pbx.example',
      PITEL_TOKEN: 't',
      WEBHOOKS_FILE: FILE,
      DESK_FILE: '/desk.json',
    };
    const { changes, lines, write, check } = await watching('{"endpoints": []}', files, single);
    write('/desk.json', desk(4));
    await check(2);
    expect(changes).toMatchObject([
      { altered: [], rehooked: [], reruled: [{ id: 'default', desk: { thresholds: [{ limit: 4 }] } }] },
    ]);
    write('/desk.json', desk(0));
    await check(2);
    expect(lines.map(({ msg }) => msg)).toEqual([
      'tenants changed: 0 added, 0 removed, 0 altered, 1 reruled',
      'webhooks and desk file refused: the webhooks and desk remain as they were',
    ]);
    expect(lines[1]!.problems).toEqual([
      expect.stringMatching(/^DESK_FILE: thresholds\[0\]\.waiting must be/),
    ]);
    expect(changes).toHaveLength(1);
  });
});
