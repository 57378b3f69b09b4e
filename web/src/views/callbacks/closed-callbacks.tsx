import { callbackWords } from '../../i18n/callback-i18n.js';
import { dayText } from '../../i18n/i18n.js';
import type { CallbackDeeds } from '../../state/callback-deeds.js';
import type { Callbacks } from '../../state/callbacks.js';
import { queueName } from '../../state/queue-names.js';
import { CustomerNumber } from '../customer-number.js';
import { customerText } from '../customer-text.js';
import { CallbackActions } from './callback-actions.js';
import { CallbackSaid } from './callback-said.js';

/** What was closed in the last days, newest first: how, when and by whom. */
export function ClosedCallbacks({
  callbacks,
  deeds,
  openCall,
}: {
  readonly callbacks: Callbacks;
  readonly deeds: CallbackDeeds;
  readonly openCall: (callId: string) => void;
}) {
  const texts = callbackWords();
  const standing = callbacks.closedStanding.value;
  const rows = callbacks.closed.value;
  if (standing === 'reading') return <p role="status">{texts.reading}</p>;
  if (standing === 'failed')
    return (
      <p class="notice warns" role="alert">
        {texts.failed}{' '}
        <button type="button" onClick={() => void callbacks.readClosed()}>
          {texts.retry}
        </button>
      </p>
    );
  if (rows.length === 0) return <p class="empty">{texts.noneClosed}</p>;
  return (
    <>
      <table class="callbacks closed" aria-label={texts.closed} role="table">
        <thead role="rowgroup">
          <tr role="row">
            {[texts.customer, texts.how, texts.when, texts.who, texts.action].map((title) => (
              <th key={title} scope="col" role="columnheader">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((entry) => {
            const { id, done, queues } = entry;
            const said = deeds.said.value.get(id);
            return (
              <tr key={id} role="row" data-callback={id} data-reason={done?.reason}>
                <th role="rowheader" scope="row" class="customer">
                  <span class="number">
                    <CustomerNumber text={customerText(entry)} />
                  </span>
                  <small>{queues.map(({ name }) => queueName(name)).join(', ') || texts.noQueue}</small>
                </th>
                <td role="cell">
                  <span class="label">{texts.how}</span>
                  {done !== null && texts.ends[done.reason]}
                  {done !== null && done.why !== null && <small>{texts.reasons[done.why]}</small>}
                  {done?.probable === true && (
                    <small title={texts.probableEndHint}>{texts.probableEnd}</small>
                  )}
                </td>
                <td role="cell">
                  <span class="label">{texts.when}</span>
                  {done !== null && <time dateTime={done.at}>{dayText(Date.parse(done.at))}</time>}
                </td>
                <td role="cell">
                  <span class="label">{texts.who}</span>
                  {done?.by ?? <span class="hint">{texts.noPerson}</span>}
                </td>
                <td role="cell" class="actions">
                  {typeof done?.callId === 'string' && (
                    <button
                      type="button"
                      aria-label={texts.ofCustomer(texts.conversation, customerText(entry))}
                      onClick={() => openCall(done.callId!)}
                    >
                      {texts.conversation}
                    </button>
                  )}
                  <CallbackActions entry={entry} callbacks={callbacks} deeds={deeds} />
                  {said !== undefined && <CallbackSaid id={id} said={said} deeds={deeds} />}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {callbacks.closedNext.value !== null && (
        <button type="button" class="more" onClick={() => void callbacks.readMoreClosed()}>
          {texts.more}
        </button>
      )}
    </>
  );
}
