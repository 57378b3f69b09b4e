import { parseArgs } from 'node:util';
import { tenantId } from '../../config/settings/formats.js';
import type { CommandResult } from '../command-result.js';

export interface ForgetRequest {
  readonly tenant: string;
  /** As a person writes it; null: standard input has it. */
  readonly number: string | null;
  readonly isSure: boolean;
  /** Who removes it, for the audit; null: it is not said. */
  readonly by: string | null;
}

const USAGE =
  'npm run forget -- --tenant <id> [--yes] [--by <name>] <number>   (- instead of the number reads it from standard input)';
const MAX_BY_LENGTH = 128;

/** No problem repeats the number. */
export function parseForgetArguments(argv: readonly string[]): CommandResult<ForgetRequest> {
  const problem = (text: string) => ({ ok: false, problem: text }) as const;
  let parsed;
  try {
    parsed = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        tenant: { type: 'string' },
        by: { type: 'string' },
        yes: { type: 'boolean', default: false },
      },
    });
  } catch {
    return problem(`arguments not understood; usage: ${USAGE}`);
  }
  const { tenant, by, yes } = parsed.values;
  const [number, ...others] = parsed.positionals;
  if (tenant === undefined) return problem(`--tenant is required; usage: ${USAGE}`);
  if (tenantId(tenant) === undefined)
    return problem('--tenant must be 1 to 63 lower-case letters, digits and hyphens');
  if (number === undefined) return problem(`a number is needed; usage: ${USAGE}`);
  if (others.length > 0) return problem('one number is needed: write one with gaps in quotes');
  if (by !== undefined && !/^[^\p{Cc}]{1,128}$/u.test(by))
    return problem(`--by must be a name, at most ${MAX_BY_LENGTH} characters`);
  return { ok: true, value: { tenant, number: number === '-' ? null : number, isSure: yes, by: by ?? null } };
}
