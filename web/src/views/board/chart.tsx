import { useComputed, useSignal } from '@preact/signals';
import { hoursOf } from '../../data/hours.js';
import { boardWords } from '../../i18n/board-i18n.js';
import { ADDRESS } from '../../state/address.js';
import type { Board } from '../../state/board.js';
import { HoursChart, HoursTable } from '../hours-chart.js';
import { Panel } from '../panel.js';
import { Aged, whyUnknown } from './unknown.js';

/** The day by hours, as a chart or as a table. */
export function Chart({ board: { desk } }: { readonly board: Board }) {
  const said = boardWords();
  const asTable = useSignal(false);
  const day = useComputed(() => {
    const { value, at } = desk.day.value;
    return value === null || at === null ? null : hoursOf(value, at);
  }).value;
  const why = whyUnknown(desk.day.value, said.hiddenQueues);
  return (
    <Panel
      name="chart"
      title={said.hours}
      note={
        <>
          <Aged reading={desk.day.value} />
          {!ADDRESS.kiosk && day !== null && (
            <button
              type="button"
              class="quiet as-table"
              aria-pressed={asTable.value}
              onClick={() => (asTable.value = !asTable.peek())}
            >
              {asTable.value ? said.asChart : said.asTable}
            </button>
          )}
        </>
      }
    >
      {day === null ? (
        <p class="empty">{why}</p>
      ) : asTable.value ? (
        <div class="scroll" tabIndex={0} role="group" aria-labelledby="chart-title">
          <HoursTable day={day} />
        </div>
      ) : (
        <HoursChart day={day} />
      )}
    </Panel>
  );
}
