import type { Endpoint } from '../../core/model/observation.js';
import type { EndpointReader } from '../../source/endpoint-reader.js';
import { hasFailed, type PollResult } from '../../source/poll-result.js';

/**
 * What a tenant's PBX has been asked, and has not answered, or has answered and nobody has taken.
 *
 *   the endpoint's last request    its next one
 *   answered properly, or none     is waited for, to its deadline, together with what is asked beside it
 *   failed                         is sent, and nobody waits for it: a later cycle takes its answer
 *
 * So an endpoint that begins to hang holds up the other one once, and one that is merely slow is always seen together with
 * the other.
 *
 * Guarantees:
 * - An endpoint has one request open at most: under way, or answered and not taken. There are never more than two results
 *   to keep, and whatever is taken of an endpoint was asked for after all that was taken of it before.
 * - Results are taken in the order in which they were asked for. Together come those that were asked for together and no
 *   others: what the monitor shows beside the queue's word is not older than that word (`monitorComplete` in
 *   `core/parts/cycle-facts.ts`).
 * - A result is marked stale where the state has moved on since it was asked for in a way that its rows must not follow
 *   (`outdate`). A failure shows no rows, and is never stale.
 */
export class InFlightRequests {
  readonly #source: Pick<EndpointReader, 'poll'>;
  readonly #underWay = new Map<Endpoint, Request>();
  #waiting: PollVerdict[] = [];
  readonly #failing = new Set<Endpoint>();
  /** A poll has thrown, which none may. */
  #broken: { readonly error: unknown } | null = null;
  #round = 0;
  #onAnswer: () => void = () => undefined;

  constructor(source: Pick<EndpointReader, 'poll'>) {
    this.#source = source;
  }

  /** The endpoints that cannot be asked now. */
  get open(): readonly Endpoint[] {
    if (this.#underWay.size === 0 && this.#waiting.length === 0) return NONE;
    return [...this.#underWay.keys(), ...this.#waiting.map(({ result }) => result.endpoint)];
  }

  /** Something waits to be taken. */
  get hasAnswers(): boolean {
    return this.#waiting.length > 0 || this.#broken !== null;
  }

  /** `listener` is called whenever a request is over. */
  onAnswer(listener: () => void): void {
    this.#onAnswer = listener;
  }

  /**
   * Sends a request to each of the endpoints; none of them may be open. Resolves when those that are waited for are over.
   *
   * @param signal cuts the requests off, also when this has resolved
   */
  async ask(endpoints: readonly Endpoint[], signal: AbortSignal): Promise<void> {
    this.#round += 1;
    const awaited: Promise<void>[] = [];
    for (const endpoint of endpoints) {
      const request: Request = { endpoint, round: this.#round, isStale: false, over: OVER };
      this.#underWay.set(endpoint, request);
      request.over = this.#poll(request, signal);
      if (!this.#failing.has(endpoint)) awaited.push(request.over);
    }
    await Promise.all(awaited);
  }

  /** The oldest results, which were asked for together. @throws what a poll has thrown: a defect of ours */
  take(): readonly PollVerdict[] {
    if (this.#broken !== null) {
      const { error } = this.#broken;
      this.#broken = null;
      throw error;
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    const [one, other] = waiting;
    if (one === undefined || other === undefined || one.round === other.round) return waiting;
    const [older, newer] = one.round < other.round ? [one, other] : [other, one];
    this.#waiting.push(newer);
    return [older];
  }

  /** From here on, what has been asked by now and is not taken yet shows a past that is over. */
  outdate(): void {
    for (const request of this.#underWay.values()) request.isStale = true;
    this.#waiting = this.#waiting.map((verdict) => ({ ...verdict, isStale: !hasFailed(verdict.result) }));
  }

  /** Resolves when no request is under way any more. */
  async idle(): Promise<void> {
    await Promise.all([...this.#underWay.values()].map(({ over }) => over));
  }

  async #poll(request: Request, signal: AbortSignal): Promise<void> {
    const { endpoint, round } = request;
    try {
      const result = await this.#source.poll(endpoint, signal);
      const failed = hasFailed(result);
      if (failed) this.#failing.add(endpoint);
      else this.#failing.delete(endpoint);
      this.#waiting.push({ result, round, isStale: request.isStale && !failed });
    } catch (error) {
      this.#broken = { error };
    }
    this.#underWay.delete(endpoint);
    this.#onAnswer();
  }
}

/** A result, and what it is good for. */
export interface PollVerdict {
  readonly result: PollResult;
  /** Grows; the same where the endpoints were asked together. */
  readonly round: number;
  /** It proves that the endpoint answers, and its rows are not to be looked at. */
  readonly isStale: boolean;
}

interface Request {
  readonly endpoint: Endpoint;
  readonly round: number;
  isStale: boolean;
  over: Promise<void>;
}

const OVER = Promise.resolve();
const NONE: readonly Endpoint[] = [];
