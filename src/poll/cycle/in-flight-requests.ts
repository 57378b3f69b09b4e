import type { Endpoint, MonitorObservation, QueueObservation } from '../../core/model/observation.js';
import type { Polled, PitelSource } from '../../source/pitel-source.js';

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
 * - An endpoint has one request open at most: under way, or answered and not taken. There are never more than two answers
 *   to keep, and whatever is taken of an endpoint was asked for after all that was taken of it before.
 * - Answers are taken in the order in which they were asked for. Together come those that were asked for together and no
 *   others: what the monitor shows beside the queue's word is not older than that word (`monitorComplete` in
 *   `core/parts/cycle-facts.ts`).
 * - An answer is marked `outdated` where the state has moved on since it was asked for in a way that its rows must not
 *   follow (`outdate`). A failure shows no rows, and is never outdated.
 */
export class Inquiry {
  readonly #source: Pick<PitelSource, 'poll'>;
  readonly #underWay = new Map<Endpoint, Question>();
  #answers: Answer[] = [];
  readonly #failing = new Set<Endpoint>();
  /** A poll has thrown, which none may. */
  #broken: { readonly error: unknown } | null = null;
  #round = 0;
  #onAnswer: () => void = () => undefined;

  constructor(source: Pick<PitelSource, 'poll'>) {
    this.#source = source;
  }

  /** The endpoints that cannot be asked now. */
  get open(): readonly Endpoint[] {
    if (this.#underWay.size === 0 && this.#answers.length === 0) return NONE;
    return [...this.#underWay.keys(), ...this.#answers.map(({ endpoint }) => endpoint)];
  }

  /** Something waits to be taken. */
  get hasAnswers(): boolean {
    return this.#answers.length > 0 || this.#broken !== null;
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
      const question: Question = { endpoint, round: this.#round, outdated: false, over: OVER };
      this.#underWay.set(endpoint, question);
      question.over = this.#poll(question, signal);
      if (!this.#failing.has(endpoint)) awaited.push(question.over);
    }
    await Promise.all(awaited);
  }

  /** The oldest answers, which were asked for together. @throws what a poll has thrown: a defect of ours */
  take(): readonly Answer[] {
    if (this.#broken !== null) {
      const { error } = this.#broken;
      this.#broken = null;
      throw error;
    }
    const answers = this.#answers;
    this.#answers = [];
    const [one, other] = answers;
    if (one === undefined || other === undefined || one.round === other.round) return answers;
    const [older, newer] = one.round < other.round ? [one, other] : [other, one];
    this.#answers.push(newer);
    return [older];
  }

  /** From here on, what has been asked by now and is not taken yet shows a past that is over. */
  outdate(): void {
    for (const question of this.#underWay.values()) question.outdated = true;
    this.#answers = this.#answers.map((answer) => ({ ...answer, outdated: !hasFailed(answer.polled) }));
  }

  /** Resolves when no request is under way any more. */
  async idle(): Promise<void> {
    await Promise.all([...this.#underWay.values()].map(({ over }) => over));
  }

  async #poll(question: Question, signal: AbortSignal): Promise<void> {
    const { endpoint, round } = question;
    try {
      const polled = await this.#source.poll(endpoint, signal);
      const failed = hasFailed(polled);
      if (failed) this.#failing.add(endpoint);
      else this.#failing.delete(endpoint);
      this.#answers.push({ endpoint, round, polled, outdated: question.outdated && !failed });
    } catch (error) {
      this.#broken = { error };
    }
    this.#underWay.delete(endpoint);
    this.#onAnswer();
  }
}

export interface Answer {
  readonly endpoint: Endpoint;
  /** Grows; the same where the endpoints were asked together. */
  readonly round: number;
  readonly polled: Polled<MonitorObservation | QueueObservation>;
  /** It proves that the endpoint answers, and its rows are not to be looked at. */
  readonly outdated: boolean;
}

interface Question {
  readonly endpoint: Endpoint;
  readonly round: number;
  outdated: boolean;
  over: Promise<void>;
}

const OVER = Promise.resolve();
const NONE: readonly Endpoint[] = [];

function hasFailed({ observation }: Answer['polled']): boolean {
  return observation.outcome === 'failed';
}
