import type { Doubts } from './desk-doubt.js';
import { lineOf } from './desk-truth.js';
import type { DeskFindings } from './judge-desk-report.js';
import type { TruthIndex } from './judge-match.js';
import type { JudgedCall, JudgedEvent } from './judge-report.js';
import type { CallTruth } from './truth.js';

const TALK_AFTER_INFERRED_MS = 30_000;
/** So long a conversation closes a call-back. */
export const TALK_MS = 10_000;
const SECOND = 1_000;

/** A conversation as the bridge has said it so far. */
export interface Talk {
  readonly callId: string;
  readonly line: string;
  readonly direction: string;
  /** When it began, as said then; and, where the PBX has said it better since, as said now. */
  from: number[];
  /** How long it must last; both, where the answer was inferred and the PBX has said it since. */
  limits: number[];
  readonly isProbable: boolean[];
  /** When it began, rows had shown whose number it was. */
  readonly isCustomerKnown: boolean;
}

export interface CallState {
  readonly call: CallTruth;
  start: JudgedEvent | null;
  talk: Talk | null;
}

export interface End {
  readonly event: JudgedEvent;
  readonly call: CallTruth;
  readonly line: string;
  readonly talk: Talk | null;
  readonly how: 'abandoned' | 'abandoned-briefly' | 'talked' | 'talked-briefly' | 'either' | 'unanswered';
  /** A number of the PBX's own that is not known as such. */
  readonly isOwn: boolean;
}

/**
 * What the events of the calls have said so far, and what the end of a call means for its customer's call-back.
 *
 * Whose the call was, and whether there was a conversation, is the truth's.
 */
export class JudgedTalks {
  /** Calls that have not ended, by the id that the bridge gave them. */
  readonly #calls = new Map<string, CallState>();
  readonly #byKey = new Map<string, string>();
  readonly #hotlines = new Set<string>();

  constructor(
    private readonly index: TruthIndex,
    private readonly doubts: Doubts,
    private readonly findings: DeskFindings,
    private readonly shortAbandonMs: number,
  ) {}

  get live(): Iterable<CallState> {
    return this.#calls.values();
  }

  forget(callId: string): void {
    this.#calls.delete(callId);
  }

  /** Whether anything was said of the call. */
  isSaid({ callKey }: CallTruth): boolean {
    return this.#byKey.has(callKey);
  }

  keyOf(callId: string): string {
    for (const [key, id] of this.#byKey) if (id === callId) return key;
    return '';
  }

  /** What the events of a call have said so far. */
  note(event: JudgedEvent): void {
    const { data, type } = event;
    const call = this.index.callOf(event);
    if (call === null) return;
    let state = this.#calls.get(data.callId);
    if (state === undefined) this.#calls.set(data.callId, (state = { call, start: null, talk: null }));
    this.#byKey.set(call.callKey, data.callId);
    if (type === 'call-started') state.start ??= event;
    if (data.answeredAt === null) return;
    if (data.hotline !== null && data.queue !== null && data.customer !== null)
      this.#hotlines.add(data.hotline.raw);
    const line = lineOf(call.customer);
    const isInferred = data.observed.certainty === 'inferred';
    const from = Date.parse(data.answeredAt);
    if (type === 'call-answered') {
      if (line === null || data.direction === 'local') return;
      state.talk = {
        callId: data.callId,
        line,
        direction: data.direction,
        from: [from],
        limits: [isInferred ? TALK_AFTER_INFERRED_MS : TALK_MS],
        isProbable: [isInferred],
        isCustomerKnown: data.customer !== null,
      };
    } else if (state.talk !== null && !state.talk.from.includes(from)) refine(state.talk, from);
  }

  /** What the end of a call means for the customer's call-back; null: nothing. */
  endOf(event: JudgedEvent): End | null {
    const { data } = event;
    const state = this.#calls.get(data.callId);
    if (state === undefined || data.direction === 'local') return null;
    const { call, talk } = state;
    const line = lineOf(call.customer);
    if (line === null) {
      // A hotline that no answered call has shown yet is a number like any other.
      const raw = call.customer?.raw ?? '';
      const isUnknown = call.customer?.own === true && /^19|^24/.test(raw) && !this.#hotlines.has(raw);
      if (!isUnknown || data.outcome !== 'abandoned') return null;
      const how = this.#abandoned(data, state);
      return how === 'abandoned' ? { event, call, line: `own ${raw}`, talk: null, how, isOwn: true } : null;
    }
    this.#compare(call, data);
    const how =
      data.outcome === 'abandoned'
        ? this.#abandoned(data, state)
        : data.outcome === 'answered' && talk !== null
          ? this.#talked(data, talk)
          : 'unanswered';
    return { event, call, line, talk, how, isOwn: false };
  }

  /** Where what was said of the call is not the truth, the judge of calls knows it. */
  #compare(call: CallTruth, { outcome, callId }: JudgedCall): void {
    this.findings.statements += 1;
    if (outcome === call.outcome) return;
    const reason = this.doubts.reasonOf(call.callKey);
    if (reason === null)
      this.findings.wrong(
        'outcome',
        call.callKey,
        null,
        `${callId}: ${outcome}, not ${call.outcome}, and no reason`,
      );
    else this.findings.excuse(reason);
  }

  #abandoned({ observed }: JudgedCall, { start, call }: CallState): End['how'] {
    const began = start?.data.observed.earliest ?? null;
    const isShort = began !== null && Date.parse(observed.latest) - Date.parse(began) < this.shortAbandonMs;
    if (isShort && call.outcome === 'abandoned' && !this.doubts.has(call.callKey)) {
      // Nothing shows a caller for whom no extension is rung yet.
      const shown = Math.min(...call.sightings.map(({ from }) => from));
      const lasted = (call.endedAt ?? Infinity) - shown;
      const reason = `its windows make a call of ${lasted} ms short`;
      this.findings.holds('short', call.callKey, null, lasted < this.shortAbandonMs, reason);
      if ((call.endedAt ?? Infinity) - call.startedAt >= this.shortAbandonMs)
        this.findings.excuse('waits-unshown');
    }
    return isShort ? 'abandoned-briefly' : 'abandoned';
  }

  #talked({ talkMs, observed }: JudgedCall, talk: Talk): End['how'] {
    const lasted = (from: number): number =>
      talkMs ?? (observed.earliest === null ? 0 : Date.parse(observed.earliest) - from);
    const counts = talk.from.map((from, nth) => lasted(from) >= talk.limits[nth]!);
    return counts.every((one) => one) ? 'talked' : counts.some((one) => one) ? 'either' : 'talked-briefly';
  }
}

/** The PBX says better when it was answered. */
export function refine(talk: Talk, from: number): void {
  talk.from.push(from);
  talk.limits.push(TALK_MS);
  talk.isProbable.push(false);
}

/** As the queue's row says it, in whole seconds, also where no event has said it since; NaN: no row does. */
export function bridgedAt({ sightings }: CallTruth, { from }: Talk): number {
  const times = sightings.flatMap(({ bridgedAt: at }) =>
    at === undefined || at === null ? [] : [Math.floor(at / SECOND) * SECOND],
  );
  return times.find((time) => from.some((one) => time <= one && one - time <= MOST_REFINED_MS)) ?? NaN;
}

/** Answers of five seconds ago, as polls every five seconds show them, and the PBX's second. */
const MOST_REFINED_MS = 6_000;
