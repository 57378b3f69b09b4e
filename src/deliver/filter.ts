import { z } from 'zod';
import { EVENT_TYPES } from '../core/event.js';
import type { Filter } from './audience.js';
import { Refusal } from './refusal.js';

/** What clients may ask for. Lists are short: each is looked at for every event. */
const names = z.array(z.string().min(1).max(128)).max(200);

const subscription = z.strictObject({
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

/** `?types=a,b&extensions=107&queues=…`: commas or repeated parameters. */
export function parseFilterQuery(query: Readonly<Record<string, unknown>>): Filter {
  return parseSubscription(
    Object.fromEntries(
      ['types', 'extensions', 'queues']
        .filter((name) => query[name] !== undefined)
        .map((name) => [name, [query[name]].flat().flatMap((text) => split(text))]),
    ),
  );
}

function split(text: unknown): unknown[] {
  return typeof text === 'string' ? text.split(',').filter((item) => item !== '') : [text];
}
