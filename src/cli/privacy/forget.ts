import type { AuditEntry } from '../../core/callbacks/audit-entry.js';
import type { Instant, PhoneNumber } from '../../core/model/observation.js';
import { ENDED_MEMORY_MS } from '../../core/model/call.js';
import { lineOf } from '../../core/parts/line.js';
import { maskedNumber } from '../../deliver/access/mask.js';
import type { DeskStore } from '../../store/desk-store.js';
import type { Inbox } from '../../store/inbox.js';
import type { CommandResult } from '../command-result.js';
import type { ForgetRequest } from './forget-arguments.js';
import { type CustomerStores, type StoredOfCustomer, storedOfCustomer } from './stored-of-customer.js';

/**
 * Removes what is stored of a customer, and says what cannot be removed, and until when that is there.
 *
 * Guarantees: without `isSure` nothing is written. No text holds the number. Call-backs are removed by the tenant's polling owner,
 * because only its commits write them; records by this command. A number in any form of a line means all its forms. Asked again,
 * it removes what has come since.
 *
 * Not removed: calls that go on, whose records come when they end, and events, of which each has its position in the log.
 */
export interface ForgetDeps extends CustomerStores {
  readonly desk: CustomerStores['desk'] & Pick<DeskStore, 'forgetRecords' | 'noteAudit'>;
  readonly inbox: Pick<Inbox, 'ask'>;
  readonly read: (text: string) => PhoneNumber | null;
  /** Of the tenant, as two capital letters. */
  readonly country: string;
  /** How long events are kept at most. */
  readonly logRetentionMs: number;
  /** Where the PBX's answers are recorded, with whole numbers or not; null: nowhere. */
  readonly captures: { readonly directory: string; readonly numbers: 'hashed' | 'plain' } | null;
  readonly now: () => Instant;
  readonly pause: (ms: number) => Promise<void>;
  /** Sets a request apart from others. */
  readonly newId: () => string;
}

/** `isWhole`: all that was to be removed has been, or nothing was to be. */
export interface Forgotten {
  readonly text: string;
  readonly isWhole: boolean;
}

/** @param number as it was written. Rejects as the stores do */
export async function forget(
  { tenant, isSure, by }: Omit<ForgetRequest, 'number'>,
  number: string,
  deps: ForgetDeps,
): Promise<CommandResult<Forgotten>> {
  const read = deps.read(number.trim());
  const line = read === null ? null : lineOf(read, deps.country);
  if (read === null || line === null || !/\d/.test(line))
    return { ok: false, problem: 'that is no telephone number of a customer' };
  const stored = await storedOfCustomer(deps, tenant, line, deps.country);
  const head = `Of ${maskedNumber(read).raw} the tenant ${tenant} has\n${countsOf(stored)}`;
  const remains = remainsOf(stored, deps);
  if (!isSure) {
    const nothing = stored.records + stored.callbacks === 0;
    const next = nothing
      ? 'There is nothing to remove.'
      : 'Nothing was removed: --yes removes records and call-backs.';
    return { ok: true, value: { text: [head, next, remains].join('\n'), isWhole: true } };
  }
  const owed = stored.callbacks === 0 ? 'none' : await forgetCallbacks(tenant, line, deps);
  const records = await deps.desk.forgetRecords(tenant, line);
  const callbacks = owed === 'gone' ? stored.callbacks : 0;
  await deps.desk.noteAudit(tenant, {
    at: deps.now(),
    by,
    what: 'customer-forgotten' satisfies AuditEntry['what'],
    about: `${counted(records, 'record')}, ${counted(callbacks, 'call-back')}`,
  });
  const removed = `Removed: ${counted(records, 'record')} of ended calls, ${counted(callbacks, 'call-back')}.`;
  const lacks = WHY[owed];
  return {
    ok: true,
    value: {
      text: [head, removed, ...(lacks === null ? [] : [lacks]), remains].join('\n'),
      isWhole: lacks === null,
    },
  };
}

type Owed = 'none' | 'gone' | 'waiting' | 'unserved' | 'older' | 'refused';

const WHY: Readonly<Record<Owed, string | null>> = {
  none: null,
  gone: null,
  waiting:
    'The call-backs are still there: no bridge has answered yet that polls this tenant. It removes them once one does.',
  unserved:
    'The call-backs are still there: no bridge polls this tenant, or too much is asked of it. Try again.',
  older:
    'The call-backs are still there: the bridge that polls this tenant is older than this command. Upgrade it, and try again.',
  refused:
    'The call-backs are still there: Redis has refused the change. See the log of the bridge, and try again.',
};

async function forgetCallbacks(
  tenant: string,
  line: string,
  { inbox, now, pause, newId }: ForgetDeps,
): Promise<Owed> {
  const request = { id: `forget/${newId()}`, kind: 'customer-forget', line, at: now() } as const;
  for (let turn = 0; turn < TURNS; turn++) {
    if (turn > 0) await pause(TURN_MS);
    const asked = await inbox.ask(tenant, request);
    if (asked.status === 'full' || asked.status === 'unserved') return 'unserved';
    if (asked.status !== 'answered') continue;
    if (asked.result === 'unreadable') return 'older';
    return asked.result === 'refused' ? 'refused' : 'gone';
  }
  return 'waiting';
}

/** An owner hears of a request at once, and at its next touch otherwise, which is within some seconds. */
const TURNS = 60;
const TURN_MS = 250;

function countsOf({ records, callbacks, live, events }: StoredOfCustomer): string {
  return [
    `  ${counted(records, 'record')} of ended calls`,
    `  ${counted(callbacks, 'call-back')}, open or closed not long ago`,
    `  ${counted(live, 'call')} that ${live === 1 ? 'goes' : 'go'} on`,
    `  ${counted(events, 'event')} in the log`,
  ].join('\n');
}

function remainsOf({ live, events, lastEventAt }: StoredOfCustomer, deps: ForgetDeps): string {
  const { logRetentionMs, captures } = deps;
  const gone = lastEventAt === null ? null : new Date(lastEventAt + logRetentionMs).toISOString();
  return [
    'What this command does not remove:',
    events === 0
      ? '  the log has no event of this number'
      : `  the log: ${counted(events, 'event')}, of which the last is gone by ${gone} (LOG_RETENTION_MS), or earlier by the other bounds`,
    ...(live === 0
      ? []
      : [
          `  ${counted(live, 'call')} that goes on: run this again after the end, which adds a record and events`,
        ]),
    `  the state: by what rows of the PBX are recognised, for ${ENDED_MEMORY_MS / 3_600_000} hour after a call, or as long as the PBX lists them`,
    captures === null
      ? '  captures: none are made by this configuration; files of before remain until somebody deletes them'
      : `  captures in ${captures.directory}: ${
          captures.numbers === 'plain'
            ? 'they hold whole numbers (CAPTURE_NUMBERS=plain), until newer files take their place'
            : 'numbers in them are replaced by others'
        }`,
    '  what is elsewhere: the PBX itself, receivers of webhooks, consumers of the log, copies of Redis, and log lines with LOG_PHONE_NUMBERS=plain',
  ].join('\n');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
