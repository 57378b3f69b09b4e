import { type Call, type Leg, PBX_PRECISION_MS, type QueueEntry } from '../model/call.js';
import { copyOf } from '../model/call-copy.js';
import { agentNamesOf } from '../parts/agents.js';
import { isPresent } from '../parts/connected-participant.js';
import { callerLikeness, hotlineMatch } from '../parts/customer.js';
import { type CycleFacts, isQueueSilent, rowAskedAt } from '../parts/cycle-facts.js';
import { isOverflowLeg } from '../parts/overflow.js';
import { entryBegan, ringTimes } from '../parts/part.js';
import { isStale } from '../parts/staleness.js';
import { isEarlierOrAt, isSince } from '../parts/window.js';
import { ALIKE, type AlikeFacts } from './alike-rules.js';
import { withParticipant } from './call-parts.js';
import { namedBy } from './candidates.js';

/** The rows of an answer follow each other: the queue's says Answered at most so much after the leg's does. */
const SETTLES_MS = 500;

/** The legs of a call that the queue shows to be another caller's. */
export interface AlikeResolution {
  /** The call without these legs, and the calls that have them now. */
  readonly changed: readonly Call[];
  /** The extension whose leg talks, with the other caller. */
  readonly moved: string | null;
  /** A leg of the call talks, and the queue shows next for whom. */
  readonly awaits: boolean;
}

/** Whether the call, of a caller in a queue who was not answered yet, has legs that may be another caller's. */
export function mayBeAnothers({ answeredAt, entry, legs }: Call): boolean {
  if (answeredAt !== null || entry === null || entry.answered) return false;
  return entry.absence === null ? legs.some(({ state }) => state === 'answered') : legs.some(isPresent);
}

/**
 * Null where nothing is to be said: there is no other caller, or nothing shows whose the legs are.
 *
 * @param call one of which `mayBeAnothers` holds
 */
export function resolveAlike(call: Call, others: readonly Call[], cycle: CycleFacts): AlikeResolution | null {
  const changed = new Map<string, Call>();
  let moved: string | null = null;
  let awaits = false;
  for (const leg of call.legs) {
    const rivals = others
      .filter((other) => mayOwn(other, leg, call, cycle))
      .sort((a, b) => entryBegan(a.entry!.seen) - entryBegan(b.entry!.seen));
    const decided = rivals.map((other) => ALIKE.decide(alikeFacts(leg, call, other, cycle)));
    const taker = rivals[decided.indexOf('moves')];
    if (taker === undefined) {
      awaits ||= decided.includes('awaits');
      continue;
    }
    changed.set(taker.callId, withLeg(changed.get(taker.callId) ?? taker, leg));
    changed.set(call.callId, withoutLeg(changed.get(call.callId) ?? call, leg));
    if (leg.state === 'answered') moved = leg.seen.extension;
  }
  return changed.size === 0 && !awaits ? null : { changed: [...changed.values()], moved, awaits };
}

/** Whether the queue may have rung the leg for this other caller, too. */
function mayOwn(other: Call, { seen, since, absence, joined }: Leg, call: Call, cycle: CycleFacts): boolean {
  const { entry, legs, connected } = other;
  if (absence !== null || joined === 'listens' || other.direction !== 'inbound') return false;
  if (entry === null || entry.absence !== null || connected !== null) return false;
  if (callerLikeness(seen.customer, other.customer) === 'different') return false;
  if (hotlineMatch(other.hotline, seen.hotline) === 'different') return false;
  if (other.hotline === null && cycle.leadsTo(entry.seen.queueId, seen.hotline) === 'different') return false;
  if (namedBy(entry.seen, seen, cycle) === 'another' || isStale(entry, cycle)) return false;
  if (call.entry!.absence === null && namedBy(call.entry!.seen, seen, cycle) === 'it') return false;
  if (legs.some((leg) => isPresent(leg) && leg.state === 'answered')) return false;
  return (
    isOfItsTime(seen.startedAt, entry) &&
    (entry.answered ? !isEarlierOrAt(entry.changedAt, since) : isTrying(other))
  );
}

function isTrying({ entry, answeredAt }: Call): boolean {
  return entry!.seen.status === 'trying' && answeredAt === null;
}

function isOfItsTime(startedAt: Leg['seen']['startedAt'], { seen }: QueueEntry): boolean {
  const { from, to } = ringTimes(seen);
  if (startedAt === null) return true;
  return startedAt >= from - PBX_PRECISION_MS && (to === null || startedAt <= to + PBX_PRECISION_MS);
}

function alikeFacts(leg: Leg, call: Call, other: Call, cycle: CycleFacts): AlikeFacts {
  const entry = call.entry!;
  const { extension } = leg.seen;
  const askedAt = rowAskedAt(cycle, entry.seen.key);
  const wasAsked = askedAt !== null && isSince(leg.since, askedAt, SETTLES_MS);
  return {
    talks: leg.state === 'answered',
    own: isAnswered(entry)
      ? 'answered'
      : entry.absence?.kind === 'abandoned' && isOverflowLeg(leg, entry)
        ? 'left'
        : 'waits',
    rangBefore:
      !other.legs.some(isPresent) &&
      call.participants.some((one) => one.extension === extension && one.offers > 1),
    other: other.entry!.answered ? 'answered' : 'waits',
    asked: wasAsked || isQueueSilent(cycle, leg.since),
  };
}

/** The queue deletes a row when its caller was bridged; and where it rings all, it names an agent who has answered. */
function isAnswered({ seen, rang, absence }: QueueEntry): boolean {
  if (absence !== null) return absence.kind === 'vanished';
  return rang === 'unnamed' && agentNamesOf(seen).length > 0;
}

function withLeg(call: Call, { seen, state, firstSeen, since, waited, absence }: Leg): Call {
  const copy = copyOf(call);
  const joined = call.entry!.answered ? 'shown' : 'inferred';
  copy.legs = [...call.legs, { seen, state, joined, firstSeen, since, waited, absence }];
  copy.participants = withParticipant(call.participants, seen, copy.legs);
  return copy;
}

function withoutLeg(call: Call, { seen }: Leg): Call {
  const copy = copyOf(call);
  copy.legs = call.legs.filter((leg) => leg.seen.key !== seen.key);
  return copy;
}
