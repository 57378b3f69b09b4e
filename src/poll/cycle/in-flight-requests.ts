import type { Endpoint } from '../../core/model/observation.js';
import type { EndpointReader } from '../../source/endpoint-reader.js';
import { hasFailed, type PollResult } from '../../source/poll-result.js';

/**
 * Sends a tenant's requests, and keeps each until a cycle has taken its result.
 *
 *   the endpoint's last request    its next one
 *   answered properly, or none     `ask` waits for it, to its deadline, together with the other endpoint's
 *   failed                         `ask` does not wait for it: a later cycle takes its result
 *
 * So an endpoint that begins to hang delays the other one once, and an endpoint that is merely slow is always recorded
 * together with the other.
 *
 * Guarantees:
 * - An endpoint has one request open at most: under way, or over and not taken. So no more than two results wait, and
 *   each result that is taken was requested after the endpoint's previous one had been taken.
 * - Results are taken in the order of their requests. Only results that were requested together are taken together: so
 *   the monitor's rows are not older than the queue statuses beside them (`monitorComplete` in
 *   `core/parts/cycle-facts.ts`).
 * - A result is marked stale where the state has changed since its request in a way that makes its rows misleading
 *   (`outdate`). A failure shows no rows, and is never stale.
 */
export class InFlightRequests {
  readonly #source: Pick<EndpointReader, 'poll'>;
  readonly #underWay = new Map<Endpoint, Request>();
  #waiting: PollVerdict[] = [];
  readonly #failing = new Set<Endpoint>();
  /** Set when a poll has thrown, which is a defect. */
  #broken: { readonly error: unknown } | null = null;
  #round = 0;
  #onAnswer: () => void = () => undefined;

  constructor(source: Pick<EndpointReader, 'poll'>) {
    this.#source = source;
  }

  /** The endpoints that have a request open, and cannot be asked now. */
  get open(): readonly Endpoint[] {
    if (this.#underWay.size === 0 && this.#waiting.length === 0) return NONE;
    return [...this.#underWay.keys(), ...this.#waiting.map(({ result }) => result.endpoint)];
  }

  /** Whether results wait to be taken. */
  get hasAnswers(): boolean {
    return this.#waiting.length > 0 || this.#broken !== null;
  }

  /** `listener` is called whenever a request is over. */
  onAnswer(listener: () => void): void {
    this.#onAnswer = listener;
  }

  /**
   * Sends a request to each of the endpoints; none of them may be open. Resolves when the requests that it waits for
   * are over.
   *
   * @param signal aborts the requests, also after this has resolved
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

  /** The oldest results, which were requested together. @throws what a poll has thrown: a defect of ours */
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

  /** Marks all results that have been requested and not been taken as stale. */
  outdate(): void {
    for (const request of this.#underWay.values()) request.isStale = true;
    this.#waiting = this.#waiting.map((verdict) => ({ ...verdict, isStale: !hasFailed(verdict.result) }));
  }

  /** Resolves when no request is under way. */
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

/** A result, and whether its rows may be used. */
export interface PollVerdict {
  readonly result: PollResult;
  /** Increases; the same for results that were requested together. */
  readonly round: number;
  /** The result only proves that the endpoint answers: its rows must not be used. */
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
