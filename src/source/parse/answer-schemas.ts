import { z } from 'zod';
import { type Conceal, quoteUpstream } from '../quote-upstream.js';

/**
 * The parts of the upstream's JSON that the bridge reads: the two lists, their rows, an extension's registration, a
 * token, and the shapes of error bodies.
 *
 * Guarantees: unused fields may be anything; a missing or null field reads as ''; a number where text is expected
 * (`"extension": 107`) reads as its text. A field of any other type, or longer than `MAX_TEXT`, makes its row bad, unless it is
 * only for display: a text is then cut off.
 * An error body is never read as an empty list, whatever its HTTP status (a sibling service answers 200).
 */

const anyText = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => (value === null || value === undefined ? '' : String(value).trim()));

/**
 * In characters. Every text becomes part of keys, states and events, each of which repeats it. FreeSWITCH's own variables and
 * FusionPBX's columns are shorter, and so is every id.
 */
const MAX_TEXT = 256;

const text = anyText.pipe(z.string().max(MAX_TEXT));

/** A field that is only displayed: a wrong type in it, or a long text, does not make the row bad. */
const label = anyText.transform(cutOff).catch('');

function cutOff(long: string): string {
  if (long.length <= MAX_TEXT) return long;
  // Half a character would be none.
  const isHalved = (long.codePointAt(MAX_TEXT - 1) ?? 0) > 0xffff;
  return long.slice(0, isHalved ? MAX_TEXT - 1 : MAX_TEXT);
}

/** Two schemas with the same result; the second accepts more rows. */
export interface RowSchema<Row> {
  /**
   * Accepts rows with all fields, each of them text: nearly all rows. It is tried first, since zod compiles a schema
   * without unions and transforms into fast code.
   */
  readonly usual: z.ZodType<Row>;
  readonly any: z.ZodType<Row>;
}

function rowSchema<Field extends string>(
  fields: Readonly<Record<Field, z.ZodType<string>>>,
): RowSchema<Readonly<Record<Field, string>>> {
  const texts = Object.keys(fields).map((field) => [field, z.string().trim().max(MAX_TEXT)] as const);
  const schema = (shape: z.ZodRawShape) => z.object(shape) as unknown as z.ZodType<Record<Field, string>>;
  return { usual: schema(Object.fromEntries(texts)), any: schema(fields) };
}

/** One row of `/v3/monitor`: a leg of an extension, or an extension without a call. */
export const monitorRow = rowSchema({
  extension: text,
  extension_uuid: label,
  call_id: text,
  call_state: text,
  call_time: label,
  direction: text,
  b_cid_num: text,
  cid_num: text,
  destination: text,
  agent_name: label,
  username: label,
  user_uuid: label,
});

/** One row of `/v3/monitor/callcenter/queue`: a caller's queue entry. */
export const queueRow = rowSchema({
  call_center_queue_uuid: text,
  call_center_queue_name: label,
  call_center_agent_uuid: label,
  call_center_agent_name: label,
  mobile: text,
  status: text,
  joined_time: text,
  rejoined_time: text,
  bridged_time: label,
  abandoned_time: label,
  call_uuid: text,
});

/** `/v3/extension/{id}/loggedin` */
export const registrationAnswer = z.object({
  extension: text.pipe(z.string().min(1)),
  is_logged_in: z.boolean(),
});

/** `POST /v3/auth/token`; `expired_in` is in seconds; its usual value must not be relied on. */
export const tokenAnswer = z.object({
  token: z.string().trim().min(1),
  expired_in: z.coerce.number().nonnegative().nullish().catch(null),
});

const envelope = z.object({
  data: z.unknown().optional(),
  total: z.unknown().optional(),
  error: z.unknown().optional(),
  status: z.unknown().optional(),
  code: z.unknown().optional(),
  content: z.unknown().optional(),
  message: z.unknown().optional(),
});

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };

/** Checks a row by its schema; the reason names the field and never its value. */
export function checkRow<Row>({ usual, any }: RowSchema<Row>, raw: unknown): Checked<Row> {
  const plain = usual.safeParse(raw);
  if (plain.success) return { ok: true, value: plain.data };
  const checked = any.safeParse(raw);
  if (checked.success) return { ok: true, value: checked.data };
  const [issue] = checked.error.issues;
  const field = issue?.path[0];
  if (field === undefined) return { ok: false, reason: 'not an object' };
  const what = issue?.code === 'too_big' ? `longer than ${MAX_TEXT} characters` : 'not text';
  return { ok: false, reason: `${String(field)} is ${what}` };
}

export interface List {
  readonly rows: readonly unknown[];
  /** How many rows the whole list has, as the answer says; null where it does not, or not with a number. */
  readonly total: number | null;
  /** Why rows may be missing, or null: `total` may count more rows than the list holds. */
  readonly doubt: string | null;
}

/** Reads a list answer's document. `rowCount` is given where the rows have been cut out of `data`. */
export function readList(document: unknown, conceal: Conceal, rowCount?: number): Checked<List> {
  const checked = envelope.safeParse(document);
  if (!checked.success) return { ok: false, reason: 'not a JSON object' };
  const error = errorOf(checked.data);
  if (error !== null) {
    return { ok: false, reason: `error body with 200: ${quoteUpstream(error, conceal)}` };
  }
  const { data, total } = checked.data;
  if (data === undefined) return { ok: false, reason: 'no "data" in the answer' };
  // A Go nil slice is written as null: an empty list.
  const rows = data === null ? [] : data;
  if (!Array.isArray(rows)) return { ok: false, reason: '"data" is not a list' };
  return { ok: true, value: { rows, total: countOf(total), doubt: doubtOf(total, rowCount ?? rows.length) } };
}

function doubtOf(total: unknown, rowCount: number): string | null {
  if (total === undefined || total === null) return null;
  const count = countOf(total);
  if (count === null) return '"total" is not a number of rows';
  return count > rowCount ? `${rowCount} of ${count} rows came` : null;
}

function countOf(total: unknown): number | null {
  const count = typeof total === 'string' && total.trim() !== '' ? Number(total) : total;
  return typeof count === 'number' && count >= 0 && count < Infinity ? count : null;
}

/** The message of an error body, or null for any other body. Three shapes are known; v3's own is `{"error": "…"}`. */
export function errorText(document: unknown): string | null {
  const checked = envelope.safeParse(document);
  return checked.success ? errorOf(checked.data) : null;
}

/** All that an error body, or one with nothing but a message, says: its texts, and its codes as numbers. */
export function errorWords(document: unknown): readonly (string | number)[] {
  const checked = envelope.safeParse(document);
  if (!checked.success || (errorOf(checked.data) === null && checked.data.data !== undefined)) return [];
  const { error, status, code, content, message } = checked.data;
  const nested = nestedError.safeParse(error);
  const said = [error, status, code, content, message, nested.data?.message, nested.data?.code];
  return said.flatMap((word): (string | number)[] => {
    if (typeof word === 'number') return [word];
    if (typeof word !== 'string' || word === '') return [];
    return /^\d{3}$/.test(word) ? [Number(word)] : [word];
  });
}

function errorOf({ error, status, code, content, message }: z.infer<typeof envelope>): string | null {
  const saysError = ![undefined, null, '', false, 0].includes(error as null);
  if (!saysError && !refuses(status) && !refuses(code)) return null;
  const words = [error, content, message, status, code].find(
    (word) => typeof word === 'string' && word !== '',
  );
  if (typeof words === 'string') return words;
  const nested = nestedError.safeParse(error);
  return (nested.success && nested.data.message) || 'unspecified';
}

const nestedError = z.object({ message: z.string().optional().catch(''), code: z.unknown().optional() });

function refuses(word: unknown): boolean {
  if (word === false) return true;
  if (typeof word === 'string' && /^(error|fail|failed|failure)$/i.test(word.trim())) return true;
  const code = typeof word === 'string' ? Number(word) : word;
  return typeof code === 'number' && code >= 400;
}
