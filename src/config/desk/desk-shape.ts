import { z } from 'zod';
import type { BusinessHours, DeskRules } from '../../core/desk-rules.js';
import { nameForm } from '../../core/model/name-form.js';
import { THRESHOLD_RULES } from '../../core/model/event.js';
import type { Threshold } from '../../core/queues/known-queue.js';

/**
 * What an operator decides for a tenant's desk, as the configuration writes it: fields of a tenant in the tenants' file, and the
 * whole of the file that `DESK_FILE` names.
 *
 *     thresholds:
 *       - { waiting: 10, longestWait: 60 }
 *       - { queue: Sales, waiting: 5 }
 *     serviceLevels:
 *       - { seconds: 20 }
 *     businessHours:
 *       - { days: [mon, tue, wed, thu, fri], from: '08:00', to: '17:30' }
 *
 * Guarantee: a queue has at most one item of a list, in whichever spelling, so that no order of items decides. `meta` is for the
 * JSON schema, which cannot express all checks.
 */
const whole = (min: number, max: number, unit: string, description: string) => {
  const error = `must be a whole number from ${min} to ${max} ${unit}`;
  return z.int({ error }).min(min, { error }).max(max, { error }).meta({ description });
};

const object = (fields: string) => ({
  error: (issue: { readonly code?: string | undefined }) =>
    issue.code === 'unrecognized_keys' ? `may have no other fields than ${fields}` : 'must be an object',
});

/** Each is compared with every queue that is seen. */
const MAX_ITEMS = 1_000;
const list = <Item extends z.ZodType>(item: Item, most = MAX_ITEMS) =>
  z.array(item, { error: 'must be a list' }).max(most, { error: `must have at most ${most} items` });

/** As long as a field of a row may be. */
const MAX_NAME = 256;
const QUEUE = `must be the id or the name of a queue, at most ${MAX_NAME} characters`;
const queue = z
  .string({ error: QUEUE })
  .max(MAX_NAME, { error: QUEUE })
  .refine((name) => nameForm(name) !== '', { error: QUEUE })
  .meta({ description: "The queue's id or name; all queues without an item of their own when left out" })
  .optional();

function eachQueueOnce(items: readonly { readonly queue?: string | undefined }[], context: z.RefinementCtx) {
  const seen = new Set<string | null>();
  for (const [index, item] of items.entries()) {
    const name = item.queue === undefined ? null : nameForm(item.queue);
    const message = name === null ? 'is the second one for all queues' : 'names the queue of an earlier item';
    const path = name === null ? [index] : [index, 'queue'];
    if (seen.has(name)) context.addIssue({ code: 'custom', path, message });
    seen.add(name);
  }
}

const NO_LIMIT = `must have ${THRESHOLD_RULES.join(' or ')}, or both`;
const thresholds = list(
  z
    .strictObject(
      {
        queue,
        waiting: whole(1, 3_000, 'callers', 'Crossed while so many callers wait, or more').optional(),
        longestWait: whole(1, 86_400, 'seconds', 'Crossed while a caller waits for longer').optional(),
      },
      object('queue, waiting, longestWait'),
    )
    .refine((item) => THRESHOLD_RULES.some((rule) => item[rule] !== undefined), { error: NO_LIMIT })
    .meta({ anyOf: THRESHOLD_RULES.map((rule) => ({ required: [rule] })) }),
).superRefine(eachQueueOnce);

const serviceLevels = list(
  z.strictObject(
    { queue, seconds: whole(1, 3_600, 'seconds', 'An answer within so many seconds is in time') },
    object('queue, seconds'),
  ),
).superRefine(eachQueueOnce);

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const DAY = `must be one of ${DAYS.join(', ')}`;
const DAYS_EXPECTED = `must be a list of days, of ${DAYS.join(', ')}`;
const TIME = "must be a time such as '08:00', from '00:00' to '24:00'";
const time = z
  .string({ error: TIME })
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, { error: TIME })
  .meta({ examples: ['08:00'] });

const businessHours = list(
  z
    .strictObject(
      {
        days: z
          .array(z.enum(DAYS, { error: DAY }), { error: DAYS_EXPECTED })
          .min(1, { error: DAYS_EXPECTED })
          .max(DAYS.length, { error: DAYS_EXPECTED }),
        from: time,
        to: time,
      },
      object('days, from, to'),
    )
    .refine(({ from, to }) => from < to, {
      path: ['to'],
      error: 'must be later than from: hours across midnight are two items',
    }),
  100,
);

export const DESK_SHAPE = {
  thresholds: thresholds
    .meta({ description: 'When a queue’s waiting callers, or its longest wait in seconds, are too many' })
    .optional(),
  businessHours: businessHours
    .meta({
      description:
        'In the tenant’s zone; without it nothing is after hours, and with an empty list everything is',
    })
    .optional(),
  serviceLevels: serviceLevels
    .meta({ description: 'Within how many seconds an answer is in time; 20 for queues that no item is of' })
    .optional(),
};
export const DESK_FIELDS = Object.keys(DESK_SHAPE) as readonly (keyof typeof DESK_SHAPE)[];

export type DeskFields = z.output<z.ZodObject<typeof DESK_SHAPE>>;

/** What is the same for all tenants, from the environment. */
export type DeskTimes = Pick<DeskRules, 'shortAbandonMs' | 'callbackMaxAgeMs'>;

const USUAL_SERVICE_LEVEL_SECONDS = 20;

/** What the tenant's rows are read by too. */
export type DeskPlace = Pick<DeskRules, 'timeZone' | 'country'>;

export function deskRulesOf(
  fields: DeskFields,
  { timeZone, country }: DeskPlace,
  times: DeskTimes,
): DeskRules {
  return {
    ...times,
    timeZone,
    country,
    businessHours: fields.businessHours?.map(hoursOf) ?? null,
    thresholds: (fields.thresholds ?? []).flatMap(limitsOf),
    serviceLevels: serviceLevelsOf(fields.serviceLevels ?? []),
  };
}

/** That of every other queue is the last one, so that the first that fits a queue is its own. */
function serviceLevelsOf(items: z.output<typeof serviceLevels>): DeskRules['serviceLevels'] {
  const general = items.find((item) => item.queue === undefined)?.seconds ?? USUAL_SERVICE_LEVEL_SECONDS;
  const own = items.flatMap(({ queue: name, seconds }) =>
    name === undefined ? [] : [{ queue: name, seconds }],
  );
  return [...own, { queue: null, seconds: general }];
}

function limitsOf({ queue: name, ...limits }: z.output<typeof thresholds>[number]): Threshold[] {
  return THRESHOLD_RULES.flatMap((rule) => {
    const limit = limits[rule];
    return limit === undefined ? [] : [{ queue: name ?? null, rule, limit }];
  });
}

function hoursOf({ days, from, to }: z.output<typeof businessHours>[number]): BusinessHours {
  const numbers = new Set(days.map((day) => DAYS.indexOf(day) + 1));
  return { days: [...numbers].sort(), from: minutesOf(from), to: minutesOf(to) };
}

function minutesOf(text: string): number {
  const [hours, minutes] = text.split(':').map(Number);
  return hours! * 60 + minutes!;
}

/** Two tenants' rules, or one's before and after a change. */
export function isSameDesk(one: DeskRules, other: DeskRules): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
