import type { EndedCallRecord } from '../../src/core/day/ended-call-record.js';
import type { CallStory, KnownTime } from '../../src/core/day/story.js';
import { type CallView, rfc3339 } from '../../src/core/model/event.js';
import { view } from './delivery.js';

interface GivenCall extends Partial<EndedCallRecord['terms']> {
  readonly endedAt?: number;
  readonly view?: Partial<CallView>;
  readonly story?: Partial<Omit<CallStory, 'callId'>>;
}

/** What history keeps of a call that ended, but for what is given: extensions and queues are in its terms and in its view. */
export function endedRecord(callId: string, given: GivenCall = {}): EndedCallRecord {
  const {
    endedAt = Date.UTC(2026, 2, 2, 3, 5),
    line = '+84914237383',
    extensions = ['107'],
    queues = [],
  } = given;
  const inQueues = queues.map((id) => ({ id, name: `name of ${id}` }));
  return {
    eventId: `acme/${callId}/call-ended`,
    view: view(callId, {
      state: 'ended',
      endedAt: rfc3339(endedAt),
      outcome: 'answered',
      queue: inQueues.at(-1) ?? null,
      queues: inQueues,
      extensions: extensions.map((extension) => ({
        extension,
        extensionId: null,
        agentName: null,
        state: 'ended',
      })),
      ...given.view,
    }),
    story: { started: at(Date.UTC(2026, 2, 2, 3)), visits: [], segments: [], offers: [], ...given.story },
    terms: { line, extensions, queues },
  };
}

/** A time that a poll showed, a second after the one before it. */
export function at(instant: number): KnownTime {
  return { at: instant, earliest: instant - 1_000, latest: instant, certainty: 'observed' };
}
