import type { DeskLie } from './desk-lie.js';
import type { DeskAct } from '../callback-deeds.js';
import type { DeskEvent, JudgedCallback, JudgedCallbackEvent } from '../judge-desk-report.js';
import type { StatedCallbacks } from '../perfect-callbacks.js';
import { later } from './telling.js';

/** Ways to falsify the call-backs of a day, each in one respect; `judge-callbacks.long.spec.ts` demands that the judge finds every one. */
type CallbackLie = DeskLie<StatedCallbacks>;

type Applies = (event: DeskEvent, data: JudgedCallbackEvent) => boolean;
type Change = (
  event: DeskEvent,
  data: JudgedCallbackEvent,
  all: readonly DeskEvent[],
) => readonly DeskEvent[];

const dataOf = ({ data }: DeskEvent): JudgedCallbackEvent => data as JudgedCallbackEvent;
const ofType =
  (type: string, applies: (data: JudgedCallbackEvent) => boolean = () => true): Applies =>
  (event, data) =>
    event.type === type && applies(data);
const any: Applies = ({ type }) => type.startsWith('callback-');
const due = ofType('callback-due');
const changed = (change: string): Applies => ofType('callback-updated', (data) => data.change === change);
const done = (...reasons: string[]): Applies =>
  ofType('callback-done', ({ reason }) => reasons.includes(reason ?? ''));
const spoken = done('called-back', 'reached-us');

function lie(name: string, rules: string | readonly string[], applies: Applies, change: Change): CallbackLie {
  return {
    name,
    rules: [rules].flat(),
    falsify: ({ events, acts }, random) => {
      const chosen = events.filter((event) => any(event, dataOf(event)) && applies(event, dataOf(event)));
      if (chosen.length === 0) return null;
      const event = random.pick(chosen);
      const stated = events.flatMap((one) => (one === event ? change(event, dataOf(event), events) : [one]));
      return { events: stated, acts };
    },
  };
}

const says =
  (data: Partial<JudgedCallbackEvent>): Change =>
  (event, before) => [{ ...event, data: { ...before, ...data } }];
const views =
  (change: (callback: JudgedCallback) => Partial<JudgedCallback>): Change =>
  (event, data) => [
    { ...event, data: { ...data, callback: { ...data.callback, ...change(data.callback) } } },
  ];
const gone: Change = () => [];
const twice: Change = (event) => [event, { ...event, id: `${event.id}~` }];

/** The same event at another position of the log. */
const moved =
  (ms: number): Change =>
  (event, data) => {
    const { earliest, latest } = data.observed;
    const observed = { ...data.observed, earliest: later(earliest, ms), latest: later(latest, ms)! };
    return [{ ...event, time: later(event.time, ms)!, data: { ...data, observed } }];
  };

/** The event moves behind everything that was recorded before `ms` later. */
function recordedLater(
  name: string,
  rules: string | readonly string[],
  applies: Applies,
  ms: number,
): CallbackLie {
  return {
    name,
    rules: [rules].flat(),
    falsify: ({ events, acts }, random) => {
      const chosen = events.filter((event) => any(event, dataOf(event)) && applies(event, dataOf(event)));
      if (chosen.length === 0) return null;
      const event = random.pick(chosen);
      const recordedtime = later(event.recordedtime, ms)!;
      const rest = events.filter((one) => one !== event);
      const place = rest.findIndex((one) => one.recordedtime > recordedtime);
      const at = place < 0 ? rest.length : place;
      return { events: [...rest.slice(0, at), { ...event, recordedtime }, ...rest.slice(at)], acts };
    },
  };
}

/** An event that nothing led to, in the commit of some end of a call. */
function invented(
  name: string,
  rules: string | readonly string[],
  type: string,
  more: Partial<JudgedCallbackEvent>,
) {
  return lie(name, rules, due, (event, data) => [
    event,
    { ...event, id: `${event.id}+`, type, data: { ...data, ...more } },
  ]);
}

/** An attempt to reach the customer closes the item instead of being counted. */
const attemptCloses = lie(
  'an attempt closes an item',
  ['tried', 'invented', 'closes'],
  changed('tried'),
  (event, { change, ...data }) => {
    void change;
    return [{ ...event, type: 'callback-done', data: { ...data, reason: 'called-back' } }];
  },
);

/** The conversation with one customer closes the item of another. */
const anotherCloses: CallbackLie = {
  name: 'a conversation closes the item of another customer',
  rules: ['closes', 'invented'],
  falsify: ({ events, acts }, random) => {
    const closing = events.filter((event) => any(event, dataOf(event)) && spoken(event, dataOf(event)));
    if (closing.length === 0) return null;
    const event = random.pick(closing);
    const open = openAt(events, event);
    const other = [...open.values()].find(({ id }) => id !== dataOf(event).callback.id);
    if (other === undefined) return null;
    const data = { ...dataOf(event), callback: other };
    const subject = `callback/${other.id}`;
    return { events: events.map((one) => (one === event ? { ...event, subject, data } : one)), acts };
  },
};

function openAt(events: readonly DeskEvent[], before: DeskEvent): Map<string, JudgedCallback> {
  const open = new Map<string, JudgedCallback>();
  for (const event of events) {
    if (event === before) break;
    if (!event.type.startsWith('callback-')) continue;
    const { callback } = dataOf(event);
    if (event.type === 'callback-done') open.delete(callback.id);
    else open.set(callback.id, callback);
  }
  return open;
}

/** A customer who called in two forms of one number becomes two. */
const twoForms: CallbackLie = {
  name: 'a customer in another form of the number is another customer',
  rules: ['missed', 'invented'],
  falsify: ({ events, acts }) => {
    const again = events.find((event) => {
      if (event.type !== 'callback-updated' || dataOf(event).change !== 'missed') return false;
      const first = events.find(
        (one) => one.type === 'callback-due' && dataOf(one).callback.id === dataOf(event).callback.id,
      );
      return (
        first !== undefined && dataOf(first).callback.customer.e164 !== dataOf(event).callback.customer.e164
      );
    });
    if (again === undefined) return null;
    const { change, ...data } = dataOf(again);
    void change;
    const callback = { ...data.callback, id: `${data.callback.id}-2`, missed: 1 };
    const due = {
      ...again,
      type: 'callback-due',
      subject: `callback/${callback.id}`,
      data: { ...data, callback },
    };
    return { events: events.map((event) => (event === again ? due : event)), acts };
  },
};

const afterRestart: CallbackLie = {
  name: 'a restart opens all open items again',
  rules: ['invented', 'doubled'],
  falsify: ({ events, acts }, random) => {
    const ends = events.filter(({ type }) => type === 'call-started');
    const at = random.pick(ends.slice(Math.floor(ends.length / 2)));
    const open = openAt(events, at);
    if (open.size === 0) return null;
    const again = [...open.values()].map((callback): DeskEvent => {
      const first = events.find(
        (one) => one.type === 'callback-due' && dataOf(one).callback.id === callback.id,
      )!;
      return { ...first, recordedtime: at.recordedtime };
    });
    return { events: events.flatMap((event) => (event === at ? [...again, event] : [event])), acts };
  },
};

function acted(name: string, change: (act: DeskAct) => DeskAct): CallbackLie {
  return {
    name,
    rules: ['result', 'act', 'type', 'claimedBy', 'claim', 'invented'],
    falsify: ({ events, acts }, random) => {
      if (acts.length === 0) return null;
      const chosen = random.pick(acts);
      return { events, acts: acts.map((act) => (act === chosen ? change(act) : act)) };
    },
  };
}

const later_ = (by: number) => (text: string) => later(text, by)!;

export const CALLBACK_LIES: readonly CallbackLie[] = [
  lie('a caller who gave up is due no call', 'due', due, gone),
  lie('an item is due twice', ['invented', 'doubled'], due, twice),
  lie('an item is due twice with one id', ['invented', 'doubled'], due, (event) => [event, event]),
  recordedLater('an item is due a poll later', ['due', 'invented'], due, 1_000),
  lie('a caller who was missed again is not counted', 'missed', changed('missed'), gone),
  lie('a caller is missed again twice', 'invented', changed('missed'), twice),
  lie('it was missed again by an earlier call', 'missedCallId', changed('missed'), (event, data, all) =>
    says({ missedCallId: data.callback.callIds[0]! })(event, data, all),
  ),
  lie('an attempt names a missed call', 'missedCallId', changed('tried'), says({ missedCallId: 'call-1' })),
  lie('an attempt is not counted', 'tried', changed('tried'), gone),
  lie('an attempt is counted twice', 'invented', changed('tried'), twice),
  attemptCloses,
  anotherCloses,
  twoForms,
  afterRestart,
  lie('a conversation closes nothing', ['closes', 'expired', 'tried', 'invented'], spoken, gone),
  lie('a conversation closes an item twice', 'invented', spoken, twice),
  recordedLater('a conversation closes an item late', ['late', 'closes', 'invented'], spoken, 3_000),
  lie(
    'a conversation is an attempt',
    ['closes', 'invented', 'tried', 'expired'],
    spoken,
    (event, { reason, ...data }) => {
      void reason;
      return [{ ...event, type: 'callback-updated', data: { ...data, change: 'tried' } }];
    },
  ),
  lie('who called is turned round', 'reason', spoken, (event, data) => {
    const reason = data.reason === 'called-back' ? 'reached-us' : 'called-back';
    return [{ ...event, data: { ...data, reason } }];
  }),
  lie(
    'a sure end is probable',
    'probable',
    ofType(
      'callback-done',
      ({ reason, probable }) => probable !== true && reason !== 'dismissed' && reason !== 'expired',
    ),
    says({ probable: true }),
  ),
  lie(
    'a probable end is sure',
    ['probable', 'closes'],
    ofType('callback-done', ({ probable }) => probable === true),
    says({ probable: undefined }),
  ),
  lie('an end is somebody’s', 'by', spoken, says({ by: 'lan' })),
  lie('an item does not expire', 'expired', done('expired'), gone),
  recordedLater('an item expires late', ['expired'], done('expired'), 60_000),
  recordedLater('an item expires early', ['expired'], done('expired'), -60_000),
  lie(
    'an item expires instead of being answered',
    ['closes', 'expired', 'invented', 'tried', 'reason'],
    spoken,
    says({ reason: 'expired' }),
  ),
  lie('a dismissal is not announced', 'act', done('dismissed'), gone),
  lie('a dismissal is another’s', ['act', 'invented'], done('dismissed'), says({ by: 'minh' })),
  lie('a dismissal is an answer', ['reason'], done('dismissed'), says({ reason: 'called-back' })),
  lie('a claim is not announced', 'act', changed('claimed'), gone),
  lie('a claim is another’s', ['act', 'invented'], changed('claimed'), says({ by: 'minh' })),
  lie('a claim does not end', ['claim', 'claimedBy'], changed('released'), gone),
  recordedLater('a claim ends late', ['claim'], changed('released'), 30_000),
  recordedLater('a claim ends early', ['claim'], changed('released'), -30_000),
  acted('a person learns that there is nothing', (act) => ({ ...act, result: 'unknown' })),
  acted('a person learns that another was first', (act) => ({ ...act, result: 'claimed-already' })),
  acted('a person is another', (act) => ({ ...act, by: 'minh' })),
  acted('a person asked of another item', (act) => ({ ...act, callback: 'cb-none' })),
  invented('an attempt that no agent made', 'invented', 'callback-updated', { change: 'tried' }),
  invented('a claim that no person made', 'invented', 'callback-updated', { change: 'claimed', by: 'lan' }),
  invented('an end that nothing led to', 'invented', 'callback-done', { reason: 'called-back' }),
  invented('a dismissal that no person made', 'invented', 'callback-done', {
    reason: 'dismissed',
    by: 'lan',
  }),
  invented('an expiry of a new item', ['invented', 'expired'], 'callback-done', { reason: 'expired' }),
  lie(
    'it is another item',
    ['invented', 'missed', 'tried', 'closes', 'act', 'claim', 'expired', 'subject'],
    (event) => any(event, dataOf(event)) && event.type !== 'callback-due',
    views(({ id }) => ({ id: `${id}0` })),
  ),
  lie(
    'the id shows the number',
    'id',
    due,
    views(({ customer }) => ({ id: `cb-${customer.raw}` })),
  ),
  lie('the subject is another', 'subject', any, (event) => [{ ...event, subject: 'callback/other' }]),
  lie(
    'the customer is another',
    'customer',
    any,
    views(() => ({ customer: { raw: '0900000000', e164: '+84900000000' } })),
  ),
  lie(
    'missed counts one more',
    'missed',
    any,
    views(({ missed }) => ({ missed: missed + 1 })),
  ),
  lie(
    'missed is always 1',
    'missed',
    changed('missed'),
    views(() => ({ missed: 1 })),
  ),
  lie(
    'tried counts one more',
    'tried',
    any,
    views(({ tried }) => ({ tried: tried + 1 })),
  ),
  lie(
    'tried is 0',
    'tried',
    changed('tried'),
    views(() => ({ tried: 0 })),
  ),
  lie(
    'the first miss is later',
    'firstAt',
    any,
    views(({ firstAt }) => ({ firstAt: later_(1_000)(firstAt) })),
  ),
  lie(
    'the last miss is earlier',
    'lastAt',
    any,
    views(({ lastAt }) => ({ lastAt: later_(-1_000)(lastAt) })),
  ),
  lie(
    'the longest wait is longer',
    'longestWaitMs',
    any,
    views(({ longestWaitMs }) => ({ longestWaitMs: (longestWaitMs ?? 0) + 1_000 })),
  ),
  lie(
    'the longest wait is not known',
    'longestWaitMs',
    (event, { callback }) => any(event, dataOf(event)) && callback.longestWaitMs !== null,
    views(() => ({ longestWaitMs: null })),
  ),
  lie(
    'a call is left out',
    ['callIds', 'due'],
    any,
    views(({ callIds }) => ({ callIds: callIds.slice(1) })),
  ),
  lie(
    'a call is another',
    ['callIds', 'due'],
    any,
    views(({ callIds }) => ({ callIds: [...callIds.slice(1), 'none'] })),
  ),
  lie(
    'a queue is left out',
    'queues',
    (event, { callback }) => any(event, dataOf(event)) && callback.queues.length > 0,
    views(({ queues }) => ({ queues: queues.slice(1) })),
  ),
  lie(
    'a queue is another',
    'queues',
    any,
    views(() => ({ queues: [{ id: 'q', name: 'q' }] })),
  ),
  lie(
    'the parts are one',
    'parts',
    (event, { callback }) => any(event, dataOf(event)) && callback.parts.length > 1,
    views(({ parts }) => ({ parts: parts.slice(0, 1) })),
  ),
  lie(
    'a part missed one more',
    'parts',
    any,
    views(({ parts }) => ({ parts: parts.map((part) => ({ ...part, missed: part.missed + 1 })) })),
  ),
  lie(
    'a miss is probable',
    'probable',
    (event, { callback }) => any(event, dataOf(event)) && !callback.probable,
    views(() => ({ probable: true })),
  ),
  lie(
    'a probable miss is sure',
    'probable',
    (event, { callback }) => any(event, dataOf(event)) && callback.probable,
    views(() => ({ probable: false })),
  ),
  lie(
    'it was after hours',
    'afterHours',
    any,
    views(({ afterHours }) => ({ afterHours: !afterHours })),
  ),
  lie(
    'somebody is on it',
    'claimedBy',
    (event, { callback }) => any(event, dataOf(event)) && callback.claimedBy === null,
    views(() => ({ claimedBy: 'lan' })),
  ),
  lie(
    'no person is on it',
    'claimedBy',
    (event, { callback }) => any(event, dataOf(event)) && callback.claimedBy !== null,
    views(() => ({ claimedBy: null })),
  ),
  lie(
    'somebody is on it for longer',
    'claimedUntil',
    (event, { callback }) => any(event, dataOf(event)) && callback.claimedUntil !== null,
    views(({ claimedUntil }) => ({ claimedUntil: later(claimedUntil, 60_000) })),
  ),
  lie('it was due 1.5 s later', ['time', 'observed'], due, moved(1_500)),
  lie('it was missed again an hour before', ['time', 'observed'], changed('missed'), moved(-3_600_000)),
  lie('it was tried a second later', ['time', 'observed'], changed('tried'), moved(1_000)),
  lie('it was closed a second later', ['time', 'observed', 'closes', 'invented'], spoken, moved(1_000)),
  lie('it is observed otherwise', 'observed', due, (event, data) => [
    {
      ...event,
      data: {
        ...data,
        observed: {
          ...data.observed,
          certainty: data.observed.certainty === 'inferred' ? 'observed' : 'inferred',
        },
      },
    },
  ]),
];
