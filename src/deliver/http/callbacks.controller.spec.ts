import { DeliveryUnderTest, ManualClock, token } from '../../../test/support/delivery.js';
import { DeskOwner, item, part } from '../../../test/support/desk-owner.js';
import { asTimePasses, until } from '../../../test/support/until.js';
import type { Asked, Inbox } from '../../store/inbox.js';
import { MemoryInbox } from '../../store/memory/memory-inbox.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import { callbackChanged, callbacksBody } from '../../schema/callback-schemas.js';

/* oxlint-disable-next-line typescript/no-explicit-any -- what an answer holds is what the tests are about */
type Body = any;
const OTHER = { raw: '0987654321', e164: '+84987654321', national: '0987 654 321' };

describe('call-backs over HTTP', () => {
  let clock: ManualClock;
  let store: MemoryStore;
  let inbox: MemoryInbox;
  let asks: string[];
  let owner: DeskOwner;
  let delivery: DeliveryUnderTest;
  /** Whether somebody polls the tenant. */
  let isOwned: boolean;

  beforeEach(async () => {
    clock = new ManualClock();
    // An hour later than what `part` counts from.
    clock.advance(3_600_000);
    store = new MemoryStore({ maxEvents: 1_000, now: () => clock.now() });
    inbox = new MemoryInbox(store);
    owner = new DeskOwner(store, clock);
    asks = [];
    isOwned = true;
    delivery = await start({
      ask: async (tenant, request) => {
        asks.push(request.id);
        const asked = await inbox.ask(tenant, request);
        if (isOwned && asked.status === 'waiting') await owner.answer();
        return asked;
      },
    });
  });
  afterEach(async () => {
    await delivery.stop();
    await store.close();
  });

  const start = (given: Pick<Inbox, 'ask'>) => DeliveryUnderTest.start(store, { clock, inbox: given });

  const bearer = (claims: object = {}) => token({ sub: 'lan', callbacks: true, ...claims });
  const list = async (query = '', claims: object = {}): Promise<Body> => {
    const answer = await delivery.get(`/v1/callbacks${query}`, await bearer(claims));
    return { status: answer.status, ...((await answer.json()) as object) };
  };
  const idsOf = ({ callbacks }: Body): string[] => callbacks.map(({ id }: Body) => id);
  const post = async (
    path: string,
    { claims = {}, body, of = delivery }: { claims?: object; body?: unknown; of?: DeliveryUnderTest } = {},
  ): Promise<Body> => {
    const asking = fetch(`${of.url}/v1/callbacks/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await bearer(claims)}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    // What waits for its answer asks again as time passes.
    const answer = await asTimePasses(asking, () => {
      if (isOwned) clock.advance(50);
    });
    const { status, headers } = answer;
    return { status, retryAfter: headers.get('retry-after'), ...((await answer.json()) as object) };
  };
  const NOT_NEEDED = { why: 'not-needed' };

  describe('the list', () => {
    beforeEach(() =>
      owner.put(
        item('cb-both', [part('Sales', 100, { missed: 2 }), part('Care', 900)], { tried: 1 }),
        item('cb-care', [part('Care', 200, { missed: 4 })], { customer: OTHER, line: OTHER.e164 }),
        item('cb-direct', [part(null, 300)], { line: '+84901' }),
        item('cb-done', [part('Sales', 400)], {
          line: '+84902',
          done: {
            reason: 'called-back',
            at: Date.UTC(2026, 2, 2, 3, 30),
            probable: false,
            callId: 'call-back-1',
            by: null,
            why: null,
          },
        }),
      ),
    );

    it('has the open ones, who has waited longest first, with all that is known of them', async () => {
      const page = await list();
      expect(page).toMatchObject({ status: 200, total: 3, next: null });
      expect(idsOf(page)).toEqual(['cb-both', 'cb-care', 'cb-direct']);
      expect(page.callbacks[0]).toEqual({
        id: 'cb-both',
        customer: { raw: '0905111222', e164: '+84905111222', national: '0905 111 222' },
        queues: [
          { id: 'q-Sales', name: 'Sales' },
          { id: 'q-Care', name: 'Care' },
        ],
        missed: 3,
        firstAt: '2026-03-02T03:01:40.000Z',
        lastAt: '2026-03-02T03:15:00.000Z',
        longestWaitMs: 20_000,
        callIds: ['call-Sales-100', 'call-Care-900'],
        probable: false,
        afterHours: false,
        tried: 1,
        claimedBy: null,
        claimedUntil: null,
        parts: [expect.objectContaining({ missed: 2 }), expect.objectContaining({ missed: 1 })],
        state: 'open',
        done: null,
        deeds: [
          { what: 'missed', at: '2026-03-02T03:01:40.000Z', by: null },
          { what: 'missed', at: '2026-03-02T03:15:00.000Z', by: null },
        ],
      });
    });

    it('has the closed ones apart, with what closed them', async () => {
      const page = await list('?state=done');
      expect(idsOf(page)).toEqual(['cb-done']);
      expect(page.callbacks[0]).toMatchObject({
        state: 'done',
        done: { reason: 'called-back', at: '2026-03-02T03:30:00.000Z', by: null, callId: 'call-back-1' },
      });
    });

    it.each([
      ['?order=newest', ['cb-both', 'cb-direct', 'cb-care']],
      ['?order=missed', ['cb-care', 'cb-both', 'cb-direct']],
      ['?order=tried', ['cb-care', 'cb-direct', 'cb-both']],
      ['?queue=Care', ['cb-both', 'cb-care']],
      ['?queues=q-Sales', ['cb-both']],
      ['?queue=none', []],
      ['?customer=0987654321', ['cb-care']],
      ['?customer=%2B84987654321', ['cb-care']],
      ['?customer=+84987654321', ['cb-care']],
      ['?customer=0905111222,0987654321', ['cb-both', 'cb-care']],
      ['?claimed=none', ['cb-both', 'cb-care', 'cb-direct']],
      ['?claimed=some', []],
      ['?since=2026-03-02T03:05:00Z', ['cb-both', 'cb-direct']],
      ['?until=2026-03-02T03:05:00Z', ['cb-care']],
      ['?since=2026-03-02', ['cb-both', 'cb-care', 'cb-direct']],
      ['?since=2026-03-03', []],
      ['?until=2026-03-01', []],
    ])('answers %s', async (query, ids) => {
      expect(idsOf(await list(query))).toEqual(ids);
    });

    it('finds a customer by the number that Vietnam has replaced', async () => {
      await owner.put(item('cb-old', [part('Sales', 500)], { line: '+84772345678' }));
      expect(idsOf(await list('?customer=01222345678'))).toEqual(['cb-old']);
      expect(idsOf(await list('?customer=0772345678'))).toEqual(['cb-old']);
    });

    it('comes in pages that follow one another without a gap', async () => {
      for (const order of ['waiting', 'newest', 'missed', 'tried']) {
        const whole = idsOf(await list(`?order=${order}`));
        const pages: string[] = [];
        let after = '';
        do {
          const page = await list(`?order=${order}&limit=1${after}`);
          expect(page.total).toBe(3);
          pages.push(...idsOf(page));
          after = page.next === null ? '' : `&after=${page.next}`;
        } while (after !== '');
        expect(pages).toEqual(whole);
      }
    });

    it('goes on behind an item that has gone', async () => {
      const first = await list('?limit=1');
      await owner.put({ ...item('cb-both', [part('Sales', 100)]), done: DISMISSED });
      expect(idsOf(await list(`?after=${first.next}`))).toEqual(['cb-care', 'cb-direct']);
    });

    it.each([
      ['state', '?state=all'],
      ['claimed', '?claimed=lan'],
      ['order', '?order=oldest'],
      ['after', '?after=x'],
      ['after', '?order=newest&after=waiting.1.1.YQ'],
      ['limit', '?limit=0'],
      ['since', '?since=yesterday'],
      ['customers', '?customer=0905***222'],
      ['format', '?format=xlsx'],
      ['queues', `?queue=${'x'.repeat(200)}`],
    ])('says what %s must be', async (name, query) => {
      const { status, detail } = await list(query);
      expect([status, detail]).toEqual([400, expect.stringContaining(`${name} must`)]);
    });

    it('is as the documents say, without a field more, and so is what becomes of a request', async () => {
      for (const query of ['?state=open', '?state=done'])
        for (const claims of [{}, { queues: ['Sales'] }]) {
          const { status, ...body } = await list(query, claims);
          expect([status, body]).toEqual([200, callbacksBody.parse(body)]);
        }
      const { status, retryAfter, ...changed } = await post('cb-both/claim');
      expect([status, retryAfter, changed]).toEqual([200, null, callbackChanged.parse(changed)]);
    });

    it('takes no parameter that it does not know', async () => {
      expect(await list('?extension=107')).toMatchObject({ status: 400, code: 'bad-request' });
    });

    it('shows a claim until it is over, also where its end is not written yet', async () => {
      const claim = { by: 'minh', until: clock.now() + 1_000 };
      await owner.put(item('cb-care', [part('Care', 200)], { claim, line: OTHER.e164 }));
      expect(idsOf(await list('?claimed=some'))).toEqual(['cb-care']);
      expect(idsOf(await list('?claimed=me'))).toEqual([]);
      expect(idsOf(await list('?claimed=me', { sub: 'minh' }))).toEqual(['cb-care']);
      clock.advance(1_000);
      expect(idsOf(await list('?claimed=some'))).toEqual([]);
      expect((await list('?queue=Care')).callbacks[1]).toMatchObject({ claimedBy: null, claimedUntil: null });
    });

    it('is a table for spreadsheets', async () => {
      const answer = await delivery.get('/v1/callbacks?format=csv&limit=1', await bearer());
      expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
      expect(answer.headers.get('content-disposition')).toBe('attachment; filename="callbacks-open.csv"');
      const bytes = Buffer.from(await answer.arrayBuffer());
      expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
      const [header, first, ...rest] = bytes.subarray(3).toString().split('\r\n');
      expect(header).toMatch(/^id,state,customer,customer E.164,queues,missed,/);
      expect(first).toBe(
        'cb-both,open,"\t0905 111 222","\t+84905111222","Sales, Care",3,2026-03-02 10:01:40,2026-03-02 10:15:00,20,1,false,false,,,,,,,call-Sales-100 call-Care-900',
      );
      // All of them, whatever the limit.
      expect(rest).toHaveLength(3);
    });

    it('is a table for who accepts nothing else', async () => {
      const accepts = async (accept: string) => {
        const answer = await delivery.get('/v1/callbacks', await bearer(), { accept });
        return answer.headers.get('content-type');
      };
      expect(await accepts('text/csv')).toMatch(/^text\/csv/);
      expect(await accepts('*/*')).toMatch(/^application\/json/);
      expect(await accepts('text/csv;q=0.5, application/json')).toMatch(/^application\/json/);
    });

    it('shares reads among requests, each as new as its request', async () => {
      const pages = await Promise.all([list(), list(), list()]);
      expect(pages.map(idsOf)).toEqual(Array(3).fill(['cb-both', 'cb-care', 'cb-direct']));
    });
  });

  const DISMISSED = {
    reason: 'dismissed',
    at: Date.UTC(2026, 2, 2, 3, 30),
    probable: false,
    callId: null,
    by: 'minh',
    why: 'wrong-number',
  } as const;

  describe('for a token of some queues', () => {
    const SALES = { queues: ['Sales'], sub: 'sales-agent' };
    beforeEach(() =>
      owner.put(
        item('cb-both', [part('Sales', 100), part('Care', 900, { missed: 7 })], {
          deeds: [
            { what: 'missed', at: 1, by: null },
            { what: 'claimed', at: 2, by: 'minh' },
          ],
        }),
        item('cb-care', [part('Care', 200)], { customer: OTHER, line: OTHER.e164 }),
        item('cb-sales', [part('Sales', 300, { missed: 2 })], { customer: OTHER, line: '+84903' }),
        item('cb-direct', [part('Sales', 400), part(null, 500)], { line: '+84904' }),
      ),
    );

    it('has its part of each, and nothing of others', async () => {
      const page = await list('', SALES);
      expect([idsOf(page), page.total]).toEqual([['cb-both', 'cb-sales', 'cb-direct'], 3]);
      expect(page.callbacks[0]).toMatchObject({
        queues: [{ id: 'q-Sales' }],
        missed: 1,
        lastAt: '2026-03-02T03:01:40.000Z',
        parts: [{ queue: { id: 'q-Sales' } }],
        deeds: [{ what: 'claimed', by: 'minh' }],
      });
      expect(JSON.stringify(page)).not.toMatch(/Care|call-null/);
      const table = await (await delivery.get('/v1/callbacks?format=csv', await bearer(SALES))).text();
      expect(table.trim().split('\r\n')).toHaveLength(4);
      expect(table).not.toMatch(/Care|call-null/);
    });

    it('is sorted, searched and counted by its part alone', async () => {
      // Care missed the customer 7 times, and later.
      expect(idsOf(await list('?order=missed', SALES))).toEqual(['cb-sales', 'cb-both', 'cb-direct']);
      expect(idsOf(await list('?order=newest', SALES))).toEqual(['cb-direct', 'cb-sales', 'cb-both']);
      expect(await list('?queue=Care', SALES)).toMatchObject({ callbacks: [], total: 0 });
      expect(idsOf(await list('?since=2026-03-02T03:10:00Z', SALES))).toEqual([]);
    });

    it.each([
      ['another queue', { queues: ['Other'] }],
      ['no queue', { queues: [] }],
      ['an extension', { extensions: ['107'] }],
    ])('shows nothing where it is of %s', async (_, claims) => {
      for (const query of ['', '?state=done', '?queue=Care', '?claimed=none'])
        expect(await list(query, claims)).toMatchObject({ callbacks: [], total: 0 });
      const table = await delivery.get('/v1/callbacks?format=csv', await bearer(claims));
      expect((await table.text()).trim().split('\r\n')).toHaveLength(1);
      for (const deed of ['claim', 'release', 'undo', 'dismiss'])
        expect(await post(`cb-care/${deed}`, { claims, body: NOT_NEEDED })).toMatchObject({
          status: 404,
          code: 'not-found',
        });
      expect(asks).toEqual([]);
    });

    it('answers as if what it does not show did not exist', async () => {
      const theirs = await post('cb-care/dismiss', { claims: SALES, body: NOT_NEEDED });
      const none = await post('cb-none/dismiss', { claims: SALES, body: NOT_NEEDED });
      expect({ ...theirs, instance: '' }).toEqual({ ...none, instance: '' });
    });

    it('may be on it, but not dismiss what others missed too', async () => {
      expect(await post('cb-both/claim', { claims: SALES })).toMatchObject({
        status: 200,
        result: 'written',
        callback: { claimedBy: 'sales-agent', parts: [{ queue: { id: 'q-Sales' } }] },
      });
      for (const id of ['cb-both', 'cb-direct'])
        expect(await post(`${id}/dismiss`, { claims: SALES, body: NOT_NEEDED })).toMatchObject({
          status: 403,
          code: 'not-theirs',
        });
      expect(await post('cb-sales/dismiss', { claims: SALES, body: NOT_NEEDED })).toMatchObject({
        status: 200,
      });
      expect(idsOf(await list())).toEqual(['cb-both', 'cb-care', 'cb-direct']);
    });

    it('dismisses nothing that another queue has missed meanwhile', async () => {
      isOwned = false;
      const asking = post('cb-sales/dismiss', { claims: SALES, body: NOT_NEEDED });
      await until(() => asks.length > 0);
      await owner.put(item('cb-sales', [part('Sales', 300), part('Care', 950)], { line: '+84903' }));
      isOwned = true;
      expect(await asking).toMatchObject({ status: 403, code: 'not-theirs' });
    });

    it('undoes no dismissal of what others missed too', async () => {
      await owner.put(
        item('cb-both', [part('Sales', 100), part('Care', 900)], { done: { ...DISMISSED, at: clock.now() } }),
      );
      expect(await post('cb-both/undo', { claims: SALES })).toMatchObject({
        status: 403,
        code: 'not-theirs',
      });
      expect(await post('cb-both/undo')).toMatchObject({
        status: 200,
        callback: { state: 'open', done: null },
      });
    });
  });

  describe('what people do', () => {
    beforeEach(() => owner.put(item('cb-1', [part('Sales', 100)])));
    const events = async () =>
      (await store.read('acme', 0, 100)).events.map(({ json }) => JSON.parse(json).data);

    it('claims, releases, dismisses and undoes, and says how it is then', async () => {
      expect(await post('cb-1/claim')).toMatchObject({
        status: 200,
        result: 'written',
        callback: { claimedBy: 'lan', deeds: [{}, { what: 'claimed', by: 'lan' }] },
      });
      expect(await post('cb-1/release')).toMatchObject({ result: 'written', callback: { claimedBy: null } });
      expect(await post('cb-1/dismiss', { body: { why: 'wrong-number' } })).toMatchObject({
        result: 'written',
        callback: { state: 'done', done: { reason: 'dismissed', by: 'lan', why: 'wrong-number' } },
      });
      expect(await post('cb-1/undo')).toMatchObject({
        result: 'written',
        callback: { state: 'open', done: null },
      });
      expect((await events()).map(({ change, reason, by }) => [change ?? reason, by])).toEqual([
        ['claimed', 'lan'],
        ['released', 'lan'],
        ['dismissed', 'lan'],
        ['reopened', 'lan'],
      ]);
    });

    it('changes nothing when it is asked again', async () => {
      await post('cb-1/dismiss', { body: NOT_NEEDED });
      expect(await post('cb-1/dismiss', { body: NOT_NEEDED })).toMatchObject({
        status: 200,
        result: 'unchanged',
      });
      await post('cb-1/undo');
      expect(await post('cb-1/undo')).toMatchObject({ status: 200, result: 'unchanged' });
      expect(await post('cb-1/release')).toMatchObject({ status: 200, result: 'unchanged' });
      expect(await events()).toHaveLength(2);
    });

    it('says to the later of two who it was, and what happened', async () => {
      isOwned = false;
      const two = ['lan', 'minh'].map((sub) =>
        post('cb-1/dismiss', {
          claims: { sub },
          body: { why: sub === 'lan' ? 'not-needed' : 'wrong-number' },
        }),
      );
      await until(() => new Set(asks).size === 2);
      isOwned = true;
      const answers = await Promise.all(two);
      const [won, lost] = answers[0].status === 200 ? answers : answers.reverse();
      expect(won).toMatchObject({ status: 200, result: 'written', callback: { state: 'done' } });
      const { by, why } = won.callback.done;
      expect(lost).toMatchObject({
        status: 409,
        code: 'done-already',
        detail: expect.stringContaining(`dismissed (${why}) by ${by} at 2026-03-02T04:`),
        callback: { done: { by, why } },
      });
      expect(await events()).toHaveLength(1);
    });

    it('is asked once where the same person asks twice at once, and both learn of it', async () => {
      isOwned = false;
      const two = [1, 2].map(() => post('cb-1/dismiss', { body: NOT_NEEDED }));
      await until(() => asks.length >= 2);
      isOwned = true;
      expect(await Promise.all(two)).toMatchObject([{ status: 200 }, { status: 200 }]);
      expect(new Set(asks).size).toBe(1);
      expect(await events()).toHaveLength(1);
    });

    it('lets one at a time be on it, for 10 minutes', async () => {
      await post('cb-1/claim');
      const claims = { sub: 'minh' };
      expect(await post('cb-1/claim', { claims })).toMatchObject({
        status: 409,
        code: 'claimed-already',
        detail: expect.stringMatching(/^lan is on it until 2026-03-02T04:10:/),
      });
      expect(await post('cb-1/dismiss', { claims, body: NOT_NEEDED })).toMatchObject({ status: 409 });
      expect(await post('cb-1/release', { claims })).toMatchObject({ status: 409, code: 'claimed-already' });
      clock.advance(600_000);
      expect(await post('cb-1/claim', { claims })).toMatchObject({
        status: 200,
        callback: { claimedBy: 'minh' },
      });
    });

    it('undoes within 10 minutes', async () => {
      await post('cb-1/dismiss', { body: NOT_NEEDED });
      clock.advance(600_100);
      expect(await post('cb-1/undo')).toMatchObject({ status: 409, code: 'too-late' });
    });

    it.each([
      ['nothing', undefined],
      ['no reason', {}],
      ['a reason that there is not', { why: 'later' }],
      ['more', { why: 'not-needed', note: '0905111222' }],
      ['a list', ['not-needed']],
    ])('dismisses nothing for %s, and says what the body must be', async (_, body) => {
      const { status, code, detail } = await post('cb-1/dismiss', { body });
      expect([status, code]).toEqual([400, 'bad-request']);
      expect(detail).toBe(
        'the body must be a JSON object with why, one of called-elsewhere, not-needed, wrong-number',
      );
      expect(asks).toEqual([]);
    });

    it.each([
      ['without the claim', { callbacks: undefined }],
      ['with another value of it', { callbacks: 'true' }],
      ['of a display', { display: true }],
    ])('is not for a token %s', async (_, claims) => {
      expect(await post('cb-1/claim', { claims })).toMatchObject({
        status: 403,
        code: 'callbacks-not-granted',
      });
      expect((await list('', claims)).total).toBe(1);
    });

    it.each([
      ['none', { sub: undefined }],
      ['an empty one', { sub: '' }],
      ['a long one', { sub: 'x'.repeat(257) }],
    ])('needs a sub, not %s', async (_, claims) => {
      expect(await post('cb-1/dismiss', { claims, body: NOT_NEEDED })).toMatchObject({
        status: 403,
        code: 'sub-required',
      });
      expect(asks).toEqual([]);
    });

    it('knows no parameter', async () => {
      expect(await post('cb-1/claim?by=minh')).toMatchObject({ status: 400, code: 'bad-request' });
    });

    it('says that it may still happen while the tenant has no owner, and asking again finds that it did', async () => {
      isOwned = false;
      const asking = post('cb-1/dismiss', { body: NOT_NEEDED });
      await until(() => asks.length > 0);
      for (let waited = 0; waited < 11_000; waited += 500) {
        const asked = asks.length;
        clock.advance(500);
        await until(() => asks.length > asked || waited >= 10_000);
      }
      expect(await asking).toMatchObject({
        status: 503,
        code: 'not-answered',
        retryAfter: '10',
        detail: expect.stringContaining('it may still happen'),
      });
      await owner.answer();
      isOwned = true;
      expect(await post('cb-1/dismiss', { body: NOT_NEEDED })).toMatchObject({ status: 200 });
      expect(await events()).toHaveLength(1);
    });

    it.each<[Asked, string]>([
      [{ status: 'full' }, 'too-many-wait'],
      [{ status: 'unserved' }, 'not-ready'],
      [{ status: 'answered', result: 'refused' }, 'not-written'],
      [{ status: 'answered', result: 'unreadable' }, 'not-written'],
    ])('is a 503 where the inbox says %j', async (asked, code) => {
      const other = await start({ ask: () => Promise.resolve(asked) });
      try {
        const answer = await post('cb-1/claim', { of: other });
        expect(answer).toMatchObject({ status: 503, code, retryAfter: '2' });
      } finally {
        await other.stop();
      }
    });

    it('is a 503 while the store does not answer', async () => {
      const other = await start({ ask: () => Promise.reject(new Error('Connection is closed')) });
      try {
        expect(await post('cb-1/claim', { of: other })).toMatchObject({ status: 503, code: 'store-away' });
      } finally {
        await other.stop();
      }
    });
  });

  it('is of the token’s own tenant', async () => {
    await new DeskOwner(store, clock, 'globex').put(item('cb-theirs', [part('Sales', 100)]));
    expect(idsOf(await list())).toEqual([]);
    expect(await post('cb-theirs/claim')).toMatchObject({ status: 404 });
    expect(idsOf(await list('?tenant=globex'))).toEqual([]);
  });

  it('asks for a token', async () => {
    expect((await delivery.get('/v1/callbacks', null)).status).toBe(401);
    expect((await fetch(`${delivery.url}/v1/callbacks/cb-1/claim`, { method: 'POST' })).status).toBe(401);
  });
});
