import type { EndedCallRecord } from '../day/ended-call-record.js';
import type { DecidedPart, DeskPoll } from '../desk-poll.js';
import type { DeskRules } from '../desk-rules.js';
import type { Observed } from '../model/call.js';
import type { Changed } from '../model/delta.js';
import type { CallView, Transition } from '../model/event.js';
import type { Instant, PhoneNumber } from '../model/observation.js';
import { lineOf } from '../parts/line.js';
import { isCertainlyWithin, windowOf } from '../parts/window.js';
import { AfterHours } from './business-hours.js';
import { type Callback, type CallbackEnd, CALLBACKS_MAX } from './callback.js';
import {
  doneTransition,
  dueTransition,
  type Happened,
  happenedAt,
  missedAgainTransition,
  updatedTransition,
} from './callback-events.js';
import { answered, type CallbackRequest, type CallbackResult } from './callback-request.js';
import { CALLBACK_STEPS, type CallEnd, isOfCustomer, talkThatCounts } from './callback-rules.js';
import { closed, lastMissed, missedAgain, opened, released, tried } from './callback-steps.js';
import { OwnNumbers } from './own-numbers.js';
import { countsFrom, LiveTalks, RecentTalks, shownTalking, type Talk } from './talks.js';

/**
 * Who is owed a call (docs/callbacks.md): one open item a customer, opened by a caller who hung up unheard and closed by a
 * conversation since, by a person, or by age.
 *
 * Guarantees: an item has one `callback-due` and, once it is closed, one `callback-done`, unless a person reopens it; a call
 * opens or closes an item once, because it follows from the call's own transition; an attempt closes nothing; no more than
 * `CALLBACKS_MAX` are open, and the oldest gives way as `expired`.
 */
export class Callbacks {
  readonly #rules: DeskRules;
  readonly #afterHours: AfterHours;
  readonly #items = new Map<string, Callback>();
  /** The open item of each customer. */
  readonly #open = new Map<string, string>();
  readonly #talks = new LiveTalks();
  readonly #own: OwnNumbers;
  /** Whether a poll has shown which calls are alive. */
  #hasBegun = false;
  readonly #recent = new RecentTalks();
  /** When something is due by the clock alone, or earlier. */
  #dueAt: Instant = -Infinity;
  #transitions: Transition[] = [];
  #changed = new Map<string, Callback | null>();

  constructor(callbacks: ReadonlyMap<string, Callback>, rules: DeskRules) {
    this.#rules = rules;
    this.#afterHours = new AfterHours(rules);
    this.#own = new OwnNumbers(rules.country);
    for (const item of callbacks.values()) this.#keep(item);
  }

  /** What the calls' transitions mean. Abandonments come first: a conversation of the same poll may have been since. */
  follow(
    { delta, transitions }: DecidedPart,
    records: readonly EndedCallRecord[],
    poll: DeskPoll,
  ): FollowedCallbacks {
    if (this.#hasBegun) this.#own.follow(delta.calls, poll.hotlines);
    else this.#begin(poll);
    const ends: EndedCall[] = [];
    const recordOf = new Map(records.map((record) => [record.view.callId, record]));
    for (const { type, subject, data } of transitions)
      if (type === 'call-answered') {
        const { direction, customer, answeredAt, observed } = data;
        const from = Date.parse(answeredAt!);
        this.#noteTalk({ callId: subject, direction, from, answer: observed.certainty }, customer);
      } else if (type === 'call-ended') {
        const end = this.#endOf(data, recordOf.get(subject));
        if (end !== null) ends.push(end);
        this.#talks.delete(subject);
      }
    for (const end of ends) if (end.how === 'abandoned') this.#step(end);
    for (const end of ends) if (end.how !== 'abandoned') this.#step(end);
    return this.#taken();
  }

  /** What time has brought: conversations that have lasted long enough, claims and items that are over. */
  settle(poll: DeskPoll): FollowedCallbacks {
    if (!this.#hasBegun) this.#begin(poll);
    for (const talk of this.#talks.withOwed()) this.#closeBy(talk, poll);
    if (poll.at >= this.#dueAt) this.#clear(poll.at);
    return this.#taken();
  }

  /** What a person has asked for. */
  answer(request: CallbackRequest, at: Instant): FollowedCallbacks & { readonly result: CallbackResult } {
    const item = this.#items.get(request.callback);
    const other = item === undefined ? undefined : this.#open.get(item.line);
    const { result, callback, transition } = answered(request, item, other ?? null, at);
    if (callback !== null) {
      this.#put(callback);
      this.#transitions.push(transition!);
    }
    return { ...this.#taken(), result };
  }

  /**
   * Removes what is owed to a customer, as somebody who may has asked; true if there was anything. An open one ends as `expired`, so
   * that no one goes on with it, in an event without the number: the log would otherwise hold that for as long again.
   */
  forget(line: string, at: Instant): FollowedCallbacks & { readonly found: boolean } {
    const items = [...this.#items.values()].filter((item) => item.line === line);
    for (const item of items) {
      if (item.done === null) this.#expire({ ...item, customer: FORGOTTEN }, at);
      this.#forget(item);
    }
    return { ...this.#taken(), found: items.length > 0 };
  }

  /** Takes the calls that are alive when this owner takes over, among them the conversations that go on. */
  #begin({ calls, hotlines }: DeskPoll): void {
    this.#hasBegun = true;
    this.#own.follow(calls, hotlines);
    for (const { callId, direction, customer, answeredAt, answeredCertainty } of calls.values())
      if (answeredAt !== null)
        this.#noteTalk(
          { callId, direction, from: answeredAt, answer: answeredCertainty ?? 'inferred' },
          customer,
        );
  }

  #noteTalk(
    { direction, ...talk }: Omit<Talk, 'line' | 'direction'> & Pick<CallView, 'direction'>,
    customer: PhoneNumber | null,
  ): void {
    const line = lineOf(customer, this.#rules.country);
    if (direction !== 'local' && line !== null) this.#talks.set({ ...talk, line, direction });
  }

  #closeBy(talk: Talk, poll: DeskPoll): void {
    const id = this.#open.get(talk.line);
    if (id === undefined) return;
    const item = this.#items.get(id)!;
    const call = poll.calls.get(talk.callId);
    const shownAt = call === undefined ? null : shownTalking(call, poll);
    const time = countsFrom(talk);
    if (shownAt === null || shownAt < time || talk.from <= lastMissed(item)) return;
    const certainty = talk.answer === 'inferred' ? 'inferred' : 'observed';
    this.#close(item, endBy(talk, time), { time, observed: { earliest: time, latest: shownAt, certainty } });
  }

  /** Null for a call that concerns no customer whom one could call back. */
  #endOf(view: View, record: EndedCallRecord | undefined): EndedCall | null {
    const line = lineOf(view.customer, this.#rules.country);
    if (line === null || !isOfCustomer(view) || this.#own.includes(view.customer!, view.hotline)) return null;
    const { earliest, latest, certainty } = view.observed;
    const observed = {
      earliest: earliest === null ? null : Date.parse(earliest),
      latest: Date.parse(latest),
      certainty,
    };
    const talk = this.#talks.get(view.callId) ?? talkOf(view, record, line);
    const happened = { time: Date.parse(view.endedAt!), observed };
    return { view, line, happened, talk, how: this.#how(view, record, talk, observed) };
  }

  #how(
    { outcome, talkMs }: View,
    record: EndedCallRecord | undefined,
    talk: Talk | null,
    observed: Observed,
  ): CallEnd {
    if (outcome === 'abandoned') {
      const began = record === undefined ? null : windowOf(record.story.started);
      const isShort =
        began !== null && isCertainlyWithin(began, windowOf(observed), this.#rules.shortAbandonMs);
      return isShort ? 'abandoned-briefly' : 'abandoned';
    }
    if (outcome !== 'answered' || talk === null) return 'unanswered';
    // Where it is not known how long it was, it was as long as it was certainly seen.
    const talked = talkMs ?? (observed.earliest ?? talk.from) - talk.from;
    return talked >= talkThatCounts(talk.answer) ? 'talked' : 'talked-briefly';
  }

  #step({ view, line, happened, talk, how }: EndedCall): void {
    const id = this.#open.get(line);
    const item = id === undefined ? undefined : this.#items.get(id);
    const step = CALLBACK_STEPS.decide({
      open: item !== undefined,
      direction: view.direction as 'inbound' | 'outbound',
      end: how,
      later:
        item !== undefined &&
        talk !== null &&
        (how === 'talked' || how === 'talked-briefly') &&
        talk.from > lastMissed(item),
    });
    if (how === 'talked') this.#recent.add(talk!, happened.time);
    switch (step) {
      case null:
        return;
      case 'opens':
        return this.#opens(view, line, happened);
      case 'missed': {
        const again = missedAgain(item!, this.#missOf(view, happened));
        this.#put(again);
        this.#transitions.push(missedAgainTransition(again, view.callId, happened));
        return this.#closeByRecent(again);
      }
      case 'tried': {
        const more = tried(item!, happened.time);
        this.#put(more);
        this.#transitions.push(updatedTransition(more, 'tried', happened, null));
        return;
      }
      default:
        return this.#close(item!, endBy(talk!, happened.time), happened);
    }
  }

  #opens(view: View, line: string, happened: Happened): void {
    if (this.#open.size >= CALLBACKS_MAX) this.#expire(this.#oldest(), happened.time);
    const item = opened(line, view.customer!, view.callId, this.#missOf(view, happened));
    this.#put(item);
    this.#transitions.push(dueTransition(item, happened));
    this.#closeByRecent(item);
  }

  /** An abandonment that was noticed late, and the customer has been spoken to since. */
  #closeByRecent(item: Callback): void {
    const talk = this.#recent.since(item.line, lastMissed(item));
    if (talk !== null) this.#close(item, endBy(talk, countsFrom(talk)), happenedAt(countsFrom(talk)));
  }

  #missOf(view: View, { time, observed }: Happened) {
    const { callId, customer, queue, waitMs, startedAt } = view;
    return {
      at: time,
      callId,
      customer: customer!,
      queue,
      waitMs,
      isProbable: observed.certainty === 'inferred',
      isAfterHours: this.#afterHours.includes(Date.parse(startedAt)),
    };
  }

  #close(item: Callback, end: CallbackEnd, happened: Happened): void {
    const over = closed(item, end);
    this.#put(over);
    this.#transitions.push(doneTransition(over, end, happened));
  }

  #expire(item: Callback, at: Instant): void {
    const end = { reason: 'expired', at, probable: false, callId: null, by: null, why: null } as const;
    this.#close(item, end, happenedAt(at));
  }

  #oldest(): Callback {
    let oldest: Callback | null = null;
    for (const id of this.#open.values()) {
      const item = this.#items.get(id)!;
      if (oldest === null || lastMissed(item) < lastMissed(oldest)) oldest = item;
    }
    return oldest!;
  }

  /** Ends claims and items whose time is over, and forgets those that were closed long ago, or are too many. */
  #clear(at: Instant): void {
    const { callbackMaxAgeMs } = this.#rules;
    this.#dueAt = Infinity;
    for (const item of [...this.#items.values()]) {
      const { claim, done } = item;
      if (done !== null) {
        if (done.at + CLOSED_KEPT_MS <= at) this.#forget(item);
      } else if (lastMissed(item) + callbackMaxAgeMs <= at) this.#expire(item, at);
      else if (claim !== null && claim.until <= at) {
        const free = released(item, claim.until, null);
        this.#put(free);
        this.#transitions.push(updatedTransition(free, 'released', happenedAt(claim.until), null));
      }
    }
    const over = [...this.#items.values()].filter(({ done }) => done !== null);
    const excess = over.sort((a, b) => a.done!.at - b.done!.at).slice(0, -CALLBACKS_MAX);
    for (const item of excess) this.#forget(item);
    for (const item of this.#items.values()) this.#plan(item);
  }

  #forget({ id }: Callback): void {
    this.#items.delete(id);
    this.#changed.set(id, null);
  }

  #put(item: Callback): void {
    this.#changed.set(item.id, item);
    this.#keep(item);
    if (this.#items.size - this.#open.size > CALLBACKS_MAX) this.#dueAt = -Infinity;
  }

  #keep(item: Callback): void {
    this.#items.set(item.id, item);
    if (item.done === null) this.#open.set(item.line, item.id);
    else if (this.#open.get(item.line) === item.id) this.#open.delete(item.line);
    this.#talks.owe(item.line, this.#open.has(item.line));
    this.#plan(item);
  }

  #plan({ claim, done, ...item }: Callback): void {
    const due =
      done === null
        ? Math.min(lastMissed(item) + this.#rules.callbackMaxAgeMs, claim?.until ?? Infinity)
        : done.at + CLOSED_KEPT_MS;
    this.#dueAt = Math.min(this.#dueAt, due);
  }

  #taken(): FollowedCallbacks {
    if (this.#changed.size === 0) return NOTHING;
    const taken = { transitions: this.#transitions, callbacks: this.#changed };
    this.#transitions = [];
    this.#changed = new Map();
    return taken;
  }
}

export interface FollowedCallbacks {
  readonly transitions: readonly Transition[];
  readonly callbacks: Changed<Callback>;
}

const NOTHING: FollowedCallbacks = { transitions: [], callbacks: new Map() };

/** As of a caller who withholds the number. */
const FORGOTTEN: PhoneNumber = { raw: 'withheld', e164: null, national: null };

/** How long a closed one is shown, with who did what. */
const CLOSED_KEPT_MS = 7 * 86_400_000;

type View = Omit<CallView, 'tenant'>;

/** A call that has ended, as far as it concerns call-backs. */
interface EndedCall {
  readonly view: View;
  readonly line: string;
  readonly happened: Happened;
  /** Null where the call was not answered. */
  readonly talk: Talk | null;
  readonly how: CallEnd;
}

/** The conversation of a call that was answered before this owner knew of it. */
function talkOf(
  { callId, direction, answeredAt }: View,
  record: EndedCallRecord | undefined,
  line: string,
): Talk | null {
  if (answeredAt === null || direction === 'local') return null;
  const answer = record?.story.segments[0]?.from.certainty ?? 'inferred';
  return { callId, line, direction, from: Date.parse(answeredAt), answer };
}

function endBy({ callId, direction, answer }: Talk, at: Instant): CallbackEnd {
  const reason = direction === 'outbound' ? 'called-back' : 'reached-us';
  return { reason, at, probable: answer === 'inferred', callId, by: null, why: null };
}
