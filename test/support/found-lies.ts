import { expect, it } from '@jest/globals';
import type { DeskLie } from '../../simulator/lies/desk-lie.js';
import { Random } from '../../simulator/random.js';

/** Tests that a judge finds each lie, by a rule that it names, on every day of which it can be stated. */
export function itFinds<Stated, Day extends { readonly seed: string; readonly stated: Stated }>(
  lies: readonly DeskLie<Stated>[],
  days: readonly Day[],
  found: (day: Day, falsified: Stated) => readonly { readonly rule: string }[],
): void {
  it.each(lies.map((lie): [string, DeskLie<Stated>] => [lie.name, lie]))('finds: %s', (name, lie) => {
    let stated = 0;
    for (const day of days) {
      const falsified = lie.falsify(day.stated, new Random(`${day.seed} ${name}`));
      if (falsified === null) continue;
      stated += 1;
      const rules = found(day, falsified).map(({ rule }) => rule);
      const isFound = lie.rules.some((rule) => rules.includes(rule));
      expect({ seed: day.seed, rules, isFound }).toMatchObject({ isFound: true });
    }
    expect(stated).toBeGreaterThan(0);
  });

  it('knows each lie once', () => {
    expect(new Set(lies.map(({ name }) => name)).size).toBe(lies.length);
  });
}
