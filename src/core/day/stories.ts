import type { DecidedPart, DeskPoll } from '../desk-poll.js';
import type { DeskRules } from '../desk-rules.js';
import type { DeskDelta } from '../desk-state.js';
import type { Call } from '../model/call.js';
import { lineOf } from '../parts/line.js';
import { lazySkew } from '../parts/pbx-clock.js';
import { type CallNews, type EndedNews, newsOf, NO_NEWS } from './call-news.js';
import { Calendar } from './calendar.js';
import { DayLabels } from './day-labels.js';
import type { EndedCallRecord } from './ended-call-record.js';
import { followSegments } from './segments.js';
import { followVisits } from './visits.js';
import { type CallStory, type KnownTime, OFFERS_KEPT, VISITS_KEPT } from './story.js';
import { type Counted, type Counts, countsOf } from './story-counts.js';
import type { Tally, TallyLabel } from './tally.js';

export type GatheredStories = Pick<DeskDelta, 'stories' | 'records' | 'tallies' | 'labels'>;

/**
 * Keeps the stories of live calls, and records and counts them when the calls end.
 *
 * Guarantees: a live call has a story; what it would count is in exactly one place, its story or
 * the tables of the days, and moves from the one to the other in the commit of its `call-ended`. A story of which no call is alive
 * any more (an older build owned the tenant, a call was given up) is counted with what is not known of its end.
 */
export class Stories {
  readonly #stories: Map<string, CallStory>;
  readonly #calendar: Calendar;
  readonly #rules: DeskRules;
  readonly #labels = new DayLabels();
  /** Whether the stories are those of live calls, as far as this owner knows. */
  #isSwept = false;

  constructor(stories: ReadonlyMap<string, CallStory>, rules: DeskRules) {
    this.#stories = new Map(stories);
    this.#calendar = new Calendar(rules.timeZone);
    this.#rules = rules;
  }

  /** Follows the calls that a part of a decision has changed. */
  follow({ delta, transitions }: DecidedPart, poll: DeskPoll): GatheredStories {
    const gathered = new Gathered();
    const news = newsOf(transitions);
    const followed = { poll, skewOf: lazySkew(poll.after), gathered };
    for (const callId of new Set([...delta.calls.keys(), ...news.keys()])) {
      const call = delta.calls.get(callId) ?? poll.ended.get(callId);
      if (call !== undefined) this.#followCall(call, news.get(callId) ?? NO_NEWS, followed);
    }
    return gathered;
  }

  /** Ends the stories of calls that are not alive any more; to be called after `follow` of all parts of a decision. */
  settle({ calls }: DeskPoll): GatheredStories {
    if (this.#isSwept) return NOTHING;
    this.#isSwept = true;
    const gathered = new Gathered();
    for (const [callId, story] of this.#stories)
      if (!calls.has(callId)) this.#end(callId, withoutEnd(story), null, gathered);
    return gathered;
  }

  #followCall(call: Call, news: CallNews, { poll, skewOf, gathered }: Following): void {
    const { callId } = call;
    const known = this.#stories.get(callId);
    const before = known ?? begun(call, news);
    const segments = followSegments(before.segments, { call, news }, poll, skewOf);
    const visits = followVisits(before.visits, { call, segments, news }, poll, skewOf);
    const offers = news.offers.length === 0 ? before.offers : [...before.offers, ...news.offers];
    const isSame = visits === before.visits && segments === before.segments && offers === before.offers;
    if (isSame && known !== undefined && news.ended === null) return;
    const story = isSame ? before : this.#bounded({ ...before, visits, segments, offers }, gathered);
    if (news.ended === null) {
      this.#stories.set(callId, story);
      gathered.stories.set(callId, story);
    } else {
      gathered.records.push(recordOf(story, news.ended, this.#rules));
      this.#end(callId, story, news.ended.time, gathered);
    }
  }

  /** The story without the oldest of what is more than it keeps, which is counted now. */
  #bounded(story: CallStory, gathered: Gathered): CallStory {
    const visits = split(story.visits, VISITS_KEPT);
    const segments = split(story.segments, VISITS_KEPT);
    const offers = split(story.offers, OFFERS_KEPT);
    if (visits.old.length + segments.old.length + offers.old.length === 0) return story;
    const old = { visits: visits.old, segments: segments.old, offers: offers.old };
    this.#count(old, { ended: visits.kept[0]?.joined ?? null, callId: null }, gathered);
    return { ...story, visits: visits.kept, segments: segments.kept, offers: offers.kept };
  }

  #end(callId: string, story: Counted, ended: KnownTime | null, gathered: Gathered): void {
    if (this.#stories.delete(callId)) gathered.stories.set(callId, null);
    this.#count(story, { ended, callId }, gathered);
  }

  #count(
    story: Counted,
    { ended, callId }: { readonly ended: KnownTime | null; readonly callId: string | null },
    gathered: Gathered,
  ): void {
    const { shortAbandonMs } = this.#rules;
    const counts = countsOf(story, ended, { calendar: this.#calendar, shortAbandonMs });
    for (const counted of counts) {
      gathered.tallies.push(tallyOf(counted, callId));
      const label = labelOf(counted, story);
      if (label !== null && this.#labels.isNew(label)) gathered.labels.push(label);
    }
  }
}

/** What the calls of a part share. */
interface Following {
  readonly poll: DeskPoll;
  readonly skewOf: () => number | null;
  readonly gathered: Gathered;
}

class Gathered {
  readonly stories = new Map<string, CallStory | null>();
  readonly records: EndedCallRecord[] = [];
  readonly tallies: Tally[] = [];
  readonly labels: TallyLabel[] = [];
}

const NOTHING: GatheredStories = { stories: new Map(), records: [], tallies: [], labels: [] };
const NONE: readonly never[] = [];

function split<Item>(items: readonly Item[], kept: number): { old: readonly Item[]; kept: readonly Item[] } {
  return items.length <= kept
    ? { old: NONE, kept: items }
    : { old: items.slice(0, -kept), kept: items.slice(-kept) };
}

/** The story of a call whose end no poll showed. */
function withoutEnd(story: CallStory): CallStory {
  const visits = story.visits.map((visit) => {
    if (visit.left !== null) return visit;
    const left = {
      at: visit.joined.at,
      earliest: null,
      latest: visit.joined.latest,
      certainty: 'inferred' as const,
    };
    return { ...visit, left, how: 'unknown' as const };
  });
  const segments = story.segments.map((segment) => {
    if (segment.to !== null) return segment;
    const { at, latest } = segment.from;
    return { ...segment, to: { at, earliest: null, latest, certainty: 'inferred' as const } };
  });
  return { ...story, visits, segments };
}

function begun(call: Call, { started }: CallNews): CallStory {
  return {
    callId: call.callId,
    started: started ?? knownStart(call),
    visits: NONE,
    segments: NONE,
    offers: NONE,
  };
}

/** The start of a call that an older build has announced. */
function knownStart({ startedAt: at, startedCertainty: certainty }: Call): KnownTime {
  return { at, earliest: certainty === 'upstream' ? at : null, latest: at, certainty };
}

function recordOf(
  { callId, ...story }: CallStory,
  { view }: EndedNews,
  { country }: DeskRules,
): EndedCallRecord {
  return {
    eventId: `${callId}/call-ended`,
    view,
    story,
    terms: {
      line: lineOf(view.customer, country),
      extensions: extensionsOf(story, view),
      queues: [...new Set([...view.queues, ...story.visits.map(({ queue }) => queue)].map(({ id }) => id))],
    },
  };
}

function extensionsOf(
  { segments }: Pick<CallStory, 'segments'>,
  { direction, agent, extensions }: EndedCallRecord['view'],
): readonly string[] {
  const talked = segments.map(({ extension }) => extension);
  const placed = direction === 'inbound' ? null : (agent?.extension ?? null);
  const took = placed === null ? talked : [...talked, placed];
  const rung = extensions.slice(0, RUNG_KEPT).map(({ extension }) => extension);
  return [...new Set(took.length > 0 ? took : rung)];
}

/** A call that no agent answered is found by the extensions that it rang at; one that rings everybody, by its queue. */
const RUNG_KEPT = 4;

function tallyOf({ day, row, add }: Counts, callId: string | null): Tally {
  return { day, row, add: [...add], callId };
}

function labelOf({ day, row: { of, name } }: Counts, story: Counted): TallyLabel | null {
  if (of === 'source') return null;
  const label =
    of === 'queue'
      ? story.visits.findLast(({ queue }) => queue.id === name)?.queue.name
      : [...story.offers, ...story.segments].findLast(({ extension }) => extension === name)?.agentName;
  return label === undefined || label === null ? null : { day, of, name, label };
}
