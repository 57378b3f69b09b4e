import fc from 'fast-check';
import { leg, number, T0 } from '../../../test/support/history.js';
import { DEFAULT_DESK_RULES, type DeskRules } from '../desk-rules.js';
import type { DeskPoll } from '../desk-poll.js';
import { type Call, EMPTY_STATE } from '../model/call.js';
import type { CallView, Transition } from '../model/event.js';
import type { Instant } from '../model/observation.js';
import { type Callback, CALLBACKS_MAX } from './callback.js';
import { Callbacks } from './callbacks.js';

const CUSTOMER = '0905123222';
const SUPPORT = { id: 'q-1', name: 'Support' };

/** What a test says of a call; times are seconds after T0. */
interface GivenCall {
  readonly id?: string;
  readonly customer?: string;
  readonly direction?: CallView['direction'];
  readonly from?: number;
  readonly answered?: number;
  readonly to: number;
  readonly outcome?: CallView['outcome'];
  readonly certainty?: 'upstream' | 'observed' | 'inferred';
  readonly answer?: 'upstream' | 'observed' | 'inferred';
  readonly queue?: CallView['queue'];
}

const iso = (s: number) => new Date(T0 + s * 1_000).toISOString();

function viewOf(given: GivenCall): Omit<CallView, 'tenant'> {
  const { from = given.to - 20, answered, to, certainty = 'observed' } = given;
  const queue = given.queue === undefined ? SUPPORT : given.queue;
  return {
    callId: given.id ?? `call-${to}`,
    linkedCallIds: [],
    upstreamIds: [],
    direction: given.direction ?? 'inbound',
    state: 'ended',
    customer: number(given.customer ?? CUSTOMER),
    hotline: number('19001234'),
    queue,
    queues: queue === null ? [] : [queue],
    agent: null,
    extensions: [],
    startedAt: iso(from),
    answeredAt: answered === undefined ? null : iso(answered),
    endedAt: iso(to),
    waitMs: ((answered ?? to) - from) * 1_000,
    talkMs: answered === undefined || given.answer === 'inferred' ? null : (to - answered) * 1_000,
    outcome: given.outcome ?? (answered === undefined ? 'abandoned' : 'answered'),
    baseline: false,
    observed: { earliest: iso(to), latest: iso(to), certainty },
  };
}

class Desk {
  #callbacks: Callbacks;
  #stored = new Map<string, Callback>();
  readonly events: Transition[] = [];

  constructor(readonly rules: DeskRules = DEFAULT_DESK_RULES) {
    this.#callbacks = new Callbacks(new Map(), rules);
    this.wait(0);
  }

  get items(): Callback[] {
    return [...this.#stored.values()];
  }

  get open(): Callback[] {
    return this.items.filter(({ done }) => done === null);
  }

  /** What the events say, in short. */
  get said(): string[] {
    return this.events.map(({ type, data }) => {
      const { change, reason } = data as { change?: string; reason?: string };
      return [type.replace('callback-', ''), change ?? reason].filter((word) => word !== undefined).join(' ');
    });
  }

  ended(...given: GivenCall[]): this {
    const at = Math.max(...given.map(({ to }) => to));
    const transitions = given.flatMap((one): Transition[] => {
      const view = viewOf(one);
      const subject = view.callId;
      const answered =
        one.answered === undefined
          ? []
          : [
              {
                type: 'call-answered' as const,
                subject,
                time: T0 + one.answered * 1_000,
                data: { ...view, observed: { ...view.observed, certainty: one.answer ?? 'observed' } },
              },
            ];
      const time = T0 + one.to * 1_000;
      return [...answered, { type: 'call-ended', subject, time, data: view }];
    });
    this.#take(this.#callbacks.follow({ delta: { calls: new Map() }, transitions }, [], poll(at)));
    return this.wait(at);
  }

  wait(s: number, more: Partial<DeskPoll> = {}): this {
    this.#take(this.#callbacks.settle({ ...poll(s), ...more }));
    return this;
  }

  ask(kind: 'claim' | 'release' | 'dismiss' | 'undo', by: string, s: number, id = this.items.at(-1)!.id) {
    return this.askWithin(null, kind, by, s, id);
  }

  /** @param within the queues that the person answers for */
  askWithin(
    within: readonly string[] | null,
    kind: 'claim' | 'release' | 'dismiss' | 'undo',
    by: string,
    s: number,
    id = this.items.at(-1)!.id,
  ) {
    const why = kind === 'dismiss' ? ('not-needed' as const) : null;
    const request = {
      id: `${kind}/${s}`,
      kind: `callback-${kind}` as const,
      callback: id,
      by,
      why,
      within,
      at: 0,
    };
    const { result, ...followed } = this.#callbacks.answer(request, T0 + s * 1_000);
    this.#take(followed);
    return result;
  }

  forget(line: string, s: number): boolean {
    const { found, ...followed } = this.#callbacks.forget(line, T0 + s * 1_000);
    this.#take(followed);
    return found;
  }

  restart(): this {
    const text = JSON.stringify([...this.#stored]);
    this.#stored = new Map(JSON.parse(text) as [string, Callback][]);
    this.#callbacks = new Callbacks(this.#stored, this.rules);
    return this;
  }

  #take({ transitions, callbacks }: ReturnType<Callbacks['settle']>): void {
    this.events.push(...transitions);
    for (const [id, item] of callbacks)
      if (item === null) this.#stored.delete(id);
      else this.#stored.set(id, item);
  }
}

function poll(s: number): DeskPoll {
  const { sources, created, hotlines, listsIdle } = EMPTY_STATE;
  return {
    observations: {},
    before: sources,
    after: sources,
    calls: new Map(),
    ended: new Map(),
    created,
    hotlines,
    listsIdle,
    at: T0 + s * 1_000,
  };
}

/** A poll that shows a call with an answered leg. */
function talking(s: number, given: Omit<GivenCall, 'to'> & { readonly answered: number }): DeskPoll {
  const view = viewOf({ ...given, to: s });
  const seen = leg({ callId: view.callId, direction: view.direction, signal: 'answered' });
  const at: Instant = T0 + s * 1_000;
  const call = {
    callId: view.callId,
    direction: view.direction,
    customer: view.customer,
    hotline: null,
    answeredAt: T0 + given.answered * 1_000,
    answeredCertainty: given.answer ?? 'observed',
    legs: [{ seen, state: 'answered', absence: null }],
    entry: null,
  } as unknown as Call;
  const monitor = {
    endpoint: 'monitor' as const,
    outcome: 'complete' as const,
    startedAt: at,
    at,
    rows: new Map([[seen.key, seen]]),
    reason: null,
    idleExtensions: new Map(),
  };
  return { ...poll(s), calls: new Map([[call.callId, call]]), observations: { monitor } };
}

describe('a call-back', () => {
  it('is due once for a caller who hung up unheard', () => {
    const desk = new Desk().ended({ to: 30 });
    expect(desk.said).toEqual(['due']);
    expect(desk.events[0]).toMatchObject({
      subject: 'callback/cb-call-30',
      time: T0 + 30_000,
      data: {
        callback: {
          id: 'cb-call-30',
          customer: { raw: CUSTOMER },
          queues: [SUPPORT],
          missed: 1,
          tried: 0,
          firstAt: iso(30),
          lastAt: iso(30),
          longestWaitMs: 20_000,
          callIds: ['call-30'],
          probable: false,
          afterHours: false,
          claimedBy: null,
        },
      },
    });
  });

  it('is probable as long as no call was certainly abandoned', () => {
    const desk = new Desk().ended({ to: 30, certainty: 'inferred' });
    expect(desk.open[0]!.parts[0]!.probable).toBe(true);
    desk.ended({ to: 60 });
    expect(desk.open[0]!.parts[0]!.probable).toBe(false);
  });

  it.each<[string, GivenCall]>([
    ['whose end is not known', { to: 30, outcome: 'unknown' }],
    ['that was answered', { to: 30, answered: 20 }],
    ['of a withheld number', { to: 30, customer: 'anonymous' }],
    ['from an extension', { to: 30, customer: '107' }],
    ['from the hotline', { to: 30, customer: '19001234' }],
    ['between extensions', { to: 30, direction: 'local' }],
    ['that went out', { to: 30, direction: 'outbound', outcome: 'no-answer' }],
  ])('is not due for a call %s', (_, given) => {
    expect(new Desk().ended(given).said).toEqual([]);
  });

  it('counts who is missed again, by queue, also under the number of before', () => {
    const desk = new Desk()
      .ended({ to: 30, customer: '01692345678' })
      .ended({ to: 90, from: 40, customer: '0392345678', queue: { id: 'q-2', name: 'Sales' } })
      .ended({ to: 120, customer: '0392345678', queue: null });
    expect(desk.said).toEqual(['due', 'updated missed', 'updated missed']);
    const { data } = desk.events.at(-1) as unknown as { data: { callback: object } };
    expect(data).toMatchObject({ change: 'missed', missedCallId: 'call-120' });
    expect(data.callback).toMatchObject({
      missed: 3,
      firstAt: iso(30),
      lastAt: iso(120),
      longestWaitMs: 50_000,
      callIds: ['call-30', 'call-90', 'call-120'],
      queues: [SUPPORT, { id: 'q-2', name: 'Sales' }],
      parts: [{ queue: SUPPORT }, { queue: { id: 'q-2' } }, { queue: null, missed: 1 }],
    });
  });

  it('is not closed by an attempt, which it counts', () => {
    const out = { direction: 'outbound' as const, outcome: 'no-answer' as const };
    const desk = new Desk()
      .ended({ to: 30 })
      .ended({ ...out, to: 60 })
      .ended({ ...out, outcome: 'unknown', to: 80 })
      .ended({ direction: 'outbound', answered: 90, to: 99 })
      .ended({ direction: 'outbound', answered: 100, to: 129, answer: 'inferred' });
    expect(desk.said).toEqual(['due', ...Array<string>(4).fill('updated tried')]);
    expect(desk.open[0]!.tried).toBe(4);
  });

  it.each([
    ['called-back', 'outbound'],
    ['reached-us', 'inbound'],
  ] as const)('is closed as %s by a conversation of 10 s, %s', (reason, direction) => {
    const desk = new Desk().ended({ to: 30 }).ended({ direction, answered: 50, to: 60 });
    expect(desk.said).toEqual(['due', `done ${reason}`]);
    expect(desk.open).toEqual([]);
    expect(desk.ended({ to: 90 }).said.at(-1)).toBe('due');
  });

  it('is closed while the conversation lasts, as soon as it counts', () => {
    const desk = new Desk().ended({ to: 30 });
    const call = { id: 'back', direction: 'outbound' as const, answered: 50 };
    desk.restart();
    desk.wait(59, talking(59, call));
    expect(desk.said).toEqual(['due']);
    desk
      .wait(60, talking(60, call))
      .wait(61, talking(61, call))
      .ended({ ...call, to: 70 });
    expect(desk.said).toEqual(['due', 'done called-back']);
    expect(desk.events[1]!.time).toBe(T0 + 60_000);
    expect(desk.items[0]!.done).toMatchObject({ callId: 'back', probable: false });
  });

  it('is not closed by a conversation that no answer shows any more', () => {
    const desk = new Desk().ended({ to: 30 }).restart();
    const { calls } = talking(60, { id: 'back', direction: 'outbound', answered: 50 });
    expect(desk.wait(60, { calls }).said).toEqual(['due']);
  });

  it('is not closed by a conversation that still goes on but began before the customer was missed', () => {
    const call = { id: 'back', direction: 'outbound' as const, answered: 20 };
    const desk = new Desk().ended({ to: 30 }).restart();
    expect(desk.wait(90, talking(90, call)).said).toEqual(['due']);
  });

  it('needs 30 s after an inferred answer, and is then probably done', () => {
    const call = { id: 'back', direction: 'outbound' as const, answered: 50, answer: 'inferred' as const };
    const desk = new Desk().ended({ to: 30 }).restart();
    desk.wait(79, talking(79, call));
    expect(desk.said).toEqual(['due']);
    desk.wait(80, talking(80, call));
    expect(desk.said).toEqual(['due', 'done called-back']);
    expect(desk.events[1]!.data).toMatchObject({ probable: true });
  });

  it('is not closed by a conversation that began before the customer was missed last', () => {
    const desk = new Desk().ended({ to: 30 }).ended({ answered: 25, from: 20, to: 60, id: 'other' });
    expect(desk.said).toEqual(['due']);
  });

  it('is closed by a conversation since that was over before the abandonment was noticed', () => {
    const back = { direction: 'outbound' as const, answered: 50, to: 90 };
    expect(new Desk().ended(back).ended({ to: 30 }).said).toEqual(['due', 'done called-back']);
    expect(new Desk().ended(back, { to: 30 }).said).toEqual(['due', 'done called-back']);
  });

  it('expires', () => {
    const desk = new Desk().ended({ to: 30 });
    const week = DEFAULT_DESK_RULES.callbackMaxAgeMs / 1_000;
    expect(desk.wait(30 + week - 1).said).toEqual(['due']);
    expect(desk.wait(30 + week).said).toEqual(['due', 'done expired']);
    desk.wait(30 + 2 * week);
    expect(desk.items).toEqual([]);
  });

  it('gives way to a newer one where too many are open, and is forgotten where too many are closed', () => {
    const desk = new Desk();
    const callers = (from: number, to: number, more: Partial<GivenCall> = {}) =>
      Array.from({ length: to - from }, (_, n) => {
        const customer = `09${String(10_000_000 + from + n)}`;
        return { id: `${more.direction ?? 'in'}-${from + n}`, customer, to: from + n, ...more };
      });
    desk.ended(...callers(1, CALLBACKS_MAX + 3));
    expect(desk.open).toHaveLength(CALLBACKS_MAX);
    expect(desk.items.filter(({ done }) => done?.reason === 'expired').map(({ id }) => id)).toEqual([
      'cb-in-1',
      'cb-in-2',
    ]);
    const to = CALLBACKS_MAX + 100;
    desk.ended(...callers(3, CALLBACKS_MAX + 3, { direction: 'outbound', answered: to - 50, to }));
    expect(desk.open).toEqual([]);
    expect(desk.items).toHaveLength(CALLBACKS_MAX);
  });

  it('is flagged if all its calls came outside of business hours', () => {
    // T0 is ten in the morning on a Monday in Vietnam.
    const desk = new Desk({ ...DEFAULT_DESK_RULES, businessHours: [{ days: [1], from: 0, to: 600 }] });
    expect(desk.ended({ to: 30 }).open[0]!.parts[0]!.afterHours).toBe(true);
    expect(desk.ended({ from: -30, to: 60 }).open[0]!.parts[0]!.afterHours).toBe(false);
  });
});

describe('people and a call-back', () => {
  it('claim it for ten minutes, by time or until they release it', () => {
    const desk = new Desk().ended({ to: 30 });
    expect(desk.ask('claim', 'lan', 40)).toBe('written');
    expect(desk.ask('claim', 'minh', 50)).toBe('claimed-already');
    expect(desk.ask('release', 'minh', 50)).toBe('claimed-already');
    expect(desk.wait(639).open[0]!.claim).toMatchObject({ by: 'lan' });
    // No poll has ended the claim yet, and it is over all the same.
    expect(desk.ask('claim', 'minh', 640)).toBe('written');
    expect(desk.ask('release', 'minh', 640)).toBe('written');
    expect(desk.ask('claim', 'lan', 640)).toBe('written');
    expect(desk.wait(1_240).open[0]!.claim).toBeNull();
    expect(desk.ask('release', 'lan', 1_250)).toBe('not-claimed');
    const steps = ['claimed', 'claimed', 'released', 'claimed', 'released'];
    expect(desk.said).toEqual(['due', ...steps.map((step) => `updated ${step}`)]);
  });

  it('dismiss it once: the later one learns what happened', () => {
    const desk = new Desk().ended({ to: 30 });
    expect(desk.ask('dismiss', 'lan', 40)).toBe('written');
    expect(desk.ask('dismiss', 'lan', 41)).toBe('unchanged');
    expect(desk.ask('dismiss', 'minh', 41)).toBe('done-already');
    expect(desk.ask('claim', 'minh', 41)).toBe('done-already');
    expect(desk.said).toEqual(['due', 'done dismissed']);
    expect(desk.events[1]!.data).toMatchObject({ by: 'lan' });
    const claimed = new Desk().ended({ to: 30 });
    claimed.ask('claim', 'lan', 40);
    claimed.ask('dismiss', 'lan', 50);
    expect(claimed.events.at(-1)!.data).toMatchObject({ by: 'lan', callback: { claimedBy: null } });
    expect(desk.ask('claim', 'lan', 41, 'cb-none')).toBe('unknown');
  });

  it('close and reopen only what all the queues they answer for, and no others, have missed', () => {
    const desk = new Desk().ended({ to: 30 });
    const [part] = desk.items[0]!.parts;
    const own = [part!.queue!.id];
    expect(desk.askWithin(['q-other'], 'dismiss', 'lan', 40)).toBe('not-theirs');
    expect(desk.askWithin([], 'dismiss', 'lan', 40)).toBe('not-theirs');
    expect(desk.askWithin([], 'claim', 'lan', 40)).toBe('written');
    expect(desk.askWithin([...own, 'q-other'], 'dismiss', 'lan', 41)).toBe('written');
    expect(desk.askWithin(['q-other'], 'undo', 'lan', 42)).toBe('not-theirs');
    expect(desk.askWithin(own, 'undo', 'lan', 43)).toBe('written');
  });

  it('undo a dismissal within ten minutes, unless another is open by then', () => {
    const desk = new Desk().ended({ to: 30 });
    desk.ask('dismiss', 'lan', 40);
    expect(desk.ask('undo', 'minh', 640)).toBe('written');
    expect(desk.ask('undo', 'minh', 640)).toBe('unchanged');
    expect(desk.open).toHaveLength(1);
    desk.ask('dismiss', 'lan', 700);
    expect(desk.ask('undo', 'lan', 1_301)).toBe('too-late');
    const first = desk.items[0]!.id;
    desk.ended({ to: 1_310 });
    desk.ask('dismiss', 'lan', 1_320);
    desk.ended({ to: 1_330 });
    expect(desk.ask('undo', 'lan', 1_340, desk.items[1]!.id)).toBe('too-late');
    expect(desk.ask('undo', 'lan', 1_340, first)).toBe('too-late');
    const ids = desk.events.map(({ type, subject, discriminator }) => `${type} ${subject} ${discriminator}`);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('cannot undo what was no dismissal', () => {
    const desk = new Desk().ended({ to: 30 }).ended({ answered: 50, to: 70 });
    expect(desk.ask('undo', 'lan', 80)).toBe('done-already');
  });
});

describe('drawn days', () => {
  const given = fc.record({
    customer: fc.constantFrom('0905123222', '0905123223', '0392345678', '01692345678', 'anonymous'),
    direction: fc.constantFrom('inbound' as const, 'outbound' as const),
    talk: fc.option(fc.integer({ min: 1, max: 60 })),
    answer: fc.constantFrom('observed' as const, 'inferred' as const),
    gap: fc.integer({ min: 0, max: 400_000 }),
    certainty: fc.constantFrom('observed' as const, 'inferred' as const),
  });
  const play = (
    calls: readonly (typeof given extends fc.Arbitrary<infer T> ? T : never)[],
    cut: number | null,
  ) => {
    const desk = new Desk();
    let s = 100;
    for (const [nth, { talk, direction, gap, ...call }] of calls.entries()) {
      s += gap + 100;
      const answered = talk === null ? {} : { answered: s - talk };
      const outcome = talk === null && direction === 'outbound' ? { outcome: 'no-answer' as const } : {};
      desk.ended({ ...call, ...answered, ...outcome, direction, from: s - 90, to: s });
      if (nth % 3 === 0 && desk.open.length > 0) desk.ask(nth % 2 === 0 ? 'claim' : 'dismiss', 'lan', s + 1);
      if (nth === cut) desk.restart();
    }
    return desk;
  };

  it('give the same events wherever a restart cuts them', () => {
    fc.assert(
      fc.property(fc.array(given, { maxLength: 30 }), fc.nat({ max: 29 }), (calls, cut) => {
        expect(play(calls, cut).events).toEqual(play(calls, null).events);
      }),
      { numRuns: 200 },
    );
  });

  it('have one open item a customer, one due and one done each, and ids of their own', () => {
    fc.assert(
      fc.property(fc.array(given, { maxLength: 30 }), (calls) => {
        const desk = play(calls, null);
        const lines = desk.open.map(({ line }) => line);
        expect(new Set(lines).size).toBe(lines.length);
        const counts = new Map<string, number>();
        for (const { type, subject } of desk.events)
          counts.set(`${type} ${subject}`, (counts.get(`${type} ${subject}`) ?? 0) + 1);
        for (const [of, count] of counts) if (!of.startsWith('callback-updated')) expect(count).toBe(1);
        const done = desk.events.filter(({ type }) => type === 'callback-done').length;
        const due = desk.events.filter(({ type }) => type === 'callback-due').length;
        expect(due - done).toBe(desk.open.length);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a customer who is forgotten', () => {
  const LINE = '+84905123222';

  it('has neither an open item nor closed ones, and others keep theirs', () => {
    const desk = new Desk();
    desk.ended({ to: 100 });
    desk.ask('dismiss', 'lan', 110);
    desk.ended({ to: 200 }, { to: 201, id: 'other', customer: '0914237383' });
    expect(desk.items).toHaveLength(3);
    expect(desk.forget(LINE, 300)).toBe(true);
    expect(desk.items.map(({ line }) => line)).toEqual(['+84914237383']);
    expect(desk.restart().items).toHaveLength(1);
  });

  it('ends what was open in an event without the number, once, and nothing else is said', () => {
    const desk = new Desk().ended({ to: 100 });
    const before = desk.events.length;
    desk.forget(LINE, 300);
    const [done, ...more] = desk.events.slice(before);
    expect(more).toEqual([]);
    expect(done).toMatchObject({
      type: 'callback-done',
      subject: desk.events[0]!.subject,
      time: T0 + 300_000,
      data: { reason: 'expired', callback: { customer: { raw: 'withheld', e164: null, national: null } } },
    });
    expect(JSON.stringify(done)).not.toMatch(/905123222/);
    expect(desk.forget(LINE, 301)).toBe(false);
    desk.wait(1_000_000);
    expect(desk.events).toHaveLength(before + 1);
  });

  it('who calls again is owed a call again', () => {
    const desk = new Desk().ended({ to: 100 });
    desk.forget(LINE, 300);
    desk.ended({ to: 400 });
    expect(desk.open).toMatchObject([{ line: LINE, customer: { raw: CUSTOMER } }]);
    expect(desk.said).toEqual(['due', 'done expired', 'due']);
  });
});
