import { Item } from './callback-book.js';
import { lineOf } from './desk-truth.js';
import type { DeskAct } from './callback-deeds.js';
import type { CallbackRules } from './judge-callbacks.js';
import type { DeskEvent, JudgedCallbackEvent } from './judge-desk-report.js';
import { TruthIndex } from './judge-match.js';
import type { JudgedEvent } from './judge-report.js';
import { isConnected, spansOf } from './judge-sight.js';
import type { CallTruth } from './truth.js';

/**
 * The call-backs of a bridge that makes no mistake, put into a log of calls that has none: the judge finds nothing wrong with
 * them, and lies are made of them. People claim and dismiss every third item, so that there is something of each to lie about.
 */
export interface StatedCallbacks {
  readonly events: readonly DeskEvent[];
  readonly acts: readonly DeskAct[];
}

const COUNTS = { sure: 10_000, inferred: 30_000 };

interface Talk {
  readonly call: CallTruth;
  readonly event: JudgedEvent;
  readonly line: string;
  readonly from: number;
  readonly counts: number;
  readonly isInferred: boolean;
}

export function perfectCallbacks(
  truth: readonly CallTruth[],
  calls: readonly JudgedEvent[],
  polls: readonly number[],
  rules: CallbackRules,
): StatedCallbacks {
  const teller = new CallbackTeller(truth, rules);
  let next = 0;
  for (const at of polls) {
    const commit: JudgedEvent[] = [];
    while (next < calls.length && Date.parse(calls[next]!.recordedtime) <= at) commit.push(calls[next++]!);
    teller.poll(commit, at);
  }
  teller.poll(calls.slice(next), Infinity);
  const events = teller.events.map((event, nth) => ({
    ...event,
    sequence: String(nth + 1).padStart(16, '0'),
  }));
  return { events, acts: teller.acts };
}

class CallbackTeller {
  readonly events: DeskEvent[] = [];
  readonly acts: DeskAct[] = [];
  readonly #index: TruthIndex;
  readonly #open = new Map<string, Item>();
  readonly #talks = new Map<string, Talk>();
  readonly #starts = new Map<string, JudgedEvent>();
  readonly #counts = new Map<string, number>();
  /** The items that somebody will see to, by their number. */
  readonly #asked = new Map<string, number>();
  #items = 0;

  constructor(
    truth: readonly CallTruth[],
    private readonly rules: CallbackRules,
  ) {
    this.#index = new TruthIndex(truth);
  }

  poll(commit: readonly JudgedEvent[], at: number): void {
    const ends: JudgedEvent[] = [];
    for (const event of commit) {
      this.events.push(event);
      if (event.type === 'call-started') this.#starts.set(event.data.callId, event);
      if (event.type === 'call-answered') this.#answered(event);
      if (event.type === 'call-ended') ends.push(event);
    }
    const isMiss = ({ data }: JudgedEvent): boolean => data.outcome === 'abandoned';
    for (const event of ends.filter(isMiss)) this.#abandoned(event);
    for (const event of ends.filter((one) => !isMiss(one))) this.#over(event);
    if (at === Infinity) return;
    this.#talked(at);
    this.#timed(at);
    this.#people(at);
  }

  #answered(event: JudgedEvent): void {
    const call = this.#index.callOf(event)!;
    const line = lineOf(call.customer);
    if (line === null || event.data.direction === 'local') return;
    const isInferred = event.data.observed.certainty === 'inferred';
    const from = Date.parse(event.data.answeredAt!);
    const counts = from + (isInferred ? COUNTS.inferred : COUNTS.sure);
    this.#talks.set(event.data.callId, { call, event, line, from, counts, isInferred });
  }

  #abandoned(event: JudgedEvent): void {
    const { data } = event;
    const line = lineOf(this.#index.callOf(event)!.customer);
    const began = this.#starts.get(data.callId)?.data.observed.earliest ?? null;
    const lasted = began === null ? Infinity : Date.parse(data.observed.latest) - Date.parse(began);
    if (line === null || lasted < this.rules.shortAbandonMs) return;
    const miss = {
      at: data.endedAt!,
      callId: data.callId,
      customer: data.customer!,
      queue: data.queue,
      waitMs: data.waitMs,
      isProbable: data.observed.certainty === 'inferred',
      isAfterHours: false,
    };
    const item = this.#open.get(line);
    if (item === undefined) {
      const opened = new Item(`cb-${data.callId}`, line, miss);
      this.#open.set(line, opened);
      this.#items += 1;
      if (this.#items % 3 === 0) this.#asked.set(opened.id, this.#items);
      return this.#say('callback-due', opened, event, {});
    }
    item.miss(miss);
    this.#say('callback-updated', item, event, { change: 'missed', missedCallId: data.callId });
  }

  #over(event: JudgedEvent): void {
    const { data } = event;
    const talk = this.#talks.get(data.callId);
    this.#talks.delete(data.callId);
    const item = this.#open.get(lineOf(this.#index.callOf(event)!.customer) ?? '');
    if (item === undefined || data.direction === 'local') return;
    if (talk === undefined) {
      if (data.direction !== 'outbound') return;
    } else if (talk.from > item.lastAt) {
      const lasted = data.talkMs ?? Date.parse(data.observed.earliest ?? data.answeredAt!) - talk.from;
      if (lasted >= talk.counts - talk.from) return this.#close(item, talk, event);
    } else return;
    item.tried += 1;
    this.#say('callback-updated', item, event, { change: 'tried' });
  }

  #close(item: Item, { isInferred, event: { data } }: Talk, by: JudgedEvent | number): void {
    const reason = data.direction === 'outbound' ? 'called-back' : 'reached-us';
    item.claim = null;
    this.#open.delete(item.line);
    this.#say('callback-done', item, by, { reason, ...(isInferred ? { probable: true } : {}) });
  }

  #talked(at: number): void {
    for (const talk of this.#talks.values()) {
      const item = this.#open.get(talk.line);
      if (item === undefined || talk.from <= item.lastAt || at < talk.counts) continue;
      const isShown = talk.call.sightings.some(
        (one) =>
          one.endpoint === 'monitor' &&
          spansOf(one).some(({ state, from, to }) => isConnected(state) && from <= at && at < to),
      );
      if (!isShown) continue;
      this.#close(item, talk, talk.counts);
      const said = this.events.at(-1)!;
      const observed = { ...(said.data as JudgedCallbackEvent).observed, latest: text(at) };
      const certainty = talk.isInferred ? 'inferred' : 'observed';
      this.events[this.events.length - 1] = {
        ...said,
        recordedtime: text(at),
        data: { ...(said.data as JudgedCallbackEvent), observed: { ...observed, certainty } },
      };
    }
  }

  #timed(at: number): void {
    for (const item of [...this.#open.values()]) {
      if (item.lastAt + this.rules.callbackMaxAgeMs <= at) {
        this.#open.delete(item.line);
        item.claim = null;
        this.#say('callback-done', item, at, { reason: 'expired' });
      } else if (item.claim !== null && item.claim.until <= at) {
        const { until } = item.claim;
        item.claim = null;
        this.#say('callback-updated', item, until, { change: 'released' }, at);
      }
    }
  }

  /** Now and then somebody is on an item, or is done with one. */
  #people(at: number): void {
    const item = [...this.#open.values()].find(({ id }) => this.#asked.has(id));
    if (item === undefined || item.claim !== null || at < item.lastAt + 20_000) return;
    const by = 'lan';
    if (this.#asked.get(item.id)! % 6 === 0) {
      this.#asked.delete(item.id);
      this.acts.push({ at, kind: 'callback-claim', callback: item.id, by, why: null, result: 'written' });
      item.claim = { by, until: at + 600_000 };
      return this.#say('callback-updated', item, at, { change: 'claimed', by });
    }
    const why = 'not-needed';
    this.acts.push({ at, kind: 'callback-dismiss', callback: item.id, by, why, result: 'written' });
    this.#open.delete(item.line);
    this.#say('callback-done', item, at, { reason: 'dismissed', by });
  }

  /** @param because the end of a call, or an instant */
  #say(
    type: string,
    item: Item,
    because: JudgedEvent | number,
    more: Partial<JudgedCallbackEvent>,
    recorded: number | null = null,
  ): void {
    const isCall = typeof because !== 'number';
    const time = isCall ? because.data.endedAt! : text(because);
    const nth = (this.#counts.get(item.id) ?? 0) + 1;
    this.#counts.set(item.id, nth);
    const observed = isCall ? because.data.observed : { earliest: time, latest: time, certainty: 'observed' };
    this.events.push({
      id: `day/callback/${item.id}/${type}/${nth}`,
      type,
      subject: `callback/${item.id}`,
      time,
      recordedtime: isCall ? because.recordedtime : text(recorded ?? because),
      sequence: '',
      data: { callback: item.view(), ...more, observed },
    });
  }
}

function text(at: number): string {
  return new Date(at).toISOString();
}
