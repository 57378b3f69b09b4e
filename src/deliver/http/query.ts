import { z } from 'zod';
import { EVENT_TYPES } from '../../core/model/event.js';
import { MAX_NAME_LENGTH, MAX_NAMES, subscription } from '../access/event-filter.js';
import { Refusal } from '../access/refusal.js';
import { type IntervalKind, INTERVALS } from '../../core/day/numbers.js';
import type { Outcome } from '../../core/model/call.js';
import type { Instant } from '../../core/model/observation.js';
import type { HistoryPosition } from '../../store/desk-store.js';
import { CALLBACK_ORDERS, type CallbackPosition, parsePosition } from './callback-order.js';
import { parseHistoryPosition } from './history-position.js';

export type QueryString = Readonly<Record<string, unknown>>;

/**
 * The parameters of the addresses under `/v1`, as the OpenAPI document lists them. A list may be written with commas, by
 * repeating its parameter, and under its name in the singular: `?extensions=107,108`, `?extension=107&extension=108`.
 */

export const FORMATS = ['json', 'csv'] as const;
/** How a call can have ended. */
export const OUTCOMES = [
  'answered',
  'abandoned',
  'no-answer',
  'unknown',
] as const satisfies readonly Outcome[];

/** Of calls that are alive. */
export const CALL_STATES = ['queued', 'ringing', 'answered'] as const;
export const ENDED = 'ended';
/** Each is read by the numbering plan for every request, and a person has a few. */
export const MAX_CUSTOMERS = 20;
/** Stars hide digits: such a number is no whole one, and would find nothing. */
const customer = z
  .string()
  .max(MAX_NAME_LENGTH)
  .regex(/^[^*]+$/);

const { types, extensions, queues } = subscription.shape;
const calls = {
  extensions: listed(extensions),
  queues: listed(queues),
  customers: listed(z.array(customer).max(MAX_CUSTOMERS)),
};
const events = { types: listed(types), ...calls };
const after = z.string().optional();
const instant = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .optional();
/** A day in the tenant's zone, or an instant. */
export type When = { readonly day: string } | { readonly at: Instant };
const when = z
  .union([
    z.iso.date().transform((day): When => ({ day })),
    z.iso.datetime({ offset: true }).transform((text): When => ({ at: Date.parse(text) })),
  ])
  .optional();
const format = z.enum(FORMATS).optional();

/** For addresses that filter nothing. */
export const noQuery = z.object({});

export const queuesQuery = z.object({ queues: calls.queues });

/** Where in the log to begin, and what of it. */
export const streamQuery = z.object({ after, ...events });

export const MAX_PAGE = 1_000;
const limit = z
  .string()
  .regex(/^\d{1,4}$/)
  .transform(Number)
  .pipe(z.number().min(1).max(MAX_PAGE))
  .default(100);
const EXCLUSIVE = 'after and since';

export const pageQuery = z
  .object({
    after,
    since: instant,
    until: instant,
    limit,
    ...events,
  })
  .refine((query) => query.after === undefined || query.since === undefined, { path: [EXCLUSIVE] })
  .refine(({ since, until }) => since === undefined || until === undefined || since <= until, {
    path: ['until'],
  });

/** What only a request for calls that have ended may say. */
const ended = {
  outcomes: listed(z.array(z.enum(OUTCOMES))),
  since: when,
  until: when,
  after: z
    .string()
    .transform((text) => parseHistoryPosition(text))
    .pipe(z.custom<HistoryPosition>((position) => position !== null))
    .optional(),
  limit: limit.removeDefault().optional(),
  format,
};

/** Of calls that are alive, in any of these states, or of those that have ended: `isOfEnded`. */
export const callsQuery = z
  .object({ ...calls, states: listed(z.array(z.enum([...CALL_STATES, ENDED]))), ...ended })
  .superRefine((query, issues) => {
    const wrong = isOfEnded(query)
      ? query.states!.some((state) => state !== ENDED) && ['states']
      : Object.keys(ended).filter((name) => query[name as keyof typeof ended] !== undefined);
    for (const name of wrong || []) issues.addIssue({ code: 'custom', path: [name] });
  });
export type CallsQuery = z.output<typeof callsQuery>;

export function isOfEnded({ states }: Pick<CallsQuery, 'states'>): boolean {
  return states?.includes(ENDED) === true;
}

const stats = { from: when, to: when, format };

export const queueStatsQuery = z.object({
  ...stats,
  by: z.enum(INTERVALS).default('day'),
  queues: listed(queues),
});
/** Agents are counted by the hour. */
export const AGENT_INTERVALS = ['hour', 'day'] as const satisfies readonly IntervalKind[];
export const agentStatsQuery = z.object({
  ...stats,
  by: z.enum(AGENT_INTERVALS).default('day'),
  extensions: listed(extensions),
});

/** Who a call-back may be claimed by, for those who ask for it. */
export const CLAIMED_BY = ['none', 'some', 'me'] as const;

export const callbacksQuery = z
  .object({
    state: z.enum(['open', 'done']).default('open'),
    queues: calls.queues,
    customers: calls.customers,
    claimed: z.enum(CLAIMED_BY).optional(),
    since: when,
    until: when,
    order: z.enum(CALLBACK_ORDERS).default('waiting'),
    after: z
      .string()
      .transform((text) => parsePosition(text))
      .pipe(z.custom<CallbackPosition>((position) => position !== null))
      .optional(),
    limit,
    format,
  })
  .refine(({ after: position, order }) => position === undefined || position.order === order, {
    path: ['after'],
  });
export type CallbacksWish = Omit<z.output<typeof callbacksQuery>, 'format'>;

/** Completes the parameter's name to a message. Fixed words, because what was sent may be a token in the wrong place. */
const MUST: Readonly<Record<string, string>> = {
  after: 'must be one cursor',
  since: 'must be an instant as in RFC 3339, such as 2026-03-02T03:00:00Z (a + is written %2B)',
  until: 'must be an instant as in RFC 3339, such as 2026-03-02T04:00:00Z, and not before since',
  limit: `must be a whole number from 1 to ${MAX_PAGE}`,
  types: `must be event types separated by commas, such as ${EVENT_TYPES.slice(0, 2).join(',')}`,
  extensions: `must be at most ${MAX_NAMES} extensions, none longer than ${MAX_NAME_LENGTH} characters, separated by commas`,
  queues: `must be at most ${MAX_NAMES} queues, none longer than ${MAX_NAME_LENGTH} characters, separated by commas`,
  customers: `must be at most ${MAX_CUSTOMERS} whole telephone numbers, without stars, separated by commas`,
  states: `must be of ${CALL_STATES.join(', ')}, separated by commas, or ended alone`,
  [EXCLUSIVE]: 'exclude each other',
};

const A_TIME =
  'must be a day of the tenant, such as 2026-03-02, or an instant as in RFC 3339, such as 2026-03-02T03:00:00Z (a + is written %2B)';
const A_FORMAT = `must be one of ${FORMATS.join(', ')}`;
const WITH_ENDED = 'and state=ended beside it';

/** The same where a parameter takes something else: of calls. */
export const MUST_OF_CALLS: typeof MUST = {
  ...MUST,
  outcomes: `must be of ${OUTCOMES.join(', ')}, separated by commas, ${WITH_ENDED}`,
  since: `${A_TIME}, ${WITH_ENDED}`,
  until: `${A_TIME}, ${WITH_ENDED}`,
  after: `must be \`next\` of the page before, ${WITH_ENDED}`,
  limit: `${MUST.limit}, ${WITH_ENDED}`,
  format: `${A_FORMAT}, ${WITH_ENDED}`,
};

/** And of numbers. */
export const MUST_OF_STATS: typeof MUST = {
  ...MUST,
  from: A_TIME,
  to: A_TIME,
  by: `must be one of ${INTERVALS.join(', ')}; agents are counted by ${AGENT_INTERVALS.join(' and ')} only`,
  format: A_FORMAT,
};

export const MUST_OF_CALLBACKS: typeof MUST = {
  ...MUST,
  since: A_TIME,
  until: A_TIME,
  format: A_FORMAT,
  after: 'must be `next` of the page before, which was in the same order',
  state: 'must be open or done',
  claimed: `must be one of ${CLAIMED_BY.join(', ')}`,
  order: `must be one of ${CALLBACK_ORDERS.join(', ')}`,
};

/** What every address takes: `tenant`, where no token names it, is read before this. */
const EVERYWHERE = ['tenant'];
/** jQuery adds it to an address, so that no cache answers. */
const IGNORED: readonly string[] = ['_', ...EVERYWHERE];
const LISTS: readonly string[] = ['types', 'extensions', 'queues', 'customers', 'states', 'outcomes'];

/**
 * @throws Refusal that names each parameter that is not understood, and what it must be; and all that are known at the
 * address, where there is one that is not: a filter that is misspelt would show everything.
 */
export function parseQuery<Query extends z.ZodObject>(
  schema: Query,
  query: QueryString,
  must: Readonly<Record<string, string>> = MUST,
): z.output<Query> {
  const known = Object.keys(schema.shape);
  const given: Record<string, unknown> = {};
  let isUnknown = false;
  for (const [name, value] of Object.entries(query)) {
    const meant = known.find((one) => one === name || (LISTS.includes(one) && one === `${name}s`));
    if (meant !== undefined) given[meant] = meant in given ? [given[meant], value].flat() : value;
    else if (!IGNORED.includes(name)) isUnknown = true;
  }
  const parsed = schema.safeParse(given);
  if (parsed.success && !isUnknown) return parsed.data;
  const names = new Set(parsed.error?.issues.map(({ path }) => String(path[0])));
  const wrong = [...names].map((name) => `${name} ${must[name] ?? 'is not understood'}`);
  const all = `a parameter is unknown: known here are ${[...known, ...EVERYWHERE].join(', ')}`;
  throw new Refusal('bad-request', [...wrong, ...(isUnknown ? [all] : [])].join('; '));
}

function listed<T extends z.ZodType>(names: T) {
  return z
    .unknown()
    .transform((given) => [given].flat().flatMap((text) => split(text)))
    .pipe(names as z.ZodType<z.output<T>, unknown[]>)
    .optional();
}

function split(text: unknown): unknown[] {
  return typeof text === 'string' ? text.split(',').filter((item) => item !== '') : [text];
}
