import type { JudgedEvent } from '../judge-report.js';
import type { Random } from '../random.js';
import {
  and,
  any,
  type Applies,
  asAgent,
  is,
  isOfAnother,
  type Lie,
  log,
  ofCall,
  ofType,
  one,
  with_,
} from './telling.js';

/** Lies about which events there are, and in which order. */

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

export const LOG: readonly Lie[] = [
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
    const stated = ghost.map((event) =>
      renamed(with_(event, { upstreamIds: ['ghost'], queue: null, queues: [] }), 'ghost'),
    );
    return [...events, ...stated];
  }),
  log('two calls are merged', ['upstreamIds', 'event', 'grammar'], (events, random) => {
    const event = pickOf(events, random, any)!;
    const other = isOfAnother(event, events);
    return events.map((one) =>
      one.data.callId === other.data.callId ? renamed(one, event.data.callId) : one,
    );
  }),
  log('a call is stated as two', ['split', 'callId'], (events, random) => {
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
    const stated = { ...with_(asAgent(event, '999'), { offer }), id: `${event.id}/999` };
    return events.flatMap((other) => (other === event ? [other, stated] : [other]));
  }),
  log('a transfer is invented', 'event', (events, random) => {
    const event = pickOf(events, random, and(ofType('call-answered'), isCertain));
    if (event === null) return null;
    const stated = {
      ...with_(event, { transferredFrom: { extension: event.data.agent?.extension ?? '' } }),
      type: 'call-transferred',
    };
    const transferred = { ...stated, id: event.id.replace('call-answered', 'call-transferred') };
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
    const stated = with_(event, { offer: undefined, answeredAt: event.time, state: 'answered' });
    const answered = {
      ...stated,
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
