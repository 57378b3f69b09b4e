import type { TenantState } from '../src/core/model/call.js';
import { callView } from '../src/core/life/view.js';
import { skewOf } from '../src/core/parts/pbx-clock.js';
import { PhoneNumbers } from '../src/source/parse/phone-number.js';
import { checkRow, monitorRow } from '../src/source/parse/answer-schemas.js';
import type { Contender } from './measure.js';
import type { Polls } from './polls.js';

interface Row {
  readonly b_cid_num: string;
}

/**
 * What a changed poll cannot do without, each measured alone: the changed rows parsed and checked, the new numbers read,
 * a view built for each transition. Their sum is the floor of a poll that emits what the contract says.
 */
export class Parts {
  readonly #polls: Polls;
  readonly #live: { readonly state: TenantState };
  readonly #transitionCounts: readonly number[];
  readonly #numbers = new PhoneNumbers('VN');
  /** Only those of the measured turn, because rows kept for all turns would burden every garbage collection. */
  #rows: readonly Row[] = [];

  /**
   * @param live the state whose calls the views are built from
   * @param transitionCounts the number of transitions, by turn
   */
  constructor(polls: Polls, live: { readonly state: TenantState }, transitionCounts: readonly number[]) {
    this.#polls = polls;
    this.#live = live;
    this.#transitionCounts = transitionCounts;
  }

  contenders(): Contender[] {
    const prepare = (turn: number) => {
      this.#rows = this.#polls.at(turn).changes.map((text) => JSON.parse(text) as Row);
    };
    return [
      {
        name: 'parsing the changed rows',
        prepare: (turn) => void this.#polls.at(turn),
        run: (turn) => this.#parse(turn),
      },
      { name: 'checking them by their schema', prepare, run: () => this.#check() },
      { name: 'new numbers by libphonenumber', prepare, run: () => this.#readNumbers() },
      // In some rounds it runs before the contender that counts the transitions.
      { name: 'building the views', run: () => this.#buildViews(this.#transitionCounts.at(-1) ?? 0) },
    ];
  }

  #parse(turn: number): void {
    for (const text of this.#polls.at(turn).changes) JSON.parse(text);
  }

  #check(): void {
    for (const row of this.#rows) if (!checkRow(monitorRow, row).ok) throw new Error('a row is bad');
  }

  #readNumbers(): void {
    for (const { b_cid_num: customer } of this.#rows) this.#numbers.read(customer);
  }

  #buildViews(transitions: number): void {
    const built: unknown[] = [];
    while (built.length < transitions) {
      for (const call of this.#live.state.calls.values()) {
        if (built.length === transitions) break;
        const data = callView(call, skewOf(this.#live.state.sources));
        built.push({ type: 'call-started', subject: call.callId, time: call.startedAt, data });
      }
    }
  }
}
