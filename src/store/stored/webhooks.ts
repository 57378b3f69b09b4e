import { z } from 'zod';
import {
  type DeadLetter,
  type EndpointProgress,
  type StoredAttempt,
  WEBHOOK_STATES,
} from '../webhook-store.js';

/**
 * What the stores keep of webhooks, as JSON. Unlike a tenant's state it has no format: a field that a newer build adds is
 * dropped by an older one, since what is kept here only says what may be delivered again.
 */

const instant = z.number();
const instantOrNull = instant.nullable();
const textOrNull = z.string().nullable();
const count = z.int().min(0);

const progress = z.object({
  // Without an epoch: `BEFORE_THE_LOG`. An older build cannot read it, and gives the endpoint all that the log holds.
  through: z.object({ epoch: z.string().regex(/^[A-Za-z0-9_-]{0,64}$/), sequence: count }),
  open: z.array(z.object({ sequence: count, tries: count, nextAt: instant })),
  gap: z.object({ from: z.string(), to: z.string(), count: count.nullable(), reason: z.string() }).nullable(),
  state: z.enum(WEBHOOK_STATES),
  failingSince: instantOrNull,
  isAnnounced: z.boolean(),
  lastError: textOrNull,
  lastDeliveredAt: instantOrNull,
  counts: z.object({ delivered: count, expired: count, dead: count }),
}) satisfies z.ZodType<EndpointProgress>;

const attempt = z.object({
  at: instant,
  cursor: textOrNull,
  id: z.string(),
  kind: z.enum(['event', 'gap', 'test', 'replay']),
  outcome: z.enum(['delivered', 'endpoint-failed', 'event-failed']),
  status: z.int().nullable(),
  tookMs: z.number(),
  error: textOrNull,
}) satisfies z.ZodType<StoredAttempt>;

const deadLetter = z.object({
  cursor: z.string(),
  reason: z.enum(['expired', 'refused']),
  tries: count,
  at: instant,
}) satisfies z.ZodType<DeadLetter>;

/** Null for a text that is none. */
function readProgress(text: string): EndpointProgress | null {
  return read(progress, text);
}

/** Those that can be read. */
export function readAttempts(texts: readonly string[]): readonly StoredAttempt[] {
  return texts.flatMap((text) => read(attempt, text) ?? []);
}

/** Those that can be read. */
export function readDeadLetters(texts: readonly string[]): readonly DeadLetter[] {
  return texts.flatMap((text) => read(deadLetter, text) ?? []);
}

function read<Value>(schema: z.ZodType<Value>, text: string): Value | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return schema.safeParse(value).data ?? null;
}

/** The fields of the hash of a tenant's webhooks, and the lists beside it. */
const PROGRESS = 'endpoint:';
const RESUME = 'resume:';

export const fieldOf = {
  progress: (endpoint: string): string => PROGRESS + checked(endpoint),
  resume: (endpoint: string): string => RESUME + checked(endpoint),
};

export const listOf = {
  attempts: (endpoint: string): string => `attempts:${checked(endpoint)}`,
  dead: (endpoint: string): string => `dead:${checked(endpoint)}`,
};

/** What the hash says of the endpoints. */
export function readEndpoints(fields: Iterable<readonly [string, string]>): {
  readonly endpoints: ReadonlyMap<string, EndpointProgress>;
  readonly unreadable: readonly string[];
} {
  const endpoints = new Map<string, EndpointProgress>();
  const unreadable: string[] = [];
  for (const [field, text] of fields) {
    if (!field.startsWith(PROGRESS)) continue;
    const endpoint = field.slice(PROGRESS.length);
    const known = readProgress(text);
    if (known === null) unreadable.push(endpoint);
    else endpoints.set(endpoint, known);
  }
  return { endpoints, unreadable: unreadable.sort() };
}

/** Which endpoints the hash's fields say somebody has asked to resume. */
export function readResumeAsked(fields: Iterable<string>): ReadonlySet<string> {
  return new Set(
    [...fields].filter((field) => field.startsWith(RESUME)).map((field) => field.slice(RESUME.length)),
  );
}

function checked(endpoint: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(endpoint))
    throw new TypeError('an endpoint is written [a-z0-9][a-z0-9-]{0,62}');
  return endpoint;
}
