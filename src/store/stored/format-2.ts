import { z } from 'zod';
import type {
  Absence,
  Bracket,
  Call,
  EndedCall,
  Incomplete,
  LastLeg,
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
  dialled: text.optional(),
  ringWait: z.literal(true).optional(),
  ownCustomer: z.literal(true).optional(),
  startedAt: instantOrNull,
});

const bracket = z.strictObject({ after: instantOrNull, by: instant });

const leg = z.strictObject({
  seen: observedLeg,
  state: z.enum(['ringing', 'answered']),
  joined: z.enum(['inferred', 'listens']).optional(),
  firstSeen: instant.optional(),
  since: bracket.optional(),
  waited: z.literal(true).optional(),
  absence: z.strictObject(absence).nullable(),
});

const observedQueueEntry = z.strictObject({
  key: text.optional(),
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
  rang: z.enum(['named', 'unnamed']).optional(),
  quiet: bracket.optional(),
  changedAt: instant.optional(),
  absence: z.strictObject({ ...absence, kind: z.enum(['vanished', 'abandoned']) }).nullable(),
});

const participant = z.strictObject({
  extension: text,
  extensionId: textOrNull,
  agentName: textOrNull,
  offers: z.int(),
  offerOpen: z.boolean(),
  username: text.optional(),
  userId: text.optional(),
  elsewhere: z.literal(true).optional(),
  silent: z.strictObject({ lastPresent: instantOrNull, firstAbsent: instant }).nullable(),
});

const lastLegs = z
  .array(z.strictObject({ extension: text, customer: text, startedAt: instant, goneAt: instant }))
  .optional();

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
  pbxStartedAt: instantOrNull.optional(),
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
  consultation: z.strictObject({ callId: text, went: bracket }).optional(),
  transfers: z.int(),
  lastLegs,
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
  lingering: z.array(text).optional(),
  lastLegs,
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
  lastWhole: instantOrNull.optional(),
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
  clock: z.array(z.strictObject({ pbx: instant, after: instantOrNull, by: instant })).optional(),
});

/** What each kind of field holds. */
export const SCHEMAS = {
  call,
  ended,
  registration,
  sources: z.strictObject({ monitor: source, queue: source }),
  ignored: z.array(text),
  flags: z.strictObject({ listsIdle: z.boolean() }),
  created: z.array(z.strictObject({ seen: observedLeg, since: bracket, polls: z.int() })),
  /** Name and extension. */
  agents: z.array(z.tuple([text, text])),
  /** Queue, and the numbers by which its callers came in. */
  hotlines: z.array(z.tuple([text, z.array(text)])),
  direction: z.strictObject({
    meaning: z.enum(['call', 'leg']),
    source: z.enum(['configured', 'learnt', 'assumed']),
    earlierLegs: z.array(text),
    showsHotline: z.literal(true).optional(),
  }),
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
    ...(from.pbxStartedAt !== pbxTimeOf(from) && { pbxStartedAt: from.pbxStartedAt }),
    answeredAt: from.answeredAt,
    answeredCertainty: from.answeredCertainty,
    talker: from.connected && {
      extension: from.connected.extension,
      extensionId: from.connected.extensionId,
      agentName: from.connected.agentName,
      username: from.connected.username,
      userId: from.connected.userId,
    },
    ...(from.consultation && {
      consultation: { callId: from.consultation.callId, went: bracketOf(from.consultation.went) },
    }),
    transfers: from.transfers,
    ...(from.lastLegs.length > 0 && { lastLegs: from.lastLegs.map(lastLegOf) }),
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
    pbxStartedAt: from.pbxStartedAt === undefined ? pbxTimeOf(from) : from.pbxStartedAt,
    answeredAt: from.answeredAt,
    answeredCertainty: from.answeredCertainty,
    connected: from.talker && {
      extension: from.talker.extension,
      extensionId: from.talker.extensionId,
      agentName: from.talker.agentName,
      username: from.talker.username,
      userId: from.talker.userId,
    },
    consultation: from.consultation ?? null,
    transfers: from.transfers,
    lastLegs: from.lastLegs ?? [],
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
  const { legsOnly, lingering, lastLegs: legs } = from;
  return {
    callId: from.callId,
    upstreamIds: [...from.upstreamIds],
    stays: [...from.entries],
    rows: [...from.rows],
    endedAt: from.endedAt,
    ...(lingering && lingering.length > 0 && { lingering: [...lingering] }),
    ...(legs && legs.length > 0 && { lastLegs: legs.map(lastLegOf) }),
    ...(legsOnly && {
      atTelephones: { customer: legsOnly.customer, startedAt: legsOnly.startedAt },
    }),
  };
}

export function decodeEnded(from: Stored<'ended'>): EndedCall {
  const { atTelephones, lingering, lastLegs: legs } = from;
  return {
    callId: from.callId,
    upstreamIds: from.upstreamIds,
    entries: from.stays,
    rows: from.rows,
    endedAt: from.endedAt,
    ...(lingering && { lingering }),
    ...(legs && { lastLegs: legs }),
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

export function encodeDirection(from: TenantState['direction']): Stored<'direction'> {
  return {
    meaning: from.meaning,
    source: from.source,
    earlierLegs: [...from.earlierLegs],
    ...(from.showsHotline && { showsHotline: true as const }),
  };
}

export function decodeDirection(from: Stored<'direction'>): TenantState['direction'] {
  return {
    meaning: from.meaning,
    source: from.source,
    earlierLegs: from.earlierLegs,
    showsHotline: from.showsHotline ?? false,
  };
}

export function encodeCreated(from: TenantState['created']): Stored<'created'> {
  return [...from.values()].map(({ seen, since, polls }) => ({
    seen: encodeObservedLeg(seen),
    since: bracketOf(since),
    polls,
  }));
}

export function decodeCreated(from: Stored<'created'>): TenantState['created'] {
  return new Map(
    from.map(({ seen, since, polls }) => [seen.key, { seen: decodeObservedLeg(seen), since, polls }]),
  );
}

export function encodeHotlines(from: TenantState['hotlines']): Stored<'hotlines'> {
  return [...from].map(([queueId, numbers]) => [queueId, [...numbers]]);
}

export function encodeAgents(from: TenantState['agents']): Stored<'agents'> {
  return [...from];
}

/** What stands for a time that is not stored: an `upstream` start is the PBX's. */
function pbxTimeOf({
  startedAt,
  startedCertainty,
}: Pick<Call, 'startedAt' | 'startedCertainty'>): number | null {
  return startedCertainty === 'upstream' ? startedAt : null;
}

function encodeSource(from: SourceState): Stored<'sources'>['monitor'] {
  const { lastComplete, incomplete: run, clock } = from;
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
      lastWhole: run.lastWhole,
      unreadable: [...run.unreadable],
      appeared: [...run.appeared],
      missing: [...run.missing].map(([key, { lastPresent, since }]) => [key, { lastPresent, since }]),
    },
    ...(clock.length > 0 && { clock: clock.map(({ pbx, after, by }) => ({ pbx, after, by })) }),
  };
}

function decodeSource(from: Stored<'sources'>['monitor']): SourceState {
  const { lastComplete, incomplete: run, clock = [] } = from;
  return {
    status: from.status,
    since: from.since,
    lastComplete: lastComplete && { startedAt: lastComplete.startedAt, at: lastComplete.at },
    failures: from.failures,
    failingSince: from.failingSince,
    lastError: from.lastError,
    clock,
    incomplete: run && {
      since: run.since,
      polls: run.polls,
      answered: run.answered,
      partialSince: run.partialSince,
      last: run.last,
      lastWhole: run.lastWhole === undefined ? wholeOf(run.last) : run.lastWhole,
      unreadable: new Map(run.unreadable),
      appeared: new Map(run.appeared),
      missing: new Map(run.missing),
    },
  };
}

/** What stands for a time that is not stored. */
function wholeOf(last: Incomplete['last']): number | null {
  return last?.whole === true ? last.startedAt : null;
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

function bracketOf({ after, by }: Bracket): z.infer<typeof bracket> {
  return { after, by };
}

function lastLegOf({ extension, customer, startedAt, goneAt }: LastLeg): LastLeg {
  return { extension, customer, startedAt, goneAt };
}

function encodeLeg({
  seen,
  state,
  joined,
  firstSeen,
  since,
  waited,
  absence: missing,
}: Leg): z.infer<typeof leg> {
  return {
    seen: encodeObservedLeg(seen),
    state,
    ...(joined !== 'shown' && { joined }),
    firstSeen,
    since: bracketOf(since),
    ...(waited && { waited: true as const }),
    absence: missing && absenceOf(missing),
  };
}

/** Of a leg from format 1 it is not known when it was seen first: it counts as seen for ever. */
function decodeLeg(from: z.infer<typeof leg>): Leg {
  return {
    seen: decodeObservedLeg(from.seen),
    state: from.state,
    joined: from.joined ?? 'shown',
    firstSeen: from.firstSeen ?? 0,
    since: from.since ?? { after: null, by: 0 },
    waited: from.waited ?? false,
    absence: from.absence && absenceOf(from.absence),
  };
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
    ...(from.dialled !== null && { dialled: from.dialled }),
    ...(from.ringWait && { ringWait: true as const }),
    ...(from.ownCustomer && { ownCustomer: true as const }),
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
    dialled: from.dialled ?? null,
    ringWait: from.ringWait ?? false,
    ownCustomer: from.ownCustomer ?? false,
    startedAt: from.startedAt,
  };
}

function encodeEntry({
  seen,
  answered,
  rang,
  quiet,
  changedAt,
  absence: missing,
}: QueueEntry): z.infer<typeof entry> {
  return {
    seen: encodeQueueEntry(seen),
    answered,
    ...(rang !== 'no' && { rang }),
    ...(quiet && { quiet: bracketOf(quiet) }),
    changedAt,
    absence: missing && { ...absenceOf(missing), kind: missing.kind },
  };
}

function decodeEntry(from: z.infer<typeof entry>): QueueEntry {
  const { seen, answered, absence: missing } = from;
  return {
    seen: decodeQueueEntry(seen),
    answered,
    rang: from.rang ?? 'no',
    quiet: from.quiet ?? null,
    changedAt: from.changedAt ?? seen.rejoinedAt ?? seen.joinedAt,
    absence: missing && { ...absenceOf(missing), kind: missing.kind },
  };
}

function encodeQueueEntry(from: ObservedQueueEntry): z.infer<typeof observedQueueEntry> {
  return {
    key: from.key,
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
    key: from.key ?? `${from.stayKey}|${from.callId ?? `@${from.abandonedAt ?? 0}`}`,
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
    ...(from.username !== null && { username: from.username }),
    ...(from.userId !== null && { userId: from.userId }),
    offers: from.offers,
    offerOpen: from.offerOpen,
    ...(from.elsewhere && { elsewhere: true as const }),
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
    username: from.username ?? null,
    userId: from.userId ?? null,
    offers: from.offers,
    offerOpen: from.offerOpen,
    elsewhere: from.elsewhere ?? false,
    ringingStopped: from.silent && {
      lastPresent: from.silent.lastPresent,
      firstAbsent: from.silent.firstAbsent,
    },
  };
}
