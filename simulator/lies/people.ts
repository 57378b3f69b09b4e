import type { JudgedCall } from '../judge-report.js';
import {
  and,
  answerOf,
  any,
  asAgent,
  type Change,
  everywhere,
  is,
  isEnd,
  isLive,
  knows,
  type Lie,
  ofCall,
  ofType,
  one,
  rival,
  says,
  with_,
} from './telling.js';

/** Lies about who has a part in the call, and what each of them does. */

const extensions = (
  change: (stated: JudgedCall['extensions'][number]) => Partial<JudgedCall['extensions'][number]>,
): Change => {
  return ({ data, ...event }) => ({
    ...event,
    data: {
      ...data,
      extensions: data.extensions.map((stated, nth) =>
        nth === 0 ? { ...stated, ...change(stated) } : stated,
      ),
    },
  });
};
const hasExtensions = is((data) => data.extensions.length > 0);
const hasState = (state: string) => is((data) => data.extensions[0]?.state === state);

export const PEOPLE: readonly Lie[] = [
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
    'an agent of a call without an answer',
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
  one(
    'an offer in a local call has another extension id',
    'offer',
    and(
      ofType('call-offered', 'call-offer-ended'),
      is(({ direction }) => direction === 'local'),
    ),
    (event) => with_(event, { offer: { ...event.data.offer!, extensionId: 'other' } }),
  ),
  one(
    'a leg that has gone rings',
    'extensions',
    is(({ extensions, state }) => state !== 'ended' && extensions.some((leg) => leg.state === 'ended')),
    (event) =>
      with_(event, {
        extensions: event.data.extensions.map((leg) =>
          leg.state === 'ended' ? { ...leg, state: 'ringing' } : leg,
        ),
      }),
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
