import type { AuditEntry } from '../../core/callbacks/audit-entry.js';
import type { Instant } from '../../core/model/observation.js';
import { AUDIT_MAX } from '../desk-store.js';
import { readAuditEntry } from '../stored/desk/audit.js';
import type { DeskWrite } from '../stored/desk/desk-write.js';
import { indexLineOf, membersOf, otherField } from '../stored/desk/history-index.js';
import type { HashPatch } from '../stored/desk/standing.js';
import { added } from '../stored/desk/tallies.js';

/**
 * A tenant's desk in this process' memory: the same texts as Redis keeps. `MemoryStore` writes it with its commits,
 * `MemoryDeskStore` reads it.
 */
export class MemoryDesk {
  readonly callbacks = new Map<string, string>();
  readonly standing = new Map<string, string>();
  readonly history = new Map<string, string>();
  /** Members of `history-index.ts`. */
  readonly #index = new Set<string>();
  readonly days = new Map<string, { readonly expiresAt: Instant; readonly fields: Map<string, string> }>();
  /** The oldest first. */
  readonly audit: { readonly id: string; readonly entry: AuditEntry }[] = [];
  #audited = 0;

  /** As `commit-n.lua` does it. */
  write({ callbacks, standing, records, days, audit }: DeskWrite): void {
    // Before the records of this commit are there.
    const known = new Set(this.history.keys());
    apply(this.callbacks, callbacks);
    apply(this.standing, standing);
    for (const [field, , started] of records) {
      const before = this.history.get(field);
      const other = before === undefined ? null : otherField(field, indexLineOf(before), started);
      if (other === null || !known.delete(field)) continue;
      this.drop(field);
      this.#record(other, before!);
    }
    for (const [field, text] of records) {
      this.drop(field);
      this.#record(field, text);
    }
    for (const { day, expiresAt, rows, labels } of days) {
      let table = this.days.get(day);
      if (table === undefined) this.days.set(day, (table = { expiresAt, fields: new Map() }));
      for (const [field, label] of labels) table.fields.set(field, label);
      for (const { field, unlessRecorded, cells } of rows)
        if (unlessRecorded === null || !known.has(unlessRecorded))
          table.fields.set(field, added(table.fields.get(field), cells));
    }
    for (const json of audit) this.note(readAuditEntry(json)!, AUDIT_MAX);
  }

  #record(field: string, text: string): void {
    this.history.set(field, text);
    for (const member of membersOf(field, indexLineOf(text))) this.#index.add(member);
  }

  /** The members of a range (`rangeOf`), in their order. */
  found({ min, max }: { readonly min: string; readonly max: string }): readonly string[] {
    return [...this.#index].filter((member) => isWithin(member, min, max)).sort(byBytes);
  }

  /** Removes a record, with all by which it is found. */
  drop(field: string): void {
    for (const member of membersOf(field, indexLineOf(this.history.get(field) ?? '')))
      this.#index.delete(member);
    this.history.delete(field);
  }

  /** Removes what Redis lets expire. */
  forget(now: Instant, auditedBefore: Instant): void {
    for (const [day, { expiresAt }] of this.days) if (expiresAt <= now) this.days.delete(day);
    const kept = this.audit.filter(({ entry }) => entry.at >= auditedBefore);
    this.audit.splice(0, this.audit.length - kept.length);
  }

  note(entry: AuditEntry, most: number): void {
    this.#audited += 1;
    this.audit.push({ id: `${this.#audited}-0`, entry });
    this.audit.splice(0, this.audit.length - most);
  }
}

function apply(hash: Map<string, string>, { set, remove }: HashPatch): void {
  for (const [field, text] of set) hash.set(field, text);
  for (const field of remove) hash.delete(field);
}

/** Bounds as ZRANGE … BYLEX takes them. */
function isWithin(member: string, min: string, max: string): boolean {
  const low = byBytes(member, min.slice(1));
  const high = byBytes(member, max.slice(1));
  return (low > 0 || (low === 0 && min.startsWith('['))) && (high < 0 || (high === 0 && max.startsWith('[')));
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
