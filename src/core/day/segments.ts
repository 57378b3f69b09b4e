import { type Call, DEFAULT_POLICY, type Leg } from '../model/call.js';
import type { DeskPoll } from '../desk-poll.js';
import { answerOf } from '../model/observation.js';
import { lastOf, whenGone, windowBetween } from '../parts/window.js';
import type { CallNews, TalkingParticipant } from './call-news.js';
import { isSameTime, isSeenBy, notBefore, onClockOf, refined, seenAt } from './known-time.js';
import type { KnownTime, TalkSegment } from './story.js';

/**
 * Follows which agents talk in a call, and how long: the connected participant from the answer on, each one that the call is
 * transferred to, and in a local call its caller too. Hold is a part of the talk. Supervisors who listen have no segment.
 *
 * Of a segment that seems to be over, as its leg is missing, `to` is when it went; it is null again if the leg comes back.
 *
 * @param call as the poll left it, also if it has ended
 * @param skewOf how far the PBX's clock is ahead; null if unknown
 * @returns the same array if nothing has changed
 */
export function followSegments(
  segments: readonly TalkSegment[],
  { call, news }: { readonly call: Call; readonly news: CallNews },
  poll: DeskPoll,
  skewOf: () => number | null,
): readonly TalkSegment[] {
  if (call.answeredAt === null) return segments;
  const skewMs = skewOf();
  let all = segments;
  const placing = placingExtension(call);
  for (const { time, by } of news.transfers) {
    if (by === null) continue;
    all = all.map((one) =>
      one.extension === placing ? one : over(one, goneFrom(one.extension, call, poll) ?? time, skewMs),
    );
    all = [...all, begun(by, takenOver(by.extension, time, call), false)];
  }
  const answered = news.answered ?? knownAnswer(call);
  for (const participant of talkingParticipants(call, placing)) {
    const { extension } = participant;
    if (all.some((one) => one.extension === extension)) continue;
    const placed = call.transfers === 0 && (call.direction === 'outbound' || extension === placing);
    all = [...all, begun(participant, answered, placed)];
  }
  all = all.map((one) => {
    const isLast = all.findLast(({ extension }) => extension === one.extension) === one;
    const isOn = isLast && (one.extension === call.connected?.extension || one.extension === placing);
    const followed = isOn ? withEnd(refinedStart(one, call), call, poll) : one;
    return news.ended === null ? followed : atEnd(followed, news.ended.time, skewMs);
  });
  return all.length === segments.length && all.every((one, nth) => one === segments[nth]) ? segments : all;
}

function begun({ extension, agentName }: TalkingParticipant, from: KnownTime, placed: boolean): TalkSegment {
  return { extension, agentName, placed, from, to: null };
}

/**
 * When an extension began to talk to which the call was transferred. Where its leg has an id of its own, as most have, it is inferred
 * that the leg is the call's, and so is the transfer's time. But if the transfer was the leg's answer, and polls showed that, the time is
 * known: the talk is that agent's, whichever call the leg is of.
 */
function takenOver(extension: string, transferred: KnownTime, call: Call): KnownTime {
  const isAnswer = ({ since }: Leg) =>
    since.after === transferred.earliest && since.by === transferred.latest;
  const isSeen = talkingLegs(extension, call).some(
    (leg) => isAnswer(leg) && leg.joined !== 'listens' && (leg.seen.direction !== 'outbound' || leg.waited),
  );
  return isSeen ? { ...transferred, certainty: 'observed' } : transferred;
}

/** The answer of a call of which no poll of this story showed it. */
function knownAnswer({ answeredAt, answeredCertainty }: Call): KnownTime {
  const earliest = answeredCertainty === 'upstream' ? answeredAt : null;
  return { at: answeredAt!, earliest, latest: answeredAt!, certainty: answeredCertainty! };
}

/** The extension that began a local call, which talks to the one that answers. */
function placingExtension({ direction, legs, participants, connected }: Call): string | null {
  if (direction !== 'local' || connected === null) return null;
  const leg = legs.find(({ seen }) => seen.role === 'caller');
  if (leg !== undefined) return leg.seen.extension === connected.extension ? null : leg.seen.extension;
  const others = participants.filter(
    ({ offers, extension }) => offers === 0 && extension !== connected.extension,
  );
  return others.length === 1 ? others[0]!.extension : null;
}

function talkingParticipants(
  { connected, participants }: Call,
  placing: string | null,
): readonly TalkingParticipant[] {
  if (connected === null) return [];
  const caller = participants.find(({ extension }) => extension === placing);
  return caller === undefined ? [connected] : [connected, caller];
}

/** The segment that goes on, with the time at which its legs went if they are all missing. */
function withEnd(segment: TalkSegment, call: Call, poll: DeskPoll): TalkSegment {
  const legs = talkingLegs(segment.extension, call);
  if (legs.some(({ absence }) => absence === null))
    return segment.to === null ? segment : { ...segment, to: null };
  // The first poll that missed the leg knows best; one that has come back is gone again.
  const gone = goneFrom(segment.extension, call, poll);
  const isKnown = segment.to !== null && (legs.length === 0 || gone === null || isSeenBy(gone, segment.to));
  return gone === null || isKnown ? segment : { ...segment, to: notBefore(gone, segment.from.at) };
}

/** When the extension's talking legs went; null if one is there, or no answer of the monitor shows it. */
function goneFrom(extension: string, call: Call, poll: DeskPoll): KnownTime | null {
  const own = talkingLegs(extension, call);
  if (own.some(({ absence }) => absence === null)) return null;
  if (own.length > 0) {
    const window = lastOf(own.map(({ absence }) => whenGone(absence!)));
    return seenAt(window, own.some(isUnlisted) ? 'inferred' : 'observed');
  }
  const last = call.lastLegs.filter((leg) => leg.extension === extension).at(-1);
  const goneAt = last?.goneAt ?? answerOf(poll.observations.monitor)?.at ?? null;
  if (goneAt === null) return null;
  const asked = poll.before.monitor.lastComplete?.startedAt ?? null;
  return seenAt(
    windowBetween(asked === null ? null : asked - DEFAULT_POLICY.monitorLagMs, goneAt),
    'observed',
  );
}

function talkingLegs(extension: string, { legs }: Call): readonly Leg[] {
  return legs.filter(({ seen, state }) => seen.extension === extension && state === 'answered');
}

function isUnlisted({ absence }: Leg): boolean {
  return absence?.unlisted === true;
}

/** A segment that a transfer ends; one that has ended before is left as it is. */
function over(segment: TalkSegment, time: KnownTime, skewMs: number | null): TalkSegment {
  const to = segment.to ?? notBefore(time, segment.from.at);
  const from = onClockOf(segment.from, to, skewMs);
  return segment.to === to && isSameTime(from, segment.from) ? segment : { ...segment, from, to };
}

/** The segment at the end of the call, which says best when those ended that ended with it. */
function atEnd(segment: TalkSegment, time: KnownTime, skewMs: number | null): TalkSegment {
  const endsWithCall = segment.to === null || isSeenBy(time, segment.to);
  const to = endsWithCall ? notBefore(time, segment.from.at) : segment.to;
  return { ...segment, from: onClockOf(segment.from, to, skewMs), to };
}

/** The start of a segment that is the call's answer, as the PBX has said it since then. */
function refinedStart(segment: TalkSegment, call: Call): TalkSegment {
  const from = refined(segment.from, call);
  return from === segment.from ? segment : { ...segment, from };
}
