import { Random } from '../../simulator/random.js';
import { type Chaos, type Scenario, Tally } from './scenario.js';

/** One row as it went. */
export interface Outcome {
  readonly row: number;
  readonly fault: string;
  readonly invariant: string;
  readonly tally: Tally;
  readonly seconds: number;
}

/** Runs one scenario; an error that it throws counts as a broken promise too. */
export async function runScenario(
  scenario: Scenario,
  { long, seed, say }: Pick<Chaos, 'long' | 'seed' | 'say'>,
): Promise<Outcome> {
  const { row, fault, invariant } = scenario;
  const tally = new Tally();
  const own = `${seed} ${row} ${fault}`;
  const begun = performance.now();
  try {
    await scenario.run({ long, seed: own, random: new Random(own), tally, say });
  } catch (error) {
    tally.count(
      'false',
      `the scenario did not come to its end: ${error instanceof Error ? error.stack : String(error)}`,
    );
  }
  if (tally.injected === 0) tally.count('false', 'no fault was injected');
  return { row, fault, invariant, tally, seconds: (performance.now() - begun) / 1_000 };
}
