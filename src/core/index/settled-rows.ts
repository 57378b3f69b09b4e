import type { Endpoint, Observation, Observations } from '../model/observation.js';

/**
 * What the last reconciled answers showed, while nothing in them waits to be confirmed: an observation that repeats it
 * moves nothing but the source's health. That is the common poll, and the cheap one.
 *
 * Rows are compared by identity: the observers give the same `Map` where not a row has changed.
 */
export class SettledRows {
  #settled: Partial<Record<Endpoint, Rows>> = {};

  /** Whether reconciling them could change nothing but freshness. */
  match({ monitor, queue }: Observations): boolean {
    return this.#has(monitor) && this.#has(queue);
  }

  /** What was decided of these has been written. `confirm`: something waits to be confirmed, by whatever comes next. */
  note({ monitor, queue }: Observations, confirm: boolean): void {
    this.#note(monitor);
    this.#note(queue);
    if (confirm) this.#settled = {};
  }

  #has(observation: Observation | undefined): boolean {
    // A failure has no rows: there is nothing in it to reconcile.
    if (observation === undefined || observation.outcome === 'failed') return true;
    const settled = this.#settled[observation.endpoint];
    if (settled === undefined || observation.outcome !== 'complete') return false;
    return settled.rows === observation.rows && settled.idle === idleOf(observation);
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
