import { z } from 'zod';
import { DISMISSAL_REASONS } from '../core/callbacks/callback.js';
import { CALLBACK_CHANGES, CALLBACK_REASONS } from '../core/model/event.js';
import { callbackView } from './desk-views.js';
import { instant } from './parts.js';

/** The bodies of the addresses under `/v1/callbacks`. */

const sub = z
  .string()
  .nullable()
  .describe('`sub` of the token of the person who did it; null: no person did');
const why = z.enum(DISMISSAL_REASONS).meta({ title: 'DismissalReason' });

const callbackEnd = z
  .object({
    reason: z.enum(CALLBACK_REASONS).meta({ title: 'CallbackReason' }),
    at: instant,
    probable: z.boolean().describe('It follows from an answer that was only inferred'),
    callId: z
      .string()
      .nullable()
      .describe('The conversation that closed it; null without one, and for tokens of some queues'),
    by: sub,
    why: why.nullable().describe('Of a dismissal'),
  })
  .meta({ title: 'CallbackEnd' });

const deed = z
  .object({
    what: z
      .enum([...CALLBACK_CHANGES, ...CALLBACK_REASONS])
      .meta({ title: 'DeedKind' })
      .describe('`missed`: the caller hung up; the others are those of the events'),
    at: instant,
    by: sub,
  })
  .meta({ title: 'Deed' });

export const callbackEntry = callbackView
  .extend({
    state: z.enum(['open', 'done']).meta({ title: 'CallbackState' }),
    done: callbackEnd.nullable().describe('What closed it; null while it is open'),
    deeds: z
      .array(deed)
      .describe(
        'Who did what, oldest first, the newest 20. Without `missed` where the token shows only some of the parts',
      ),
  })
  .meta({ title: 'CallbackEntry' });

export const callbacksBody = z
  .object({
    callbacks: z.array(callbackEntry),
    total: z.int().min(0).describe('How many match, on all pages'),
    next: z.string().nullable().describe('What to ask for next, as `after`; null: there is nothing more'),
  })
  .meta({ description: 'A page of call-backs' });

export const dismissal = z.strictObject({ why }).meta({ description: 'Why no call is owed any more' });

export const callbackChanged = z
  .object({
    result: z
      .enum(['written', 'unchanged'])
      .meta({ title: 'CallbackChangeResult' })
      .describe('`unchanged`: it was so already'),
    callback: callbackEntry.describe('As it is now'),
  })
  .meta({ description: 'What became of a request about a call-back' });
