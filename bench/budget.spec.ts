import { Budget, roundsOf, type Usual } from './budget.js';

const MEASUREMENTS: readonly Usual[] = [
  { setUp: 10, rounds: 30 },
  { setUp: 100, rounds: 100 },
  { setUp: 30, rounds: 0 },
  { setUp: 100, rounds: 60 },
];
const USUAL_S = 430;

/** Seconds of a whole run on a machine that takes so many seconds for a usual one, and the shares it ran with. */
function run(slowness: number, withinS: number): { seconds: number; shares: number[] } {
  const budget = new Budget(MEASUREMENTS, withinS);
  let seconds = 0;
  const shares = MEASUREMENTS.map(({ setUp, rounds }) => {
    const share = budget.share();
    const taken = (setUp + rounds * share) * slowness;
    seconds += taken;
    budget.spent(taken, share);
    return share;
  });
  return { seconds, shares };
}

describe('The time of a benchmark run', () => {
  it('is not shortened where it suffices', () => {
    expect(run(1, USUAL_S)).toEqual({ seconds: USUAL_S, shares: [1, 1, 1, 1] });
    expect(run(0.5, USUAL_S).shares).toEqual([1, 1, 1, 1]);
  });

  it('is kept on a slower machine with fewer rounds', () => {
    const { seconds, shares } = run(1.2, USUAL_S);
    expect(seconds).toBeLessThan(USUAL_S * 1.03);
    expect(seconds).toBeGreaterThan(USUAL_S * 0.95);
    // The first does not know yet how slow the machine is.
    expect(shares[0]).toBe(1);
    expect(Math.min(...shares)).toBeGreaterThan(0.3);
  });

  it('is overrun where what is no round takes longer already', () => {
    const { seconds, shares } = run(3, USUAL_S);
    expect(shares.slice(1)).toEqual([0.3, 0.3, 0.3]);
    expect(seconds).toBeGreaterThan(USUAL_S);
  });

  it('suffices for the usual rounds of one measurement alone', () => {
    expect(new Budget([MEASUREMENTS[3]!], USUAL_S).share()).toBe(1);
  });

  it('leaves rounds enough for a median', () => {
    expect([roundsOf(100, 0.5), roundsOf(100, 0.05), roundsOf(8, 0), roundsOf(2, 0)]).toEqual([50, 5, 3, 2]);
    expect([roundsOf(2, 0, 1), roundsOf(10, 0.3, 6), roundsOf(10, 0.8, 6)]).toEqual([1, 6, 8]);
  });
});
