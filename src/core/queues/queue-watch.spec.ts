import { describe, expect, it } from '@jest/globals';
import { entry, leg, T0 } from '../../../test/support/history.js';
import { QueueHistory, thresholdSummary } from '../../../test/support/queue-history.js';
import { rfc3339 } from '../model/event.js';
import type { ObservedQueueEntry } from '../model/observation.js';
import { type KnownQueue, QUEUE_KEPT_MS, QUEUES_MAX, type Threshold } from './known-queue.js';

/** A caller of the queue `sales`, by a letter, who joined so many seconds after T0. */
function caller(name: string, joined: number, given: Partial<ObservedQueueEntry> = {}): ObservedQueueEntry {
  const mobile = `09142373${String(name.charCodeAt(0)).padStart(3, '0')}`;
  return entry({ mobile, callId: `call-${name}`, joinedAt: T0 + joined * 1_000, ...given });
}

const WAITING_2: Threshold = { queue: null, rule: 'waiting', limit: 2 };
const WAIT_30: Threshold = { queue: 'sales', rule: 'longestWait', limit: 30 };
const A = caller('a', 1);
const B = caller('b', 4);
const C = caller('c', 7);

/** Polls every second from `from` on until, and with, `to`. */
function seconds(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, nth) => from + nth);
}

describe('a queue’s number of waiting callers', () => {
  it('crosses its limit once, when the caller joined who made it full', () => {
    const history = new QueueHistory([WAITING_2]);
    history.poll({ at: 0 });
    expect(history.emitted({ at: 2, entries: [A] })).toEqual([]);
    const { transitions } = history.poll({ at: 5, entries: [A, B] });
    expect(transitions).toEqual([
      {
        type: 'queue-threshold-crossed',
        subject: 'queue/sales',
        discriminator: `waiting/${T0 + 4_000}`,
        time: T0 + 4_000,
        data: {
          rule: 'waiting',
          queue: { id: 'sales', name: 'sales-name' },
          value: 2,
          limit: 2,
          since: rfc3339(T0 + 4_000),
          observed: {
            earliest: rfc3339(T0 + 4_000),
            latest: rfc3339(T0 + 5_000),
            certainty: 'upstream',
            precisionMs: 1_000,
          },
        },
      },
    ]);
    expect(history.emitted({ at: 6, entries: [A, B] })).toEqual([]);
    expect(history.emitted({ at: 7, entries: [A, B, caller('c', 6)] })).toEqual([]);
  });

  it('may have crossed earlier, by a caller who has left since', () => {
    const history = new QueueHistory([WAITING_2]);
    history.poll({ at: 3, entries: [A] });
    const { transitions } = history.poll({ at: 8, entries: [B, C] });
    expect(transitions).toMatchObject([
      {
        time: T0 + 8_000,
        data: {
          observed: { earliest: rfc3339(T0 + 2_960), latest: rfc3339(T0 + 8_000), certainty: 'observed' },
        },
      },
    ]);
  });

  it('has not fallen while the queue had yet to show who came before the monitor showed who left', () => {
    const history = new QueueHistory([WAITING_2]);
    history.poll({ at: 5, entries: [A, B] });
    const legs = [leg({ callId: 'call-b', customer: B.customer, signal: 'answered' })];
    // C has come by then, and A leaves after that.
    history.poll({ at: 7.5, entries: [A, { ...B, status: 'trying' }], legs });
    const entries = [{ ...A, status: 'abandoned' } as const, { ...B, status: 'answered' } as const, C];
    const cleared = seconds(8, 14).flatMap((at) => history.poll({ at, entries, legs }).transitions);
    expect(cleared).toMatchObject([{ data: { observed: { latest: rfc3339(T0 + 8_000) } } }]);
  });

  it('clears once it has been below for 5 s, with the time at which it fell', () => {
    const history = new QueueHistory([WAITING_2]);
    history.poll({ at: 5, entries: [A, B] });
    // The row is missing twice before its caller counts as gone.
    for (const at of [8, 9, 10, 11, 12, 13]) expect(history.emitted({ at, entries: [A] })).toEqual([]);
    const { transitions } = history.poll({ at: 14.1, entries: [A] });
    expect(transitions.map(thresholdSummary)).toEqual(['cleared waiting 1/2 @9.000']);
    expect(transitions[0]).toMatchObject({
      discriminator: `waiting/${T0 + 4_000}`,
      data: {
        since: rfc3339(T0 + 4_000),
        // The answer at 8 does not show the row any more, and the monitor may lag.
        observed: { earliest: rfc3339(T0 + 4_660), latest: rfc3339(T0 + 9_000), certainty: 'observed' },
      },
    });
    expect(history.emitted({ at: 15, entries: [A] })).toEqual([]);
  });

  it('fell after the last answer by which it certainly held, however often it may have held since', () => {
    const history = new QueueHistory([WAITING_2]);
    for (const at of [5, 6]) history.poll({ at, entries: [A, B] });
    // One row is missing; then the other one, beside a new caller.
    history.poll({ at: 7, entries: [A] });
    const cleared = seconds(8, 15).flatMap((at) => history.poll({ at, entries: [C] }).transitions);
    expect(cleared).toMatchObject([{ data: { observed: { earliest: rfc3339(T0 + 5_660) } } }]);
  });

  it('fell after that answer also where it did not hold for a moment, and then may have again', () => {
    const history = new QueueHistory([WAITING_2]);
    for (const at of [5, 6]) history.poll({ at, entries: [A, B] });
    for (const at of [7, 8]) history.poll({ at, entries: [A] });
    const cleared = seconds(9, 16).flatMap((at) => history.poll({ at, entries: [C] }).transitions);
    expect(cleared).toMatchObject([{ data: { observed: { earliest: rfc3339(T0 + 5_660) } } }]);
  });

  it('fell after the last answer that showed a row which had been missing for a while', () => {
    const history = new QueueHistory([WAITING_2]);
    for (const at of [5, 6]) history.poll({ at, entries: [A, B] });
    history.poll({ at: 7, entries: [A] });
    history.poll({ at: 8, entries: [A, B] });
    const cleared = seconds(9, 16).flatMap((at) => history.poll({ at, entries: [A] }).transitions);
    expect(cleared).toMatchObject([{ data: { observed: { earliest: rfc3339(T0 + 7_660) } } }]);
  });

  it('stays crossed while callers come and go within 5 s', () => {
    const history = new QueueHistory([WAITING_2]);
    history.poll({ at: 5, entries: [A, B] });
    for (const at of seconds(6, 9)) history.poll({ at, entries: [A] });
    for (const at of seconds(10, 20)) history.poll({ at, entries: [A, caller('c', 9)] });
    for (const at of seconds(21, 40)) history.poll({ at, entries: [caller('c', 9)] });
    expect(history.transitions.map(thresholdSummary)).toEqual([
      'crossed waiting 2/2 @4.000',
      'cleared waiting 1/2 @22.000',
    ]);
  });

  it('does not count a caller who was answered, by the monitor or by the queue, nor one who has left', () => {
    const history = new QueueHistory([WAITING_2]);
    const talking = leg({ callId: 'call-b', customer: B.customer, signal: 'answered' });
    history.poll({ at: 5, entries: [A, { ...B, status: 'trying' }], legs: [talking] });
    history.poll({
      at: 6,
      entries: [A, { ...B, status: 'answered', bridgedAt: T0 + 5_000 }],
      legs: [talking],
    });
    history.poll({
      at: 7,
      entries: [{ ...A, status: 'abandoned', abandonedAt: T0 + 6_000 }, caller('c', 6)],
    });
    expect(history.transitions).toEqual([]);
  });

  it('does not count a caller whom an agent has answered whose extension is not seen', () => {
    const history = new QueueHistory([WAITING_2]);
    const answered = { ...B, status: 'answered' as const, agentName: 'Lan', bridgedAt: T0 + 5_000 };
    expect(history.emitted({ at: 6, entries: [A, answered] })).toEqual([]);
    expect(history.emitted({ at: 7, entries: [A, answered] })).toEqual([]);
  });

  it('counts the callers for whom an extension rings', () => {
    const history = new QueueHistory([WAITING_2]);
    const ringing = leg({ callId: 'call-b', customer: B.customer });
    const entries = [A, { ...B, status: 'trying' as const }];
    expect(history.emitted({ at: 5, entries, legs: [ringing] })).toEqual(['crossed waiting 2/2 @4.000']);
  });

  it('does not cross with a caller whose row has just vanished', () => {
    const history = new QueueHistory([{ ...WAITING_2, limit: 3 }]);
    history.poll({ at: 5, entries: [A, B] });
    expect(history.emitted({ at: 6, entries: [B, caller('c', 5)] })).toEqual([]);
    expect(history.emitted({ at: 7, entries: [A, B, caller('c', 5)] })).toEqual([
      'crossed waiting 3/3 @5.000',
    ]);
  });

  it('counts again a caller who was answered elsewhere and has come into the queue', () => {
    const history = new QueueHistory([WAITING_2]);
    const other = caller('b', 4, { queueId: 'other' });
    const talking = leg({ callId: 'call-b', customer: B.customer, signal: 'answered' });
    history.poll({
      at: 5,
      entries: [A, { ...other, status: 'answered', bridgedAt: T0 + 4_500 }],
      legs: [talking],
    });
    const again = caller('b', 20);
    const seen = seconds(21, 24).flatMap((at) => history.emitted({ at, entries: [A, again] }));
    expect(seen).toEqual(['crossed waiting 2/2 @20.000']);
  });

  it.each([
    ['the queue', { status: 'answered', bridgedAt: T0 + 20_500 } as const, []],
    ['the monitor', {}, [leg({ ext: '108', callId: 'call-b', customer: B.customer, signal: 'answered' })]],
  ])('does not count such a caller whom %s shows answered in it', (_, given, legs) => {
    const history = new QueueHistory([WAITING_2]);
    const other = caller('b', 4, { queueId: 'other', status: 'answered', bridgedAt: T0 + 4_500 });
    const talking = leg({ callId: 'call-b', customer: B.customer, signal: 'answered' });
    history.poll({ at: 5, entries: [A, other], legs: [talking] });
    const answered = caller('b', 20, given);
    for (const at of seconds(21, 24)) history.poll({ at, entries: [A, answered], legs });
    expect(history.transitions).toEqual([]);
  });

  it('does not count a row that the PBX has forgotten', () => {
    const history = new QueueHistory([WAITING_2]);
    const trying = { ...B, status: 'trying' as const, agentName: 'agent-107' };
    const ringing = leg({ callId: 'call-b', customer: B.customer });
    const idle = ['108'];
    for (const at of seconds(4, 6)) history.poll({ at, entries: [trying], legs: [ringing], idle });
    for (const at of seconds(7, 12)) history.poll({ at, entries: [trying], idle: [...idle, '107'] });
    for (const at of seconds(13, 16)) history.poll({ at, entries: [trying, A], idle: [...idle, '107'] });
    expect(history.transitions).toEqual([]);
  });
});

describe('the longest wait of a queue', () => {
  it('crosses its limit at a poll that shows no change', () => {
    const history = new QueueHistory([WAIT_30]);
    for (const at of seconds(2, 31)) expect(history.emitted({ at, entries: [A] })).toEqual([]);
    // The PBX cuts its times to whole seconds, so that the caller may have joined at 1.999.
    expect(history.emitted({ at: 32, entries: [A] })).toEqual([]);
    expect(history.emitted({ at: 33, entries: [A] })).toEqual(['crossed longestWait 31/30 @31.000']);
    expect(history.emitted({ at: 34, entries: [A] })).toEqual([]);
  });

  it('is judged by when the answer was requested that still shows the caller', () => {
    const history = new QueueHistory([WAIT_30]);
    history.poll({ at: 5, entries: [A] });
    // Requested at 31.99, after which the caller may have been answered.
    expect(history.emitted({ at: 32.03, entries: [A] })).toEqual([]);
    expect(history.emitted({ at: 32.04, entries: [A] })).toEqual(['crossed longestWait 31/30 @31.000']);
  });

  it('clears when no caller has waited for that long, though others wait', () => {
    const history = new QueueHistory([WAIT_30]);
    for (const at of seconds(2, 40)) history.poll({ at, entries: [A] });
    for (const at of seconds(41, 60)) history.poll({ at, entries: [caller('b', 40)] });
    expect(history.transitions.map(thresholdSummary)).toEqual([
      'crossed longestWait 31/30 @31.000',
      'cleared longestWait 7/30 @42.000',
    ]);
    for (const at of seconds(61, 80)) history.poll({ at, entries: [caller('b', 40)] });
    expect(history.transitions.slice(2).map(thresholdSummary)).toEqual(['crossed longestWait 31/30 @70.000']);
  });

  it('begins again for a caller who came back into the queue', () => {
    const history = new QueueHistory([WAIT_30]);
    const back = { ...A, rejoinedAt: T0 + 25_000 };
    for (const at of seconds(26, 55)) history.poll({ at, entries: [entry({ ...back, entryKey: 'again' })] });
    expect(history.transitions).toEqual([]);
    history.poll({ at: 57, entries: [entry({ ...back, entryKey: 'again' })] });
    expect(history.transitions.map(thresholdSummary)).toEqual(['crossed longestWait 31/30 @55.000']);
  });

  it('is corrected by what is known of the PBX’s clock', () => {
    const history = new QueueHistory([WAIT_30]);
    // An hour ahead.
    const ahead = (name: string, joined: number) => caller(name, joined + 3_600);
    history.poll({ at: 0 });
    for (const at of seconds(2, 30)) history.poll({ at, entries: [ahead('a', 1)] });
    expect(history.transitions).toEqual([]);
    for (const at of seconds(31, 36)) history.poll({ at, entries: [ahead('a', 1)] });
    const [crossed] = history.transitions;
    expect(crossed).toMatchObject({
      type: 'queue-threshold-crossed',
      data: { observed: { certainty: 'observed' } },
    });
    expect(Math.abs(crossed!.time - (T0 + 31_000))).toBeLessThanOrEqual(2_000);
  });
});

describe('while the PBX is not watched', () => {
  const AWAY = { failed: 'no answer' };

  it.each([
    ['queue', { entries: AWAY }],
    ['monitor', { legs: AWAY, entries: [A, B] }],
  ])('nothing is crossed or cleared: the %s is down', (_, away) => {
    const history = new QueueHistory([WAITING_2, WAIT_30]);
    history.poll({ at: 5, entries: [A, B] });
    for (const at of seconds(6, 60)) history.poll({ at, ...away });
    expect(history.transitions.map(thresholdSummary)).toEqual(['crossed waiting 2/2 @4.000']);
    history.poll({ at: 61, entries: [A, B] });
    expect(history.transitions.slice(1).map(thresholdSummary)).toEqual(['crossed longestWait 59/30 @31.000']);
  });

  it('a partial answer of the queue crosses nothing: it may lack those who have left', () => {
    const history = new QueueHistory([WAITING_2]);
    history.poll({ at: 5, entries: [A] });
    expect(history.emitted({ at: 6, entries: { partial: [caller('c', 5)] } })).toEqual([]);
    expect(history.emitted({ at: 7, entries: [A, caller('c', 5)] })).toEqual(['crossed waiting 2/2 @5.000']);
  });

  const SAME = () => undefined;
  const ANOTHER = (history: QueueHistory) => history.restart([WAITING_2, WAIT_30]);
  it.each([
    ['the same owner', SAME, SAME],
    ['an owner that comes after the answer that leaves it open', SAME, ANOTHER],
    ['one that comes in the gap', ANOTHER, SAME],
  ])('what began in the gap began then, though the next answer leaves it open: %s', (_, inIt, afterIt) => {
    const history = new QueueHistory([WAITING_2, WAIT_30]);
    history.poll({ at: 5, entries: [A] });
    const late = caller('b', 20);
    for (const at of seconds(6, 40)) history.poll({ at, entries: AWAY });
    inIt(history);
    // The row of the one who has waited for long is missing, and is there again.
    expect(history.emitted({ at: 41, entries: [late] })).toEqual([]);
    afterIt(history);
    expect(history.emitted({ at: 42, entries: [A, late] })).toEqual([
      'crossed waiting 2/2 @20.000',
      'crossed longestWait 40/30 @31.000',
    ]);
    for (const at of [43, 44]) expect(history.emitted({ at, entries: [A, late] })).toEqual([]);
  });

  it('a crossing by a clock that is off is no later than the last answer by which it certainly did not hold', () => {
    const history = new QueueHistory([WAITING_2]);
    const ahead = (name: string, joined: number) => caller(name, joined + 3_600);
    history.poll({ at: 0 });
    for (const at of seconds(2, 10)) history.poll({ at, entries: [ahead('a', 1)] });
    for (const at of seconds(11, 40)) history.poll({ at, entries: AWAY });
    history.poll({ at: 41, entries: [ahead('b', 20)] });
    const [crossed] = history.poll({ at: 42, entries: [ahead('a', 1), ahead('b', 20)] }).transitions;
    const { earliest, latest } = (crossed!.data as { observed: { earliest: string; latest: string } })
      .observed;
    expect([earliest, latest]).toEqual([rfc3339(T0 + 9_960), rfc3339(T0 + 42_000)]);
    expect(Math.abs(crossed!.time - (T0 + 20_000))).toBeLessThanOrEqual(2_000);
  });

  it('what began while the monitor was away began then, though the queue answers a part when it is back', () => {
    const history = new QueueHistory([WAITING_2]);
    history.poll({ at: 5, entries: [A] });
    const both = [A, caller('b', 20)];
    for (const at of seconds(6, 40)) history.poll({ at, legs: AWAY, entries: at < 20 ? [A] : both });
    history.poll({ at: 41, entries: { partial: both } });
    history.restart([WAITING_2]);
    expect(history.emitted({ at: 42, entries: both })).toEqual(['crossed waiting 2/2 @20.000']);
  });

  it('calm is not taken for granted: it is counted from when the PBX is watched again', () => {
    const history = new QueueHistory([WAITING_2]);
    history.poll({ at: 5, entries: [A, B] });
    for (const at of [6, 7, 8]) history.poll({ at, entries: [A] });
    for (const at of seconds(9, 30)) history.poll({ at, entries: AWAY });
    for (const at of seconds(31, 36)) expect(history.emitted({ at, entries: [A] })).toEqual([]);
    const { transitions } = history.poll({ at: 37, entries: [A] });
    expect(transitions.map(thresholdSummary)).toEqual(['cleared waiting 1/2 @31.000']);
    expect(transitions[0]).toMatchObject({ data: { observed: { earliest: rfc3339(T0 + 4_660) } } });
  });
});

describe('the rules of a tenant', () => {
  it('of a queue by name, in any spelling, go before those of every queue', () => {
    const rules = [WAITING_2, { ...WAITING_2, queue: ' hàng chờ'.normalize('NFD'), limit: 3 }];
    const named = (name: string, joined: number) => caller(name, joined, { queueName: 'hàng chờ' });
    const history = new QueueHistory(rules);
    const other = caller('z', 1, { queueId: 'other' });
    const more = caller('y', 2, { queueId: 'other' });
    const seen = history.poll({ at: 5, entries: [named('a', 1), named('b', 2), other, more] }).transitions;
    expect(seen.map(({ subject }) => subject)).toEqual(['queue/other']);
    const three = [named('a', 1), named('b', 2), named('c', 5), other, more];
    expect(history.emitted({ at: 6, entries: three })).toEqual(['crossed waiting 3/3 @5.000']);
  });

  it.each([
    ['is removed', [WAIT_30], []],
    ['gets another limit that holds too', [{ ...WAITING_2, limit: 1 }], ['crossed waiting 2/1 @7.000']],
    ['gets another limit that does not hold', [{ ...WAITING_2, limit: 5 }], []],
  ])('end what they crossed with the old limit, once: one %s', (_, rules, then) => {
    const history = new QueueHistory([WAITING_2]);
    history.poll({ at: 5, entries: [A, B] });
    history.restart(rules);
    expect(history.emitted({ at: 7, entries: [A, B] })).toEqual(['cleared waiting 2/2 @7.000', ...then]);
    for (const at of [8, 9]) expect(history.emitted({ at, entries: [A, B] })).toEqual([]);
  });

  it('that come later cross when they are first checked, so that each crossing has a time of its own', () => {
    const history = new QueueHistory([]);
    for (const at of seconds(5, 60)) history.poll({ at, entries: [A, B] });
    history.restart([WAIT_30]);
    expect(history.emitted({ at: 61, entries: [A, B] })).toEqual(['crossed longestWait 59/30 @61.000']);
    history.restart([]);
    expect(history.emitted({ at: 62, entries: [A, B] })).toEqual(['cleared longestWait 60/30 @62.000']);
    history.restart([WAIT_30]);
    expect(history.emitted({ at: 63, entries: [A, B] })).toEqual(['crossed longestWait 61/30 @63.000']);
  });

  it('are not checked while the PBX is not watched', () => {
    const history = new QueueHistory([WAITING_2]);
    history.poll({ at: 5, entries: [A, B] });
    history.restart([]);
    for (const at of seconds(6, 9)) history.poll({ at, entries: { failed: 'no answer' } });
    history.restart([]);
    expect(history.emitted({ at: 10, entries: { failed: 'no answer' } })).toEqual([]);
    expect(history.emitted({ at: 11, entries: [A, B] })).toEqual(['cleared waiting 2/2 @11.000']);
  });
});

describe('a restart', () => {
  const rules = [WAITING_2, WAIT_30];
  const polls = [
    ...seconds(0, 4).map((at) => ({ at, entries: at < 2 ? [] : [A] })),
    ...seconds(5, 35).map((at) => ({ at, entries: [A, B] })),
    ...seconds(36, 50).map((at) => ({ at, entries: [B] })),
    ...seconds(51, 60).map((at) => ({ at, entries: [] })),
  ];

  it('before any poll changes nothing', () => {
    const whole = new QueueHistory(rules);
    for (const poll of polls) whole.poll(poll);
    expect(whole.transitions.map(thresholdSummary)).toEqual([
      'crossed waiting 2/2 @4.000',
      'crossed longestWait 31/30 @31.000',
      'cleared waiting 1/2 @37.000',
      'cleared longestWait 0/30 @52.000',
    ]);
    for (const cut of polls.keys()) {
      const history = new QueueHistory(rules);
      for (const [nth, poll] of polls.entries()) {
        if (nth === cut) history.restart(rules);
        history.poll(poll);
      }
      expect({ cut, transitions: history.transitions }).toEqual({ cut, transitions: whole.transitions });
    }
  });
});

describe('what may hold', () => {
  it('is written until it is certain, and ends with its callers, also under another owner', () => {
    for (const isCut of [false, true]) {
      const history = new QueueHistory([WAIT_30]);
      const doubted = () => history.stored.get('sales')?.doubted;
      history.poll({ at: 5, entries: [A] });
      history.poll({ at: 30, entries: [A] });
      expect(doubted()).toBeUndefined();
      history.poll({ at: 31.5, entries: [A] });
      expect(doubted()).toEqual([{ rule: 'longestWait', limit: 30, after: T0 + 29_960 }]);
      for (const at of [32, 33, 34]) {
        if (isCut) history.restart([WAIT_30]);
        history.poll({ at, entries: [] });
      }
      expect(doubted()).toBeUndefined();
    }
  });
});

describe('the queues that are known', () => {
  const HOUR = 3_600;

  it('are written when callers come, and at most hourly after that', () => {
    const history = new QueueHistory();
    expect(history.poll({ at: 5, entries: [A] }).queues).toEqual(
      new Map([['sales', { id: 'sales', name: 'sales-name', lastAt: T0 + 5_000, crossed: [] }]]),
    );
    expect(history.poll({ at: 6, entries: [A, B] }).queues.size).toBe(0);
    for (const at of [7, 8]) expect(history.poll({ at, entries: [B] }).queues.size).toBe(0);
    // Nothing of it has changed.
    expect(history.poll({ at: HOUR + 100, entries: [B] }).queues.size).toBe(0);
    const later = history.poll({ at: HOUR + 101, entries: [B, caller('c', HOUR + 100)] });
    expect(later.queues.get('sales')).toMatchObject({ lastAt: T0 + (HOUR + 101) * 1_000 });
  });

  it('take a new name when a row shows it', () => {
    const history = new QueueHistory();
    history.poll({ at: 5, entries: [A] });
    const renamed = caller('b', 5, { queueName: 'Sales' });
    expect(history.poll({ at: 6, entries: [A, renamed] }).queues.get('sales')).toMatchObject({
      name: 'Sales',
    });
  });

  it('are forgotten after 30 days without a caller, but not while a threshold is crossed', () => {
    const long = T0 - QUEUE_KEPT_MS;
    const of = (id: string, crossed: KnownQueue['crossed']) => ({ id, name: id, lastAt: long, crossed });
    const history = new QueueHistory();
    history.stored.set('old', of('old', []));
    history.stored.set(
      'hot',
      of('hot', [{ rule: 'waiting', limit: 2, since: long, heldAt: null, calm: null }]),
    );
    history.stored.set('kept', { ...of('kept', []), lastAt: long + 60_000 });
    history.restart([WAITING_2]);
    // It has ceased to hold, so something is written.
    expect([...history.poll({ at: 5 }).queues.keys()]).toEqual(['hot', 'old']);
    history.poll({ at: 6, entries: [A] });
    expect([...history.stored.keys()]).toEqual(['hot', 'kept', 'sales']);
  });

  it(`are ${QUEUES_MAX} at most: the one without a caller for longest gives way`, () => {
    const history = new QueueHistory();
    for (let nth = 0; nth < QUEUES_MAX; nth++)
      history.stored.set(`q${nth}`, { id: `q${nth}`, name: `q${nth}`, lastAt: T0 - nth, crossed: [] });
    history.restart([]);
    history.poll({ at: 5, entries: [A] });
    expect(history.stored.size).toBe(QUEUES_MAX);
    expect(history.stored.has('sales')).toBe(true);
    expect(history.stored.has(`q${QUEUES_MAX - 1}`)).toBe(false);
  });

  it('are not written by a poll that changes no call', () => {
    const history = new QueueHistory([WAITING_2, WAIT_30]);
    history.poll({ at: 5, entries: [A, B] });
    const written = seconds(6, 300).flatMap((at) => [...history.poll({ at, entries: [A, B] }).queues.keys()]);
    // When the wait may have passed its limit, and when it certainly had.
    expect(written).toEqual(['sales', 'sales']);
  });
});
