import type { CallView } from '@pitel-event-bridge/client';
import { useSignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { phaseOf } from '../data/call-list.js';
import { type EndedCall, isEndedCall } from '../data/ended-call.js';
import { storyTimeline } from '../data/story-timeline.js';
import { timelineOf } from '../data/timeline.js';
import { callWords } from '../i18n/call-i18n.js';
import { words } from '../i18n/i18n.js';
import { CallLife, type CallsSeen, isDrawnFromEvents } from '../state/call-life.js';
import { shownTime, tick } from '../state/clock.js';
import { CallFacts, CallId } from './call-facts.js';
import { CallHappened } from './call-happened.js';
import { CallMarks } from './call-marks.js';
import { CustomerNumber } from './customer-number.js';
import { callText } from './customer-text.js';
import { Dialog } from './dialog.js';
import { TimelineDrawing } from './timeline-drawing.js';

/**
 * One call: whom it is with and what happened first, then its life as a drawing and as a table, each with how exactly it is known.
 *
 * @param board what the page knows of live calls; null where it follows none
 */
export function CallDialog({
  board,
  callId,
  close,
}: {
  readonly board: CallsSeen | null;
  readonly callId: string;
  readonly close: () => void;
}) {
  const said = words();
  const call = callWords();
  const [life] = useState(() => new CallLife(callId, board));
  useEffect(() => () => life.close(), [life]);
  const standing = life.standing.value;
  const { view } = life;
  return (
    <Dialog name="call" standing={standing} close={close}>
      {(dialog) => (
        <>
          <div class="panel-head">
            <div>
              <h2 id="call-title">
                {view === null ? said.callDetails : <CustomerNumber text={callText(view)} />}
              </h2>
              {view !== null && <p class="note">{call.direction[view.direction]}</p>}
            </div>
            <button type="button" class="shut" onClick={() => dialog.current?.close()}>
              {said.close}
            </button>
          </div>
          {view === null ? (
            <p role="status">
              {standing === 'reading' ? call.reading : call[standing === 'gone' ? 'gone' : 'away']}
            </p>
          ) : (
            <>
              <CallHappened view={view} />
              <CallFacts view={view} />
              <Life life={life} view={view} />
              <CallId view={view} />
            </>
          )}
        </>
      )}
    </Dialog>
  );
}

function Life({ life, view }: { readonly life: CallLife; readonly view: CallView | EndedCall }) {
  const said = words();
  const call = callWords();
  const isExpanded = useSignal(false);
  // A call that goes on grows.
  if (view.state !== 'ended') void tick.value;
  const { events } = life;
  const isFromEvents = isDrawnFromEvents(view, events);
  const timeline =
    !isFromEvents && isEndedCall(view)
      ? storyTimeline(view)
      : timelineOf(view, events, shownTime(phaseOf(view) === 'waiting' ? 'queues' : 'calls'));
  if (life.isReadingPast.value && timeline.isPartial) return <p role="status">{call.reading}</p>;
  return (
    <>
      <TimelineDrawing timeline={timeline} customer={callText(view)} isExpanded={isExpanded.value} />
      {timeline.isPartial && <p class="hint">{said.partialLife}</p>}
      {!isFromEvents && <p class="hint">{call.fromHistory}</p>}
      <CallMarks timeline={timeline} isExpanded={isExpanded} />
    </>
  );
}
