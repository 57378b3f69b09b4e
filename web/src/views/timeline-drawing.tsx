import { clockText } from '../data/duration.js';
import type { Bar, Mark, Timeline } from '../data/timeline.js';
import { secondText, words } from '../i18n/i18n.js';

/** Units of the drawing; it is scaled to the width that there is. */
const WIDTH = 1_000;
const LABELS = 150;
const LANE = 34;
const TOP = 26;
const LEAST_BAR = 3;
/** A window of a fraction of a second in a call of minutes is drawn wider than it is, because it would be too thin to see. */
const LEAST_WINDOW = 7;

/**
 * Lanes with bars for who rang and talked when, and a line for each event. Around the line the window in which it
 * happened is hatched; a deduced event has a broken line, a time that the PBX gave has no window.
 */
export function TimelineDrawing({
  timeline,
  customer,
}: {
  readonly timeline: Timeline;
  readonly customer: string;
}) {
  const said = words();
  const { from, to, bars, marks, isOver } = timeline;
  const x = (instant: number) =>
    LABELS + ((WIDTH - LABELS - 8) * (Math.min(Math.max(instant, from), to) - from)) / (to - from);
  const lanes = [...new Set(bars.map(({ extension }) => extension))];
  const height = TOP + lanes.length * LANE + 8;
  const bottom = height - 8;
  return (
    <figure class="life">
      <svg
        viewBox={`0 0 ${WIDTH} ${height}`}
        role="img"
        aria-label={said.timelineLabel(customer, clockText(to - from))}
      >
        <defs>
          <pattern
            id="hatch"
            width="6"
            height="6"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <line x1="0" y1="0" x2="0" y2="6" class="hatch" />
          </pattern>
        </defs>
        {[from, (from + to) / 2, to].map((instant, index) => (
          <text
            key={index}
            x={x(instant)}
            y={14}
            class="scale"
            text-anchor={(['start', 'middle', 'end'] as const)[index]}
          >
            {secondText(instant)}
          </text>
        ))}
        {lanes.map((extension, lane) => (
          <text key={extension ?? ''} x={0} y={TOP + lane * LANE + 21} class="lane">
            {said.lane(extension)}
          </text>
        ))}
        {bars.map((bar) => (
          <BarShape
            key={`${bar.extension} ${bar.from} ${bar.state}`}
            bar={bar}
            left={x(bar.from)}
            right={x(bar.to ?? to)}
            top={TOP + lanes.indexOf(bar.extension) * LANE}
          />
        ))}
        {marks.map((mark) => (
          <MarkShape key={mark.key} mark={mark} x={x} bottom={bottom} />
        ))}
        {bars.map((bar) => (
          <BarText
            key={`${bar.extension} ${bar.from} ${bar.state}`}
            bar={bar}
            left={x(bar.from)}
            right={x(bar.to ?? to)}
            top={TOP + lanes.indexOf(bar.extension) * LANE}
          />
        ))}
        {!isOver && <line x1={x(to)} x2={x(to)} y1={TOP - 4} y2={bottom} class="now" />}
      </svg>
      <figcaption>
        <span class="swatch window" aria-hidden="true" /> {said.legendWindow}
      </figcaption>
    </figure>
  );
}

interface Placed {
  readonly bar: Bar;
  readonly left: number;
  readonly right: number;
  readonly top: number;
}

function BarShape({ bar, left, right, top }: Placed) {
  const width = Math.max(LEAST_BAR, right - left);
  return (
    <rect data-state={bar.state} x={left} y={top + 4} width={width} height={LANE - 10} rx="5" class="bar" />
  );
}

/** Above the marks, and only where there is room for it. */
function BarText({ bar, left, right, top }: Placed) {
  const text = words().callPart[bar.state];
  if (right - left < text.length * 9) return null;
  return (
    <text x={left + 8} y={top + 21} class="bar-text">
      {text}
    </text>
  );
}

function MarkShape({
  mark,
  x,
  bottom,
}: {
  readonly mark: Mark;
  readonly x: (instant: number) => number;
  readonly bottom: number;
}) {
  const { at, earliest, latest, certainty } = mark;
  const right = x(latest);
  const left = Math.min(x(earliest ?? latest), right - LEAST_WINDOW);
  return (
    <g data-certainty={certainty}>
      {certainty !== 'upstream' && earliest !== null && (
        <rect
          x={left}
          y={TOP - 2}
          width={right - left}
          height={bottom - TOP + 2}
          class="window"
          fill="url(#hatch)"
        />
      )}
      <line x1={x(at)} x2={x(at)} y1={TOP - 2} y2={bottom} class="mark" />
    </g>
  );
}
