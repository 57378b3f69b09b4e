import { batch, signal } from '@preact/signals';
import type { EndedCall } from '../data/ended-call.js';
import type { Period } from '../data/period.js';
import { ask } from './ask.js';

export const OUTCOMES = ['answered', 'abandoned', 'no-answer', 'unknown'] as const;

/** Empty texts do not narrow. */
export interface CallSearch {
  readonly customer: string;
  readonly extension: string;
  readonly queue: string;
  readonly outcome: string;
}

export type Standing = 'reading' | 'shown' | 'failed';

const TIMEOUT_MS = 30_000;
const PAGE = 100;
/** The bridge goes through a bounded number of calls for each page, so that one may be empty and not the last. */
const MOST_EMPTY = 10;

/** The calls of a period that have ended, page by page, newest first. */
export class EndedCalls {
  readonly calls = signal<readonly EndedCall[]>([]);
  readonly standing = signal<Standing>('reading');
  /** Null: there is nothing more. */
  readonly next = signal<string | null>(null);
  /** Why the bridge did not search, in its words; null: it did, or did not answer. */
  readonly refusal = signal<string | null>(null);
  /** Whether the calls of one customer were asked for. */
  readonly isOfCustomer = signal(false);
  #reading = new AbortController();
  #asked: string[][] = [];

  close(): void {
    this.#reading.abort();
  }

  /** @param period null: today */
  async search(period: Period | null, { customer, extension, queue, outcome }: CallSearch): Promise<void> {
    const asked = Object.entries({
      state: 'ended',
      since: period?.from ?? '',
      until: period?.to ?? '',
      customer: customer.trim(),
      extension: extension.trim(),
      queue,
      outcome,
    }).filter(([, value]) => value !== '');
    const isSame = JSON.stringify(asked) === JSON.stringify(this.#asked);
    this.#asked = asked;
    batch(() => {
      // Asked for again, the list stays until the answer is there.
      if (!isSame) {
        this.calls.value = [];
        this.next.value = null;
      }
      this.refusal.value = null;
      this.isOfCustomer.value = customer.trim() !== '';
      this.standing.value = 'reading';
    });
    await this.#read(null);
  }

  async more(): Promise<void> {
    const next = this.next.peek();
    if (next !== null) await this.#read(next);
  }

  /** Where the table of all of them is. */
  tableAddress(): string {
    return this.#address(['format', 'csv']);
  }

  async #read(after: string | null): Promise<void> {
    this.#reading.abort();
    const reading = new AbortController();
    this.#reading = reading;
    for (let from = after, pages = 0; pages < MOST_EMPTY; pages += 1) {
      const answer = await ask<{ calls: readonly EndedCall[]; next: string | null }>(
        this.#address(['limit', String(PAGE)], ...(from === null ? [] : [['after', from]])),
        { signal: AbortSignal.any([reading.signal, AbortSignal.timeout(TIMEOUT_MS)]) },
      );
      if (reading.signal.aborted) return;
      if (!answer.ok) {
        batch(() => {
          this.standing.value = 'failed';
          this.refusal.value = answer.status === 400 || answer.status === 403 ? answer.detail : null;
        });
        return;
      }
      const { calls, next } = answer.body;
      batch(() => {
        this.calls.value = from === null ? calls : [...this.calls.peek(), ...calls];
        this.next.value = next;
        this.standing.value = 'shown';
      });
      from = next;
      if (next === null || calls.length > 0) return;
    }
  }

  #address(...more: readonly string[][]): string {
    return `v1/calls?${new URLSearchParams([...this.#asked, ...more]).toString()}`;
  }
}
