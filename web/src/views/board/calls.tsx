import { useComputed, useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { type Phase, phaseOf, phaseSince } from '../../data/call-list.js';
import { words } from '../../i18n/i18n.js';
import type { Board } from '../../state/board.js';
import { queueName } from '../../state/queue-names.js';
import { CustomerNumber } from '../customer-number.js';
import { customerText } from '../customer-text.js';
import { Panel } from '../panel.js';
import { Timer } from '../timer.js';

const PHASES: readonly Phase[] = ['waiting', 'ringing', 'talking'];
/** Rows above and below what is visible: a quick scroll shows no gaps, and Tab finds the next row. */
const MARGIN_ROWS = 6;

/**
 * The calls that are alive. Only the rows in view exist, because a thousand of them would overload a slow
 * machine; `aria-rowcount` and `aria-rowindex` say how many there are and which these are. One row takes part in the Tab
 * order, the arrow keys go from row to row.
 */
export function Calls({ board, open }: { readonly board: Board; readonly open: (callId: string) => void }) {
  const said = words();
  const { phase, text } = board.live.filter.value;
  const isFiltered = phase !== null || text !== '';
  const rows = board.live.rows.value;
  return (
    <Panel name="calls" title={said.liveCalls} note={said.callCount(rows.length)}>
      <div class="filters">
        <label>
          <span class="unseen">{said.showState}</span>
          <select
            value={phase ?? ''}
            onChange={({ currentTarget: { selectedIndex } }) =>
              // By its index: an option whose text is its value in one language would lose it in the other.
              (board.live.filter.value = {
                ...board.live.filter.peek(),
                phase: PHASES[selectedIndex - 1] ?? null,
              })
            }
          >
            <option value="">
              {said.showState}: {said.all}
            </option>
            {PHASES.map((each) => (
              <option key={each} value={each}>
                {said.phase[each]}
              </option>
            ))}
          </select>
        </label>
        <input
          type="search"
          value={text}
          aria-label={said.searchCalls}
          placeholder={said.searchCalls}
          onInput={({ currentTarget: { value } }) =>
            (board.live.filter.value = { ...board.live.filter.peek(), text: value })
          }
        />
      </div>
      {rows.length === 0 ? (
        <p class="empty">{isFiltered ? said.noCallsFound : said.noCalls}</p>
      ) : (
        <CallTable board={board} open={open} />
      )}
    </Panel>
  );
}

function CallTable({ board, open }: { readonly board: Board; readonly open: (callId: string) => void }) {
  const said = words();
  const box = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const view = useSignal({ top: 0, height: 600, row: 44 });
  const active = useSignal<string | null>(null);
  const rows = board.live.rows.value;

  const look = () => {
    if (box.current === null || body.current === null) return;
    const row = body.current.querySelector<HTMLElement>('tr[data-call]')?.offsetHeight ?? 44;
    endWithWholeRow(box.current, row);
    const { scrollTop, clientHeight } = box.current;
    const before = view.peek();
    // Only a whole row of scrolling brings other rows.
    const top = Math.floor(scrollTop / row) * row;
    if (top !== before.top || clientHeight !== before.height || row !== before.row) {
      view.value = { top, height: clientHeight, row };
    }
  };
  useLayoutEffect(() => {
    const watched = new ResizeObserver(look);
    watched.observe(box.current!);
    watched.observe(box.current!.parentElement!);
    return () => watched.disconnect();
  }, []);

  const shown = useComputed(() => {
    const { top, height, row } = view.value;
    const count = board.live.rows.value.length;
    const first = Math.max(0, Math.min(Math.floor(top / row), count - Math.ceil(height / row)) - MARGIN_ROWS);
    return { first, last: Math.min(count, first + Math.ceil(height / row) + 2 * MARGIN_ROWS), row };
  });
  const { first, last, row } = shown.value;
  const inView = rows.slice(first, last);
  const focusable = active.value !== null && inView.includes(active.value) ? active.value : inView[0];

  const go = (from: number, by: number) => {
    const to = Math.max(0, Math.min(rows.length - 1, from + by));
    active.value = rows[to]!;
    box.current!.scrollTop = Math.max(
      Math.min(box.current!.scrollTop, to * row),
      (to + 2) * row - view.peek().height,
    );
    requestAnimationFrame(() => requestAnimationFrame(() => focusOn(body.current, rows[to]!)));
  };
  return (
    <div
      ref={box}
      class="scroll"
      onScroll={look}
      onKeyDown={(event) => {
        const from = rows.indexOf(
          (event.target as HTMLElement).closest<HTMLElement>('tr')?.dataset.call ?? '',
        );
        const steps: Readonly<Record<string, number>> = {
          ArrowDown: 1,
          ArrowUp: -1,
          PageDown: 10,
          PageUp: -10,
          Home: -rows.length,
          End: rows.length,
        };
        const by = steps[event.key];
        if (from === -1 || by === undefined) return;
        event.preventDefault();
        go(from, by);
      }}
    >
      <table class="calls" role="table" aria-label={said.liveCalls} aria-rowcount={rows.length + 1}>
        <thead role="rowgroup">
          <tr role="row" aria-rowindex={1}>
            {[said.state, said.customer, said.queue, said.agent, said.duration].map((title) => (
              <th key={title} scope="col" role="columnheader">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} role="rowgroup">
          <Gap height={first * row} />
          {inView.map((callId, place) => (
            <Row
              key={callId}
              board={board}
              callId={callId}
              place={first + place + 2}
              isFocusable={callId === focusable}
              focused={active}
              open={open}
            />
          ))}
          <Gap height={(rows.length - last) * row} />
        </tbody>
      </table>
    </div>
  );
}

/** No row is cut in its middle while the list is not scrolled. */
function endWithWholeRow(box: HTMLElement, row: number): void {
  const panel = box.parentElement!;
  const head = box.querySelector<HTMLElement>('thead')!;
  const headHeight = getComputedStyle(head).position === 'absolute' ? 0 : head.offsetHeight;
  const bottom = panel.clientHeight - Number.parseFloat(getComputedStyle(panel).paddingBottom);
  const isWhole = getComputedStyle(box).getPropertyValue('--has-height').trim() === '1';
  const top = box.getBoundingClientRect().top - panel.getBoundingClientRect().top;
  const room = isWhole ? bottom - top : MOST_ON_MOBILE * row + headHeight;
  const height = Math.max(1, Math.floor((room - headHeight) / row)) * row + headHeight;
  box.style.maxBlockSize = `${height}px`;
}

/** Where the page scrolls, the list scrolls inside it, and leaves room to touch what is below. */
const MOST_ON_MOBILE = 6;

/** The height of the rows that are not there. */
function Gap({ height }: { readonly height: number }) {
  if (height <= 0) return null;
  return (
    <tr class="gap" aria-hidden="true">
      <td colSpan={5} style={{ height: `${height}px` }} />
    </tr>
  );
}

interface RowProps {
  readonly board: Board;
  readonly callId: string;
  readonly place: number;
  readonly isFocusable: boolean;
  readonly focused: { value: string | null };
  readonly open: (callId: string) => void;
}

function Row({ board, callId, place, isFocusable, focused, open }: RowProps) {
  const said = words();
  const view = board.live.call(callId)?.value;
  // It has just ended; the list follows in the same turn.
  if (view === undefined) return null;
  const phase = phaseOf(view);
  const { agent, queue } = view;
  return (
    <tr
      data-call={callId}
      data-phase={phase}
      role="row"
      aria-rowindex={place}
      // For the mouse; the keyboard has the button.
      onClick={() => open(callId)}
    >
      <td role="cell" class="state">
        <span class="badge" data-phase={phase}>
          {said.phase[phase]}
        </span>
      </td>
      <th role="rowheader" scope="row" class="customer">
        <button
          type="button"
          tabIndex={isFocusable ? 0 : -1}
          onFocus={() => (focused.value = callId)}
          onClick={(event) => {
            event.stopPropagation();
            open(callId);
          }}
        >
          <CustomerNumber text={customerText(view)} />
        </button>
        <small>{said.direction[view.direction]}</small>
      </th>
      <td role="cell" class="queue" title={queue?.name}>
        {queue === null ? '' : queueName(queue.name)}
      </td>
      <td role="cell" class="agent">
        {agent !== null && agent.extension !== null && <span class="extension">{agent.extension}</span>}{' '}
        {agent?.name ?? ''}
      </td>
      <td role="cell" class="duration">
        <Timer since={phaseSince(view)} of={phase === 'waiting' ? 'queues' : 'calls'} />
      </td>
    </tr>
  );
}

function focusOn(body: HTMLElement | null, callId: string): void {
  for (const row of body?.querySelectorAll<HTMLElement>('tr[data-call]') ?? []) {
    if (row.dataset.call === callId) row.querySelector('button')?.focus({ preventScroll: true });
  }
}
