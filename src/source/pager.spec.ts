import type { HttpResult } from './http/pitel-client.js';
import { Pager } from './pager.js';

const PATH = '/v3/monitor?=null';
const SENT = { startedAt: 0, sentAt: 0 };

type Row = Record<string, unknown>;
interface Asked {
  readonly limit: number | null;
  readonly offset: number;
}
/** What the endpoint answers: a list, or an HTTP status. */
type Answers = (asked: Asked, rows: readonly Row[]) => { data: readonly Row[]; total: number } | number;

const rows = (count: number): Row[] =>
  Array.from({ length: count }, (_, row) => ({ extension: `${100 + row}` }));
/** Ten rows unless it is asked for more, and no more than `most`. */
const paged =
  (most: number): Answers =>
  ({ limit, offset }, all) => ({
    data: all.slice(offset, offset + Math.min(limit ?? 10, most)),
    total: all.length,
  });

/** An endpoint with a list of rows, and polls of it. */
function endpoint(answers: Answers, count: number) {
  const pager = new Pager(PATH, (text) => text);
  const state = { rows: rows(count), now: 0, answers, asked: [] as string[] };
  const ask = (path: string): HttpResult => {
    state.asked.push(path);
    const query = new URL(path, 'http://pbx').searchParams;
    const limit = query.get('limit') === null ? null : Number(query.get('limit'));
    const answer = state.answers({ limit, offset: Number(query.get('offset') ?? 0) }, state.rows);
    return typeof answer === 'number'
      ? {
          ok: false,
          status: answer,
          reason: `HTTP ${answer}`,
          retryAfterMs: null,
          heldBackMs: null,
          body: Buffer.alloc(0),
          ...SENT,
        }
      : {
          ok: true,
          status: 200,
          body: Buffer.from(JSON.stringify(answer)),
          retryAfterMs: null,
          validators: null,
          ...SENT,
        };
  };
  const poll = async () => {
    state.asked = [];
    let first = ask(pager.first);
    if (!first.ok && pager.refuses(first)) first = ask(pager.first);
    if (!first.ok) throw new Error(first.reason);
    const whole = await pager.whole(first.body, (path) => Promise.resolve(ask(path)), state.now);
    const { data, total } = JSON.parse(whole.body.toString()) as { data: Row[]; total: number };
    return { data, total, doubt: whole.doubt, failure: whole.failure, asked: state.asked.length };
  };
  return { pager, state, poll };
}

describe('a list that comes in pages', () => {
  it('is asked for the rest in the same poll, and later with a limit that is large enough at first', async () => {
    const { state, poll } = endpoint(paged(Infinity), 25);
    expect(await poll()).toEqual({ data: state.rows, total: 25, doubt: null, failure: null, asked: 2 });
    expect(state.asked).toEqual([PATH, `${PATH}&limit=100&offset=10`]);
    state.rows = rows(90);
    expect(await poll()).toMatchObject({ data: state.rows, doubt: null, asked: 1 });
    expect(state.asked).toEqual([`${PATH}&limit=100&offset=0`]);
    state.rows = rows(130);
    expect(await poll()).toMatchObject({ data: state.rows, doubt: null, asked: 2 });
    expect(await poll()).toMatchObject({ asked: 1 });
    expect(state.asked).toEqual([`${PATH}&limit=200&offset=0`]);
  });

  it('is asked for page by page where a page has no more than so many rows', async () => {
    const { pager, state, poll } = endpoint(paged(10), 25);
    for (let time = 0; time < 3; time++)
      expect(await poll()).toMatchObject({ data: state.rows, total: 25, doubt: null, asked: 3 });
    expect(pager.isInPages).toBe(true);
    state.rows = rows(10);
    expect(await poll()).toMatchObject({ data: state.rows, doubt: null, asked: 1 });
    expect(pager.isInPages).toBe(false);
  });

  it('is asked for with a separator that suits its address', async () => {
    const pager = new Pager('/v3/queue', (text) => text);
    const asked: string[] = [];
    await pager.whole(
      Buffer.from('{"data":[{}],"total":2}'),
      (path) => {
        asked.push(path);
        return Promise.resolve({
          ok: true,
          status: 200,
          body: Buffer.from('{"data":[{"a":1}],"total":2}'),
          retryAfterMs: null,
          validators: null,
          ...SENT,
        });
      },
      0,
    );
    expect(asked).toEqual(['/v3/queue?limit=100&offset=1']);
  });

  it('is asked for with the length of its first page where a larger limit is refused', async () => {
    const strict: Answers = (asked, all) => ((asked.limit ?? 0) > 10 ? 400 : paged(10)(asked, all));
    const { state, poll } = endpoint(strict, 25);
    expect(await poll()).toMatchObject({ data: state.rows, doubt: null, asked: 4 });
    expect(await poll()).toMatchObject({ data: state.rows, doubt: null, asked: 3 });
    expect(state.asked[0]).toBe(PATH);
  });

  it('is asked for without a limit when one is refused that was not before', async () => {
    const { state, poll } = endpoint(paged(Infinity), 25);
    await poll();
    state.answers = ({ limit }, all) => (limit === null ? { data: all, total: all.length } : 422);
    expect(await poll()).toMatchObject({ data: state.rows, doubt: null, asked: 2 });
    expect(await poll()).toMatchObject({ asked: 1 });
  });

  it('is not whole if its pages do not agree in the total', async () => {
    const { state, poll } = endpoint(paged(10), 25);
    let page = 0;
    state.answers = (asked, all) => {
      const { data } = paged(10)(asked, all) as { data: readonly Row[] };
      return { data, total: page++ === 0 ? 25 : 24 };
    };
    expect(await poll()).toMatchObject({
      data: state.rows,
      total: 25,
      doubt: 'the totals of its pages differ',
      asked: 3,
    });
  });

  it('is not whole if a page fails, is no list or is empty; the rows of the others are there', async () => {
    for (const [answer, doubt] of [
      [502, 'page 3: HTTP 502'],
      [{ data: [], total: 25 }, 'page 3 is empty'],
      [{ data: [{ a: 1 }] } as never, 'page 3: no list with a total'],
    ] as const) {
      const { state, poll } = endpoint(paged(10), 25);
      state.answers = (asked, all) => (asked.offset === 20 ? answer : paged(10)(asked, all));
      expect(await poll()).toMatchObject({ data: state.rows.slice(0, 20), total: 25, doubt });
    }
  });

  it('is asked for in 30 requests at most', async () => {
    const { poll } = endpoint(paged(10), 1_000);
    const { data, doubt, asked } = await poll();
    expect({ rows: data.length, doubt, asked }).toEqual({
      rows: 300,
      doubt: 'more than 30 pages',
      asked: 30,
    });
  });

  it('leaves out a row that moves to the next page meanwhile', async () => {
    const { state, poll } = endpoint(paged(10), 25);
    const first = state.rows;
    state.answers = (asked, all) => {
      const answer = paged(10)(asked, all);
      state.rows = [{ extension: '99' }, ...first.slice(0, 24)];
      return answer;
    };
    const { data } = await poll();
    expect(new Set(data.map(({ extension }) => extension)).size).toBe(data.length);
  });
});

describe('an endpoint that ignores limit and offset', () => {
  const ignoring: Answers = (_, all) => ({ data: all.slice(0, 10), total: all.length });
  const IGNORED = '"limit" and "offset" bring no other rows';

  it('is asked a second time, and then once a poll for a minute, always with the same reason', async () => {
    const { state, poll } = endpoint(ignoring, 25);
    const expected = { data: state.rows.slice(0, 10), total: 25, doubt: IGNORED };
    expect(await poll()).toMatchObject({ ...expected, asked: 2 });
    for (state.now = 1; state.now < 60_000; state.now += 20_000) {
      expect(await poll()).toMatchObject({ ...expected, asked: 1 });
      expect(state.asked).toEqual([PATH]);
    }
    state.now = 60_000;
    expect(await poll()).toMatchObject({ ...expected, asked: 2 });
  });

  it('is recognised also where some of its rows change meanwhile', async () => {
    const { state, poll } = endpoint(ignoring, 25);
    let call = 0;
    state.answers = (_, all) => ({
      data: all.slice(0, 10).map((row, index) => (index < 2 ? { ...row, call: call++ } : row)),
      total: 25,
    });
    expect(await poll()).toMatchObject({ doubt: IGNORED, asked: 2 });
  });

  it('whose list is whole again is in order at once', async () => {
    const { state, poll } = endpoint(ignoring, 25);
    await poll();
    state.rows = rows(10);
    expect(await poll()).toMatchObject({ data: state.rows, doubt: null, asked: 1 });
  });
});
