import {
  type Call,
  EMPTY_STATE,
  type EndedCall,
  type Registration,
  type TenantState,
} from '../../core/model/call.js';
import type { Changed, Delta, FreshnessDelta } from '../../core/model/delta.js';
import { CorruptStateError, NewerFormatError } from '../errors.js';
import type { Inspection } from '../store.js';
import {
  decodeCall,
  decodeCreated,
  decodeDirection,
  decodeEnded,
  decodeRegistration,
  decodeSources,
  encodeAgents,
  encodeCall,
  encodeCreated,
  encodeDirection,
  encodeEnded,
  encodeFlags,
  encodeHotlines,
  encodeIgnored,
  encodeRegistration,
  encodeSources,
  SCHEMAS,
} from './format-2.js';
import { escaped } from './field-name.js';
import { migrated, STORED_FORM, type StoredField, type StoredForm } from './formats.js';

/**
 * A tenant's state as the fields of one hash, so that a commit writes only what changed:
 *
 *     sources, ignored, flags,        JSON
 *     created, agents
 *     hotlines, direction             JSON; missing as long as it is the empty state's
 *     call:<callId>, ended:<callId>   JSON, one field a call
 *     registration:<extension>        JSON, one field a watched extension
 *     format                          of all the others: `formats.ts`
 *
 * Guarantees: `decode` of what the patches of a tenant's deltas have left equals its state; decoded calls are in order of
 * `callId` and ended calls in order of `endedAt`, then `callId`, whatever order Redis gives the fields in; fields
 * that are not the state's are left alone. Not guaranteed: that a field that is removed was there.
 */
export interface Patch {
  readonly set: Map<string, string>;
  readonly remove: string[];
}

export type Fields = ReadonlyMap<string, string>;

/** The field that holds the state's format. */
export const FORMAT_FIELD = 'format';

const CALL = 'call:';
const ENDED = 'ended:';
const REGISTRATION = 'registration:';
const DIRECTION = 'direction';
const HOTLINES = 'hotlines';
const SINGLE_FIELDS: readonly string[] = [
  'sources',
  'ignored',
  'flags',
  'created',
  'agents',
  HOTLINES,
  DIRECTION,
];

/** What to write when a state changes by `delta`. */
export function patch(delta: Delta): Patch {
  const { calls, ended, ignoredEntries, listsIdle, created, agents, hotlines, direction } = delta;
  const patch = freshnessPatch(delta);
  if (ignoredEntries !== null) patch.set.set('ignored', JSON.stringify(encodeIgnored(ignoredEntries)));
  if (listsIdle !== null) patch.set.set('flags', JSON.stringify(encodeFlags({ listsIdle })));
  if (created !== null) patch.set.set('created', JSON.stringify(encodeCreated(created)));
  if (agents !== null) patch.set.set('agents', JSON.stringify(encodeAgents(agents)));
  if (hotlines !== null) patch.set.set(HOTLINES, JSON.stringify(encodeHotlines(hotlines)));
  if (direction !== null) patch.set.set(DIRECTION, JSON.stringify(encodeDirection(direction)));
  patchEntries(patch, CALL, calls, encodeCall);
  patchEntries(patch, ENDED, ended, encodeEnded);
  return patch;
}

/** What to write when only the freshness of a state changes. */
export function freshnessPatch({ sources, registrations }: FreshnessDelta): Patch {
  const patch: Patch = { set: new Map(), remove: [] };
  if (sources !== null) patch.set.set('sources', JSON.stringify(encodeSources(sources)));
  patchEntries(patch, REGISTRATION, registrations, encodeRegistration);
  return patch;
}

/** Every field of the state, and its format. */
export function encodeWhole(state: TenantState, { format }: StoredForm = STORED_FORM): Fields {
  const fields = new Map([[FORMAT_FIELD, String(format)]]);
  fields.set('sources', JSON.stringify(encodeSources(state.sources)));
  fields.set('ignored', JSON.stringify(encodeIgnored(state.ignoredEntries)));
  fields.set('flags', JSON.stringify(encodeFlags(state)));
  fields.set('created', JSON.stringify(encodeCreated(state.created)));
  fields.set('agents', JSON.stringify(encodeAgents(state.agents)));
  if (state.hotlines.size > 0) fields.set(HOTLINES, JSON.stringify(encodeHotlines(state.hotlines)));
  if (state.direction !== EMPTY_STATE.direction)
    fields.set(DIRECTION, JSON.stringify(encodeDirection(state.direction)));
  for (const [id, call] of state.calls) fields.set(fieldOf(CALL, id), JSON.stringify(encodeCall(call)));
  for (const [id, call] of state.ended) fields.set(fieldOf(ENDED, id), JSON.stringify(encodeEnded(call)));
  for (const [id, known] of state.registrations)
    fields.set(fieldOf(REGISTRATION, id), JSON.stringify(encodeRegistration(known)));
  return fields;
}

/** The format that the fields are in; NaN where that cannot be read. */
export function formatOf(fields: Fields): number {
  const text = fields.get(FORMAT_FIELD) ?? '0';
  return /^\d{1,9}$/.test(text) ? Number(text) : NaN;
}

/** The state that the fields hold; what is missing is as in `EMPTY_STATE`. Throws `UnreadableStateError`. */
export function decode(tenant: string, fields: Fields, form: StoredForm = STORED_FORM): TenantState {
  const { state, unreadable } = decodeReadable(tenant, fields, form);
  const [first, ...others] = unreadable;
  if (first !== undefined) throw new CorruptStateError(tenant, first, others);
  return state;
}

/**
 * The part of the state that can be read, and the fields that cannot. A format that is no number counts as this build's:
 * fields in another format are then unreadable. Throws a `NewerFormatError` for a newer format, which it cannot judge.
 */
export function decodeReadable(tenant: string, fields: Fields, form: StoredForm = STORED_FORM): Readable {
  const reading = new Reading();
  const found = formatOf(fields);
  if (found > form.format) throw new NewerFormatError(tenant, found, form.format);
  if (Number.isNaN(found)) reading.unreadable.push(FORMAT_FIELD);
  const format = Number.isNaN(found) ? form.format : found;
  for (const [field, text] of fields) if (isOfState(field)) reading.read(field, text, format, form);
  return { state: reading.state(), unreadable: reading.unreadable };
}

export interface Readable {
  readonly state: TenantState;
  /** Fields of the hash. */
  readonly unreadable: readonly string[];
}

/** What a claim would find in the fields. */
export function inspectFields(
  tenant: string,
  fields: Fields,
  form: StoredForm,
): Omit<Inspection, 'unreadableDesk'> {
  const { unreadable } = decodeReadable(tenant, fields, form);
  const own = [...fields.keys()].filter((field) => isOfState(field));
  return { format: formatOf(fields), fields: own.length, unreadable };
}

/** Whether the field holds a part of the state, in any format so far. */
function isOfState(field: string): boolean {
  return (
    field.startsWith(CALL) ||
    field.startsWith(ENDED) ||
    field.startsWith(REGISTRATION) ||
    SINGLE_FIELDS.includes(field)
  );
}

/** A state that is read field by field. */
class Reading {
  readonly unreadable: string[] = [];
  readonly #calls: Call[] = [];
  readonly #ended: EndedCall[] = [];
  readonly #registrations: Registration[] = [];
  #sources = EMPTY_STATE.sources;
  #ignored: readonly string[] = [];
  #flags: Pick<TenantState, 'listsIdle'> = EMPTY_STATE;
  #created = EMPTY_STATE.created;
  #agents = EMPTY_STATE.agents;
  #hotlines = EMPTY_STATE.hotlines;
  #direction = EMPTY_STATE.direction;

  /** Drops the errors of parser and schema, because they quote what they read, and that is customers' data. */
  read(field: string, text: string, format: number, form: StoredForm): void {
    try {
      const stored = { field, value: JSON.parse(text) as unknown };
      const fields = format === form.format ? [stored] : migrated(stored, format, form);
      if (fields.every((one) => this.#take(one))) return;
    } catch {
      // Named below.
    }
    this.unreadable.push(field);
  }

  state(): TenantState {
    const calls = this.#calls.sort(byCallId);
    const ended = this.#ended.sort((a, b) => a.endedAt - b.endedAt || byCallId(a, b));
    const registrations = this.#registrations.sort((a, b) => (a.extension < b.extension ? -1 : 1));
    return {
      sources: this.#sources,
      calls: new Map(calls.map((call) => [call.callId, call])),
      ended: new Map(ended.map((call) => [call.callId, call])),
      ignoredEntries: new Set(this.#ignored),
      listsIdle: this.#flags.listsIdle,
      created: this.#created,
      agents: this.#agents,
      hotlines: this.#hotlines,
      registrations: new Map(registrations.map((known) => [known.extension, known])),
      direction: this.#direction,
    };
  }

  /** False, or an error, where the field does not hold what its name says. */
  #take({ field, value }: StoredField): boolean {
    if (field.startsWith(CALL)) {
      const call = decodeCall(SCHEMAS.call.parse(value));
      return field === fieldOf(CALL, call.callId) && this.#calls.push(call) > 0;
    }
    if (field.startsWith(ENDED)) {
      const call = decodeEnded(SCHEMAS.ended.parse(value));
      return field === fieldOf(ENDED, call.callId) && this.#ended.push(call) > 0;
    }
    if (field.startsWith(REGISTRATION)) {
      const known = decodeRegistration(SCHEMAS.registration.parse(value));
      return field === fieldOf(REGISTRATION, known.extension) && this.#registrations.push(known) > 0;
    }
    if (field === 'sources') this.#sources = decodeSources(SCHEMAS.sources.parse(value));
    else if (field === 'created') this.#created = decodeCreated(SCHEMAS.created.parse(value));
    else if (field === 'agents') this.#agents = new Map(SCHEMAS.agents.parse(value));
    else if (field === HOTLINES) this.#hotlines = new Map(SCHEMAS.hotlines.parse(value));
    else if (field === DIRECTION) this.#direction = decodeDirection(SCHEMAS.direction.parse(value));
    else if (field === 'ignored') this.#ignored = SCHEMAS.ignored.parse(value);
    else this.#flags = SCHEMAS.flags.parse(value);
    return true;
  }
}

function patchEntries<Value>(
  { set, remove }: Patch,
  prefix: string,
  changes: Changed<Value>,
  encode: (value: Value) => object,
): void {
  for (const [id, value] of changes) {
    if (value === null) remove.push(fieldOf(prefix, id));
    else set.set(fieldOf(prefix, id), JSON.stringify(encode(value)));
  }
}

function fieldOf(prefix: string, id: string): string {
  return prefix + escaped(id);
}

/** By code unit, which needs no locale and is the same everywhere. */
function byCallId(a: { readonly callId: string }, b: { readonly callId: string }): number {
  return a.callId < b.callId ? -1 : a.callId > b.callId ? 1 : 0;
}
