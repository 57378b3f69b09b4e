import {
  BEFORE_THE_LOG,
  newProgress,
  ATTEMPTS_KEPT,
  DEAD_LETTERS_KEPT,
  type DeadLetter,
  type EndpointProgress,
  OPEN_MAX,
  type StoredAttempt,
  type WebhookSave,
  type WebhookStore,
} from './webhook-store.js';

/** A store of webhooks under test. */
export interface WebhooksSubject {
  readonly store: WebhookStore;
  /** Replaces what is stored of an endpoint's progress behind the store's back. */
  overwrite(tenant: string, endpoint: string, text: string): Promise<void>;
  loseMemory(): Promise<void>;
  close(): Promise<void>;
}

/** An endpoint that has got as far as `sequence`. */
export function progressTo(sequence: number, more: Partial<EndpointProgress> = {}): EndpointProgress {
  return {
    ...newProgress({ epoch: 'e1', sequence }),
    ...more,
  };
}

export function saveOf(save: {
  readonly endpoints?: Readonly<Record<string, EndpointProgress>>;
  readonly dead?: Readonly<Record<string, readonly DeadLetter[]>>;
  readonly removed?: readonly string[];
}): WebhookSave {
  const { endpoints = {}, dead = {}, removed = [] } = save;
  return { endpoints: new Map(Object.entries(endpoints)), dead: new Map(Object.entries(dead)), removed };
}

export function deadLetter(n: number): DeadLetter {
  return { cursor: `e1:${n}`, reason: 'refused', tries: 3, at: n };
}

export function attemptOf(n: number): StoredAttempt {
  return {
    at: n,
    cursor: `e1:${n}`,
    id: `evt_${n}`,
    kind: 'event',
    outcome: 'delivered',
    status: 204,
    tookMs: 12.5,
    error: null,
  };
}

/** The promises of `WebhookStore`, for every implementation of it; each test opens a store of its own. */
export function describeWebhookStore(name: string, open: () => Promise<WebhooksSubject>): void {
  describe(name, () => {
    let subject: WebhooksSubject;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(async () => {
      await subject.close();
    });
    const numbered = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

    it('knows nothing of a tenant whose webhooks were never claimed', async () => {
      const { store } = subject;
      expect(await store.progress('acme')).toEqual(new Map());
      expect(await store.resumeAsked('acme')).toEqual(new Set());
      expect(await store.attempts('acme', 'crm')).toEqual([]);
      expect(await store.deadLetters('acme', 'crm')).toEqual([]);
      expect(await store.save('acme', 1, saveOf({ endpoints: { crm: progressTo(1) } }))).toBe(false);
    });

    it('gives the next owner what the last one has saved, field by field', async () => {
      const { store } = subject;
      const { fence } = await store.claim('acme');
      const full = progressTo(41, {
        open: [
          { sequence: 7, tries: 0, nextAt: 1_000 },
          { sequence: 40, tries: 3, nextAt: 2_000 },
        ],
        gap: { from: 'e0:3', to: 'e1:1', count: null, reason: 'epoch' },
        state: 'failing',
        failingSince: 5,
        isAnnounced: true,
        lastError: 'HTTP 500: điện thoại',
        lastDeliveredAt: 4,
        counts: { delivered: 38, expired: 1, dead: 2 },
      });
      expect(await store.save('acme', fence, saveOf({ endpoints: { crm: full, bot: progressTo(2) } }))).toBe(
        true,
      );
      const claim = await store.claim('acme');
      const endpoints = new Map([
        ['crm', full],
        ['bot', progressTo(2)],
      ]);
      expect(claim).toEqual({ fence: claim.fence, endpoints, unreadable: [] });
      expect(await store.progress('acme')).toEqual(endpoints);
    });

    it('keeps that an endpoint began before there was a log', async () => {
      const { store } = subject;
      const { fence } = await store.claim('acme');
      const begun = newProgress(BEFORE_THE_LOG);
      await store.save('acme', fence, saveOf({ endpoints: { crm: begun } }));
      expect((await store.claim('acme')).endpoints).toEqual(new Map([['crm', begun]]));
    });

    it('leaves alone what a save does not name', async () => {
      const { store } = subject;
      const { fence } = await store.claim('acme');
      await store.save('acme', fence, saveOf({ endpoints: { crm: progressTo(1), bot: progressTo(2) } }));
      await store.save('acme', fence, saveOf({ endpoints: { bot: progressTo(3) } }));
      await store.save('acme', fence, saveOf({}));
      expect(await store.progress('acme')).toEqual(
        new Map([
          ['crm', progressTo(1)],
          ['bot', progressTo(3)],
        ]),
      );
    });

    it('takes nothing from an owner whose token is not the newest', async () => {
      const { store } = subject;
      const first = await store.claim('acme');
      const second = await store.claim('acme');
      expect(second.fence).toBeGreaterThan(first.fence);
      await store.save('acme', second.fence, saveOf({ endpoints: { crm: progressTo(5) } }));
      const late = saveOf({
        endpoints: { crm: progressTo(1) },
        dead: { crm: [deadLetter(1)] },
        removed: ['bot'],
      });
      expect(await store.save('acme', first.fence, late)).toBe(false);
      expect(await store.save('acme', second.fence + 1, late)).toBe(false);
      expect(await store.progress('acme')).toEqual(new Map([['crm', progressTo(5)]]));
      expect(await store.deadLetters('acme', 'crm')).toEqual([]);
    });

    it('keeps tenants apart', async () => {
      const { store } = subject;
      const { fence } = await store.claim('acme');
      await store.claim('globex');
      await store.save('acme', fence, saveOf({ endpoints: { crm: progressTo(5) } }));
      await store.addAttempts('acme', 'crm', [attemptOf(1)]);
      expect(await store.save('globex', fence, saveOf({ endpoints: { crm: progressTo(1) } }))).toBe(false);
      expect(await store.progress('globex')).toEqual(new Map());
      expect(await store.attempts('globex', 'crm')).toEqual([]);
    });

    it('gives no token twice after it has lost its memory, and takes nothing under the old one', async () => {
      const { store } = subject;
      const before = await store.claim('acme');
      await subject.loseMemory();
      expect((await store.claim('acme')).fence).toBeGreaterThan(before.fence);
      expect(await store.save('acme', before.fence, saveOf({ endpoints: { crm: progressTo(1) } }))).toBe(
        false,
      );
    });

    it('keeps dead letters with the progress that leaves them behind, the newest first, up to their number', async () => {
      const { store } = subject;
      const { fence } = await store.claim('acme');
      const all = numbered(DEAD_LETTERS_KEPT + 5).map(deadLetter);
      const dead = (letters: readonly DeadLetter[]) =>
        store.save('acme', fence, saveOf({ endpoints: { crm: progressTo(1) }, dead: { crm: letters } }));
      await dead(all.slice(0, 700));
      await dead([]);
      await dead(all.slice(700));
      expect(await store.deadLetters('acme', 'crm')).toEqual(all.slice(5).toReversed());
      expect(await store.deadLetters('acme', 'bot')).toEqual([]);
    });

    it('keeps no dead letter twice where a save is repeated', async () => {
      const { store } = subject;
      const { fence } = await store.claim('acme');
      const save = saveOf({ dead: { crm: numbered(300).map(deadLetter) } });
      await store.save('acme', fence, save);
      await store.save('acme', fence, save);
      await store.save('acme', fence, saveOf({ dead: { crm: [deadLetter(300), deadLetter(301)] } }));
      expect(await store.deadLetters('acme', 'crm')).toEqual(numbered(301).map(deadLetter).toReversed());
    });

    it('keeps the newest attempts of each endpoint, of tests and replays too', async () => {
      const { store } = subject;
      const all = numbered(ATTEMPTS_KEPT + 30).map(attemptOf);
      await store.addAttempts('acme', 'crm', all.slice(0, 150));
      await store.addAttempts('acme', 'crm', []);
      await store.addAttempts('acme', 'crm', all.slice(150));
      const failed = { ...attemptOf(1), status: null, cursor: null, error: 'ECONNREFUSED' } as const;
      await store.addAttempts('acme', 'bot', [{ ...failed, kind: 'test', outcome: 'endpoint-failed' }]);
      expect(await store.attempts('acme', 'crm')).toEqual(all.slice(30).toReversed());
      expect(await store.attempts('acme', 'bot')).toEqual([
        { ...failed, kind: 'test', outcome: 'endpoint-failed' },
      ]);
    });

    it('shows who was asked to resume until the endpoint runs again', async () => {
      const { store } = subject;
      const { fence } = await store.claim('acme');
      await store.askToResume('acme', 'crm');
      await store.askToResume('acme', 'bot');
      const save = (state: EndpointProgress['state']) =>
        store.save('acme', fence, saveOf({ endpoints: { crm: progressTo(1, { state }) } }));
      await save('paused');
      await save('disabled');
      expect(await store.resumeAsked('acme')).toEqual(new Set(['crm', 'bot']));
      await save('failing');
      expect(await store.resumeAsked('acme')).toEqual(new Set(['bot']));
      await store.askToResume('acme', 'crm');
      await save('active');
      expect(await store.resumeAsked('acme')).toEqual(new Set(['bot']));
      expect(await store.progress('acme')).toEqual(new Map([['crm', progressTo(1)]]));
    });

    it('forgets all of an endpoint that is removed, and nothing of another with a longer name', async () => {
      const { store } = subject;
      const { fence } = await store.claim('acme');
      const dead = { crm: [deadLetter(1)], 'crm-2': [deadLetter(2)] };
      await store.save(
        'acme',
        fence,
        saveOf({ endpoints: { crm: progressTo(1), 'crm-2': progressTo(2) }, dead }),
      );
      for (const endpoint of ['crm', 'crm-2']) {
        await store.addAttempts('acme', endpoint, [attemptOf(1)]);
        await store.askToResume('acme', endpoint);
      }
      await store.save('acme', fence, saveOf({ removed: ['crm', 'never-was'] }));
      expect(await store.progress('acme')).toEqual(new Map([['crm-2', progressTo(2)]]));
      expect(await store.resumeAsked('acme')).toEqual(new Set(['crm-2']));
      expect(await store.attempts('acme', 'crm')).toEqual([]);
      expect(await store.deadLetters('acme', 'crm')).toEqual([]);
      expect(await store.attempts('acme', 'crm-2')).toEqual([attemptOf(1)]);
      expect(await store.deadLetters('acme', 'crm-2')).toEqual([deadLetter(2)]);
    });

    it.each(['', 'x', '[]', '{}', '{"through":{"epoch":"e1","sequence":-1}}', 'null'])(
      'names an endpoint of which it holds %j, and gives the others',
      async (text) => {
        const { store } = subject;
        const { fence } = await store.claim('acme');
        await store.save('acme', fence, saveOf({ endpoints: { crm: progressTo(1), bot: progressTo(2) } }));
        await subject.overwrite('acme', 'crm', text);
        const claim = await store.claim('acme');
        expect(claim).toMatchObject({
          endpoints: new Map([['bot', progressTo(2)]]),
          unreadable: ['crm'],
        });
        expect(await store.progress('acme')).toEqual(new Map([['bot', progressTo(2)]]));
        await store.save('acme', claim.fence, saveOf({ endpoints: { crm: progressTo(9) } }));
        expect(await store.claim('acme')).toMatchObject({ unreadable: [] });
      },
    );

    it('reads what a newer build has added a field to', async () => {
      const { store } = subject;
      const { fence } = await store.claim('acme');
      await store.save('acme', fence, saveOf({ endpoints: { crm: progressTo(1) } }));
      await subject.overwrite('acme', 'crm', JSON.stringify({ ...progressTo(3), more: 1 }));
      expect(await store.progress('acme')).toEqual(new Map([['crm', progressTo(3)]]));
    });

    it('saves many endpoints with all the open events that they may have', async () => {
      const { store } = subject;
      const { fence } = await store.claim('acme');
      const open = numbered(OPEN_MAX).map((sequence) => ({ sequence, tries: 9, nextAt: 1_764_000_000_000 }));
      const endpoints = Object.fromEntries(numbered(10).map((n) => [`e-${n}`, progressTo(2_000, { open })]));
      expect(await store.save('acme', fence, saveOf({ endpoints }))).toBe(true);
      expect(await store.progress('acme')).toEqual(new Map(Object.entries(endpoints)));
    });

    it('refuses names that are none, and writes nothing', async () => {
      const { store } = subject;
      const { fence } = await store.claim('acme');
      const endpoints = { crm: progressTo(1), 'a:b': progressTo(1) };
      await expect(store.save('acme', fence, saveOf({ endpoints }))).rejects.toThrow(TypeError);
      await expect(store.askToResume('acme', 'A')).rejects.toThrow(TypeError);
      await expect(store.addAttempts('acme', '', [attemptOf(1)])).rejects.toThrow(TypeError);
      await expect(store.claim('a:b')).rejects.toThrow(TypeError);
      expect(await store.progress('acme')).toEqual(new Map());
    });

    it('rejects every call once it is closed', async () => {
      const { store } = subject;
      store.close();
      for (const call of [
        () => store.claim('acme'),
        () => store.progress('acme'),
        () => store.save('acme', 1, saveOf({})),
        () => store.askToResume('acme', 'crm'),
        () => store.resumeAsked('acme'),
        () => store.addAttempts('acme', 'crm', [attemptOf(1)]),
        () => store.attempts('acme', 'crm'),
        () => store.deadLetters('acme', 'crm'),
      ])
        await expect(call()).rejects.toThrow('closed');
    });
  });
}
