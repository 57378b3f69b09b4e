import { z } from 'zod';
import type { EndedOffer, KnownTime, QueueVisit, TalkSegment } from '../../../core/day/story.js';
import { certainty, instant, instantOrNull, queue, text, textOrNull } from './parts.js';

/** What a call has been through, as it is stored with a live call, and with the record of one that has ended. */
export const knownTime = z.object({
  at: instant,
  earliest: instantOrNull,
  latest: instant,
  certainty,
}) satisfies z.ZodType<KnownTime>;

export const queueVisit = z.object({
  queue,
  key: text,
  joined: knownTime,
  left: knownTime.nullable(),
  how: z.enum(['answered', 'abandoned', 'flowed-out', 'unknown']).nullable(),
}) satisfies z.ZodType<QueueVisit>;

export const talkSegment = z.object({
  extension: text,
  agentName: textOrNull,
  placed: z.boolean(),
  from: knownTime,
  to: knownTime.nullable(),
}) satisfies z.ZodType<TalkSegment>;

export const offerOutcome = z.enum(['answered', 'answered-elsewhere', 'not-answered', 'caller-left']);

export const endedOffer = z.object({
  extension: text,
  agentName: textOrNull,
  outcome: offerOutcome,
  at: instant,
}) satisfies z.ZodType<EndedOffer>;
