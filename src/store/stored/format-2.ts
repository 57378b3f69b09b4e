import { z } from 'zod';
import type {
  Absence,
  Call,
  EndedCall,
  Leg,
  Participant,
  Registration,
  QueueEntry,
  SourceState,
  TenantState,
} from '../../core/model/call.js';
import type { ObservedLeg, ObservedQueueEntry, PhoneNumber } from '../../core/model/observation.js';

/**
 * Format 2 of a tenant's state: what stands in Redis, and its two mappings, field by field.
 *
 * The names in the schemas are those of the stored data, and those beside them the domain's: a name that changes in the
 * domain changes a mapping and nothing that is stored. The objects are strict. Whatever a build writes beyond them is
 * another format, with a schema, a migration and a golden file of its own.
 *
 * Instants are milliseconds since the Unix epoch.
 */

const text = z.string();
const textOrNull = z.string().nullable();
const instant = z.number();
const instantOrNull = z.number().nullable();
const certainty = z.enum(['upstream', 'observed', 'inferred']);
const direction = z.enum(['inbound', 'outbound', 'local']);

const phoneNumber = z.strictObject({ raw: text, e164: textOrNull, national: textOrNull }).nullable();
const asked = z.strictObject({ startedAt: instant, at: instant });

const absence = {
  polls: z.int(),
  lastPresent: instantOrNull,
  firstAbsent: instant,
  unlisted: z.boolean(),
};

const observedLeg = z.strictObject({
  key: text,
  callId: text,
  extension: text,
  extensionId: textOrNull,
  agentName: textOrNull,
  username: textOrNull,
  userId: textOrNull,
  signal: z.enum(['ringing', 'answered', 'unclear']),
  direction,
  role: z.enum(['caller', 'callee']),
  customer: phoneNumber,
  hotline: phoneNumber,
  peer: textOrNull,
  startedAt: instantOrNull,
});

const leg = z.strictObject({
  seen: observedLeg,
  state: z.enum(['ringing', 'answered']),
  absence: z.strictObject(absence).nullable(),
});

const observedQueueEntry = z.strictObject({
  rowKey: text,
  stayKey: text,
  queueId: text,
  queueName: text,
  agentId: textOrNull,
  agentName: textOrNull,
  customer: phoneNumber,
  status: z.enum(['waiting', 'trying', 'answered', 'abandoned', 'unknown']),
  joinedAt: instant,
  rejoinedAt: instantOrNull,
  bridgedAt: instantOrNull,
  abandonedAt: instantOrNull,
  callId: textOrNull,
  fallbackId: text,
});

const entry = z.strictObject({
  seen: observedQueueEntry,
  answered: z.boolean(),
  absence: z.strictObject({ ...absence, kind: z.enum(['vanished', 'abandoned']) }).nullable(),
});

const participant = z.strictObject({
  extension: text,
  extensionId: textOrNull,
  agentName: textOrNull,
  offers: z.int(),
  offerOpen: z.boolean(),
  silent: z.strictObject({ lastPresent: instantOrNull, firstAbsent: instant }).nullable(),
});

const call = z.strictObject({
  callId: text,
  linkedCallIds: z.array(text),
  upstreamIds: z.array(text),
  direction,
  customer: phoneNumber,
  hotline: phoneNumber,
  queues: z.array(z.strictObject({ id: text, name: text })),
  legs: z.array(leg),
  stay: entry.nullable(),
  pastStays: z.array(z.strictObject({ stayKey: text, rowKey: text })),
  parties: z.array(participant),
  startedAt: instant,
  startedCertainty: certainty,
  answeredAt: instantOrNull,
  answeredCertainty: certainty.nullable(),
  talker: z
    .strictObject({
      extension: text,
      extensionId: textOrNull,
      agentName: textOrNull,
      username: textOrNull,
      userId: textOrNull,
    })
    .nullable(),
  transfers: z.int(),
  baseline: z.boolean(),
  pendingAbsence: z.boolean(),
  observed: z.strictObject({ earliest: instantOrNull, latest: instant, certainty }),
});

const ended = z.strictObject({
  callId: text,
  upstreamIds: z.array(text),
  stays: z.array(text),
  rows: z.array(text),
  endedAt: instant,
  atTelephones: z.strictObject({ customer: text, startedAt: instant }).optional(),
});

const registration = z.strictObject({
  extension: text,
  extensionId: textOrNull,
  registered: z.boolean(),
  since: instant,
  checked: asked,
});

const times = z.array(z.tuple([text, instant]));

/** Pairs of a key and what belongs to it, as a `Map` has them. */
const incomplete = z.strictObject({
  since: instant,
  polls: z.int(),
  answered: z.boolean(),
  partialSince: instantOrNull,
  last: z.strictObject({ startedAt: instant, at: instant, whole: z.boolean() }).nullable(),
  unreadable: times,
  appeared: times,
  missing: z.array(z.tuple([text, z.strictObject({ lastPresent: instantOrNull, since: instant })])),
});

const source = z.strictObject({
  status: z.enum(['unknown', 'up', 'degraded', 'down']),
  since: instantOrNull.default(null),
  lastComplete: asked.nullable(),
  failures: z.int(),
  failingSince: instantOrNull,
  lastError: textOrNull,
  incomplete: incomplete.nullable().default(null),
});

/** What each kind of field holds. */
export const SCHEMAS = {
  call,
  ended,
  registration,
  sources: z.strictObject({ monitor: source, queue: source }),
  ignored: z.array(text),
  flags: z.strictObject({ listsIdle: z.boolean() }),
};

type Stored<Kind extends keyof typeof SCHEMAS> = z.infer<(typeof SCHEMAS)[Kind]>;
type StoredAbsence = NonNullable<z.infer<typeof leg>['absence']>;

export function encodeCall(from: Call): Stored<'call'> {
  return {
    callId: from.callId,
    linkedCallIds: [...from.linkedCallIds],
    upstreamIds: [...from.upstreamIds],
    direction: from.direction,
    customer: numberOf(from.customer),
    hotline: numberOf(from.hotline),
    queues: from.queues.map(({ id, name }) => ({ id, name })),
    legs: from.legs.map(encodeLeg),
    stay: from.entry && encodeEntry(from.entry),
    pastStays: from.pastEntries.map(({ entryKey, rowKey }) => ({ stayKey: entryKey, rowKey })),
    parties: from.participants.map(encodeParticipant),
    startedAt: from.startedAt,
    startedCertainty: from.startedCertainty,
    answeredAt: from.answeredAt,
    answeredCertainty: from.answeredCertainty,
    talker: from.connected && {
      extension: from.connected.extension,
      extensionId: from.connected.extensionId,
      agentName: from.connected.agentName,
      username: from.connected.username,
      userId: from.connected.userId,
    },
    transfers: from.transfers,
    baseline: from.baseline,
    pendingAbsence: from.pendingAbsence,
    observed: {
      earliest: from.observed.earliest,
      latest: from.observed.latest,
      certainty: from.observed.certainty,
    },
  };
}

/** The fields in the order of `copyOf`, so that calls that were read and calls that were made are one class to V8. */
export function decodeCall(from: Stored<'call'>): Call {
  return {
    callId: from.callId,
    linkedCallIds: from.linkedCallIds,
    upstreamIds: from.upstreamIds,
    direction: from.direction,
    customer: from.customer,
    hotline: from.hotline,
    queues: from.queues,
    legs: from.legs.map(decodeLeg),
    entry: from.stay && decodeEntry(from.stay),
    pastEntries: from.pastStays.map(({ stayKey, rowKey }) => ({ entryKey: stayKey, rowKey })),
    participants: from.parties.map(decodeParticipant),
    startedAt: from.startedAt,
    startedCertainty: from.startedCertainty,
    answeredAt: from.answeredAt,
    answeredCertainty: from.answeredCertainty,
    connected: from.talker && {
      extension: from.talker.extension,
      extensionId: from.talker.extensionId,
      agentName: from.talker.agentName,
      username: from.talker.username,
      userId: from.talker.userId,
    },
    transfers: from.transfers,
    baseline: from.baseline,
    pendingAbsence: from.pendingAbsence,
    observed: {
      earliest: from.observed.earliest,
      latest: from.observed.latest,
      certainty: from.observed.certainty,
    },
  };
}

export function encodeEnded(from: EndedCall): Stored<'ended'> {
  const { legsOnly } = from;
  return {
    callId: from.callId,
    upstreamIds: [...from.upstreamIds],
    stays: [...from.entries],
    rows: [...from.rows],
    endedAt: from.endedAt,
    ...(legsOnly && {
      atTelephones: { customer: legsOnly.customer, startedAt: legsOnly.startedAt },
    }),
  };
}

export function decodeEnded(from: Stored<'ended'>): EndedCall {
  const { atTelephones } = from;
  return {
    callId: from.callId,
    upstreamIds: from.upstreamIds,
    entries: from.stays,
    rows: from.rows,
    endedAt: from.endedAt,
    ...(atTelephones && {
      legsOnly: { customer: atTelephones.customer, startedAt: atTelephones.startedAt },
    }),
  };
}

export function encodeRegistration(from: Registration): Stored<'registration'> {
  return {
    extension: from.extension,
    extensionId: from.extensionId,
    registered: from.registered,
    since: from.since,
    checked: { startedAt: from.checked.startedAt, at: from.checked.at },
  };
}

export function decodeRegistration(from: Stored<'registration'>): Registration {
  return {
    extension: from.extension,
    extensionId: from.extensionId,
    registered: from.registered,
    since: from.since,
    checked: { startedAt: from.checked.startedAt, at: from.checked.at },
  };
}

export function encodeSources({ monitor, queue }: TenantState['sources']): Stored<'sources'> {
  return { monitor: encodeSource(monitor), queue: encodeSource(queue) };
}

export function decodeSources({ monitor, queue }: Stored<'sources'>): TenantState['sources'] {
  return { monitor: decodeSource(monitor), queue: decodeSource(queue) };
}

export function encodeIgnored(entries: ReadonlySet<string>): Stored<'ignored'> {
  return [...entries];
}

export function encodeFlags({ listsIdle }: Pick<TenantState, 'listsIdle'>): Stored<'flags'> {
  return { listsIdle };
}

function encodeSource(from: SourceState): Stored<'sources'>['monitor'] {
  const { lastComplete, incomplete: run } = from;
  return {
    status: from.status,
    since: from.since,
    lastComplete: lastComplete && { startedAt: lastComplete.startedAt, at: lastComplete.at },
    failures: from.failures,
    failingSince: from.failingSince,
    lastError: from.lastError,
    incomplete: run && {
      since: run.since,
      polls: run.polls,
      answered: run.answered,
      partialSince: run.partialSince,
      last: run.last && { startedAt: run.last.startedAt, at: run.last.at, whole: run.last.whole },
      unreadable: [...run.unreadable],
      appeared: [...run.appeared],
      missing: [...run.missing].map(([key, { lastPresent, since }]) => [key, { lastPresent, since }]),
    },
  };
}

function decodeSource(from: Stored<'sources'>['monitor']): SourceState {
  const { lastComplete, incomplete: run } = from;
  return {
    status: from.status,
    since: from.since,
    lastComplete: lastComplete && { startedAt: lastComplete.startedAt, at: lastComplete.at },
    failures: from.failures,
    failingSince: from.failingSince,
    lastError: from.lastError,
    incomplete: run && {
      since: run.since,
      polls: run.polls,
      answered: run.answered,
      partialSince: run.partialSince,
      last: run.last,
      unreadable: new Map(run.unreadable),
      appeared: new Map(run.appeared),
      missing: new Map(run.missing),
    },
  };
}

function numberOf(from: PhoneNumber | null): z.infer<typeof phoneNumber> {
  return from && { raw: from.raw, e164: from.e164, national: from.national };
}

function absenceOf(from: Absence): StoredAbsence {
  return {
    polls: from.polls,
    lastPresent: from.lastPresent,
    firstAbsent: from.firstAbsent,
    unlisted: from.unlisted,
  };
}

function encodeLeg({ seen, state, absence: missing }: Leg): z.infer<typeof leg> {
  return { seen: encodeObservedLeg(seen), state, absence: missing && absenceOf(missing) };
}

function decodeLeg({ seen, state, absence: missing }: z.infer<typeof leg>): Leg {
  return { seen: decodeObservedLeg(seen), state, absence: missing && absenceOf(missing) };
}

function encodeObservedLeg(from: ObservedLeg): z.infer<typeof observedLeg> {
  return {
    key: from.key,
    callId: from.callId,
    extension: from.extension,
    extensionId: from.extensionId,
    agentName: from.agentName,
    username: from.username,
    userId: from.userId,
    signal: from.signal,
    direction: from.direction,
    role: from.role,
    customer: numberOf(from.customer),
    hotline: numberOf(from.hotline),
    peer: from.peer,
    startedAt: from.startedAt,
  };
}

function decodeObservedLeg(from: z.infer<typeof observedLeg>): ObservedLeg {
  return {
    key: from.key,
    callId: from.callId,
    extension: from.extension,
    extensionId: from.extensionId,
    agentName: from.agentName,
    username: from.username,
    userId: from.userId,
    signal: from.signal,
    direction: from.direction,
    role: from.role,
    customer: from.customer,
    hotline: from.hotline,
    peer: from.peer,
    startedAt: from.startedAt,
  };
}

function encodeEntry({ seen, answered, absence: missing }: QueueEntry): z.infer<typeof entry> {
  return {
    seen: encodeQueueEntry(seen),
    answered,
    absence: missing && { ...absenceOf(missing), kind: missing.kind },
  };
}

function decodeEntry({ seen, answered, absence: missing }: z.infer<typeof entry>): QueueEntry {
  return {
    seen: decodeQueueEntry(seen),
    answered,
    absence: missing && { ...absenceOf(missing), kind: missing.kind },
  };
}

function encodeQueueEntry(from: ObservedQueueEntry): z.infer<typeof observedQueueEntry> {
  return {
    rowKey: from.rowKey,
    stayKey: from.entryKey,
    queueId: from.queueId,
    queueName: from.queueName,
    agentId: from.agentId,
    agentName: from.agentName,
    customer: numberOf(from.customer),
    status: from.status,
    joinedAt: from.joinedAt,
    rejoinedAt: from.rejoinedAt,
    bridgedAt: from.bridgedAt,
    abandonedAt: from.abandonedAt,
    callId: from.callId,
    fallbackId: from.fallbackId,
  };
}

function decodeQueueEntry(from: z.infer<typeof observedQueueEntry>): ObservedQueueEntry {
  return {
    rowKey: from.rowKey,
    entryKey: from.stayKey,
    queueId: from.queueId,
    queueName: from.queueName,
    agentId: from.agentId,
    agentName: from.agentName,
    customer: from.customer,
    status: from.status,
    joinedAt: from.joinedAt,
    rejoinedAt: from.rejoinedAt,
    bridgedAt: from.bridgedAt,
    abandonedAt: from.abandonedAt,
    callId: from.callId,
    fallbackId: from.fallbackId,
  };
}

function encodeParticipant(from: Participant): z.infer<typeof participant> {
  return {
    extension: from.extension,
    extensionId: from.extensionId,
    agentName: from.agentName,
    offers: from.offers,
    offerOpen: from.offerOpen,
    silent: from.ringingStopped && {
      lastPresent: from.ringingStopped.lastPresent,
      firstAbsent: from.ringingStopped.firstAbsent,
    },
  };
}

function decodeParticipant(from: z.infer<typeof participant>): Participant {
  return {
    extension: from.extension,
    extensionId: from.extensionId,
    agentName: from.agentName,
    offers: from.offers,
    offerOpen: from.offerOpen,
    ringingStopped: from.silent && {
      lastPresent: from.silent.lastPresent,
      firstAbsent: from.silent.firstAbsent,
    },
  };
}
