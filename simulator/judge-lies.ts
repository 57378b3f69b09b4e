import type { JudgedCall, JudgedEvent, JudgedNumber } from './judge-report.js';
import type { Random } from './random.js';

/**
 * Ways to falsify the true events of a day, each in one respect. `judge-lies.spec.ts` demands that the judge finds every one
 * of them, by the rule that is named here.
 *
 * A lie about one event is told of one that the seed picks among all to which it applies; "everywhere" is told of each.
 */
export interface Lie {
  readonly name: string;
  /** The rules of which one must find it. */
  readonly rules: readonly string[];
  /** Null: this day has nothing that it could be told of. */
  readonly tell: (events: readonly JudgedEvent[], random: Random) => readonly JudgedEvent[] | null;
}

type Data = Partial<JudgedCall>;
type Applies = (event: JudgedEvent, all: readonly JudgedEvent[]) => boolean;
type Change = (event: JudgedEvent, all: readonly JudgedEvent[], random: Random) => JudgedEvent;

const SECOND = 1000;
const HOUR = 3_600_000;
const SHIFTS = { '1.5 s': 1500, '2 h': 2 * HOUR, 'a day': 24 * HOUR } as const;

// ----- how a lie is told

function one(name: string, rules: string | readonly string[], applies: Applies, change: Change): Lie {
  return {
    name,
    rules: [rules].flat(),
    tell: (events, random) => {
      const chosen = events.filter((event) => applies(event, events));
      if (chosen.length === 0) return null;
      const event = random.pick(chosen);
      return events.map((other) => (other === event ? change(event, events, random) : other));
    },
  };
}

function everywhere(name: string, rules: string | readonly string[], applies: Applies, change: Change): Lie {
  return {
    name: `${name}, everywhere`,
    rules: [rules].flat(),
    tell: (events, random) =>
      events.some((event) => applies(event, events))
        ? events.map((event) => (applies(event, events) ? change(event, events, random) : event))
        : null,
  };
}

/** The events get new sequences, as a log that really held them would have. */
function log(
  name: string,
  rules: string | readonly string[],
  tell: (events: readonly JudgedEvent[], random: Random) => readonly JudgedEvent[] | null,
): Lie {
  return {
    name,
    rules: [rules].flat(),
    tell: (events, random) => {
      const told = tell(events, random);
      return told === null ? null : numbered(told);
    },
  };
}

function numbered(events: readonly JudgedEvent[]): JudgedEvent[] {
  return events.map((event, index) => ({ ...event, sequence: String(index + 1).padStart(16, '0') }));
}

const with_ = (event: JudgedEvent, data: Data): JudgedEvent => ({
  ...event,
  data: { ...event.data, ...data },
});
const says =
  (data: Data): Change =>
  (event) =>
    with_(event, data);
const later = (text: string | null, ms: number): string | null =>
  text === null ? null : new Date(Date.parse(text) + ms).toISOString();
const seen = (event: JudgedEvent, observed: Partial<JudgedCall['observed']>): JudgedEvent =>
  with_(event, { observed: { ...event.data.observed, ...observed } });

// ----- of which events

const any: Applies = () => true;
const ofType =
  (...types: string[]): Applies =>
  ({ type }) =>
    types.includes(type);
const is =
  (applies: (data: JudgedCall, event: JudgedEvent) => boolean): Applies =>
  (event) =>
    applies(event.data, event);
const isEnd: Applies = ofType('call-ended');
const isLive = is(({ state }) => state !== 'ended');
const certainty = (told: string) => is(({ observed }) => observed.certainty === told);
const and =
  (...all: Applies[]): Applies =>
  (event, events) =>
    all.every((applies) => applies(event, events));

const ofCall = (events: readonly JudgedEvent[], { data }: JudgedEvent): JudgedEvent[] =>
  events.filter((event) => event.data.callId === data.callId);
const answerOf = (events: readonly JudgedEvent[], event: JudgedEvent): JudgedEvent | undefined =>
  ofCall(events, event).find(({ type }) => type === 'call-answered');
/** Another extension that rang for the same call. */
const rival = (event: JudgedEvent, events: readonly JudgedEvent[]): string | undefined =>
  ofCall(events, event)
    .map(({ data }) => data.offer?.extension)
    .find((extension) => extension !== undefined && extension !== event.data.agent?.extension);
const isOfAnother = (event: JudgedEvent, events: readonly JudgedEvent[]): JudgedEvent =>
  events.find(
    ({ data }) => data.callId !== event.data.callId && data.customer?.raw !== event.data.customer?.raw,
  )!;

const number = (
  what: 'customer' | 'hotline',
  change: (number: JudgedNumber) => JudgedNumber | null,
): Change => {
  return (event) => with_(event, { [what]: change(event.data[what]!) });
};
const knows = (what: 'customer' | 'hotline' | 'queue' | 'agent') => is((data) => data[what] !== null);
const isE164 = is(({ customer }) => customer !== null && customer.e164 !== null);

// ----- the lies

const NUMBERS: Lie[] = [
  one('the customer is null', 'customer', knows('customer'), says({ customer: null })),
  everywhere('the customer is null', 'customer', any, says({ customer: null })),
  one('the customer is another', 'customer', knows('customer'), (event, events) =>
    with_(event, {
      customer: events.find(
        ({ data }) => data.customer !== null && data.customer.raw !== event.data.customer!.raw,
      )!.data.customer,
    }),
  ),
  one(
    'a customer of a local call',
    'customer',
    is(({ direction }) => direction === 'local'),
    (event, events) =>
      with_(event, { customer: events.find(({ data }) => data.customer !== null)!.data.customer }),
  ),
  one(
    'e164 is null',
    'customer',
    isE164,
    number('customer', (told) => ({ ...told, e164: null })),
  ),
  everywhere(
    'e164 is null',
    'customer',
    isE164,
    number('customer', (told) => ({ ...told, e164: null })),
  ),
  one(
    'e164 is false',
    'customer',
    isE164,
    number('customer', (told) => ({ ...told, e164: `${told.e164}1` })),
  ),
  one(
    'e164 of a withheld number',
    'customer',
    is(({ customer }) => customer?.raw === 'anonymous'),
    number('customer', (told) => ({ ...told, e164: '+84914237383' })),
  ),
  one(
    'national is null',
    'customer',
    isE164,
    number('customer', (told) => ({ ...told, national: null })),
  ),
  one(
    'national is false',
    'customer',
    isE164,
    number('customer', (told) => ({ ...told, national: '0900000000' })),
  ),
  one(
    'raw is spelled as no row does',
    'customer',
    isE164,
    number('customer', (told) => ({ ...told, raw: `00${told.raw}` })),
  ),
  one('the hotline is null', 'hotline', knows('hotline'), says({ hotline: null })),
  one(
    'the hotline is another',
    'hotline',
    knows('hotline'),
    number('hotline', (told) => ({ ...told, raw: '19001234' })),
  ),
  one(
    'a hotline in e164',
    'hotline',
    knows('hotline'),
    number('hotline', (told) => ({ ...told, e164: `+84${told.raw}` })),
  ),
  one(
    'a hotline that no row has shown',
    'hotline',
    is(({ hotline, direction }) => hotline === null && direction === 'inbound'),
    (event, events) =>
      with_(event, {
        hotline: ofCall(events, event).find(({ data }) => data.hotline !== null)?.data.hotline ?? {
          raw: '19006800',
          e164: null,
          national: null,
        },
      }),
  ),
];

const FACTS: Lie[] = [
  ...['inbound', 'outbound', 'local'].map((direction) =>
    one(
      `the direction is ${direction}`,
      'direction',
      is((data) => data.direction !== direction),
      says({ direction }),
    ),
  ),
  one('the queue is null', 'queue', knows('queue'), says({ queue: null })),
  one('queue and queues are empty', 'queues', knows('queue'), says({ queue: null, queues: [] })),
  one('the queue is another', 'queues', knows('queue'), (event, events) => {
    const { queue } = events.find(
      ({ data }) => data.queue !== null && data.queue.id !== event.data.queue!.id,
    )!.data;
    return with_(event, { queue, queues: [queue!] });
  }),
  one('the queue has another name', 'queues', knows('queue'), ({ data, ...event }) => {
    const queue = { ...data.queue!, name: 'Other' };
    return { ...event, data: { ...data, queue, queues: [...data.queues.slice(0, -1), queue] } };
  }),
  one(
    'a queue of a direct call',
    'queues',
    is(({ queue, direction }) => queue === null && direction === 'inbound'),
    (event, events) => {
      const { queue } = events.find(({ data }) => data.queue !== null)!.data;
      return with_(event, { queue, queues: [queue!] });
    },
  ),
  one(
    'an earlier queue is left out',
    'queues',
    is(({ queues }) => queues.length > 1),
    (event) => with_(event, { queues: event.data.queues.slice(-1) }),
  ),
  one('baseline is flipped', 'baseline', any, (event) => with_(event, { baseline: !event.data.baseline })),
  everywhere('baseline is flipped', 'baseline', any, (event) =>
    with_(event, { baseline: !event.data.baseline }),
  ),
  one(
    'an upstream id is left out',
    'upstreamIds',
    is(({ upstreamIds }) => upstreamIds.length > 1),
    (event) => with_(event, { upstreamIds: event.data.upstreamIds.slice(1) }),
  ),
  one(
    'no upstream ids',
    'upstreamIds',
    is(({ upstreamIds }) => upstreamIds.length > 0),
    says({ upstreamIds: [] }),
  ),
  one('an upstream id is invented', 'upstreamIds', any, (event) =>
    with_(event, { upstreamIds: [...event.data.upstreamIds, 'invented'] }),
  ),
  one(
    'an upstream id twice',
    'upstreamIds',
    is(({ upstreamIds }) => upstreamIds.length > 0),
    ({ data, ...event }) => ({
      ...event,
      data: { ...data, upstreamIds: [...data.upstreamIds, data.upstreamIds[0]!] },
    }),
  ),
  one('the ids of another call', 'upstreamIds', any, (event, events) =>
    with_(event, {
      upstreamIds: [...event.data.upstreamIds, ...isOfAnother(event, events).data.upstreamIds],
    }),
  ),
  one(
    'a link is dropped',
    'linkedCallIds',
    is(({ linkedCallIds, callId }) => linkedCallIds.length > 0 && !callId.includes('~')),
    says({ linkedCallIds: [] }),
  ),
  everywhere(
    'links are dropped',
    'linkedCallIds',
    is(({ linkedCallIds }) => linkedCallIds.length > 0),
    says({ linkedCallIds: [] }),
  ),
  one('a link to no call', 'linkedCallIds', any, says({ linkedCallIds: ['invented'] })),
  one('a link to another caller', 'linkedCallIds', any, (event, events) =>
    with_(event, { linkedCallIds: [isOfAnother(event, events).data.callId] }),
  ),
  one('a link to itself', 'linkedCallIds', any, (event) =>
    with_(event, { linkedCallIds: [event.data.callId] }),
  ),
  one('the subject is another', 'callId', any, (event, events) => ({
    ...event,
    subject: isOfAnother(event, events).subject,
  })),
  one('the tenant is another', 'tenant', any, says({ tenant: 'other' })),
  one('the source is another', 'tenant', any, (event) => ({ ...event, source: '/pitel/other' })),
];

const extensions = (
  change: (told: JudgedCall['extensions'][number]) => Partial<JudgedCall['extensions'][number]>,
): Change => {
  return ({ data, ...event }) => ({
    ...event,
    data: {
      ...data,
      extensions: data.extensions.map((told, nth) => (nth === 0 ? { ...told, ...change(told) } : told)),
    },
  });
};
const hasExtensions = is((data) => data.extensions.length > 0);
const hasState = (state: string) => is((data) => data.extensions[0]?.state === state);

const PEOPLE: Lie[] = [
  everywhere('the state is queued', 'state', any, says({ state: 'queued' })),
  ...['queued', 'ringing', 'answered', 'ended', 'talking'].map((state) =>
    one(
      `the state is ${state}`,
      'state',
      is(
        (data) =>
          data.state !== state && !(state === 'ringing' && data.queue === null && data.state === 'queued'),
      ),
      says({ state }),
    ),
  ),
  everywhere('extensions are empty', 'extensions', any, says({ extensions: [] })),
  one('extensions are empty', 'extensions', hasExtensions, says({ extensions: [] })),
  one(
    'an extension is left out',
    'extensions',
    is((data) => data.extensions.length > 1),
    (event) => with_(event, { extensions: event.data.extensions.slice(1) }),
  ),
  one('an extension is invented', 'extensions', any, (event) =>
    with_(event, {
      extensions: [
        ...event.data.extensions,
        { extension: '999', extensionId: null, agentName: null, state: 'ringing' },
      ],
    }),
  ),
  one('an extension twice', 'extensions', hasExtensions, (event) =>
    with_(event, { extensions: [...event.data.extensions, event.data.extensions[0]!] }),
  ),
  one(
    'an extension has another id',
    'extensions',
    hasExtensions,
    extensions(() => ({ extensionId: 'other' })),
  ),
  one(
    'an extension has no id',
    'extensions',
    hasExtensions,
    extensions(() => ({ extensionId: null })),
  ),
  one(
    'an extension has another agent',
    'extensions',
    hasExtensions,
    extensions(() => ({ agentName: 'other' })),
  ),
  one(
    'an extension has no agent',
    'extensions',
    hasExtensions,
    extensions(() => ({ agentName: null })),
  ),
  one(
    'an extension that rings is answered',
    'extensions',
    and(
      isLive,
      hasState('ringing'),
      is(({ answeredAt }) => answeredAt === null),
    ),
    extensions(() => ({ state: 'answered' })),
  ),
  one(
    'an extension that rings is ended',
    'extensions',
    and(
      ofType('call-offered'),
      is(({ extensions: all }) => all.length === 1),
    ),
    extensions(() => ({ state: 'ended' })),
  ),
  one(
    'an extension that is answered rings',
    'extensions',
    and(isLive, hasState('answered')),
    extensions(() => ({ state: 'ringing' })),
  ),
  one(
    'an extension that has gone is answered',
    'extensions',
    and(isEnd, hasState('ended')),
    extensions(() => ({ state: 'answered' })),
  ),
  one(
    'no agent who is connected',
    'agent',
    is(({ answeredAt, agent }) => answeredAt !== null && agent !== null && agent.extension !== null),
    says({ agent: null }),
  ),
  one('no agent of an offer', 'agent', ofType('call-offered'), says({ agent: null })),
  one(
    'an agent who had no part',
    'agent',
    knows('agent'),
    says({ agent: { id: null, name: 'x', username: 'x', extension: '999' } }),
  ),
  one(
    'answered by another extension that rang',
    'agent',
    (event, events) =>
      event.type === 'call-answered' &&
      event.data.observed.certainty !== 'inferred' &&
      rival(event, events) !== undefined,
    (event, events) => asAgent(event, rival(event, events)!),
  ),
  one(
    'ended with another extension that rang',
    'agent',
    (event, events) =>
      event.type === 'call-ended' &&
      event.data.outcome === 'answered' &&
      answerOf(events, event)?.data.observed.certainty !== 'inferred' &&
      !ofCall(events, event).some(({ type }) => type === 'call-transferred') &&
      rival(event, events) !== undefined,
    (event, events) => asAgent(event, rival(event, events)!),
  ),
  one(
    'an agent of a call that nobody answered',
    'agent',
    and(
      isEnd,
      is(
        ({ outcome, extensions: all, direction }) =>
          outcome === 'abandoned' && all.length > 0 && direction === 'inbound',
      ),
    ),
    (event) => asAgent(event, event.data.extensions[0]!.extension),
  ),
  one('the agent has another name', 'agent', knows('agent'), (event) =>
    with_(event, { agent: { ...event.data.agent!, name: 'other' } }),
  ),
  one('the agent has no name', 'agent', knows('agent'), (event) =>
    with_(event, { agent: { ...event.data.agent!, name: null } }),
  ),
  one(
    'the agent has another username',
    'agent',
    is(({ agent }) => agent !== null && agent.extension !== null),
    (event) => with_(event, { agent: { ...event.data.agent!, username: 'other' } }),
  ),
  one('the agent has another id', 'agent', knows('agent'), (event) =>
    with_(event, { agent: { ...event.data.agent!, id: 'other' } }),
  ),
  one(
    'the agent has no id',
    'agent',
    is(({ agent }) => agent !== null && agent.id !== null),
    (event) => with_(event, { agent: { ...event.data.agent!, id: null } }),
  ),
  one(
    'an offer without its extension',
    'offer',
    ofType('call-offered', 'call-offer-ended'),
    says({ offer: undefined }),
  ),
  one(
    'an offer at an extension that has no part',
    ['offer', 'event', 'grammar'],
    ofType('call-offered'),
    (event) => with_(asAgent(event, '999'), { offer: { ...event.data.offer!, extension: '999' } }),
  ),
  one('an offer has another extension id', 'offer', ofType('call-offered'), (event) =>
    with_(event, { offer: { ...event.data.offer!, extensionId: 'other' } }),
  ),
  one('an offer that begins has an outcome', 'offer', ofType('call-offered'), (event) =>
    with_(event, { offer: { ...event.data.offer!, outcome: 'answered' } }),
  ),
  ...['999', null].map((extension) =>
    one(
      `transferred from ${extension}`,
      'transferredFrom',
      ofType('call-transferred'),
      says({ transferredFrom: extension === null ? undefined : { extension } }),
    ),
  ),
  one('transferred from itself', 'transferredFrom', ofType('call-transferred'), (event) =>
    with_(event, { transferredFrom: { extension: event.data.agent!.extension! } }),
  ),
  one('transferredFrom of an answer', 'transferredFrom', ofType('call-answered'), (event) =>
    with_(event, { transferredFrom: { extension: '101' } }),
  ),
];

function asAgent(event: JudgedEvent, extension: string): JudgedEvent {
  const other = event.data.extensions.find((one) => one.extension === extension);
  const name = other?.agentName ?? null;
  return with_(event, { agent: { id: event.data.agent?.id ?? null, name, username: name, extension } });
}

const hasWait = is(({ waitMs }) => waitMs !== null && waitMs !== 1);
const hasTalk = is(({ talkMs }) => talkMs !== null && talkMs !== 1);

const TIMES: Lie[] = [
  ...Object.entries(SHIFTS).flatMap(([name, ms]) => [
    ...[ms, -ms].flatMap((shift) => [
      one(`the time is ${name} ${shift < 0 ? 'earlier' : 'later'}`, 'time', any, (event) => ({
        ...event,
        time: later(event.time, shift)!,
      })),
      one(`startedAt is ${name} ${shift < 0 ? 'earlier' : 'later'}`, 'startedAt', any, (event) =>
        with_(event, { startedAt: later(event.data.startedAt, shift)! }),
      ),
      one(
        `answeredAt is ${name} ${shift < 0 ? 'earlier' : 'later'}`,
        'answeredAt',
        is(({ answeredAt }) => answeredAt !== null),
        (event) => with_(event, { answeredAt: later(event.data.answeredAt, shift) }),
      ),
      one(
        `endedAt is ${name} ${shift < 0 ? 'earlier' : 'later'}`,
        'endedAt',
        is(({ endedAt }) => endedAt !== null),
        (event) => with_(event, { endedAt: later(event.data.endedAt, shift) }),
      ),
      one(`recorded ${name} ${shift < 0 ? 'earlier' : 'later'}`, 'recordedtime', any, (event) => ({
        ...event,
        recordedtime: later(event.recordedtime, shift)!,
      })),
      one(
        `time and window are ${name} ${shift < 0 ? 'earlier' : 'later'}`,
        ['observed', 'time', 'event'],
        any,
        (event) => moved(event, shift),
      ),
      one(
        `everything is ${name} ${shift < 0 ? 'earlier' : 'later'}`,
        ['observed', 'time', 'event'],
        any,
        (event) => ({
          ...moved(event, shift),
          recordedtime: later(event.recordedtime, shift)!,
        }),
      ),
    ]),
    one(
      `told ${name} late, with a window that says so`,
      ['observed', 'time'],
      certainty('observed'),
      (event) => {
        const latest = later(event.data.observed.latest, ms)!;
        return { ...seen(event, { latest }), time: latest, recordedtime: later(event.recordedtime, ms)! };
      },
    ),
    one(
      `the window begins ${name} early`,
      'observed',
      is(({ observed }) => observed.earliest !== null),
      (event) => seen(event, { earliest: later(event.data.observed.earliest, -ms) }),
    ),
    one(`the window ends ${name} late`, ['observed', 'time'], any, (event) =>
      seen(event, { latest: later(event.data.observed.latest, ms)! }),
    ),
  ]),
  one('a call begins 2 s later, and says so everywhere', 'observed', ofType('call-started'), (event) => {
    const shifted = moved(event, 2 * SECOND);
    return with_(shifted, { startedAt: shifted.time });
  }),
  everywhere(
    'answeredAt is startedAt',
    'answeredAt',
    is(({ answeredAt }) => answeredAt !== null),
    (event) => with_(event, { answeredAt: event.data.startedAt }),
  ),
  everywhere('endedAt is a day later', 'endedAt', isEnd, (event) =>
    with_(event, { endedAt: later(event.data.endedAt, 24 * HOUR) }),
  ),
  one(
    'answeredAt is null',
    'answeredAt',
    is(({ answeredAt }) => answeredAt !== null),
    says({ answeredAt: null }),
  ),
  one(
    'answeredAt without an answer',
    'answeredAt',
    is(({ answeredAt }) => answeredAt === null),
    (event) => with_(event, { answeredAt: event.time }),
  ),
  one(
    'endedAt is null',
    'endedAt',
    is(({ endedAt }) => endedAt !== null),
    says({ endedAt: null }),
  ),
  one('endedAt before the end', 'endedAt', isLive, (event) => with_(event, { endedAt: event.time })),
  everywhere('waitMs is 1', 'waitMs', hasWait, says({ waitMs: 1 })),
  everywhere('talkMs is 1', 'talkMs', hasTalk, says({ talkMs: 1 })),
  ...[null, 0, 1].flatMap((ms) => [
    one(
      `waitMs is ${ms}`,
      'waitMs',
      is(({ waitMs }) => waitMs !== null && waitMs !== ms),
      says({ waitMs: ms }),
    ),
    one(
      `talkMs is ${ms}`,
      'talkMs',
      is(({ talkMs }) => talkMs !== null && talkMs !== ms),
      says({ talkMs: ms }),
    ),
  ]),
  one(
    'a wait that is not known',
    'waitMs',
    is(({ waitMs }) => waitMs === null),
    says({ waitMs: 5000 }),
  ),
  one(
    'a talk that is not known',
    'talkMs',
    is(({ talkMs }) => talkMs === null),
    says({ talkMs: 5000 }),
  ),
  one('a time that is not RFC 3339', 'time', any, (event) => ({ ...event, time: event.time.slice(0, 19) })),
  one('a time in another zone', 'time', any, (event) => ({
    ...event,
    time: event.time.replace('Z', '+00:00'),
  })),
];

function moved(event: JudgedEvent, ms: number): JudgedEvent {
  const { earliest, latest } = event.data.observed;
  const observed = { earliest: later(earliest, ms), latest: later(latest, ms)! };
  return { ...seen(event, observed), time: later(event.time, ms)! };
}

const CERTAINTY: Lie[] = [
  ...['inferred', 'observed', 'upstream'].flatMap((told) => {
    const precisionMs = told === 'upstream' ? SECOND : undefined;
    const change: Change = (event) => seen(event, { certainty: told, precisionMs });
    return [
      everywhere(`${told}`, 'certainty', any, change),
      one(
        `${told}`,
        'certainty',
        is(({ observed }) => observed.certainty !== told),
        change,
      ),
    ];
  }),
  everywhere('inferred and two hours off', ['observed', 'time', 'certainty'], any, (event) =>
    seen(moved(event, 2 * HOUR), { certainty: 'inferred' }),
  ),
  one('inferred, and an hour late', ['observed', 'time'], certainty('inferred'), (event) => ({
    ...moved(event, HOUR),
    recordedtime: later(event.recordedtime, HOUR)!,
  })),
  one('certain', 'certainty', any, (event) => seen(event, { certainty: 'certain' })),
  one('no precision of a PBX time', 'certainty', certainty('upstream'), (event) =>
    seen(event, { precisionMs: undefined }),
  ),
  one('another precision of a PBX time', 'certainty', certainty('upstream'), (event) =>
    seen(event, { precisionMs: 1 }),
  ),
  one('a precision of an observed time', 'certainty', certainty('observed'), (event) =>
    seen(event, { precisionMs: SECOND }),
  ),
  one(
    'no earliest',
    'observed',
    is(({ observed }) => observed.earliest !== null),
    (event) => seen(event, { earliest: null }),
  ),
  one(
    'a window of no width, before it happened',
    ['observed', 'event', 'endedAt'],
    and(
      certainty('observed'),
      is(({ observed }) => observed.earliest !== null),
    ),
    (event) => {
      const { earliest } = event.data.observed;
      return { ...seen(event, { latest: earliest! }), time: earliest! };
    },
  ),
  one('a PBX time of two seconds', 'observed', certainty('upstream'), (event) =>
    seen(event, { latest: later(event.data.observed.earliest, 2 * SECOND)! }),
  ),
];

const OUTCOMES: Lie[] = [
  ...['answered', 'abandoned', 'no-answer', 'unknown', null].map((outcome) =>
    one(
      `the call ended ${outcome}`,
      'outcome',
      and(
        isEnd,
        is((data) => data.outcome !== outcome),
      ),
      says({ outcome }),
    ),
  ),
  ...['answered', 'answered-elsewhere', 'not-answered', 'caller-left', 'unknown', null].map((outcome) =>
    one(
      `the offer ended ${outcome}`,
      ['outcome', 'offer'],
      and(
        ofType('call-offer-ended'),
        certainty('observed'),
        is((data) => data.outcome !== outcome),
      ),
      (event) => with_(event, { outcome, offer: { ...event.data.offer!, outcome } }),
    ),
  ),
  one(
    'an outcome before an end',
    'outcome',
    ofType('call-started', 'call-answered', 'call-offered'),
    says({ outcome: 'answered' }),
  ),
];

const TYPES = [
  'call-started',
  'call-offered',
  'call-answered',
  'call-transferred',
  'call-offer-ended',
  'call-abandoned',
  'call-ended',
];

const pickOf = (events: readonly JudgedEvent[], random: Random, applies: Applies): JudgedEvent | null => {
  const chosen = events.filter((event) => applies(event, events));
  return chosen.length === 0 ? null : random.pick(chosen);
};

const isCertain: Applies = (event, events) =>
  ofCall(events, event).every(
    ({ data }) => !data.callId.includes('~') && data.observed.certainty !== 'inferred',
  );

const LOG: Lie[] = [
  ...TYPES.flatMap((type) => [
    log(`${type} is dropped`, ['demanded', 'grammar', 'outcome'], (events, random) => {
      const event = pickOf(events, random, and(ofType(type), isCertain));
      return event === null ? null : events.filter((other) => other !== event);
    }),
    log(`${type} twice`, ['id', 'grammar'], (events, random) => {
      const event = pickOf(events, random, ofType(type));
      return event === null ? null : events.flatMap((other) => (other === event ? [other, other] : [other]));
    }),
    log(`${type} twice, under another id`, ['grammar', 'event'], (events, random) => {
      const event = pickOf(events, random, ofType(type));
      const again = (other: JudgedEvent): JudgedEvent => ({ ...other, id: `${other.id}/again` });
      return event === null
        ? null
        : events.flatMap((other) => (other === event ? [other, again(other)] : [other]));
    }),
  ]),
  ...TYPES.filter((type) => type !== 'call-ended').map((type) =>
    log(`${type} is moved to the end of its call`, ['grammar', 'recordedtime'], (events, random) => {
      const event = pickOf(events, random, ofType(type));
      if (event === null) return null;
      const last = ofCall(events, event).at(-1)!;
      return events.flatMap((other) => (other === event ? [] : other === last ? [last, event] : [other]));
    }),
  ),
  ...TYPES.filter((type) => type !== 'call-started').map((type) =>
    log(`${type} is moved to the beginning of its call`, ['grammar', 'recordedtime'], (events, random) => {
      const event = pickOf(events, random, ofType(type));
      if (event === null) return null;
      const first = ofCall(events, event)[0]!;
      return events.flatMap((other) => (other === event ? [] : other === first ? [event, first] : [other]));
    }),
  ),
  log('a call is left out', 'demanded', (events, random) => {
    const event = pickOf(events, random, isCertain);
    return event === null ? null : events.filter(({ data }) => data.callId !== event.data.callId);
  }),
  log('a call is invented', 'event', (events, random) => {
    const ghost = ofCall(events, pickOf(events, random, any)!);
    const told = ghost.map((event) =>
      renamed(with_(event, { upstreamIds: ['ghost'], queue: null, queues: [] }), 'ghost'),
    );
    return [...events, ...told];
  }),
  log('two calls are merged', ['upstreamIds', 'event', 'grammar'], (events, random) => {
    const event = pickOf(events, random, any)!;
    const other = isOfAnother(event, events);
    return events.map((one) =>
      one.data.callId === other.data.callId ? renamed(one, event.data.callId) : one,
    );
  }),
  log('a call is told as two', ['split', 'callId'], (events, random) => {
    const event = pickOf(
      events,
      random,
      and(
        isCertain,
        is(({ upstreamIds }) => upstreamIds.length > 1),
        ofType('call-ended'),
      ),
    );
    if (event === null) return null;
    const [first] = ofCall(events, event);
    const second = event.data.upstreamIds.find((id) => id !== event.data.callId)!;
    return events.flatMap((other) =>
      other === first || other === event ? [other, renamed(other, second)] : [other],
    );
  }),
  log('an offer is invented', ['event', 'grammar'], (events, random) => {
    const event = pickOf(events, random, ofType('call-offered'));
    if (event === null) return null;
    const offer = { ...event.data.offer!, extension: '999' };
    const told = { ...with_(asAgent(event, '999'), { offer }), id: `${event.id}/999` };
    return events.flatMap((other) => (other === event ? [other, told] : [other]));
  }),
  log('a transfer is invented', 'event', (events, random) => {
    const event = pickOf(events, random, and(ofType('call-answered'), isCertain));
    if (event === null) return null;
    const told = {
      ...with_(event, { transferredFrom: { extension: event.data.agent?.extension ?? '' } }),
      type: 'call-transferred',
    };
    const transferred = { ...told, id: event.id.replace('call-answered', 'call-transferred') };
    return events.flatMap((other) => (other === event ? [other, transferred] : [other]));
  }),
  log('an answer is invented', ['event', 'outcome'], (events, random) => {
    const event = pickOf(
      events,
      random,
      and(ofType('call-offered'), (one, all) =>
        ofCall(all, one).some(({ type }) => type === 'call-abandoned'),
      ),
    );
    if (event === null) return null;
    const told = with_(event, { offer: undefined, answeredAt: event.time, state: 'answered' });
    const answered = {
      ...told,
      type: 'call-answered',
      id: event.id.replace(/call-offered.*/, 'call-answered'),
    };
    return events.flatMap((other) => (other === event ? [other, answered] : [other]));
  }),
  log('an answered call is abandoned', ['event', 'outcome'], (events, random) => {
    const event = pickOf(
      events,
      random,
      and(
        ofType('call-answered'),
        isCertain,
        is(({ direction }) => direction === 'inbound'),
      ),
    );
    if (event === null) return null;
    const gone = ofCall(events, event);
    return events.flatMap((other) => {
      if (other === event) return [];
      if (!gone.includes(other) || other.type !== 'call-ended') return [other];
      const data = { ...other.data, outcome: 'abandoned', answeredAt: null, talkMs: null, agent: null };
      const ended = { ...other, data };
      return [
        { ...ended, type: 'call-abandoned', id: other.id.replace('call-ended', 'call-abandoned') },
        ended,
      ];
    });
  }),
  log('an abandoned call is answered', ['event', 'outcome'], (events, random) => {
    const event = pickOf(
      events,
      random,
      and(
        ofType('call-abandoned'),
        is(({ extensions: all }) => all.length > 0),
      ),
    );
    if (event === null) return null;
    const data = { ...event.data, answeredAt: event.time, outcome: null, state: 'answered', endedAt: null };
    const answered = {
      ...event,
      data,
      type: 'call-answered',
      id: event.id.replace('call-abandoned', 'call-answered'),
    };
    return events.map((other) => {
      if (other === event) return answered;
      const isItsEnd = other.type === 'call-ended' && other.data.callId === event.data.callId;
      return isItsEnd ? with_(other, { outcome: 'answered', answeredAt: event.time }) : other;
    });
  }),
  one('an id by chance', 'id', any, (event) => ({ ...event, id: '6f1c' })),
  one('the id of another event', 'id', any, (event, events) => ({
    ...event,
    id: events.find((other) => other !== event)!.id,
  })),
  one('a sequence that skips', 'sequence', any, (event) => ({
    ...event,
    sequence: String(Number(event.sequence) + 5).padStart(16, '0'),
  })),
  one('a sequence of another length', 'sequence', any, (event) => ({
    ...event,
    sequence: event.sequence.slice(1),
  })),
];

function renamed(event: JudgedEvent, callId: string): JudgedEvent {
  const { id, subject } = event;
  return { ...with_(event, { callId }), subject: callId, id: id.replace(subject, callId) };
}

export const LIES: readonly Lie[] = [
  ...NUMBERS,
  ...FACTS,
  ...PEOPLE,
  ...TIMES,
  ...CERTAINTY,
  ...OUTCOMES,
  ...LOG,
];
