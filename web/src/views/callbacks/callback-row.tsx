import { useSignal } from '@preact/signals';
import { Fragment } from 'preact';
import { clockText } from '../../data/duration.js';
import type { CallbackEntry } from '../../data/callbacks.js';
import { todaysNumber } from '../../data/todays-number.js';
import { callbackWords } from '../../i18n/callback-i18n.js';
import type { CallbackDeeds, Said } from '../../state/callback-deeds.js';
import type { Callbacks } from '../../state/callbacks.js';
import { queueName } from '../../state/queue-names.js';
import { CustomerNumber } from '../customer-number.js';
import { customerText } from '../customer-text.js';
import { Timer } from '../timer.js';
import { CallbackActions, DismissalReasons } from './callback-actions.js';
import { CallbackDetails } from './callback-details.js';
import { CallbackSaid } from './callback-said.js';
import { claimText, endText, whenText } from './callback-texts.js';

/** One customer who is owed a call; below it what came of a request, and on demand who did what. */
export function CallbackRow({
  entry,
  callbacks,
  deeds,
  said,
  openCall,
}: {
  readonly entry: CallbackEntry;
  readonly callbacks: Callbacks;
  readonly deeds: CallbackDeeds;
  readonly said: Said | undefined;
  readonly openCall: (callId: string) => void;
}) {
  const texts = callbackWords();
  const isOpened = useSignal(false);
  const isDismissing = useSignal(false);
  const { id, queues, parts, missed, tried, firstAt, lastAt, longestWaitMs, probable, afterHours, done } =
    entry;
  const isAsking = isDismissing.value && done === null && deeds.readOnly === null;
  const claim = claimText(entry);
  const customer = customerText(entry);
  const names = [
    ...queues.map(({ name }) => queueName(name)),
    ...(parts.some(({ queue }) => queue === null) ? [texts.noQueue] : []),
  ];
  return (
    <Fragment>
      <tr role="row" data-callback={id} data-state={entry.state} data-claimed={entry.claimedBy ?? undefined}>
        <th role="rowheader" scope="row" class="customer">
          <Dial entry={entry} />
          <small>
            {names.join(', ')}
            {probable && (
              <span class="tag" title={texts.probableHint}>
                {texts.probable}
              </span>
            )}
            {afterHours && <span class="tag">{texts.afterHours}</span>}
          </small>
        </th>
        <td role="cell" class="since">
          <span class="label">{texts.since}</span>
          <b>{done === null ? <Timer since={Date.parse(firstAt)} /> : whenText(Date.parse(firstAt))}</b>
          {longestWaitMs !== null && <small>{texts.waitedUpTo(clockText(longestWaitMs))}</small>}
        </td>
        <td role="cell" class="missed">
          <span class="label">{texts.missed}</span>
          {texts.missedTimes(missed)}
          <small>{texts.lastMissed(whenText(Date.parse(lastAt)))}</small>
        </td>
        <td role="cell" class="tried">
          <span class="label">{texts.tried}</span>
          {tried === 0 ? texts.neverTried : texts.triedTimes(tried)}
        </td>
        <td role="cell" class="on-it">
          <span class="label">{texts.onIt}</span>
          {done === null ? (
            claim === null ? (
              <span class="hint">{texts.free}</span>
            ) : (
              <span class="badge" data-phase="ringing">
                {claim}
              </span>
            )
          ) : (
            <span class="badge" data-phase={done.reason === 'expired' ? 'unknown' : 'up'}>
              {endText(done)}
            </span>
          )}
        </td>
        <td role="cell" class="actions">
          <CallbackActions entry={entry} callbacks={callbacks} deeds={deeds} isDismissing={isDismissing} />
          <button
            type="button"
            class="quiet"
            aria-expanded={isOpened.value}
            aria-label={texts.ofCustomer(texts.details, customer)}
            onClick={() => (isOpened.value = !isOpened.peek())}
          >
            {texts.details}
          </button>
        </td>
      </tr>
      <tr role="row" class="said-row" hidden={said === undefined && !isOpened.value && !isAsking}>
        <td role="cell" colSpan={6}>
          {isAsking && <DismissalReasons entry={entry} deeds={deeds} isDismissing={isDismissing} />}
          <CallbackSaid id={id} said={said} deeds={deeds} />
          {isOpened.value && <CallbackDetails entry={entry} openCall={openCall} />}
        </td>
      </tr>
    </Fragment>
  );
}

/** One click calls the number of today; where there is none to call, it says why. */
function Dial({ entry }: { readonly entry: CallbackEntry }) {
  const texts = callbackWords();
  const text = customerText(entry);
  const number = todaysNumber(entry.customer);
  if (number === null || entry.state === 'done')
    return (
      <>
        <span class="number">
          <CustomerNumber text={text} />
        </span>
        {entry.state === 'open' && (
          <small>{entry.customer.masked === true ? texts.masked : texts.noDial}</small>
        )}
      </>
    );
  return (
    <a class="number dial" href={`tel:${number}`} aria-label={texts.ofCustomer(texts.call, text)}>
      <CustomerNumber text={text} />
    </a>
  );
}
