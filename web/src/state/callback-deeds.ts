import { signal } from '@preact/signals';
import type { CallbackEntry, DismissalReason, ReadOnly } from '../data/callbacks.js';
import { readOnlyOf } from '../data/callbacks.js';
import { claims } from './access.js';
import { ask, type Problem } from './ask.js';
import type { Callbacks } from './callbacks.js';

/** What a person asks for about one call-back. */
export type Wish =
  | { readonly deed: 'claim' | 'release' | 'undo' }
  | { readonly deed: 'dismiss'; readonly why: DismissalReason };

/** What came of the last wish, for the line below the item. The item itself shows what it is now. */
export type Said =
  | { readonly kind: 'asking' }
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly entry: CallbackEntry | null }
  /** It may have happened, or may still: to be asked again. */
  | { readonly kind: 'unanswered'; readonly wish: Wish }
  /** It was not taken. */
  | { readonly kind: 'not-taken'; readonly wish: Wish };

const REFUSALS = [
  'claimed-already',
  'done-already',
  'too-late',
  'not-theirs',
  'not-found',
  'callbacks-not-granted',
  'sub-required',
] as const;
export type RefusalCode = (typeof REFUSALS)[number];

/** The bridge itself gives up after ten seconds, and says so. */
const TIMEOUT_MS = 20_000;

/** What people do about call-backs, and what the bridge said to it. One wish of an item at a time. */
export class CallbackDeeds {
  readonly said = signal<ReadonlyMap<string, Said>>(new Map());
  /** What the bridge has refused to this token whatever the item. */
  readonly #refused = signal<ReadOnly | null>(null);
  readonly #closed = new AbortController();

  constructor(private readonly callbacks: Callbacks) {}

  /** Why nothing can be changed with this token; null: it can. */
  get readOnly(): ReadOnly | null {
    return readOnlyOf(claims.value) ?? this.#refused.value;
  }

  close(): void {
    this.#closed.abort();
  }

  async ask(id: string, wish: Wish): Promise<void> {
    if (this.said.peek().get(id)?.kind === 'asking') return;
    this.callbacks.watch(id);
    this.#say(id, { kind: 'asking' });
    const answer = await ask<{ callback: CallbackEntry }>(
      `v1/callbacks/${encodeURIComponent(id)}/${wish.deed}`,
      {
        method: 'POST',
        signal: AbortSignal.any([this.#closed.signal, AbortSignal.timeout(TIMEOUT_MS)]),
        ...(wish.deed === 'dismiss' && {
          body: JSON.stringify({ why: wish.why }),
          headers: { 'content-type': 'application/json' },
        }),
      },
    );
    if (this.#closed.signal.aborted) return;
    if (answer.ok) {
      this.callbacks.put(answer.body.callback);
      this.#say(id, null);
      return;
    }
    this.#say(id, this.#refusal(answer, wish));
  }

  /** Once it was read it is not needed any more. */
  forget(id: string): void {
    this.#say(id, null);
  }

  #refusal(problem: Problem, wish: Wish): Said {
    const code = REFUSALS.find((each) => each === problem.code);
    const { callback: entry = null } = (problem.body ?? {}) as { readonly callback?: CallbackEntry };
    if (entry !== null) this.callbacks.put(entry);
    if (code === 'callbacks-not-granted') this.#refused.value = 'not-granted';
    if (code === 'sub-required') this.#refused.value = 'no-sub';
    if (code !== undefined) return { kind: 'refused', code, entry };
    // No answer at all may also be one that was lost on its way back.
    const isUnanswered = problem.status === 0 || problem.code === 'not-answered';
    return { kind: isUnanswered ? 'unanswered' : 'not-taken', wish };
  }

  #say(id: string, said: Said | null): void {
    const all = new Map(this.said.peek());
    if (said === null) all.delete(id);
    else all.set(id, said);
    this.said.value = all;
  }
}
