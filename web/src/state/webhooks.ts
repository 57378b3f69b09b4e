import { effect, signal } from '@preact/signals';
import type { Attempt, DeadLetter, Replayed, Result, Webhook } from '../data/webhooks.js';
import { failureOf } from '../data/webhooks.js';
import { token } from './access.js';
import { type Answer, ask } from './ask.js';
import { readZone } from './read-zone.js';

/**
 * What the bridge says of the webhooks, asked for every few seconds, and what it is asked to do with them.
 *
 *   reading → shown         the list is as of the last answer
 *           → not-granted   the token shows no webhooks; a new token begins again
 *   shown   → away          no answer to the last question: what is shown is old
 */
export type Standing = 'reading' | 'shown' | 'not-granted' | 'away';

/** What came of an action, for the line below the endpoint. */
export type Said =
  | { readonly kind: 'asking' }
  | { readonly kind: 'tested'; readonly result: Result }
  | { readonly kind: 'replaying'; readonly delivered: number }
  | { readonly kind: 'replayed'; readonly delivered: number; readonly failure: Result | null }
  | { readonly kind: 'stopped'; readonly delivered: number }
  | { readonly kind: 'resumed' }
  | { readonly kind: 'problem'; readonly detail: string | null };

const EVERY_MS = 3_000;
const TIMEOUT_MS = 8_000;
/** A test waits for the receiver, a replay for 20 seconds and the request that it is in. */
const ACTION_TIMEOUT_MS = 90_000;

export class Webhooks {
  readonly standing = signal<Standing>('reading');
  readonly list = signal<readonly Webhook[]>([]);
  /** The endpoint whose attempts are shown. */
  readonly opened = signal<string | null>(null);
  readonly attempts = signal<readonly Attempt[] | null>(null);
  readonly dead = signal<readonly DeadLetter[]>([]);
  readonly said = signal<ReadonlyMap<string, Said>>(new Map());
  readonly #closed = new AbortController();
  readonly #actions = new Map<string, AbortController>();
  readonly #stop: () => void;

  constructor() {
    // A new token may show what the one before did not.
    const stopWatch = effect(() => {
      void token.value;
      void this.refresh();
      void readZone(this.#closed.signal);
    });
    const timer = setInterval(() => void this.refresh(), EVERY_MS);
    this.#stop = () => {
      stopWatch();
      clearInterval(timer);
    };
  }

  close(): void {
    this.#stop();
    this.#closed.abort();
    for (const action of this.#actions.values()) action.abort();
  }

  async refresh(): Promise<void> {
    const answer = await this.#get<{ webhooks: readonly Webhook[] }>('');
    if (this.#closed.signal.aborted) return;
    if (!answer.ok) {
      this.standing.value = answer.code === 'webhooks-not-granted' ? 'not-granted' : 'away';
      return;
    }
    this.list.value = answer.body.webhooks;
    this.standing.value = 'shown';
    await this.#readOpened();
  }

  /** Shows the attempts of this endpoint, or of none. */
  open(id: string | null): void {
    this.opened.value = id;
    this.attempts.value = null;
    this.dead.value = [];
    void this.#readOpened();
  }

  async test(id: string): Promise<void> {
    await this.#act(id, async (signal) => {
      const answer = await this.#post<Result>(`${id}/test`, signal);
      return answer.ok ? { kind: 'tested', result: answer.body } : problem(answer);
    });
  }

  async resume(id: string): Promise<void> {
    await this.#act(id, async (signal) => {
      const answer = await this.#post<object>(`${id}/resume`, signal);
      return answer.ok ? { kind: 'resumed' } : problem(answer);
    });
  }

  /** Goes on from request to request until all is sent, the receiver fails, or `stop`. */
  async replay(id: string, what: { readonly only: string } | { readonly since: string }): Promise<void> {
    await this.#act(id, async (signal) => {
      let delivered = 0;
      let next: object = what;
      for (;;) {
        const answer = await this.#post<Replayed>(`${id}/replay`, signal, next);
        if (signal.aborted) return { kind: 'stopped', delivered };
        if (!answer.ok) return problem(answer);
        delivered += answer.body.delivered;
        const { cursor } = answer.body;
        const failure = failureOf(answer.body);
        if (cursor === null || failure !== null) return { kind: 'replayed', delivered, failure };
        this.#say(id, { kind: 'replaying', delivered });
        next = { after: cursor };
      }
    });
  }

  stop(id: string): void {
    this.#actions.get(id)?.abort();
  }

  /** One action of an endpoint at a time. */
  async #act(id: string, run: (signal: AbortSignal) => Promise<Said>): Promise<void> {
    if (this.#actions.has(id)) return;
    const action = new AbortController();
    this.#actions.set(id, action);
    this.#say(id, { kind: 'asking' });
    this.#say(id, await run(action.signal));
    this.#actions.delete(id);
    await this.refresh();
  }

  #say(id: string, said: Said): void {
    this.said.value = new Map(this.said.peek()).set(id, said);
  }

  async #readOpened(): Promise<void> {
    const id = this.opened.peek();
    if (id === null) return;
    const [attempts, dead] = await Promise.all([
      this.#get<{ attempts: readonly Attempt[] }>(`${id}/attempts`),
      this.#get<{ dead: readonly DeadLetter[] }>(`${id}/dead`),
    ]);
    if (this.opened.peek() !== id) return;
    if (attempts.ok) this.attempts.value = attempts.body.attempts;
    if (dead.ok) this.dead.value = dead.body.dead;
  }

  #get<T>(path: string): Promise<Answer<T>> {
    return ask<T>(addressOf(path), {
      signal: AbortSignal.any([this.#closed.signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
  }

  #post<T>(path: string, signal: AbortSignal, body?: object): Promise<Answer<T>> {
    return ask<T>(addressOf(path), {
      method: 'POST',
      signal: AbortSignal.any([this.#closed.signal, signal, AbortSignal.timeout(ACTION_TIMEOUT_MS)]),
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
  }
}

function problem({ detail }: { readonly detail: string | null }): Said {
  return { kind: 'problem', detail };
}

function addressOf(path: string): string {
  return path === '' ? 'v1/webhooks' : `v1/webhooks/${path}`;
}
