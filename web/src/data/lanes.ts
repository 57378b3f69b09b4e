import type { Bar, Mark } from './timeline.js';

/**
 * What a person reads of a call that rang at many extensions: a ring-all queue of forty agents is one line and not forty, unless
 * each is asked for.
 */
export interface Lane {
  /** Empty: the call itself. */
  readonly extensions: readonly string[];
  readonly agentName: string | null;
  readonly bars: readonly Bar[];
}

/** More than so many extensions that only rang are one line. */
const MOST_RINGING = 3;

/** The call, then each extension that talked, then those that only rang: in the order in which they took part. */
export function lanesOf(bars: readonly Bar[], isExpanded: boolean): readonly Lane[] {
  const lanes = [...new Set(bars.map(({ extension }) => extension))].map((extension): Lane => {
    const own = bars.filter((bar) => bar.extension === extension);
    return {
      extensions: extension === null ? [] : [extension],
      agentName: own.at(-1)!.agentName,
      bars: own,
    };
  });
  const rang = lanes.filter(({ extensions, bars: own }) => extensions.length > 0 && own.every(isRing));
  const rest = lanes.filter((lane) => !rang.includes(lane));
  if (isExpanded || rang.length <= MOST_RINGING) return [...rest, ...rang];
  return [
    ...rest,
    {
      extensions: rang.flatMap(({ extensions }) => extensions),
      agentName: null,
      bars: merged(rang.flatMap(({ bars: own }) => own)),
    },
  ];
}

function isRing({ state }: Bar): boolean {
  return state === 'ringing';
}

/** Bars that touch are one. */
function merged(bars: readonly Bar[]): Bar[] {
  const all: Bar[] = [];
  for (const bar of bars.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last === undefined || (last.to !== null && bar.from > last.to)) all.push({ ...bar, agentName: null });
    else all[all.length - 1] = { ...last, to: later(last.to, bar.to) };
  }
  return all;
}

function later(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.max(a, b);
}

/** The place of the lane that a mark belongs to: that of its extension, or of the call. */
export function laneOf(lanes: readonly Lane[], { extension }: Mark): number {
  const own = lanes.findIndex(({ extensions }) => extension !== null && extensions.includes(extension));
  return Math.max(0, own);
}

/** A line of the table: one mark, or many of the same kind that follow each other. */
export interface Line {
  readonly key: string;
  readonly marks: readonly [Mark, ...Mark[]];
}

export function linesOf(marks: readonly Mark[], isExpanded: boolean): readonly Line[] {
  const runs: [Mark, ...Mark[]][] = [];
  for (const mark of marks) {
    const run = runs.at(-1);
    if (run !== undefined && isAlike(run[0], mark)) run.push(mark);
    else runs.push([mark]);
  }
  return runs.flatMap((run) => {
    const isOne = !isExpanded && new Set(run.map(({ extension }) => extension)).size > MOST_RINGING;
    const lines: readonly [Mark, ...Mark[]][] = isOne ? [run] : run.map((mark) => [mark]);
    return lines.map((marks): Line => ({ key: marks[0].key, marks }));
  });
}

const RINGS = new Set<Mark['type']>(['call-offered', 'call-offer-ended']);

function isAlike(a: Mark, b: Mark): boolean {
  return RINGS.has(a.type) && a.type === b.type && a.outcome === b.outcome;
}

/** The number of extensions that a line is about. */
export function extensionsOf({ marks }: Line): readonly string[] {
  return [...new Set(marks.flatMap(({ extension }) => extension ?? []))];
}
