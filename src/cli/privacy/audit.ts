import type { AuditEntry } from '../../core/callbacks/audit-entry.js';
import { parseArgs } from 'node:util';
import { tenantId } from '../../config/settings/formats.js';
import { type DeskStore, PAGE_MAX } from '../../store/desk-store.js';
import type { CommandResult } from '../command-result.js';

export interface AuditRequest {
  readonly tenant: string;
  /** How many entries, newest first; null: all. */
  readonly limit: number | null;
  /** One JSON object a line. */
  readonly isJson: boolean;
}

const USAGE = 'npm run audit -- --tenant <id> [--limit <n>] [--json]   (all that is kept, newest first)';

export function parseAuditArguments(argv: readonly string[]): CommandResult<AuditRequest> {
  const problem = (text: string) => ({ ok: false, problem: text }) as const;
  let flags;
  try {
    flags = parseArgs({
      args: [...argv],
      options: {
        tenant: { type: 'string' },
        limit: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    }).values;
  } catch {
    return problem(`arguments not understood; usage: ${USAGE}`);
  }
  const { tenant, limit, json: isJson } = flags;
  if (tenant === undefined) return problem(`--tenant is required; usage: ${USAGE}`);
  if (tenantId(tenant) === undefined)
    return problem('--tenant must be 1 to 63 lower-case letters, digits and hyphens');
  if (limit !== undefined && !/^[1-9]\d{0,5}$/.test(limit))
    return problem('--limit must be a whole number from 1 to 999999');
  return { ok: true, value: { tenant, limit: limit === undefined ? null : Number(limit), isJson } };
}

/** The lines of who did what, newest first. Rejects as the store does. */
export async function* auditLines(
  desk: Pick<DeskStore, 'audit'>,
  { tenant, limit, isJson }: AuditRequest,
): AsyncGenerator<string> {
  let left = limit ?? Infinity;
  let before: string | null = null;
  do {
    const page = await desk.audit(tenant, before, Math.min(PAGE_MAX, left));
    for (const entry of page.entries) yield isJson ? jsonOf(entry) : lineOf(entry);
    left -= page.entries.length;
    before = page.next;
  } while (before !== null && left > 0);
}

function jsonOf({ at, ...entry }: AuditEntry): string {
  return JSON.stringify({ at: new Date(at).toISOString(), ...entry });
}

/** What a token says of whose it is may be anything: it keeps to its place in the line. */
function lineOf({ at, by, what, about }: AuditEntry): string {
  const parts = [new Date(at).toISOString(), by ?? '-', what, about];
  return parts.map((part) => part.replace(/\p{Cc}/gu, ' ')).join('  ');
}
