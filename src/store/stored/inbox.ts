import { z } from 'zod';
import { CALLBACK_REQUEST_KINDS } from '../../core/callbacks/callback-request.js';
import { DISMISSAL_REASONS } from '../../core/callbacks/callback.js';
import type { RequestAnswer, TenantRequest, WaitingRequest } from '../../core/requests.js';
import {
  ANSWERS_KEPT,
  ANSWERS_KEPT_MS,
  type Asked,
  REQUEST_BYTES,
  REQUESTS_BYTES,
  REQUESTS_MAX,
} from '../inbox.js';

/**
 * A tenant's inbox as two fields beside its state, so that one commit changes both:
 *
 *     inbox     what waits: a line `<id> <JSON>` each, in the order in which it was asked
 *     answered  what was answered: a line `<ms since the epoch> <id> <result>` each
 *
 * They are no part of the state and have no format: what a build does not know is answered as `unreadable`.
 */
export const INBOX_FIELD = 'inbox';
export const ANSWERED_FIELD = 'answered';

const ENDPOINT = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);

const instant = z.int().min(0).max(8.64e15);

const webhookRequest = z.object({
  id: z.string(),
  kind: z.enum(['webhook-failing', 'webhook-recovered']),
  endpoint: ENDPOINT,
  since: instant,
  at: instant,
  reason: z.string(),
  waiting: z.int().min(0),
});

const callbackRequest = z.object({
  id: z.string(),
  kind: z.enum(CALLBACK_REQUEST_KINDS),
  callback: z.string(),
  by: z.string(),
  why: z.enum(DISMISSAL_REASONS).nullable(),
  within: z.array(z.string()).nullable(),
  at: instant,
});

const forgetRequest = z.object({
  id: z.string(),
  kind: z.literal('customer-forget'),
  line: z.string(),
  at: instant,
});

const tenantRequest: z.ZodType<TenantRequest> = z.union([webhookRequest, callbackRequest, forgetRequest]);

/** What the store keeps of a request; throws a `TypeError` for one that it does not take. */
export function requestLine({ id, ...rest }: TenantRequest): { readonly id: string; readonly json: string } {
  if (!/^[\w./:-]{1,200}$/.test(id))
    throw new TypeError('the id of a request is written [A-Za-z0-9_./:-]{1,200}');
  const json = JSON.stringify({ id, ...rest });
  if (Buffer.byteLength(json) > REQUEST_BYTES)
    throw new TypeError(`a request has at most ${REQUEST_BYTES} bytes`);
  return { id, json };
}

const NONE: readonly WaitingRequest[] = [];

/** What waits, in its order. */
export function readInbox(text: string | undefined): readonly WaitingRequest[] {
  if (text === undefined) return NONE;
  return linesOf(text).map((line) => {
    const [id, json] = split(line);
    const request = read(json);
    return { id, request: request?.id === id ? request : null };
  });
}

function read(json: string): TenantRequest | null {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  return tenantRequest.safeParse(value).data ?? null;
}

/** The answers as `commit-n.lua` takes them. */
export function answerLines(answers: readonly RequestAnswer[]): string {
  return answers.map(({ id, result }) => `${id} ${result}\n`).join('');
}

/** As `ask-1.lua` does it: what becomes of the request, and the inbox after it. */
export function withRequest(
  inbox: string,
  answered: string,
  { id, json }: ReturnType<typeof requestLine>,
): { readonly asked: Asked; readonly inbox: string } {
  for (const line of linesOf(answered)) {
    const [, answer] = split(line);
    const [known, result] = split(answer);
    if (known === id) return { asked: { status: 'answered', result }, inbox };
  }
  const lines = linesOf(inbox);
  if (lines.some((line) => split(line)[0] === id)) return { asked: { status: 'waiting' }, inbox };
  const line = `${id} ${json}\n`;
  if (lines.length >= REQUESTS_MAX || Buffer.byteLength(inbox + line) > REQUESTS_BYTES)
    return { asked: { status: 'full' }, inbox };
  return { asked: { status: 'waiting' }, inbox: inbox + line };
}

/** As `commit-n.lua` does it: inbox and answers after a commit. */
export function withAnswers(
  inbox: string,
  answered: string,
  answers: readonly RequestAnswer[],
  now: number,
): { readonly inbox: string; readonly answered: string } {
  const ids = new Set(answers.map(({ id }) => id));
  const waiting = linesOf(inbox).filter((line) => !ids.has(split(line)[0]));
  const kept = linesOf(answered).filter((line) => now - Number(split(line)[0]) < ANSWERS_KEPT_MS);
  const added = answers.map(({ id, result }) => `${now} ${id} ${result}`);
  return { inbox: joined(waiting), answered: joined([...kept, ...added].slice(-ANSWERS_KEPT)) };
}

function linesOf(text = ''): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** Up to the first space, and after it. */
function split(line: string): [first: string, rest: string] {
  const at = line.indexOf(' ');
  return at === -1 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
}
