import { createHash } from 'node:crypto';
import { z } from 'zod';
import { DEFAULT_POLICY, DIRECTION_SETTINGS, type Policy } from '../../core/model/call.js';
import type { Instant } from '../../core/model/observation.js';

/**
 * The lines of a capture: NDJSON, one record a line, instants in RFC 3339 with milliseconds.
 *
 * | record   | is                                                                                               |
 * |----------|--------------------------------------------------------------------------------------------------|
 * | `start`  | a recording that begins, or goes on in a new file: how what follows is to be read                 |
 * | `answer` | one poll's outcome: `body` (`body64` where it is not UTF-8), `same`, or `reason` where it failed   |
 * | `gap`    | so many polls were not recorded here                                                              |
 *
 * `doubt` stands beside a body that lacks rows for a reason that it does not show: a page of it did not come.
 *
 * Answers of one poll cycle stand together and have the same `cycle`. `same` is the digest of the body that this one
 * repeats, the last one of its endpoint in this file. So a file can be read without any other.
 */
const CAPTURE_VERSION = 1;

const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const common = { v: z.literal(CAPTURE_VERSION), tenant: z.string().min(1) };

const startRecord = z.object({
  ...common,
  record: z.literal('start'),
  capture: z.string(),
  at: instant,
  timeZone: z.string(),
  country: z.string(),
  numbers: z.enum(['plain', 'hashed']),
  policy: z.object({
    absencePolls: z.number().int().positive(),
    abandonedLookbackMs: z.number().int().nonnegative(),
    sourceDownAfter: z.number().int().positive(),
    // Older captures do not have these.
    monitorLagMs: z.number().int().nonnegative().default(DEFAULT_POLICY.monitorLagMs),
    unlistedHoldMs: z.number().int().nonnegative().default(DEFAULT_POLICY.unlistedHoldMs),
    staleEntryMs: z.number().int().positive().default(DEFAULT_POLICY.staleEntryMs),
    direction: z.enum(DIRECTION_SETTINGS).default(DEFAULT_POLICY.direction),
  }),
});

const answerRecord = z
  .object({
    ...common,
    record: z.literal('answer'),
    cycle: z.number().int(),
    endpoint: z.enum(['monitor', 'queue']),
    startedAt: instant,
    at: instant,
    status: z.number().int().nullable(),
    retryAfterMs: z.number().nullable(),
    doubt: z.string().optional(),
    body: z.string().optional(),
    body64: z.base64().optional(),
    same: z.string().optional(),
    reason: z.string().optional(),
  })
  .refine(
    ({ body, body64, same, reason }) =>
      [body, body64, same, reason].filter((given) => given !== undefined).length === 1,
    'needs one of body, body64, same and reason',
  );

const gapRecord = z.object({
  ...common,
  record: z.literal('gap'),
  at: instant,
  dropped: z.number().int().positive(),
});

export const captureRecord = z.discriminatedUnion('record', [startRecord, answerRecord, gapRecord]);
export type CaptureRecord = z.output<typeof captureRecord>;
export type StartRecord = z.output<typeof startRecord>;
export type AnswerRecord = z.output<typeof answerRecord>;

export type Numbers = StartRecord['numbers'];

/** What the record before the answers says. */
export interface Start {
  readonly tenant: string;
  /** The recording's id. Files of one process have the same id, and the same pseudonyms. */
  readonly capture: string;
  readonly at: Instant;
  readonly timeZone: string;
  readonly country: string;
  readonly numbers: Numbers;
  readonly policy: Policy;
}

/** One poll's record before it is written, with its outcome. */
export type AnswerLine = Readonly<
  Omit<AnswerRecord, 'v' | 'record' | 'body' | 'body64' | 'same' | 'reason'>
> & {
  readonly outcome:
    | { readonly text: string; readonly utf8: boolean }
    | { readonly same: string }
    | { readonly reason: string };
};

export function startLine({ at, policy, ...start }: Start): string {
  const { absencePolls, abandonedLookbackMs, sourceDownAfter, monitorLagMs, unlistedHoldMs, staleEntryMs } =
    policy;
  return line({
    record: 'start',
    ...start,
    at: rfc3339(at),
    policy: {
      absencePolls,
      abandonedLookbackMs,
      sourceDownAfter,
      monitorLagMs,
      unlistedHoldMs,
      staleEntryMs,
      direction: policy.direction,
    },
  });
}

export function answerLine({ outcome, startedAt, at, ...answer }: AnswerLine): string {
  const times = { startedAt: rfc3339(startedAt), at: rfc3339(at) };
  return line({ record: 'answer', ...answer, ...times, ...wireOutcome(outcome) });
}

export function gapLine(tenant: string, at: Instant, dropped: number): string {
  return line({ record: 'gap', tenant, at: rfc3339(at), dropped });
}

/** The bytes of a record's body, or null for a record without one. */
export function bodyOf({ body, body64 }: AnswerRecord): Buffer | null {
  if (body !== undefined) return Buffer.from(body);
  return body64 === undefined ? null : Buffer.from(body64, 'base64');
}

/** A body's id within a file. */
export function digestOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 16);
}

function wireOutcome(outcome: AnswerLine['outcome']) {
  if (!('text' in outcome)) return outcome;
  if (outcome.utf8) return { body: outcome.text };
  return { body64: Buffer.from(outcome.text, 'latin1').toString('base64') };
}

function line(record: object): string {
  const json = JSON.stringify({ v: CAPTURE_VERSION, ...record });
  // Legal inside JSON, but line breaks to many programs that read lines.
  return `${json.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}\n`;
}

function rfc3339(at: Instant): string {
  return new Date(at).toISOString();
}
