import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { isPartlyUnwatched, type QueueRow, unwatchedShare } from '../../data/report-rows.js';
import { scaleOf } from '../../data/chart-scale.js';
import { numberText, words } from '../../i18n/i18n.js';
import { reportWords } from '../../i18n/report-i18n.js';

/** Pixels: the drawing is as wide as its place. */
const HEIGHT = 190;
const TOP = 18;
const BOTTOM = 24;
const LEFT = 36;
const WIDEST_BAR = 34;
const LABEL = 52;

/** When callers came and how it ended, a bar each; as much of its time is hatched as was not watched. Few callers are drawn as few. */
export function HourChart({
  rows,
  title,
  note,
  nameOf,
}: {
  readonly rows: readonly QueueRow[];
  readonly title: string;
  readonly note: string | null;
  readonly nameOf: (row: QueueRow) => string;
}) {
  const texts = reportWords();
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  useLayoutEffect(() => {
    const watched = new ResizeObserver(() => (width.value = box.current!.clientWidth));
    watched.observe(box.current!);
    return () => watched.disconnect();
  }, []);
  const total = (count: (row: QueueRow) => number) => rows.reduce((sum, row) => sum + count(row), 0);
  const { top, steps } = scaleOf(Math.max(0, ...rows.map(({ sum }) => sum.offered)));
  const slot = (width.value - LEFT) / Math.max(1, rows.length);
  const every = Math.max(1, Math.ceil(LABEL / Math.max(1, slot)));
  const y = (count: number) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * count) / top;
  return (
    <figure class="hours panel">
      <figcaption>
        <h2>{title}</h2>
        {note !== null && <span class="note">{note}</span>}
        <span class="legend">
          <span data-series="answered">{texts.answered}</span>
          <span data-series="abandoned">{texts.abandoned}</span>
          {total(({ sum }) => sum.waiting) > 0 && <span data-series="waiting">{texts.waiting}</span>}
          {total(({ sum }) => othersOf(sum)) > 0 && <span data-series="others">{texts.others}</span>}
          {rows.some(isPartlyUnwatched) && <span data-series="unwatched">{texts.unwatched}</span>}
        </span>
      </figcaption>
      <div ref={box}>
        {width.value > 0 && (
          <svg
            width={width.value}
            height={HEIGHT}
            role="img"
            aria-label={texts.chartSummary(
              total(({ sum }) => sum.offered),
              total(({ sum }) => sum.answered),
              total(({ sum }) => sum.abandoned),
            )}
          >
            <defs>
              <pattern
                id="unwatched"
                width="5"
                height="5"
                patternUnits="userSpaceOnUse"
                patternTransform="rotate(45)"
              >
                <line x1="0.5" y1="0" x2="0.5" y2="5" class="hatch" />
              </pattern>
            </defs>
            {steps.map((step) => (
              <g key={step}>
                <line x1={LEFT} x2={width.value} y1={y(step)} y2={y(step)} class="rule" />
                <text x={LEFT - 6} y={y(step) + 4} text-anchor="end" class="scale">
                  {numberText(step)}
                </text>
              </g>
            ))}
            {rows.map((row, nth) => (
              <Bars key={row.key} row={row} left={LEFT + nth * slot} slot={slot} y={y} />
            ))}
            {rows.map(
              (row, nth) =>
                nth % every === 0 && (
                  <text
                    key={row.key}
                    x={LEFT + (nth + 0.5) * slot}
                    y={HEIGHT - 6}
                    text-anchor={nth === rows.length - 1 && nth > 0 && slot < LABEL ? 'end' : 'middle'}
                    class="scale"
                  >
                    {nameOf(row)}
                  </text>
                ),
            )}
          </svg>
        )}
      </div>
    </figure>
  );
}

function Bars({
  row,
  left,
  slot,
  y,
}: {
  readonly row: QueueRow;
  readonly left: number;
  readonly slot: number;
  readonly y: (count: number) => number;
}) {
  const said = words();
  const { offered, answered, abandoned, waiting } = row.sum;
  const width = Math.min(WIDEST_BAR, slot * 0.7);
  const x = left + (slot - width) / 2;
  const parts = [
    ['answered', 0, answered],
    ['abandoned', answered, answered + abandoned],
    ['others', answered + abandoned, offered - waiting],
    ['waiting', Math.max(answered + abandoned, offered - waiting), offered],
  ] as const;
  return (
    <g data-bar={row.key}>
      {isPartlyUnwatched(row) && (
        <rect
          x={left}
          y={TOP}
          width={slot}
          height={(y(0) - TOP) * unwatchedShare(row)}
          class="unwatched"
          fill="url(#unwatched)"
        />
      )}
      {parts.map(
        ([series, from, to]) =>
          to > from && (
            <rect key={series} data-series={series} x={x} y={y(to)} width={width} height={y(from) - y(to)} />
          ),
      )}
      {offered > 0 && slot > 22 && (
        <text x={left + slot / 2} y={y(offered) - 4} text-anchor="middle" class="count">
          {offered.toLocaleString(said.locale)}
        </text>
      )}
    </g>
  );
}

/** Callers who went elsewhere, or of whom it is not known. */
function othersOf({ offered, answered, abandoned, waiting }: QueueRow['sum']): number {
  return Math.max(0, offered - answered - abandoned - waiting);
}
