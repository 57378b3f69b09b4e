import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { OverTime } from '../data/over-time.js';
import { minuteText, numberText, levelText, words } from '../i18n/i18n.js';
import type { Board } from '../state/board.js';
import { tick } from '../state/clock.js';
import { language, theme } from '../state/preferences.js';
import { Panel } from './panel.js';

/** The canvas is redrawn this seldom, because a bar that stands for minutes grows too slowly to be seen. */
const REDRAW_MS = 4_000;

/** The day in bars: answered beside abandoned, and the service level as a line. A table shows the same. */
export function Chart({ board }: { readonly board: Board }) {
  const said = words();
  const isEmpty = board.totals.value.answered + board.totals.value.abandoned === 0;
  return (
    <Panel name="chart" title={said.overTime}>
      {isEmpty ? (
        <p class="empty">{said.noData}</p>
      ) : (
        <>
          <p class="legend" aria-hidden="true">
            <span data-series="answered">{said.answered}</span>
            <span data-series="abandoned">{said.abandoned}</span>
            <span data-series="level">{said.serviceLevel}</span>
          </p>
          <Plot key={`${theme.value} ${language.value}`} board={board} />
          <details class="as-table">
            <summary>{said.asTable}</summary>
            <Table board={board} />
          </details>
        </>
      )}
    </Panel>
  );
}

function Plot({ board }: { readonly board: Board }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const drawn = useRef({ at: 0, past: '' });

  useEffect(() => {
    const place = box.current!;
    const size = () => ({ width: place.clientWidth, height: place.clientHeight });
    let drawnRem = 0;
    const make = () => {
      drawnRem = remOf();
      plot.current?.destroy();
      plot.current = new uPlot(options(new Colours(place), size()), dataOf(board.overTime.peek()), place);
    };
    make();
    const watched = new ResizeObserver(() => {
      // The letters are as large as the page's: when its text size changes, the chart is drawn again.
      if (remOf() === drawnRem) plot.current?.setSize(size());
      else make();
    });
    watched.observe(place);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', make);
    return () => {
      watched.disconnect();
      scheme.removeEventListener('change', make);
      plot.current?.destroy();
      plot.current = null;
    };
  }, [board]);
  useSignalEffect(() => {
    const data = board.overTime.value;
    const past = board.past.value;
    // Reading the tick runs this again each second, so that data that came too soon after the last drawing is drawn later.
    if (tick.value - drawn.current.at < REDRAW_MS && past === drawn.current.past) return;
    drawn.current = { at: tick.value, past };
    plot.current?.setData(dataOf(data));
  });
  const said = words();
  const { from, answered, abandoned } = board.overTime.peek();
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  const label = said.overTimeSummary(
    sum(answered),
    sum(abandoned),
    minuteText(from[0] ?? tick.peek()),
    minuteText(tick.peek()),
  );
  return <div ref={box} class="plot" role="img" aria-label={label} />;
}

function Table({ board }: { readonly board: Board }) {
  const said = words();
  const { from, answered, abandoned, serviceLevel } = board.overTime.value;
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label={said.overTime}>
      <table>
        <thead>
          <tr>
            {[said.from, said.answered, said.abandoned, said.serviceLevel].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {from.map((instant, index) => (
            <tr key={instant}>
              <th scope="row">{minuteText(instant)}</th>
              <td class="number">{numberText(answered[index]!)}</td>
              <td class="number">{numberText(abandoned[index]!)}</td>
              <td class="number">{levelText(serviceLevel[index])}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function remOf(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}

class Colours {
  readonly answered: string;
  readonly abandoned: string;
  readonly level: string;
  readonly line: string;
  readonly quiet: string;
  readonly font: string;
  /** The page's text size in pixels: a chart on a wall has letters as large as the rest. */
  readonly rem: number;

  constructor(element: Element) {
    const style = getComputedStyle(element);
    const of = (name: string) => style.getPropertyValue(name).trim();
    this.answered = of('--answered');
    this.abandoned = of('--abandoned');
    this.level = of('--level');
    this.line = of('--line');
    this.quiet = of('--quiet');
    this.rem = remOf();
    this.font = `${Math.round(this.rem * 0.75)}px ${style.fontFamily}`;
  }
}

/** x in seconds, at the middle of each interval, where its bars stand. */
function dataOf({ from, intervalMs, answered, abandoned, serviceLevel }: OverTime): uPlot.AlignedData {
  const x = from.map((instant) => (instant + intervalMs / 2) / 1000);
  return [
    x,
    [...answered],
    [...abandoned],
    serviceLevel.map((share) => (share === null ? null : share * 100)),
  ];
}

function options(colours: Colours, size: { width: number; height: number }): uPlot.Options {
  const { rem } = colours;
  const bars = (align: 1 | -1) => uPlot.paths.bars!({ size: [0.36, rem * 3], align, radius: 0.15, gap: 0 });
  const axis = { stroke: colours.quiet, font: colours.font, ticks: { show: false } };
  return {
    ...size,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: true, range: (plot, least, most) => withMargin(plot.data[0], least, most) },
      calls: { range: (_, __, most) => [0, Math.max(4, most * 1.1)] },
      percent: { range: [0, 104] },
    },
    axes: [
      {
        ...axis,
        size: rem * 1.7,
        space: rem * 4,
        incrs: [1, 5, 15, 30, 60, 120, 240].map((minutes) => minutes * 60),
        grid: { show: false },
        values: (_, seconds) => seconds.map((each) => minuteText(each * 1000)),
      },
      {
        ...axis,
        scale: 'calls',
        size: rem * 2.4,
        space: rem * 2,
        grid: { stroke: colours.line, width: 1 },
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
      },
      {
        ...axis,
        scale: 'percent',
        side: 1,
        size: rem * 3,
        grid: { show: false },
        splits: [0, 50, 100],
        values: (_, values) => values.map((value) => `${value}%`),
      },
    ],
    series: [
      {},
      { scale: 'calls', fill: colours.answered, paths: bars(-1), points: { show: false } },
      { scale: 'calls', fill: colours.abandoned, paths: bars(1), points: { show: false } },
      {
        scale: 'percent',
        stroke: colours.level,
        width: rem / 9,
        spanGaps: true,
        points: { show: true, size: rem / 2.5, fill: colours.level },
      },
    ],
  };
}

/** Half an interval on each side: the first and the last bar are as wide as the others. */
function withMargin(x: ArrayLike<number> | undefined, least: number, most: number): [number, number] {
  const width = x !== undefined && x.length > 1 ? x[1]! - x[0]! : 60;
  return [least - width / 2, most + width / 2];
}
