import { EMPTY_STATE } from '../../core/model/call.js';
import type { Call, EndedCall, Registration, TenantState } from '../../core/model/call.js';
import type { Changed, Delta, FreshnessDelta } from '../../core/model/delta.js';

/**
 * A tenant's state as the fields of one hash, so that a commit writes only what changed:
 *
 *     sources, ignored, flags         JSON
 *     call:<callId>, ended:<callId>   JSON, one field a call
 *     registration:<extension>        JSON, one field a watched extension
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

const CALL = 'call:';
const ENDED = 'ended:';
const REGISTRATION = 'registration:';

/** A field does not hold what the bridge wrote. Names the tenant and the field, never the content. */
export class CorruptStateError extends Error {
  override readonly name = 'CorruptStateError';

  constructor(
    readonly tenant: string,
    readonly field: string,
  ) {
    super(`The stored state of tenant ${tenant} is corrupt in field ${field}`);
  }
}

/** What to write of a state that changes so. */
export function patch(delta: Delta): Patch {
  const { calls, ended, ignoredStays, listsIdle } = delta;
  const patch = freshnessPatch(delta);
  if (ignoredStays !== null) patch.set.set('ignored', JSON.stringify([...ignoredStays]));
  if (listsIdle !== null) patch.set.set('flags', JSON.stringify({ listsIdle }));
  patchEntries(patch, CALL, calls);
  patchEntries(patch, ENDED, ended);
  return patch;
}

/** What to write of a state in which nothing else changes. */
export function freshnessPatch({ sources, registrations }: FreshnessDelta): Patch {
  const patch: Patch = { set: new Map(), remove: [] };
  if (sources !== null) patch.set.set('sources', JSON.stringify(sources));
  patchEntries(patch, REGISTRATION, registrations);
  return patch;
}

/** The state that the fields hold; what is missing is as in `EMPTY_STATE`. Throws `CorruptStateError`. */
export function decode(tenant: string, fields: Fields): TenantState {
  const calls: Call[] = [];
  const ended: EndedCall[] = [];
  const registrations: Registration[] = [];
  for (const [field, text] of fields) {
    if (field.startsWith(CALL)) calls.push(parse(tenant, field, text, isCall));
    else if (field.startsWith(ENDED)) ended.push(parse(tenant, field, text, isEnded));
    else if (field.startsWith(REGISTRATION)) registrations.push(parse(tenant, field, text, isRegistration));
  }
  registrations.sort((a, b) => (a.extension < b.extension ? -1 : 1));
  calls.sort(byCallId);
  ended.sort((a, b) => a.endedAt - b.endedAt || byCallId(a, b));
  const read = <T>(field: string, is: (value: unknown) => value is T, otherwise: T): T => {
    const text = fields.get(field);
    return text === undefined ? otherwise : parse(tenant, field, text, is);
  };
  return {
    sources: read('sources', isSources, EMPTY_STATE.sources),
    calls: new Map(calls.map((call) => [call.callId, call])),
    ended: new Map(ended.map((call) => [call.callId, call])),
    ignoredStays: new Set(read('ignored', isTexts, [])),
    listsIdle: read('flags', isFlags, EMPTY_STATE).listsIdle,
    registrations: new Map(registrations.map((known) => [known.extension, known])),
  };
}

function patchEntries({ set, remove }: Patch, prefix: string, changes: Changed<object>): void {
  for (const [id, value] of changes) {
    if (value === null) remove.push(fieldOf(prefix, id));
    else set.set(fieldOf(prefix, id), JSON.stringify(value));
  }
}

/**
 * The id as JSON writes it, without the quotes: ordinary ids stay as they are, and two ids that differ only in
 * broken surrogates, which UTF-8 cannot tell apart, do not share a field.
 */
function fieldOf(prefix: string, id: string): string {
  return prefix + JSON.stringify(id).slice(1, -1);
}

/** By code unit, which needs no locale and is the same everywhere. */
function byCallId(a: { readonly callId: string }, b: { readonly callId: string }): number {
  return a.callId < b.callId ? -1 : a.callId > b.callId ? 1 : 0;
}

/** The parser's own error quotes what it read, and that is customers' data: it is not passed on as a cause. */
function parse<T>(tenant: string, field: string, text: string, is: (value: unknown) => value is T): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CorruptStateError(tenant, field);
  }
  if (!is(value)) throw new CorruptStateError(tenant, field);
  return value;
}

/* Enough of a shape to notice a foreign hand; that the bridge wrote what its types say is the compiler's business. */

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isCall(value: unknown): value is Call {
  return isObject(value) && typeof value['callId'] === 'string';
}

function isEnded(value: unknown): value is EndedCall {
  return isObject(value) && typeof value['callId'] === 'string' && typeof value['endedAt'] === 'number';
}

function isRegistration(value: unknown): value is Registration {
  return isObject(value) && typeof value['extension'] === 'string' && isObject(value['checked']);
}

function isSources(value: unknown): value is TenantState['sources'] {
  return isObject(value) && isObject(value['monitor']) && isObject(value['queue']);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isFlags(value: unknown): value is Pick<TenantState, 'listsIdle'> {
  return isObject(value) && typeof value['listsIdle'] === 'boolean';
}
