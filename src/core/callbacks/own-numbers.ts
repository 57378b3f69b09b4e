import type { DeskPoll } from '../desk-poll.js';
import type { Call } from '../model/call.js';
import type { Changed } from '../model/delta.js';
import type { PhoneNumber } from '../model/observation.js';
import { lineOf } from '../parts/line.js';

/**
 * The tenant's own numbers, as far as they are known: a tenant does not call itself back. They are the hotlines by which its
 * queues are reached, and those of the live calls, kept by what changes.
 */
export class OwnNumbers {
  readonly #country: string;
  #hotlines: DeskPoll['hotlines'] | null = null;
  #ofQueues: ReadonlySet<string> = new Set();
  /** The hotline of each live call that has one, as it was written and as a line. */
  readonly #ofCalls = new Map<string, { readonly hotline: PhoneNumber; readonly line: string | null }>();
  /** How many live calls came to each line. */
  readonly #lines = new Map<string, number>();

  constructor(country: string) {
    this.#country = country;
  }

  /** @param changed live calls by id; null: not alive any more */
  follow(changed: Changed<Call>, hotlines: DeskPoll['hotlines']): void {
    if (hotlines !== this.#hotlines) this.#ofQueues = new Set([...hotlines.values()].flat());
    this.#hotlines = hotlines;
    for (const [callId, call] of changed) this.#note(callId, call?.hotline ?? null);
  }

  /** Whether the caller is an extension, or one of the hotlines. @param hotline that the caller came to */
  includes(customer: PhoneNumber, hotline: PhoneNumber | null): boolean {
    if (customer.e164 === null && EXTENSION.test(customer.raw)) return true;
    const line = lineOf(customer, this.#country);
    if (line === null) return false;
    return this.#ofQueues.has(line) || this.#lines.has(line) || line === lineOf(hotline, this.#country);
  }

  #note(callId: string, hotline: PhoneNumber | null): void {
    const before = this.#ofCalls.get(callId);
    if (before?.hotline === (hotline ?? undefined)) return;
    if (before !== undefined && before.line !== null) {
      const left = this.#lines.get(before.line)! - 1;
      if (left === 0) this.#lines.delete(before.line);
      else this.#lines.set(before.line, left);
    }
    if (hotline === null) {
      this.#ofCalls.delete(callId);
      return;
    }
    const line = lineOf(hotline, this.#country);
    this.#ofCalls.set(callId, { hotline, line });
    if (line !== null) this.#lines.set(line, (this.#lines.get(line) ?? 0) + 1);
  }
}

/** 2 to 6 digits that do not begin with 0. */
const EXTENSION = /^[1-9]\d{1,5}$/;
