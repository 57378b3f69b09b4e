/**
 * The formats of a stored state, of which this build writes the newest and reads all.
 *
 *   0   what builds before formats wrote: the fields of format 1, and no field `format`
 *   1   the same fields, and `format`
 *   2   `format-2.ts`: format 1 and what the rules since then remember. Each new value may be missing, as format 1 has none
 *       of them
 *
 * A change of what is stored is a new format: its number, a file like `format-2.ts`, a migration here and a golden file
 * under `golden/`. Without a new number an older build would take the state over, and lose the fields it does not know.
 */
export interface StoredForm {
  /** The format that is written, which is the newest that can be read. */
  readonly format: number;
  /** The migration at index N leads from format N to N + 1. */
  readonly migrations: readonly Migration[];
}

/** A field of the state and what it holds, parsed. */
export interface StoredField {
  readonly field: string;
  readonly value: unknown;
}

/**
 * Turns one field of an older format into fields of the next one: none, itself, or others. A field whose migration throws
 * is unreadable.
 */
export type Migration = (stored: StoredField) => readonly StoredField[];

export const STORED_FORM: StoredForm = { format: 2, migrations: [fromFormat0, fromFormat1] };

/** Format 1 added the field `format`; the other fields hold the same. */
function fromFormat0(stored: StoredField): readonly StoredField[] {
  return [stored];
}

/** Format 2 added values that may be missing. */
function fromFormat1(stored: StoredField): readonly StoredField[] {
  return [stored];
}

/** Takes a field from its format to the form's own. */
export function migrated(
  stored: StoredField,
  from: number,
  { format, migrations }: StoredForm,
): readonly StoredField[] {
  let fields: readonly StoredField[] = [stored];
  for (const migration of migrations.slice(from, format)) fields = fields.flatMap(migration);
  return fields;
}
