import type { Queue } from '../model/call.js';
import type { CallEvent, CallView } from '../model/event.js';
import type { Instant } from '../model/observation.js';
import type { QueuePlace } from './queue-place.js';

/** What a queue's live calls come to now. */
export interface QueueNumbers {
  readonly queue: Queue;
  /** Callers who have not been answered, with those for whom an extension rings. */
  readonly waiting: number;
  /** Those of the waiting for whom an extension rings. */
  readonly ringing: number;
  /** Calls of the queue that were answered and go on, held ones and transferred ones too. */
  readonly talking: number;
  /** Since when the caller waits who has waited for longest; null: no caller waits. */
  readonly longestSince: Instant | null;
}

/** By the queue's id; only queues that somebody is in. */
export function queueNumbers(places: Iterable<QueuePlace>): Map<string, QueueNumbers> {
  const numbers = new Map<string, QueueNumbers>();
  for (const place of places) {
    const { id } = place.queue;
    numbers.set(id, withPlace(numbers.get(id) ?? noCallers(place.queue), place));
  }
  return numbers;
}

export function noCallers(queue: Queue): QueueNumbers {
  return { queue, waiting: 0, ringing: 0, talking: 0, longestSince: null };
}

function withPlace(numbers: QueueNumbers, { queue, how, since }: QueuePlace): QueueNumbers {
  const { waiting, ringing, talking, longestSince } = numbers;
  if (how === 'talking') return { ...numbers, queue, talking: talking + 1 };
  return {
    queue,
    waiting: waiting + 1,
    ringing: ringing + (how === 'ringing' ? 1 : 0),
    talking,
    longestSince: longestSince === null ? since : Math.min(longestSince, since),
  };
}

/**
 * Where the caller stands after an event of the call, which shows less than its parts do: not when a caller came into a further
 * queue, nor before an extension rings that an answered call has come into one.
 *
 * @param before where the caller stood until then, as far as it is known
 */
export function placeAfter({ type, data }: PlacingEvent, before: QueuePlace | null): QueuePlace | null {
  const { queue, queues, state, extensions, startedAt, answeredAt, observed } = data;
  if (queue === null || state === 'ended') return null;
  const stayed = before?.queue.id === queue.id ? before : null;
  const isTalking =
    ANSWERS.has(type) || (state === 'answered' && !waitsAgain(data, stayed === null ? null : stayed.how));
  const isRinging = extensions.some((extension) => extension.state === 'ringing');
  const isFirst = queues.length === 1 && answeredAt === null;
  return {
    queue,
    how: isTalking ? 'talking' : isRinging ? 'ringing' : 'waiting',
    since: stayed?.since ?? Date.parse(isFirst ? startedAt : observed.latest),
  };
}

type PlacingEvent = Pick<CallEvent, 'type' | 'data'>;

const ANSWERS: ReadonlySet<CallEvent['type']> = new Set(['call-answered', 'call-transferred']);

/**
 * Whether a caller who was answered waits again, in a queue that the call has come into since.
 *
 * @param how how the caller stood in the queue before; null: in another one, or nowhere
 */
function waitsAgain({ queues, extensions }: CallView, how: QueuePlace['how'] | null): boolean {
  if (extensions.some(({ state }) => state === 'answered')) return false;
  if (how !== null) return how !== 'talking';
  return queues.length > 1 && extensions.some(({ state }) => state === 'ringing');
}
