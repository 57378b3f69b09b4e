import { type RequestAnswer, type WebhookRequest, webhookRequest } from '../core/requests.js';
import { UNCHANGED } from '../core/model/delta.js';
import { ANSWERS_KEPT, type Asked, type Inbox, REQUESTS_BYTES, REQUESTS_MAX } from './inbox.js';
import { call, Owner, stateOf } from './store.contract-kit.js';
import type { Store, Subscription } from './store.js';

/** An inbox under test, and the store whose owners answer. */
export interface InboxSubject {
  readonly inbox: Inbox;
  readonly store: Store;
  /** Replaces a field of the tenant's hash behind the store's back. */
  overwrite(tenant: string, field: string, text: string): Promise<void>;
  close(): Promise<void>;
}

export function request(n: number, more: Partial<WebhookRequest> = {}): WebhookRequest {
  const said = { endpoint: 'crm', since: n, at: n + 300_000, reason: 'HTTP 500: lỗi', waiting: n };
  return { ...webhookRequest('webhook-failing', said), ...more };
}

const written = ({ id }: { readonly id: string }): RequestAnswer => ({ id, result: 'written' });
const WAITING: Asked = { status: 'waiting' };
const WRITTEN: Asked = { status: 'answered', result: 'written' };

/** The promises of `Inbox`, for every implementation of it; each test opens one of its own. */
export function describeInbox(name: string, open: () => Promise<InboxSubject>): void {
  describe(name, () => {
    let subject: InboxSubject;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(async () => {
      await subject.close();
    });
    const waiting = (...requests: WebhookRequest[]) => requests.map((one) => ({ id: one.id, request: one }));
    const answer = async (owner: Owner, answers: readonly RequestAnswer[], events = 0) =>
      owner.send({ ...owner.prepare({ events }), answers });

    it('takes nothing for a tenant that was never claimed, and leaves no trace of it', async () => {
      const { inbox, store } = subject;
      expect(await inbox.ask('acme', request(1))).toEqual({ status: 'unserved' });
      expect(await store.position('acme')).toBeNull();
      expect(await store.claim('acme', { epoch: 'e1' })).toMatchObject({ requests: [], version: 0 });
    });

    it('shows the owner what waits, in its order, with every answer of the store', async () => {
      const { inbox, store } = subject;
      const owner = await Owner.claim(store);
      expect(await owner.commit({})).toMatchObject({ status: 'committed', requests: [] });
      expect(await inbox.ask('acme', request(2))).toEqual(WAITING);
      expect(await inbox.ask('acme', request(1))).toEqual(WAITING);
      const requests = waiting(request(2), request(1));
      expect(await store.touch('acme', owner.fence, UNCHANGED)).toEqual({ requests });
      expect(await owner.commit({ events: 1 })).toMatchObject({ status: 'committed', requests });
      expect(await store.claim('acme', { epoch: 'e1' })).toMatchObject({ requests });
    });

    it('takes what a commit answers out in the same step, and remembers the answer', async () => {
      const { inbox, store } = subject;
      const owner = await Owner.claim(store);
      for (const n of [1, 2, 3]) await inbox.ask('acme', request(n));
      const answers: RequestAnswer[] = [written(request(1)), { id: request(3).id, result: 'unreadable' }];
      expect(await answer(owner, answers, 2)).toMatchObject({
        status: 'committed',
        position: { sequence: 2 },
        requests: waiting(request(2)),
      });
      expect(await inbox.ask('acme', request(1))).toEqual(WRITTEN);
      expect(await inbox.ask('acme', request(3))).toEqual({ status: 'answered', result: 'unreadable' });
      expect(await inbox.ask('acme', request(2))).toEqual(WAITING);
      expect(await store.touch('acme', owner.fence, UNCHANGED)).toEqual({ requests: waiting(request(2)) });
      expect(await answer(owner, [written(request(2))])).toMatchObject({ requests: [] });
    });

    it('keeps a request once, however often it is asked', async () => {
      const { inbox, store } = subject;
      const owner = await Owner.claim(store);
      await inbox.ask('acme', request(1));
      expect(await inbox.ask('acme', request(1, { waiting: 99 }))).toEqual(WAITING);
      expect(await store.touch('acme', owner.fence, UNCHANGED)).toEqual({ requests: waiting(request(1)) });
    });

    it('leaves everything waiting where the store refuses the commit', async () => {
      const { inbox, store } = subject;
      const old = await Owner.claim(store);
      const owner = await Owner.claim(store);
      await inbox.ask('acme', request(1));
      expect(await answer(old, [written(request(1))], 1)).toEqual({ status: 'fenced' });
      const late = { ...owner.prepare({ events: 1 }), answers: [written(request(1))] };
      await owner.commit({ events: 1 });
      expect(await owner.send(late)).toEqual({ status: 'conflict' });
      expect(await inbox.ask('acme', request(1))).toEqual(WAITING);
      expect(await store.claim('acme', { epoch: 'e1' })).toMatchObject({ requests: waiting(request(1)) });
    });

    it('answers once where a commit is repeated, and says what waits by then', async () => {
      const { inbox, store } = subject;
      const owner = await Owner.claim(store);
      await inbox.ask('acme', request(1));
      const commit = { ...owner.prepare({ events: 1 }), answers: [written(request(1))] };
      await owner.send(commit);
      await inbox.ask('acme', request(2));
      expect(await owner.send(commit)).toMatchObject({
        status: 'committed',
        position: { sequence: 1 },
        requests: waiting(request(2)),
      });
    });

    it('goes on where a commit writes the whole state', async () => {
      const { inbox, store } = subject;
      const owner = await Owner.claim(store);
      await inbox.ask('acme', request(1));
      await inbox.ask('acme', request(2));
      await answer(owner, [written(request(1))]);
      const next = await Owner.claim(store);
      expect(await next.commit({ state: stateOf([call('a')]) })).toMatchObject({
        requests: waiting(request(2)),
      });
      expect(await inbox.ask('acme', request(1))).toEqual(WRITTEN);
      expect((await store.snapshot('acme'))?.state).toEqual(stateOf([call('a')]));
      expect(await store.inspect('acme')).toMatchObject({ unreadable: [] });
    });

    it('is full of so many requests', async () => {
      const { inbox, store } = subject;
      const owner = await Owner.claim(store);
      for (let n = 1; n <= REQUESTS_MAX; n++) expect(await inbox.ask('acme', request(n))).toEqual(WAITING);
      expect(await inbox.ask('acme', request(REQUESTS_MAX + 1))).toEqual({ status: 'full' });
      expect(await inbox.ask('acme', request(7))).toEqual(WAITING);
      await answer(owner, [written(request(7))]);
      expect(await inbox.ask('acme', request(REQUESTS_MAX + 1))).toEqual(WAITING);
    });

    it('is full of so many bytes, and refuses a request that is too large for any inbox', async () => {
      const { inbox, store } = subject;
      await Owner.claim(store);
      const large = (n: number) => request(n, { reason: 'ế'.repeat(1_200) });
      const fits = Math.floor(REQUESTS_BYTES / (JSON.stringify(large(1)).length + 2_400));
      let taken = 0;
      while ((await inbox.ask('acme', large(1_000 + taken))).status === 'waiting') taken += 1;
      expect(taken).toBeGreaterThanOrEqual(fits - 1);
      expect(taken).toBeLessThan(REQUESTS_MAX);
      await expect(inbox.ask('acme', request(1, { reason: 'x'.repeat(5_000) }))).rejects.toThrow(TypeError);
      await expect(inbox.ask('acme', request(1, { id: 'a b' }))).rejects.toThrow(TypeError);
      await expect(inbox.ask('a:b', request(1))).rejects.toThrow(TypeError);
    });

    it('remembers the newest answers', async () => {
      const { inbox, store } = subject;
      const owner = await Owner.claim(store);
      for (let n = 1; n <= ANSWERS_KEPT + 2; n++) {
        await inbox.ask('acme', request(n));
        if (n % 50 === 0 || n > ANSWERS_KEPT)
          await answer(
            owner,
            Array.from({ length: n > ANSWERS_KEPT ? 1 : 50 }, (_, i) => written(request(n - i))).reverse(),
          );
      }
      expect(await inbox.ask('acme', request(3))).toEqual(WRITTEN);
      expect(await inbox.ask('acme', request(ANSWERS_KEPT + 2))).toEqual(WRITTEN);
      expect(await inbox.ask('acme', request(2))).toEqual(WAITING);
    });

    it('forgets an answer an hour later, by the store’s clock', async () => {
      const { inbox, store } = subject;
      const owner = await Owner.claim(store);
      const ago = (ms: number) => String(Date.now() - ms);
      await subject.overwrite(
        'acme',
        'answered',
        `${ago(3_700_000)} ${request(1).id} written\nx y z\n${ago(3_500_000)} ${request(2).id} written\n`,
      );
      await inbox.ask('acme', request(3));
      await answer(owner, [written(request(3))]);
      expect(await inbox.ask('acme', request(1))).toEqual(WAITING);
      expect(await inbox.ask('acme', request(2))).toEqual(WRITTEN);
    });

    it('shows what cannot be read as such, and takes it out when it is answered', async () => {
      const { store } = subject;
      const owner = await Owner.claim(store);
      const good = request(5);
      const lines = [
        'garbage',
        ' {}',
        'a {"id":"a","kind":"of a newer build"}',
        `b ${JSON.stringify(request(1))}`,
        `${good.id} ${JSON.stringify(good)}`,
      ];
      await subject.overwrite('acme', 'inbox', `${lines.join('\n')}\n`);
      const unreadable = ['garbage', '', 'a', 'b'];
      expect(await store.touch('acme', owner.fence, UNCHANGED)).toEqual({
        requests: [...unreadable.map((id) => ({ id, request: null })), ...waiting(good)],
      });
      const answers = unreadable.map((id) => ({ id, result: 'unreadable' as const }));
      expect(await answer(owner, answers)).toMatchObject({ requests: waiting(good) });
    });

    it('keeps tenants apart', async () => {
      const { inbox, store } = subject;
      const owner = await Owner.claim(store);
      const other = await Owner.claim(store, 'globex');
      await inbox.ask('acme', request(1));
      expect(await answer(other, [written(request(1))])).toMatchObject({ requests: [] });
      expect(await inbox.ask('acme', request(1))).toEqual(WAITING);
      expect(await store.touch('acme', owner.fence, UNCHANGED)).toEqual({ requests: waiting(request(1)) });
    });

    it('shows its followers of which tenant something was asked, until they close', async () => {
      const { inbox, store } = subject;
      await Owner.claim(store);
      await Owner.claim(store, 'globex');
      const heard: (string | null)[] = [];
      let last: () => void = () => undefined;
      const all = new Promise<void>((resolve) => (last = resolve));
      const closed = await inbox.follow((tenant) => heard.push(`closed ${tenant}`));
      await closed.close();
      const following: Subscription = await inbox.follow((tenant) => {
        heard.push(tenant);
        if (tenant === 'globex') last();
      });
      await inbox.ask('acme', request(1));
      await inbox.ask('hooli', request(1));
      await inbox.ask('acme', request(1));
      await inbox.ask('globex', request(1));
      await all;
      expect(heard).toEqual(['acme', 'acme', 'globex']);
      await following.close();
    });

    it('rejects every call once it is closed', async () => {
      const { inbox } = subject;
      await inbox.close();
      await expect(inbox.ask('acme', request(1))).rejects.toThrow('closed');
      await expect(inbox.follow(() => undefined)).rejects.toThrow('closed');
    });
  });
}
