import type { Policy } from '../../core/model/call.js';
import type { Time } from '../../base/clock.js';
import type { Endpoint } from '../../core/model/observation.js';
import { CaptureFiles } from './capture-files.js';
import { type AnswerLine, answerLine, digestOf, gapLine, type Numbers, startLine } from './capture-record.js';
import { Pseudonyms } from './pseudonym.js';
import type { PollResult } from '../poll-result.js';
import type { Conceal } from '../quote-upstream.js';
import { scrubbed } from './scrub.js';

/**
 * Records the upstream's answers, to be replayed when something went wrong.
 *
 * Guarantees: a poll neither waits for a capture nor fails because of it. Answers are prepared and written beside the
 * polls, from a bounded queue; what does not fit is left out, and a `gap` record says so. The first error (disk full,
 * no permission) ends the recording with one call of `onStopped`. No secret is written: see `scrub.ts`. A cycle is
 * recorded as a whole or, when it was aborted, not at all, as the poller treats it.
 */
export class Capture {
  readonly #options: CaptureOptions;
  readonly #of: CapturedTenant;
  readonly #conceal: Conceal;
  readonly #files: CaptureFiles;
  readonly #pseudonyms: Pseudonyms | null;
  /** The last body of each endpoint in the current file, as it was received, and its digest there. */
  readonly #last = new Map<Endpoint, { readonly body: Buffer; readonly digest: string }>();
  #cycles = 0;
  #begun: Cycle | null = null;
  #queue: Cycle[] = [];
  #queuedBytes = 0;
  #dropped = 0;
  #writing: Promise<void> | null = null;
  #stopped = false;

  constructor({ options, of, conceal }: CaptureDeps) {
    this.#options = options;
    this.#of = of;
    this.#conceal = conceal;
    this.#files = new CaptureFiles({ ...options, ...of });
    this.#pseudonyms = options.numbers === 'hashed' ? new Pseudonyms(options.key) : null;
  }

  /** Call it when a poll begins. Polls that begin in one turn of the event loop are one cycle. */
  begin(): PollEnded {
    const cycle = (this.#begun ??= this.#newCycle());
    cycle.asked++;
    return (outcome) => {
      cycle.asked--;
      if (outcome === null) cycle.cut = true;
      else cycle.outcomes.push(outcome);
      if (cycle.asked === 0 && !cycle.cut) this.#enqueue(cycle);
    };
  }

  /** Resolves when what was recorded has been written, or cannot be. */
  async close(): Promise<void> {
    await this.#writing;
  }

  #newCycle(): Cycle {
    queueMicrotask(() => (this.#begun = null));
    return { number: ++this.#cycles, asked: 0, cut: false, outcomes: [] };
  }

  #enqueue(cycle: Cycle): void {
    if (this.#stopped) return;
    const bytes = sizeOf(cycle);
    const isFull =
      this.#queue.length >= MAX_QUEUED_CYCLES ||
      (this.#queue.length > 0 && this.#queuedBytes + bytes > MAX_QUEUED_BYTES);
    if (isFull) {
      this.#dropped += cycle.outcomes.length;
      return;
    }
    this.#queue.push(cycle);
    this.#queuedBytes += bytes;
    this.#writing ??= this.#drain();
  }

  async #drain(): Promise<void> {
    try {
      for (let cycle = this.#queue[0]; cycle !== undefined; cycle = this.#queue[0]) {
        // Polls come first: this work waits for the next turn of the event loop.
        await new Promise(setImmediate);
        await this.#files.append(this.#textOf(cycle));
        this.#queue.shift();
        this.#queuedBytes -= sizeOf(cycle);
      }
    } catch (error) {
      this.#stopped = true;
      this.#queue = [];
      this.#last.clear();
      this.#options.onStopped(this.#of.tenant, reasonOf(error));
    } finally {
      this.#writing = null;
    }
  }

  #textOf(cycle: Cycle): string {
    const { tenant, timeZone, country, time } = this.#of;
    let text = '';
    if (this.#files.beginsFile) {
      this.#last.clear();
      const { id, numbers, policy } = this.#options;
      text += startLine({ tenant, capture: id, at: time.now(), timeZone, country, numbers, policy });
    }
    for (const outcome of cycle.outcomes) text += answerLine(this.#answer(cycle, outcome));
    // What was left out is newer than all that is queued: the gap is written after the whole queue.
    if (this.#dropped > 0 && this.#queue.length === 1) {
      text += gapLine(tenant, time.now(), this.#dropped);
      this.#dropped = 0;
    }
    return text;
  }

  #answer({ number }: Cycle, { result, body, doubt }: PollOutcome): AnswerLine {
    const { endpoint, observation, status, retryAfterMs } = result;
    const { startedAt, at, reason } = observation;
    return {
      tenant: this.#of.tenant,
      cycle: number,
      endpoint,
      startedAt,
      at,
      status,
      retryAfterMs,
      ...(doubt === null ? {} : { doubt }),
      outcome: body === null ? { reason: reason! } : this.#body(endpoint, body),
    };
  }

  #body(endpoint: Endpoint, body: Buffer): AnswerLine['outcome'] {
    const last = this.#last.get(endpoint);
    if (last?.body.equals(body) === true) return { same: last.digest };
    const { text, utf8 } = scrubbed(body, this.#conceal);
    const written = this.#pseudonyms?.hide(text) ?? text;
    const digest = digestOf(Buffer.from(written, utf8 ? 'utf8' : 'latin1'));
    this.#last.set(endpoint, { body, digest });
    return { text: written, utf8 };
  }
}

export interface CaptureDeps {
  readonly options: CaptureOptions;
  /** The tenant whose answers are recorded. */
  readonly of: CapturedTenant;
  readonly conceal: Conceal;
}

export interface CaptureOptions {
  readonly directory: string;
  readonly maxBytes: number;
  readonly maxFiles: number;
  readonly numbers: Numbers;
  /** The id of this process' recordings. */
  readonly id: string;
  /** The key of the pseudonyms; never written. */
  readonly key: Buffer;
  /** Written too, so that a replay decides by the same rules. */
  readonly policy: Policy;
  readonly onStopped: (tenant: string, reason: string) => void;
}

export interface CapturedTenant {
  readonly tenant: string;
  readonly timeZone: string;
  readonly country: string;
  readonly time: Pick<Time, 'now'>;
}

export interface PollOutcome {
  readonly result: PollResult;
  /**
   * The body that was read: for a 304, the body that it repeats; of several pages, one with the rows of all. Null where
   * there was none: the observation says why.
   */
  readonly body: Buffer | null;
  /** Why rows may be missing although the body does not show that; null otherwise. */
  readonly doubt: string | null;
}

/** Reports the outcome of a poll that has begun, or null when it was aborted. To be called once. */
export type PollEnded = (outcome: PollOutcome | null) => void;

/** Polls that began together. */
interface Cycle {
  readonly number: number;
  asked: number;
  cut: boolean;
  readonly outcomes: PollOutcome[];
}

/** Half a minute in which the disk does not answer, at one poll of both endpoints a second. */
const MAX_QUEUED_CYCLES = 30;
/** How much memory a slow disk may cost: two of the largest answers. */
const MAX_QUEUED_BYTES = 33_554_432;

function sizeOf({ outcomes }: Cycle): number {
  return outcomes.reduce((sum, { body }) => sum + (body?.length ?? 0), 0);
}

/** Describes the error by its code: its message would repeat the path, and says no more. */
function reasonOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'no space left';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return `not allowed to write (${code})`;
  return code === '' ? 'an unexpected error' : `cannot be written (${code})`;
}
