import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { type Lane, laneOf, lanesOf } from '../data/lanes.js';
import { type Bar, hasWindow, type Mark, type Timeline } from '../data/timeline.js';
import { callWords } from '../i18n/call-i18n.js';
import { durationText, secondText, words } from '../i18n/i18n.js';

/** Pixels: the drawing is as wide as its place, so that its texts are as large as others. */
const LANE = 32;
const TOP = 24;
const LEAST_BAR = 3;
/** A window of a fraction of a second in a call of minutes is drawn wider than it is, because it would be too thin to see. */
const LEAST_WINDOW = 6;
/** What a character takes of the width. */
const CHARACTER = 8;

/**
 * Lanes with bars for who rang and talked when, and a line for each event, in the lane that it is about. Where the time of an
 * event is a window, the window is hatched; a deduced event has a broken line; a time that is known is a line alone.
 */
export function TimelineDrawing({
  timeline,
  customer,
  isExpanded,
}: {
  readonly timeline: Timeline;
  readonly customer: string;
  readonly isExpanded: boolean;
}) {
  const said = words();
  const box = useRef<HTMLElement>(null);
  const width = useSignal(0);
  useLayoutEffect(() => {
    const watched = new ResizeObserver(() => (width.value = box.current!.clientWidth));
    watched.observe(box.current!);
    return () => watched.disconnect();
  }, []);
  const { from, to, bars, marks, isOver } = timeline;
  const lanes = lanesOf(bars, isExpanded);
  const labels = Math.min(width.value * 0.3, 150);
  const x = (instant: number) =>
    labels + ((width.value - labels - 8) * (Math.min(Math.max(instant, from), to) - from)) / (to - from);
  const bottom = TOP + lanes.length * LANE;
  return (
    <figure class="life" ref={box}>
      {width.value > 0 && (
        <svg
          width={width.value}
          height={bottom + 6}
          role="img"
          aria-label={said.timelineLabel(customer, durationText(to - from))}
        >
          <Hatch />
          {[from, ...(width.value > MANY_TIMES ? [(from + to) / 2] : []), to].map((instant, index, all) => (
            <text
              key={index}
              x={x(instant)}
              y={14}
              class="scale"
              text-anchor={index === 0 ? 'start' : index === all.length - 1 ? 'end' : 'middle'}
            >
              {secondText(instant)}
            </text>
          ))}
          {lanes.map((lane, place) => (
            <g key={lane.extensions.join()}>
              <line x1={0} x2={width.value} y1={TOP + place * LANE} y2={TOP + place * LANE} class="rule" />
              <text x={0} y={TOP + place * LANE + 21} class="lane">
                {fitting(laneText(lane), labels)}
              </text>
              {lane.bars.map((bar) => (
                <BarShape
                  key={`${bar.from} ${bar.state}`}
                  bar={bar}
                  top={TOP + place * LANE}
                  {...placed(bar)}
                />
              ))}
            </g>
          ))}
          {marks.map((mark) => (
            <MarkShape key={mark.key} mark={mark} x={x} top={TOP + laneOf(lanes, mark) * LANE} />
          ))}
          {lanes.map((lane, place) =>
            lane.bars.map((bar) => (
              <BarText
                key={`${lane.extensions.join()} ${bar.from} ${bar.state}`}
                bar={bar}
                top={TOP + place * LANE}
                {...placed(bar)}
              />
            )),
          )}
          {!isOver && <line x1={x(to)} x2={x(to)} y1={TOP - 4} y2={bottom} class="now" />}
        </svg>
      )}
      {marks.some(hasWindow) && (
        <figcaption>
          <span class="swatch window" aria-hidden="true" /> {said.legendWindow}
        </figcaption>
      )}
    </figure>
  );

  function placed(bar: Bar) {
    return { left: x(bar.from), right: x(bar.to ?? to) };
  }
}

/** Below it, the time in the middle would touch the others. */
const MANY_TIMES = 480;

function Hatch() {
  return (
    <defs>
      <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <line x1="0" y1="0" x2="0" y2="6" class="hatch" />
      </pattern>
    </defs>
  );
}

function laneText({ extensions, agentName }: Lane): string {
  const said = words();
  if (extensions.length > 1) return callWords().extensionCount(extensions.length);
  const [extension = null] = extensions;
  return extension === null || agentName === null ? said.lane(extension) : `${extension} ${agentName}`;
}

/** As much of it as there is room for; the table has all of it. */
function fitting(text: string, width: number): string {
  const most = Math.max(4, Math.floor(width / CHARACTER));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
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
    <rect data-state={bar.state} x={left} y={top + 5} width={width} height={LANE - 10} rx="4" class="bar" />
  );
}

/** Above the marks, and only where there is room for it. */
function BarText({ bar, left, right, top }: Placed) {
  const text = bar.to === null ? words().callPart[bar.state] : callWords().callPartOver[bar.state];
  if (right - left < text.length * CHARACTER + 12) return null;
  return (
    <text x={left + 8} y={top + 21} class="bar-text">
      {text}
    </text>
  );
}

function MarkShape({
  mark,
  x,
  top,
}: {
  readonly mark: Mark;
  readonly x: (instant: number) => number;
  readonly top: number;
}) {
  const { at, earliest, latest, certainty } = mark;
  const right = x(latest);
  const left = Math.min(x(earliest ?? latest), right - LEAST_WINDOW);
  return (
    <g data-certainty={certainty}>
      {hasWindow(mark) && (
        <rect x={left} y={top + 2} width={right - left} height={LANE - 4} class="window" fill="url(#hatch)" />
      )}
      <line x1={x(at)} x2={x(at)} y1={top + 2} y2={top + LANE - 2} class="mark" />
    </g>
  );
}
