import type { AuditEntry } from '../../../core/callbacks/audit-entry.js';
import { z } from 'zod';
import { instant, read, text, textOrNull } from './parts.js';

const entry = z.object({
  at: instant,
  by: textOrNull,
  what: text,
  about: text,
}) satisfies z.ZodType<AuditEntry>;

/** Null for a text that is none. */
export function readAuditEntry(json: string): AuditEntry | null {
  return read(entry, json);
}
