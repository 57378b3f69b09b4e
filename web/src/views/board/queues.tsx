import { useComputed } from '@preact/signals';
import { type QueueRow, queueRows } from '../../data/queue-rows.js';
import { totalsByQueue, totalsOf } from '../../data/totals.js';
import { boardWords } from '../../i18n/board-i18n.js';
import { minuteText, numberText, shareText, words } from '../../i18n/i18n.js';
import type { Board } from '../../state/board.js';
import { queueName } from '../../state/queue-names.js';
import { Panel } from '../panel.js';
import { Timer } from '../timer.js';
import { Pager, usePages } from './pages.js';
import { limitText } from './tile.js';
import { Aged, whyUnknown } from './unknown.js';

const NONE = totalsOf([]);

/** Every queue in one line: now, and today. Those in trouble come first. */
export function Queues({ board: { desk, alarms } }: { readonly board: Board }) {
  const said = boardWords();
  const rows = useComputed(() => {
    const day = desk.day.value.value;
    return queueRows(
      desk.queues.value.value,
      day === null ? null : totalsByQueue(day.flatMap(({ queues }) => queues)),
      NONE,
    );
  }).value;
  const pages = usePages({ count: rows.length, rowRem: 2.3, headRem: 1.9, most: 12 });
  const why = whyUnknown(desk.queues.value, said.hiddenQueues);
  const unknown = desk.unknownQueues.value;
  return (
    <Panel
      name="queues"
      title={said.queues}
      note={
        <>
          <Aged reading={desk.queues.value} /> <Pager pages={pages} />
        </>
      }
    >
      {unknown.length > 0 && <p class="remark">{said.unknownQueues(unknown.join(', '))}</p>}
      <div ref={pages.box} class="fitted" style={{ '--rows': Math.max(2, rows.length) }}>
        {rows.length === 0 ? (
          <p class="empty">{why ?? said.noQueues}</p>
        ) : (
          <table class="queues">
            <thead>
              <tr>
                {COLUMNS.map((column) => (
                  <th key={column} scope="col" data-column={column}>
                    {said[column]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.slice(pages.first, pages.last).map((row) => (
                <Row
                  key={row.id}
                  row={row}
                  name={queueName(row.name)}
                  acknowledged={alarms.acknowledged.value}
                />
              ))}
            </tbody>
          </table>
        )}
      </div>
    </Panel>
  );
}

/** Where there is no room, a name goes on in the next line after its `_`, not within its number. */
function Breaking({ name }: { readonly name: string }) {
  const [first, ...rest] = name.split(/(?<=_)/);
  return (
    <>
      {first}
      {rest.map((part) => [<wbr />, part])}
    </>
  );
}

const COLUMNS = ['queue', 'waiting', 'longest', 'talking', 'answered', 'abandoned', 'level'] as const;

function Row({
  row: { id, name: whole, now, longestSince, day, alarms },
  name,
  acknowledged,
}: {
  readonly row: QueueRow;
  readonly name: string;
  readonly acknowledged: ReadonlySet<string>;
}) {
  const said = boardWords();
  const toneOf = (rule: 'waiting' | 'longestWait') => {
    const own = alarms.find((alarm) => alarm.rule === rule);
    return own === undefined ? 'calm' : acknowledged.has(own.key) ? 'acknowledged' : 'alarm';
  };
  const [first] = alarms;
  const none = words().none;
  return (
    <tr data-queue={id} data-crossed={first !== undefined}>
      <th scope="row" data-column="queue">
        <div>
          <span class="name" title={whole}>
            <Breaking name={name} />
          </span>
          {first !== undefined && (
            <span
              class="flag"
              data-tone={acknowledged.has(first.key) ? 'acknowledged' : 'alarm'}
              title={limitText(first)}
            >
              {said.since(minuteText(first.since))}
            </span>
          )}
        </div>
      </th>
      <td data-column="waiting" data-tone={toneOf('waiting')} data-zero={now?.waiting === 0}>
        {now === null ? none : numberText(now.waiting)}
      </td>
      <td data-column="longest" data-tone={toneOf('longestWait')} data-zero={longestSince === null}>
        {longestSince === null ? none : <Timer since={longestSince} of="queues" />}
      </td>
      <td data-column="talking" data-zero={now?.talking === 0}>
        {now === null ? none : numberText(now.talking)}
      </td>
      <td data-column="answered" data-zero={day?.answered === 0}>
        {day === null ? none : numberText(day.answered)}
      </td>
      <td data-column="abandoned" data-zero={day?.abandoned === 0}>
        {day === null ? none : numberText(day.abandoned)}
      </td>
      <td data-column="level" data-zero={day?.level === null}>
        {shareText(day?.level ?? null)}
      </td>
    </tr>
  );
}
