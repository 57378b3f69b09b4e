import { z } from 'zod';
import { call, ended } from './event-schemas.js';
import { callsBody } from './body-schemas.js';
import { instant, observed, offerOutcome, queue } from './parts.js';

/** The bodies of calls that have ended: `docs/history.md`. */

const time = z
  .object({ at: instant, observed })
  .meta({ title: 'KnownTime' })
  .describe('When it was, and how exactly that is known');

const agentName = z.string().nullable();

const story = z
  .object({
    visits: z
      .array(
        z.object({
          queue,
          joined: time,
          left: time.nullable().describe('Null: not known'),
          how: z
            .enum(['answered', 'abandoned', 'flowed-out', 'unknown'])
            .meta({ title: 'VisitEnd' })
            .describe('`flowed-out`: on to another queue or elsewhere, without an answer'),
        }),
      )
      .describe('Every visit in a queue, oldest first'),
    segments: z
      .array(
        z.object({
          extension: z.string(),
          agentName,
          placed: z.boolean().describe('The extension placed the call; else it came to it'),
          from: time,
          to: time.nullable().describe('Null: not known'),
        }),
      )
      .describe('Who talked, hold included, oldest first; after a transfer there are several'),
    offers: z
      .array(z.object({ extension: z.string(), agentName, outcome: offerOutcome, at: instant }))
      .describe('Rings that have ended, oldest first; of very many, the newest'),
  })
  .meta({ title: 'CallStory' })
  .describe('What the call has been through');

export const endedCall = ended
  .extend({ story })
  .meta({ description: 'A call that has ended: `data` of its `call-ended`, and its story' });

export const endedCallsBody = z.object({
  calls: z.array(endedCall).describe('Newest first'),
  next: z
    .string()
    .nullable()
    .describe(
      'What to ask with next, as `after`; null: there is nothing more. A page may have fewer calls than `limit`, or none, and still not be the last',
    ),
});

/** What `GET /v1/calls` answers with. */
export const callList = z
  .union([callsBody, endedCallsBody])
  .meta({ description: 'With `state=ended`, the second' });

/** What `GET /v1/calls/{callId}` answers with. */
export const anyCall = z
  .union([call, endedCall])
  .meta({ description: 'A call that is alive, or one that has ended' });
