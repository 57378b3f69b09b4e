import fc from 'fast-check';
import { type Call, EMPTY_STATE, type EndedCall, type TenantState } from '../../src/core/model/call.js';
import type { ObservedLeg, ObservedQueueEntry, PhoneNumber } from '../../src/core/model/observation.js';

/** Generates any state that the types allow: every field in all its shapes, whether or not such a state can occur. */

const text = fc.string({ unit: 'binary', maxLength: 12 });
const textOrNull = fc.option(text);
const instant = fc.integer({ min: 0, max: 5 });
const instantOrNull = fc.option(instant);
const certainty = fc.constantFrom('upstream' as const, 'observed' as const, 'inferred' as const);
const direction = fc.constantFrom('inbound' as const, 'outbound' as const, 'local' as const);
const asked = fc.record({ startedAt: instant, at: instant });
const texts = fc.array(text, { maxLength: 3 });

const phoneNumber: fc.Arbitrary<PhoneNumber | null> = fc.option(
  fc.record({ raw: text, e164: textOrNull, national: textOrNull }),
);

const absence = {
  polls: fc.nat(3),
  lastPresent: instantOrNull,
  firstAbsent: instant,
  unlisted: fc.boolean(),
};

const observedLeg: fc.Arbitrary<ObservedLeg> = fc.record({
  key: text,
  callId: text,
  extension: text,
  extensionId: textOrNull,
  agentName: textOrNull,
  username: textOrNull,
  userId: textOrNull,
  signal: fc.constantFrom('ringing', 'answered', 'unclear'),
  direction,
  role: fc.constantFrom('caller', 'callee'),
  customer: phoneNumber,
  hotline: phoneNumber,
  peer: textOrNull,
  dialled: textOrNull,
  ringWait: fc.boolean(),
  ownCustomer: fc.boolean(),
  startedAt: instantOrNull,
});

const bracket = fc.record({ after: instantOrNull, by: instant });

const lastLegs = fc.array(
  fc.record({ extension: text, customer: text, startedAt: instant, goneAt: instant }),
  { maxLength: 2 },
);

const queueEntry: fc.Arbitrary<ObservedQueueEntry> = fc.record({
  key: text,
  rowKey: text,
  entryKey: text,
  queueId: text,
  queueName: text,
  agentId: textOrNull,
  agentName: textOrNull,
  customer: phoneNumber,
  status: fc.constantFrom('waiting', 'trying', 'answered', 'abandoned', 'unknown'),
  joinedAt: instant,
  rejoinedAt: instantOrNull,
  bridgedAt: instantOrNull,
  abandonedAt: instantOrNull,
  callId: textOrNull,
  fallbackId: text,
});

const call: fc.Arbitrary<Call> = fc.record({
  callId: text,
  linkedCallIds: texts,
  upstreamIds: texts,
  direction,
  customer: phoneNumber,
  hotline: phoneNumber,
  queues: fc.array(fc.record({ id: text, name: text }), { maxLength: 2 }),
  legs: fc.array(
    fc.record({
      seen: observedLeg,
      state: fc.constantFrom('ringing' as const, 'answered' as const),
      joined: fc.constantFrom('shown' as const, 'inferred' as const, 'listens' as const),
      firstSeen: instant,
      since: bracket,
      waited: fc.boolean(),
      absence: fc.option(fc.record(absence)),
    }),
    { maxLength: 2 },
  ),
  entry: fc.option(
    fc.record({
      seen: queueEntry,
      answered: fc.boolean(),
      rang: fc.constantFrom('no' as const, 'named' as const, 'unnamed' as const),
      quiet: fc.option(bracket),
      changedAt: instant,
      absence: fc.option(
        fc.record({ ...absence, kind: fc.constantFrom('vanished' as const, 'abandoned' as const) }),
      ),
    }),
  ),
  pastEntries: fc.array(fc.record({ entryKey: text, rowKey: text }), { maxLength: 2 }),
  participants: fc.array(
    fc.record({
      extension: text,
      extensionId: textOrNull,
      agentName: textOrNull,
      username: textOrNull,
      userId: textOrNull,
      offers: fc.nat(3),
      offerOpen: fc.boolean(),
      elsewhere: fc.boolean(),
      ringingStopped: fc.option(fc.record({ lastPresent: instantOrNull, firstAbsent: instant })),
    }),
    { maxLength: 2 },
  ),
  startedAt: instant,
  startedCertainty: certainty,
  pbxStartedAt: instantOrNull,
  answeredAt: instantOrNull,
  answeredCertainty: fc.option(certainty),
  connected: fc.option(
    fc.record({
      extension: text,
      extensionId: textOrNull,
      agentName: textOrNull,
      username: textOrNull,
      userId: textOrNull,
    }),
  ),
  consultation: fc.option(fc.record({ callId: text, went: bracket })),
  transfers: fc.nat(3),
  lastLegs,
  baseline: fc.boolean(),
  pendingAbsence: fc.boolean(),
  observed: fc.record({ earliest: instantOrNull, latest: instant, certainty }),
});

const ended: fc.Arbitrary<EndedCall> = fc.record(
  {
    callId: text,
    upstreamIds: texts,
    entries: texts,
    rows: texts,
    endedAt: instant,
    lingering: fc.array(text, { minLength: 1, maxLength: 2 }),
    lastLegs: lastLegs.filter(({ length }) => length > 0),
    legsOnly: fc.record({ customer: text, startedAt: instant }),
  },
  { requiredKeys: ['callId', 'upstreamIds', 'entries', 'rows', 'endedAt'] },
);

const registration = fc.record({
  extension: text,
  extensionId: textOrNull,
  registered: fc.boolean(),
  since: instant,
  checked: asked,
});

function mapOf<Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<ReadonlyMap<string, Value>> {
  return fc.array(fc.tuple(text, value), { maxLength: 3 }).map((pairs) => new Map(pairs));
}

const source = fc.record({
  status: fc.constantFrom('unknown' as const, 'up' as const, 'degraded' as const, 'down' as const),
  since: instantOrNull,
  lastComplete: fc.option(asked),
  failures: fc.nat(9),
  failingSince: instantOrNull,
  lastError: textOrNull,
  incomplete: fc.option(
    fc.record({
      since: instant,
      polls: fc.nat(9),
      answered: fc.boolean(),
      partialSince: instantOrNull,
      last: fc.option(fc.record({ startedAt: instant, at: instant, whole: fc.boolean() })),
      lastWhole: instantOrNull,
      unreadable: mapOf(instant),
      appeared: mapOf(instant),
      missing: mapOf(fc.record({ lastPresent: instantOrNull, since: instant })),
    }),
  ),
  clock: fc.array(fc.record({ pbx: instant, after: instantOrNull, by: instant }), { maxLength: 3 }),
});

export const anyState: fc.Arbitrary<TenantState> = fc.record({
  sources: fc.oneof(fc.constant(EMPTY_STATE.sources), fc.record({ monitor: source, queue: source })),
  calls: fc.array(call, { maxLength: 6 }).map((calls) => new Map(calls.map((one) => [one.callId, one]))),
  ended: fc.array(ended, { maxLength: 6 }).map((calls) => new Map(calls.map((one) => [one.callId, one]))),
  ignoredEntries: texts.map((entries) => new Set(entries)),
  listsIdle: fc.boolean(),
  created: fc
    .array(fc.record({ seen: observedLeg, since: bracket, polls: fc.nat(3) }), { maxLength: 2 })
    .map((legs) => new Map(legs.map((one) => [one.seen.key, one]))),
  agents: fc.array(fc.tuple(text, text), { maxLength: 3 }).map((names) => new Map(names)),
  hotlines: fc.array(fc.tuple(text, texts), { maxLength: 3 }).map((queues) => new Map(queues)),
  direction: fc.record({
    meaning: fc.constantFrom('call' as const, 'leg' as const),
    source: fc.constantFrom('configured' as const, 'learnt' as const, 'assumed' as const),
    earlierLegs: texts,
    showsHotline: fc.boolean(),
  }),
  registrations: fc
    .array(registration, { maxLength: 4 })
    .map((all) => new Map(all.map((one) => [one.extension, one]))),
});
