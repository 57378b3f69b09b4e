import { useSignal } from '@preact/signals';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { CALLBACK_ORDERS, showsCallbacks } from '../../data/callbacks.js';
import { callbackWords } from '../../i18n/callback-i18n.js';
import { secondText, words } from '../../i18n/i18n.js';
import { claims } from '../../state/access.js';
import { CallbackDeeds } from '../../state/callback-deeds.js';
import { Callbacks } from '../../state/callbacks.js';
import { CallDialog } from '../call-dialog.js';
import { Header } from '../header.js';
import { QueueChoice } from '../queue-choice.js';
import { SaveTable } from '../save-table.js';
import { News } from './callback-news.js';
import { ClosedCallbacks } from './closed-callbacks.js';
import { OpenCallbacks } from './open-callbacks.js';

/** Who is owed a call, who is on it, and what became of it. */
export function CallbacksPage() {
  const said = words();
  const texts = callbackWords();
  return (
    <div class="callbacks-page">
      <Header current="callbacks" tenant={claims.value.tenant} />
      <main id="content" tabIndex={-1}>
        <h1>{said.callbacks}</h1>
        {showsCallbacks(claims.value) ? <Lists /> : <p class="notice">{texts.ofExtensions}</p>}
      </main>
    </div>
  );
}

const SHOWN = ['open', 'closed'] as const;

function Lists() {
  const texts = callbackWords();
  const [callbacks] = useState(() => new Callbacks());
  const [deeds] = useState(() => new CallbackDeeds(callbacks));
  const shown = useSignal<(typeof SHOWN)[number]>('open');
  const opened = useSignal<string | null>(null);
  useEffect(
    () => () => {
      deeds.close();
      callbacks.close();
    },
    [callbacks, deeds],
  );
  const openCall = useCallback((callId: string) => {
    opened.value = callId;
  }, []);
  const isOpen = shown.value === 'open';
  const { readOnly } = deeds;
  return (
    <>
      <p class="intro">{texts.intro}</p>
      {readOnly !== null && <p class="notice">{texts.readOnly[readOnly]}</p>}
      <Connection callbacks={callbacks} />
      <News callbacks={callbacks} />
      <div class="filters" data-standing={callbacks.standing.value}>
        {SHOWN.map((name) => (
          <button
            key={name}
            type="button"
            class="toggle"
            aria-pressed={shown.value === name}
            onClick={() => {
              shown.value = name;
              callbacks.showClosed(name === 'closed');
            }}
          >
            {texts[name]}
            {name === 'open' && callbacks.standing.value === 'shown' && (
              <b class="count"> {callbacks.openCount.value}</b>
            )}
          </button>
        ))}
        <span class="spring" />
        <QueueChoice texts={texts} queue={callbacks.queue} queues={callbacks.queues.value} />
        {isOpen && (
          <label>
            {texts.order}{' '}
            <select
              name="order"
              value={callbacks.order.value}
              onChange={({ currentTarget: { selectedIndex } }) =>
                (callbacks.order.value = CALLBACK_ORDERS[selectedIndex]!)
              }
            >
              {CALLBACK_ORDERS.map((order) => (
                <option key={order} value={order}>
                  {texts.orders[order]}
                </option>
              ))}
            </select>
          </label>
        )}
        <SaveTable words={texts} address={() => callbacks.tableAddress(isOpen ? 'open' : 'done')} />
      </div>
      {isOpen ? (
        <OpenCallbacks callbacks={callbacks} deeds={deeds} openCall={openCall} />
      ) : (
        <ClosedCallbacks callbacks={callbacks} deeds={deeds} openCall={openCall} />
      )}
      {opened.value !== null && (
        <CallDialog
          key={opened.value}
          board={null}
          callId={opened.value}
          close={() => (opened.value = null)}
        />
      )}
    </>
  );
}

/** Says so where the list may not be what is now. */
function Connection({ callbacks }: { readonly callbacks: Callbacks }) {
  const said = words();
  const texts = callbackWords();
  const status = callbacks.status.value;
  const asOf = callbacks.asOf.value;
  if (status.state === 'refused')
    return <p class="notice warns">{said.refusals[status.code] ?? said.refusedOtherwise(status.code)}</p>;
  const away = callbacks.away.value;
  if (
    away !== null &&
    (status.state === 'live' || (status.state === 'stale' && status.reason === 'source-down'))
  )
    return (
      <p class="notice warns" data-away={away.reason}>
        {said.staleReasons[away.reason]}{' '}
        {texts.missedUnseen(away.asOf === null ? null : secondText(away.asOf))}
      </p>
    );
  // While the page opens, that it has no connection yet is no news.
  if (asOf === null || status.state === 'connecting' || callbacks.standing.value !== 'shown') return null;
  return <p class="notice warns">{texts.notCurrent(secondText(asOf))}</p>;
}
