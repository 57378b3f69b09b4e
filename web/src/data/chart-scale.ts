/** How high a chart of counts is, and at which counts it has lines. Few are drawn as few: it is never lower than ten. */
export interface Scale {
  readonly top: number;
  /** From 0 on. */
  readonly steps: readonly number[];
}

export function scaleOf(most: number): Scale {
  const wanted = Math.max(LEAST, most) / LINES;
  const size = 10 ** Math.floor(Math.log10(wanted));
  const step = ([1, 2, 5, 10].find((each) => each * size >= wanted) ?? 10) * size;
  const whole = Math.max(1, Math.ceil(step));
  const count = Math.ceil(Math.max(LEAST, most) / whole);
  return { top: count * whole, steps: Array.from({ length: count + 1 }, (_, nth) => nth * whole) };
}

const LEAST = 10;
const LINES = 5;
