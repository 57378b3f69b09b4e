import type { CallbackView } from '@pitel-event-bridge/client';
import { boardWords } from '../../i18n/board-i18n.js';
import type { Board } from '../../state/board.js';
import { ADDRESS } from '../../state/address.js';
import { queueName } from '../../state/queue-names.js';
import { CustomerNumber } from '../customer-number.js';
import { customerText } from '../customer-text.js';
import { Panel } from '../panel.js';
import { Timer } from '../timer.js';
import { Pager, usePages } from './pages.js';
import { Aged, whyUnknown } from './unknown.js';

/** Who is owed a call, the one who has waited for longest first. What people do about it, they do on the page `/callbacks`. */
export function Callbacks({ board: { desk } }: { readonly board: Board }) {
  const said = boardWords();
  const { value } = desk.callbacks.value;
  const items = value?.callbacks ?? [];
  const pages = usePages({ count: items.length, rowRem: 3.1, most: 8 });
  const why = whyUnknown(desk.callbacks.value, said.hiddenQueues);
  return (
    <Panel
      name="callbacks"
      title={said.callbacks}
      note={
        <>
          <Aged reading={desk.callbacks.value} /> <Pager pages={pages} />
          {!ADDRESS.kiosk && why === null && (
            <a href="./callbacks" aria-label={`${said.callbacks}: ${said.allCallbacks}`}>
              {said.allCallbacks}
            </a>
          )}
        </>
      }
    >
      <div ref={pages.box} class="fitted">
        {items.length === 0 ? (
          <p class="empty">{why ?? said.noCallbacks}</p>
        ) : (
          <ol class="callbacks">
            {items.slice(pages.first, pages.last).map((item) => (
              <Item key={item.id} item={item} />
            ))}
          </ol>
        )}
      </div>
    </Panel>
  );
}

function Item({ item }: { readonly item: CallbackView }) {
  const said = boardWords();
  const { id, queues, missed, tried, firstAt, claimedBy } = item;
  const queue =
    queues.length === 0 ? said.missedDirectly : queues.map(({ name }) => queueName(name)).join(', ');
  const counts = [missed > 1 ? said.missedTimes(missed) : null, tried > 0 ? said.triedTimes(tried) : null];
  return (
    <li data-callback={id} data-claimed={claimedBy !== null}>
      <b class="customer">
        <CustomerNumber text={customerText(item)} />
      </b>
      <Timer since={Date.parse(firstAt)} />
      <small title={queue}>{queue}</small>
      {claimedBy === null ? (
        <small class="counts">{counts.filter((text) => text !== null).join(' · ')}</small>
      ) : (
        <small class="claimed" title={said.claimedBy(claimedBy)}>
          {said.claimedBy(claimedBy)}
        </small>
      )}
    </li>
  );
}
