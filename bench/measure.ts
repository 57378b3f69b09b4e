/**
 * Ratios of medians from interleaved runs in one process tree: these machines are shared and noisy, so the contenders
 * take turns within each round and only what they took relative to each other is worth quoting.
 */
export interface Contender {
  readonly name: string;
  /** One measured turn. Gets the number of the turn, so that input can change from turn to turn. */
  readonly run: (turn: number) => void | Promise<void>;
  /** Makes, before the clock runs, what the turn needs, so that it is not kept for all turns. */
  readonly prepare?: (turn: number) => void;
  /** How often a turn runs it, where once is too short for the clock. Default 1. */
  readonly repeats?: number;
}

/** Many measurements of one thing. */
export interface Spread {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
}

/** One line of the table: what, how much of the limit it took, and whether that is within the goal. */
export interface Row {
  readonly what: string;
  readonly ratio: number;
  readonly of: string;
  /** The most that `ratio` may be; null where it is only printed. */
  readonly goal: number | null;
  /** The spreads, and the rest of what was measured. */
  readonly detail: string;
  readonly peers?: readonly PeerRatio[];
  /** Why a goal was not reached and what the measured floor is. Shown only where it was not. */
  readonly miss?: string;
  /** How it grows, for a plot. */
  readonly curve?: Curve;
}

/** Another way to do the same, and our share of what it took. */
export interface PeerRatio {
  readonly name: string;
  readonly ratio: number;
  readonly goal: number | null;
}

interface Curve {
  /** What grows, and how far. */
  readonly of: string;
  readonly sizes: readonly number[];
  readonly unit: string;
  readonly lines: readonly { readonly name: string; readonly values: readonly number[] }[];
}

export function isMet({ ratio, goal, peers = [] }: Row): boolean {
  return within(ratio, goal) && peers.every((peer) => within(peer.ratio, peer.goal));
}

export function hasGoal({ goal, peers = [] }: Row): boolean {
  return goal !== null || peers.some((peer) => peer.goal !== null);
}

function within(ratio: number, goal: number | null): boolean {
  return goal === null || ratio <= goal;
}

/** Ours beside the limit and the peers, all of them spreads in one unit. */
export function versus(
  what: string,
  [ours, limit, ...others]: readonly Spread[],
  goals: { readonly limit: number | null; readonly peers?: Readonly<Record<string, number>> },
): Row {
  return {
    what,
    ratio: ours!.median / limit!.median,
    of: limit!.name,
    goal: goals.limit,
    detail: [ours!, limit!, ...others].map(spreadText).join(' · '),
    peers: others.map(({ name, median }) => ({
      name,
      ratio: ours!.median / median,
      goal: goals.peers?.[name] ?? null,
    })),
  };
}

/** A bridge polls all day, so what counts is code that the compiler has seen often enough to optimise. */
const WARM_UP_SHARE = 0.3;

/** Times each contender once a round. */
export async function interleaved(
  contenders: readonly Contender[],
  rounds: number,
  warmUp = warmUpTurns(rounds),
): Promise<Spread[]> {
  const turns = contenders.map(() => 0);
  const samples = await takingTurns([...contenders.keys()], { counted: rounds, warmUp }, async (index) => {
    const { run, prepare, repeats = 1 } = contenders[index]!;
    const turn = turns[index]!++;
    prepare?.(turn);
    const begun = performance.now();
    for (let repeat = 0; repeat < repeats; repeat++) {
      const running = run(turn);
      if (running !== undefined) await running;
    }
    return (performance.now() - begun) / repeats;
  });
  return contenders.map(({ name }, index) => spread(name, samples[index]!, 'ms'));
}

function warmUpTurns(rounds: number): number {
  return Math.ceil(rounds * WARM_UP_SHARE);
}

/**
 * `act` for each of them once a round; the first rounds do not count. The order rotates and every other round it is
 * reversed, so that no contender always runs with the caches, or the garbage, that the same other one has left.
 */
export async function takingTurns<T>(
  contestants: readonly T[],
  rounds: { readonly counted: number; readonly warmUp: number },
  act: (contestant: T) => Promise<number>,
): Promise<number[][]> {
  const samples = contestants.map(() => [] as number[]);
  for (let round = -rounds.warmUp; round < rounds.counted; round++) {
    const count = contestants.length;
    for (let place = 0; place < count; place++) {
      const turned = round % 2 === 0 ? place : count - 1 - place;
      const index = (turned + round + rounds.warmUp) % count;
      const sample = await act(contestants[index]!);
      if (round >= 0) samples[index]!.push(sample);
    }
  }
  return samples;
}

export function spread(name: string, samples: readonly number[], unit: string): Spread {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { name, unit, median: at(0.5), p10: at(0.1), p90: at(0.9) };
}

/** How far the turns of a contender lie apart, for a goal that is missed as much by the machine as by the contender. */
export function unrest({ p10, p90 }: Spread): string {
  return `${(p90 / p10).toFixed(1)} times`;
}

export function spreadText({ name, unit, median, p10, p90 }: Spread): string {
  const [factor, shownUnit] = unit === 'ms' && median < 0.1 ? [1_000, 'µs'] : [1, unit];
  const digits = median * factor < 10 ? 2 : median * factor < 100 ? 1 : 0;
  const [middle, low, high] = [median, p10, p90].map((value) => (value * factor).toFixed(digits));
  return `${name} ${middle} ${shownUnit} (${low}–${high})`;
}

/**
 * The exponent with which values grow with sizes: 1 is linear, less is better. The slope of the straight line through
 * their logarithms, by least squares.
 */
export function growthExponent(sizes: readonly number[], values: readonly number[]): number {
  const [x, y] = [sizes.map(Math.log), values.map(Math.log)];
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const slope = x.reduce((sum, at, index) => sum + (at - meanX) * (y[index]! - meanY), 0);
  return slope / x.reduce((sum, at) => sum + (at - meanX) ** 2, 0);
}
