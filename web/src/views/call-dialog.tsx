import type { CallView } from '@pitel-event-bridge/client';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { clockText } from '../data/duration.js';
import { type Mark, type Timeline, timelineOf } from '../data/timeline.js';
import { preciseText, words } from '../i18n/i18n.js';
import type { Board } from '../state/board.js';
import { shownTime, tick } from '../state/clock.js';
import { customerText } from './calls.js';
import { TimelineDrawing } from './timeline-drawing.js';

/** One call from its beginning: its participants, its events, and how certain the time of each is. */
export function CallDialog({
  board,
  callId,
  close,
}: {
  readonly board: Board;
  readonly callId: string;
  readonly close: () => void;
}) {
  const said = words();
  const dialog = useRef<HTMLDialogElement>(null);
  const reading = useSignal(true);
  useEffect(() => {
    dialog.current?.showModal();
    const leaving = new AbortController();
    void board
      .readPast(callId, leaving.signal)
      .catch(() => undefined)
      .then(() => (reading.value = false));
    return () => leaving.abort();
  }, [board, callId]);
  void [board.heard.value, tick.value];
  const view = board.viewOf(callId);
  const events = board.eventsOf(callId);
  const latest = view ?? events.at(-1)?.data;
  return (
    <dialog ref={dialog} class="call" aria-labelledby="call-title" onClose={close}>
      <div class="panel-head">
        <h2 id="call-title">{said.callDetails}</h2>
        <button type="button" class="shut" onClick={() => dialog.current?.close()}>
          {said.close}
        </button>
      </div>
      {latest === undefined ? (
        <p>{said.callGone}</p>
      ) : (
        <>
          <Facts view={latest} />
          <Life
            timeline={timelineOf(latest, events, shownTime())}
            customer={customerText(latest)}
            isReading={reading.value}
          />
        </>
      )}
    </dialog>
  );
}

function Facts({ view }: { readonly view: CallView }) {
  const said = words();
  const { state, hotline, queue, agent, outcome, waitMs, talkMs, direction, baseline } = view;
  const facts: readonly (readonly [string, string])[] = [
    [said.customer, `${customerText(view)} (${said.direction[direction]})`],
    [
      said.state,
      state === 'ended'
        ? `${said.callOver}: ${said.outcomes[outcome ?? 'unknown'] ?? outcome}`
        : said.callPart[state],
    ],
    [said.queue, queue?.name ?? said.none],
    [said.agent, [agent?.extension, agent?.name].filter(Boolean).join(' ') || said.none],
    [said.wait, waitMs === null ? said.unknown : clockText(waitMs)],
    [said.talk, talkMs === null ? (state === 'ended' ? said.unknown : said.none) : clockText(talkMs)],
    [said.hotline, hotline?.raw ?? said.none],
    [said.callId, view.callId + (baseline ? ` (${said.baseline})` : '')],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Life({
  timeline,
  customer,
  isReading,
}: {
  readonly timeline: Timeline;
  readonly customer: string;
  readonly isReading: boolean;
}) {
  const said = words();
  return (
    <>
      <TimelineDrawing timeline={timeline} customer={customer} />
      {timeline.isPartial && !isReading && <p class="hint">{said.partialLife}</p>}
      <div class="scroll" tabIndex={0} role="group" aria-label={said.callDetails}>
        <table class="marks">
          <thead>
            <tr>
              {[said.time, said.event, said.howSure].map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {timeline.marks.map((mark) => (
              <tr key={mark.key} data-certainty={mark.certainty}>
                <td>{preciseText(mark.at)}</td>
                <td>{markText(mark)}</td>
                <td>{sureness(mark)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function markText({ type, extension, outcome }: Mark): string {
  const said = words();
  const title = said.eventTypes[type] ?? type;
  const whose = extension === null ? '' : ` → ${extension}`;
  return `${title}${whose}${outcome === null ? '' : `: ${said.outcomes[outcome] ?? outcome}`}`;
}

function sureness({ certainty, earliest, latest }: Mark): string {
  const said = words();
  const kind = said.certainty[certainty];
  if (certainty === 'upstream') return kind;
  if (earliest === null) return `${kind}; ${said.noPollBefore(preciseText(latest))}`;
  const width = ((latest - earliest) / 1000).toLocaleString(said.locale, { maximumFractionDigits: 1 });
  return `${kind}: ${said.window(preciseText(earliest), preciseText(latest), width)}`;
}
