import type { Random } from '../../simulator/random.js';

/**
 * One row of the table of faults: a fault, and the invariant that it must not break. Its scenario injects the fault
 * into real processes and tallies what came of it, against the simulator's truth.
 */
export interface Scenario {
  /** Of the table. */
  readonly row: number;
  readonly fault: string;
  /** A sentence, for the name of the test. */
  readonly invariant: string;
  /** A test that injects the same fault in `npm test`: the short form leaves it to that. */
  readonly testedIn?: string;
  readonly run: (chaos: Chaos) => Promise<void>;
}

/** What a scenario is given. */
export interface Chaos {
  readonly long: boolean;
  readonly random: Random;
  /** For worlds that are to be the same for the same seed. */
  readonly seed: string;
  readonly tally: Tally;
  /** Progress, for people. */
  readonly say: (line: string) => void;
}

/** Which of two intensities; the short one is for `npm test`. */
export function times({ long }: Chaos, short: number, inTheLongForm: number): number {
  return long ? inTheLongForm : short;
}

/** So many examples of each kind are kept, the rest is counted. */
const EXAMPLES = 12;

/** What came of a fault. Nothing is missing, doubled or false when the invariant held. */
export class Tally {
  /** How often the fault was injected. */
  injected = 0;
  /** Events of the truth that polls could see, so that they had to be emitted and delivered to every consumer. */
  expected = 0;
  missing = 0;
  doubled = 0;
  /** Emitted events that are not true, and broken promises of the contract that are not about a single event. */
  false = 0;
  readonly kinds = { sigkill: 0, failover: 0, drop: 0 };
  /** Figures worth printing. */
  readonly notes: string[] = [];
  readonly examples: string[] = [];
  /** For the first findings about a call: what happened, the polls near it, and what was emitted. */
  readonly evidence: unknown[] = [];

  count(what: 'missing' | 'doubled' | 'false', example: string): void {
    this[what] += 1;
    if (this[what] <= EXAMPLES) this.examples.push(`${what}: ${example}`);
  }

  /** Counts a promise that was not kept. `promise` names it, and what was found instead. */
  demand(holds: boolean, promise: string): void {
    if (!holds) this.count('false', promise);
  }

  get ok(): boolean {
    return this.missing + this.doubled + this.false === 0;
  }
}

/** Notes how long something took. In the long form, which has the machine for itself, the bound is demanded. */
export function keepsTime(
  { long, tally }: Chaos,
  what: string,
  ms: readonly number[],
  boundMs = Infinity,
): void {
  const most = Math.round(Math.max(0, ...ms));
  const finding = `${what} ${most} ms${ms.length > 1 ? ` at most of ${ms.length}` : ''}`;
  tally.notes.push(finding);
  if (long) tally.demand(most <= boundMs, `${finding}, more than ${boundMs}`);
}
