import { parseArgs } from 'node:util';
import { tenantId } from '../config/settings/formats.js';
import { UNCHANGED } from '../core/model/delta.js';
import type { Inspection, Store } from '../store/store.js';
import type { CommandResult } from './command-result.js';

/**
 * Repairs a stored state that cannot be read: drops its unreadable entries and begins a new epoch of the log, so that
 * no client continues from entries that are gone.
 *
 * Guarantees: without `drop` nothing is written; no readable entry is lost; a replica that polls the tenant is fenced
 * first, and a commit between the two steps makes the repair give up. A state of a newer build is never written.
 */
export interface RepairRequest {
  readonly tenant: string;
  readonly drop: boolean;
}

const USAGE = 'npm run repair -- TENANT [--drop]   (shows what --drop would drop, without it)';

export function parseRepairArguments(argv: readonly string[]): CommandResult<RepairRequest> {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { drop: { type: 'boolean', default: false } },
    });
  } catch {
    return { ok: false, problem: `arguments not understood; usage: ${USAGE}` };
  }
  const [tenant, ...others] = parsed.positionals;
  if (tenant === undefined || others.length > 0)
    return { ok: false, problem: `one tenant is needed; usage: ${USAGE}` };
  if (tenantId(tenant) === undefined)
    return { ok: false, problem: 'a tenant is 1 to 63 lower-case letters, digits and hyphens' };
  return { ok: true, value: { tenant, drop: parsed.values.drop } };
}

/** @returns what to print, or one line that says why nothing was repaired. Rejects as the store does. */
export async function repair(
  store: Pick<Store, 'format' | 'inspect' | 'claim' | 'commit'>,
  { tenant, drop }: RepairRequest,
  names: { readonly newEpoch: () => string; readonly newCommitId: () => string },
): Promise<CommandResult<string>> {
  const found = await store.inspect(tenant);
  if (found === null) return { ok: false, problem: `nothing is stored of the tenant ${tenant}` };
  const shown = describe(tenant, found);
  if (found.unreadable.length === 0) return { ok: true, value: shown };
  if (!drop)
    return { ok: true, value: `${shown}\nNothing was changed. --drop drops these and begins a new epoch.` };

  const claim = await store.claim(tenant, {
    epoch: names.newEpoch(),
    newEpoch: true,
    withoutUnreadable: true,
  });
  const { fence, version, position, state } = claim;
  const result = await store.commit(tenant, {
    fence,
    expectedVersion: version,
    commitId: names.newCommitId(),
    epoch: position.epoch,
    delta: UNCHANGED,
    whole: state,
    events: [],
  });
  if (result.status !== 'committed')
    return { ok: false, problem: `nothing was dropped, as the tenant was claimed meanwhile: try again` };
  const written = `These were dropped, the rest is written in format ${store.format}, and a new epoch begins: ${position.epoch}`;
  return { ok: true, value: `${shown}\n${written}` };
}

/** Names fields and never their content. */
function describe(tenant: string, { format, fields, unreadable, unreadableDesk }: Inspection): string {
  const known = Number.isNaN(format) ? 'an unreadable format' : `format ${format}`;
  const head = `The stored state of ${tenant} has ${known} and ${fields} entries`;
  const desk =
    unreadableDesk.length === 0
      ? []
      : [
          `Of its desk the bridge goes on without what it cannot read, and leaves it: ${unreadableDesk.length}`,
          ...indented(unreadableDesk),
        ];
  const state =
    unreadable.length === 0
      ? [`${head}, and all of them can be read.`]
      : [`${head}. Unreadable: ${unreadable.length}`, ...indented(unreadable)];
  return [...desk, ...state].join('\n');
}

function indented(fields: readonly string[]): readonly string[] {
  return fields.map((field) => `  ${field}`);
}
