import { auditKey, callbacksKey, deskKey, historyIndexKey, historyKey, statsKey } from '../keys.js';
import type { DeskWrite } from '../stored/desk/desk-write.js';

/** What `commit-n.lua` takes for a tenant's desk; `lua/desk.lua` says in which order. */
export function deskKeys(tenant: string, { records, days, audit }: DeskWrite): readonly string[] {
  const keys = [callbacksKey(tenant), deskKey(tenant)];
  // Most commits change a story and nothing else.
  if (records.length + days.length > 0) keys.push(historyKey(tenant), historyIndexKey(tenant));
  for (const { day } of days) keys.push(statsKey(tenant, day));
  if (audit.length > 0) keys.push(auditKey(tenant));
  return keys;
}

export function deskArguments({
  callbacks,
  standing,
  records,
  days,
  audit,
}: DeskWrite): readonly (string | number)[] {
  const args: (string | number)[] = [
    callbacks.set.length * 2,
    callbacks.remove.length,
    standing.set.length * 2,
    standing.remove.length,
    records.length * 3,
    audit.length,
  ];
  // No spread: the number of a call's arguments is limited.
  const pairs = (of: Iterable<readonly [string, string]>) => {
    for (const [field, text] of of) args.push(field, text);
  };
  const names = (of: readonly string[]) => {
    for (const name of of) args.push(name);
  };
  pairs(callbacks.set);
  names(callbacks.remove);
  pairs(standing.set);
  names(standing.remove);
  for (const [field, text, started] of records) args.push(field, text, started);
  names(audit);
  for (const { expiresAt, labels, rows } of days) {
    args.push(expiresAt, labels.length * 2, rows.length * 3);
    pairs(labels);
    for (const { field, unlessRecorded, cells } of rows)
      args.push(field, unlessRecorded === null ? '' : `=${unlessRecorded}`, cells);
  }
  return args;
}
