import { z } from 'zod';
import { EVENT_TYPES } from '../../core/model/event.js';
import type { Filter } from './audience.js';
import { Refusal } from './refusal.js';

/** Bounds the lists that clients send, because each is searched for every event. */
export const MAX_NAMES = 200;
export const MAX_NAME_LENGTH = 128;
const names = z.array(z.string().min(1).max(MAX_NAME_LENGTH)).max(MAX_NAMES);

export const subscription = z.strictObject({
  types: z.array(z.enum(EVENT_TYPES)).max(EVENT_TYPES.length).optional(),
  extensions: names.optional(),
  queues: names.optional(),
});

const EVERYTHING: Filter = Object.freeze({});

/** The body of `subscribe` and of `auth.subscribe`; nothing at all means everything. */
export function parseSubscription(body: unknown): Filter {
  if (body === undefined || body === null) return EVERYTHING;
  const parsed = subscription.safeParse(body);
  if (!parsed.success) throw new Refusal('bad-request');
  return parsed.data;
}
