import { z } from 'zod';
import { EVENT_TYPES } from '../../core/model/event.js';
import { MAX_NAME_LENGTH, MAX_NAMES, subscription } from '../access/event-filter.js';
import { Refusal } from '../access/refusal.js';

export type QueryString = Readonly<Record<string, unknown>>;

/** The parameters of the addresses under `/v1`. An address ignores those that it does not know. */
const { types, extensions, queues } = subscription.shape;
const filters = { types: listed(types), extensions: listed(extensions), queues: listed(queues) };
const after = z.string().optional();

/** `?types=a,b&extensions=107&queues=…`: commas or repeated parameters. */
export const filterQuery = z.object(filters);

/** Where in the log to begin, and what of it. */
export const streamQuery = z.object({ after, ...filters });

const MAX_PAGE = 1_000;
const EXCLUSIVE = 'after and since';

export const pageQuery = z
  .object({
    after,
    since: z.iso
      .datetime({ offset: true })
      .transform((text) => Date.parse(text))
      .optional(),
    limit: z
      .string()
      .regex(/^\d{1,4}$/)
      .transform(Number)
      .pipe(z.number().min(1).max(MAX_PAGE))
      .default(100),
    ...filters,
  })
  .refine((query) => query.after === undefined || query.since === undefined, { path: [EXCLUSIVE] });

/** Completes the parameter's name to a message. Fixed words, because what was sent may be a token in the wrong place. */
const MUST: Readonly<Record<string, string>> = {
  after: 'must be one cursor',
  since: 'must be an instant as in RFC 3339, such as 2026-03-02T03:00:00Z (a + is written %2B)',
  limit: `must be a whole number from 1 to ${MAX_PAGE}`,
  types: `must be event types separated by commas, such as ${EVENT_TYPES.slice(0, 2).join(',')}`,
  extensions: `must be at most ${MAX_NAMES} extensions, none longer than ${MAX_NAME_LENGTH} characters, separated by commas`,
  queues: `must be at most ${MAX_NAMES} queues, none longer than ${MAX_NAME_LENGTH} characters, separated by commas`,
  [EXCLUSIVE]: 'exclude each other',
};

/** @throws Refusal that names each parameter that is not understood, and what it must be. */
export function parseQuery<T>(schema: z.ZodType<T>, query: QueryString): T {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  const names = new Set(parsed.error.issues.map(({ path }) => String(path[0])));
  throw new Refusal(
    'bad-request',
    [...names].map((name) => `${name} ${MUST[name] ?? 'is not understood'}`).join('; '),
  );
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
