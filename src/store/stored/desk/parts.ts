import { z } from 'zod';
import type { Queue } from '../../../core/model/call.js';
import type { PhoneNumber } from '../../../core/model/observation.js';

/** What several stored values of the desk have. Instants are milliseconds since the Unix epoch. */
export const text = z.string();
export const textOrNull = text.nullable();
export const instant = z.number();
export const instantOrNull = instant.nullable();
export const certainty = z.enum(['upstream', 'observed', 'inferred']);
export const queue = z.object({ id: text, name: text }) satisfies z.ZodType<Queue>;
export const phoneNumber = z.object({
  raw: text,
  e164: textOrNull,
  national: textOrNull,
}) satisfies z.ZodType<PhoneNumber>;

/** Null for a text that is none. Errors of parser and schema are dropped, because they quote customers' data. */
export function read<Value>(schema: z.ZodType<Value>, json: string): Value | null {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return null;
  }
  return schema.safeParse(value).data ?? null;
}
