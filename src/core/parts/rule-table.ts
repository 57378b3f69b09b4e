/**
 * A decision as data: the facts that it depends on, and rows that map values of the facts to an outcome. The first row
 * that matches decides.
 *
 * Guarantees, which each table's test checks over all combinations of its facts: every combination matches a row; every
 * row decides a combination that can occur; of two rows in succession with different outcomes the order matters, or no
 * combination that can occur matches both. `docs/events.md` prints the tables.
 */
export class RuleTable<Facts extends FactsOf<Facts>, Outcome> {
  readonly definition: Definition<Facts, Outcome>;
  readonly #conditions: readonly (readonly Condition<Facts>[])[];

  constructor(definition: Definition<Facts, Outcome>) {
    this.definition = definition;
    this.#conditions = definition.rows.map(({ when }) => conditionsOf(when));
  }

  decide(facts: Facts): Outcome {
    const { title, rows } = this.definition;
    const row = this.#conditions.findIndex((conditions) => matches(facts, conditions));
    if (row < 0) throw new Error(`${title}: no row for ${JSON.stringify(facts)}`);
    return rows[row]!.then;
  }
}

export interface Definition<Facts extends FactsOf<Facts>, Outcome> {
  readonly title: string;
  /** For the documentation: the heading of each fact's column, its meaning, and its values in words. */
  readonly facts: {
    readonly [Name in keyof Facts]: {
      readonly heading: string;
      readonly meaning: string;
      readonly values: Readonly<Record<`${Facts[Name]}`, string>>;
    };
  };
  /** For the documentation: the outcome's columns, by heading, and the text in each for an outcome. */
  readonly outcome: Readonly<Record<string, (outcome: Outcome) => string>>;
  readonly rows: readonly Row<Facts, Outcome>[];
  readonly impossible: readonly Impossible<Facts>[];
}

export interface Row<Facts, Outcome> {
  /** The row matches any value of a fact that it does not name. */
  readonly when: Partial<Facts>;
  readonly then: Outcome;
  readonly why: string;
}

/** Values of facts that never occur together. */
interface Impossible<Facts> {
  readonly when: Partial<Facts>;
  readonly why: string;
}

export type FactsOf<Facts> = { readonly [Name in keyof Facts]: boolean | string };

type Condition<Facts> = readonly [name: keyof Facts, value: Facts[keyof Facts]];

export const YES_NO = { true: 'yes', false: 'no' } as const;

export function conditionsOf<Facts>(when: Partial<Facts>): readonly Condition<Facts>[] {
  return Object.entries(when) as unknown as readonly Condition<Facts>[];
}

export function matches<Facts>(facts: Facts, conditions: readonly Condition<Facts>[]): boolean {
  for (const [name, value] of conditions) if (facts[name] !== value) return false;
  return true;
}
