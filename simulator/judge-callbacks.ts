import { Item, type Missed } from './callback-book.js';
import { CHANGES, type DeskAct, rightResult } from './callback-deeds.js';
import { Doubts } from './desk-doubt.js';
import { conversationOf, lineOf } from './desk-truth.js';
import {
  type DeskEvent,
  DeskFindings,
  type JudgedCallbackEvent,
  type JudgedWindow,
} from './judge-desk-report.js';
import { TruthIndex } from './judge-match.js';
import type { JudgedEvent, Report } from './judge-report.js';
import { isConnected, spansOf } from './judge-sight.js';
import {
  bridgedAt,
  type CallState,
  type End,
  JudgedTalks,
  refine,
  type Talk,
  TALK_MS,
} from './judged-talks.js';
import { commitsOf, compareStated, type Happened, take, type Taken } from './stated-callbacks.js';
import type { CallTruth } from './truth.js';
import { localTime } from './vietnam-time.js';

/**
 * Compares the call-backs that a bridge emitted with what happened (`docs/judge.md`).
 *
 * A pure function. It goes through the log once. Each end of a call means something for the call-back of its customer
 * (`docs/callbacks.md`), and the event that says so has to be in the same commit, with the right numbers; any other event of a
 * call-back is found. Whose the call was, whether the caller gave up, and whether there was a conversation, is the truth's.
 * Where what the bridge said of a call is not the truth, the judge of calls has found it or excused it by a reason, and the
 * call-backs are to follow what was said: that is counted by that reason.
 */
export interface CallbackCase {
  readonly truth: readonly CallTruth[];
  /** The whole log, in its order. */
  readonly events: readonly DeskEvent[];
  /** What the judge of calls made of the same log. */
  readonly calls: Report;
  /** What people asked, in the order in which it was answered. */
  readonly acts?: readonly DeskAct[];
  readonly rules: CallbackRules;
  /** When complete answers were received, and showed the PBX. */
  readonly polls: { readonly monitor: readonly number[]; readonly queue: readonly number[] };
  /** Polls may have been lost with a bridge that was killed: nothing is demanded of when exactly time is noticed. */
  readonly losesPolls?: boolean;
}

export interface CallbackRules {
  readonly shortAbandonMs: number;
  readonly callbackMaxAgeMs: number;
  readonly businessHours:
    | readonly { readonly days: readonly number[]; readonly from: number; readonly to: number }[]
    | null;
}

export interface CallbackVerdict extends DeskFindings {
  readonly due: number;
  readonly missed: number;
  readonly tried: number;
  readonly closed: Readonly<Record<string, number>>;
  /** Closed by a call in which the customer never answered: surely so, and said to be probable. */
  readonly closedByAttempt: { readonly sure: number; readonly probable: number };
}

const SECOND = 1_000;
const CLAIM_MS = 600_000;

export function judgeCallbacks(given: CallbackCase): CallbackVerdict {
  return new CallbackJudge(given).judge();
}

class CallbackJudge {
  readonly #given: CallbackCase;
  readonly #findings = new DeskFindings();
  readonly #index: TruthIndex;
  readonly #items = new Map<string, Item>();
  readonly #open = new Map<string, Item>();
  readonly #recent = new Map<string, Talk>();
  readonly #ids = new Set<string>();
  readonly #openSince = new Map<string, number>();
  readonly #doubts: Doubts;
  readonly #talks: JudgedTalks;
  readonly #closed: Record<string, number> = {};
  #due = 0;
  #missed = 0;
  #tried = 0;
  #attempts = { sure: 0, probable: 0 };

  constructor(given: CallbackCase) {
    this.#given = given;
    this.#index = new TruthIndex(given.truth);
    this.#doubts = new Doubts(given.calls);
    const { shortAbandonMs } = given.rules;
    this.#talks = new JudgedTalks(this.#index, this.#doubts, this.#findings, shortAbandonMs);
  }

  judge(): CallbackVerdict {
    const acts = [...(this.#given.acts ?? [])];
    for (const commit of commitsOf(this.#given.events)) {
      const at = Date.parse(commit[0]!.recordedtime);
      // A person who was answered between two polls, and learnt that there is nothing to write.
      while (acts.length > 0 && acts[0]!.at < at) this.#act(acts.shift()!, []);
      this.#commit(commit, at, acts);
    }
    for (const act of acts) this.#act(act, []);
    this.#timed([], (this.#given.polls.monitor.at(-1) ?? 0) + 1);
    this.#atEnd();
    return Object.assign(this.#findings, {
      due: this.#due,
      missed: this.#missed,
      tried: this.#tried,
      closed: this.#closed,
      closedByAttempt: this.#attempts,
    });
  }

  #commit(commit: readonly DeskEvent[], at: number, acts: DeskAct[]): void {
    const stated = commit.filter(({ type }) => type.startsWith('callback-'));
    for (const { id } of stated) {
      this.#findings.holds('doubled', id, at, !this.#ids.has(id), 'an event twice');
      this.#ids.add(id);
    }
    const left = [...stated];
    const ends: JudgedEvent[] = [];
    for (const event of commit) {
      if (!event.type.startsWith('call-')) continue;
      this.#talks.note(event as unknown as JudgedEvent);
      if (event.type === 'call-ended') ends.push(event as unknown as JudgedEvent);
    }
    const read = ends.map((event) => this.#talks.endOf(event)).filter((end) => end !== null);
    for (const end of read) if (end.how === 'abandoned') this.#step(end, left, at);
    for (const end of read) if (end.how !== 'abandoned') this.#step(end, left, at);
    for (const { data } of ends) this.#talks.forget(data.callId);
    this.#closedInTalk(left, at);
    this.#timed(left, at);
    while (acts.length > 0 && acts[0]!.at === at) this.#act(acts.shift()!, left);
    for (const event of left) {
      const { callback, change, reason } = event.data as JudgedCallbackEvent;
      this.#findings.wrong(
        'invented',
        callback.id,
        at,
        `${event.type} ${change ?? reason ?? ''}: nothing led to it`,
      );
      this.#adopt(event);
    }
  }

  #step(end: End, left: DeskEvent[], at: number): void {
    const { event, call, line, talk, how, isOwn } = end;
    const { data } = event;
    const item = this.#open.get(line);
    const observed = data.observed;
    const happened = { time: data.endedAt!, observed };
    if (how === 'abandoned') {
      const miss = this.#missOf(event);
      if (item === undefined) {
        const due = take(
          left,
          (one) => one.type === 'callback-due' && one.data.callback.callIds.includes(data.callId),
        );
        if (due === null) {
          if (!isOwn)
            this.#findings.wrong('due', call.callKey, at, `${data.callId}: abandoned, and no call is due`);
          return;
        }
        if (isOwn) {
          this.#findings.excuse('hotline-not-learnt');
        }
        const opened = new Item(due.data.callback.id, line, miss);
        this.#findings.holds('id', opened.id, at, !this.#items.has(opened.id), 'the id of another call-back');
        this.#findings.holds('id', opened.id, at, !showsNumber(opened.id, call), 'the id shows the number');
        this.#keep(opened);
        this.#openSince.set(opened.id, at + 1);
        this.#due += 1;
        this.#missed += 1;
        compareStated(due, opened, { happened, at }, this.#findings);
      } else {
        item.miss(miss);
        this.#missed += 1;
        this.#updated(item, 'missed', left, happened, at, call.callKey);
      }
      this.#closedByRecent(this.#open.get(line)!, left, at);
      return;
    }
    if (talk !== null && how !== 'talked-briefly' && how !== 'unanswered') this.#recent.set(line, talk);
    if (item === undefined) return;
    const isLater = talk?.from.some((from) => from > item.lastAt) ?? false;
    const surely = talk?.from.every((from) => from > item.lastAt) ?? false;
    if ((how === 'talked' || how === 'either') && isLater) {
      this.#inTime(item, { call, talk: talk! }, at);
      const done = take(left, (one) => one.type === 'callback-done' && one.data.callback.id === item.id);
      if (done !== null) return this.#done(item, done, talk!, happened, at);
      if (how === 'talked' && surely) {
        this.#findings.wrong(
          'closes',
          item.id,
          at,
          `${call.callKey}: the customer was spoken to, and it stays open`,
        );
        return;
      }
    }
    const isTry = (how === 'talked-briefly' || how === 'either') && isLater;
    if (!isTry && !(data.direction === 'outbound' && how === 'unanswered')) return;
    item.tried += 1;
    this.#tried += 1;
    this.#updated(item, 'tried', left, happened, at, call.callKey);
  }

  #missOf({ data }: JudgedEvent): Missed {
    return {
      at: data.endedAt!,
      callId: data.callId,
      customer: data.customer!,
      queue: data.queue,
      waitMs: data.waitMs,
      isProbable: data.observed.certainty === 'inferred',
      isAfterHours: isAfterHours(Date.parse(data.startedAt), this.#given.rules.businessHours),
    };
  }

  /** An abandonment that was noticed late: the customer has been spoken to since. */
  #closedByRecent(item: Item, left: DeskEvent[], at: number): void {
    const talk = this.#recent.get(item.line);
    if (talk === undefined || !talk.from.some((from) => from > item.lastAt)) return;
    const done = take(left, (one) => one.type === 'callback-done' && one.data.callback.id === item.id);
    // Not known any more after a restart.
    if (done === null) return this.#findings.excuse('spoken-to-before-restart');
    this.#done(item, done, talk, null, at);
  }

  #done(item: Item, done: Taken, talk: Talk, happened: Happened | null, at: number): void {
    const { reason, by, probable } = done.data;
    const call = this.#index.byKey(this.#talks.keyOf(talk.callId))!;
    const conversation = conversationOf(call);
    if (conversation === null) {
      this.#attempts[probable === true ? 'probable' : 'sure'] += 1;
      if (probable !== true || !this.#doubts.has(call.callKey))
        this.#findings.wrong('closes', item.id, at, `${call.callKey}: an attempt closed it`);
    }
    this.#findings.same(
      'reason',
      item.id,
      at,
      reason,
      talk.direction === 'outbound' ? 'called-back' : 'reached-us',
    );
    this.#findings.holds(
      'probable',
      item.id,
      at,
      talk.isProbable.includes(probable === true),
      `probable is ${String(probable)}`,
    );
    this.#findings.same('by', item.id, at, by ?? null, null);
    this.#close(item, { reason: reason ?? '', at: Date.parse(done.event.time), by: null, why: null });
    compareStated(done, item, { happened, at }, this.#findings);
  }

  /** Conversations that go on, and have lasted long enough. */
  #closedInTalk(left: DeskEvent[], at: number): void {
    for (const { talk, call } of this.#talks.live) {
      const item = talk === null ? undefined : this.#open.get(talk.line);
      if (item === undefined || !talk!.from.some((from) => from > item.lastAt)) continue;
      const refined = bridgedAt(call, talk!);
      const counts = [...talk!.from.map((from, nth) => from + talk!.limits[nth]!), refined + TALK_MS];
      const done = take(
        left,
        (one) =>
          one.type === 'callback-done' &&
          one.data.callback.id === item.id &&
          counts.includes(Date.parse(one.event.time)),
      );
      if (done === null) continue;
      this.#inTime(item, { call, talk: talk! }, at);
      const time = Date.parse(done.event.time);
      if (time === refined + TALK_MS && !talk!.from.includes(refined)) refine(talk!, refined);
      const { earliest, latest } = done.data.observed;
      this.#findings.same('observed', item.id, at, earliest, done.event.time);
      const isShown = Date.parse(latest) >= time && Date.parse(latest) <= at;
      this.#findings.holds(
        'observed',
        item.id,
        at,
        isShown,
        `latest ${latest}, recorded ${done.event.recordedtime}`,
      );
      // What was said of a call that was misread is followed.
      const goesOn = (call.endedAt ?? Infinity) >= time - SECOND || this.#isDoubtful(call);
      this.#findings.holds('closes', item.id, at, goesOn, `${call.callKey} had ended before it counted`);
      this.#done(item, done, talk!, null, at);
    }
  }

  /** What time alone brings: claims and items that are over. */
  #timed(left: DeskEvent[], at: number): void {
    const { callbackMaxAgeMs } = this.#given.rules;
    for (const item of this.#open.values()) {
      const due = item.lastAt + callbackMaxAgeMs;
      const expired = take(
        left,
        (one) =>
          one.type === 'callback-done' && one.data.reason === 'expired' && one.data.callback.id === item.id,
      );
      if (expired !== null) {
        this.#findings.holds('expired', item.id, at, due <= at, `before it is ${callbackMaxAgeMs} ms old`);
        this.#noticed('expired', item.id, due, at);
        this.#close(item, { reason: 'expired', at, by: null, why: null });
        compareStated(expired, item, { happened: null, at }, this.#findings);
        continue;
      }
      this.#noticed('expired', item.id, due, at);
      const { claim } = item;
      if (claim === null) continue;
      const isTimed = ({ event, data }: Taken): boolean =>
        event.type === 'callback-updated' && data.change === 'released' && data.by === undefined;
      const released = take(left, (one) => isTimed(one) && one.data.callback.id === item.id);
      if (released === null) {
        this.#noticed('claim', item.id, claim.until, at);
        continue;
      }
      this.#findings.holds('claim', item.id, at, claim.until <= at, 'released by time before its time');
      this.#findings.same('time', item.id, at, Date.parse(released.event.time), claim.until);
      this.#noticed('claim', item.id, claim.until, at);
      item.claim = null;
      compareStated(released, item, { happened: null, at }, this.#findings);
    }
  }

  /** The first answer after it was due has led to it, unless that was lost. */
  #noticed(rule: string, id: string, due: number, at: number): void {
    if (this.#given.losesPolls === true || due > at) return;
    due = Math.max(due, this.#openSince.get(id) ?? due);
    const first = this.#pollFrom('monitor', due);
    this.#findings.holds(rule, id, at, first >= at, `due ${new Date(due).toISOString()}, and not noticed`);
  }

  #pollFrom(endpoint: 'monitor' | 'queue', instant: number): number {
    const polls = this.#given.polls[endpoint];
    let [low, high] = [0, polls.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (polls[middle]! < instant) low = middle + 1;
      else high = middle;
    }
    return polls[low] ?? Infinity;
  }

  /** The first poll that showed the conversation after it counted must have closed the item, which was open by then. */
  #inTime(item: Item, { call, talk }: Pick<CallState, 'call'> & { readonly talk: Talk }, at: number): void {
    if (this.#given.losesPolls === true || !talk.isCustomerKnown || this.#isDoubtful(call)) return;
    const counts = Math.max(...talk.from.map((from, nth) => from + talk.limits[nth]!));
    const since = Math.max(counts, this.#openSince.get(item.id) ?? 0);
    const shown = this.#pollFrom('monitor', since);
    if (shown >= at) return;
    const isShown = call.sightings.some(
      (one) =>
        one.endpoint === 'monitor' &&
        spansOf(one).some(({ state, from, to }) => isConnected(state) && from <= shown && shown < to),
    );
    this.#findings.holds(
      'late',
      item.id,
      at,
      !isShown,
      `${call.callKey}: a poll at ${new Date(shown).toISOString()} showed it`,
    );
  }

  #isDoubtful({ callKey }: CallTruth): boolean {
    return this.#doubts.has(callKey);
  }

  #act(act: DeskAct, left: DeskEvent[]): void {
    const { kind, by, why, at, callback } = act;
    const item = this.#items.get(callback);
    const right = rightResult(act, item, item === undefined ? undefined : this.#open.get(item.line));
    this.#findings.same('result', callback, at, act.result, right);
    const isOwn = (one: Taken): boolean => one.data.callback.id === callback && one.data.by === by;
    const event = right === 'written' ? take(left, isOwn) : null;
    if (right !== 'written' || item === undefined) return;
    if (event === null)
      return this.#findings.wrong('act', callback, at, `${kind} was written, and no event says so`);
    this.#findings.same(
      'type',
      callback,
      at,
      event.type,
      kind === 'callback-dismiss' ? 'callback-done' : 'callback-updated',
    );
    if (kind === 'callback-dismiss') {
      this.#findings.same('reason', callback, at, event.data.reason, 'dismissed');
      this.#close(item, { reason: 'dismissed', at, by, why });
    } else {
      this.#findings.same('change', callback, at, event.data.change, CHANGES[kind]);
      if (kind === 'callback-claim') item.claim = { by, until: at + CLAIM_MS };
      if (kind === 'callback-release') item.claim = null;
      if (kind === 'callback-undo') {
        item.done = null;
        this.#openSince.set(item.id, at + 1);
        this.#closed['dismissed'] = (this.#closed['dismissed'] ?? 1) - 1;
        this.#open.set(item.line, item);
      }
    }
    compareStated(
      event,
      item,
      { happened: { time: event.event.recordedtime, observed: instantly(at) }, at },
      this.#findings,
    );
  }

  #updated(
    item: Item,
    change: string,
    left: DeskEvent[],
    happened: Happened,
    at: number,
    callKey: string,
  ): void {
    const event = take(
      left,
      (one) =>
        one.type === 'callback-updated' && one.data.change === change && one.data.callback.id === item.id,
    );
    if (event === null)
      return this.#findings.wrong(change, item.id, at, `${callKey}: ${change}, and no event says so`);
    this.#findings.same('by', item.id, at, event.data.by ?? null, null);
    const missed = change === 'missed' ? item.missedCallId : null;
    this.#findings.same('missedCallId', item.id, at, event.data.missedCallId ?? null, missed);
    compareStated(event, item, { happened, at }, this.#findings);
  }

  #keep(item: Item): void {
    this.#items.set(item.id, item);
    this.#open.set(item.line, item);
  }

  #close(item: Item, done: NonNullable<Item['done']>): void {
    item.done = done;
    item.claim = null;
    this.#closed[done.reason] = (this.#closed[done.reason] ?? 0) + 1;
    if (this.#open.get(item.line) === item) this.#open.delete(item.line);
  }

  /** Something wrong has been said: go on from it, so that one mistake is found once. */
  #adopt({ type, data }: DeskEvent): void {
    const { callback } = data as JudgedCallbackEvent;
    const item = this.#items.get(callback.id);
    if (item !== undefined && type === 'callback-done')
      this.#close(item, { reason: 'invented', at: 0, by: null, why: null });
  }

  /** Callers who gave up and of whose call nothing was said: the judge of calls knows why. */
  #atEnd(): void {
    const { truth } = this.#given;
    for (const call of truth) {
      if (call.outcome !== 'abandoned' || lineOf(call.customer) === null || this.#talks.isSaid(call))
        continue;
      const reason = this.#doubts.reasonOf(call.callKey);
      if (reason !== null) this.#findings.excuse(reason);
      else this.#findings.wrong('due', call.callKey, call.endedAt, 'abandoned, and nothing was said of it');
    }
  }
}

/** The window of what a person did. */
function instantly(at: number): JudgedWindow {
  const text = new Date(at).toISOString();
  return { earliest: text, latest: text, certainty: 'observed' };
}

function isAfterHours(instant: number, hours: CallbackRules['businessHours']): boolean {
  if (hours === null) return false;
  const { weekday, minute } = localTime(instant);
  return !hours.some(({ days, from, to }) => days.includes(weekday) && from <= minute && minute < to);
}

function showsNumber(id: string, { customer }: CallTruth): boolean {
  const digits = (customer?.e164 ?? customer?.raw ?? '').replace(/\D/g, '').slice(-8);
  return digits.length === 8 && id.includes(digits);
}
