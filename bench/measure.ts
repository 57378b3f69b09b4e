/**
 * Ratios of medians from interleaved runs in one process: these machines are shared and noisy, so the contenders take
 * turns within each round and only what they took relative to each other is worth quoting.
 */
export interface Contender {
  readonly name: string;
  /** One measured turn. Gets the number of the turn, so that input can change from turn to turn. */
  run(turn: number): void | Promise<void>;
}

export interface Timing {
  readonly name: string;
  readonly medianMs: number;
  readonly p10Ms: number;
  readonly p90Ms: number;
}

/** A bridge polls all day: what the compiler has not seen often enough to optimise is not what it runs. */
const WARM_UP_SHARE = 0.3;

/** Times each contender once a round, in an order that rotates, so that nobody always runs after the garbage of another. */
export async function interleaved(contenders: readonly Contender[], rounds: number): Promise<Timing[]> {
  const times = contenders.map(() => [] as number[]);
  let turn = 0;
  for (let round = -warmUpTurns(rounds); round < rounds; round++) {
    for (let place = 0; place < contenders.length; place++) {
      const index = (place + Math.max(round, 0)) % contenders.length;
      const contender = contenders[index]!;
      const begun = performance.now();
      await contender.run(turn);
      if (round >= 0) times[index]!.push(performance.now() - begun);
    }
    turn++;
  }
  return contenders.map(({ name }, index) => timing(name, times[index]!));
}

export function warmUpTurns(rounds: number): number {
  return Math.ceil(rounds * WARM_UP_SHARE);
}

function timing(name: string, samples: readonly number[]): Timing {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { name, medianMs: at(0.5), p10Ms: at(0.1), p90Ms: at(0.9) };
}

/** One line of the table: what, how much of the limit it took, and whether that is within the goal. */
export interface Row {
  readonly what: string;
  readonly ratio: number;
  readonly of: string;
  readonly goal: number | null;
  /** The rest of what was measured, for the curious. */
  readonly detail: string;
}

export function table(rows: readonly Row[]): string {
  const head = ['what', 'ratio', 'of', 'goal', '', 'detail'];
  const body = rows.map(({ what, ratio, of, goal, detail }) => [
    what,
    ratio.toFixed(ratio < 0.1 ? 4 : 2),
    of,
    goal === null ? '' : `≤ ${goal}`,
    goal === null ? '' : ratio <= goal ? 'met' : 'MISSED',
    detail,
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((cells) => cells[column]!.length)));
  return [head, ...body]
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function shown({ name, medianMs, p10Ms, p90Ms }: Timing): string {
  return `${name} ${medianMs.toFixed(3)} ms (${p10Ms.toFixed(3)}–${p90Ms.toFixed(3)})`;
}

/** Many measurements of one thing, in a unit of their own. */
export interface Spread {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
}

export function spread(name: string, samples: readonly number[], unit: string): Spread {
  const { medianMs: median, p10Ms: p10, p90Ms: p90 } = timing(name, samples);
  return { name, unit, median, p10, p90 };
}

/** `act` for each of them once a round, in an order that rotates; the first rounds do not count. */
export async function takingTurns<T>(
  contestants: readonly T[],
  rounds: { readonly counted: number; readonly warmUp: number },
  act: (contestant: T) => Promise<number>,
): Promise<number[][]> {
  const samples = contestants.map(() => [] as number[]);
  for (let round = -rounds.warmUp; round < rounds.counted; round++) {
    for (let place = 0; place < contestants.length; place++) {
      const index = (place + round + rounds.warmUp) % contestants.length;
      const sample = await act(contestants[index]!);
      if (round >= 0) samples[index]!.push(sample);
    }
  }
  return samples;
}

export function spreadText({ name, unit, median, p10, p90 }: Spread): string {
  const digits = median < 10 ? 2 : median < 100 ? 1 : 0;
  const [middle, low, high] = [median, p10, p90].map((value) => value.toFixed(digits));
  return `${name} ${middle} ${unit} (${low}–${high})`;
}
