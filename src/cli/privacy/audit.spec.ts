import { MemoryDeskStore } from '../../store/memory/memory-desk-store.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import { auditLines, parseAuditArguments } from './audit.js';

describe('what npm run audit is given', () => {
  it.each<[string[], object]>([
    [['--tenant', 'acme'], { tenant: 'acme', limit: null, isJson: false }],
    [['--tenant', 'acme', '--limit', '20', '--json'], { tenant: 'acme', limit: 20, isJson: true }],
  ])('is %j', (argv, value) => {
    expect(parseAuditArguments(argv)).toEqual({ ok: true, value });
  });

  it.each<[string, string[], RegExp]>([
    ['no tenant', [], /^--tenant is required/],
    ['a malformed tenant', ['--tenant', 'Acme'], /^--tenant must be/],
    ['no number', ['--tenant', 'acme', '--limit', '0'], /^--limit must be/],
    ['more', ['--tenant', 'acme', 'globex'], /^arguments not understood/],
  ])('with %s is refused', (_, argv, problem) => {
    expect(parseAuditArguments(argv)).toEqual({ ok: false, problem: expect.stringMatching(problem) });
  });
});

describe('npm run audit', () => {
  const AT = Date.now() - 60_000;
  let store: MemoryStore;
  let desk: MemoryDeskStore;

  beforeEach(async () => {
    store = new MemoryStore({ maxEvents: 10 });
    desk = new MemoryDeskStore(store);
    await store.claim('acme', { epoch: 'e1' });
  });
  afterEach(() => store.close());

  const lines = async (limit: number | null, isJson = false) => {
    const printed: string[] = [];
    for await (const line of auditLines(desk, { tenant: 'acme', limit, isJson })) printed.push(line);
    return printed;
  };
  const note = (nth: number, by: string | null = 'lan') =>
    desk.noteAudit('acme', { at: AT + nth, by, what: 'export', about: `table ${nth}` });

  it('prints a line each, newest first', async () => {
    await note(1);
    await note(2, null);
    expect(await lines(null)).toEqual([
      `${new Date(AT + 2).toISOString()}  -  export  table 2`,
      `${new Date(AT + 1).toISOString()}  lan  export  table 1`,
    ]);
    expect((await lines(1, true)).map((line) => JSON.parse(line) as object)).toEqual([
      { at: new Date(AT + 2).toISOString(), by: null, what: 'export', about: 'table 2' },
    ]);
  });

  it('prints all pages, or as many lines as are wanted', async () => {
    for (let nth = 0; nth < 1_200; nth++) await note(nth);
    expect(await lines(null)).toHaveLength(1_200);
    const some = await lines(1_100);
    expect([some.length, some.at(-1)]).toEqual([1_100, expect.stringMatching(/table 100$/)]);
  });

  it('keeps a name in its line, whatever it is', async () => {
    await note(1, 'lan\n2026-01-01T00:00:00.000Z  minh  export');
    expect(await lines(null)).toHaveLength(1);
    expect((await lines(null))[0]).not.toMatch(/\n/);
  });

  it('prints nothing of a tenant that has nothing', async () => {
    expect(await lines(null)).toEqual([]);
  });
});
