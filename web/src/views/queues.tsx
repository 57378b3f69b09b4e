import { useComputed } from '@preact/signals';
import { numberText, levelText, words } from '../i18n/i18n.js';
import type { Board } from '../state/board.js';
import { threshold } from '../state/preferences.js';
import { Panel } from './panel.js';
import { Timer } from './timer.js';

/** Every queue in which callers wait now, or that had a call today; the queue with the longest wait first. */
export function Queues({ board }: { readonly board: Board }) {
  const said = words();
  const rows = useComputed(() => {
    const waiting = board.waiting.value;
    const totals = board.byQueue.value;
    const names = new Map([...waiting, ...totals].map(({ id, name }) => [id, name]));
    return [...names].map(([id, name]) => ({
      id,
      name,
      now: waiting.find((queue) => queue.id === id),
      day: totals.find((queue) => queue.id === id),
    }));
  }).value;
  return (
    <Panel name="queues" title={said.queues}>
      {rows.length === 0 ? (
        <p class="empty">{said.noQueues}</p>
      ) : (
        <div class="scroll" tabIndex={0} role="group" aria-labelledby="queues-title">
          <table class="queues" role="table">
            <thead role="rowgroup">
              <tr role="row">
                {[said.queue, said.waiting, said.longest, said.answered, said.abandoned, said.level].map(
                  (title) => (
                    <th key={title} scope="col" role="columnheader">
                      {title}
                    </th>
                  ),
                )}
              </tr>
            </thead>
            <tbody role="rowgroup">
              {rows.map(({ id, name, now, day }) => (
                <tr key={id} role="row" data-queue={id} data-waiting={now !== undefined}>
                  <th scope="row" role="rowheader">
                    {name}
                  </th>
                  <td role="cell" class="number">
                    {numberText(now?.count ?? 0)}
                  </td>
                  <td role="cell" class="number">
                    {now === undefined ? (
                      said.none
                    ) : (
                      <Timer since={now.longestSince} late={threshold.value * 1000} />
                    )}
                  </td>
                  <td role="cell" class="number">
                    {numberText(day?.answered ?? 0)}
                  </td>
                  <td role="cell" class="number">
                    {numberText(day?.abandoned ?? 0)}
                  </td>
                  <td role="cell" class="number">
                    {levelText(day?.serviceLevel)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
