import { isUtf8 } from 'node:buffer';
import type { Policy } from '../core/model/call.js';
import { answerLine, digestOf, startLine } from '../source/capture/capture-record.js';
import { Pseudonyms } from '../source/capture/pseudonym.js';
import type { CapturedPoll, Item } from './read-capture.js';

/**
 * Writes a part of a capture as a file of its own, to be kept with the tests.
 *
 * Guarantee: numbers that are plain in the capture are hashed, with a key that is not stored, so that no customer's
 * number gets into a repository. Names are not changed: read the file before you commit it.
 */
export class FixtureWriter {
  readonly #key: Buffer;
  readonly #policy: Partial<Policy>;
  readonly #last = new Map<string, string>();
  #pseudonyms: Pseudonyms | null = null;
  #cycle = 0;
  #text = '';

  /**
   * @param key 32 random bytes
   * @param policy replaces the capture's policy when the fixture is replayed
   */
  constructor(key: Buffer, policy: Partial<Policy> = {}) {
    this.#key = key;
    this.#policy = policy;
  }

  /** The fixture's text. */
  get text(): string {
    return this.#text;
  }

  add(item: Extract<Item, { kind: 'start' | 'cycle' }>): void {
    if (item.kind === 'cycle') {
      this.#cycle++;
      for (const poll of item.polls) this.#text += this.#answer(poll);
      return;
    }
    this.#last.clear();
    const { start } = item;
    const isHashed = start.numbers === 'hashed';
    this.#pseudonyms = isHashed ? null : (this.#pseudonyms ?? new Pseudonyms(this.#key));
    // Recordings that are hashed here have one key, and so remain one history.
    const capture = isHashed ? start.capture : HASHED_HERE;
    const policy = { ...start.policy, ...this.#policy };
    this.#text += startLine({ ...start, capture, policy, numbers: 'hashed' });
  }

  #answer({ record, body }: CapturedPoll): string {
    const { tenant, endpoint, startedAt, at, status, retryAfterMs, doubt } = record;
    const answer = {
      endpoint,
      startedAt,
      at,
      status,
      retryAfterMs,
      ...(doubt === undefined ? {} : { doubt }),
    };
    const poll = { tenant, cycle: this.#cycle, ...answer };
    if (body === null) return answerLine({ ...poll, outcome: { reason: record.reason! } });
    const utf8 = isUtf8(body);
    const text = body.toString(utf8 ? 'utf8' : 'latin1');
    const hidden = this.#pseudonyms?.hide(text) ?? text;
    const digest = digestOf(Buffer.from(hidden, utf8 ? 'utf8' : 'latin1'));
    if (this.#last.get(endpoint) === digest) return answerLine({ ...poll, outcome: { same: digest } });
    this.#last.set(endpoint, digest);
    return answerLine({ ...poll, outcome: { text: hidden, utf8 } });
  }
}

const HASHED_HERE = 'fixture';
