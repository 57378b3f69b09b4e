import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { conditionsOf, matches, type Row, RuleTable } from '../../src/core/parts/rule-table.js';

type AnyFacts<Facts> = { readonly [Name in keyof Facts]: boolean | string };

/** Facts, and the outcome that a test expects for them. */
export type Case<Facts, Outcome> = readonly [facts: Facts, outcome: Outcome];

/**
 * Tests what must hold for every table, and that the cases cover it: if a row is removed, swapped with a next one of
 * another outcome or given another outcome, or if one of its conditions is dropped or altered, a case fails, unless the
 * change affects no facts that can occur.
 */
export function describeTable<Facts extends AnyFacts<Facts>, Outcome>(
  table: RuleTable<Facts, Outcome>,
  cases: readonly Case<NoInfer<Facts>, NoInfer<Outcome>>[],
): void {
  const { title, rows, impossible } = table.definition;
  const all = combinations(table);
  const possible = all.filter((facts) => !impossible.some(({ when }) => matches(facts, conditionsOf(when))));
  // By their text, as a matcher would compare each case with thousands of them.
  const textOf = (facts: Facts) => JSON.stringify(Object.entries(facts).sort());
  const possibleTexts = new Set(possible.map(textOf));
  const decidedBy = (facts: Facts) => rows.findIndex(({ when }) => matches(facts, conditionsOf(when)));

  const withRows = (mutated: readonly Row<Facts, Outcome>[]) =>
    new RuleTable({ ...table.definition, rows: mutated });
  const differs = (mutant: RuleTable<Facts, Outcome>, facts: Facts) => {
    try {
      return !isDeepStrictEqual(mutant.decide(facts), table.decide(facts));
    } catch {
      return true; // no row matches the facts any more
    }
  };
  const changesSomething = (mutant: RuleTable<Facts, Outcome>) =>
    possible.some((facts) => differs(mutant, facts));
  const isNoticed = (mutant: RuleTable<Facts, Outcome>) => cases.some(([facts]) => differs(mutant, facts));

  describe(title, () => {
    it('has a row for every combination of facts', () => {
      expect(all.filter((facts) => decidedBy(facts) < 0)).toEqual([]);
    });

    it('has only rows that decide a combination of facts that can occur', () => {
      const deciding = new Set(possible.map(decidedBy));
      expect(rows.filter((_, index) => !deciding.has(index))).toEqual([]);
    });

    it('lists no impossible combination twice', () => {
      const isNeeded = ({ when }: { when: Partial<Facts> }) =>
        all.some((facts) => {
          const listed = impossible.filter((other) => matches(facts, conditionsOf(other.when)));
          return listed.length === 1 && listed[0]!.when === when;
        });
      expect(impossible.filter((one) => !isNeeded(one))).toEqual([]);
    });

    it.each(cases.map((one) => [JSON.stringify(one[0]), one] as const))('%s', (_, [facts, outcome]) => {
      expect(table.decide(facts)).toEqual(outcome);
      expect({ facts, isPossible: possibleTexts.has(textOf(facts)) }).toEqual({ facts, isPossible: true });
    });

    it('has a case that fails if a row is removed or given another outcome', () => {
      for (const [index, row] of rows.entries()) {
        const removed = withRows(rows.toSpliced(index, 1));
        expect({ row, changes: changesSomething(removed) }).toEqual({ row, changes: true });
        expect({ row, removedIsNoticed: isNoticed(removed) }).toEqual({ row, removedIsNoticed: true });
        for (const { then } of rows.filter((other) => !isDeepStrictEqual(other.then, row.then))) {
          const other = withRows(rows.with(index, { ...row, then }));
          expect({ row, then, isNoticed: isNoticed(other) }).toEqual({ row, then, isNoticed: true });
        }
      }
    });

    it('has a case that fails if two rows that match the same facts are swapped', () => {
      for (const [index, row] of rows.slice(0, -1).entries()) {
        const next = rows[index + 1]!;
        const isForNextToo = (facts: Facts) => matches(facts, conditionsOf(next.when));
        if (!possible.some((facts) => decidedBy(facts) === index && isForNextToo(facts))) continue;
        // Of reasons for one outcome, such as all that speak against a join, either may come first.
        if (isDeepStrictEqual(row.then, next.then)) continue;
        const swapped = withRows(rows.with(index, next).with(index + 1, row));
        expect({ row, isNoticed: isNoticed(swapped) }).toEqual({ row, isNoticed: true });
      }
    });

    it('has a case that fails if a condition is dropped or altered', () => {
      for (const [index, row] of rows.entries()) {
        const conditions = conditionsOf(row.when);
        for (const [name, value] of conditions) {
          const rest = Object.fromEntries(conditions.filter(([other]) => other !== name));
          const others = valuesOf(table, name).filter((other) => other !== value);
          for (const when of [rest, ...others.map((other) => ({ ...row.when, [name]: other }))]) {
            const mutant = withRows(rows.with(index, { ...row, when: when as Partial<Facts> }));
            if (!changesSomething(mutant)) continue;
            expect({ row, when, isNoticed: isNoticed(mutant) }).toEqual({ row, when, isNoticed: true });
          }
        }
      }
    });
  });
}

/** Lists every combination of the facts' values. */
function combinations<Facts extends AnyFacts<Facts>, Outcome>(table: RuleTable<Facts, Outcome>): Facts[] {
  const names = Object.keys(table.definition.facts) as (keyof Facts)[];
  return names.reduce<Facts[]>(
    (found, name) =>
      valuesOf(table, name).flatMap((value) => found.map((facts) => ({ ...facts, [name]: value }))),
    [{} as Facts],
  );
}

function valuesOf<Facts extends AnyFacts<Facts>, Outcome>(
  table: RuleTable<Facts, Outcome>,
  name: keyof Facts,
): (boolean | string)[] {
  const texts = Object.keys(table.definition.facts[name].values);
  return texts.map((text) => (text === 'true' ? true : text === 'false' ? false : text));
}
