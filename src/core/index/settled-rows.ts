import { answerOf, type Endpoint, type Observation, type Observations } from '../model/observation.js';

/**
 * Remembers the rows of the last reconciled observations, unless something in them waits to be confirmed. An observation
 * that repeats them changes only the health of its source. Most polls do, and this makes them cheap.
 *
 * Rows are compared by identity: the list readers return the same `Map` object where no row has changed.
 */
export class SettledRows {
  #settled: Partial<Record<Endpoint, Rows>> = {};

  /** Whether the observations repeat the remembered rows, so that reconciling them could change nothing but freshness. */
  match({ monitor, queue }: Observations): boolean {
    return this.#has(monitor) && this.#has(queue);
  }

  /** Remembers reconciled observations, or none if a part waits to be confirmed (`confirm`): then the next ones count. */
  note({ monitor, queue }: Observations, confirm: boolean): void {
    this.#note(monitor);
    this.#note(queue);
    if (confirm) this.#settled = {};
  }

  #has(observation: Observation | undefined): boolean {
    // A failed observation has no rows to reconcile.
    const answer = answerOf(observation);
    if (answer === null) return true;
    const settled = this.#settled[answer.endpoint];
    if (settled === undefined || answer.outcome !== 'complete') return false;
    return settled.rows === answer.rows && settled.idle === idleOf(answer);
  }

  #note(observation: Observation | undefined): void {
    if (observation === undefined) return;
    const { endpoint } = observation;
    if (observation.outcome === 'complete')
      this.#settled[endpoint] = { rows: observation.rows, idle: idleOf(observation) };
    else delete this.#settled[endpoint];
  }
}

interface Rows {
  readonly rows: unknown;
  readonly idle: unknown;
}

function idleOf(observation: Observation): unknown {
  return 'idleExtensions' in observation ? observation.idleExtensions : null;
}
