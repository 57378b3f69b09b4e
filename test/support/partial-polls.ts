import type { Observation } from '../../src/core/model/observation.js';
import type { Poll } from '../../simulator/judge-polls.js';

/** The partial answers of one endpoint, for the judge, and what they prove all the same (`Poll.unreadable`). */
export class PartialPolls {
  readonly polls: Poll[] = [];
  #since = new Map<string, number>();
  /** The sets of unreadable rows that have been in every answer since the one that first had all of them, by their ids. */
  #runs = new Map<string, { readonly since: number; until: number }>();

  add(observation: Observation): void {
    const { outcome, at, startedAt } = observation;
    if (outcome === 'failed') return;
    const unreadable = outcome === 'partial' ? observation.unreadable : NONE;
    const poll = { sent: startedAt, shown: at, received: at };
    // An answer that lacks rows may lack unreadable ones too.
    const run = unreadable === undefined ? undefined : this.#runOf(unreadable, at);
    if (outcome === 'partial') this.polls.push(run === undefined ? poll : { ...poll, unreadable: run });
  }

  #runOf(unreadable: ReadonlySet<string>, at: number): { readonly since: number; readonly until: number } {
    this.#since = new Map([...unreadable].map((id) => [id, this.#since.get(id) ?? at]));
    for (const [ids, run] of this.#runs) {
      if (ids.split(' ').every((id) => unreadable.has(id))) run.until = at;
      else this.#runs.delete(ids);
    }
    const ids = [...unreadable].sort().join(' ');
    const run = this.#runs.get(ids) ?? { since: Math.max(...this.#since.values()), until: at };
    if (ids !== '') this.#runs.set(ids, run);
    return run;
  }
}

const NONE: ReadonlySet<string> = new Set();
