import { z } from 'zod';
import { CALLBACK_REASONS, THRESHOLD_RULES } from '../../../core/model/event.js';
import { DISMISSAL_REASONS, type Callback } from '../../../core/callbacks/callback.js';
import { AGENT_STATES, type AgentStanding } from '../../../core/day/agent-standing.js';
import type { CallStory } from '../../../core/day/story.js';
import type { Changed } from '../../../core/model/delta.js';
import type { DeskDelta, DeskState } from '../../../core/desk-state.js';
import type { KnownQueue } from '../../../core/queues/known-queue.js';
import { escaped } from '../field-name.js';
import { instant, instantOrNull, phoneNumber, queue, read, text, textOrNull } from './parts.js';
import { endedOffer, knownTime, queueVisit, talkSegment } from './story.js';

/**
 * What the owner of a tenant has to know to go on with its desk, as JSON in two hashes:
 *
 *     callbacks   a field a call-back: its id
 *     desk        story:<callId>, queue:<id>, agent:<extension>
 *
 * It has no format, unlike the tenant's state. A field that a newer build adds to a value is dropped by an older one; what cannot be
 * read is left where it is, and its tenant goes on without it: it is a day's work, and not what calls are decided by.
 */
const count = z.int().min(0);

const callback = z.object({
  id: text,
  line: text,
  customer: phoneNumber,
  parts: z
    .array(
      z.object({
        queue: queue.nullable(),
        missed: count,
        firstAt: instant,
        lastAt: instant,
        longestWaitMs: z.number().nullable(),
        callIds: z.array(text),
        probable: z.boolean(),
        afterHours: z.boolean(),
      }),
    )
    .min(1),
  tried: count,
  deeds: z.array(
    z.object({
      what: z.enum(['missed', 'tried', 'claimed', 'released', 'reopened', ...CALLBACK_REASONS]),
      at: instant,
      by: textOrNull,
    }),
  ),
  events: count,
  claim: z.object({ by: text, until: instant }).nullable(),
  done: z
    .object({
      reason: z.enum(CALLBACK_REASONS),
      at: instant,
      probable: z.boolean(),
      callId: textOrNull,
      by: textOrNull,
      why: z.enum(DISMISSAL_REASONS).nullable(),
    })
    .nullable(),
}) satisfies z.ZodType<Callback>;

const story = z.object({
  callId: text,
  started: knownTime,
  visits: z.array(queueVisit),
  segments: z.array(talkSegment),
  offers: z.array(endedOffer),
}) satisfies z.ZodType<CallStory>;

const knownQueue = z.object({
  id: text,
  name: text,
  lastAt: instant,
  crossed: z.array(
    z.object({
      rule: z.enum(THRESHOLD_RULES),
      limit: z.number(),
      since: instant,
      // Builds before it had none.
      heldAt: instantOrNull.default(null),
      calm: z.object({ after: instantOrNull, by: instant }).nullable(),
    }),
  ),
  doubted: z.exactOptional(
    z.array(z.object({ rule: z.enum(THRESHOLD_RULES), limit: z.number(), after: instantOrNull })),
  ),
}) satisfies z.ZodType<KnownQueue>;

const agentStanding = z.object({
  extension: text,
  agentName: textOrNull,
  state: z.enum(AGENT_STATES),
  since: instant,
  counted: instant,
}) satisfies z.ZodType<AgentStanding>;

const STORY = 'story:';
const QUEUE = 'queue:';
const AGENT = 'agent:';

/** What to write in one of the hashes, and what to remove. */
export interface HashPatch {
  readonly set: readonly (readonly [field: string, json: string])[];
  readonly remove: readonly string[];
}

export function callbacksPatch({ callbacks }: Pick<DeskDelta, 'callbacks'>): HashPatch {
  return patchOf(['', callbacks]);
}

export function standingPatch({
  stories,
  queues,
  agents,
}: Pick<DeskDelta, 'stories' | 'queues' | 'agents'>): HashPatch {
  return patchOf([STORY, stories], [QUEUE, queues], [AGENT, agents]);
}

/** The field of a call-back. */
export function callbackField(id: string): string {
  return escaped(id);
}

/** Null for a text that is none. */
export function readCallback(field: string, json: string): Callback | null {
  const found = read(callback, json);
  return found !== null && escaped(found.id) === field ? found : null;
}

/** The names of what cannot be read come beside the rest. */
export interface Found<State> {
  readonly state: State;
  readonly unreadable: readonly string[];
}

type Fields = Iterable<readonly [field: string, json: string]>;

/** In the order of their ids, whatever order the hash gives its fields in. */
export function readCallbacks(fields: Fields): Found<DeskState['callbacks']> {
  const state = new Map<string, Callback>();
  const unreadable: string[] = [];
  for (const [field, json] of inOrder(fields)) {
    const found = readCallback(field, json);
    if (found === null) unreadable.push(`callback:${field}`);
    else state.set(found.id, found);
  }
  return { state, unreadable };
}

/** In the order of their names. A field of another kind is a newer build's, and none of ours. */
export function readStanding(fields: Fields): Found<Omit<DeskState, 'callbacks'>> {
  const stories = new Map<string, CallStory>();
  const queues = new Map<string, KnownQueue>();
  const agents = new Map<string, AgentStanding>();
  const unreadable: string[] = [];
  for (const [field, json] of inOrder(fields)) {
    const isRead =
      take(field, json, STORY, story, stories, ({ callId }) => callId) ??
      take(field, json, QUEUE, knownQueue, queues, ({ id }) => id) ??
      take(field, json, AGENT, agentStanding, agents, ({ extension }) => extension);
    if (isRead === false) unreadable.push(field);
  }
  return { state: { stories, queues, agents }, unreadable };
}

/** Null where the field is of another kind, false where it cannot be read. */
function take<Value>(
  field: string,
  json: string,
  prefix: string,
  schema: z.ZodType<Value>,
  into: Map<string, Value>,
  idOf: (value: Value) => string,
): boolean | null {
  if (!field.startsWith(prefix)) return null;
  const value = read(schema, json);
  if (value === null || prefix + escaped(idOf(value)) !== field) return false;
  into.set(idOf(value), value);
  return true;
}

function patchOf(...kinds: readonly (readonly [prefix: string, changes: Changed<object>])[]): HashPatch {
  const set: (readonly [string, string])[] = [];
  const remove: string[] = [];
  for (const [prefix, changes] of kinds)
    for (const [id, value] of changes)
      if (value === null) remove.push(prefix + escaped(id));
      else set.push([prefix + escaped(id), JSON.stringify(value)]);
  return { set, remove };
}

function inOrder(fields: Fields): (readonly [string, string])[] {
  return [...fields].sort(([a], [b]) => (a < b ? -1 : 1));
}
